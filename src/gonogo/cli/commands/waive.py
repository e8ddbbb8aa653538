"""`gonogo waive RULE[:SUBJECT] --reason TEXT --until TIME`: let one unmet rule pass, by name and until then."""

import shlex
from argparse import ArgumentParser

from msgspec.structs import replace

from gonogo.acts import waivers
from gonogo.acts.waivers import Waive, WithdrawWaiver
from gonogo.cli.commands._act import act_on_sight, add_confirm, confirm_and_submit, is_refused, need, submit
from gonogo.cli.commands._look import ask
from gonogo.cli.commands._until import end_of
from gonogo.cli.context import Context, via
from gonogo.engine.session import Session


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
    add_confirm(parser)


def run(context: Context) -> int:
    """Show what would pass; with the code of that, let it. Or withdraw."""
    args = context.args
    rule, _, subject = args.what.partition(":")
    typed = f"gonogo waive {args.what} --reason '...' --until 2h"

    def where(session: Session) -> str:
        return args.env or session.snapshot().next.environment

    if args.withdraw:
        return act_on_sight(context, lambda session: WithdrawWaiver(rule, subject, where(session), args.reason))
    need(args.until, "--until", typed)
    session = context.doors.open_session(context.options, via())
    try:
        # without --env the environment is the next one, which only a look can tell
        wish = Waive(rule, subject, args.env, args.reason, context.doors.clock().now(), "")
        if args.env and is_refused(session, wish):
            return submit(context, session, wish)
        ask(context, session, git=True)
        end = end_of(args.until, session.loaded.plan, context.doors.clock().now())
        waive = Waive(rule, subject, where(session), args.reason, end, "")
        return confirm_and_submit(
            context,
            session,
            lambda session: waivers.preview(session.scene(), waive),
            _typed(context),
            lambda code: replace(waive, confirm=code),
        )
    finally:
        session.close()


def _typed(context: Context) -> str:
    """What was typed, to be typed again: the reason and the end are part of what is confirmed."""
    args = context.args
    words = ["gonogo", "waive", args.what, "--reason", args.reason, "--until", args.until]
    return shlex.join([*words, *(["--env", args.env] if args.env else [])])
