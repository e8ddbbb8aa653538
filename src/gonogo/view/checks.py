"""The check of an item: what it asks, what it said, how old that is."""

from datetime import datetime

from gonogo.events.checks import CheckResult
from gonogo.facts.named_files import NamedFiles
from gonogo.plan import Item, Plan
from gonogo.rules.checks import Standing, about_files, describe, good_for, standing
from gonogo.text.spans import age, span
from gonogo.text.tones import Line, Span, Tone

WORDS = {
    Standing.NEVER: "not run yet",
    Standing.PASSED: "passed",
    Standing.FAILED: "failed",
    Standing.UNKNOWN: "found nothing out",
    Standing.STALE: "passed too long ago",
    Standing.CHANGED: "another check now, not run yet",
}
TONES = {
    Standing.NEVER: Tone.MUTED,
    Standing.PASSED: Tone.GOOD,
    Standing.FAILED: Tone.BAD,
    Standing.UNKNOWN: Tone.UNKNOWN,
    Standing.STALE: Tone.WARN,
    Standing.CHANGED: Tone.WARN,
}
OUTPUT = 40
"""Lines of output that are shown, the last ones."""


def says(
    plan: Plan, item: Item, result: CheckResult | None, now: datetime, files: NamedFiles | None
) -> Standing | None:
    """What the item's check says now; None when it has none."""
    return standing(plan, item.check, result, now, files) if item.check is not None else None


def check_words(
    plan: Plan, item: Item, result: CheckResult | None, now: datetime, files: NamedFiles | None
) -> str:
    """`check failed 3m ago`, in the room of a row; "" for an item without one."""
    told = says(plan, item, result, now, files)
    if told is None:
        return ""
    if result is None or told is Standing.NEVER:
        return "check not run"
    if item.check and (file := about_files(plan, item.check, result, now, files)):
        return f"run the check again: {file}"
    if told is Standing.CHANGED:
        return "check asks something else"
    return f"check {WORDS[told]}{'' if told is Standing.STALE else _ago(result, now)}"


def _ago(result: CheckResult, now: datetime) -> str:
    ended = result.finished_at or result.at
    return f" {age(now - ended)} ago" if now >= ended else ""


def check_lines(
    plan: Plan, item: Item, result: CheckResult | None, now: datetime, files: NamedFiles | None
) -> tuple[Line, ...]:
    """Everything about the check of an item; nothing for an item without one."""
    told = says(plan, item, result, now, files)
    if told is None or item.check is None:
        return ()
    file = about_files(plan, item.check, result, now, files)
    lines: list[Line] = [
        (Span("Check", Tone.STRONG),),
        (Span("asks      ", Tone.MUTED), Span(describe(item.check))),
        (
            Span("says      ", Tone.MUTED),
            Span("must be run again" if file else WORDS[told], TONES[told]),
            *_when(result, told, now),
        ),
    ]
    if result is None:
        return tuple(lines)
    if file:
        lines.append((Span("file      ", Tone.MUTED), Span(file, Tone.WARN)))
        next_step = f"gonogo trust    then  gonogo check run {item.id}"
        lines.append((Span("next      ", Tone.MUTED), Span(next_step, Tone.WARN)))
    if result.summary:
        lines.append((Span("found     ", Tone.MUTED), Span(result.summary)))
    lines.append((Span("good for  ", Tone.MUTED), Span(span(good_for(item.check)))))
    output = result.output.splitlines()
    if output:
        left = f", its last {OUTPUT} lines" if len(output) > OUTPUT else ""
        lines.append((Span(f"It printed{left}:", Tone.MUTED),))
        lines += [(Span(f"  {text}"),) for text in output[-OUTPUT:]]
    return tuple(lines)


def _when(result: CheckResult | None, told: Standing, now: datetime) -> Line:
    if result is None:
        return ()
    ended = result.finished_at or result.at
    comma = "," if told is Standing.STALE else ""
    return (
        Span(f"{comma}{_ago(result, now)}, by {result.actor.user} at {ended:%Y-%m-%d %H:%M:%S} UTC", Tone.MUTED),
    )
