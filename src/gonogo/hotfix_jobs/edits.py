"""Stating another version in a file: the one place that says it changes, and every other byte stays.

A file with a key is not written anew by a library that would lose its comments and order. The old version is
replaced where it stands in the text, and the result is read again: it must be the same document but for that key.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gonogo.io.repository_files.version_files import Elements, NoVersion, by_key, parsed, stated_in, the_fit
from gonogo.plan import SchemeName, VersionFile
from gonogo.versions import Version, parse

_TRIES = 200
"""Places where the old version stands in one file; more of them are no version file."""


class Edited(Struct, frozen=True):
    """A file as it will be."""

    text: str
    before: str
    """What it stated."""
    after: str


class CannotEdit(Struct, frozen=True):
    """Why it cannot be changed."""

    reason: str


def state_version(text: str, file: VersionFile, version: str, scheme: SchemeName) -> Edited | CannotEdit:
    """Let `text` state `version` where the plan says it does."""
    try:
        before = stated_in(text, file)
    except NoVersion as none:
        return CannotEdit(str(none))
    read = parse(before, scheme)
    # `v1.2.3` stays in that style
    after = before.replace(read.number, version) if isinstance(read, Version) and read.number else version
    if before == after:
        return Edited(text, before, after)
    changed = _by_pattern(text, file, after) if not file.key else _by_key(text, file, before, after)
    if changed is None:
        return CannotEdit(f"'{before}' cannot be told from other places where it stands")
    return Edited(changed, before, after)


def _by_pattern(text: str, file: VersionFile, after: str) -> str:
    place = the_fit(text, file)
    return text[: place.start] + after + text[place.start + len(place.version) :]


def _by_key(text: str, file: VersionFile, before: str, after: str) -> str | None:
    document = parsed(text, file.path)
    at = -1
    for _ in range(_TRIES):
        at = text.find(before, at + 1)
        if at < 0:
            return None
        attempt = text[:at] + after + text[at + len(before) :]
        try:
            other = parsed(attempt, file.path)
            if by_key(other, file.key) == after and _changes_only(document, other, file.key):
                return attempt
        except NoVersion:
            continue  # this place belongs to the syntax, or to another value
    return None


def _changes_only(one: Any, other: Any, key: str) -> bool:
    if isinstance(one, Elements) and isinstance(other, Elements):
        # the key has its new value, so one difference is all there may be
        pairs = zip(one.plain(), other.plain(), strict=False)
        return len(one.plain()) == len(other.plain()) and sum(before != after for before, after in pairs) == 1
    return _same_but(one, other, key.split("."))


def _same_but(one: Any, other: Any, path: list[str]) -> bool:
    """Whether two documents differ in nothing but the value at `path`."""
    if not path:
        return True
    if not isinstance(one, Mapping) or not isinstance(other, Mapping) or list(one) != list(other):
        return False
    return all(
        _same_but(one[name], other[name], path[1:]) if name == path[0] else one[name] == other[name]
        for name in one
    )
