"""The verdict in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gonogo.plan import Plan, Window
from gonogo.rules.readiness import Answer, ReasonLine, Verdict, Waived, Weight
from gonogo.rules.snapshot import Snapshot
from gonogo.text.spans import age, span
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.weights import ANSWER_TONES, WEIGHT_TONES

WORDS = {Answer.GO: "GO", Answer.NO_GO: "NO-GO", Answer.UNKNOWN: "UNKNOWN"}
HEADINGS = {
    Weight.BLOCKER: "What blocks",
    Weight.UNKNOWN: "What is not known",
    Weight.WAIVED: "What somebody let pass",
    Weight.WARNING: "Worth knowing",
}
SIGNS = {Weight.BLOCKER: "x", Weight.UNKNOWN: "?", Weight.WAIVED: "~", Weight.WARNING: "!"}


def answer(verdict: Verdict) -> Span:
    """`GO`, `NO-GO (3)`, `UNKNOWN (2)`; the number is how many reasons of that weight there are."""
    counted = {Answer.NO_GO: Weight.BLOCKER, Answer.UNKNOWN: Weight.UNKNOWN}.get(verdict.answer)
    word = WORDS[verdict.answer]
    text = f"{word} ({len(verdict.of(counted))})" if counted else word
    return Span(text, ANSWER_TONES[verdict.answer])


def headline(verdict: Verdict, plan: Plan) -> Line:
    """`NO-GO (3) for prod-eu PRODUCTION`, with what else there is to know in brackets."""
    environment = plan.environment(verdict.environment)
    line = [answer(verdict), Span(" for "), Span(verdict.environment, Tone.STRONG)]
    if environment and environment.production:
        line.append(Span(" PRODUCTION", Tone.PRODUCTION))
    extra = []
    if verdict.arrived:
        extra.append("every product runs its planned version")
    if verdict.answer is Answer.NO_GO and (unknown := len(verdict.of(Weight.UNKNOWN))):
        extra.append(f"{unknown} unknown")
    if waived := len(verdict.of(Weight.WAIVED)):
        extra.append(f"{waived} waived")
    if warnings := len(verdict.of(Weight.WARNING)):
        extra.append(f"{warnings} warning{'s' if warnings > 1 else ''}")
    if extra:
        line.append(Span(f"  ({', '.join(extra)})", Tone.MUTED))
    return tuple(line)


def window_line(window: Window | None, now: datetime) -> Line:
    """The clock of the window: how long until it opens or closes."""
    if window is None:
        return (Span("no window", Tone.MUTED),)
    if now < window.start:
        return (Span(f"window opens in {span(window.start - now)}"),)
    if now < window.end:
        return (Span(f"window closes in {span(window.end - now)}", Tone.STRONG),)
    return (Span(f"window closed {span(now - window.end)} ago", Tone.WARN),)


def window_times(window: Window) -> str:
    """Both clocks: `21:00-23:30 Europe/Berlin (20:00-22:30 UTC)` with the local date in front."""
    zone = ZoneInfo(window.zone)
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    short = end - start < timedelta(days=1)  # the end's date goes without saying
    local = f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}" if short else f"{start:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M}"
    return f"{local} {window.zone} ({window.start:%H:%M}-{window.end:%H:%M} UTC)"


def waived_by(waived: Waived, now: datetime) -> str:
    """`waived by Ana Ruiz (aruiz) until 2026-11-24 22:00 UTC, 1h 30m left: vendor confirmed`."""
    until = f"{waived.until:%Y-%m-%d %H:%M} UTC, {span(waived.until - now)} left"
    return f"waived by {waived.by} until {until}: {waived.reason}"


def reason_facts(reason: ReasonLine, now: datetime) -> str:
    """Where a reason comes from: rule, age, source, and who can clear it."""
    parts = [reason.rule]
    if reason.observed_at is not None and reason.observed_at <= now:
        parts.append(f"seen {age(now - reason.observed_at)} ago")
    if reason.source and reason.source != "journal":
        parts.append(reason.source)
    if reason.who:
        parts.append(f"can clear it: {reason.who}")
    return ", ".join(parts)


def reason_lines(reason: ReasonLine, now: datetime) -> tuple[Line, ...]:
    """A reason in three lines: the fact; rule, age, source and person; the next step, or who let it pass."""
    lines: list[Line] = [
        (Span(f"{SIGNS[reason.weight]} ", WEIGHT_TONES[reason.weight]), Span(reason.fact)),
        (Span(f"    {reason_facts(reason, now)}", Tone.MUTED),),
    ]
    if reason.waived is not None:
        lines.append((Span(f"    {waived_by(reason.waived, now)}", Tone.WARN),))
    elif reason.remedy:
        lines.append((Span("    next: ", Tone.MUTED), Span(reason.remedy, Tone.STRONG)))
    return tuple(lines)


def status_lines(snapshot: Snapshot, verdict: Verdict) -> tuple[Line, ...]:
    """The whole verdict of one environment: headline, then every reason under its heading."""
    lines: list[Line] = [headline(verdict, snapshot.plan)]
    for weight, heading in HEADINGS.items():
        reasons = verdict.of(weight)
        if not reasons:
            continue
        lines.append(())
        lines.append((Span(f"{heading} ({len(reasons)})", Tone.STRONG),))
        for reason in reasons:
            lines.extend(reason_lines(reason, snapshot.now))
    return tuple(lines)
