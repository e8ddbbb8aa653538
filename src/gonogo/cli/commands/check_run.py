"""`gonogo check run ITEM`: carry out the check of an item, and record what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gonogo.acts import slips
from gonogo.acts.items import find_item
from gonogo.acts.scene import Refused
from gonogo.cli.commands._scripts import read_scripts
from gonogo.cli.context import Context, via
from gonogo.cli.facts import moment
from gonogo.engine.session import Session
from gonogo.errors import ExitCode, UsageError
from gonogo.events.checks import CheckOutcome, CheckResult
from gonogo.plan import Item
from gonogo.rules.checks import Standing, checked_items, describe, fingerprint, standing
from gonogo.text.spans import span
from gonogo.text.tones import Span, Tone
from gonogo.view.checks import check_lines

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime

    from gonogo.facts.finding import Progress

_EXIT = {
    CheckOutcome.PASSED: ExitCode.OK,
    CheckOutcome.FAILED: ExitCode.NO_GO,
    CheckOutcome.UNKNOWN: ExitCode.UNKNOWN,
}
_TONES = {
    Standing.PASSED: Tone.GOOD,
    Standing.FAILED: Tone.BAD,
    Standing.UNKNOWN: Tone.UNKNOWN,
    Standing.STALE: Tone.WARN,
    Standing.CHANGED: Tone.WARN,
    Standing.NEVER: Tone.MUTED,
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM, and whether it is only to be told of."""
    parser.add_argument("item", nargs="?", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument(
        "--last", action="store_true", help="run nothing: show what was found last, with the output that was kept"
    )


def run(context: Context) -> int:
    """Run one check and record it; without ITEM, list the checks with what each says now."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        read_scripts(session)
        if context.args.item is None:
            return _list(context, session)
        item = find_item(session.loaded.plan, context.args.item)
        if not isinstance(item, Item):
            return context.say.refusal(item)
        if item.check is None:
            raise UsageError(f"'{item.id}' has no check", remedy=f"gonogo tick {item.id}")
        if context.args.last:
            return _last(context, session, item)
        if ended := slips.over(session.scene()):
            return context.say.refusal(ended)  # before anything is run, not after
        if session.inputs.read_only:
            context.say.warning(f"the result cannot be recorded: {session.inputs.read_only}")
        return _run(context, session, item)
    finally:
        session.close()


def _last(context: Context, session: Session, item: Item) -> int:
    plan, state = session.loaded.plan, session.inputs.state
    result = state.checks.get(item.id)
    if context.options.json:
        told = result_facts(result) if result else None
        status = state.item(item.id).status.value
        context.out.json({"release": plan.release, "item": item.id, "status": status, "check": told})
    else:
        context.out.lines(
            check_lines(plan, item, result, context.doors.clock().now(), session.inputs.check_files.get(item.id))
        )
    return ExitCode.OK


def _run(context: Context, session: Session, item: Item) -> int:
    from gonogo.acts.checks import record_of
    from gonogo.cli.following import unwound_by_signals

    assert item.check is not None
    ran = fingerprint(session.loaded.plan, item.check)
    runner = context.doors.check_runner(session.loaded)
    with unwound_by_signals():  # a command of the plan does not outlive whoever waits for it
        finding = runner.run(item, cancelled=lambda: False, progress=lambda now: _tell(context, item, now))
    outcome = session.submit(record_of(item.id, finding, ran))
    if isinstance(outcome, Refused):
        return context.say.refusal(outcome.refusal)
    context.out.recorded(_EXIT[finding.outcome])
    state = session.inputs.state.item(item.id)
    if context.options.json:
        context.out.json(
            {
                "release": session.loaded.plan.release,
                "item": item.id,
                "status": state.status.value,
                "check": result_facts(session.inputs.state.checks[item.id]),
            }
        )
    else:
        context.out.line(
            Span(f"{item.id}: ", Tone.STRONG),
            Span(finding.outcome.value, _TONES[Standing(finding.outcome.value)]),
            Span(f", {finding.summary}; the item is {state.status}"),
        )
        if finding.outcome is not CheckOutcome.PASSED:
            for line in finding.output.splitlines()[-20:]:
                context.out.line(Span(f"  {line}", Tone.MUTED))
    return _EXIT[finding.outcome]


def _tell(context: Context, item: Item, now: Progress) -> None:
    context.say.note(f"{item.id}: running for {now.seconds} s  {now.line}".rstrip())


def _list(context: Context, session: Session) -> int:
    now, files = context.doors.clock().now(), session.inputs.check_files
    plan, state = session.loaded.plan, session.inputs.state
    rows = [
        (
            item,
            standing(plan, item.check, state.checks.get(item.id), now, files.get(item.id)),
            state.checks.get(item.id),
        )
        for item in checked_items(plan)
        if item.check is not None
    ]
    if context.options.json:
        facts = [
            {
                "item": item.id,
                "says": says.value,
                "asks": describe(item.check) if item.check else "",
                "result": result_facts(result) if result else None,
            }
            for item, says, result in rows
        ]
        context.out.json({"release": session.loaded.plan.release, "checks": facts})
        return ExitCode.OK
    if not rows:
        context.out.text("no item of the plan is decided by a check")
    for item, says, result in rows:
        asks = describe(item.check) if item.check else ""
        context.out.line(
            Span(f"{item.id:<20} ", Tone.STRONG),
            Span(f"{says.value:<8} ", _TONES[says]),
            Span(f"{_age(result, now):<18} ", Tone.MUTED),
            Span(asks),
        )
    return ExitCode.OK


def _age(result: CheckResult | None, now: datetime) -> str:
    if result is None:
        return ""
    return f"{span(now - (result.finished_at or result.at))} ago, {result.actor.user}"


def result_facts(result: CheckResult) -> dict[str, Any]:
    """A recorded result for JSON."""
    return {
        "outcome": result.outcome.value,
        "summary": result.summary,
        "finished_at": moment(result.finished_at or result.at),
        "seconds": result.seconds,
        "exit_code": result.exit_code,
        "output": result.output,
        "output_sha256": result.output_sha256,
        "by": result.actor.user,
        "seq": result.seq,
    }
