"""Calendar versions by the plan's pattern: for a day, with counters, never backwards."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.plan import SchemeName
from gonogo.versions import Bump, Unparsed, Version, bump, compare, parse
from gonogo.versions.calver import follows, wrong_with_pattern

PATTERNS = [
    "YYYY.MM.MICRO",
    "YY.0M.MICRO",
    "YYYY.0W.MICRO",
    "YYYY.MM.DD.MICRO",
    "0Y.0M.0D.MICRO",
    "MAJOR.YYYY.MICRO",
]


def after(text: str, pattern: str, on: date | None, by: Bump = Bump.PATCH) -> str:
    """The version after `text` on that day."""
    version = parse(text, SchemeName.CALVER)
    assert isinstance(version, Version)
    following = bump(version, by, pattern=pattern, on=on)
    return following.text if isinstance(following, Version) else following.reason


@pytest.mark.parametrize(
    ("text", "pattern", "on", "expected"),
    [
        ("2026.10.3", "YYYY.MM.MICRO", date(2026, 11, 2), "2026.11.0"),
        ("2026.11.3", "YYYY.MM.MICRO", date(2026, 11, 30), "2026.11.4"),
        ("2026.12.3", "YYYY.MM.MICRO", date(2027, 1, 1), "2027.1.0"),
        ("2026.09.3", "YYYY.0M.MICRO", date(2026, 10, 1), "2026.10.0"),
        ("24.04", "YY.0M[.MICRO]", date(2024, 4, 30), "24.04.1"),
        ("24.04.2", "YY.0M[.MICRO]", date(2024, 10, 10), "24.10"),
        ("24.10-rc.1", "YY.0M[.MICRO][-MODIFIER]", date(2024, 10, 12), "24.10"),
        ("2026.52.0", "YYYY.0W.MICRO", date(2027, 1, 1), "2026.53.0"),
        ("3.2026.4", "MAJOR.YYYY.MICRO", date(2026, 5, 5), "3.2026.5"),
    ],
)
def test_version_takes_its_day(text: str, pattern: str, on: date, expected: str) -> None:
    """A new date begins its counters anew, the same date counts up; weeks and their years are ISO 8601's."""
    assert after(text, pattern, on) == expected


def test_version_never_goes_back() -> None:
    """On a day before its own, by a clock that is wrong or a release that was planned ahead, it counts up."""
    assert after("2026.12.3", "YYYY.MM.MICRO", date(2026, 11, 2)) == "2026.12.4"
    assert after("2026.12.3", "YYYY.MM.MICRO", None) == "2026.12.4"


def test_second_version_of_a_day_needs_a_counter() -> None:
    """Where the pattern has none, that is said instead of a version nobody can have."""
    assert after("2026.11", "YYYY.MM", date(2026, 11, 2)).endswith("the pattern YYYY.MM has no counter")


def test_major_of_a_calendar_pattern_moves_with_a_break() -> None:
    """`MAJOR.YYYY.MICRO` has one number the commits decide."""
    assert after("3.2026.4", "MAJOR.YYYY.MICRO", date(2026, 5, 5), Bump.MAJOR) == "4.2026.0"


def test_version_of_another_pattern_is_not_continued() -> None:
    """`2024.10` is no `YYYY.MM.MICRO`."""
    assert "does not follow the pattern" in after("2024.10", "YYYY.MM.MICRO", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("pattern", "number", "fits"),
    [
        ("YYYY.MM.MICRO", "2026.11.0", True),
        ("YYYY.MM.MICRO", "2026.13.0", False),
        ("YYYY.MM.MICRO", "2026.09.0", False),
        ("YYYY.0M.MICRO", "2026.9.0", False),
        ("YYYY.0M.MICRO", "2026.09.0+build.7", True),
        ("YY.0M[.MICRO]", "24.04", True),
        ("YYYY.MM.MICRO", "1.2.3", False),
    ],
)
def test_pattern_tells_its_versions_from_others(pattern: str, number: str, fits: bool) -> None:
    """Width and range of each field count."""
    assert follows(pattern, number) is fits


@pytest.mark.parametrize(
    "pattern", ["", "MAJOR.MINOR", "YYYY.MM.X", "YYYY.YYYY", "YYYY[.MM", "MODIFIER", "(a+)+$"]
)
def test_wrong_pattern_says_why(pattern: str) -> None:
    """In a sentence, before any version is read by it."""
    assert wrong_with_pattern(pattern)


@given(st.sampled_from(PATTERNS), st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.integers(0, 5))
def test_following_version_is_newer_and_follows(pattern: str, day: date, times: int) -> None:
    """From any day on, as often as one likes: each one is newer, and a version of the same pattern."""
    version: Version | Unparsed = parse(_seed(pattern), SchemeName.CALVER)
    for _ in range(times):
        assert isinstance(version, Version)
        following = bump(version, Bump.PATCH, pattern=pattern, on=day)
        assert isinstance(following, Version)
        assert follows(pattern, following.number)
        assert compare(following, version) == 1
        version = following


def _seed(pattern: str) -> str:
    return {
        "YYYY.MM.MICRO": "2000.1.0", "YY.0M.MICRO": "1.01.0", "YYYY.0W.MICRO": "2000.01.0",
        "YYYY.MM.DD.MICRO": "2000.1.1.0", "0Y.0M.0D.MICRO": "01.01.01.0",
        "MAJOR.YYYY.MICRO": "1.2000.0",
    }[pattern]  # fmt: skip
