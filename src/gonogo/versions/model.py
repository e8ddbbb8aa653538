"""What a version is, once its scheme has read it."""

import re
from functools import cache
from typing import TypeAlias

from msgspec import Struct

from gonogo.plan import Bump, SchemeName

__all__ = [
    "TEXT_LIMIT",
    "Bump",
    "Key",
    "Part",
    "Unparsed",
    "Version",
    "expression",
    "identifier",
    "prerelease_key",
    "trimmed",
]

TEXT_LIMIT = 128
"""Characters; longer texts are no versions, and huge numbers in them would cost time."""

Part: TypeAlias = tuple[int, int, str, int]
Key: TypeAlias = tuple[tuple[int, ...], tuple[tuple[Part, ...], ...]]


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
    key: Key | None = None
    """Orders versions of one scheme; None when the scheme knows no order."""

    def __str__(self) -> str:
        return self.text


class Unparsed(Struct, frozen=True):
    """A text that is no version of the scheme."""

    text: str
    reason: str


@cache
def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compiled at first use: together these expressions cost 5 ms, which `gonogo tick` need not pay."""
    return re.compile(pattern, re.ASCII | flags)


def trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    """Without zeros at the end: 24.4 and 24.4.0 are one version."""
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


# An identifier that ends in digits is ordered by its letters and then by that number. Semantic Versioning
# orders `rc10` before `rc2`; nobody who writes them means that, and where the specification's own
# identifiers are used (numbers and words apart by dots) the order is the specification's.
_WORD_NUMBER = r"(.*?)(\d+)"
_FINAL: tuple[tuple[Part, ...], ...] = (((1, 0, "", 0),),)


def identifier(text: str) -> Part:
    """The order of one identifier of a pre-release: numbers below words."""
    if text.isdigit():
        return (0, int(text), "", 0)
    if counted := expression(_WORD_NUMBER).fullmatch(text):
        return (1, 0, counted[1], int(counted[2]))
    return (1, 0, text, -1)


def prerelease_key(text: str) -> tuple[tuple[Part, ...], ...]:
    """Below the final of the same numbers; then identifier by identifier, the longer list being the newer."""
    return (((0, 0, "", 0),), tuple(identifier(part) for part in text.split("."))) if text else _FINAL
