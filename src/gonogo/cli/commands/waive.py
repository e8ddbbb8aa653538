"""`gonogo waive RULE[:SUBJECT] --reason TEXT --until TIME`: let one unmet rule pass, by name and until then."""

from argparse import ArgumentParser
from datetime import datetime
from zoneinfo import ZoneInfo

from gonogo.cli.commands._act import act_on_sight, need
from gonogo.cli.context import Context
from gonogo.domain.decide import Command, Waive, WithdrawWaiver
from gonogo.domain.duration import parse_duration, parse_local
from gonogo.domain.plan import Plan
from gonogo.errors import UsageError
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Declare rule, environment, reason and end."""
    parser.add_argument(
        "what", metavar="RULE[:SUBJECT]", help="rule id as `why` names it; what is not known needs its subject too"
    )
    parser.add_argument("--env", metavar="ENV", default="", help="where; by default the next one to be entered")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why it may pass; ten characters or more")
    parser.add_argument(
        "--until", metavar="TIME", default="", help="2h, or '2026-11-24 23:00' in the zone of the plan's window"
    )
    parser.add_argument("--withdraw", action="store_true", help="end a waiver before its time")


def run(context: Context) -> int:
    """Waive, or withdraw."""
    args = context.args
    rule, _, subject = args.what.partition(":")
    typed = f"gonogo waive {args.what} --reason '...' --until 2h"
    if not args.withdraw:
        need(args.until, "--until", typed)

    def make(session: Session) -> Command:
        environment = args.env or session.snapshot().next.environment
        if args.withdraw:
            return WithdrawWaiver(rule, subject, environment, args.reason)
        now = session.snapshot().now
        return Waive(rule, subject, environment, args.reason, _until(args.until, session.loaded.plan, now))

    return act_on_sight(context, make)


def _until(text: str, plan: Plan, now: datetime) -> datetime:
    """The end in UTC. Raises UsageError."""
    zone = plan.window.zone if plan.window else "UTC"
    try:
        if "-" in text:
            return parse_local(text, ZoneInfo(zone))
        return now.replace(microsecond=0) + parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--until: {error}", remedy=f"write 2h, or '2026-11-24 23:00' ({zone})") from error
