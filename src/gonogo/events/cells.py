"""What ran where, as it was seen: the transitions of every cell."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Event
from gonogo.events.reading import Handlers, text, texts
from gonogo.plan import Target
from gonogo.text import clean

HISTORY_LIMIT = 50
"""Transitions kept per cell; older ones stay in the journal."""


class Deployed(Struct, frozen=True, gc=False):
    """What ran in a cell from a moment on, as one of us saw it."""

    since: datetime
    """UTC, when it was first seen; it may have been there longer."""
    versions: tuple[str, ...]
    status: str
    by: str
    """Account whose session saw it."""
    source: str = ""
    revisions: tuple[str, ...] = ()
    """Commits that the source named for them; empty where it named none, and in older journals."""
    shares: Mapping[str, float] = {}
    """By version: its percentage of a split, where the source tells it."""
    seq: int = 0


class Entry(Struct, frozen=True, gc=False):
    """The last time that a version came into a cell, as far as somebody looked."""

    version: str
    at: datetime
    """UTC of the first record that names it."""
    by: str
    seq: int
    before: tuple[str, ...] = ()
    """The versions of the record before; empty where there was none, or where nothing ran."""
    first: bool = False
    """Nothing was recorded in that cell before: it may have been there for long."""
    share: float | None = None
    """The largest percentage recorded since; 100 once it ran alone. None where no source told one."""
    until: datetime | None = None
    """UTC of the first record without it; None while it is there."""
    alone_at: datetime | None = None
    """UTC of the first record that names it alone; None while it never ran alone."""
    alone_seq: int = 0
    left_seq: int = 0
    """Number of the last record that shows others in its place after it had run alone; 0 when none does."""
    left_to: tuple[str, ...] = ()
    """The versions of that record."""


Entries = Mapping[str, Entry]
"""By version, as spelled by the source."""


class CellsFold:
    """The working copy of the cells while a replay runs."""

    def __init__(
        self, cells: Mapping[Target, tuple[Deployed, ...]], entries: Mapping[Target, Entries] | None = None
    ) -> None:
        self._cells = dict(cells)
        self._entries = dict(entries or {})
        self._own: dict[Target, tuple[deque[Deployed], dict[str, Entry]]] = {}
        """Of cells this replay spoke of, what it may write to: a state that was handed out is never changed."""
        self.handlers: Handlers = {kinds.CELL_CHANGED: self._transition}

    def _transition(self, event: Event) -> None:
        if (found := deployed_in(event)) is not None:
            target, seen = found
            own = self._own.get(target)
            if own is None:
                own = self._own[target] = (
                    deque(self._cells.get(target, ()), maxlen=HISTORY_LIMIT),
                    dict(self._entries.get(target, {})),
                )
            history, entries = own
            _enter(entries, history[-1] if history else None, seen)
            history.append(seen)

    def cells(self) -> Mapping[Target, tuple[Deployed, ...]]:
        """Transitions of each cell, oldest first."""
        return {**self._cells, **{target: tuple(history) for target, (history, _) in self._own.items()}}

    def entries(self) -> Mapping[Target, Entries]:
        """Of each cell: when each version came there last."""
        return {**self._entries, **{target: entries for target, (_, entries) in self._own.items()}}


def _enter(entries: dict[str, Entry], before: Deployed | None, seen: Deployed) -> None:
    """Write down who came, who left, and how far those that stayed have come.

    A cell sees more and more versions; looked at are only those of the two records.
    """
    earlier = before.versions if before is not None else ()
    if earlier != seen.versions:
        for version in earlier:
            if version not in seen.versions and (entry := entries.get(version)) is not None:
                entries[version] = _left(entry, seen)
    alone = len(seen.versions) == 1
    for version in seen.versions:
        entry = entries.get(version)
        share = 100.0 if alone else seen.shares.get(version)
        if entry is None or entry.until is not None:
            entries[version] = _came(version, entry, before, seen, share)
        elif alone and not entry.alone_seq:
            entries[version] = replace(entry, share=share, alone_at=seen.since, alone_seq=seen.seq)
        elif share is not None and (entry.share is None or share > entry.share):
            entries[version] = replace(entry, share=share)


def _left(entry: Entry, seen: Deployed) -> Entry:
    """An entry whose version `seen` does not name any more; what took its place counts once it had run alone."""
    if entry.alone_seq and seen.versions:
        return replace(entry, until=seen.since, left_seq=seen.seq, left_to=seen.versions)
    return replace(entry, until=seen.since)


def _came(version: str, last: Entry | None, before: Deployed | None, seen: Deployed, share: float | None) -> Entry:
    """The entry of a version that was not there; what took its place the last time stays known."""
    alone = len(seen.versions) == 1
    return Entry(
        version,
        seen.since,
        seen.by,
        seen.seq,
        before.versions if before is not None else (),
        last is None and before is None,
        share,
        None,
        seen.since if alone else None,
        seen.seq if alone else 0,
        last.left_seq if last is not None else 0,
        last.left_to if last is not None else (),
    )


def deployed_in(event: Event) -> tuple[Target, Deployed] | None:
    """The cell and what was seen there, when `event` is a transition of a cell."""
    if event.kind != kinds.CELL_CHANGED:
        return None
    data = event.data
    shares = data.get("shares")
    seen = Deployed(
        event.counts_from or event.at,
        texts(data, "versions", 128),
        text(data, "status"),
        event.actor.user,
        text(data, "source"),
        texts(data, "revisions", 128),
        _percentages(shares) if shares and isinstance(shares, Mapping) else {},
        event.seq,
    )
    return _target(event.subject), seen


@lru_cache(maxsize=8192)  # a journal names the same cells again and again
def _target(subject: str) -> Target:
    product, _, environment = subject.partition(":")[2].partition("/")
    return Target(product, environment)


def _percentages(told: Mapping[Any, Any]) -> Mapping[str, float]:
    return {
        clean(str(name), 128): float(share)
        for name, share in told.items()
        if isinstance(share, int | float) and 0 <= share <= 100
    }
