"""Which branches a fix must reach, by their names."""

import pytest

from gonogo.plan import Branches
from gonogo.plan.branches import is_active, line_of, must_reach, retires


@pytest.mark.parametrize(
    ("pattern", "name", "line"),
    [
        ("release/v{major}.{minor}", "release/v1.10", (1, 10)),
        ("release/v{major}.{minor}", "release/v1.10.1", None),
        ("release/v{major}.{minor}", "hotfix/v1.10", None),
        ("{major}.{minor}.x", "1.10.x", (1, 10)),
        ("{major}.x", "7.x", (7,)),
        ("rel-{version}", "rel-2.4.1", (2, 4, 1)),
        ("rel-{version}", "rel-2.4.1-rc.2", (2, 4, 1)),
        ("rel-{version}", "rel-next", None),
        ("stable", "stable", None),
    ],
)
def test_a_release_branch_is_known_by_the_plans_pattern(
    pattern: str, name: str, line: tuple[int, ...] | None
) -> None:
    """Each placeholder the plan allows is understood."""
    assert line_of(Branches(release=pattern), name) == line


@pytest.mark.parametrize(
    ("pattern", "name", "meant"),
    [
        ("release/v1.*", "release/v1.9", True),
        ("release/v1.*", "release/v11.9", False),
        ("*/v1.9", "release/v1.9", True),
        ("release/*.*", "release/v1.9", True),
        ("release/*.*", "release/v1", False),
        ("release/v1.9", "release/v1.9", True),
        ("release/v1.9", "release/v1.90", False),
        ("ab*ba", "aba", False),
        ("*", "anything", True),
    ],
)
def test_an_entry_of_retired_means_what_its_asterisks_say(pattern: str, name: str, meant: bool) -> None:
    """Anything in place of each, overlapping nowhere."""
    assert retires(pattern, name) is meant


def test_a_pattern_of_many_asterisks_is_answered_at_once() -> None:
    """A plan cannot make every look hang."""
    assert retires("*a" * 400 + "*b", "a" * 250) is False


def test_what_every_fix_must_reach_is_not_a_matter_of_lines() -> None:
    """Mainline and `active:` always; release branches when they are newer and not retired."""
    branches = Branches(active=("legacy",), retired=("release/v2.*",))
    reached = [
        name
        for name in ("main", "legacy", "release/v1.8", "release/v1.9", "release/v1.10", "release/v2.0", "topic")
        if must_reach(branches, name, (1, 9, 3))
    ]
    assert reached == ["main", "legacy", "release/v1.10"]
    assert not is_active(branches, "release/v2.0")
