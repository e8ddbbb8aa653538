"""`decide(plan, state, command, actor) -> drafts | Refusal`: the only place where a wish becomes a fact."""

from collections.abc import Mapping
from typing import Any, assert_never

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.events import Actor, Draft, EventId
from gonogo.domain.names import suggest
from gonogo.domain.observation import Target
from gonogo.domain.plan import Item, LoadedPlan, Plan
from gonogo.domain.state import ItemState, ItemStatus, ReleaseState
from gonogo.domain.text import clean, clean_block
from gonogo.errors import ExitCode

NOTE_LIMIT = 4_000


class Tick(Struct, frozen=True):
    """Item is done."""

    item: str
    expect: int | None = None
    """Sequence number of the item's state that was on screen; None when nothing was looked at."""


class Untick(Struct, frozen=True):
    """Item is open again."""

    item: str
    reason: str = ""
    expect: int | None = None


class Skip(Struct, frozen=True):
    """Item does not apply to this release."""

    item: str
    reason: str
    expect: int | None = None


class Note(Struct, frozen=True):
    """A remark on an item."""

    item: str
    text: str


class Undo(Struct, frozen=True):
    """Take back one's own last act on the checklist."""


class RecordTransition(Struct, frozen=True):
    """A cell shows something else than the journal's last record of it."""

    target: Target
    versions: tuple[str, ...]
    status: str
    source: str


Command = Tick | Untick | Skip | Note | Undo | RecordTransition


class Refusal(Struct, frozen=True):
    """Why a command was not accepted, and what to do instead. Nothing was recorded."""

    exit_code: ExitCode
    rule: str
    """Stable id of the rule, such as `item.unknown`."""
    reason: str
    remedy: str = ""


def decide(
    loaded: LoadedPlan, state: ReleaseState, command: Command, actor: Actor, new_id: EventId
) -> tuple[Draft, ...] | Refusal:
    """Return the facts that `command` makes, or why it makes none.

    An empty tuple means: what was asked for holds already, by the same account.
    """
    match command:
        case Tick() | Untick() | Skip():
            return _move(loaded, state, command, actor, new_id)
        case Note():
            return _note(loaded, command, new_id)
        case Undo():
            return _undo(loaded, state, actor, new_id)
        case RecordTransition():
            return _record(loaded, state, command, new_id)
        case _ as unreachable:
            assert_never(unreachable)


def find_item(plan: Plan, wanted: str) -> Item | Refusal:
    """The item of that id or unique prefix of an id; otherwise what the person may have meant."""
    exact = plan.item(wanted)
    if exact:
        return exact
    starting = [item for item in plan.items if wanted and item.id.startswith(wanted)]
    if len(starting) == 1:
        return starting[0]
    shown = clean(wanted, 80)
    if starting:
        names = ", ".join(item.id for item in starting[:6])
        return Refusal(ExitCode.USAGE, "item.ambiguous", f"'{shown}' may be {names}", "type more of the id")
    near = suggest(wanted, [item.id for item in plan.items])
    hint = f"did you mean '{near}'?" if near else "gonogo tick    lists what is open"
    return Refusal(ExitCode.USAGE, "item.unknown", f"the plan has no item '{shown}'", hint)


_MOVES: Mapping[type, tuple[str, ItemStatus]] = {
    Tick: (kinds.ITEM_TICKED, ItemStatus.DONE),
    Untick: (kinds.ITEM_UNTICKED, ItemStatus.OPEN),
    Skip: (kinds.ITEM_SKIPPED, ItemStatus.SKIPPED),
}

_WORDS = {ItemStatus.DONE: "ticked", ItemStatus.OPEN: "open", ItemStatus.SKIPPED: "marked not applicable"}


def _move(
    loaded: LoadedPlan, state: ReleaseState, command: Tick | Untick | Skip, actor: Actor, new_id: EventId
) -> tuple[Draft, ...] | Refusal:
    item = find_item(loaded.plan, command.item)
    if isinstance(item, Refusal):
        return item
    reason = "" if isinstance(command, Tick) else clean(command.reason.strip())
    if isinstance(command, Skip) and not reason:
        return Refusal(
            ExitCode.USAGE,
            "item.skip-reason",
            f"'{item.id}' is skipped only with a reason",
            f"gonogo skip {item.id} --reason '...'",
        )
    kind, wanted = _MOVES[type(command)]
    now = state.item(item.id)
    if now.status is wanted and command.expect in {None, now.seq}:
        return _already(item, now, actor)
    if command.expect is not None and command.expect != now.seq:
        return _lost_race(item, now)
    if wanted is ItemStatus.DONE and (refusal := _not_yet(loaded.plan, state, item)):
        return refusal
    # the title is repeated, so that the trail still tells what was ticked after the plan has changed
    data: dict[str, Any] = {"title": item.title}
    if reason:
        data["reason"] = reason
    return (Draft(new_id, kind, f"item:{item.id}", data, now.seq, loaded.sha256),)


def _already(item: Item, now: ItemState, actor: Actor) -> tuple[Draft, ...] | Refusal:
    if now.actor is None or now.actor.uid == actor.uid:
        return ()
    return _lost_race(item, now)


def _lost_race(item: Item, now: ItemState) -> Refusal:
    who = now.actor.user if now.actor else "somebody"
    when = f" at {now.at:%H:%M:%S} UTC" if now.at else ""
    return Refusal(
        ExitCode.CONFLICT,
        "item.changed",
        f"'{item.id}' was {_WORDS[now.status]} by {who}{when}; nothing was recorded for you",
        f"gonogo note {item.id} '...'    adds your word to it",
    )


def _not_yet(plan: Plan, state: ReleaseState, item: Item) -> Refusal | None:
    """`after` is an order people agreed on: ticking ahead of it would say something happened that did not."""
    waiting = [other for other in item.after if state.item(other).status is ItemStatus.OPEN]
    if not waiting:
        return None
    first = plan.item(waiting[0])
    owner = f" (owner {first.owner})" if first and first.owner else ""
    return Refusal(
        ExitCode.NO_GO,
        "item.after",
        f"'{item.id}' comes after {', '.join(waiting)}, which is still open{owner}",
        f"gonogo tick {waiting[0]}",
    )


def _note(loaded: LoadedPlan, command: Note, new_id: EventId) -> tuple[Draft, ...] | Refusal:
    item = find_item(loaded.plan, command.item)
    if isinstance(item, Refusal):
        return item
    text = clean_block(command.text.strip(), NOTE_LIMIT)
    if not text:
        return Refusal(ExitCode.USAGE, "note.empty", "an empty note says nothing", f"gonogo note {item.id} 'text'")
    data = {"title": item.title, "text": text}
    return (Draft(new_id, kinds.ITEM_NOTED, f"item:{item.id}", data, 0, loaded.sha256),)


def _undo(loaded: LoadedPlan, state: ReleaseState, actor: Actor, new_id: EventId) -> tuple[Draft, ...] | Refusal:
    mine = state.acts.get(actor.uid, ())
    if not mine:
        return Refusal(ExitCode.NO_GO, "undo.nothing", "you have no act on the checklist to take back")
    last = mine[-1]
    now = state.item(last.item)
    if now.seq != last.seq:
        who = now.actor.user if now.actor else "somebody"
        return Refusal(
            ExitCode.CONFLICT,
            "undo.changed",
            f"{who} has changed '{last.item}' since you did; nothing was taken back",
            f"gonogo log --item {last.item}",
        )
    kind = {
        ItemStatus.DONE: kinds.ITEM_TICKED,
        ItemStatus.OPEN: kinds.ITEM_UNTICKED,
        ItemStatus.SKIPPED: kinds.ITEM_SKIPPED,
    }[last.before.status]
    item = loaded.plan.item(last.item)
    data: dict[str, Any] = {"title": item.title if item else last.item, "undoes": last.seq}
    if last.before.reason:
        data["reason"] = last.before.reason
    return (Draft(new_id, kind, f"item:{last.item}", data, now.seq, loaded.sha256),)


def _record(
    loaded: LoadedPlan, state: ReleaseState, command: RecordTransition, new_id: EventId
) -> tuple[Draft, ...]:
    """Recorded once, by whoever comes first: the next one finds that the journal says it already."""
    known = state.deployed(command.target)
    before = state.cells.get(command.target, ())
    if known and (known.versions, known.status) == (command.versions, command.status):
        return ()
    data: dict[str, Any] = {
        "versions": list(command.versions),
        "status": command.status,
        "source": command.source,
        "before": list(before[-1].versions) if before else [],
    }
    subject = f"cell:{command.target.product}/{command.target.environment}"
    return (Draft(new_id, kinds.CELL_CHANGED, subject, data, 0, loaded.sha256),)
