"""Bases, ranges and streams, on real repositories."""

import os
import sys
from itertools import pairwise
from pathlib import Path
from subprocess import run

import pytest
from msgspec.structs import replace

from gonogo.changelog import ProductChanges, Unreadable
from gonogo.commits.whole_commit import WholeCommit
from gonogo.errors import UsageError
from gonogo.io.git import history as git_history
from gonogo.io.git.commit import read_commit
from gonogo.io.git.door import UnknownRevisionError
from gonogo.io.git.history import Repository as History
from gonogo.io.git.history import changes, fingerprint
from gonogo.io.git.history.records import is_garbled
from gonogo.plan import ChangelogRules, Product, SchemeName
from gonogo.ports import Repository
from gonogo.text import LINE_LIMIT
from support.pace import grows_with_its_size
from support.repositories import CommitSpec, Made, git, make_large, make_repository

pytestmark = pytest.mark.needs("git")

RULES = ChangelogRules()


def product(
    repo: Path,
    version: str = "1.2.4",
    *,
    previous: str = "",
    scheme: SchemeName = SchemeName.SEMVER,
    tag: str = "v{version}",
    target: str = "",
    paths: tuple[str, ...] = (),
    revision: str = "",
    name: str = "web",
) -> Product:
    """A product of the plan with its clone at `repo`."""
    return Product(
        name,
        version,
        previous=previous,
        scheme=scheme,
        repo=str(repo),
        paths=paths,
        tag=tag,
        target=target,
        revision=revision,
    )


def read(wanted: Product) -> ProductChanges:
    """Changes that must be readable."""
    found = changes(wanted, RULES)
    assert isinstance(found, ProductChanges), found
    return found


def refused(wanted: Product) -> Unreadable:
    """Changes that must not be."""
    found = changes(wanted, RULES)
    assert isinstance(found, Unreadable), found
    return found


def subjects(found: ProductChanges) -> set[str]:
    """First lines of everything listed."""
    return {commit.subject for section in found.sections for commit in section.commits}


@pytest.fixture
def line(tmp_path: Path) -> Made:
    """Nine commits in a row; tags 1.9.0, 1.10.0-rc.2, 1.10.0-rc.10 and 1.10.0 on the way."""
    return make_repository(
        tmp_path / "line",
        [f"fix: number {at}" for at in range(9)],
        tags={"v1.9.0": 1, "v1.10.0-rc.2": 3, "nightly": 8},
        annotated={"v1.10.0": 6, "v1.10.0-rc.10": 5},
    )


def test_the_module_is_the_port() -> None:
    """What the session asks for is what this module offers."""
    port: Repository = git_history
    assert port.fingerprint is fingerprint


def test_base_is_the_newest_release_by_version(line: Made) -> None:
    """1.10.0 is newer than 1.9.0, whatever their texts say; tags of other patterns are no releases."""
    found = read(product(line.path, "1.10.1"))
    assert (found.base, found.range.base.version) == ("v1.10.0", "1.10.0")
    assert subjects(found) == {"fix: number 7", "fix: number 8"}
    assert (found.next_version, found.contradiction, found.problems) == ("1.10.1", "", ())


def test_final_is_compared_with_the_last_final(line: Made) -> None:
    """Release notes of 1.10.0 tell what its candidates told already."""
    found = read(product(line.path, "1.10.0"))
    assert (found.base, found.count) == ("v1.9.0", 5)
    assert found.tag_exists
    assert found.range.tag.annotated
    assert found.range.target == "v1.10.0"
    assert found.target_oid == found.tag_oid == line.oids[6]


def test_candidate_is_compared_with_the_candidate_before(line: Made) -> None:
    """rc.10 follows rc.2."""
    found = read(product(line.path, "1.10.0-rc.10"))
    assert (found.base, found.count) == ("v1.10.0-rc.2", 2)


def test_candidate_and_final_on_one_commit(tmp_path: Path) -> None:
    """The final's notes still go back to the last final, the next release's only to this one."""
    made = make_repository(
        tmp_path / "repo", ["feat: a", "feat: b", "feat: c"], tags={"v1.0.0": 0, "v1.1.0-rc.1": 1, "v1.1.0": 1}
    )
    assert read(product(made.path, "1.1.0")).base == "v1.0.0"
    assert read(product(made.path, "1.2.0")).base == "v1.1.0"


def test_nothing_since_the_release_is_nothing(tmp_path: Path) -> None:
    """A tag at HEAD leaves an empty list, not the whole history."""
    made = make_repository(tmp_path / "repo", ["feat: a"], tags={"v1.2.3": 0})
    found = read(product(made.path))
    assert (found.base, found.count, found.sections) == ("v1.2.3", 0, ())


def test_first_release_reads_from_the_first_commit(tmp_path: Path) -> None:
    """No tags, no base, no problem."""
    made = make_repository(tmp_path / "repo", ["feat: a", "feat: b"])
    found = read(product(made.path, "0.1.0"))
    assert (found.base, found.count, found.problems, found.next_version) == ("", 2, (), "0.1.0")


def test_tags_of_another_pattern_are_pointed_at(tmp_path: Path) -> None:
    """A wrong `tag:` would turn every changelog into the whole history without a word."""
    made = make_repository(tmp_path / "repo", ["feat: a", "feat: b"], tags={"release-1.0.0": 0})
    [problem] = read(product(made.path)).problems
    assert problem == "no tag of this repository reads v{version}; `tag:` in the plan names the pattern"
    assert read(product(made.path, tag="release-{version}")).base == "release-1.0.0"


def test_each_product_has_its_own_tags_and_paths(tmp_path: Path) -> None:
    """In one repository neither another product's releases nor its commits leak in."""
    made = make_repository(
        tmp_path / "mono",
        [
            CommitSpec("feat: both", {"web/a": "1", "api/a": "1"}),
            CommitSpec("fix: api", {"api/a": "2"}),
            CommitSpec("feat: web", {"web/a": "2"}),
            CommitSpec("fix: api again", {"api/a": "3"}),
        ],
        tags={"web/v1.0.0": 0, "api/v7.0.0": 2, "web-admin/v9.0.0": 3},
    )
    web = read(product(made.path, "1.1.0", tag="{product}/v{version}", paths=("web",)))
    api = read(product(made.path, "7.0.1", tag="{product}/v{version}", paths=("api",), name="api"))
    assert (web.base, subjects(web)) == ("web/v1.0.0", {"feat: web"})
    assert (api.base, subjects(api)) == ("api/v7.0.0", {"fix: api again"})


def test_bare_versions_do_not_take_other_products_tags(tmp_path: Path) -> None:
    """`{version}` as a pattern matches every tag by text, and only versions by sense."""
    made = make_repository(
        tmp_path / "mono", ["feat: a", "feat: b", "feat: c"], tags={"1.0.0": 0, "api@7.0.0": 1, "api/8.0.0": 1}
    )
    assert read(product(made.path, "1.1.0", tag="{version}")).base == "1.0.0"


@pytest.fixture
def branched(tmp_path: Path) -> Made:
    """1.0.0 on main, hotfix 1.0.1 tagged on its own branch, main going on to 1.1.0; a late merge at the end.

    0 --- 2 --- 3 --- 5(merge of 4)     main, v1.1.0 at 3
     \\-- 1 (v1.0.1)   \\
      \\-- 4 (old side branch)
    """
    return make_repository(
        tmp_path / "branched",
        [
            "feat: start",
            CommitSpec("fix: hot", parents=(0,)),
            CommitSpec("feat: more", parents=(0,)),
            CommitSpec("feat: even more", parents=(2,)),
            CommitSpec("feat: written early, merged late", parents=(0,), files={"side.txt": "1"}),
            CommitSpec("Merge branch 'side'", parents=(3, 4), files={}),
        ],
        tags={"v1.0.0": 0, "v1.0.1": 1, "v1.1.0": 3},
        branches={"release/v1.0": 1},
    )


def test_late_merge_is_news_although_its_commits_are_old(branched: Made) -> None:
    """A set difference, not a span of dates (git-cliff 188, 227)."""
    found = read(product(branched.path, "1.2.0"))
    assert found.base == "v1.1.0"
    assert subjects(found) == {"feat: written early, merged late", "Merge branch 'side'"}


def test_hotfix_tag_on_its_branch_does_not_leak_into_main(branched: Made) -> None:
    """1.1.0 comes from 1.0.0, for 1.0.1 is not part of it; and that is said (git-cliff 38, 750)."""
    found = read(product(branched.path, "1.1.0"))
    assert (found.base, subjects(found)) == ("v1.0.0", {"feat: more", "feat: even more"})
    [problem] = found.problems
    assert problem.startswith("v1.0.1 is not part of the target's history")


def test_maintenance_line_comes_from_its_own_last_release(branched: Made) -> None:
    """The next patch of release/v1.0 counts from 1.0.1, though 1.1.0 is newer (semantic-release 3639)."""
    found = read(product(branched.path, "1.0.2", target="release/v1.0"))
    assert (found.base, found.count, found.problems) == ("v1.0.1", 0, ())


def test_plan_behind_what_is_released_is_contradicted(branched: Made) -> None:
    """Planning 1.0.2 from main, which contains 1.1.0 already."""
    found = read(product(branched.path, "1.0.2"))
    assert found.base == "v1.1.0"
    assert found.contradiction == "planned 1.0.2 is not newer than v1.1.0, which the target already contains"


def test_newer_release_the_target_contains_is_seen_past_others_elsewhere(tmp_path: Path) -> None:
    """2.0.0 is on main; four releases between the planned one and it are on branches of their own."""
    made = make_repository(
        tmp_path / "repo",
        ["feat: start", *[CommitSpec(f"fix: {at}", parents=(0,)) for at in range(1, 5)],
         CommitSpec("feat: two", parents=(0,)), "fix: after"],
        tags={"v1.0.0": 0, "v2.0.0": 5} | {f"v1.{at}.0": at for at in range(1, 5)},
    )  # fmt: skip
    found = read(product(made.path, "1.0.1"))
    assert (found.base, found.count) == ("v2.0.0", 1)
    assert found.contradiction == "planned 1.0.1 is not newer than v2.0.0, which the target already contains"


def test_thousands_of_newer_tags_are_told_apart_in_one_go(tmp_path: Path) -> None:
    """An old line of a long history: each tag is looked at once, not once for each other one."""
    sizes = (1_000, 4_000)
    made = {
        size: make_repository(tmp_path / str(size), ["feat: start"], tags={f"v1.{at}.0": 0 for at in range(size)})
        for size in sizes
    }
    assert read(product(made[sizes[1]].path, "1.2.1")).base == "v1.3999.0"
    grows_with_its_size(lambda size: read(product(made[size].path, "1.2.1")), sizes[1])


def test_many_newer_tags_elsewhere_do_not_hide_the_own_one(tmp_path: Path) -> None:
    """Past the first tries one walk finds what the target contains."""
    made = make_repository(
        tmp_path / "repo",
        ["feat: start", *[CommitSpec(f"fix: {at}", parents=(0,)) for at in range(1, 9)]],
        tags={"v1.0.0": 0} | {f"v1.0.{at}": at for at in range(1, 8)},
    )
    assert read(product(made.path, "1.1.0")).base == "v1.0.0"


def test_previous_of_the_plan_is_the_base(line: Made) -> None:
    """What runs today decides what is news; that a release lies between is said."""
    found = read(product(line.path, "1.10.1", previous="1.9.0"))
    assert (found.base, found.count) == ("v1.9.0", 7)
    assert found.problems == ("v1.10.0 came after v1.9.0, which the plan names as previous",)


def test_previous_without_a_tag_is_said(line: Made) -> None:
    """The base is then found as if none were named."""
    found = read(product(line.path, "1.10.1", previous="1.9.7"))
    assert found.base == "v1.10.0"
    assert found.problems == ("the plan's previous version 1.9.7 has no tag",)


def test_opaque_versions_count_from_the_nearest_tag(tmp_path: Path) -> None:
    """Nearness is a matter of history; the order of the names means nothing."""
    made = make_repository(
        tmp_path / "repo", ["a", "b", "c", "d"], tags={"r-zebra": 0, "r-apple": 2}, annotated={"r-okapi": 3}
    )
    opaque = SchemeName.OPAQUE
    assert read(product(made.path, "okapi", scheme=opaque, tag="r-{version}")).base == "r-apple"
    assert read(product(made.path, "okapi", scheme=opaque, tag="r-{version}", previous="zebra")).base == "r-zebra"
    assert read(product(made.path, "okapi", scheme=opaque, tag="x-{version}")).base == ""


def test_opaque_previous_that_is_no_base_is_said(tmp_path: Path) -> None:
    """Counted from the nearest tag instead, and not in silence."""
    made = make_repository(
        tmp_path / "repo",
        ["feat: start", CommitSpec("fix: side", parents=(0,)), CommitSpec("feat: on", parents=(0,))],
        tags={"vred": 0, "vside": 1},
    )
    told = {
        previous: read(product(made.path, "green", scheme=SchemeName.OPAQUE, previous=previous))
        for previous in ("blue", "side")
    }
    assert {found.base for found in told.values()} == {"vred"}
    assert told["blue"].problems == ("the plan's previous version blue has no tag",)
    assert told["side"].problems == ("vside, the plan's previous version, is not part of the target's history",)


def test_target_may_be_a_branch_a_tag_or_a_commit(line: Made) -> None:
    """By short name, full name or id."""
    history = History(str(line.path))
    for name in ("main", "refs/heads/main", "nightly", line.oids[8], line.oids[8][:10], "HEAD"):
        assert history.resolve(name).oid == line.oids[8]


def test_unknown_target_is_said(line: Made) -> None:
    """With where to correct it."""
    found = refused(product(line.path, target="relase/1.x"))
    assert "there is no tag, branch or commit 'relase/1.x'" in found.reason
    assert "`target:`" in found.remedy


def test_target_that_is_not_the_tag_s_commit_is_said(line: Made) -> None:
    """Two truths about what ships."""
    found = read(product(line.path, "1.10.0", target="main"))
    assert found.problems == ("main is not the commit that v1.10.0 marks",)


def test_moved_tag_is_noticed(line: Made) -> None:
    """The plan pins a revision; the tag leads elsewhere."""
    assert read(product(line.path, "1.10.0", revision=line.oids[2])).pin_mismatch
    assert not read(product(line.path, "1.10.0", revision=line.oids[6])).pin_mismatch


def test_breaks_against_the_plan_are_named(tmp_path: Path) -> None:
    """From the real commits to the sentence on the screen."""
    made = make_repository(tmp_path / "repo", ["feat: a", "fix!: b"], tags={"v1.2.3": 0})
    found = read(product(made.path))
    assert found.contradiction == f"planned 1.2.4, but 1 breaking commit asks for 2.0.0: {made.oids[1][:8]}"


def test_shallow_clone_is_said(line: Made, tmp_path: Path) -> None:
    """Its changelog lacks commits; nobody shall take it for the whole."""
    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{line.path}", "shallow")
    found = read(product(tmp_path / "shallow", "1.10.1"))
    assert found.shallow
    assert found.problems[-1] == "the clone is shallow, so commits are missing: git fetch --unshallow --tags"


def test_worktree_and_bare_clone_read_alike(line: Made, tmp_path: Path) -> None:
    """Both are clones people keep."""
    git(line.path, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "v1.10.0")
    git(tmp_path, "clone", "--quiet", "--bare", str(line.path), "bare")
    assert read(product(tmp_path / "tree", "1.10.1")).count == 0
    assert read(product(tmp_path / "bare", "1.10.1")).count == 2


@pytest.mark.parametrize("kind", ["missing", "plain", "empty"])
def test_what_cannot_be_read_says_why(tmp_path: Path, kind: str) -> None:
    """An outcome for the screen, with the next step; never an exception."""
    if kind == "plain":
        (tmp_path / kind).mkdir()
    if kind == "empty":
        make_repository(tmp_path / kind, [])
    found = refused(product(tmp_path / kind))
    words = {"missing": "no such directory", "plain": "not a git repository", "empty": "no commits yet"}
    assert words[kind] in found.reason
    assert found.remedy


def test_missing_git_is_an_outcome(line: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bastion without git still shows checklist and matrix."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in refused(product(line.path)).reason


@pytest.mark.parametrize("tag", ["--output={version}", "v{version} x", "v{version}..", "v{version}\x1b"])
def test_hostile_tag_pattern_is_refused(line: Made, tag: str) -> None:
    """The plan is text from outside too."""
    assert "no usable name" in refused(product(line.path, tag=tag)).reason


@pytest.mark.parametrize("target", ["--output=x", "-d", "main..v1", "main^{tree}", ":/fix", "@{-1}", "a\nb"])
def test_hostile_target_is_refused(line: Made, target: str, tmp_path: Path) -> None:
    """No option, no expression, and no file made."""
    before = sorted(os.listdir(line.path))
    assert "no usable name" in refused(product(line.path, target=target)).reason
    assert sorted(os.listdir(line.path)) == before


def test_hostile_references_of_a_repository_do_nothing(tmp_path: Path) -> None:
    """Names that git takes from remotes: options, markup, bidi, bytes that are no text."""
    made = make_repository(tmp_path / "repo", ["feat: a", "fix: b"], tags={"v1.2.3": 0})
    hostile = [
        "refs/heads/--output=x",
        "refs/heads/--upload-pack=touch",
        "refs/tags/-d",
        "refs/tags/--output=v9",
        "refs/tags/v1.2.3-[bold]red",
        "refs/tags/v9\u202e.0.0",
        "refs/tags/v9.0.0\udcff",
        "refs/tags/v9.0.0;touch${IFS}x",
    ]
    names = [os.fsencode(name) for name in hostile]
    (made.path / ".git/packed-refs").write_bytes(
        b"# pack-refs with: peeled fully-peeled sorted \n"
        + b"".join(b"%s %s\n" % (made.oids[1].encode(), name) for name in sorted(names))
    )
    found = read(product(made.path))
    assert (found.base, found.count) == ("v1.2.3", 1)
    assert not (made.path / "x").exists()


def test_tag_that_leads_to_no_commit_is_no_base(tmp_path: Path) -> None:
    """A tag may mark a file or a tree."""
    made = make_repository(tmp_path / "repo", ["feat: a", "fix: b"], tags={"v1.2.2": 0})
    git(made.path, "tag", "v1.2.3", "HEAD:notes.txt")
    assert read(product(made.path)).base == "v1.2.2"


def test_hostile_messages_become_harmless_lines(tmp_path: Path) -> None:
    """Control characters, bytes in no encoding, a lying encoding header, 10,000 characters."""
    made = make_repository(
        tmp_path / "repo",
        [
            b"fix: esc \x1b]0;owned\x07\x1b[2J",
            "fix: bidi \u202egnp.exe",
            b"fix: latin caf\xe9",
            CommitSpec("fix: declared café".encode("latin-1"), encoding="ISO-8859-1"),
            CommitSpec(b"fix: lying \xff\xfe", encoding="UTF-8"),
            CommitSpec(b"fix: unknown \xe9", encoding="klingon"),
            "fix: " + "x" * 10_000,
            CommitSpec("fix: author", author=b"Ev\x1bil\xff <e@example.com>"),
            "",
        ],
    )
    found = read(product(made.path))
    listed = [commit for section in found.sections for commit in section.commits]
    assert found.count == len(listed) == 9
    assert all(commit.subject.isprintable() and commit.author.isprintable() for commit in listed)
    assert {
        "fix: latin caf\\xe9",
        "fix: declared café",
        "fix: lying \\xff\\xfe",
        "fix: unknown \\xe9",
    } <= subjects(found)
    assert max(len(commit.subject) for commit in listed) == LINE_LIMIT


def test_a_message_that_git_cannot_read_is_said_to_be_one(tmp_path: Path) -> None:
    """Said to be in UTF-16: git prints what lies in its memory, other messages among it, never twice the same."""
    lies = [CommitSpec("feat!: one of ours" + "!" * at, encoding="UTF-16") for at in range(4)]
    after = CommitSpec("fix: of today", when=1)
    made = make_repository(tmp_path / "repo", ["feat: begin", *lies, after], tags={"v1.2.2": 4})
    whole = read(replace(product(made.path), start=made.oids[0]))
    unreadable = "(git cannot read this message: it is said to be in UTF-16)"
    assert unreadable in subjects(whole)
    assert subjects(whole) == {unreadable, "fix: of today"}
    alone = [read_commit(product(made.path), oid) for oid in made.oids[1:5]]
    assert unreadable in {one.message for one in alone if isinstance(one, WholeCommit)}
    assert subjects(read(product(made.path))) == {"fix: of today"}


@pytest.mark.parametrize(
    ("encoding", "garbled"),
    [("UTF-16", True), ("utf_16", True), ("UCS-2", True), ("cp037", True), ("ISO-8859-1", False),
     ("Shift_JIS", False), ("no-such", False), ("-x", False), ("rot13", False), ("zlib", False), ("\udcff", False),
     ("", False)],
)  # fmt: skip
def test_the_claim_alone_tells_whether_git_can_read_a_message(encoding: str, garbled: bool) -> None:
    """What lies in its memory may be a whole commit of somebody else, with author and time."""
    claim = encoding.encode("utf-8", "surrogateescape")
    assert is_garbled(claim, b"1780000000", b"Somebody Else") is garbled


def test_one_commit_is_read_whole(tmp_path: Path) -> None:
    """Lists keep headlines; the details pane asks for the rest."""
    made = make_repository(tmp_path / "repo", ["feat: a\n\nWhy.\n\nReviewed-by: Z"])
    history = History(str(made.path))
    commit = history.commit(made.oids[0])
    assert (commit.body, commit.author, commit.footers[0].token) == (
        "Why.\n\nReviewed-by: Z",
        "Ana Ruiz",
        "Reviewed-by",
    )
    with pytest.raises(UnknownRevisionError):
        history.commit("--output=x")


def test_revert_on_a_side_branch_is_told_with_what_it_reverts(tmp_path: Path) -> None:
    """With `paths`, git would leave out branches that end where they began."""
    made = make_repository(
        tmp_path / "repo",
        [
            CommitSpec("feat: start", {"web/a": "1"}),
            CommitSpec("feat: try", {"web/a": "2"}),
            CommitSpec("revert: try", {"web/a": "1"}),
            CommitSpec("docs: else", {"doc": "1"}, parents=(0,)),
            CommitSpec("Merge", {"web/a": "1"}, parents=(3, 2)),
        ],
        tags={"v1.2.3": 0},
    )
    assert {"feat: try", "revert: try"} <= subjects(read(product(made.path, paths=("web",))))


def test_message_longer_than_its_limit_does_not_swallow_its_neighbours(tmp_path: Path) -> None:
    """Three megabytes in one commit: cut there, whole around it."""
    made = make_repository(
        tmp_path / "repo", ["feat: before", "fix: long\n\n" + "words " * 500_000, "feat: after"]
    )
    assert subjects(read(product(made.path))) == {"feat: before", "fix: long", "feat: after"}


def test_long_history_is_shown_while_it_is_read(tmp_path: Path) -> None:
    """10,000 commits: the first of them are there before the last are, and each answer says that it is partial."""
    made = make_large(tmp_path / "large", 10_000)
    partial: list[ProductChanges] = []
    found = changes(product(made.path), RULES, progress=partial.append)
    assert isinstance(found, ProductChanges)
    assert (found.count, found.complete) == (10_000, True)
    counts = [one.count for one in partial]
    assert len(counts) >= 5
    assert counts[0] < 1_000
    assert all(later >= 2 * earlier for earlier, later in pairwise(counts))
    assert not any(one.complete or one.contradiction for one in partial)


def test_reading_stops_when_nobody_wants_it(tmp_path: Path) -> None:
    """What was read so far comes back, marked as a part."""
    made = make_large(tmp_path / "large", 3_000)
    partial: list[ProductChanges] = []
    found = changes(product(made.path), RULES, cancelled=lambda: bool(partial), progress=partial.append)
    assert isinstance(found, ProductChanges)
    assert not found.complete
    assert 0 < found.count < 3_000


def test_fingerprint_moves_with_references_and_only_with_them(line: Made) -> None:
    """Tags, branches, packing and fetching show; reading does not."""
    repo = str(line.path)
    seen = [fingerprint(repo)]
    changes(product(line.path), RULES)
    assert fingerprint(repo) == seen[0]
    for act in (
        ["tag", "v2.0.0"],
        ["branch", "release/v2"],
        ["pack-refs", "--all"],
        ["symbolic-ref", "HEAD", "refs/heads/x"],
    ):
        git(line.path, *act)
        seen.append(fingerprint(repo))
    assert len(set(seen)) == len(seen)


def test_fingerprint_of_a_worktree_sees_the_clone_s_references(line: Made, tmp_path: Path) -> None:
    """They live in the main clone."""
    git(line.path, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    before = fingerprint(str(tmp_path / "tree"))
    git(line.path, "tag", "v3.0.0")
    assert fingerprint(str(tmp_path / "tree")) != before


def test_fingerprint_of_nothing_is_no_error(tmp_path: Path) -> None:
    """The repository may appear later."""
    assert fingerprint(str(tmp_path / "gone")) == fingerprint(str(tmp_path / "gone"))


def test_reading_history_does_not_import_gitpython() -> None:
    """Its import costs more than reading the commits of a release."""
    script = (
        "import sys\n"
        "from gonogo.io.git.history import changes\n"
        "from gonogo.plan import ChangelogRules, Product\n"
        "changes(Product('web', '1.0.0', repo='nowhere'), ChangelogRules())\n"
        "print([name for name in ('git', 'textual', 'httpx', 'yaml') if name in sys.modules])"
    )
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_names_are_checked_before_git_sees_them(line: Made) -> None:
    """Also where the caller is not the plan."""
    with pytest.raises(UsageError):
        History(str(line.path)).resolve("--output=x")


_AS = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")


def beside(tmp_path: Path, *tags: str) -> Path:
    """A mainline of three commits; after the first one left a branch with the tags, which never comes back."""
    made = make_repository(tmp_path / "repo", ["feat: begin", "feat: more", "fix: total"])
    git(made.path, "branch", "rel", made.oids[0])
    tip = git(
        made.path, *_AS, "commit-tree", "-p", made.oids[0], "-m", "chore: release", f"{made.oids[0]}^{{tree}}"
    )
    for tag in tags:
        git(made.path, "tag", tag, tip)
    return made.path


def test_releases_beside_the_branch_are_counted_from_where_they_part(tmp_path: Path) -> None:
    """Tagged on release branches that are never merged back: nothing here is the first release."""
    found = read(product(beside(tmp_path, "v1.0.0", "v1.1.0")))
    assert (found.base, found.count) == ("v1.1.0", 2)
    assert subjects(found) == {"feat: more", "fix: total"}
    [told] = [one for one in found.problems if "where v1.1.0 parts from it" in one]
    assert "is not part of the target's history" in told or "are not part of the target's history" in told


def test_a_history_without_a_common_commit_is_counted_from_its_beginning(tmp_path: Path) -> None:
    """Two roots: the tag of the other one parts from nowhere."""
    made = make_repository(tmp_path / "repo", ["feat: begin", "fix: total"])
    alone = git(made.path, *_AS, "commit-tree", "-m", "chore: other root", f"{made.oids[0]}^{{tree}}")
    git(made.path, "tag", "v1.0.0", alone)
    found = read(product(made.path))
    assert (found.base, found.count) == ("", 2)


def test_a_tag_with_two_v_is_a_slip_and_no_base(tmp_path: Path) -> None:
    """Taken for 3.0.0, all that comes after would be counted from it."""
    made = make_repository(
        tmp_path / "repo", ["feat: begin", "fix: a", "fix: b"], tags={"v1.0.0": 0, "vv3.0.0": 1}
    )
    found = read(product(made.path))
    assert found.base == "v1.0.0"
    assert "vv3.0.0 begins like a version and cannot be read as semver: it is skipped as a base" in found.problems


def test_only_tags_that_could_have_been_the_base_are_named_as_skipped(tmp_path: Path) -> None:
    """Not an older one, not one of another branch, not what begins like no version."""
    tags = {"v0.9.0x": 0, "v1.0.0": 0, "v1.2x.0": 1, "v1.3.0_a": 1, "version-2": 1, "v2-retro": 1}
    made = make_repository(tmp_path / "repo", ["feat: begin", "fix: a", "fix: b"], tags=tags)
    alone = git(made.path, *_AS, "commit-tree", "-m", "chore: other root", f"{made.oids[0]}^{{tree}}")
    git(made.path, "tag", "v1.9.0_b", alone)
    [told] = [one for one in read(product(made.path)).problems if "skipped" in one]
    told_of, _, why = told.partition(" begin ")
    assert told_of == "v1.2x.0, v1.3.0_a"
    assert why == "like a version and cannot be read as semver: they are skipped as a base"


def test_an_ancient_release_is_no_base_where_newer_ones_stand_beside_the_branch(tmp_path: Path) -> None:
    """Release branches came into use after v0.1.0: what v1.1.0 shipped is not told a second time."""
    subjects_ = ["feat: begin", "feat: old", "feat: more", "fix: total"]
    made = make_repository(tmp_path / "repo", subjects_, tags={"v0.1.0": 0})
    tip = git(
        made.path, *_AS, "commit-tree", "-p", made.oids[2], "-m", "chore: release", f"{made.oids[2]}^{{tree}}"
    )
    git(made.path, "tag", "v1.1.0", tip)
    found = read(product(made.path))
    assert (found.base, subjects(found)) == ("v1.1.0", {"fix: total"})
    assert any("where v1.1.0 parts from it, 1 commit" in one for one in found.problems)
    assert read(product(made.path, previous="0.1.0")).count == 3, "what the plan names holds"


def test_a_hotfix_beside_the_branch_leaves_the_release_it_came_from_the_base(tmp_path: Path) -> None:
    """It parts at the very release that the target contains."""
    made = make_repository(tmp_path / "repo", ["feat: begin", "feat: more"], tags={"v1.0.0": 0})
    tip = git(made.path, *_AS, "commit-tree", "-p", made.oids[0], "-m", "fix: hot", f"{made.oids[0]}^{{tree}}")
    git(made.path, "tag", "v1.0.1", tip)
    assert read(product(made.path)).base == "v1.0.0"
