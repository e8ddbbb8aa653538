"""The checklist as the journal tells it: ticks, claims, second persons, evidence, notes."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, number, rows, text

UNDO_DEPTH = 100


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


class Claim(Struct, frozen=True):
    """Somebody is at it, so that nobody else does it a second time."""

    actor: Actor
    at: datetime
    seq: int


class Proof(Struct, frozen=True):
    """Evidence that came with a tick."""

    kind: str
    """link | file | output"""
    text: str
    """The link, the file's name, or the output itself."""
    sha256: str = ""
    """Of the file's bytes; "" for a link."""
    size: int = 0
    """Bytes of the file."""


class Vouch(Struct, frozen=True):
    """The first of two persons says: done, or not applicable. It stays open until a second one says so too."""

    actor: Actor
    at: datetime
    seq: int
    skip: bool = False
    """Whether they say that it does not apply."""
    reason: str = ""
    """Why it does not apply; "" for done."""

    @property
    def words(self) -> str:
        """`says it is done`, for a sentence that begins with who."""
        return f"says it does not apply ({self.reason})" if self.skip else "says it is done"


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
    title: str = ""
    """The item's text at the moment it was brought here; "" when nobody ever acted on it."""
    claim: Claim | None = None
    """Who is at it; None when nobody is, or when it is closed."""
    proofs: tuple[Proof, ...] = ()
    """What was shown when it was ticked."""
    first: Vouch | None = None
    """The first person of a two-person item: alone while it is open, with `actor` as second when it is done."""
    check: bool = False
    """Whether a check brought it here, and not a person's word."""

    @property
    def happened(self) -> bool:
        """Whether somebody said that it was done: of two persons the first knows, whatever the second says."""
        return self.status is ItemStatus.DONE or (self.first is not None and not self.first.skip)


class Undoable(Struct, frozen=True):
    """An act somebody may take back: the state before it, without its notes. Those stay."""

    seq: int
    item: str
    before: ItemState


NOT_TOUCHED = ItemState()


class ChecklistFold:
    """The working copy of the checklist while a replay runs."""

    def __init__(self, items: Mapping[str, ItemState], acts: Mapping[int, tuple[Undoable, ...]]) -> None:
        self.standing = dict(items)
        """Every item as it stands, without the notes of this replay."""
        self._noted: dict[str, list[Remark]] = {}
        """Notes of this replay, by item: put to those of the item once, at its end."""
        self._acts = dict(acts)
        self._own_acts: dict[int, deque[Undoable]] = {}
        """Of accounts that acted in this replay: what it may write to."""
        self.handlers: Handlers = {
            kinds.ITEM_TICKED: lambda event: self._move(event, ItemStatus.DONE),
            kinds.ITEM_UNTICKED: lambda event: self._move(event, ItemStatus.OPEN),
            kinds.ITEM_SKIPPED: lambda event: self._move(event, ItemStatus.SKIPPED),
            kinds.ITEM_VOUCHED: self._vouch,
            kinds.ITEM_CLAIMED: self._claim,
            kinds.ITEM_UNCLAIMED: self._unclaim,
            kinds.ITEM_NOTED: self._note,
        }

    def items(self) -> Mapping[str, ItemState]:
        """Every item that an event spoke of, with its notes."""
        found = dict(self.standing)
        for name, new in self._noted.items():
            found[name] = replace(found[name], notes=(*found[name].notes, *new))
        return found

    def acts(self) -> Mapping[int, tuple[Undoable, ...]]:
        """By uid: acts that account could still take back, oldest first."""
        return {**self._acts, **{uid: tuple(some) for uid, some in self._own_acts.items()}}

    def _state(self, event: Event) -> ItemState:
        return self.standing.get(name_of(event), NOT_TOUCHED)

    def _move(self, event: Event, status: ItemStatus) -> None:
        before = self._state(event)
        closed = status is not ItemStatus.OPEN
        self.standing[name_of(event)] = ItemState(
            status,
            event.actor,
            event.at,
            text(event.data, "reason"),
            event.seq,
            before.notes,
            text(event.data, "title"),
            claim=before.claim if status is ItemStatus.OPEN else None,
            proofs=_proofs(before, event) if status is ItemStatus.DONE else (),
            first=before.first if closed else None,
            check=bool(event.data.get("check")),
        )
        self._remember(event, before)

    def _vouch(self, event: Event) -> None:
        before = self._state(event)
        was_open = before.status is ItemStatus.OPEN
        self.standing[name_of(event)] = replace(
            before,
            status=ItemStatus.OPEN,
            actor=before.actor if was_open else event.actor,
            at=before.at if was_open else event.at,
            reason=before.reason if was_open else "",
            seq=event.seq,
            title=text(event.data, "title"),
            proofs=_proofs(before, event),
            first=Vouch(
                event.actor, event.at, event.seq, bool(event.data.get("skip")), text(event.data, "reason")
            ),
            claim=None,
        )
        self._remember(event, before)

    def _remember(self, event: Event, before: ItemState) -> None:
        """Keep what an undo would need. What an amendment reopened is nobody's act to take back."""
        uid = event.actor.uid
        mine = self._own_acts.get(uid)
        if mine is None:
            mine = self._own_acts[uid] = deque(self._acts.get(uid, ()), maxlen=UNDO_DEPTH)
        if undone := number(event.data, "undoes"):
            self._own_acts[uid] = deque((act for act in mine if act.seq != undone), maxlen=UNDO_DEPTH)
        elif not event.data.get("amendment"):
            before = replace(before, notes=()) if before.notes else before
            mine.append(Undoable(event.seq, name_of(event), before))

    def _claim(self, event: Event) -> None:
        claim = Claim(event.actor, event.at, event.seq)
        self.standing[name_of(event)] = replace(self._state(event), claim=claim)

    def _unclaim(self, event: Event) -> None:
        self.standing[name_of(event)] = replace(self._state(event), claim=None)

    def _note(self, event: Event) -> None:
        remark = Remark(event.at, event.actor, text(event.data, "text"))
        self.standing.setdefault(name_of(event), NOT_TOUCHED)
        self._noted.setdefault(name_of(event), []).append(remark)


def _proofs(before: ItemState, event: Event) -> tuple[Proof, ...]:
    shown = tuple(
        Proof(text(one, "kind"), text(one, "text"), text(one, "sha256"), number(one, "size"))
        for one in rows(event.data, "evidence")
    )
    # what the first of two persons showed stays, also when the second shows nothing
    return (*(before.proofs if before.first else ()), *shown)
