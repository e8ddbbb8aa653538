"""Accepting a later edit of the plan, and voiding what it touches."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Kept
from gonogo.acts.lifecycle import moved, plan_data, plan_drafts, typed
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import Draft, people
from gonogo.events.glass import Glass
from gonogo.events.sizes import that_fit
from gonogo.rules import amendment, completion, finishing, glass
from gonogo.rules.amendment import Pending
from gonogo.rules.confirmation import Preview
from gonogo.rules.votes import requesters


class AcceptAmendment(BoundToPlan, frozen=True):
    """The plan on disk is the plan from now on. `confirm` is the code of the diff that was on screen."""

    confirm: str
    kept = Kept("amend accept", "release")

    def may(self, scene: Scene) -> Refusal | None:
        """The release must run, and this account be one named person."""
        return _may_not(scene)

    def judge(self, scene: Scene) -> Answer:
        """Accepted by one person, whose name stands under it from then on."""
        if refusal := self.may(scene):
            return refusal
        pending = amendment.pending(scene.loaded, scene.state)
        if pending is None:
            return _nothing(scene)
        if bad := completion.bad_versions(scene.plan, scene.state):
            return Refusal(ExitCode.NO_GO, "version.bad", bad[0], "put another version into the plan", bad)
        shown = preview(scene, pending)
        if self.confirm != shown.code:
            return moved(scene, "amend", shown, "gonogo amend show")
        if shown.refused:
            return Refusal(ExitCode.NO_GO, "amend.unfinishable", shown.refused, "gonogo amend show", shown.lines)
        data = {
            **plan_data(scene),
            "before": pending.before,
            "changes": that_fit(line[:300] for line in pending.lines),
            "signed": pending.requests,
            "confirmed": shown.code,
        }
        life = scene.state.lifecycle
        return (
            *plan_drafts(scene),
            scene.draft(kinds.PLAN_AMENDED, f"plan:{pending.after}", data, expect=life.seq),
            *_voided(scene, pending),
        )


def preview(scene: Scene, pending: Pending) -> Preview:
    """What accepting would say: the diff, then everything it makes void."""
    reopened = amendment.reopened(pending, scene.loaded, scene.state)
    waivers = amendment.ended_waivers(pending, scene.state)
    lines = (
        *pending.lines,
        *(f"reopens {item}: it asks something else now" for item in reopened),
        *(f"ends waiver #{one.seq} of {one.rule} {one.subject}".rstrip() for one in waivers),
        *(f"ends break-glass #{one.seq} for {one.environment}" for one in _glasses(scene, pending)),
        *(("makes void every approval of what changed",) if pending.signs_anew and scene.state.approvals else ()),
    )
    heading = f"the plan {pending.before[:12]} becomes {pending.after[:12]}"
    bound = (pending.code, *lines)
    # beside what is confirmed: it differs by who looks, and by the hour
    lines = (
        *(f"if you accept this, {one.fact}" for one in _lacking(scene, pending)),
        *(f"warning  {one.fact}" for one in finishing.shut_for_good(scene.plan, scene.now)),
        *lines,
    )
    may_not = _may_not(scene)
    refused = may_not.reason if may_not else _locks_out(scene, pending)
    return Preview("amend accept", scene.plan.release, typed(scene.plan), heading, lines, bound, refused)


def _glasses(scene: Scene, pending: Pending) -> tuple[Glass, ...]:
    return amendment.ended_glasses(pending, glass.standing(scene.plan, scene.state, scene.now))


def _asked_by(scene: Scene, pending: Pending) -> list[str]:
    """Accounts that will have asked for the approvals once this actor has accepted the edit."""
    life = scene.state.lifecycle
    started = [life.started_by.user] if life.started_by else []
    if pending.requests:
        return [*started, scene.actor.user]
    return [one.user for one in requesters(life)]


def _lacking(scene: Scene, pending: Pending) -> tuple[finishing.Gap, ...]:
    return finishing.gaps(scene.plan, _asked_by(scene, pending))


def _locks_out(scene: Scene, pending: Pending) -> str:
    """Why this account must not accept: nobody could give an approval then, and somebody else can accept it."""
    lacking = finishing.hopeless(_lacking(scene, pending))
    if not lacking or not pending.requests:
        return ""
    started = _asked_by(scene, pending)[:-1]
    others = finishing.others_who_can(scene.plan, started, scene.actor.user)
    if not others:
        return ""
    names = " or ".join(people.named(scene.plan, one.account) for one in others[:4])
    return f"if you accept this, {lacking[0].fact}: let {names} accept it"


def _may_not(scene: Scene) -> Refusal | None:
    return slips.not_running(scene, "an amendment") or slips.no_person(scene, "accepting an amendment")


def _nothing(scene: Scene) -> Answer:
    last = scene.state.lifecycle.amendments[-1:]
    if last and last[0].after == scene.loaded.sha256:
        if last[0].actor.uid == scene.actor.uid:
            return ()
        return slips.lost("amend.accepted", "this amendment was accepted", last[0].actor, last[0].at, scene.now)
    return Refusal(ExitCode.NO_GO, "amend.nothing", "the plan is the one that was agreed on: nothing to accept")


def _voided(scene: Scene, pending: Pending) -> tuple[Draft, ...]:
    """Ticks that answer something else, waivers and break-glass of what is no longer so. Approvals void alone."""
    drafts: list[Draft] = []
    number = 1_000
    for item_id in amendment.reopened(pending, scene.loaded, scene.state):
        number += 1
        item = scene.plan.item(item_id)
        data = {
            "title": item.title if item else "",
            "reason": "the plan was amended: it asks something else now",
            "amendment": True,
        }
        drafts.append(scene.draft(kinds.ITEM_UNTICKED, f"item:{item_id}", data, number=number))
    for waiver in amendment.ended_waivers(pending, scene.state):
        number += 1
        data = {"waiver": waiver.seq, "reason": "the plan was amended", "rule": waiver.rule}
        drafts.append(scene.draft(kinds.WAIVER_WITHDRAWN, f"waiver:{waiver.environment}", data, number=number))
    for one in _glasses(scene, pending):
        number += 1
        data = {"request": one.seq, "reason": "the plan was amended", "was": glass.stage(one)}
        drafts.append(scene.draft(kinds.GLASS_ENDED, f"glass:{one.environment}", data, number=number))
    return tuple(drafts)
