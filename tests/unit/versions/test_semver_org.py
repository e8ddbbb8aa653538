"""The cases of semver.org: what is valid, what is not, what comes before what."""

from itertools import pairwise

import pytest

from gonogo.plan import SchemeName
from gonogo.versions import Unparsed, Version, compare, parse

VALID = [
    "0.0.4",
    "1.2.3",
    "10.20.30",
    "1.1.2-prerelease+meta",
    "1.1.2+meta",
    "1.1.2+meta-valid",
    "1.0.0-alpha",
    "1.0.0-beta",
    "1.0.0-alpha.beta",
    "1.0.0-alpha.beta.1",
    "1.0.0-alpha.1",
    "1.0.0-alpha0.valid",
    "1.0.0-alpha.0valid",
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
    "1.0.0-rc.1+build.1",
    "2.0.0-rc.1+build.123",
    "1.2.3-beta",
    "10.2.3-DEV-SNAPSHOT",
    "1.2.3-SNAPSHOT-123",
    "1.0.0",
    "2.0.0",
    "1.1.7",
    "2.0.0+build.1848",
    "2.0.1-alpha.1227",
    "1.0.0-alpha+beta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
    "1.2.3----R-S.12.9.1--.12+meta",
    "1.2.3----RC-SNAPSHOT.12.9.1--.12",
    "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
    "99999999999999999999999.999999999999999999.99999999999999999",
    "1.0.0-0A.is.legal",
]

INVALID = [
    "1.1.2+.123",
    "+invalid",
    "-invalid",
    "-invalid+invalid",
    "-invalid.01",
    "alpha",
    "alpha.beta",
    "alpha.beta.1",
    "alpha.1",
    "alpha+beta",
    "alpha_beta",
    "alpha.",
    "alpha..",
    "beta",
    "1.0.0-alpha_beta",
    "-alpha.",
    "1.0.0-alpha..",
    "1.0.0-alpha..1",
    "1.0.0-alpha...1",
    "1.0.0-alpha....1",
    "1.0.0-alpha.....1",
    "1.0.0-alpha......1",
    "1.0.0-alpha.......1",
    "1.2.3.DEV",
    "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
    "-1.0.3-gamma+b7718",
    "+justmeta",
    "9.8.7+meta+meta",
    "9.8.7-whatever+meta+meta",
    "99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12",
]

READ_ALL_THE_SAME = {
    "1": (1, 0, 0),
    "1.2": (1, 2, 0),
    "1.2.3-0123": (1, 2, 3),
    "1.2.3-0123.0123": (1, 2, 3),
    "01.1.1": (1, 1, 1),
    "1.01.1": (1, 1, 1),
    "1.1.01": (1, 1, 1),
    "1.2-SNAPSHOT": (1, 2, 0),
    "1.2-RC-SNAPSHOT": (1, 2, 0),
}
"""Invalid by the letter, seen in every fleet, and not ambiguous: fields that are missing, zeros that lead."""


@pytest.mark.parametrize("text", VALID)
def test_valid_version_is_read_whole(text: str) -> None:
    """Clauses 2, 9 and 10: numbers, pre-release and build are told apart, and the text put together again."""
    version = parse(text, SchemeName.SEMVER)
    assert isinstance(version, Version)
    numbers = ".".join(map(str, version.release))
    early = f"-{version.prerelease}" if version.prerelease else ""
    build = f"+{version.build}" if version.build else ""
    assert numbers + early + build == text


@pytest.mark.parametrize("text", INVALID)
def test_invalid_version_is_none(text: str) -> None:
    """Nothing is guessed out of it."""
    assert isinstance(parse(text, SchemeName.SEMVER), Unparsed)


@pytest.mark.parametrize(("text", "release"), READ_ALL_THE_SAME.items())
def test_what_fleets_report_is_read_all_the_same(text: str, release: tuple[int, int, int]) -> None:
    """A version that runs somewhere must be compared, valid or not."""
    version = parse(text, SchemeName.SEMVER)
    assert isinstance(version, Version)
    assert version.release == release


CLAUSES = {
    "9: a pre-release comes before its version": ["1.0.0-alpha", "1.0.0"],
    "11.2: major, minor and patch as numbers": ["1.0.0", "2.0.0", "2.1.0", "2.1.1", "2.1.10"],
    "11.4.1: identifiers of digits as numbers": ["1.0.0-1", "1.0.0-2", "1.0.0-11"],
    "11.4.2: identifiers with letters in ASCII order": ["1.0.0-Beta", "1.0.0-alpha", "1.0.0-beta"],
    "11.4.3: numbers before words": ["1.0.0-999", "1.0.0-alpha"],
    "11.4.4: more fields after fewer": ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.1.0"],
    "11.4: the example": [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0",
    ],
}  # fmt: skip


@pytest.mark.parametrize("clause", CLAUSES)
def test_precedence_by_clause(clause: str) -> None:
    """Each one before the next, and the next after it."""
    versions = [parse(text, SchemeName.SEMVER) for text in CLAUSES[clause]]
    for before, after in pairwise(versions):
        assert isinstance(before, Version)
        assert isinstance(after, Version)
        assert (compare(before, after), compare(after, before)) == (-1, 1)


def test_clause_10_build_metadata_does_not_order() -> None:
    """Two builds of one version are one version."""
    a, b = parse("1.0.0+1", SchemeName.SEMVER), parse("1.0.0+2", SchemeName.SEMVER)
    assert isinstance(a, Version)
    assert isinstance(b, Version)
    assert compare(a, b) == 0
