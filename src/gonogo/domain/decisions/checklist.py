"""The checklist: tick, untick, skip, claim, note, undo."""

from collections.abc import Mapping
from typing import Any, assert_never

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.decisions.scene import Answer, Refusal, Scene
from gonogo.domain.events import Actor
from gonogo.domain.names import suggest
from gonogo.domain.plan import Item, Plan
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


Commands = Tick | Untick | Skip | Note | Undo


def decide(scene: Scene, command: Commands) -> Answer:
    """Judge an act on the checklist."""
    match command:
        case Tick() | Untick() | Skip():
            return _move(scene, command)
        case Note():
            return _note(scene, command)
        case Undo():
            return _undo(scene)
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


def _move(scene: Scene, command: Tick | Untick | Skip) -> Answer:
    item = find_item(scene.plan, command.item)
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
    now = scene.state.item(item.id)
    if now.status is wanted and command.expect in {None, now.seq}:
        return _already(item, now, scene.actor)
    if command.expect is not None and command.expect != now.seq:
        return _lost_race(item, now)
    if wanted is ItemStatus.DONE and (refusal := _not_yet(scene.plan, scene.state, item)):
        return refusal
    # the title is repeated, so that the trail still tells what was ticked after the plan has changed
    data: dict[str, Any] = {"title": item.title}
    if reason:
        data["reason"] = reason
    return (scene.draft(kind, f"item:{item.id}", data, expect=now.seq),)


def _already(item: Item, now: ItemState, actor: Actor) -> Answer:
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


def _note(scene: Scene, command: Note) -> Answer:
    item = find_item(scene.plan, command.item)
    if isinstance(item, Refusal):
        return item
    text = clean_block(command.text.strip(), NOTE_LIMIT)
    if not text:
        return Refusal(ExitCode.USAGE, "note.empty", "an empty note says nothing", f"gonogo note {item.id} 'text'")
    data = {"title": item.title, "text": text}
    return (scene.draft(kinds.ITEM_NOTED, f"item:{item.id}", data),)


def _undo(scene: Scene) -> Answer:
    mine = scene.state.acts.get(scene.actor.uid, ())
    if not mine:
        return Refusal(ExitCode.NO_GO, "undo.nothing", "you have no act on the checklist to take back")
    last = mine[-1]
    now = scene.state.item(last.item)
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
    item = scene.plan.item(last.item)
    data: dict[str, Any] = {"title": item.title if item else last.item, "undoes": last.seq}
    if last.before.reason:
        data["reason"] = last.before.reason
    return (scene.draft(kind, f"item:{last.item}", data, expect=now.seq),)
