"""`gonogo skip ITEM --reason TEXT`: an item does not apply to this release."""

from argparse import ArgumentParser

from gonogo.acts.checklist import Skip
from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM and the reason; that it is needed is for the rules to say, which word it better."""
    parser.add_argument("item", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why it does not apply; must be given")


def run(context: Context) -> int:
    """Mark it."""
    return submit(context, Skip(context.args.item, context.args.reason))
