"""Go: let the release into an environment, on the very list that was on screen."""

from collections.abc import Sequence
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Kept
from gonogo.acts.lifecycle import moved, typed
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.acts.waivers import each_reason
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.glass import Glass
from gonogo.events.sizes import LIST, that_fit
from gonogo.events.state import GoDecision
from gonogo.matrix import Cell
from gonogo.rules import authority, completion, digest, finishing, glass, outline, waivers
from gonogo.rules.authority import Act
from gonogo.rules.confirmation import Preview
from gonogo.rules.goes import is_rolled_back, stands
from gonogo.rules.going import WITHOUT_GO
from gonogo.rules.readiness import ReasonLine, Verdict, Weight
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.undecided import in_environment, without_go
from gonogo.text import clean


class Go(BoundToPlan, frozen=True):
    """Let the release in; `confirm` is the code of the list that was on screen."""

    environment: str
    confirm: str
    late: bool = False
    """For what was deployed there already, without a go."""
    reason: str = ""
    """Why it comes late."""
    kept = Kept("go", "go:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, no running release, not theirs to say, or something that stops every go."""
        if scene.plan.environment(self.environment) is None:
            known = [environment.name for environment in scene.plan.environments]
            return slips.unknown_name("environment.unknown", "environment", self.environment, known)
        return _may_not(scene) or _stopped(scene)

    def judge(self, scene: Scene) -> Answer:
        """One decision, recorded with the list of that moment."""
        if refusal := self.may(scene):
            return refusal
        content = digest.content_of(scene.plan, scene.inputs.changes)
        snapshot = scene.snapshot()
        judged = snapshot.verdict(self.environment)
        assert judged is not None
        last = scene.state.go(self.environment)
        if self.late and last is not None and last.late and _holds(scene, last, content):
            return () if last.actor.uid == scene.actor.uid else _lost(scene, last)
        if refusal := _not_late(self, snapshot):
            return refusal
        shown = preview(scene, self.environment, snapshot, late=self.late, reason=self.reason)
        # before what was said once: a list that has changed since must not answer that go holds already
        if refusal := _refused(scene, judged, shown, late=self.late):
            return refusal
        if last is not None and _holds(scene, last, content):
            return () if last.actor.uid == scene.actor.uid else _lost(scene, last)
        if self.confirm != shown.code:
            late = " --late --reason '...'" if self.late else ""
            return moved(scene, "go", shown, f"gonogo go {self.environment}{late} --confirm {shown.code}")
        reasons = each_reason(judged)
        kept = that_fit(map(_named, reasons))
        data: dict[str, Any] = {
            "answer": judged.answer.value,
            "confirmed": shown.code,
            "digest": content.digest,
            "content": dict(digest.recorded(content.texts, LIST)),
            "versions": outline.versions_of(scene.plan),
            "reasons": kept,
            "left_out": len(reasons) - len(kept),
        }
        if self.late:
            said = {"answer": "go", "verdict": judged.answer.value}
            data |= {**said, "late": True, "reason": clean(self.reason.strip())}
        return (scene.draft(kinds.GO_DECIDED, f"go:{self.environment}", data, expect=last.seq if last else 0),)


def _is_open(reason: ReasonLine) -> bool:
    """Whether it stands against a go, and nobody let it pass."""
    return reason.weight in {Weight.BLOCKER, Weight.UNKNOWN}


def _weight(reason: ReasonLine) -> Weight:
    """What it weighs without any waiver."""
    return reason.waived.was if reason.waived else reason.weight


def _line(reason: ReasonLine, *, answered: bool = False) -> str:
    name = f"{reason.rule} {reason.subject}".rstrip()
    said = f"{'answered by this GO' if answered else _weight(reason).value}  {name}: {reason.fact}"
    if reason.waived is None:
        return said
    return f"{said}  [waived by {reason.waived.by} until {reason.waived.until:%Y-%m-%d %H:%M} UTC]"


def preview(
    scene: Scene, environment: str, snapshot: Snapshot | None = None, *, late: bool = False, reason: str = ""
) -> Preview:
    """What a go would record: the target, every reason and who waived it, bound to what runs and what ships.

    A `late` one answers for what was deployed there without a go: that alone does not stand against it.
    """
    snapshot = snapshot or scene.snapshot()
    judged = snapshot.verdict(environment)
    assert judged is not None
    reasons = each_reason(judged)
    left = _left(reasons, environment, late=late)
    content = digest.content_of(scene.plan, scene.inputs.changes)
    products = ", ".join(f"{product.name} {product.version}" for product in scene.plan.products[:12])
    bound = (
        judged.answer.value,
        content.digest,
        scene.loaded.sha256,
        *(_key(one) for one in reasons),
        *(_runs(cell) for cell in snapshot.matrix.column(environment)),
        *(("late", clean(reason.strip())) if late else ()),
    )
    word = "Late GO" if late else "GO"
    said = (f"reason: {clean(reason.strip())}",) if late else ()
    return Preview(
        "go",
        environment,
        typed(scene.plan),
        f"{word} for {environment}: {products}{_given_before(scene, environment, content)}",
        (*(_line(one, answered=late and _is_answered(one, environment)) for one in reasons), *said),
        bound,
        _kept_from(scene) or _waits_for_waivers(left, reasons),
    )


def _left(reasons: Sequence[ReasonLine], environment: str, *, late: bool) -> list[ReasonLine]:
    """What stands against a go; of a late one without what it answers for itself."""
    return [one for one in reasons if _is_open(one) and not (late and _is_answered(one, environment))]


def _is_answered(reason: ReasonLine, environment: str) -> bool:
    return reason.rule == WITHOUT_GO and reason.subject.endswith(f"/{environment}")


def _given_before(scene: Scene, environment: str, content: digest.Content) -> str:
    """That it was said already, and by whom: typing it again records nothing."""
    last = scene.state.go(environment)
    if last is None or not _holds(scene, last, content):
        return ""
    return f"; given{slips.by(last.actor, last.at, scene.now)} already (#{last.seq})"


def _holds(scene: Scene, last: GoDecision, content: digest.Content) -> bool:
    """Whether a go for the same need not be said again: no rollback since, and no deployment without it."""
    if is_rolled_back(scene.plan, scene.state, last) or not stands(last, content):
        return False
    found = without_go(scene.plan, scene.state)
    return not in_environment(found, last.environment)


def _kept_from(scene: Scene) -> str:
    """Why this account cannot say go at all, whatever is on the list; "" when it can."""
    refusal = _may_not(scene)
    return refusal.reason if refusal else ""


def _may_not(scene: Scene) -> Refusal | None:
    return (
        slips.not_running(scene, "a go")
        or slips.no_person(scene, "a go")
        or slips.without_authority(scene, Act.GO)
    )


def _waits_for_waivers(left: Sequence[ReasonLine], reasons: Sequence[ReasonLine]) -> str:
    if not left:
        return ""
    return f"{len(left)} of {len(reasons)} reasons {'needs' if len(left) == 1 else 'need'} a waiver"


def _key(reason: ReasonLine) -> str:
    """What must stay for a confirmation to hold; ages and countdowns in a fact may go on."""
    waiver = reason.waived.seq if reason.waived else 0
    return f"{reason.rule} {reason.subject} {_weight(reason)} {waiver}"


def _runs(cell: Cell) -> str:
    running = ",".join(sorted(one.version for one in cell.versions))
    return f"{cell.target.product} {running} {cell.status} {cell.relation}"


def _lost(scene: Scene, last: GoDecision) -> Refusal:
    return slips.lost("go.decided", f"go for {last.environment} was given", last.actor, last.at, scene.now)


def _named(reason: ReasonLine) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "subject": reason.subject,
        "weight": _weight(reason).value,
        "fact": reason.fact[:200],
        "waiver": reason.waived.seq if reason.waived else 0,
    }


def _not_late(command: Go, snapshot: Snapshot) -> Refusal | None:
    """A late go answers for something that was deployed; a go before a deployment is a go like any other."""
    if not command.late:
        return None
    place = command.environment
    if not in_environment(snapshot.undecided, place):
        return Refusal(
            ExitCode.NO_GO,
            "go.not-late",
            f"no deployment to {place} lacks a GO: there is nothing to answer for",
            f"gonogo go {place}",
        )
    return slips.need_reason(
        "go.reason", "a late go", command.reason, f"gonogo go {place} --late --reason '...'", waivers.REASON_LEAST
    )


def _stopped(scene: Scene) -> Refusal | None:
    """What stops every go, whatever runs and ships."""
    if scene.state.held is not None:
        held = scene.state.held
        return Refusal(
            ExitCode.NO_GO,
            "release.held",
            f"the release is on hold by {held.actor.user}: {held.reason}",
            "gonogo resume --reason '...'",
        )
    if bad := completion.bad_versions(scene.plan, scene.state):
        return Refusal(ExitCode.NO_GO, "version.bad", bad[0], "put another version into the plan", bad)
    if amended := completion.amended(scene.loaded, scene.state):
        return Refusal(ExitCode.NO_GO, "plan.amended", amended, "gonogo amend show")
    if wrong := authority.misrecorded(scene.loaded, scene.state):
        return Refusal(
            ExitCode.NO_GO,
            "plan.misrecorded",
            f"the record of the plan that was agreed on does not count: {wrong}",
            "gonogo why",
        )
    return None


def _refused(scene: Scene, judged: Verdict, shown: Preview, *, late: bool) -> Refusal | None:
    left = _left(each_reason(judged), judged.environment, late=late)
    if not left:
        return None
    blocked = any(one.weight is Weight.BLOCKER for one in left)
    first = left[0]
    return Refusal(
        ExitCode.NO_GO if blocked else ExitCode.UNKNOWN,
        "go.blocked" if blocked else "go.unknown",
        f"{'NO-GO' if blocked else 'UNKNOWN'} for {judged.environment}: {shown.refused}",
        _helps(scene, first, judged.environment),
        tuple(map(_line, left)),
    )


def _helps(scene: Scene, first: ReasonLine, environment: str) -> str:
    """What to do about the first reason: clear it, or have it waived by somebody who can."""
    asked = _asked_for(scene, first, environment)
    if asked is not None:
        able = glass.seconds(scene.plan, scene.state, asked.asked_by)
        by = ", ".join(people.named(scene.plan, one.account) for one in able)
        return f"gonogo break-glass confirm {environment}    by {by}"
    holders = finishing.waiver_holders(scene.plan)
    if first.rule in {*waivers.NEVER, WITHOUT_GO} or not holders:
        return f"{first.remedy}    by {first.who}" if first.who and first.remedy else first.remedy
    name = f"{first.rule}:{first.subject}" if first.subject else first.rule
    by = ", ".join(people.named(scene.plan, one.account) for one in holders)
    return f"gonogo waive {name} --env {environment} --reason '...' --until 2h    by {by}"


def _asked_for(scene: Scene, first: ReasonLine, environment: str) -> Glass | None:
    """The break-glass request that waits for its second person and names that reason."""
    found = glass.requests(scene.state, scene.now, environment)
    named = (first.rule, first.subject)
    return next((one for one in found if named in {(pane.rule, pane.subject) for pane in one.panes}), None)
