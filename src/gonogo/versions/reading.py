"""From text to version, and the order of two. No other place compares versions."""

from functools import lru_cache

from gonogo.plan import SchemeName
from gonogo.text import clean
from gonogo.versions import calver, pep440, semver
from gonogo.versions.model import TEXT_LIMIT, Unparsed, Version, expression

_READERS = {SchemeName.SEMVER: semver.read, SchemeName.CALVER: calver.read, SchemeName.PEP440: pep440.read}


def parse(text: str, scheme: SchemeName, product: str = "") -> Version | Unparsed:
    """Read `text` by `scheme`; a leading `v` and a prefix naming `product` (`web/v1.2`, `web@1.2`) are allowed.

    With `product` given, the prefix of another product makes the text unparsed: its version is not ours.
    """
    if len(text) > TEXT_LIMIT:
        shown = clean(text.strip(), TEXT_LIMIT)
        return Unparsed(shown, f"it is longer than {TEXT_LIMIT} characters" if shown else "it is empty")
    return _parsed(text, scheme, product)


@lru_cache(maxsize=8192)
def _parsed(text: str, scheme: SchemeName, product: str) -> Version | Unparsed:
    """Remembered: a matrix reads the same few texts at every look."""
    shown = clean(text.strip(), TEXT_LIMIT)
    if not shown:
        return Unparsed("", "it is empty")
    if scheme is SchemeName.OPAQUE:
        return Version(shown, scheme, shown)
    number = _without_prefix(shown, product)
    read = _READERS[scheme](shown, number)
    return read or Unparsed(shown, f"it is not a {scheme.value} version")


_ANY_PREFIX = r"@?[A-Za-z][\w.-]*(?:/[A-Za-z][\w.-]*)*[/@](?=[vV]?\d)"


def _without_prefix(text: str, product: str) -> str:
    if product and text.startswith(product) and text[len(product) : len(product) + 1] in {"/", "@", "-", "_", ":"}:
        text = text[len(product) + 1 :]
    elif not product and (prefix := expression(_ANY_PREFIX).match(text)):
        text = text[prefix.end() :]
    return text[1:] if text[:1] in {"v", "V"} and text[1:2].isdigit() else text


def compare(a: Version, b: Version) -> int | None:
    """-1, 0 or 1 by the rules of their scheme; None when they cannot be ordered."""
    if a.scheme is b.scheme and a.key is not None and b.key is not None:
        return (a.key > b.key) - (a.key < b.key)
    return 0 if a.text == b.text else None


def compare_texts(a: str, b: str, scheme: SchemeName, product: str = "") -> int | None:
    """As `compare`, for texts; equal texts are equal even where the scheme cannot read them."""
    if a == b:
        return 0
    first, second = parse(a, scheme, product), parse(b, scheme, product)
    if isinstance(first, Version) and isinstance(second, Version):
        return compare(first, second)
    return None


def same_version(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether two texts name one version: `v1.2.3` and `1.2.3` do, builds of one version do."""
    return compare_texts(a, b, scheme, product) == 0


@lru_cache(maxsize=16384)
def same_build(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether two texts name one build of one version: `v1.2.3` and `1.2.3` do; `1.2.3+7` and `1.2.3+8`, and under
    semver `1.2` and `1.2.0`, do not.
    """
    if a.strip() == b.strip():
        return True
    first, second = parse(a, scheme, product), parse(b, scheme, product)
    if isinstance(first, Unparsed) or isinstance(second, Unparsed):
        return False
    return _same_number(first, second) and first.build == second.build


@lru_cache(maxsize=16384)
def fulfils(wanted: str, text: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether what calls itself `text` is the `wanted` version.

    A wanted build is that build alone. A wanted version without one may be any build that is a number (`+7`,
    `+2026.11`) or a commit id; words (`+dirty`, `+hotfix.1`) say that something else was built.
    """
    if same_build(wanted, text, scheme, product):
        return True
    plan, seen = parse(wanted, scheme, product), parse(text, scheme, product)
    if isinstance(plan, Unparsed) or isinstance(seen, Unparsed) or plan.build:
        return False
    return _same_number(plan, seen) and expression(_PLAIN_BUILD).fullmatch(seen.build) is not None


@lru_cache(maxsize=16384)
def consistent(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether two sources may speak of the same build: both name it, or one names the version alone."""
    return fulfils(a, b, scheme, product) or fulfils(b, a, scheme, product)


def overlaps(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether a word on one speaks of the other too: a version speaks of all its builds, a build of itself."""
    if not same_version(a, b, scheme, product):
        return False
    first, second = parse(a, scheme, product), parse(b, scheme, product)
    builds = [one.build for one in (first, second) if isinstance(one, Version) and one.build]
    return len(set(builds)) < 2


_PLAIN_BUILD = r"[0-9]+(?:\.[0-9]+)*|[0-9a-f]{7,64}"
_OFF_THE_LINE = r"(?:.*[.-])?(?:dirty|[0-9]+-g[0-9a-f]{4,40})(?:[.-]dirty)?"


def is_ordered(wanted: str, text: str, scheme: SchemeName, product: str = "") -> bool:
    """False where `text` is a build beside `wanted`: `1.2.3-dirty`, or `1.2.3-4-gabc1234` as git describes it.

    Read as pre-releases both would seem to come before 1.2.3; they were made after it.
    """
    plan, seen = parse(wanted, scheme, product), parse(text, scheme, product)
    if isinstance(plan, Unparsed) or isinstance(seen, Unparsed) or plan.release != seen.release:
        return True
    return expression(_OFF_THE_LINE).fullmatch(seen.prerelease.lower()) is None


def _same_number(a: Version, b: Version) -> bool:
    """Whether they differ in nothing but prefix and build. Under semver a field that is missing, or has a zero in
    front, is another number: `1.2` is a moving name for the newest 1.2.x.
    """
    if compare(a, b) != 0:
        return False
    return a.scheme is not SchemeName.SEMVER or _digits(a) == _digits(b)


def _digits(version: Version) -> str:
    return version.number.partition("+")[0].partition("-")[0]


def is_newer(a: Version, b: Version) -> bool | None:
    """Whether `a` comes after `b`; None when they cannot be ordered."""
    order = compare(a, b)
    return None if order is None else order == 1
