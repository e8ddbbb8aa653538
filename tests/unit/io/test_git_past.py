"""Whole histories, release by release: each commit with the first release that had it, read once."""

import os
import subprocess
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path

import pytest

from gonogo.changelog import Unreadable
from gonogo.io.git.history import kept
from gonogo.io.git.history.kept import Store
from gonogo.io.git.history.past import Past, read_past
from gonogo.plan import ChangelogRules, Product, SchemeName
from support.repositories import CommitSpec, Made, git, make_large, make_repository

pytestmark = pytest.mark.needs("git")

RULES = ChangelogRules()


def past(made: Made | Path, store: Store | None = None, paths: tuple[str, ...] = ()) -> Past:
    """The history of what lies there; must be readable."""
    path = made if isinstance(made, Path) else made.path
    found = read_past(Product("web", "9.0.0", repo=str(path), paths=paths), RULES, store)
    assert isinstance(found, Past), found
    return found


def releases(found: Past) -> dict[str, int]:
    """Tag to number of commits, newest first."""
    return {one.tag: one.count for one in found.releases}


def store_of(made: Made, directory: Path, rules: ChangelogRules = RULES) -> Store:
    """The cache of that history."""
    return Store(directory, Product("web", "9.0.0", repo=str(made.path)), rules)


@pytest.fixture
def lines(tmp_path: Path) -> Made:
    """1.0.0; a hotfix 1.0.1 on its own branch, merged back into what became 1.1.0; two commits since."""
    return make_repository(
        tmp_path / "lines",
        ["feat: start", CommitSpec("fix: hot", parents=(0,), files={"a/x": "1"}),
         CommitSpec("feat: more", parents=(0,)),
         CommitSpec("Merge branch 'hotfix'", parents=(2, 1), files={}), "feat: next", "feat!: rework"],
        tags={"v1.0.0": 0, "v1.1.0-rc.1": 2, "other": 4},
        annotated={"v1.0.1": 1, "v1.1.0": 3},
    )  # fmt: skip


def test_each_commit_came_with_the_first_release_that_has_it(lines: Made) -> None:
    """A hotfix merged back stays with the hotfix; candidates are part of their final."""
    found = past(lines)
    assert releases(found) == {"": 2, "v1.1.0": 2, "v1.0.1": 1, "v1.0.0": 1}
    assert found.releases[0].lines.decode().splitlines()[:4] == [
        "not released yet  2 commits",
        "",
        "Breaking  1",
        f"! {lines.oids[5][:8]} rework  Ana Ruiz",
    ]


def test_paths_count_their_commits_only(lines: Made) -> None:
    """The fix below them and the merge that brought it; a release that did not touch them is not listed."""
    assert releases(past(lines, paths=("a",))) == {"v1.1.0": 1, "v1.0.1": 1}


def test_clock_that_went_back_does_not_move_a_commit(tmp_path: Path) -> None:
    """A parent that is younger than its child is shown first; the release it came with is the same."""
    made = make_repository(
        tmp_path / "skew",
        [CommitSpec("feat: start", when=1_760_000_000), CommitSpec("feat: from the future", when=1_860_000_000),
         CommitSpec("fix: on the line", parents=(1,), when=1_700_000_000),
         CommitSpec("feat: main", parents=(0,), when=1_760_000_100),
         CommitSpec("Merge", parents=(3, 1), files={}, when=1_760_000_200)],
        tags={"v1.0.0": 0, "v1.0.1": 2, "v1.1.0": 4},
    )  # fmt: skip
    git(made.path, "update-ref", "refs/heads/main", made.oids[4])
    assert releases(past(made)) == {"v1.1.0": 3, "v1.0.0": 1}


def test_every_commit_is_told_once(tmp_path: Path) -> None:
    """As many as git counts, whatever the merges."""
    made = make_large(tmp_path / "large", 3_000, tag_every=70)
    found = past(made)
    assert sum(releases(found).values()) == 3_000
    # the same as asking git for each release: what it has and no older one has
    names = [one.tag for one in found.releases if one.tag]
    for newer, older in islice(pairwise(names), 5):
        assert int(git(made.path, "rev-list", "--count", newer, f"^{older}")) == releases(found)[newer]


def test_tags_that_move_on_are_no_releases(tmp_path: Path) -> None:
    """`v1` and `v1.1` stand on the newest release of their line: none of them had everything before it."""
    made = make_repository(
        tmp_path / "moving",
        ["feat: start", "feat: more", "feat: most"],
        tags={"v1.0.1": 0, "v1.1.0": 1, "v1.1": 1, "v1.2.0": 2, "v1": 2},
    )
    assert releases(past(made)) == {"v1.2.0": 1, "v1.1.0": 1, "v1.0.1": 1}


def test_short_names_are_releases_where_there_are_no_others(tmp_path: Path) -> None:
    """A history that counts 1.0, 1.1, 2 has releases of these names."""
    made = make_repository(
        tmp_path / "short", ["feat: start", "feat: more", "x"], tags={"v1.0": 0, "v1.1": 1, "v2": 2}
    )
    assert releases(past(made)) == {"v2": 1, "v1.1": 1, "v1.0": 1}


def test_tags_of_another_product_are_not_ours(tmp_path: Path) -> None:
    """`web/v` and `api/v` are of one length; only one of them is this product's."""
    made = make_repository(
        tmp_path / "mono", ["feat: a", "feat: b", "feat: c"], tags={"web/v1.0.0": 0, "api/v1.1.0": 1}
    )
    found = read_past(Product("web", "9.0.0", repo=str(made.path), tag="{product}/v{version}"), RULES)
    assert isinstance(found, Past)
    assert releases(found) == {"": 2, "web/v1.0.0": 1}


def test_opaque_releases_are_ordered_by_history(tmp_path: Path) -> None:
    """build-10 comes after build-9, though no scheme says so."""
    made = make_repository(
        tmp_path / "opaque",
        [f"feat: {at}" for at in range(4)],
        tags={"build-1": 0, "build-9": 1, "build-10": 2, "elsewhere": 3},
    )
    product = Product("web", "11", repo=str(made.path), scheme=SchemeName.OPAQUE, tag="build-{version}")
    found = read_past(product, RULES)
    assert isinstance(found, Past)
    assert releases(found) == {"": 1, "build-10": 1, "build-9": 1, "build-1": 1}
    assert [one.tag for one in found.releases] == ["", "build-10", "build-9", "build-1"]


def test_repository_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """As `changes` does."""
    found = read_past(Product("web", "1.0.0", repo=str(tmp_path)), RULES)
    assert isinstance(found, Unreadable)


def test_releases_are_read_once(lines: Made, tmp_path: Path) -> None:
    """The second time only what is pending is read, and the answer is the same."""
    store = store_of(lines, tmp_path / "cache")
    first, second = past(lines, store), past(lines, store)
    assert (first.reused, second.reused) == (False, True)
    assert first.releases == second.releases


def test_new_commits_come_to_what_was_kept(lines: Made, tmp_path: Path) -> None:
    """They are pending; nothing else is read again."""
    store = store_of(lines, tmp_path / "cache")
    past(lines, store)
    git(
        lines.path,
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@x",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "fix: newest",
    )
    found = past(lines, store)
    assert (found.reused, releases(found)[""]) == (True, 3)


def _new_tag(made: Made) -> None:
    git(made.path, "tag", "v1.2.0", made.oids[4])


def _moved_tag(made: Made) -> None:
    git(made.path, "tag", "-f", "v1.1.0", made.oids[4])


def _deleted_tag(made: Made) -> None:
    git(made.path, "tag", "-d", "v1.0.1")


def _older_target(made: Made) -> None:
    git(made.path, "update-ref", "refs/heads/main", made.oids[2])


@pytest.mark.parametrize("happens", [_new_tag, _moved_tag, _deleted_tag, _older_target])
def test_history_that_changed_is_read_anew(lines: Made, tmp_path: Path, happens: Callable[[Made], None]) -> None:
    """Old is never shown as new: what was kept counts for exactly these tags and what contains them."""
    store = store_of(lines, tmp_path / "cache")
    past(lines, store)
    happens(lines)
    found = past(lines, store)
    assert not found.reused
    assert found.releases == past(lines).releases


def test_merged_line_with_releases_of_its_own_is_read_anew(tmp_path: Path) -> None:
    """The tags are the same as before, and now the target contains one more of them."""
    made = make_repository(
        tmp_path / "merged",
        ["feat: start", CommitSpec("fix: hot", parents=(0,)), CommitSpec("feat: more", parents=(0,)),
         CommitSpec("Merge", parents=(2, 1), files={})],
        tags={"v1.0.0": 0, "v1.0.1": 1},
    )  # fmt: skip
    git(made.path, "update-ref", "refs/heads/main", made.oids[2])
    store = store_of(made, tmp_path / "cache")
    assert releases(past(made, store)) == {"": 1, "v1.0.0": 1}
    git(made.path, "update-ref", "refs/heads/main", made.oids[3])
    assert releases(past(made, store)) == {"": 2, "v1.0.1": 1, "v1.0.0": 1}


def _file(directory: Path) -> Path:
    [file] = directory.glob("*.past")
    return file


@pytest.mark.parametrize("harm", ["empty", "cut", "changed", "other form", "garbage"])
def test_corrupt_cache_is_ignored(lines: Made, tmp_path: Path, harm: str) -> None:
    """Whatever a disk does to it: the history is read."""
    store = store_of(lines, tmp_path / "cache")
    first = past(lines, store)
    file = _file(tmp_path / "cache")
    content = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "cut": content[:-10],
            "changed": content.replace(b"rework", b"REWORK").replace(b"hot", b"hat"),
            "other form": content.replace(b"past@", b"past@0"),
            "garbage": os.urandom(len(content)),
        }[harm]
    )
    second = past(lines, store)
    assert (second.reused, second.releases) == (False, first.releases)


def test_cache_of_another_repository_is_not_believed(lines: Made, tmp_path: Path) -> None:
    """Also when a file is put in the place of another one."""
    directory = tmp_path / "cache"
    past(lines, store_of(lines, directory))
    stolen = _file(directory).read_bytes()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(lines.path), str(clone))
    _file(directory).unlink()
    other = Made(clone, lines.oids)
    past(other, store_of(other, directory))
    _file(directory).write_bytes(stolen)
    assert not past(other, store_of(other, directory)).reused


def test_other_rules_are_another_cache(lines: Made, tmp_path: Path) -> None:
    """A plan that names its sections anew sees them at once."""
    past(lines, store_of(lines, tmp_path / "cache"))
    assert store_of(lines, tmp_path / "cache", ChangelogRules(sections={"feat": "News"})).load(b"") is None


@pytest.mark.parametrize("wrong", ["readable by nobody else, writable by all", "link", "directory of others"])
def test_file_that_others_may_have_written_is_not_believed(lines: Made, tmp_path: Path, wrong: str) -> None:
    """Modes, owners and links are looked at before anything is read."""
    directory = tmp_path / "cache"
    store = store_of(lines, directory)
    past(lines, store)
    file = _file(directory)
    if wrong == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    elif wrong == "directory of others":
        directory.chmod(0o777)
    else:
        file.chmod(0o666)
    assert not past(lines, store).reused


def test_cache_is_private_and_bounded(lines: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else reads it, nothing half-written stays, and those used longest ago go first."""
    monkeypatch.setattr(kept, "_FILES", 3)
    directory = tmp_path / "cache"
    for number in range(5):
        rules = ChangelogRules(sections={"feat": f"News {number}"})
        found = read_past(Product("web", "9.0.0", repo=str(lines.path)), rules, store_of(lines, directory, rules))
        assert isinstance(found, Past)
    assert len(list(directory.iterdir())) == 3
    assert {file.suffix for file in directory.iterdir()} == {".past"}
    assert {file.stat().st_mode & 0o777 for file in [directory, *directory.iterdir()]} == {0o700, 0o600}


def test_cache_that_cannot_be_written_changes_nothing(lines: Made, tmp_path: Path) -> None:
    """A file stands where its directory should be."""
    (tmp_path / "cache").write_text("not a directory")
    assert releases(past(lines, store_of(lines, tmp_path / "cache" / "histories")))["v1.0.0"] == 1


def test_shallow_clone_is_not_kept(lines: Made, tmp_path: Path) -> None:
    """Its end is not the history's."""
    clone = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{lines.path}", clone], check=True)
    made = Made(clone, lines.oids)
    found = past(made, store_of(made, tmp_path / "cache"))
    assert "shallow" in found.problems[0]
    assert not (tmp_path / "cache").exists()
