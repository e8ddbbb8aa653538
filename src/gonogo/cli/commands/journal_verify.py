"""`gonogo journal verify`: hashes, order, gaps, owners, modes, signatures, authority and the recorded plan."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode
from gonogo.events import Event
from gonogo.events.state import ReleaseState
from gonogo.io.journal import state_home, verify_and_remember
from gonogo.ports import Alarm
from gonogo.rules import authority
from gonogo.rules.signing import SIGNED
from gonogo.text.tones import Span, Tone


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """List every fault and exit 6, or say that there is none."""
    plan = context.doors.load_plan(context.options).plan
    release = plan.release
    directory = context.doors.journal_place(context.options, release).directory
    found = verify_and_remember(directory, state_home())
    alarms = tuple(alarm for alarm in found if not alarm.warning)
    warnings = tuple(alarm for alarm in found if alarm.warning)
    state, misrecorded = (None, "") if _is_unreadable(alarms) else _state(context)
    events = state.events if state else ()
    signed = tuple(event for event in events if event.kind in SIGNED) if plan.sign else ()
    flawed = tuple(event for event in signed if event.flaw and not event.denied)
    denied = tuple(event for event in events if event.denied)
    if context.options.json:
        context.out.json(
            {
                "release": release,
                "directory": str(directory),
                "intact": not alarms,
                "signatures": {
                    "asked_for": bool(plan.sign),
                    "looked_at": len(signed),
                    "flaws": [{"seq": one.seq, "by": one.actor.user, "why": one.flaw} for one in flawed],
                },
                "denied": [{"seq": one.seq, "by": one.actor.user, "why": one.denied} for one in denied],
                "misrecorded": misrecorded,
                "alarms": [_facts(alarm) for alarm in alarms],
                "warnings": [_facts(alarm) for alarm in warnings],
            }
        )
    else:
        for warning in warnings:
            context.say.warning(warning.message)
        _tell(context, alarms, signed, str(directory))
        for event in denied:
            fact = f"#{event.seq} {event.kind} by {event.actor.user} does not count: {event.denied}"
            context.out.line(Span("authority: ", Tone.BAD), fact)
        if misrecorded:
            context.out.line(Span("plan: ", Tone.BAD), f"the record of the plan does not count: {misrecorded}")
    return ExitCode.INTEGRITY if alarms or flawed or denied or misrecorded else ExitCode.OK


def _facts(alarm: Alarm) -> dict[str, Any]:
    return {"kind": alarm.kind, "message": alarm.message, "seq": alarm.seq, "file": alarm.file}


def _tell(context: Context, alarms: Sequence[Alarm], signed: Sequence[Event], directory: str) -> None:
    for alarm in alarms:
        context.out.line(Span(f"{alarm.kind}: ", Tone.BAD), alarm.message)
    if not alarms:
        context.out.line(Span("intact: ", Tone.GOOD), directory)
    for event in signed:
        if event.flaw and not event.denied:
            fact = f"#{event.seq} {event.kind} by {event.actor.user} does not count: {event.flaw}"
            context.out.line(Span("signature: ", Tone.BAD), fact)
    if signed and not any(event.flaw for event in signed):
        context.out.line(Span("signed: ", Tone.GOOD), f"{len(signed)} decisions, each by a key that counted then")


def _is_unreadable(alarms: Sequence[Alarm]) -> bool:
    return any(alarm.kind == "format" for alarm in alarms)


def _state(context: Context) -> tuple[ReleaseState, str]:
    """Everything on record, judged by the plan's file of signers and by the plan that was agreed on then.

    And why the record of the plan is not that of the plan on disk; "" where it is.
    """
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
    finally:
        session.close()
    state = session.inputs.state
    return state, authority.misrecorded(session.loaded, state)
