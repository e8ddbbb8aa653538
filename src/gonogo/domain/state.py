"""What the events add up to. One fold makes it; nothing else does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gonogo.domain import events as kinds
from gonogo.domain.events import Actor, Event
from gonogo.domain.observation import Target
from gonogo.domain.text import clean

HISTORY_LIMIT = 50
"""Transitions kept per cell; older ones stay in the journal."""


class ItemStatus(StrEnum):
    """Where a checklist item stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    """Not applicable to this release, with a reason."""


class Remark(Struct, frozen=True):
    """A note somebody left on an item."""

    at: datetime
    actor: Actor
    text: str


class ItemState(Struct, frozen=True):
    """One item as the journal tells it."""

    status: ItemStatus = ItemStatus.OPEN
    actor: Actor | None = None
    """Who brought it into this status; None when nobody ever acted on it."""
    at: datetime | None = None
    reason: str = ""
    seq: int = 0
    """Sequence number of the event that brought it here; 0 when there is none. Used to notice a lost race."""
    notes: tuple[Remark, ...] = ()


class Deployed(Struct, frozen=True):
    """What ran in a cell from a moment on, as one of us saw it."""

    since: datetime
    """UTC, when it was first seen; it may have been there longer."""
    versions: tuple[str, ...]
    status: str
    by: str
    """Account whose session saw it."""
    source: str = ""


class Undoable(Struct, frozen=True):
    """An act somebody may take back: the state before it."""

    seq: int
    item: str
    before: ItemState


class ReleaseState(Struct, frozen=True):
    """The release as far as the journal goes."""

    seq: int = 0
    head: str = ""
    """Hash of the last event."""
    items: Mapping[str, ItemState] = {}
    cells: Mapping[Target, tuple[Deployed, ...]] = {}
    """Transitions of each cell, oldest first."""
    acts: Mapping[int, tuple[Undoable, ...]] = {}
    """By uid: acts that account could still take back, oldest first."""
    events: tuple[Event, ...] = ()
    """Everything, in order: the audit trail."""

    def item(self, item_id: str) -> ItemState:
        """The state of an item; open when no event speaks of it."""
        return self.items.get(item_id, _OPEN)

    def deployed(self, target: Target) -> Deployed | None:
        """The last recorded transition of a cell."""
        history = self.cells.get(target, ())
        return history[-1] if history else None


_OPEN = ItemState()
_UNDO_DEPTH = 100


def replay(events: Iterable[Event], state: ReleaseState | None = None) -> ReleaseState:
    """Fold `events` into `state`, in the order of their sequence numbers.

    Kinds this version does not know change nothing but the trail, where they stay visible.
    """
    fold = _Fold(state or ReleaseState())
    for event in events:
        fold.apply(event)
    return fold.result()


class _Fold:
    """The working copy of one replay: plain dictionaries while it runs, a frozen state at its end."""

    def __init__(self, state: ReleaseState) -> None:
        self._seq = state.seq
        self._head = state.head
        self._items = dict(state.items)
        self._cells = dict(state.cells)
        self._acts = dict(state.acts)
        self._events = list(state.events)

    def result(self) -> ReleaseState:
        return ReleaseState(self._seq, self._head, self._items, self._cells, self._acts, tuple(self._events))

    def apply(self, event: Event) -> None:
        self._seq, self._head = event.seq, event.hash
        self._events.append(event)
        match event.kind:
            case kinds.ITEM_TICKED:
                self._move(event, ItemStatus.DONE)
            case kinds.ITEM_UNTICKED:
                self._move(event, ItemStatus.OPEN)
            case kinds.ITEM_SKIPPED:
                self._move(event, ItemStatus.SKIPPED)
            case kinds.ITEM_NOTED:
                self._note(event)
            case kinds.CELL_CHANGED:
                self._transition(event)

    def _move(self, event: Event, status: ItemStatus) -> None:
        item_id = _after_colon(event.subject)
        before = self._items.get(item_id, _OPEN)
        self._items[item_id] = ItemState(
            status, event.actor, event.at, _text(event.data, "reason"), event.seq, before.notes
        )
        uid = event.actor.uid
        mine = self._acts.get(uid, ())
        if event.data.get("undoes"):
            self._acts[uid] = tuple(act for act in mine if act.seq != event.data["undoes"])
        else:
            self._acts[uid] = (*mine, Undoable(event.seq, item_id, before))[-_UNDO_DEPTH:]

    def _note(self, event: Event) -> None:
        item_id = _after_colon(event.subject)
        before = self._items.get(item_id, _OPEN)
        remark = Remark(event.at, event.actor, _text(event.data, "text"))
        self._items[item_id] = replace(before, notes=(*before.notes, remark))

    def _transition(self, event: Event) -> None:
        if (found := deployed_in(event)) is not None:
            target, seen = found
            self._cells[target] = (*self._cells.get(target, ()), seen)[-HISTORY_LIMIT:]


def deployed_in(event: Event) -> tuple[Target, Deployed] | None:
    """The cell and what was seen there, when `event` is a transition of a cell."""
    if event.kind != kinds.CELL_CHANGED:
        return None
    product, _, environment = _after_colon(event.subject).partition("/")
    versions = event.data.get("versions")
    texts = [clean(text, 128) for text in versions if isinstance(text, str)] if isinstance(versions, list) else []
    seen = Deployed(
        event.at, tuple(texts), _text(event.data, "status"), event.actor.user, _text(event.data, "source")
    )
    return Target(product, environment), seen


def _after_colon(subject: str) -> str:
    return subject.partition(":")[2]


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key, "")
    return clean(value) if isinstance(value, str) else ""
