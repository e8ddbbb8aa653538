"""Versions, each read and ordered by its product's own scheme. No other place compares versions.

The text a source gave is kept as it came. `compare` answers None when two versions cannot be ordered:
opaque names, texts the scheme does not know, versions of two schemes. None is an answer to show
("differs"), never one to guess from.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeAlias

from msgspec import Struct

from gonogo.domain.plan import SchemeName
from gonogo.domain.text import clean

TEXT_LIMIT = 128
"""Characters; longer texts are no versions, and huge numbers in them would cost time."""


@cache
def _expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compiled at first use: together these expressions cost 5 ms, which `gonogo tick` need not pay."""
    return re.compile(pattern, re.ASCII | flags)


_Part: TypeAlias = tuple[int, int, str, int]
_Key: TypeAlias = tuple[tuple[int, ...], tuple[tuple[_Part, ...], ...]]


class Bump(StrEnum):
    """How far a change moves a version."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class Version(Struct, frozen=True):
    """A version its scheme understands."""

    text: str
    """As the source gave it, cleaned."""
    scheme: SchemeName
    number: str
    """The text without product prefix and `v`."""
    release: tuple[int, ...] = ()
    """The numbers: major, minor, patch for semver; empty for opaque versions."""
    prerelease: str = ""
    build: str = ""
    """Shown, and never part of the order."""
    key: _Key | None = None
    """Orders versions of one scheme; None when the scheme knows no order."""

    def __str__(self) -> str:
        return self.text


class Unparsed(Struct, frozen=True):
    """A text that is no version of the scheme."""

    text: str
    reason: str


def parse(text: str, scheme: SchemeName, product: str = "") -> Version | Unparsed:
    """Read `text` by `scheme`; a leading `v` and a prefix naming `product` (`web/v1.2`, `web@1.2`) are allowed.

    With `product` given, the prefix of another product makes the text unparsed: its version is not ours.
    """
    shown = clean(text.strip(), TEXT_LIMIT)
    if not shown:
        return Unparsed("", "it is empty")
    if len(text) > TEXT_LIMIT:
        return Unparsed(shown, f"it is longer than {TEXT_LIMIT} characters")
    if scheme is SchemeName.OPAQUE:
        return Version(shown, scheme, shown)
    number = _without_prefix(shown, product)
    read = _READERS[scheme](shown, number)
    return read or Unparsed(shown, f"it is not a {scheme.value} version")


def compare(a: Version, b: Version) -> int | None:
    """-1, 0 or 1 by the rules of their scheme; None when they cannot be ordered."""
    if a.scheme is b.scheme and a.key is not None and b.key is not None:
        return (a.key > b.key) - (a.key < b.key)
    return 0 if a.text == b.text else None


def compare_texts(a: str, b: str, scheme: SchemeName, product: str = "") -> int | None:
    """As `compare`, for texts; equal texts are equal even where the scheme cannot read them."""
    if a == b:
        return 0
    if len(a) > TEXT_LIMIT or len(b) > TEXT_LIMIT:
        return None
    return _compared(a, b, scheme, product)


@lru_cache(maxsize=4096)
def _compared(a: str, b: str, scheme: SchemeName, product: str) -> int | None:
    """Remembered: a matrix compares the same few hundred pairs each second, and reading two costs 20 us."""
    first, second = parse(a, scheme, product), parse(b, scheme, product)
    if isinstance(first, Version) and isinstance(second, Version):
        return compare(first, second)
    return None


def same_version(a: str, b: str, scheme: SchemeName, product: str = "") -> bool:
    """Whether two texts name one version: `v1.2.3` and `1.2.3` do, builds of one version do."""
    return compare_texts(a, b, scheme, product) == 0


def is_newer(a: Version, b: Version) -> bool | None:
    """Whether `a` comes after `b`; None when they cannot be ordered."""
    order = compare(a, b)
    return None if order is None else order == 1


def bump(version: Version, by: Bump) -> Version | Unparsed:
    """The next version, without prefix and build; a pre-release first becomes its own final version.

    Below 1.0.0 nothing is special here: which change is how big is the changelog's decision. A calendar
    version counts its last field up whatever `by` says, for only a calendar knows the others.
    """
    if by is Bump.NONE:
        return version
    if version.scheme is SchemeName.OPAQUE:
        return Unparsed(version.text, "an opaque version has no successor")
    if version.scheme is SchemeName.CALVER:
        numbers = _expression(_CALVER_NUMBERS).match(version.number)
        assert numbers is not None  # every parsed calendar version begins with its numbers
        return parse(numbers[0] if version.prerelease else _count_up(numbers[0]), version.scheme)
    import semver

    major, minor, patch, *_ = (*version.release, 0, 0, 0)
    # its own final version has the same three numbers only where there are no more than three
    unfinished = "pre" if version.prerelease and not any(version.release[3:]) else None
    following = semver.Version(major, minor, patch, unfinished).next_version(by.value)
    epoch = f"{version.key[0][0]}!" if version.scheme is SchemeName.PEP440 and version.key else ""
    return parse(f"{epoch.removeprefix('0!')}{following}", version.scheme)


def next_patch(version: Version, taken: Iterable[Version] = ()) -> Version | Unparsed:
    """The next free patch on the line of `version`: one no member of `taken` has, released or not."""
    following = bump(version, Bump.PATCH)
    used = {other.release for other in taken if other.scheme is version.scheme}
    while isinstance(following, Version) and following.release in used:
        following = bump(following, Bump.PATCH)
    return following


def finalised(version: Version) -> Version:
    """The final version a pre-release leads to; a final version is its own."""
    if not version.prerelease:
        return version
    numbers = ".".join(str(number) for number in version.release)
    read = parse(numbers, version.scheme)
    return read if isinstance(read, Version) else version


def _count_up(numbers: str) -> str:
    """The same fields with the last one higher; 24.09 becomes 24.10, its width stays."""
    last = re.split(r"[._-]", numbers)[-1]
    return f"{numbers.removesuffix(last)}{int(last) + 1:0{len(last)}d}"


_ANY_PREFIX = r"@?[A-Za-z][\w.-]*(?:/[A-Za-z][\w.-]*)*[/@](?=[vV]?\d)"


def _without_prefix(text: str, product: str) -> str:
    if product and text.startswith(product) and text[len(product) : len(product) + 1] in {"/", "@", "-", "_", ":"}:
        text = text[len(product) + 1 :]
    elif not product and (prefix := _expression(_ANY_PREFIX).match(text)):
        text = text[prefix.end() :]
    return text[1:] if text[:1] in {"v", "V"} and text[1:2].isdigit() else text


# An identifier that ends in digits is ordered by its letters and then by that number. Semantic Versioning
# orders `rc10` before `rc2`; nobody who writes them means that, and where the specification's own
# identifiers are used (numbers and words apart by dots) the order is the specification's.
_WORD_NUMBER = r"(.*?)(\d+)"
_FINAL: tuple[tuple[_Part, ...], ...] = (((1, 0, "", 0),),)


def _identifier(text: str) -> _Part:
    if text.isdigit():
        return (0, int(text), "", 0)
    if counted := _expression(_WORD_NUMBER).fullmatch(text):
        return (1, 0, counted[1], int(counted[2]))
    return (1, 0, text, -1)


def _prerelease_key(text: str) -> tuple[tuple[_Part, ...], ...]:
    """Below the final of the same numbers; then identifier by identifier, the longer list being the newer."""
    return (((0, 0, "", 0),), tuple(_identifier(part) for part in text.split("."))) if text else _FINAL


_SEMVER = (
    r"(\d+)(?:\.(\d+)(?:\.(\d+))?)?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)


def _read_semver(text: str, number: str) -> Version | None:
    """Semantic Versioning 2.0.0, and what fleets report besides: missing fields count as 0, leading zeros pass."""
    found = _expression(_SEMVER).fullmatch(number)
    if found is None:
        return None
    major, minor, patch, prerelease, build = found.groups("")
    release = (int(major), int(minor or 0), int(patch or 0))
    key = (release, _prerelease_key(prerelease))
    return Version(text, SchemeName.SEMVER, number, release, prerelease, build, key)


_CALVER = r"(\d+(?:[._-]\d+)*)(?:[-._]?([A-Za-z][0-9A-Za-z]*(?:[.-][0-9A-Za-z]+)*))?(?:\+([0-9A-Za-z.-]+))?"
_CALVER_NUMBERS = r"\d+(?:[._-]\d+)*"
_AFTER_FINAL = ("post", "hotfix", "patch")


def _read_calver(text: str, number: str) -> Version | None:
    """Numeric fields of any count; a word after them is a pre-release, unless it says post, hotfix or patch."""
    found = _expression(_CALVER).fullmatch(number)
    if found is None:
        return None
    numbers, word, build = found.groups("")
    release = tuple(int(field) for field in re.split(r"[._-]", numbers))
    later = word.lower().startswith(_AFTER_FINAL)
    pre = (((2, 0, "", 0),), tuple(_identifier(part) for part in word.lower().split("."))) if later else ()
    key = (_trimmed(release), pre or _prerelease_key(word.lower().replace("-", ".")))
    return Version(text, SchemeName.CALVER, number, release, "" if later else word, build, key)


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    """Without zeros at the end: 24.4 and 24.4.0 are one version."""
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


# The expression of PEP 440, appendix B, in its permissive form.
_PEP440 = r"""(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?P<pre>[-_.]?(?P<pre_word>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>[0-9]+)?)?
    (?P<post>(?:-(?P<post_implicit>[0-9]+))|(?:[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>[0-9]+)?))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>[0-9]+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?"""
_PRE_WORDS = {"alpha": "a", "a": "a", "beta": "b", "b": "b", "c": "rc", "rc": "rc", "pre": "rc", "preview": "rc"}


def _read_pep440(text: str, number: str) -> Version | None:
    found = _expression(_PEP440, re.VERBOSE | re.IGNORECASE).fullmatch(number)
    if found is None:
        return None
    release = tuple(int(field) for field in found["release"].split("."))
    pre = _PRE_WORDS[found["pre_word"].lower()] + str(int(found["pre_number"] or 0)) if found["pre"] else ""
    dev = f"dev{int(found['dev_number'] or 0)}" if found["dev"] else ""
    # The local part is a build of the same public version. PEP 440 orders it behind; here, as with semver,
    # a rebuilt package is not a newer release.
    key = ((int(found["epoch"] or 0), *_trimmed(release)), (_pep440_suffixes(found),))
    early = "" if found["post"] and not pre else ".".join(filter(None, (pre, dev)))
    return Version(text, SchemeName.PEP440, number, release, early, found["local"] or "", key)


def _pep440_suffixes(found: re.Match[str]) -> tuple[_Part, ...]:
    """Order of the suffixes: dev before alpha before beta before rc before final before post."""
    has_pre, has_post, has_dev = (found[name] is not None for name in ("pre", "post", "dev"))
    if has_pre:
        pre = (1, 0, _PRE_WORDS[found["pre_word"].lower()], int(found["pre_number"] or 0))
    else:
        pre = (0, 0, "", 0) if has_dev and not has_post else (2, 0, "", 0)
    post = int(found["post_implicit"] or found["post_number"] or 0)
    dev = int(found["dev_number"] or 0)
    return (
        pre,
        (1, post, "", 0) if has_post else (0, 0, "", 0),
        (0, dev, "", 0) if has_dev else (1, 0, "", 0),
    )


_READERS = {
    SchemeName.SEMVER: _read_semver,
    SchemeName.CALVER: _read_calver,
    SchemeName.PEP440: _read_pep440,
}
