"""What people said about forward-merges and bad versions, and the hotfixes made, in journals of other releases.

They are only read. No journal is trusted more than our own: it must be of the same kind and for the same people
(alone: of the same account; together: of the same group), lie where the journal of its release belongs, and be
intact from the first record on. What is said in any other does not count, and where that may surprise somebody it
is told.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import GonogoError
from gonogo.events.lifecycle import JudgedBy
from gonogo.events.merges import MergeWord
from gonogo.events.state import ReleaseState, replay
from gonogo.events.versions import MarkedElsewhere
from gonogo.facts.containment import MadeHotfix, made_hotfixes
from gonogo.io.journal import layout, record
from gonogo.io.journal.layout import LOCK, SHARED, STORE, Store
from gonogo.io.journal.store import read_through
from gonogo.text import clean

RELEASES = 1_000
"""Other releases that are looked into, those that were written to last; more are said to be left out."""
_CHUNK = 1024 * 1024
_MARK = b'"version.marked-bad"'
_NEEDLES = (b'"merge.', b'"hotfix.', _MARK)
"""One of them is in every record of what is looked for: a journal without them need not be checked."""


class Elsewhere(Struct, frozen=True):
    """What was said in other releases."""

    words: tuple[MergeWord, ...] = ()
    """The last one of each release on a fix and a branch, each with its `release`."""
    notes: tuple[str, ...] = ()
    """What was said and does not count, or could not be read: a sentence each."""
    hotfixes: Mapping[str, tuple[MadeHotfix, ...]] = {}
    """By product: the hotfixes that were made."""
    bad: MarkedElsewhere = MarkedElsewhere()


def merge_words(directory: Path, state_dir: Path | None) -> Elsewhere:
    """What was said in the journals beside the one in `directory`.

    `state_dir` is where this account remembers which records it has seen. Never raises for what lies there.
    """
    try:
        own, facts = layout.read_store(directory), directory.lstat()
        found = (
            sorted(_beside(directory, facts, own), key=lambda one: one[1].st_mtime, reverse=True) if own else []
        )
    except (OSError, GonogoError) as error:
        return Elsewhere(notes=(f"other releases cannot be looked into: {clean(str(error), 200)}",))
    if own is None:
        return Elsewhere()
    read = [_read(path, own.mode, state_dir, _stand(path)) for path, _ in found[:RELEASES]]
    left = len(found) - len(read)
    notes = [note for one in read for note in one.notes]
    notes += [f"{left} releases were not looked into: there are more than {RELEASES}"] if left else []
    made: dict[str, tuple[MadeHotfix, ...]] = {}
    for one in read:
        for product, hotfixes in one.hotfixes.items():
            made[product] = (*made.get(product, ()), *hotfixes)
    bad = MarkedElsewhere(
        tuple(mark for one in read for mark in one.bad.marks),
        tuple(doubt for one in read for doubt in one.bad.doubts),
    )
    return Elsewhere(tuple(word for one in read for word in one.words), tuple(notes), made, bad)


def _beside(directory: Path, own: os.stat_result, store: Store) -> Iterator[tuple[Path, os.stat_result]]:
    """The directories beside our own that are for the same people. Raises OSError."""
    with os.scandir(directory.parent) as entries:
        for entry in entries:
            facts = entry.stat(follow_symlinks=False)
            same = facts.st_gid == own.st_gid if store.mode == SHARED else facts.st_uid == own.st_uid
            if stat.S_ISDIR(facts.st_mode) and same and entry.name != directory.name:
                yield directory.parent / entry.name, facts


def _stand(directory: Path) -> tuple[object, ...]:
    """Differs when anything in a journal's directory has changed; what cannot be looked at is a stand too."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(one.name for one in entries if _is_of_record(one.name))
        return tuple(_facts(directory / name) for name in (".", *names))
    except OSError as error:
        return (error.errno,)


def _is_of_record(name: str) -> bool:
    return layout.owner_named(name) is not None or name in {STORE, LOCK}


def _facts(path: Path) -> tuple[object, ...]:
    facts = path.lstat()
    return (path.name, facts.st_dev, facts.st_ino, facts.st_mode, facts.st_uid, facts.st_gid, facts.st_nlink,
            facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)  # fmt: skip


@lru_cache(maxsize=RELEASES)
def _read(directory: Path, mode: str, state_dir: Path | None, _seen: tuple[object, ...]) -> Elsewhere:
    """What was said in one journal; read again only when anything in it has changed."""
    name = clean(directory.name, 80)
    try:
        store = layout.read_store(directory)
        if store is None or not _mentions(directory):
            return Elsewhere()
        release = clean(store.release, 80)
        if layout.release_directory(directory.parent, store.release) != directory:
            return _untold(directory, name, f"it is the journal of {release}")
        if store.mode != mode:
            return _untold(directory, release, "that journal is not kept as this one is")
        if store.format > record.FORMAT:
            return _untold(directory, release, "that journal is of a newer gonogo")
        return _judged(directory, store, state_dir)
    except GonogoError as error:
        return _untold(directory, name, error.message)


def _judged(directory: Path, store: Store, state_dir: Path | None) -> Elsewhere:
    """Its words, when the journal is intact. Raises GonogoError."""
    events, alarms = read_through(layout.Found(directory, store), state_dir)
    wrong = next((alarm for alarm in alarms if not alarm.warning), None)
    if wrong is not None:
        why = f"that journal is not intact: {clean(wrong.message, 200)}"
        return _untold(directory, clean(store.release, 80), why)
    # as its own release reads it: what somebody had no right to say there says nothing here either
    state = replay(events, ReleaseState(judged_by=JudgedBy(store.rules)))
    release = clean(store.release, 80)
    words = tuple(replace(word, release=release) for word in state.merges.values())
    products = {one.product for one in state.hotfixes.values()}
    made = {name: made_hotfixes(state.hotfixes.values(), name, release) for name in products}
    bad = tuple(replace(mark, release=release) for mark in state.bad.values())
    return Elsewhere(words, (), made, MarkedElsewhere(bad))


def _untold(directory: Path, release: str, why: str) -> Elsewhere:
    marked = _mentions(directory, (_MARK,))
    doubts = (f"which versions are marked bad in release {release} is not known: {why}",) if marked else ()
    notes = (f"what was said in release {release} does not count here: {why}",)
    return Elsewhere(notes=notes, bad=MarkedElsewhere((), doubts))


def _mentions(directory: Path, needles: tuple[bytes, ...] = _NEEDLES) -> bool:
    """Whether any of its files may hold what is looked for; yes, where that cannot be told."""
    try:
        with os.scandir(directory) as entries:
            files = [entry.path for entry in entries if layout.owner_named(entry.name) is not None]
        return any(_holds(path, needles) for path in files)
    except OSError:
        return True


def _holds(path: str, needles: tuple[bytes, ...]) -> bool:
    """Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    with open(descriptor, "rb") as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            if any(needle in rest + chunk for needle in needles):
                return True
            rest = chunk[-max(map(len, needles)) :]
    return False
