"""`gonogo freeze now --reason TEXT`: stop the line."""

from argparse import ArgumentParser

from gonogo.acts.freezes import FreezeLine
from gonogo.cli.commands._act import act
from gonogo.cli.commands._until import end_of
from gonogo.cli.context import Context
from gonogo.engine.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the reason and where it holds."""
    parser.add_argument("when", metavar="now", choices=("now",), help="a freeze for later stands in the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    parser.add_argument(
        "--env",
        metavar="ENV",
        action="append",
        default=[],
        help="only there; may be repeated; by default everywhere",
    )
    parser.add_argument(
        "--product",
        metavar="PRODUCT",
        action="append",
        default=[],
        help="only it; may be repeated; by default all",
    )
    parser.add_argument(
        "--until",
        metavar="TIME",
        default="",
        help="ends then by itself: 2h, or '2026-11-24 23:00' in the zone of the plan's window",
    )


def run(context: Context) -> int:
    """Stop the line."""
    args, now = context.args, context.doors.clock().now()

    def command(session: Session) -> FreezeLine:
        end = end_of(args.until, session.loaded.plan, now) if args.until else None
        return FreezeLine(args.reason, tuple(args.env), tuple(args.product), end)

    return act(context, command)
