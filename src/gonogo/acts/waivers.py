"""Waive: let one unmet rule pass in one environment, with a reason and an end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Command, Kept
from gonogo.acts.lifecycle import moved
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.sizes import that_fit
from gonogo.events.waivers import Waiver
from gonogo.rules import waivers
from gonogo.rules.confirmation import Preview
from gonogo.rules.digest import content_of
from gonogo.rules.readiness import ReasonLine, Verdict, Weight
from gonogo.text import clean
from gonogo.text.spans import span


class Waive(BoundToPlan, frozen=True):
    """Let `rule` pass until a moment (UTC); `subject` names one thing, which the unknown needs."""

    rule: str
    subject: str
    environment: str
    reason: str
    until: datetime
    confirm: str | None = None
    """Code of the list that was on screen; None where one named thing was picked from a screen that is live."""
    kept = Kept("waive", "waiver:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, a release that is over, or not theirs to waive."""
        return _may_not(scene, self.environment)

    def judge(self, scene: Scene) -> Answer:
        """Only of what stands there now; a waiver of anything else would be a blank cheque."""
        return self.may(scene) or _waive(scene, self)


class WithdrawWaiver(Command, frozen=True):
    """End a waiver before its time."""

    rule: str
    subject: str
    environment: str
    reason: str = ""
    kept = Kept("waive --withdraw", "waiver:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, a release that is over, or not theirs to waive."""
        return _may_not(scene, self.environment)

    def judge(self, scene: Scene) -> Answer:
        """Whoever may waive may end a waiver."""
        return self.may(scene) or _withdraw(scene, self)


def _may_not(scene: Scene, environment: str) -> Refusal | None:
    if scene.plan.environment(environment) is None:
        known = [one.name for one in scene.plan.environments]
        return slips.unknown_name("environment.unknown", "environment", environment, known)
    return slips.over(scene) or slips.undecided(scene, "a waiver") or _may(scene)


def preview(scene: Scene, command: Waive) -> Preview | Refusal:
    """What the waiver would let pass: each reason of that rule, or the one it names."""
    refusal = slips.over(scene) or slips.undecided(scene, "a waiver") or _may(scene) or _incomplete(scene, command)
    if refusal:
        return refusal
    judged = scene.snapshot().verdict(command.environment)
    if judged is None:
        known = [environment.name for environment in scene.plan.environments]
        return slips.unknown_name("environment.unknown", "environment", command.environment, known)
    found = find_reason(judged, command)
    return found if isinstance(found, Refusal) else _preview(scene, command, judged, found)


def _covered(judged: Verdict, command: Waive, found: ReasonLine) -> list[ReasonLine]:
    """The reasons it lets pass: the one it names, or all that its rule says now."""
    if command.subject:
        return [found]
    return of_rule(judged, command.rule)


def _preview(scene: Scene, command: Waive, judged: Verdict, found: ReasonLine) -> Preview:
    covered = _covered(judged, command, found)
    names = [f"{one.rule} {one.subject}".rstrip() for one in covered]
    until = f"{command.until:%Y-%m-%d %H:%M} UTC"
    heading = f"{scene.actor.user} lets {names[0] if len(names) == 1 else command.rule} pass until {until}"
    lines = tuple(f"{name}: {one.fact}" for name, one in zip(names, covered, strict=True))
    reason = clean(command.reason.strip())
    bound = (command.rule, command.subject, reason, *names, scene.loaded.sha256, _of_content(scene, command))
    return Preview("waive", command.environment, command.rule, heading, (*lines, f"reason: {reason}"), bound)


def _of_content(scene: Scene, command: Waive) -> str:
    """The digest of what was to be approved, where it is an approval that is let pass; "" otherwise."""
    if not waivers.is_approval(command.rule):
        return ""
    return content_of(scene.plan, scene.inputs.changes).digest


def _may(scene: Scene) -> Refusal | None:
    allowed = scene.plan.waiver_roles
    if set(allowed) & set(people.roles_of(scene.plan, scene.actor)):
        return None
    if not allowed:
        return Refusal(
            ExitCode.NOT_PERMITTED,
            "waiver.nobody",
            "the plan lets nobody waive anything",
            "waivers: {roles: [...]} in the plan says who may",
        )
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "waiver.role",
        f"waivers are given by role {' or '.join(allowed)}, which the plan does not give to {scene.actor.user}",
        f"ask {people.with_role(scene.plan, allowed)}",
    )


def _waive(scene: Scene, command: Waive) -> Answer:
    if refusal := _incomplete(scene, command):
        return refusal
    judged = scene.snapshot().verdict(command.environment)
    assert judged is not None  # the environment is one of the plan's
    reason = find_reason(judged, command)
    if isinstance(reason, Refusal):
        return reason
    if command.confirm is not None:
        shown = _preview(scene, command, judged, reason)
        if command.confirm != shown.code:
            return moved(scene, "waive", shown, "gonogo why    then repeat it")
    covered = _covered(judged, command, reason)
    covers = tuple(one.subject for one in covered)
    most = len(that_fit(_facts(covered).items() or covers))
    if len(covers) > most:
        named = f"{command.rule}:{covers[0]}"
        return Refusal(
            ExitCode.USAGE,
            "waiver.many",
            f"{command.rule} speaks of {len(covers)} things, and the record of a waiver has room for {most}",
            f"name them one by one: gonogo waive {named} --reason '...' --until 2h",
        )
    return _given(scene, command, reason, covered)


def _facts(covered: Sequence[ReasonLine]) -> dict[str, str]:
    """By subject what the waiver lets pass, where something else would be another risk; see `rules.waivers`."""
    return {one.subject: fact for one in covered if (fact := waivers.kept(one))}


def _lets_pass(waiver: Waiver, reason: ReasonLine) -> bool:
    asked = (reason.rule, reason.subject)
    unknown = is_unknown(reason)
    return bool(waivers.waiver_for([waiver], *asked, unknown=unknown, fact=waivers.kept(reason), seq=reason.seq))


def _given(scene: Scene, command: Waive, reason: ReasonLine, covered: Sequence[ReasonLine]) -> Answer:
    """The waiver, unless it is there; one's own of the same is replaced, so that the new end is the end."""
    covers = tuple(one.subject for one in covered)
    subject = reason.subject if command.subject else ""
    signed = _of_content(scene, command)
    standing = waivers.in_force(
        scene.plan, scene.state, scene.now, command.environment, scene.inputs.shared_accounts, signed
    )
    same = [one for one in standing if (one.rule, one.subject) == (command.rule, subject)]
    why = clean(command.reason.strip())
    for one in same:
        if not all(_lets_pass(one, line) for line in covered):
            continue  # it speaks of less, or of what stood there before
        if one.actor.uid != scene.actor.uid:
            what = f"{command.rule} is waived until {one.until:%Y-%m-%d %H:%M} UTC"
            return slips.lost("waiver.given", what, one.actor, one.at, scene.now)
        if (one.until, one.reason) == (command.until, why):
            return ()
    data: dict[str, Any] = {
        "rule": command.rule,
        "subject": subject,
        "reason": why,
        "until": command.until.isoformat(timespec="seconds"),
        "fact": reason.fact,
        "unknown": is_unknown(reason),
    }
    if not subject:
        data["covers"] = list(covers)
    if facts := _facts(covered):
        data["facts"] = facts
    if signed:
        data["digest"] = signed
    replaced = [one for one in same if one.actor.uid == scene.actor.uid]
    name = f"waiver:{command.environment}"
    return (
        scene.draft(kinds.WAIVER_GIVEN, name, data),
        *(
            scene.draft(
                kinds.WAIVER_WITHDRAWN,
                name,
                {"waiver": one.seq, "rule": one.rule, "reason": "replaced by another"},
                number=number,
            )
            for number, one in enumerate(replaced, 1)
        ),
    )


def _incomplete(scene: Scene, command: Waive) -> Refusal | None:
    typed = f"gonogo waive {command.rule} --reason '...' --until 2h"
    if command.rule in waivers.NEVER:
        return Refusal(ExitCode.NO_GO, "waiver.never", f"{command.rule} cannot be waived: it must be put right")
    if refusal := slips.need_reason("waiver.reason", "a waiver", command.reason, typed, waivers.REASON_LEAST):
        return refusal
    if command.until <= scene.now:
        return Refusal(ExitCode.USAGE, "waiver.end", "a waiver ends in the future", typed)
    if command.until - scene.now > waivers.LONGEST:
        return Refusal(ExitCode.USAGE, "waiver.end", f"a waiver lasts {span(waivers.LONGEST)} at most", typed)
    return None


def each_reason(judged: Verdict) -> tuple[ReasonLine, ...]:
    """Every reason by itself: a line that stands for several is named by those, and so is its waiver."""
    return tuple(member for one in judged.reasons for member in (one.members or (one,)))


def is_unknown(reason: ReasonLine) -> bool:
    """Whether it is about something nobody knows, waived or not."""
    return (reason.waived.was if reason.waived else reason.weight) is Weight.UNKNOWN


def of_rule(judged: Verdict, rule: str) -> list[ReasonLine]:
    """Everything a rule says now that a waiver can be about."""
    return [one for one in each_reason(judged) if one.rule == rule and one.weight is not Weight.WARNING]


def find_reason(judged: Verdict, command: Waive) -> ReasonLine | Refusal:
    """The reason that is waived."""
    return find_reason_of(judged, command.rule, command.subject)


def find_reason_of(judged: Verdict, rule: str, subject: str) -> ReasonLine | Refusal:
    """The reason of that name; a waiver of what does not stand there would be a blank cheque."""
    weighty = [one for one in each_reason(judged) if one.weight is not Weight.WARNING]
    here = of_rule(judged, rule)
    if not here:
        known = sorted({one.rule for one in weighty})
        hint = f"there are {', '.join(known)}" if known else "nothing stands against it"
        return Refusal(
            ExitCode.NO_GO,
            "waiver.nothing",
            f"no reason '{clean(rule, 80)}' for {judged.environment}",
            hint,
        )
    if subject:
        named = [one for one in here if subject in {one.subject, one.subject.partition(":")[2]}]
        if named:
            return named[0]
        subjects = ", ".join(one.subject for one in here[:8])
        return Refusal(
            ExitCode.NO_GO,
            "waiver.nothing",
            f"{rule} does not speak of '{clean(subject, 80)}'",
            f"it speaks of {subjects}",
        )
    unknown = next((one for one in here if is_unknown(one)), None)
    if unknown is not None:
        return Refusal(
            ExitCode.NO_GO,
            "waiver.unknown",
            f"{rule} is not known, and what nobody knows is waived by name only",
            f"gonogo waive {rule}:{unknown.subject} --reason '...' --until 2h",
        )
    return here[0]


def _withdraw(scene: Scene, command: WithdrawWaiver) -> Answer:
    given = [
        one
        for one in scene.state.waivers
        if (one.rule, one.environment) == (command.rule, command.environment)
        and command.subject in {one.subject, one.subject.partition(":")[2]}
    ]
    standing = next((one for one in reversed(given) if one.ended is None), None)
    if standing is None:
        last = given[-1].ended if given else None
        if last is not None and last.actor.uid == scene.actor.uid:
            return ()
        if last is not None:
            return slips.lost("waiver.withdrawn", "the waiver was withdrawn", last.actor, last.at, scene.now)
        return Refusal(ExitCode.NO_GO, "waiver.nothing", f"no waiver of {clean(command.rule, 80)} stands")
    data = {"waiver": standing.seq, "rule": standing.rule, "reason": clean(command.reason.strip())}
    return (scene.draft(kinds.WAIVER_WITHDRAWN, f"waiver:{command.environment}", data, expect=standing.seq),)
