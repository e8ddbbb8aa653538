"""What ran where, as it was seen: the transitions of every cell."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.domain import events as kinds
from gonogo.domain.events import Event
from gonogo.domain.folds.reading import Handlers, name_of, text, texts
from gonogo.domain.observation import Target
from gonogo.domain.text import clean

HISTORY_LIMIT = 50
"""Transitions kept per cell; older ones stay in the journal."""


class Deployed(Struct, frozen=True):
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


class Entry(Struct, frozen=True):
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
        self.cells = dict(cells)
        self.entries = dict(entries or {})
        self.handlers: Handlers = {kinds.CELL_CHANGED: self._transition}

    def _transition(self, event: Event) -> None:
        if (found := deployed_in(event)) is not None:
            target, seen = found
            before = self.cells.get(target, ())
            self.entries[target] = _entered(self.entries.get(target, {}), before[-1] if before else None, seen)
            self.cells[target] = (*before, seen)[-HISTORY_LIMIT:]


def _entered(known: Entries, before: Deployed | None, seen: Deployed) -> Entries:
    """Who came, who left, and how far those that stayed have come."""
    found = dict(known)
    for version, entry in known.items():
        if entry.until is None and version not in seen.versions:
            found[version] = replace(entry, until=seen.since)
            if entry.alone_seq and seen.versions:
                found[version] = replace(found[version], left_seq=seen.seq, left_to=seen.versions)
    alone = len(seen.versions) == 1
    for version in seen.versions:
        share = 100.0 if alone else seen.shares.get(version)
        stays = known.get(version)
        earlier = before.versions if before else ()
        entry = stays or Entry(version, seen.since, seen.by, seen.seq, earlier, before is None, share)
        if entry.until is not None:
            left = (entry.left_seq, entry.left_to)
            entry = Entry(version, seen.since, seen.by, seen.seq, earlier, share=share)
            entry = replace(entry, left_seq=left[0], left_to=left[1])
        elif share is not None and (entry.share is None or share > entry.share):
            entry = replace(entry, share=share)
        if alone and not entry.alone_seq:
            entry = replace(entry, alone_at=seen.since, alone_seq=seen.seq)
        found[version] = entry
    return found


def deployed_in(event: Event) -> tuple[Target, Deployed] | None:
    """The cell and what was seen there, when `event` is a transition of a cell."""
    if event.kind != kinds.CELL_CHANGED:
        return None
    product, _, environment = name_of(event).partition("/")
    seen = Deployed(
        event.counts_from or event.at,
        texts(event.data, "versions", 128),
        text(event.data, "status"),
        event.actor.user,
        text(event.data, "source"),
        texts(event.data, "revisions", 128),
        _shares(event),
        event.seq,
    )
    return Target(product, environment), seen


def _shares(event: Event) -> Mapping[str, float]:
    told = event.data.get("shares")
    if not isinstance(told, Mapping):
        return {}
    return {
        clean(str(name), 128): float(share)
        for name, share in told.items()
        if isinstance(share, int | float) and 0 <= share <= 100
    }
