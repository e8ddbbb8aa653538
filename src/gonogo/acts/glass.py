"""Break-glass: one person asks to waive named blockers, a second one confirms; either may end it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import BoundToPlan, Command, Kept
from gonogo.acts.lifecycle import moved, typed
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.acts.waivers import each_reason, find_reason_of, is_unknown, of_rule
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.glass import Glass, Pane
from gonogo.events.sizes import that_fit
from gonogo.rules import authority, glass, waivers
from gonogo.rules.confirmation import Preview
from gonogo.rules.digest import content_of
from gonogo.rules.readiness import ReasonLine, Verdict
from gonogo.rules.registry import RULES
from gonogo.text import clean
from gonogo.text.spans import span, when

UNKNOWN = frozenset(rule.id for rule in RULES.values() if rule.unknown)


class RequestGlass(BoundToPlan, frozen=True):
    """Ask that the blockers `named` (`RULE` or `RULE:SUBJECT`) of one environment are waived together."""

    environment: str
    named: tuple[str, ...]
    reason: str
    kept = Kept("break-glass", "glass:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, or nothing this account can break there."""
        return _unknown(scene, self.environment) or _may_not(scene)

    def judge(self, scene: Scene) -> Answer:
        """Ask, naming each blocker that stands there now."""
        return self.may(scene) or _request(scene, self)


class BreakGlass(BoundToPlan, frozen=True):
    """Confirm the open request of an environment, as the second person."""

    environment: str
    confirm: str
    """Code of the list that was on screen."""
    kept = Kept("break-glass confirm", "glass:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, or nothing this account can break there."""
        return _unknown(scene, self.environment) or _may_not(scene)

    def judge(self, scene: Scene) -> Answer:
        """Only of the list that was on screen, and as another person."""
        return self.may(scene) or _break(scene, self)


class EndGlass(Command, frozen=True):
    """End what is in force in an environment, or withdraw the request: its blockers count again."""

    environment: str
    reason: str = ""
    kept = Kept("break-glass end", "glass:{environment}")

    def may(self, scene: Scene) -> Refusal | None:
        """No such environment, or a release that is over."""
        return _unknown(scene, self.environment) or slips.over(scene)

    def judge(self, scene: Scene) -> Answer:
        """Making blockers count again is for everybody."""
        return self.may(scene) or _end(scene, self)


def _unknown(scene: Scene, environment: str) -> Refusal | None:
    if scene.plan.environment(environment) is not None:
        return None
    known = [one.name for one in scene.plan.environments]
    return slips.unknown_name("environment.unknown", "environment", environment, known)


def may_not(scene: Scene) -> Refusal | None:
    """Why this account can be neither of the two, or nobody can; None when it can."""
    return _may_not(scene)


def _may_not(scene: Scene) -> Refusal | None:
    if refusal := slips.not_running(scene, "break-glass") or slips.undecided(scene, "break-glass"):
        return refusal
    plan = authority.agreed(scene.loaded, scene.state)
    if fact := glass.alone(plan, scene.state):
        remedy = "clear the blockers, or name a second person in `people`: gonogo amend accept"
        return Refusal(ExitCode.NOT_PERMITTED, "glass.alone", fact, remedy)
    barrier = glass.barrier(plan, scene.state, scene.actor)
    return Refusal(ExitCode.NOT_PERMITTED, "glass.role", barrier.fact, barrier.remedy) if barrier else None


def _request(scene: Scene, command: RequestGlass) -> Answer:
    command_line = f"gonogo break-glass {command.environment} RULE --reason '...'"
    if not command.named:
        return Refusal(ExitCode.USAGE, "glass.what", "break-glass names each blocker it waives", command_line)
    least = waivers.REASON_LEAST
    if refusal := slips.need_reason("glass.reason", "break-glass", command.reason, command_line, least):
        return refusal
    judged = scene.snapshot().verdict(command.environment)
    assert judged is not None  # the environment is one of the plan's
    rows = _rows(judged, command.named)
    if isinstance(rows, Refusal):
        return rows
    if len(that_fit(rows)) < len(rows):
        fact = f"{len(rows)} blockers are more than one record has room for"
        return Refusal(ExitCode.USAGE, "glass.many", fact, "name fewer of them, with their subjects")
    return _asked(scene, command, rows)


def _asked(scene: Scene, command: RequestGlass, rows: list[dict[str, Any]]) -> Answer:
    reason = clean(command.reason.strip())
    for one in glass.requests(scene.state, scene.now, command.environment):
        if one.asked_by.uid != scene.actor.uid:
            until = when(one.asked_at + glass.PATIENCE, scene.now)
            return slips.lost(
                "glass.requested",
                f"break-glass for {one.environment} waits for its second person until {until}, asked",
                one.asked_by,
                one.asked_at,
                scene.now,
                f"gonogo break-glass confirm {one.environment}",
            )
        same = [(pane.rule, pane.subject) for pane in one.panes] == [(row["rule"], row["subject"]) for row in rows]
        if same and one.reason == reason:
            return ()
    data: dict[str, Any] = {"reason": reason, "covers": rows}
    if any(waivers.is_approval(row["rule"]) for row in rows):
        data["digest"] = content_of(scene.plan, scene.inputs.changes).digest
    return (scene.draft(kinds.GLASS_REQUESTED, f"glass:{command.environment}", data),)


def _rows(judged: Verdict, named: Sequence[str]) -> list[dict[str, Any]] | Refusal:
    """Each blocker as it is recorded; refused as a whole when one of them cannot be waived."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in named:
        rule, _, subject = name.partition(":")
        if rule in waivers.NEVER or (rule in RULES and RULES[rule].fixed):
            fact = f"{rule} always counts, and break-glass does not waive it"
            return Refusal(
                ExitCode.NO_GO, "glass.never", fact, f"put it right: gonogo why --env {judged.environment}"
            )
        reason = find_reason_of(judged, rule, subject)
        if isinstance(reason, Refusal):
            return reason
        for one in [reason] if subject else of_rule(judged, rule):
            found[(one.rule, one.subject)] = _row(one, named=bool(subject))
    return list(found.values())


def _row(reason: ReasonLine, *, named: bool) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "subject": reason.subject,
        "fact": clean(reason.fact, waivers.FACT),
        "stands": clean(reason.stands, waivers.FACT),
        "named": named,
        "unknown": is_unknown(reason),
    }


def preview(scene: Scene, environment: str) -> Preview | Refusal:
    """What confirming would waive: each blocker, the reason, who asked, and until when."""
    if refusal := _unknown(scene, environment) or _may_not(scene):
        return refusal
    one = _open_request(scene, environment)
    return one if isinstance(one, Refusal) else _preview(scene, one)


def _open_request(scene: Scene, environment: str) -> Glass | Refusal:
    found = glass.requests(scene.state, scene.now, environment)
    command = f"gonogo break-glass {environment} RULE --reason '...'"
    if found:
        return found[-1]
    last = next((one for one in reversed(scene.state.glasses) if one.environment == environment), None)
    if last is not None and last.broken_by is not None and last.ended is None:
        return slips.lost(
            "glass.broken", f"break-glass #{last.seq} was confirmed", last.broken_by, last.broken_at, scene.now
        )
    if last is not None and last.ended is None and not last.flaw:
        lapsed = when(last.asked_at + glass.PATIENCE, scene.now)
        fact = f"the request #{last.seq} by {last.asked_by.user} expired at {lapsed}"
        return Refusal(ExitCode.NO_GO, "glass.expired", fact, command)
    fact = f"no break-glass request is open for {environment}"
    return Refusal(ExitCode.NO_GO, "glass.nothing", fact, command)


def _preview(scene: Scene, one: Glass) -> Preview:
    plan = authority.agreed(scene.loaded, scene.state)
    lasts = span(glass.longest(plan))
    names = tuple(f"{pane.rule} {pane.subject}".rstrip() for pane in one.panes)
    judged = scene.snapshot().verdict(one.environment)
    now = {(line.rule, line.subject): line for line in (each_reason(judged) if judged else ())}
    facts = tuple(_fact(pane, now.get((pane.rule, pane.subject))) for pane in one.panes)
    heading = (
        f"Break-glass #{one.seq} for {one.environment}: {people.named(plan, one.asked_by.user)} asks, "
        f"{scene.actor.user} confirms; {len(names)} waived for {lasts}"
    )
    lines = (
        *(f"{name}: {fact}" for name, fact in zip(names, facts, strict=True)),
        f"reason: {one.reason}",
    )
    bound = (str(one.seq), one.reason, lasts, *names, scene.loaded.sha256)
    pair = glass.pair_barrier(plan, scene.state, one.asked_by, scene.actor)
    refused = f"{pair.fact}: {pair.remedy}" if pair else _why_outdated(one, now)
    return Preview("break-glass", one.environment, typed(scene.plan), heading, lines, bound, refused)


def _fact(pane: Pane, now: ReasonLine | None) -> str:
    """What stands there now; what was asked for is said only where nothing does."""
    if now is None:
        return f"does not stand there now; when it was asked for: {pane.fact}"
    return clean(now.fact, waivers.FACT)


def _why_outdated(one: Glass, now: Mapping[tuple[str, str], ReasonLine]) -> str:
    """Why the request is about something else by now; "" where it is not.

    Nobody waives what does not stand there, also where a hand wrote the request: that would be a blank cheque.
    """
    for pane in one.panes:
        line = now.get((pane.rule, pane.subject))
        about = f"{pane.rule} {pane.subject}".rstrip()
        was = glass.kept(pane)
        if was and line is not None and waivers.kept(line) != was:
            return f"{about} says something else since it was asked for: ask anew"
        if line is None and pane.rule in UNKNOWN:
            return f"{about} does not stand there: ask anew, without it"
        if line is not None and line.seq > one.seq:
            return f"{about} came after it was asked for: ask anew"
    return ""


def _break(scene: Scene, command: BreakGlass) -> Answer:
    one = _open_request(scene, command.environment)
    if isinstance(one, Refusal):
        return one
    plan = authority.agreed(scene.loaded, scene.state)
    if pair := glass.pair_barrier(plan, scene.state, one.asked_by, scene.actor):
        return Refusal(ExitCode.NOT_PERMITTED, "glass.second", pair.fact, pair.remedy)
    shown = _preview(scene, one)
    if shown.refused:
        return Refusal(ExitCode.NO_GO, "glass.outdated", shown.refused)
    if command.confirm != shown.code:
        return moved(scene, "break-glass", shown, f"gonogo break-glass confirm {command.environment}")
    data = {
        "request": one.seq,
        "by": one.asked_by.user,
        "reason": one.reason,
        "count": len(one.panes),
        "until": (scene.now + glass.longest(plan)).isoformat(timespec="seconds"),
        "confirmed": shown.code,
    }
    return (scene.draft(kinds.GLASS_BROKEN, f"glass:{command.environment}", data, expect=one.seq),)


def _end(scene: Scene, command: EndGlass) -> Answer:
    """Making blockers count again is everybody's: it stops, and lets nothing go."""
    shared = scene.inputs.shared_accounts
    standing = glass.standing(scene.plan, scene.state, scene.now, command.environment, shared)
    if not standing:
        last = next((one for one in reversed(scene.state.glasses) if one.environment == command.environment), None)
        if last is not None and last.ended is not None and last.ended.actor.uid == scene.actor.uid:
            return ()
        fact = f"no break-glass is in force for {command.environment}, and none is requested"
        return Refusal(ExitCode.NO_GO, "glass.nothing", fact)
    reason = clean(command.reason.strip())
    return tuple(
        scene.draft(
            kinds.GLASS_ENDED,
            f"glass:{command.environment}",
            {"request": one.seq, "reason": reason, "was": glass.stage(one)},
            number=number,
        )
        for number, one in enumerate(standing)
    )
