"""The life of the release: start, hold, resume, complete, cancel."""

from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Command, Kept
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.changelog import ProductChanges
from gonogo.errors import ExitCode
from gonogo.events import Draft, people
from gonogo.events.lifecycle import ReleaseStatus
from gonogo.plan import Plan
from gonogo.rules import authority, completion, finishing, outline
from gonogo.rules.authority import Act
from gonogo.rules.confirmation import Preview
from gonogo.rules.digest import content_of
from gonogo.text import clean

SUBJECT = "release"


class Start(BoundToPlan, frozen=True):
    """The release begins: plan, versions and pins are recorded, and later edits must be accepted."""

    kept = Kept("start", "release")

    def may(self, scene: Scene) -> Refusal | None:
        """Nobody can start it, or this account cannot. What holds already is no refusal."""
        started = scene.state.lifecycle.status is ReleaseStatus.IN_PROGRESS
        return None if started else slips.over(scene) or slips.no_person(scene, "starting")

    def judge(self, scene: Scene) -> Answer:
        """Only a draft starts."""
        return _start(scene, self)


class Hold(Command, frozen=True):
    """Nothing goes until somebody resumes."""

    reason: str
    kept = Kept("hold", "release")

    def judge(self, scene: Scene) -> Answer:
        """Stopping is for everybody."""
        return _hold(scene, self)


class Resume(Command, frozen=True):
    """The release goes on after a hold."""

    reason: str
    kept = Kept("resume", "release")

    def judge(self, scene: Scene) -> Answer:
        """Going on is for whoever has the right to it."""
        return _resume(scene, self)


class Complete(BoundToPlan, frozen=True):
    """Everything is done. `confirm` is the code of the list that was on screen."""

    confirm: str
    kept = Kept("complete", "release")

    def may(self, scene: Scene) -> Refusal | None:
        """It has ended otherwise, does not run, or is not theirs to end. What holds already is no refusal."""
        ended = _refusal(_ended(scene, ReleaseStatus.COMPLETED))
        return ended or (None if scene.state.lifecycle.is_over else _may_not_complete(scene))

    def judge(self, scene: Scene) -> Answer:
        """Only a release in progress completes, with nothing open."""
        return _complete(scene, self)


class Cancel(BoundToPlan, frozen=True):
    """The release ends without being done."""

    reason: str
    confirm: str
    kept = Kept("cancel", "release")

    def may(self, scene: Scene) -> Refusal | None:
        """It has ended otherwise, or is not theirs to end. What holds already is no refusal."""
        ended = _refusal(_ended(scene, ReleaseStatus.CANCELLED))
        return ended or (None if scene.state.lifecycle.is_over else _may_not_cancel(scene))

    def judge(self, scene: Scene) -> Answer:
        """Whatever has not ended can be cancelled."""
        return _cancel(scene, self)


def _refusal(answer: Answer | None) -> Refusal | None:
    return answer if isinstance(answer, Refusal) else None


def _start(scene: Scene, command: Start) -> Answer:
    life = scene.state.lifecycle
    if life.status is ReleaseStatus.IN_PROGRESS:
        if life.actor is not None and life.actor.uid == scene.actor.uid:
            return ()
        return slips.lost(
            "release.started", "the release was started", life.actor, life.at, scene.now, "gonogo status"
        )
    if refusal := command.may(scene):
        return refusal
    if scene.inputs.plan_problem:
        return Refusal(
            ExitCode.NO_GO,
            "plan.changed",
            f"the plan on disk cannot be used: {scene.inputs.plan_problem}",
            "gonogo check",
        )
    if bad := completion.bad_versions(scene.plan, scene.state):
        return Refusal(ExitCode.NO_GO, "version.bad", bad[0], "put another version into the plan", bad)
    if refusal := _never_finished(scene):
        return refusal
    data = plan_data(scene)
    if not authority.can_lead(scene.plan, scene.actor.user):
        data["lead"] = False
    return (*plan_drafts(scene), scene.draft(kinds.RELEASE_STARTED, SUBJECT, data, expect=life.seq))


def _never_finished(scene: Scene) -> Refusal | None:
    """Refuse a start after which an approval or a second hand could be given by nobody, and waived by nobody."""
    lacking = finishing.hopeless(finishing.gaps(scene.plan, [scene.actor.user]))
    if not lacking:
        return None
    others = [people.named(scene.plan, one.account) for one in finishing.possible_starters(scene.plan)]
    remedy = (
        f"let {' or '.join(others[:4])} start it" if others else "name another person with the role in `people`"
    )
    facts = tuple(one.fact for one in lacking)
    return Refusal(ExitCode.NO_GO, "start.unfinishable", f"if you start this, {facts[0]}", remedy, facts)


def plan_drafts(scene: Scene) -> tuple[Draft, ...]:
    """The plan as it is now, in as many events as it takes."""
    parts = outline.pack(outline.outline_of(scene.plan))
    subject = f"plan:{scene.loaded.sha256}"
    return tuple(
        scene.draft(
            kinds.PLAN_RECORDED, subject, {"part": number, "parts": len(parts), "outline": part}, number=number
        )
        for number, part in enumerate(parts, 1)
    )


def plan_data(scene: Scene) -> dict[str, Any]:
    """What a start and an amendment say about the plan: hash, versions, pins."""
    pins = {
        product.name: outline.pin_of(product, changes.target_oid)
        for product in scene.plan.products
        if isinstance(changes := scene.inputs.changes.get(product.name), ProductChanges)
    }
    pins |= {product.name: product.revision for product in scene.plan.products if product.revision}
    return {
        "plan": scene.loaded.sha256,
        "parts": len(outline.pack(outline.outline_of(scene.plan))),
        "versions": outline.versions_of(scene.plan),
        "pins": pins,
        "digest": content_of(scene.plan, scene.inputs.changes).digest,
    }


def _hold(scene: Scene, command: Hold) -> Answer:
    if refusal := slips.not_running(scene, "a hold"):
        return refusal
    held = scene.state.held
    if held is not None:
        if held.actor.uid == scene.actor.uid:
            return ()
        return slips.lost(
            "release.held", "the release is on hold already, put there", held.actor, held.at, scene.now
        )
    if refusal := slips.need_reason("hold.reason", "a hold", command.reason, "gonogo hold --reason '...'"):
        return refusal
    return (scene.draft(kinds.RELEASE_HELD, SUBJECT, {"reason": clean(command.reason.strip())}),)


def _resume(scene: Scene, command: Resume) -> Answer:
    if refusal := slips.not_running(scene, "resuming") or slips.no_person(scene, "resuming"):
        return refusal
    held = scene.state.held
    if held is None:
        last = next((one for one in reversed(scene.state.events) if one.kind == kinds.RELEASE_RESUMED), None)
        if last is not None and last.actor.uid == scene.actor.uid:
            return ()
        if last is not None:
            return slips.lost("release.resumed", "the release was resumed", last.actor, last.at, scene.now)
        return Refusal(ExitCode.NO_GO, "release.not-held", "the release is not on hold", "gonogo status")
    if refusal := slips.without_authority(scene, Act.RESUME):
        return refusal
    if refusal := slips.need_reason("resume.reason", "resuming", command.reason, "gonogo resume --reason '...'"):
        return refusal
    data = {"reason": clean(command.reason.strip()), "hold": held.seq}
    return (scene.draft(kinds.RELEASE_RESUMED, SUBJECT, data, expect=held.seq),)


def typed(plan: Plan) -> str:
    """What somebody types to show that they read which release it is."""
    return plan.products[0].version if len(plan.products) == 1 else plan.release


def preview_complete(scene: Scene) -> Preview:
    """What completing would say, and what stands against it."""
    snapshot = scene.snapshot()
    reasons = completion.open_ends(snapshot)
    doubts = completion.doubts(snapshot)
    lines = (
        *(f"{one.rule} {one.subject}: {one.fact}".replace(" :", ":") for one in reasons),
        *(f"warning  {one.rule} {one.subject}: {one.fact}".replace(" :", ":") for one in doubts),
    )
    bound = (
        str(scene.state.lifecycle.seq),
        scene.loaded.sha256,
        *(f"{one.rule} {one.subject}" for one in (*reasons, *doubts)),
    )
    may_not = _may_not_complete(scene)
    refused = may_not.reason if may_not else ""
    if reasons:
        refused = f"{len(reasons)} thing{'s' if len(reasons) != 1 else ''} still open"
    versions = tuple(f"{product.name} {product.version}" for product in scene.plan.products)
    heading = f"{scene.plan.release} is completed: {', '.join(versions[:12])}"
    return Preview("complete", scene.plan.release, typed(scene.plan), heading, lines, bound, refused)


def preview_cancel(scene: Scene) -> Preview:
    """What cancelling would say: where the planned versions run by then, since nothing takes them back."""
    cells = scene.snapshot().matrix.cells.values()
    lines = tuple(
        f"{cell.target.product} {cell.planned} stays in {cell.target.environment}"
        for cell in cells
        if cell.counts_as_match
    )
    bound = (str(scene.state.lifecycle.seq), scene.loaded.sha256, *lines)
    heading = f"{scene.plan.release} is cancelled; nothing is rolled back by that"
    may_not = slips.over(scene) or _may_not_cancel(scene)
    refused = may_not.reason if may_not else ""
    return Preview("cancel", scene.plan.release, typed(scene.plan), heading, lines, bound, refused)


_SILENT = {kinds.PLAN_RECORDED, kinds.ACT_REFUSED}
"""Kinds that change nothing anybody confirms."""


def moved(scene: Scene, act: str, preview: Preview, remedy: str) -> Refusal:
    """What was confirmed is not what is there now; who acted last may know why."""
    last = next((one for one in reversed(scene.state.events) if one.kind not in _SILENT), None)
    who = f" (last in the journal: {last.kind}{slips.by(last.actor, last.at, scene.now)})" if last else ""
    return Refusal(
        ExitCode.CONFLICT,
        f"{act}.moved",
        f"what you confirmed has changed since{who}; it is now {preview.code}, and nothing was recorded",
        remedy,
        preview.lines,
    )


def _ended(scene: Scene, wanted: ReleaseStatus) -> Answer | None:
    """Who asks for an end that is there: themselves, or somebody who lost."""
    life = scene.state.lifecycle
    if not life.is_over:
        return None
    if life.status is wanted and life.actor is not None and life.actor.uid == scene.actor.uid:
        return ()
    what = f"the release was {slips.STATUS_WORDS[life.status]}"
    return slips.lost(f"release.{life.status}", what, life.actor, life.at, scene.now, "gonogo log")


def _complete(scene: Scene, command: Complete) -> Answer:
    ended = _ended(scene, ReleaseStatus.COMPLETED)
    if ended is not None:
        return ended
    if refusal := _may_not_complete(scene):
        return refusal
    preview = preview_complete(scene)
    if preview.refused:
        return Refusal(
            ExitCode.NO_GO,
            "complete.open",
            f"the release cannot be completed: {preview.refused}",
            completion.open_ends(scene.snapshot())[0].remedy or "gonogo status",
            preview.lines,
        )
    if command.confirm != preview.code:
        return moved(scene, "complete", preview, f"gonogo complete --confirm {preview.code}")
    data = {"confirmed": preview.code, "versions": outline.versions_of(scene.plan)}
    return (scene.draft(kinds.RELEASE_COMPLETED, SUBJECT, data, expect=scene.state.lifecycle.seq),)


def _may_not_complete(scene: Scene) -> Refusal | None:
    return (
        slips.not_running(scene, "completing")
        or slips.no_person(scene, "completing")
        or slips.without_authority(scene, Act.COMPLETE)
    )


def _may_not_cancel(scene: Scene) -> Refusal | None:
    return slips.no_person(scene, "cancelling") or slips.without_authority(scene, Act.CANCEL)


def _cancel(scene: Scene, command: Cancel) -> Answer:
    ended = _ended(scene, ReleaseStatus.CANCELLED)
    if ended is not None:
        return ended
    if refusal := _may_not_cancel(scene):
        return refusal
    asked = "gonogo cancel --reason '...'"
    if refusal := slips.need_reason("cancel.reason", "cancelling", command.reason, asked):
        return refusal
    preview = preview_cancel(scene)
    if command.confirm != preview.code:
        return moved(scene, "cancel", preview, f"gonogo cancel --reason '...' --confirm {preview.code}")
    data = {
        "reason": clean(command.reason.strip()),
        "confirmed": preview.code,
        "remains": list(preview.lines[:100]),
    }
    return (scene.draft(kinds.RELEASE_CANCELLED, SUBJECT, data, expect=scene.state.lifecycle.seq),)
