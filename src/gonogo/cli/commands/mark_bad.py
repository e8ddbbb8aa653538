"""`gonogo mark-bad PRODUCT VERSION --reason TEXT`: nobody ships this version any more."""

from argparse import ArgumentParser

from gonogo.acts import Command
from gonogo.acts.versions import ClearBad, MarkBad
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare product, version and reason."""
    parser.add_argument("product", metavar="PRODUCT", help="a product of the plan")
    parser.add_argument("version", metavar="VERSION", help="the version, as the plan writes it")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    parser.add_argument("--withdraw", action="store_true", help="it was a mistake: take the mark back")


def run(context: Context) -> int:
    """Mark it, or take the mark back."""
    args = context.args
    made = ClearBad if args.withdraw else MarkBad
    command: Command = made(args.product, args.version, args.reason)
    return act(context, lambda _: command)
