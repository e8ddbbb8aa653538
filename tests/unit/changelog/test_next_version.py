"""The version the commits ask for: rules below 1.0.0, wishes, channels, numbers that are taken."""

from datetime import date

import pytest
from msgspec.structs import replace

from gonogo.changelog import Base, ProductChanges, Range, Reckoning, build
from gonogo.changelog.written import Written, written
from gonogo.commits import Commit, Fate, Struck, parse_commit
from gonogo.plan import BelowOne, BumpRules, ChangelogRules, MergePolicy, SchemeName
from gonogo.versions import Bump, Version, parse

RULES = ChangelogRules()


def versions(*texts: str) -> tuple[Version, ...]:
    """Semantic versions that must parse."""
    read = [parse(text, SchemeName.SEMVER) for text in texts]
    return tuple(one for one in read if isinstance(one, Version))


def asked(
    *messages: str | Commit,
    base: str = "1.2.3",
    planned: str = "9.0.0",
    rules: ChangelogRules = RULES,
    by: Reckoning | None = None,
    copies: dict[str, Struck] | None = None,
    text: Written | None = None,
) -> ProductChanges:
    """What ships since `base`; messages newest first, with ids 111..., 222..."""
    commits = [
        one if isinstance(one, Commit) else parse_commit(one, oid=f"{at:x}" * 40, with_body=False)
        for at, one in enumerate(messages, 1)
    ]
    found = Range(base=Base(f"v{base}", "0" * 40, base) if base else Base())
    by = by or Reckoning(below_one=rules.below_one)
    return build("web", commits, found, rules, planned, by.scheme, copies=copies or {}, by=by, written=text)


@pytest.mark.parametrize(
    ("below_one", "message", "expected"),
    [
        (BelowOne(), "feat!: x", "0.4.0"),
        (BelowOne(), "feat: x", "0.4.0"),
        (BelowOne(feature=Bump.PATCH), "feat: x", "0.3.3"),
        (BelowOne(breaking=Bump.MAJOR), "feat!: x", "1.0.0"),
        (BelowOne(), "fix: x", "0.3.3"),
    ],
)
def test_below_one_the_plan_decides(below_one: BelowOne, message: str, expected: str) -> None:
    """Semantic Versioning leaves it open (clause 4); the plan says it."""
    assert asked(message, base="0.3.2", rules=ChangelogRules(below_one=below_one)).next_version == expected


def test_wished_version_is_the_next_one() -> None:
    """`Release-As:` of the newest commit that has one, whatever the commits would ask for."""
    changes = asked("fix: b\n\nRelease-As: 2.0.0", "fix: a\n\nRelease-As: 3.0.0", planned="2.0.0")
    assert (changes.next_version, changes.contradiction) == ("2.0.0", "")


def test_plan_against_a_wish_names_the_commit() -> None:
    """Also when the plan is higher: somebody decided on a number."""
    changes = asked("fix: b\n\nRelease-As: 2.0.0", planned="3.0.0")
    assert changes.contradiction == "planned 3.0.0, but 11111111 says Release-As: 2.0.0"


def test_wish_to_go_back_is_none() -> None:
    """A version never goes down."""
    assert asked("fix: b\n\nRelease-As: 1.0.0").next_version == "1.2.4"


def test_reverted_feature_asks_for_nothing() -> None:
    """What was taken back cannot force a minor version; something else was built all the same."""
    changes = asked(f'Revert "feat: x"\n\nThis reverts commit {"2" * 40}.', "feat: x")
    assert (changes.bump, changes.next_version) == (Bump.PATCH, "1.2.4")


def test_reverted_break_is_no_break() -> None:
    """It is shown struck out, and counts for no gate."""
    changes = asked(f'Revert "feat!: x"\n\nThis reverts commit {"2" * 40}.', "feat!: x", planned="1.2.4")
    assert (changes.breaking, changes.contradiction, changes.breaking_without_major) == ((), "", False)
    assert [section.title for section in changes.sections] == ["Breaking", "Other"]


def test_feature_released_with_a_hotfix_still_counts_from_this_base() -> None:
    """The base does not have it: the version after it must say so."""
    copies = {"1" * 40: Struck(Fate.RELEASED, "f" * 40, "v1.2.4")}
    changes = asked("feat: x", copies=copies)
    assert (changes.next_version, changes.sections[0].title) == ("1.3.0", "Already announced")


def test_merge_back_alone_asks_for_no_release() -> None:
    """The hotfix it brings back is out already."""
    merge = parse_commit("Merge branch 'hotfix/v1.2.3'", oid="a" * 40, parents=2)
    changes = asked(merge)
    assert (changes.bump, changes.next_version, changes.count) == (Bump.NONE, "1.2.3", 1)


def test_number_that_is_taken_is_passed_over() -> None:
    """A hotfix from another branch has 1.2.4."""
    by = Reckoning(taken=versions("1.2.4", "1.2.5", "1.3.0-rc.1"))
    assert asked("fix: x", by=by).next_version == "1.2.6"
    assert asked("feat: x", by=by).next_version == "1.3.0"


def test_feature_is_no_patch_of_a_line_that_has_its_number() -> None:
    """8.4.0 to 8.4.2 are out on a branch of their own: what follows from 8.3.0 is 8.5.0, not 8.4.3."""
    by = Reckoning(taken=versions("1.3.0", "1.3.1", "1.3.2"))
    assert asked("feat: x", by=by).next_version == "1.4.0"
    assert asked("feat!: x", by=Reckoning(taken=versions("2.0.0"))).next_version == "3.0.0"


def test_planned_candidate_names_the_channel() -> None:
    """The next free number on it; the contradiction compares finals."""
    by = Reckoning(taken=versions("1.3.0-rc.1", "1.3.0-rc.2", "1.3.0-beta.9"))
    changes = asked("feat: x", planned="1.3.0-rc.3", by=by)
    assert (changes.next_version, changes.contradiction) == ("1.3.0-rc.3", "")
    assert "asks for" in asked("feat!: x", planned="1.3.0-rc.3", by=by).contradiction


def test_calendar_version_is_made_for_the_day() -> None:
    """By the plan's pattern."""
    by = Reckoning(SchemeName.CALVER, pattern="YYYY.MM.MICRO", on=date(2026, 11, 24))
    assert asked("feat: x", base="2026.10.2", planned="2026.11.0", by=by).next_version == "2026.11.0"
    assert asked("feat: x", base="2026.11.2", planned="2026.11.3", by=by).next_version == "2026.11.3"


def test_squashed_commit_forces_once() -> None:
    """Two features in one commit are one commit to name."""
    changes = asked("feat: a\n\n* feat: b\n* feat: c", planned="1.2.4")
    assert changes.contradiction == "planned 1.2.4, but 1 feature asks for 1.3.0: 11111111"


def test_title_of_a_squashed_commit_decides_its_step() -> None:
    """What else its branch did is told and moves nothing; a break anywhere in it still does."""
    changes = asked("fix: a\n\n* feat: b\n* docs: c")
    assert (changes.bump, changes.next_version) == (Bump.PATCH, "1.2.4")
    assert [section.title for section in changes.sections] == ["Added", "Fixed", "Documentation"]
    assert asked("add it (#7)\n\n* feat: b").bump is Bump.MINOR
    for line in ("* feat!: b", "* BREAKING CHANGE: b", "* feat: b\n\n  BREAKING CHANGE: c"):
        assert asked(f"fix: a\n\n{line}").bump is Bump.MAJOR


_TEMPLATE = "Squashed commit of the following:\n\n"


def _in_template(oid: str, message: str) -> str:
    """A commit as `git merge --squash` leaves it for the message."""
    return f"commit {oid * 40}\nAuthor: A <a@b.example>\nDate:   Mon Nov 30 2026\n\n    {message}\n\n"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Merged PR 12: feat(cart): add vouchers", Bump.MINOR),
        ("Merged PR 13: feat!: drop the v1 API", Bump.MAJOR),
        ("Merged in feature/x (pull request #12)\n\nfeat: add vouchers", Bump.MINOR),
        ("PAY-12: feat!: drop it", Bump.MAJOR),
        ("[PAY-12] fix: it", Bump.PATCH),
        ("#12 feat: add it", Bump.MINOR),
        (_TEMPLATE + _in_template("a", "feat: add\n\n    It was") + _in_template("b", "fix!: x"), Bump.MAJOR),
        (_TEMPLATE + _in_template("a", "feat: add"), Bump.MINOR),
    ],
)  # fmt: skip
def test_what_forges_put_before_a_title_hides_nothing(title: str, expected: Bump) -> None:
    """Azure DevOps, Bitbucket, a tracker's key, git's own template."""
    assert asked(title).bump is expected


@pytest.mark.parametrize(
    "message",
    [
        "fix: x\n\nBREAKING CHANGES: the token format changed",
        "fix: x\n\nBREAKING CHANGE:the token format changed",
        "fix: x\n\nBREAKING CHANGE the token format changed",
        "fix: x\n\nBreaking change: the token format changed",
        "fix: x\n\n**BREAKING CHANGE**: the token format changed",
        "fix: x\n\n### Breaking changes\n\nthe token format changed",
        "fix: x\n\n> BREAKING-CHANGES - the token format changed",
        "feat!(api): drop the old field",
        "feat(api)! : drop the old field",
        "feat!:drop the old field",
        "PAY-12: feat!:drop the old field",
    ],
)
def test_what_looks_like_a_break_makes_the_version_unknown(message: str) -> None:
    """It is no break by the convention, and nobody may take it for none in silence."""
    changes = asked(message)
    assert [commit.short for commit in changes.unclear] == ["11111111"]
    assert changes.doubt.startswith(
        "unknown: 1 commit looks like a break and does not follow the convention (11111111)"
    )
    assert changes.doubt in changes.problems


@pytest.mark.parametrize(
    "message",
    [
        "fix: x\n\nThis is no breaking change.",
        "feat!: x",
        "fix: x\n\nBREAKING CHANGE: y",
        "docs: breaking changes of 2.0",
    ],
)
def test_prose_and_real_breaks_are_not_doubted(message: str) -> None:
    """A doubt about everything is read by nobody."""
    assert asked(message).unclear == ()


def test_what_a_bot_quotes_is_neither_a_break_nor_a_silent_patch() -> None:
    """Until a rule of the plan says what its commits come to."""
    message = (
        "chore(deps): update uuid to v14\n\n#### 14.0.0\n\nBREAKING CHANGE: drop node 16\n\n* feat: a new format"
    )
    bot = parse_commit(message, oid="a" * 40, author="renovate[bot]", with_body=False)
    changes = asked(bot)
    assert (changes.bump, len(changes.unclear)) == (Bump.PATCH, 1)
    assert [section.title for section in changes.sections] == ["Internal"]
    ruled = asked(bot, by=Reckoning(rules=BumpRules(authors={"*[bot]": Bump.PATCH})))
    assert (ruled.bump, ruled.unclear, ruled.doubt) == (Bump.PATCH, (), "")


def test_rules_of_the_plan_move_a_version_further_or_not_at_all() -> None:
    """By type and scope, never below a break; by author for all they write."""
    by = Reckoning(rules=BumpRules({"perf": Bump.MINOR}, {"deps": Bump.NONE}, {"*[bot]": Bump.PATCH}))
    assert asked("perf: x", by=by).bump is Bump.MINOR
    assert asked("fix(deps): x", by=by).bump is Bump.NONE
    assert asked("fix(deps)!: x", by=by).bump is Bump.MAJOR
    bot = parse_commit("feat!: x", oid="b" * 40, author="some[bot]", with_body=False)
    assert asked(bot, by=by).bump is Bump.PATCH
    assert asked(replace(bot, author="somebot"), by=by).bump is Bump.MAJOR


def test_a_majority_that_says_nothing_leaves_the_version_unknown() -> None:
    """At least a patch, and no more is known; a plan without a convention is not asked."""
    changes = asked("fix: a", "change it", "tidy up")
    assert changes.doubt == "unknown: 2 of 3 commits say nothing; at least patch"
    assert asked("fix: a", "change it").doubt == ""
    assert asked("fix: a", "change it", "tidy up", rules=ChangelogRules("none")).doubt == ""


CHANGELOG = """# Changelog

## [Unreleased]

### {heading}

- the v1 API is gone

## [1.2.3] - 2026-01-01

### Fixed

- it
"""


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Removed", "2.0.0"),
        ("Breaking changes", "2.0.0"),
        ("Added", "1.3.0"),
        ("Changed", "1.3.0"),
        ("Fixed", "1.2.4"),
    ],
)
def test_what_people_wrote_moves_the_version_where_the_commits_say_less(heading: str, expected: str) -> None:
    """And most commits may say nothing then."""
    text = written(CHANGELOG.format(heading=heading), "1.2.4", "CHANGELOG.md")
    changes = asked("change it", "fix: a", "tidy up", planned="1.2.4", text=text)
    assert (changes.next_version, changes.doubt) == (expected, "")
    said = f"planned 1.2.4, but CHANGELOG.md (under {heading}) asks for {expected}"
    assert changes.contradiction == ("" if heading == "Fixed" else said)
    assert changes.breaking_without_major is (expected == "2.0.0")


@pytest.mark.parametrize(
    ("line", "breaks"),
    [
        ("- **BREAKING** the v1 API is gone", True),
        ("* BREAKING: the v1 API is gone", True),
        ("- tell BREAKING CHANGE footers apart", False),
    ],
)
def test_a_line_that_begins_as_a_break_is_one_under_any_heading(line: str, breaks: bool) -> None:
    """A sentence about breaks is none."""
    found = written(f"# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n{line}\n", "1.2.4", "CHANGELOG.md")
    assert found is not None
    assert found.breaks is breaks


def test_the_entry_of_the_planned_version_is_what_people_wrote_for_it() -> None:
    """Once it is released in the file, nothing waits any more."""
    found = written(CHANGELOG.format(heading="Added"), "1.2.3", "CHANGELOG.md")
    assert found is not None
    assert found.text == "### Fixed\n\n- it"
    assert written("# Changelog\n\n## [Unreleased]\n\n### Added\n", "1.3.0", "CHANGELOG.md") is None
    assert written("", "1.3.0", "CHANGELOG.md") is None


def test_merges_may_be_left_out() -> None:
    """By the plan; they are counted, and said to be left out."""
    merge = parse_commit("Merge branch 'x'", oid="a" * 40, parents=2)
    changes = asked(merge, "fix: y", rules=ChangelogRules(merges=MergePolicy.LEAVE_OUT))
    assert [section.title for section in changes.sections] == ["Fixed"]
    assert (changes.count, changes.left_out) == (2, 1)


def test_break_without_upgrade_steps_is_known() -> None:
    """`!` alone says that something breaks, not what to do."""
    changes = asked("feat!: a", "feat: b\n\nBREAKING CHANGE: call v2", "fix: c\n\nBREAKING CHANGE:")
    assert [commit.description for commit in changes.without_upgrade] == ["a", "c"]
