"""The checklist: tick, untick, skip, note, undo."""

from collections.abc import Mapping
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.checked import refuse_by_hand
from gonogo.acts.command import NOT_KEPT, Command, Kept
from gonogo.acts.items import find_item, lost_race, others_claim
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import Actor, people
from gonogo.events.state import ItemState, ItemStatus, Proof, ReleaseState
from gonogo.plan import Item, Plan
from gonogo.rules import authority
from gonogo.text import clean, clean_block

NOTE_LIMIT = 4_000
_OF_ITEMS = frozenset({"item.second", "item.ci", "account.nobody"})
"""An item that is not due yet is an everyday slip; one that somebody may not tick is not."""


class Tick(Command, frozen=True):
    """Item is done."""

    item: str
    expect: int | None = None
    """Sequence number of the item's state that was on screen; None when nothing was looked at."""
    evidence: tuple[Proof, ...] = ()
    kept = Kept("tick", "item:{item}", only=_OF_ITEMS)

    def judge(self, scene: Scene) -> Answer:
        """One move of an item, from the state that was on screen."""
        return slips.over(scene) or _move(scene, self)


class Untick(Command, frozen=True):
    """Item is open again."""

    item: str
    reason: str = ""
    expect: int | None = None
    kept = Kept("untick", "item:{item}", only=_OF_ITEMS)

    def judge(self, scene: Scene) -> Answer:
        """One move of an item, from the state that was on screen."""
        return slips.over(scene) or _move(scene, self)


class Skip(Command, frozen=True):
    """Item does not apply to this release."""

    item: str
    reason: str
    expect: int | None = None
    kept = Kept("skip", "item:{item}", only=_OF_ITEMS)

    def judge(self, scene: Scene) -> Answer:
        """One move of an item, from the state that was on screen."""
        return slips.over(scene) or _move(scene, self)


class Note(Command, frozen=True):
    """A remark on an item."""

    item: str
    text: str
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """A remark is taken whatever the state is."""
        return _note(scene, self)


class Undo(Command, frozen=True):
    """Take back one's own last act on the checklist."""

    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Only their own last act, and only while nobody has acted on that item since."""
        return slips.over(scene) or _undo(scene)


_MOVES: Mapping[type, tuple[str, ItemStatus]] = {
    Tick: (kinds.ITEM_TICKED, ItemStatus.DONE),
    Untick: (kinds.ITEM_UNTICKED, ItemStatus.OPEN),
    Skip: (kinds.ITEM_SKIPPED, ItemStatus.SKIPPED),
}


def _move(scene: Scene, command: Tick | Untick | Skip) -> Answer:
    item = find_item(scene.plan, command.item)
    if isinstance(item, Refusal):
        return item
    reason = "" if isinstance(command, Tick) else clean(command.reason.strip())
    if isinstance(command, Skip) and not any(sign.isalnum() for sign in reason):
        return Refusal(
            ExitCode.USAGE,
            "item.skip-reason",
            f"'{item.id}' is skipped only with a reason",
            f"gonogo skip {item.id} --reason '...'",
        )
    kind, wanted = _MOVES[type(command)]
    now = scene.state.item(item.id)
    # the word of the first of two is taken back by opening the item again
    holds = now.status is wanted and (wanted is not ItemStatus.OPEN or now.first is None)
    if holds and command.expect in {None, now.seq}:
        return _already(item, now, scene.actor)
    if command.expect is not None and command.expect != now.seq:
        return lost_race(item, now)
    if wanted is not ItemStatus.OPEN and (
        refusal := others_claim(scene, item, now) or _from_ci(scene, item) or _eased(scene, item)
    ):
        return refusal
    # the title is repeated, so that the trail still tells what was ticked after the plan has changed
    data: dict[str, Any] = {"title": item.title}
    if reason:
        data["reason"] = reason
    if isinstance(command, Tick):
        return _tick(scene, item, now, command, data)
    if isinstance(command, Skip) and item.two_person:
        return _by_two(scene, item, now, kind, data)
    return (scene.draft(kind, f"item:{item.id}", data, expect=now.seq),)


def _tick(scene: Scene, item: Item, now: ItemState, command: Tick, data: dict[str, Any]) -> Answer:
    refusal = (
        _not_yet(scene.plan, scene.state, item)
        or (refuse_by_hand(scene, item, item.check) if item.check else None)
        or _no_evidence(item, now, command)
    )
    if refusal:
        return refusal
    if command.evidence:
        data["evidence"] = [_shown(proof) for proof in command.evidence]
    if item.two_person:
        return _by_two(scene, item, now, kinds.ITEM_TICKED, data)
    return (scene.draft(kinds.ITEM_TICKED, f"item:{item.id}", data, expect=now.seq),)


def _eased(scene: Scene, item: Item) -> Refusal | None:
    """An edit that asks less of an item holds once it is accepted: until then a tick would count for nothing."""
    record = scene.state.lifecycle.plan
    if record is None or record.sha256 == scene.loaded.sha256:
        return None
    agreed = authority.terms(scene.state).get(item.id, authority.Terms())
    asks = authority.Terms(item.two_person, item.evidence_required, item.check is not None)
    less = any(getattr(agreed, name) and not getattr(asks, name) for name in ("two_person", "evidence", "check"))
    if not less:
        return None
    fact = f"'{item.id}' is closed by more than that in the plan that was agreed on"
    return Refusal(ExitCode.NO_GO, "item.amended", fact, "gonogo amend show    then accept the edit, or undo it")


def _by_two(scene: Scene, item: Item, now: ItemState, kind: str, data: dict[str, Any]) -> Answer:
    """Done, or not applicable, when two persons say the same; the first one's word leaves it open."""
    if refusal := slips.no_person(scene, f"'{item.id}', which two persons confirm,"):
        return refusal
    subject, skip, first = f"item:{item.id}", kind == kinds.ITEM_SKIPPED, now.first
    if now.status is not ItemStatus.OPEN or first is None:
        return (scene.draft(kinds.ITEM_VOUCHED, subject, data | ({"skip": True} if skip else {}), expect=now.seq),)
    if first.skip is not skip:
        return Refusal(
            ExitCode.CONFLICT,
            "item.changed",
            f"{first.actor.user} {first.words}; two persons must say the same of '{item.id}'",
            f"gonogo untick {item.id}    takes that back, when you have spoken",
        )
    if people.same_human(scene.plan, first.actor, scene.actor):
        return Refusal(
            ExitCode.NO_GO,
            "item.second",
            f"'{item.id}' waits for a second person: you were the first, as {first.actor.user}",
            f"somebody else types: gonogo {'skip' if skip else 'tick'} {item.id}"
            + (" --reason '...'" if skip else ""),
        )
    data["first"] = {"uid": first.actor.uid, "user": first.actor.user, "seq": first.seq}
    return (scene.draft(kind, subject, data, expect=now.seq),)


def _shown(proof: Proof) -> dict[str, Any]:
    text = clean_block(proof.text, NOTE_LIMIT)
    return {"kind": proof.kind, "text": text, "sha256": proof.sha256, "size": proof.size}


def _no_evidence(item: Item, now: ItemState, command: Tick) -> Refusal | None:
    """What the first of two persons showed serves the second too."""
    given = [proof for proof in (*command.evidence, *(now.proofs if now.first else ())) if proof.text.strip()]
    if not item.evidence_required or given:
        return None
    return Refusal(
        ExitCode.NO_GO,
        "item.evidence",
        f"'{item.id}' is ticked only with evidence",
        f"gonogo tick {item.id} --link URL, --file PATH or --output TEXT",
    )


def _from_ci(scene: Scene, item: Item) -> Refusal | None:
    if scene.actor.via != "ci" or item.ci:
        return None
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "item.ci",
        f"a CI job may not decide '{item.id}'",
        "`ci: true` on the item in the plan lets it",
    )


def _already(item: Item, now: ItemState, actor: Actor) -> Answer:
    if now.actor is None or now.actor.uid == actor.uid:
        return ()
    return lost_race(item, now)


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
    item = scene.plan.item(last.item)
    if item is not None and (refusal := _not_by_undo(scene, item, now, last.before.status)):
        return refusal
    kind = {
        ItemStatus.DONE: kinds.ITEM_TICKED,
        ItemStatus.OPEN: kinds.ITEM_UNTICKED,
        ItemStatus.SKIPPED: kinds.ITEM_SKIPPED,
    }[last.before.status]
    data: dict[str, Any] = {"title": item.title if item else last.item, "undoes": last.seq}
    if last.before.reason:
        data["reason"] = last.before.reason
    return (scene.draft(kind, f"item:{last.item}", data, expect=now.seq),)


def _not_by_undo(scene: Scene, item: Item, now: ItemState, wanted: ItemStatus) -> Refusal | None:
    """Closing an item by an undo is judged as closing it: by who is at it, what comes before, and its check."""
    if wanted is ItemStatus.OPEN:
        return None
    done = wanted is ItemStatus.DONE
    if item.two_person or (done and item.evidence_required):
        # an undo is one person's word: it must not stand for two, nor for what somebody once showed
        what = f"'{item.id}' is not {'ticked' if done else 'marked as not applicable'} by an undo"
        next_step = f"gonogo tick {item.id}" if done else f"gonogo skip {item.id} --reason '...'"
        return Refusal(ExitCode.NO_GO, "undo.tick", what, next_step)
    if refusal := others_claim(scene, item, now) or _from_ci(scene, item) or _eased(scene, item):
        return refusal
    if not done:
        return None
    by_check = refuse_by_hand(scene, item, item.check) if item.check else None
    return _not_yet(scene.plan, scene.state, item) or by_check
