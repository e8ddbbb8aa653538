"""Rollback triggers in words: what was agreed, whether it fired, what was answered."""

from datetime import datetime

from gonogo.events.people import named
from gonogo.events.state import ReleaseState, TriggerState
from gonogo.plan import Plan, Trigger
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone

ANSWERS = {"roll_back": "go back", "go_on": "go on"}


def trigger_lines(plan: Plan, state: ReleaseState, now: datetime) -> tuple[Line, ...]:
    """Two lines for each trigger of the plan; one that says there are none."""
    if not plan.triggers:
        return ((Span("the plan agrees on no rollback trigger", Tone.MUTED),),)
    lines: list[Line] = []
    for trigger in plan.triggers:
        watch = f"watches {trigger.metric}" if trigger.metric else "called by people"
        lines.append((Span(f"{trigger.id}: ", Tone.STRONG), Span(trigger.when), Span(f"  {watch}", Tone.MUTED)))
        lines.append((Span("    "), *_standing(plan, trigger, state.triggers.get(trigger.id), now)))
    return tuple(lines)


def incident(fired: TriggerState | None) -> Span:
    """How a trigger stands on the way back: quiet, or what it saw, whether that is over, and what was answered."""
    if fired is None or (fired.cleared_at is not None and not fired.asks):
        return Span("quiet", Tone.GOOD)
    over = "; over by now" if fired.cleared_at else ""
    said = "nobody has answered" if fired.asks else f"answered: {ANSWERS.get(fired.answer, fired.answer)}"
    return Span(f"FIRED: {fired.observation}{over}; {said}", Tone.BAD)


def _standing(plan: Plan, trigger: Trigger, fired: TriggerState | None, now: datetime) -> Line:
    if fired is None:
        return (Span("has not fired", Tone.MUTED),)
    seen = f"fired {age(now - fired.fired_at)} ago: {fired.observation}"
    if fired.asks:
        seen += "; over by now" if fired.cleared_at else ""
        return (
            Span("ASKS  ", Tone.BAD),
            Span(f"{seen}    gonogo trigger answer {trigger.id} roll_back|go_on --reason '...'"),
        )
    who = named(plan, fired.answered_by.user) if fired.answered_by else "somebody"
    said = f"{seen}; {who}: {ANSWERS.get(fired.answer, fired.answer)}, {fired.reason}"
    return (Span(f"{said}; over" if fired.cleared_at else f"{said}; not over", Tone.WARN),)
