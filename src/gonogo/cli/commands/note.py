"""`gonogo note ITEM TEXT`: a remark on an item."""

from argparse import ArgumentParser

from gonogo.acts.checklist import Note
from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM and the text."""
    parser.add_argument("item", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the remark; several words are joined")


def run(context: Context) -> int:
    """Leave it."""
    return submit(context, Note(context.args.item, " ".join(context.args.text)))
