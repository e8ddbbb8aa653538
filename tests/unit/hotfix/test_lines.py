"""Version lines: what comes next, and what may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.hotfix.lines import (
    NextVersion,
    NoNextVersion,
    Origin,
    Taken,
    branch_name,
    may_be_called,
    next_on_line,
)
from gonogo.plan import Product, SchemeName
from gonogo.versions import Version, is_newer, parse

WEB = Product("web", "1.10.0")


def taken(*versions: str) -> list[Taken]:
    """Versions that exist as tags."""
    return [Taken(one, Origin.TAG, f"v{one}") for one in versions]


@pytest.mark.parametrize(
    ("base", "exist", "expected"),
    [
        ("1.9.3", (), "1.9.4"),
        ("1.9.3", ("1.10.0", "2.0.0"), "1.9.4"),
        ("1.9.3", ("1.9.4",), "1.9.5"),
        ("1.9.3", ("1.9.9",), "1.9.10"),
        ("1.9.9", ("1.9.10",), "1.9.11"),
        ("1.9.3", ("1.9.4-rc.1",), "1.9.5"),
        ("1.9.4-rc.2", (), "1.9.4"),
        ("v1.9.3", (), "1.9.4"),
        ("10.0.9", ("10.0.10",), "10.0.11"),
    ],
)
def test_next_free_patch_of_the_line(base: str, exist: tuple[str, ...], expected: str) -> None:
    """Above the base and above everything that exists on its line; other lines do not matter."""
    found = next_on_line(WEB, base, taken(*exist))
    assert isinstance(found, NextVersion)
    assert found.version == expected


@given(
    st.integers(0, 40), st.integers(0, 40), st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), max_size=12),
)  # fmt: skip
def test_next_version_is_new_and_above_whatever_exists(
    major: int, minor: int, patch: int, others: list[tuple[int, int, int]]
) -> None:
    """For any set of tags: free, of the same line, newer than the base and than all of the line."""
    exist = taken(*(f"{a}.{b}.{c}" for a, b, c in others))
    base = f"{major}.{minor}.{patch}"
    found = next_on_line(WEB, base, exist)
    assert isinstance(found, NextVersion)
    version, start = parse(found.version, SchemeName.SEMVER), parse(base, SchemeName.SEMVER)
    assert isinstance(version, Version)
    assert isinstance(start, Version)
    assert version.release[:2] == (major, minor)
    assert is_newer(version, start)
    assert (version.release) not in others
    assert all(version.release > other for other in others if other[:2] == (major, minor))


def test_opaque_version_has_no_successor() -> None:
    """It is asked for."""
    assert isinstance(next_on_line(Product("web", "blue", scheme=SchemeName.OPAQUE), "blue", ()), NoNextVersion)


@pytest.mark.parametrize("wanted", ["1.9.3", "1.9.2", "1.9.4", "nonsense"])
def test_chosen_version_must_be_free_and_above(wanted: str) -> None:
    """Taken, lower, the same, or none at all."""
    assert isinstance(may_be_called(WEB, "1.9.3", wanted, taken("1.9.4")), NoNextVersion)


def test_branch_pattern_is_filled_in() -> None:
    """With the numbers of the version."""
    assert branch_name("release/{product}-v{major}.{minor}", WEB, "1.9.4") == "release/web-v1.9"
    assert branch_name("hotfix/v{version}", WEB, "1.9.4-rc.1") == "hotfix/v1.9.4-rc.1"
