"""Commits that make the same change, though they are not the same commit.

git's own patch-id takes lines around a change for a part of it, so that a clean pick onto other surroundings has
another one, and it takes no notice of blanks, so that another indentation has the same one. Both are wrong here.
Two commits make the same change when all of their differences are equal, blanks and surroundings included; or
when author, time of writing and every changed line are equal, which is what a clean pick leaves.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gonogo.io.git.door import GitDoor, is_object_id
from gonogo.io.git.ledger.history import Change

_AT_ONCE = 480
"""Ids that fit into one feed."""


class Key(Struct, frozen=True):
    """What is equal for commits that make the same change."""

    whole: bytes
    changed: bytes


def equal_changes(git: GitDoor, wanted: Iterable[str], every: Mapping[str, Change]) -> dict[str, tuple[str, ...]]:
    """Each of `wanted` to the other commits of `every` that make the same change. Raises GitError.

    Only commits that touch exactly the same paths are compared.
    """
    touching: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for oid, change in every.items():
        touching[change.names].append(oid)
    asked = [oid for oid in dict.fromkeys(wanted) if oid in every and every[oid].names]
    groups = {every[oid].names: touching[every[oid].names] for oid in asked}
    candidates = [oid for group in groups.values() if len(group) > 1 for oid in group]
    keys = dict(_keys(git, candidates))
    by_whole: dict[object, list[str]] = defaultdict(list)
    for oid, key in keys.items():
        by_whole[key.whole].append(oid)
        by_whole[every[oid].author, key.changed].append(oid)
    return {oid: _others(oid, by_whole, keys[oid], every[oid]) for oid in asked if oid in keys}


def _others(oid: str, known: Mapping[object, list[str]], key: Key, change: Change) -> tuple[str, ...]:
    found = [*known[key.whole], *known[change.author, key.changed]]
    return tuple(one for one in dict.fromkeys(found) if one != oid)


def _keys(git: GitDoor, oids: list[str]) -> Iterator[tuple[str, Key]]:
    words = ["diff-tree", "--stdin", "-p", "-r", "--root", "--full-index", "--no-renames", "--no-ext-diff",
             "--no-textconv", "--no-color"]  # fmt: skip
    for start in range(0, len(oids), _AT_ONCE):
        feed = "".join(f"{oid}\n" for oid in oids[start : start + _AT_ONCE]).encode()
        yield from _digests(_lines(git.stream(words, feed=feed)))


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *rows, rest = (rest + chunk).split(b"\n")
        yield from rows
    if rest:
        yield rest


def _digests(lines: Iterable[bytes]) -> Iterator[tuple[str, Key]]:
    """Lines of a difference begin with a sign or a word of git's own: a bare id begins the next commit."""
    oid, whole, changed, index = "", hashlib.sha256(), hashlib.sha256(), b""
    for line in lines:
        if line[:1] not in b"+- @" and is_object_id(line.decode("ascii", "replace")):
            if oid:
                yield oid, Key(whole.digest(), changed.digest())
            oid, whole, changed, index = line.decode(), hashlib.sha256(), hashlib.sha256(), b""
        elif line.startswith(b"index "):
            index = line  # says which contents: only for files that have no lines
        elif line.startswith(b"@@ "):
            whole.update(b"@\n")
        else:
            binary = index if line.startswith(b"Binary files ") else b""
            whole.update(line + binary + b"\n")
            if not line.startswith(b" "):
                changed.update(line + binary + b"\n")
    if oid:
        yield oid, Key(whole.digest(), changed.digest())
