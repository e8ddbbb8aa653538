"""Versions: read tolerantly, ordered by their scheme, never by text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version as Oracle
from semver import Version as SemverOracle

from gonogo.plan import SchemeName
from gonogo.versions import (
    Bump,
    Unparsed,
    Version,
    bump,
    channel,
    compare,
    compare_texts,
    finalised,
    is_newer,
    next_patch,
    next_prerelease,
    parse,
    same_version,
)

SEMVER, CALVER, PEP440, OPAQUE = SchemeName.SEMVER, SchemeName.CALVER, SchemeName.PEP440, SchemeName.OPAQUE


def read(text: str, scheme: SchemeName = SEMVER, product: str = "") -> Version:
    """A version that must parse."""
    version = parse(text, scheme, product)
    assert isinstance(version, Version), version
    return version


def bumped(text: str, by: Bump, scheme: SchemeName = SEMVER) -> str:
    """Text of the version after `text`."""
    following = bump(read(text, scheme), by)
    assert isinstance(following, Version)
    return following.text


ASCENDING = {
    "semver.org, clause 11.2": (SEMVER, ["1.0.0", "2.0.0", "2.1.0", "2.1.1"]),
    "semver.org, clause 11.3": (SEMVER, ["1.0.0-alpha", "1.0.0"]),
    "semver.org, clause 11.4": (
        SEMVER,
        [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ],
    ),
    "numbers, not text": (SEMVER, ["1.9", "1.10", "1.10.1", "v2.0.0", "10.0.0"]),
    "candidates": (SEMVER, ["1.0.0-rc.2", "1.0.0-rc.10", "1.0.0"]),
    "candidates without a dot": (SEMVER, ["1.0.0-rc2", "1.0.0-rc10", "1.0.0"]),
    "calendar": (CALVER, ["23.12", "24.04", "24.04.1", "24.10", "2024.9.30", "2024.10.1", "2024.10.1.1"]),
    "calendar, candidates": (CALVER, ["2026.11.0-rc.2", "2026.11.0-rc.10", "2026.11.0", "2026.11.0-post1"]),
    "PEP 440, appendix": (
        PEP440,
        [
            "1.dev0",
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "1!0.1",
        ],
    ),
}


@pytest.mark.parametrize("name", ASCENDING)
def test_precedence_is_the_scheme_s_own(name: str) -> None:
    """Each list ascends, also between members that are far apart."""
    scheme, texts = ASCENDING[name]
    versions = [read(text, scheme) for text in texts]
    for at, low in enumerate(versions):
        for high in versions[at + 1 :]:
            assert (compare(low, high), compare(high, low)) == (-1, 1), (low.text, high.text)


SAME = [
    ("v1.2.3", "1.2.3", SEMVER),
    ("V1.2.3", "1.2.3", SEMVER),
    ("1.10", "1.10.0", SEMVER),
    ("2.42.0+ds", "2.42.0", SEMVER),
    ("1.0.0+20130313144700", "1.0.0+exp.sha.5114f85", SEMVER),
    ("1.0.0-01", "1.0.0-1", SEMVER),
    ("2024.01.1", "2024.1.1", SEMVER),
    ("2024.01.1", "2024.1.1", CALVER),
    ("24.4", "24.4.0", CALVER),
    ("1.0", "1.0.0", PEP440),
    ("1.0-RC1", "1.0rc1", PEP440),
    ("1.0-1", "1.0.post1", PEP440),
    ("2.42.0+ds", "2.42.0", PEP440),
    ("blue-tapir", "blue-tapir", OPAQUE),
]


@pytest.mark.parametrize(("a", "b", "scheme"), SAME)
def test_two_spellings_of_one_version_are_the_same(a: str, b: str, scheme: SchemeName) -> None:
    """A leading v, missing fields, leading zeros and builds do not make another version."""
    assert same_version(a, b, scheme)
    assert compare_texts(a, b, scheme) == 0


def test_text_is_kept_as_it_came() -> None:
    """What is shown is what the source said, build included."""
    version = read("user-service/v2.42.0+ds", SEMVER, "user-service")
    assert (version.text, version.number, version.build) == ("user-service/v2.42.0+ds", "2.42.0+ds", "ds")


@pytest.mark.parametrize("text", ["user-service/v1.2.3", "user-service@1.2.3", "user-service-1.2.3"])
def test_prefix_naming_the_product_is_read_over(text: str) -> None:
    """Tags and servers write the product in front of its version."""
    assert read(text, SEMVER, "user-service").release == (1, 2, 3)


def test_version_of_another_product_is_not_ours() -> None:
    """`web@2.0.0` says nothing about user-service."""
    assert isinstance(parse("web@2.0.0", SEMVER, "user-service"), Unparsed)
    assert read("web@2.0.0", SEMVER).release == (2, 0, 0)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "latest", "1.2.3.4", "1..2", "1.0.0-", "1.0.0-a..b", "1.0.0+", "-1.0.0", "١.٢.٣", "9" * 200],
)
def test_what_is_no_version_says_why(text: str) -> None:
    """An outcome with a reason, not an exception and not a guess."""
    outcome = parse(text, SEMVER)
    assert isinstance(outcome, Unparsed)
    assert outcome.reason


def test_control_characters_do_not_survive_parsing() -> None:
    """A version goes to the screen; an escape sequence in it does not."""
    outcome = parse("1.2.3\x1b[31m", SEMVER)
    assert isinstance(outcome, Unparsed)
    assert "\x1b" not in outcome.text


def test_opaque_versions_are_never_ordered() -> None:
    """Equal or not; newer and older are not to be read from a name, also when it looks like a number."""
    assert compare_texts("1.2.3", "1.2.4", OPAQUE) is None
    assert compare_texts("v1.2.3", "1.2.3", OPAQUE) is None
    assert compare_texts("9f1c2ab", "9f1c2ab", OPAQUE) == 0
    assert is_newer(read("b", OPAQUE), read("a", OPAQUE)) is None
    assert isinstance(bump(read("a", OPAQUE), Bump.PATCH), Unparsed)


def test_versions_of_two_schemes_have_no_order() -> None:
    """A calendar version is neither older nor newer than a semantic one."""
    assert compare(read("2024.1.1", CALVER), read("1.0.0", SEMVER)) is None


def test_unreadable_texts_are_equal_only_to_themselves() -> None:
    """What the scheme cannot read differs from everything, and has no place in the order."""
    assert compare_texts("latest", "latest", SEMVER) == 0
    assert compare_texts("latest", "1.0.0", SEMVER) is None


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("v1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3+ds", Bump.PATCH, "1.2.4"),
        ("1.9.9", Bump.MAJOR, "2.0.0"),
        ("1.2.3-rc.1", Bump.PATCH, "1.2.3"),
        ("2.0.0-rc.1", Bump.MAJOR, "2.0.0"),
        ("1.3.0-rc.1", Bump.MAJOR, "2.0.0"),
    ],
)
def test_bump_gives_the_next_version(text: str, by: Bump, expected: str) -> None:
    """A pre-release that already is big enough becomes its own final."""
    assert bumped(text, by) == expected


def test_calendar_version_counts_its_last_field_up() -> None:
    """The other fields are the calendar's; a field keeps its width."""
    assert bumped("2026.11.0", Bump.MINOR, CALVER) == "2026.11.1"
    assert bumped("24.09", Bump.PATCH, CALVER) == "24.10"
    assert bumped("2026.11.0-rc.1", Bump.PATCH, CALVER) == "2026.11.0"


def test_next_patch_skips_what_is_taken() -> None:
    """A hotfix from 1.2.3 becomes 1.2.5 when 1.2.4 is out already, whatever is newest elsewhere."""
    taken = [read(text) for text in ("1.2.3", "v1.2.4", "1.3.0", "2.0.0")]
    assert next_patch(read("1.2.3"), taken) == read("1.2.5")


@pytest.mark.parametrize(
    ("final", "word", "taken", "scheme", "expected"),
    [
        ("1.3.0", "rc", [], SEMVER, "1.3.0-rc.1"),
        ("1.3.0", "rc", ["1.3.0-rc.9", "1.3.0-rc.10"], SEMVER, "1.3.0-rc.11"),
        ("1.3.0", "rc", ["1.3.0-beta.7", "1.2.0-rc.5"], SEMVER, "1.3.0-rc.1"),
        ("1.3.0", "rc", ["1.3.0-rc4"], SEMVER, "1.3.0-rc5"),
        ("1.3", "rc", ["1.3.0c2"], PEP440, "1.3rc3"),
        ("1.3", "beta", [], PEP440, "1.3b1"),
        ("2026.11.0", "rc", ["2026.11.0-rc.1"], CALVER, "2026.11.0-rc.2"),
    ],
)
def test_next_pre_release_of_a_channel_is_the_first_free_one(
    final: str, word: str, taken: list[str], scheme: SchemeName, expected: str
) -> None:
    """Other channels and other versions do not count; it is written as those before it are."""
    following = next_prerelease(read(final, scheme), word, [read(text, scheme) for text in taken])
    assert isinstance(following, Version)
    assert following.text == expected


@pytest.mark.parametrize(
    ("text", "scheme", "word"),
    [
        ("1.0.0-rc.2", SEMVER, "rc"),
        ("1.0.0-rc2", SEMVER, "rc"),
        ("1.0.0", SEMVER, ""),
        ("1.0.0-7", SEMVER, ""),
        ("1.0b3", PEP440, "b"),
        ("2026.11.0-beta1", CALVER, "beta"),
    ],
)
def test_channel_is_the_word_of_a_pre_release(text: str, scheme: SchemeName, word: str) -> None:
    """The number behind it is a place on the channel."""
    assert channel(read(text, scheme)) == word


def test_opaque_version_has_no_pre_release() -> None:
    """Said, not made up."""
    assert isinstance(next_prerelease(read("winter", OPAQUE), "rc"), Unparsed)


def test_final_of_a_candidate() -> None:
    """`2.0.0-rc.3` is on its way to 2.0.0."""
    assert finalised(read("2.0.0-rc.3")).text == "2.0.0"
    assert finalised(read("v2.0.0")).text == "v2.0.0"


numbers = st.integers(0, 120)
identifiers = st.one_of(numbers.map(str), st.sampled_from(["a", "alpha", "beta", "rc", "x-y", "rc2", "rc10"]))
semvers = st.builds(
    lambda core, pre, build: (
        ".".join(map(str, core)) + ("-" + ".".join(pre) if pre else "") + ("+" + build if build else "")
    ),
    st.tuples(numbers, numbers, numbers),
    st.lists(identifiers, max_size=3),
    st.sampled_from(["", "ds", "exp.5"]),
)
calvers = st.builds(
    lambda fields, word: ".".join(map(str, fields)) + word,
    st.lists(numbers, min_size=1, max_size=4),
    st.sampled_from(["", "-rc.1", "-rc.12", "-dev", ".post2", "-hotfix"]),
)
pep440s = st.builds(
    lambda epoch, core, pre, post, dev: epoch + ".".join(map(str, core)) + pre + post + dev,
    st.sampled_from(["", "1!"]),
    st.lists(numbers, min_size=1, max_size=4),
    st.sampled_from(["", "a1", "b2", "rc1", "rc10", "-preview.3"]),
    st.sampled_from(["", ".post1", "-2", "rev10"]),
    st.sampled_from(["", ".dev0", ".dev12"]),
)
BY_SCHEME = {SEMVER: semvers, CALVER: calvers, PEP440: pep440s}
scheme_and_three = st.sampled_from(list(BY_SCHEME)).flatmap(
    lambda scheme: st.tuples(st.just(scheme), st.tuples(*[BY_SCHEME[scheme]] * 3))
)


@given(scheme_and_three)
def test_order_is_total(drawn: tuple[SchemeName, tuple[str, ...]]) -> None:
    """Antisymmetric and transitive: sorting any three gives a chain."""
    scheme, texts = drawn
    versions = [read(text, scheme) for text in texts]
    for a in versions:
        for b in versions:
            forth, back = compare(a, b), compare(b, a)
            assert forth is not None
            assert back is not None
            assert forth == -back
    chain = sorted(versions, key=lambda version: version.key or ((), ()))
    for low, high in pairwise(chain):
        assert compare(low, high) in {-1, 0}
    assert compare(chain[0], chain[2]) in {-1, 0}


@given(scheme_and_three)
def test_text_read_again_is_the_same_version(drawn: tuple[SchemeName, tuple[str, ...]]) -> None:
    """Reading what was shown gives what was read."""
    scheme, (text, *_) = drawn
    version = read(f"v{text}", scheme)
    assert version.text == f"v{text}"
    assert read(version.number, scheme).key == version.key


@given(scheme_and_three, st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR]))
def test_bumped_version_is_newer(drawn: tuple[SchemeName, tuple[str, ...]], by: Bump) -> None:
    """No bump goes back or stays."""
    scheme, (text, *_) = drawn
    version = read(text, scheme)
    following = bump(version, by)
    assert isinstance(following, Version)
    assert is_newer(following, version)


strict_words = st.one_of(numbers.map(str), st.sampled_from(["a", "alpha", "beta", "rc", "x-y"]))
strict_semvers = st.builds(
    lambda core, pre: ".".join(map(str, core)) + ("-" + ".".join(pre) if pre else ""),
    st.tuples(numbers, numbers, numbers),
    st.lists(strict_words, max_size=3),
)


@given(strict_semvers, strict_semvers)
def test_semver_agrees_with_the_reference(a: str, b: str) -> None:
    """Where the specification speaks, its order is ours; letters joined to digits are our one deviation."""
    assert compare_texts(a, b, SEMVER) == SemverOracle.parse(a).compare(b)


@given(pep440s, pep440s)
def test_pep440_agrees_with_the_reference(a: str, b: str) -> None:
    """The order pip knows."""
    first, second = Oracle(a), Oracle(b)
    assert compare_texts(a, b, PEP440) == (first > second) - (first < second)


@given(st.text(max_size=60), st.sampled_from(list(SchemeName)))
def test_any_text_has_an_outcome(text: str, scheme: SchemeName) -> None:
    """No text raises, whatever an endpoint answers."""
    assert isinstance(parse(text, scheme), Version | Unparsed)
