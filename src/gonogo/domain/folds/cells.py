"""What ran where, as it was seen: the transitions of every cell."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.events import Event
from gonogo.domain.folds.reading import Handlers, name_of, text, texts
from gonogo.domain.observation import Target

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


class CellsFold:
    """The working copy of the cells while a replay runs."""

    def __init__(self, cells: Mapping[Target, tuple[Deployed, ...]]) -> None:
        self.cells = dict(cells)
        self.handlers: Handlers = {kinds.CELL_CHANGED: self._transition}

    def _transition(self, event: Event) -> None:
        if (found := deployed_in(event)) is not None:
            target, seen = found
            self.cells[target] = (*self.cells.get(target, ()), seen)[-HISTORY_LIMIT:]


def deployed_in(event: Event) -> tuple[Target, Deployed] | None:
    """The cell and what was seen there, when `event` is a transition of a cell."""
    if event.kind != kinds.CELL_CHANGED:
        return None
    product, _, environment = name_of(event).partition("/")
    seen = Deployed(
        event.at,
        texts(event.data, "versions", 128),
        text(event.data, "status"),
        event.actor.user,
        text(event.data, "source"),
        texts(event.data, "revisions", 128),
    )
    return Target(product, environment), seen
