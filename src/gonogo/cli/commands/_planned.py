"""`--at` and `--report-only` of the judging verbs: another moment of going, and a verdict that stops nobody."""

from argparse import ArgumentParser
from datetime import UTC, datetime

from gonogo.cli.commands._look import EXIT_CODES
from gonogo.cli.context import Context
from gonogo.errors import ExitCode, UsageError
from gonogo.plan import Plan
from gonogo.rules.completion import open_deployments
from gonogo.rules.readiness import Verdict
from gonogo.rules.snapshot import Snapshot
from gonogo.text.clocks import local_and_utc
from gonogo.text.durations import parse_local, parse_zone
from gonogo.text.tones import Line, Span, Tone

_EXAMPLE = "--at '2026-11-24 21:00', in the zone of the window, or --at 2026-11-24T20:00Z"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare both."""
    parser.add_argument(
        "--at",
        metavar="TIME",
        default="",
        help="judge freezes and windows for this moment; in the zone of the window, else UTC",
    )
    parser.add_argument(
        "--report-only", action="store_true", help="judge and tell, and exit 0 whatever the verdict is"
    )


def moment_of_going(text: str, plan: Plan) -> datetime | None:
    """UTC of what was typed; None when nothing was. Raises UsageError."""
    if not text:
        return None
    zone = parse_zone(plan.window.zone if plan.window else "UTC")
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        stated = None
    if stated is not None and stated.tzinfo is not None:
        return stated.astimezone(UTC)
    try:
        return parse_local(text, zone)
    except ValueError as error:
        raise UsageError(f"--at: {error}", remedy=_EXAMPLE) from error


def exit_code(context: Context, verdict: Verdict) -> ExitCode:
    """What the verdict says to a script; 0 when it was asked to only report."""
    return ExitCode.OK if context.args.report_only else EXIT_CODES[verdict.answer]


def exit_code_of_all(context: Context, snapshot: Snapshot, verdict: Verdict) -> ExitCode:
    """As `exit_code`; not 0 while a go is void or lost its ground, or something was deployed without one."""
    codes = [EXIT_CODES[verdict.answer]]
    codes += [ExitCode.NO_GO if one.blockers else ExitCode.UNKNOWN for one in snapshot.goes if one.is_lost]
    codes += [ExitCode.NO_GO for one in snapshot.goes if one.is_void]
    codes += [ExitCode.NO_GO for _ in open_deployments(snapshot)]
    worst = next((code for code in (ExitCode.NO_GO, ExitCode.UNKNOWN) if code in codes), ExitCode.OK)
    return ExitCode.OK if context.args.report_only else worst


def notes(context: Context, snapshot: Snapshot, verdict: Verdict) -> tuple[Line, ...]:
    """What is special about this verdict, one line each; nothing when nothing is."""
    lines: list[Line] = []
    if snapshot.at is not None and snapshot.at != snapshot.now:
        zone = snapshot.plan.window.zone if snapshot.plan.window else "UTC"
        moment = local_and_utc(snapshot.at, zone)
        lines.append((Span(f"freezes and windows are judged for {moment}", Tone.WARN),))
    if context.args.report_only:
        code = int(EXIT_CODES[verdict.answer])
        lines.append((Span(f"report only: without --report-only this would exit with {code}", Tone.WARN),))
    return (*lines, ()) if lines else ()
