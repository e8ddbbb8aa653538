"""`gonogo claim ITEM`: I am at it, so that nobody does it a second time."""

from argparse import ArgumentParser

from gonogo.acts.claims import ClaimItem
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM."""
    parser.add_argument("item", metavar="ITEM", help="id of the item, or the beginning of it")


def run(context: Context) -> int:
    """Claim it."""
    return act(context, lambda _: ClaimItem(context.args.item))
