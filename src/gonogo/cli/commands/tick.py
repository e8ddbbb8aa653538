"""`gonogo tick [ITEM]`: an item is done; without ITEM, what is open, mine first."""

from argparse import ArgumentParser

from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context
from gonogo.domain.decide import Tick


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM."""
    parser.add_argument("item", nargs="?", metavar="ITEM", help="id of the item, or the beginning of it")


def run(context: Context) -> int:
    """Tick, or list."""
    if context.args.item is None:
        from gonogo.cli.commands._open_items import list_open

        return list_open(context)
    return submit(context, Tick(context.args.item))
