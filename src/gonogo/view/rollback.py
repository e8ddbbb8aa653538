"""The way back in words: one line for a product, and what is missing."""

from gonogo.rules.readiness import Verdict
from gonogo.rules.rollback import Readiness, WayBack
from gonogo.rules.snapshot import Snapshot
from gonogo.text import describe_command
from gonogo.text.tones import Line, Span, Tone

WORDS = {
    Readiness.GONE: "no way back, roll forward",
    Readiness.NOT_READY: "not ready",
    Readiness.UNKNOWN: "unknown",
    Readiness.READY: "ready",
}
TONES = {
    Readiness.GONE: Tone.BAD,
    Readiness.NOT_READY: Tone.WARN,
    Readiness.UNKNOWN: Tone.UNKNOWN,
    Readiness.READY: Tone.GOOD,
}


def taken_away(commits: int) -> str:
    """`1 commit would be taken away`."""
    return f"{commits} commit{'s' if commits != 1 else ''} would be taken away"


def ways_back_lines(snapshot: Snapshot, verdict: Verdict) -> tuple[Line, ...]:
    """The way back of every product under one heading; only where production is in question."""
    environment = snapshot.plan.environment(verdict.environment)
    if environment is None or not environment.production or not snapshot.ways_back:
        return ()
    lines: list[Line] = [(), (Span("Way back", Tone.STRONG),)]
    for way in snapshot.ways_back:
        lines.extend(way_back_lines(way))
    return tuple(lines)


def way_back_lines(way: WayBack) -> tuple[Line, ...]:
    """`web back to 1.2.2: ready`, then each point that is not ready with what to do about it."""
    target = f" back to {way.shown_target}" if way.shown_target else ""
    head: Line = (
        Span(f"  {way.product}{target}: "),
        Span(WORDS[way.readiness], TONES[way.readiness]),
        *([Span(f"   {describe_command(way.command)}", Tone.MUTED)] if way.command else []),
    )
    lines = [head]
    for point in way.points:
        if point.readiness is not Readiness.READY or point.name == "hold":
            remedy = f"; {point.remedy}" if point.remedy else ""
            lines.append((Span(f"    {point.fact}{remedy}", Tone.MUTED),))
    return tuple(lines)
