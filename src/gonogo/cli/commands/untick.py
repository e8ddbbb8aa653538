"""`gonogo untick ITEM`: an item is open again."""

from argparse import ArgumentParser

from gonogo.acts.checklist import Untick
from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM and the reason."""
    parser.add_argument("item", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why it is open again")


def run(context: Context) -> int:
    """Reopen it."""
    return submit(context, Untick(context.args.item, context.args.reason))
