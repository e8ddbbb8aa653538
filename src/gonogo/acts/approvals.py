"""Approve, reject, revoke: one account's word on one approval."""

from datetime import timedelta
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Command, Kept
from gonogo.acts.lifecycle import moved, typed
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.state import Answered, Vote
from gonogo.facts.ageing import why_old
from gonogo.plan import ApprovalSlot
from gonogo.rules import completion, digest, finishing, next_act
from gonogo.rules import votes as approvals
from gonogo.rules.confirmation import Preview
from gonogo.text import clean


class Approve(BoundToPlan, frozen=True):
    """Sign the content that was on screen; `confirm` is its code."""

    name: str
    confirm: str
    reason: str = ""
    kept = Kept("approve", "approval:{name}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such approval, a release that is over, or not theirs to say."""
        slot = find_slot(scene, self.name)
        if isinstance(slot, Refusal):
            return slot
        return slips.over(scene) or _why_never(scene, slot)

    def judge(self, scene: Scene) -> Answer:
        """Whether it counts later is judged anew at every look; this keeps out what never could."""
        if refusal := self.may(scene):
            return refusal
        slot = find_slot(scene, self.name)
        return slot if isinstance(slot, Refusal) else _approve(scene, slot, self)


class Reject(Command, frozen=True):
    """Block the approval until oneself revokes."""

    name: str
    reason: str
    kept = Kept("reject", "approval:{name}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such approval, a release that is over, or not theirs to say."""
        slot = find_slot(scene, self.name)
        if isinstance(slot, Refusal):
            return slot
        return slips.over(scene) or _may_vote(scene, slot)

    def judge(self, scene: Scene) -> Answer:
        """Whether it counts later is judged anew at every look; this keeps out what never could."""
        if refusal := self.may(scene):
            return refusal
        slot = find_slot(scene, self.name)
        return slot if isinstance(slot, Refusal) else _reject(scene, slot, self)


class Revoke(Command, frozen=True):
    """Take back one's own approval or rejection."""

    name: str
    reason: str = ""
    kept = Kept("revoke", "approval:{name}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such approval, a release that is over, or not theirs to say."""
        slot = find_slot(scene, self.name)
        if isinstance(slot, Refusal):
            return slot
        # a rejection that is taken back lets something go: a job or somebody behind sudo must not do that
        return slips.over(scene) or slips.undecided(scene, "taking a word back")

    def judge(self, scene: Scene) -> Answer:
        """Whether it counts later is judged anew at every look; this keeps out what never could."""
        if refusal := self.may(scene):
            return refusal
        slot = find_slot(scene, self.name)
        return slot if isinstance(slot, Refusal) else _revoke(scene, slot, self)


def find_slot(scene: Scene, name: str) -> ApprovalSlot | Refusal:
    """The approval of that name, or what may have been meant."""
    found = next((slot for slot in scene.plan.approvals if slot.name == name), None)
    return found or slips.unknown_name(
        "approval.unnamed", "approval", name, [slot.name for slot in scene.plan.approvals]
    )


def preview(scene: Scene, slot: ApprovalSlot) -> Preview:
    """What would be signed, every text of it."""
    content = digest.content_of(scene.plan, scene.inputs.changes)
    why = _why_not(scene, slot)
    products = ", ".join(f"{product.name} {product.version}" for product in scene.plan.products[:12])
    return Preview(
        "approve",
        slot.name,
        typed(scene.plan),
        f"{scene.actor.user} approves '{slot.name}' of {scene.plan.release}: {products}",
        digest.lines(content),
        (content.digest, *content.unknown),
        why.reason if why else "",
    )


def _my_vote(scene: Scene, slot: ApprovalSlot) -> Vote | None:
    return next((vote for vote in scene.state.votes(slot.name) if vote.actor.uid == scene.actor.uid), None)


def _may_vote(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    if refusal := slips.undecided(scene, "an approval"):
        return refusal
    if slot.role not in people.roles_of(scene.plan, scene.actor):
        return Refusal(
            ExitCode.NOT_PERMITTED,
            "approval.role",
            f"'{slot.name}' is given by role {slot.role}, which the plan does not give to {scene.actor.user}",
            _who_else(scene, slot),
        )
    return None


def _who_else(scene: Scene, slot: ApprovalSlot) -> str:
    """Who can give it, to be asked; where nobody can, what helps, and who can do that."""
    asked_by = approvals.requesters(scene.state.lifecycle)
    left_out = {name for actor in asked_by for name in people.human(scene.plan, actor)}
    able = [
        one
        for one in finishing.persons(scene.plan)
        if slot.role in one.roles and f"person:{one.key}" not in left_out
    ]
    if able:
        return f"ask {', '.join(people.named(scene.plan, one.account) for one in able)}"
    following = next_act.without_voters(scene.plan, slot.name, slot.role)
    return f"{following.remedy}    by {following.who}"


def _why_not(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    """What keeps this account from approving at all, whatever is on its screen."""
    return _why_never(scene, slot) or _why_unread(scene, slot) or _one_person(scene, slot)


def _why_never(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    """The part of it that no look at a repository changes."""
    if refusal := _may_vote(scene, slot):
        return refusal
    if any(people.same_human(scene.plan, scene.actor, one) for one in approvals.requesters(scene.state.lifecycle)):
        return Refusal(
            ExitCode.NOT_PERMITTED,
            "approval.requester",
            f"you requested this release: '{slot.name}' needs somebody else's eyes",
            _who_else(scene, slot),
        )
    if bad := completion.bad_versions(scene.plan, scene.state):
        return Refusal(ExitCode.NO_GO, "version.bad", bad[0], "put another version into the plan", bad)
    return None


def _why_unread(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    """Nobody signs what is not known."""
    unknown = digest.content_of(scene.plan, scene.inputs.changes).unknown
    if unknown:
        return Refusal(
            ExitCode.UNKNOWN,
            "approval.unknown",
            f"what '{slot.name}' would sign is not known: the history of {', '.join(unknown)} was not read",
            f"gonogo changelog {unknown[0]}",
        )
    return _looked_too_long_ago(scene, slot)


def _looked_too_long_ago(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    """Nobody signs what a repository said before it stopped answering."""
    for product in scene.plan.products:
        old = why_old(scene.inputs.histories_at.get(product.name), scene.now) if product.repo else ""
        if old:
            fact = f"what '{slot.name}' would sign is not known any more: the history of {product.name}, {old}"
            return Refusal(ExitCode.UNKNOWN, "approval.unknown", fact, f"gonogo changelog {product.name}")
    return None


def _one_person(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    """One human counts once: whoever has given another approval is told so, instead of being ignored later."""
    content = digest.content_of(scene.plan, scene.inputs.changes)
    shared = scene.inputs.shared_accounts
    for one in approvals.standings(scene.plan, scene.state, content, scene.now, shared):
        mine = [vote for vote in one.counted if people.same_human(scene.plan, vote.actor, scene.actor)]
        if not mine or (one.slot.name == slot.name and mine[0].actor.uid == scene.actor.uid):
            continue
        if one.slot.name == slot.name or not (slot.same_person or one.slot.same_person):
            name = one.slot.name
            as_whom = "" if mine[0].actor.uid == scene.actor.uid else f" as {mine[0].actor.user}"
            return Refusal(
                ExitCode.NOT_PERMITTED,
                "approval.one-person",
                f"you have approved '{name}'{as_whom}: one person counts once",
                f"gonogo revoke {name}    first, or `same_person: true` in the plan",
            )
    return None


def _approve(scene: Scene, slot: ApprovalSlot, command: Approve) -> Answer:
    if refusal := _why_not(scene, slot):
        return refusal
    content = digest.content_of(scene.plan, scene.inputs.changes)
    mine = _my_vote(scene, slot)
    court = approvals.standing(scene.plan, scene.state, content, scene.now, slot, scene.inputs.shared_accounts)
    if mine is not None and mine in court.counted:
        return ()
    shown = preview(scene, slot)
    if command.confirm != shown.code:
        return moved(scene, "approve", shown, f"gonogo approve {slot.name} --confirm {shown.code}")
    data: dict[str, Any] = {
        "role": slot.role,
        "digest": content.digest,
        "content": dict(digest.recorded(content.texts)),
        "confirmed": shown.code,
    }
    if slot.expires is not None:
        data["expires"] = _in(scene, slot.expires)
    if reason := clean(command.reason.strip()):
        data["reason"] = reason
    return (scene.draft(kinds.APPROVAL_GIVEN, f"approval:{slot.name}", data, expect=mine.seq if mine else 0),)


def _in(scene: Scene, length: timedelta) -> str:
    return (scene.now + length).isoformat(timespec="seconds")


def _reject(scene: Scene, slot: ApprovalSlot, command: Reject) -> Answer:
    asked = f"gonogo reject {slot.name} --reason '...'"
    if refusal := slips.need_reason("reject.reason", "a rejection", command.reason, asked):
        return refusal
    mine = _my_vote(scene, slot)
    reason = clean(command.reason.strip())
    if mine is not None and mine.answer is Answered.REJECTED and mine.reason == reason:
        return ()
    content = digest.content_of(scene.plan, scene.inputs.changes)
    data = {"role": slot.role, "reason": reason, "digest": content.digest}
    return (scene.draft(kinds.APPROVAL_REJECTED, f"approval:{slot.name}", data, expect=mine.seq if mine else 0),)


def _revoke(scene: Scene, slot: ApprovalSlot, command: Revoke) -> Answer:
    mine = _my_vote(scene, slot)
    if mine is None:
        others = [vote.actor.user for vote in scene.state.votes(slot.name)]
        hint = f"only {', '.join(others)} can take back what they said" if others else ""
        return Refusal(ExitCode.NO_GO, "revoke.nothing", f"you have said nothing on '{slot.name}'", hint)
    data: dict[str, Any] = {"vote": mine.seq, "was": mine.answer.value}
    if reason := clean(command.reason.strip()):
        data["reason"] = reason
    return (scene.draft(kinds.APPROVAL_REVOKED, f"approval:{slot.name}", data, expect=mine.seq),)
