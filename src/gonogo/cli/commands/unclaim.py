"""`gonogo unclaim ITEM`: nobody is at it any more."""

from argparse import ArgumentParser

from gonogo.acts.claims import UnclaimItem
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM and the reason, which somebody else's claim needs."""
    parser.add_argument("item", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument(
        "--reason", metavar="TEXT", default="", help="why; must be given for somebody else's claim"
    )


def run(context: Context) -> int:
    """End the claim."""
    return act(context, lambda _: UnclaimItem(context.args.item, context.args.reason))
