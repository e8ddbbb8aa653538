"""What ships: sections, the next version, contradictions."""

import pytest

from gonogo.changelog import (
    Base,
    ProductChanges,
    Range,
    arrange,
    build,
)
from gonogo.commits import Commit, parse_commit
from gonogo.plan import ChangelogRules, SchemeName
from gonogo.versions import Bump

RULES = ChangelogRules()


def commits(*messages: str, parents: int = 1) -> list[Commit]:
    """Commits with ids 1111..., 2222..., newest first."""
    return [
        parse_commit(message, oid=f"{at % 16:x}" * 40, parents=parents) for at, message in enumerate(messages, 1)
    ]


def ships(
    *messages: str,
    base: str = "1.2.3",
    planned: str = "1.2.4",
    scheme: SchemeName = SchemeName.SEMVER,
    problems: tuple[str, ...] = (),
) -> ProductChanges:
    """Changes of `web` since the tag of `base`."""
    found = Range(base=Base(f"v{base}", "0" * 40, base) if base else Base(), problems=problems)
    return build("web", commits(*messages), found, RULES, planned, scheme)


def titles(changes: ProductChanges) -> list[str]:
    """The headings, in order."""
    return [section.title for section in changes.sections]


def test_breaking_changes_come_first_and_other_last() -> None:
    """In between, the built-in headings in their own order."""
    changes = ships("Update readme", "fix: b", "chore: c", "feat: d", "refactor!: e")
    assert titles(changes) == ["Breaking", "Added", "Fixed", "Internal", "Other"]


def test_every_commit_stands_in_exactly_one_section() -> None:
    """A breaking feature is announced once; a merge and an unknown type are not dropped."""
    listed = commits("feat!: a", "Update", "whatever: b", "fix: c") + commits("Merge branch 'x'", parents=2)
    sections = arrange(listed, RULES)
    assert sorted(commit.subject for section in sections for commit in section.commits) == sorted(
        commit.subject for commit in listed
    )


def test_plan_s_sections_replace_the_built_in_ones() -> None:
    """Types the plan does not name stand under Other."""
    rules = ChangelogRules(sections={"fix": "Repairs", "feat": "News"})
    sections = arrange(commits("feat: a", "fix: b", "perf: c"), rules)
    assert [section.title for section in sections] == ["Repairs", "News", "Other"]


def test_conventional_merge_stands_with_its_type() -> None:
    """A merge that says what it brings is worth more than a merge."""
    assert [section.title for section in arrange(commits("feat: a", parents=2), RULES)] == ["Added"]


@pytest.mark.parametrize(
    ("messages", "base", "by", "following"),
    [
        ((), "1.2.3", Bump.NONE, "1.2.3"),
        (("docs: a",), "1.2.3", Bump.PATCH, "1.2.4"),
        (("Update readme",), "1.2.3", Bump.PATCH, "1.2.4"),
        (("fix: a",), "1.2.3", Bump.PATCH, "1.2.4"),
        (("fix: a", "feat: b"), "1.9.3", Bump.MINOR, "1.10.0"),
        (("feat: a", "fix!: b"), "1.2.3", Bump.MAJOR, "2.0.0"),
        (("feat!: a",), "0.9.1", Bump.MINOR, "0.10.0"),
        (("feat: a",), "0.9.1", Bump.MINOR, "0.10.0"),
        (("fix: a",), "2.0.0-rc.1", Bump.PATCH, "2.0.0"),
        (("fix!: a",), "2.0.0-rc.1", Bump.MAJOR, "2.0.0"),
    ],
)
def test_commits_name_the_next_version(messages: tuple[str, ...], base: str, by: Bump, following: str) -> None:
    """The greatest change decides; below 1.0.0 a break is a minor version."""
    changes = ships(*messages, base=base, planned="9.0.0")
    assert (changes.bump, changes.next_version, changes.contradiction) == (by, following, "")


def test_first_release_is_what_the_plan_says() -> None:
    """Without a base there is nothing to count up from."""
    changes = ships("feat!: a", base="", planned="1.0.0")
    assert (changes.next_version, changes.contradiction) == ("1.0.0", "")


def test_contradiction_names_the_commits() -> None:
    """A patch release with breaks in it: how many, which, and what they ask for."""
    changes = ships("feat!: a", "fix: b", "fix!: c")
    assert changes.contradiction == "planned 1.2.4, but 2 breaking commits ask for 2.0.0: 11111111, 33333333"
    assert changes.breaking_without_major


def test_long_contradiction_is_cut() -> None:
    """Three names and a number."""
    changes = ships(*["feat!: a"] * 5)
    assert changes.contradiction.endswith("for 2.0.0: 11111111, 22222222, 33333333 and 2 more")


def test_feature_in_a_patch_release_is_a_contradiction_without_a_break() -> None:
    """It is told, and the gate for breaks does not close for it."""
    changes = ships("feat: a")
    assert changes.contradiction == "planned 1.2.4, but 1 feature asks for 1.3.0: 11111111"
    assert not changes.breaking_without_major


def test_plan_may_go_further_than_the_commits_ask() -> None:
    """A major version with nothing but fixes is somebody's decision."""
    assert ships("fix: a", planned="2.0.0").contradiction == ""


def test_candidate_of_the_right_version_is_right() -> None:
    """2.0.0-rc.1 is below 2.0.0 in the order, and what a break asks for."""
    assert ships("feat!: a", planned="2.0.0-rc.1").contradiction == ""


def test_planned_version_must_be_newer_than_the_base() -> None:
    """1.10 is in there already; 1.9 cannot follow it."""
    changes = ships("fix: a", base="1.10.0", planned="1.9.0")
    assert changes.contradiction == "planned 1.9.0 is not newer than v1.10.0, which the target already contains"


def test_calendar_decides_calendar_versions() -> None:
    """A break does not contradict 2026.11; going back does."""
    changes = ships("feat!: a", base="2026.10.0", planned="2026.11.0", scheme=SchemeName.CALVER)
    assert (changes.contradiction, changes.breaking_without_major) == ("", False)
    back = ships("feat: a", base="2026.10.0", planned="2026.9.0", scheme=SchemeName.CALVER)
    assert back.contradiction


def test_opaque_versions_have_no_successor() -> None:
    """No proposal and no contradiction is made up."""
    changes = ships("feat!: a", base="tapir", planned="okapi", scheme=SchemeName.OPAQUE)
    assert (changes.next_version, changes.contradiction) == ("", "")


def test_half_read_history_contradicts_nobody() -> None:
    """What is missing could change the answer."""
    found = Range(base=Base("v1.2.3", "0" * 40, "1.2.3"))
    changes = build("web", commits("feat!: a"), found, RULES, "1.2.4", complete=False)
    assert (changes.contradiction, changes.complete) == ("", False)
