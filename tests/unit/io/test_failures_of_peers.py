"""Failures that users of other changelog and version tools reported, each on a real repository.

Every test is named after what went wrong there.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.changelog import ProductChanges
from gonogo.commits import Commit
from gonogo.io.git.history import changes
from gonogo.plan import ChangelogRules, Product, SchemeName
from gonogo.versions import Version, parse
from support.repositories import CommitSpec, Made, git, make_repository

pytestmark = pytest.mark.needs("git")


def ships(made: Made, version: str, target: str = "", start: str = "") -> ProductChanges:
    """What `version` ships; must be readable."""
    product = Product("web", version, repo=str(made.path), target=target, start=start)
    found = changes(product, ChangelogRules())
    assert isinstance(found, ProductChanges), found
    return found


def listed(found: ProductChanges) -> list[Commit]:
    """Every entry, in the order of the sections."""
    return [commit for section in found.sections for commit in section.commits]


def told(found: ProductChanges) -> list[str]:
    """What is announced: entries that are not struck out."""
    return [commit.description for commit in listed(found) if commit.struck is None]


@pytest.fixture
def lines(tmp_path: Path) -> Made:
    """Mainline with 1.0.0 and 1.1.0; release/v1.0 from 1.0.0 with a fix that is not tagged yet."""
    return make_repository(
        tmp_path / "lines",
        ["feat: start", CommitSpec("fix: on the line", parents=(0,)), CommitSpec("feat: news", parents=(0,)),
         CommitSpec("feat!: rework", parents=(2,))],
        tags={"v1.0.0": 0, "v1.1.0": 2},
        branches={"release/v1.0": 1},
    )  # fmt: skip


def test_hotfix_from_an_older_patch_is_out_of_range(lines: Made) -> None:
    """semantic-release 1487, 3445: here it is the next free patch of its own line."""
    found = ships(lines, "1.0.1", target="release/v1.0")
    assert (found.base, found.next_version, found.contradiction) == ("v1.0.0", "1.0.1", "")


def test_patch_branch_computes_its_version_from_main(lines: Made) -> None:
    """semantic-release 3639, 3992: the break on main does not reach the line."""
    found = ships(lines, "1.0.1", target="release/v1.0")
    assert told(found) == ["on the line"]


def test_wrong_version_with_several_prerelease_branches(tmp_path: Path) -> None:
    """semantic-release 1061: the planned version names the channel, and only its numbers count."""
    made = make_repository(
        tmp_path / "channels",
        ["feat: a", "feat: b", "feat: c", "feat: d"],
        tags={"v1.0.0": 0, "v1.1.0-rc.1": 1, "v1.1.0-snapshot.9": 2},
    )
    found = ships(made, "1.1.0-rc.2")
    assert (found.base, found.next_version) == ("v1.1.0-rc.1", "1.1.0-rc.2")
    assert ships(made, "1.1.0-beta.1").next_version == "1.1.0-beta.1"


def test_merge_back_of_a_hotfix_triggers_another_release(tmp_path: Path) -> None:
    """release-please 2475: what the merge brings is out; only the merge itself is new, and asks for nothing."""
    made = make_repository(
        tmp_path / "back",
        ["feat: start", CommitSpec("fix: hot", parents=(0,)),
         CommitSpec("Merge branch 'hotfix/v1.0.1'", parents=(0, 1), files={})],
        tags={"v1.0.0": 0, "v1.0.1": 1},
    )  # fmt: skip
    found = ships(made, "1.0.2")
    assert (found.base, found.count, found.next_version) == ("v1.0.1", 1, "1.0.1")


def test_commits_cannot_be_chosen_for_a_patch(lines: Made) -> None:
    """release-please 935: the range of any two points is told, by naming where it begins."""
    found = ships(lines, "1.1.1", start=lines.oids[2])
    assert (found.base, found.range.stated, told(found)) == (lines.oids[2], True, ["rework"])


@given(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)))
def test_tags_with_a_major_of_two_digits_are_misread(numbers: tuple[int, int, int]) -> None:
    """release-please changelog 1451: any number of digits, written and read again."""
    text = ".".join(map(str, numbers))
    read = parse(f"v{text}", SchemeName.SEMVER)
    assert isinstance(read, Version)
    assert (read.release, read.number) == (numbers, text)


def test_hotfix_and_side_tags_mix_sections(lines: Made) -> None:
    """git-cliff 38, 750: a tag on a side branch is no part of main, and takes nothing from it."""
    git(lines.path, "tag", "v1.0.1", lines.oids[1])
    found = ships(lines, "2.0.0")
    assert (found.base, told(found)) == ("v1.1.0", ["rework"])


def test_late_merged_commit_is_listed_in_an_old_release(tmp_path: Path) -> None:
    """git-cliff 188, 227: what counts is what the base contains, not the date."""
    made = make_repository(
        tmp_path / "late",
        ["feat: start", CommitSpec("feat: written early", parents=(0,), when=1_700_000_000),
         CommitSpec("feat: released", parents=(0,)), CommitSpec("Merge branch 'early'", parents=(2, 1), files={})],
        tags={"v1.0.0": 0, "v1.1.0": 2},
    )  # fmt: skip
    assert "written early" in told(ships(made, "1.2.0"))
    assert "written early" not in told(ships(made, "1.1.0"))


def test_order_changes_between_time_and_topology(tmp_path: Path) -> None:
    """git-cliff 58, 139, 415, 556, 804: newest first by commit time, as git has it, within each section."""
    made = make_repository(
        tmp_path / "order",
        ["feat: start", CommitSpec("feat: second", parents=(0,), when=1_760_000_500),
         CommitSpec("feat: first", parents=(0,), when=1_760_000_100),
         CommitSpec("feat: third", parents=(2,), when=1_760_000_900),
         CommitSpec("Merge", parents=(3, 1), when=1_760_001_000, files={})],
        tags={"v1.0.0": 0},
    )  # fmt: skip
    assert told(ships(made, "1.1.0")) == ["third", "second", "first", "Merge"]


def test_candidate_and_final_on_one_commit_wrong_one_wins(tmp_path: Path) -> None:
    """commitizen 1071: the final one is the newer version, wherever the tags stand in a list."""
    made = make_repository(
        tmp_path / "both", ["feat: a", "fix: b"], tags={"v1.0.0-rc.1": 0, "v1.0.0": 0, "v1.0.0-rc.10": 0}
    )
    assert ships(made, "1.0.1").base == "v1.0.0"
    assert ships(made, "1.1.0-rc.1").base == "v1.0.0"


def test_squash_merges_lose_entries(tmp_path: Path) -> None:
    """commitizen 651, semantic-release 2661: each line of the body is told; what is none, stands under Other."""
    squashed = "Payments (#12)\n\n* feat: refunds\n* fix: rounding\n* tidy up"
    made = make_repository(tmp_path / "squash", ["feat: start", squashed], tags={"v1.0.0": 0})
    found = ships(made, "1.1.0")
    assert {section.title: [one.description for one in section.commits] for section in found.sections} == {
        "Added": ["refunds"],
        "Fixed": ["rounding"],
        "Other": ["Payments (#12)"],
    }
    assert (found.count, found.next_version) == (1, "1.1.0")


def test_reverts_are_listed_half_listed_or_ignored(tmp_path: Path) -> None:
    """conventional-changelog 554, standard-version 829, commit-analyzer 626: both halves, struck out."""
    x = CommitSpec("feat: x", {"x.txt": "x\n"})
    made = make_repository(tmp_path / "revert", ["feat: start", x, "fix: y"], tags={"v1.0.0": 0})
    git(made.path, "checkout", "-q", "main")
    git(made.path, "-c", "user.name=A", "-c", "user.email=a@x", "revert", "--no-edit", made.oids[1])
    found = ships(made, "1.1.0")
    assert told(found) == ["y"]
    assert {one.description: str(one.struck)[:8] for one in listed(found) if one.struck} == {
        "x": "reverted",
        'Revert "feat: x"': "reverts ",
    }
    assert found.next_version == "1.0.1"


def test_notes_of_a_final_cover_only_the_last_candidate(tmp_path: Path) -> None:
    """goreleaser 2764, odigos 3266: a final is compared with the last final."""
    made = make_repository(
        tmp_path / "final",
        ["feat: start", "feat: a", "fix: b", "fix: c"],
        tags={"v1.0.0": 0, "v1.1.0-rc.1": 1, "v1.1.0-rc.2": 2, "v1.1.0": 3},
    )
    assert told(ships(made, "1.1.0")) == ["a", "c", "b"]
    assert told(ships(made, "1.1.0-rc.2")) == ["b"]


def test_candidate_sorts_above_its_final(tmp_path: Path) -> None:
    """vuls 2616, firefly-cli 340, kconnect 668: git's own sorting has rc.10 above the final; here it is below."""
    made = make_repository(
        tmp_path / "above", ["feat: a", "feat: b", "feat: c"], tags={"v0.40.0": 1, "v0.40.0-rc.10": 0, "v0.9.0": 0}
    )
    assert ships(made, "0.41.0").base == "v0.40.0"


def test_squash_merged_release_branch_orphans_its_tag(tmp_path: Path) -> None:
    """flipt 6082: 252 commits instead of 88. Counted from where the released branch parts, and that is said."""
    commits: list[str | CommitSpec] = ["feat: start", *(f"fix: {at}" for at in range(5))]
    commits.append(CommitSpec("chore: release 1.1.0", parents=(5,)))  # tagged, on the release branch only
    commits.append(CommitSpec("chore: release 1.1.0 (#9)", parents=(5,)))  # the same, squashed into main
    commits.append("feat: next")
    made = make_repository(tmp_path / "orphan", commits, tags={"v1.0.0": 0, "v1.1.0": 6})
    found = ships(made, "1.2.0")
    assert (found.base, found.count) == ("v1.1.0", 2)
    assert "v1.1.0 is not part of the target's history" in found.problems[0]
    assert f"counted from {made.oids[5][:8]}, where v1.1.0 parts from it, 2 commits" in found.problems[0]
    chosen = ships(made, "1.2.0", start="v1.1.0")
    assert (chosen.base, chosen.count) == ("v1.1.0", 2)


def test_hotfix_tag_contains_unreleased_work(tmp_path: Path) -> None:
    """gitflow 376: a tag set after the merge to main. What it contains beyond the hotfix is listed, not hidden."""
    made = make_repository(
        tmp_path / "after",
        ["feat: start", CommitSpec("feat: unreleased", parents=(0,)), CommitSpec("fix: hot", parents=(0,)),
         CommitSpec("Merge branch 'hotfix'", parents=(1, 2), files={})],
        tags={"v1.0.0": 0, "v1.0.1": 3},
    )  # fmt: skip
    found = ships(made, "1.0.1")
    assert "unreleased" in told(found)
    assert found.contradiction == f"planned 1.0.1, but 1 feature asks for 1.1.0: {made.oids[1][:8]}"


def test_whatever_is_checked_out_is_taken(lines: Made) -> None:
    """gitflow-avh 416: the tag ships, or the target of the plan; HEAD only while neither is there."""
    before = ships(lines, "1.1.0"), ships(lines, "1.0.1", target="release/v1.0")
    git(lines.path, "symbolic-ref", "HEAD", "refs/heads/release/v1.0")
    after = ships(lines, "1.1.0"), ships(lines, "1.0.1", target="release/v1.0")
    assert [one.target_oid for one in before] == [one.target_oid for one in after]
