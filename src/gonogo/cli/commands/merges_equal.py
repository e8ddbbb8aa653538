"""`gonogo merges equal FIX BRANCH`: another commit of the branch does the same, says somebody by name."""

from argparse import ArgumentParser

from gonogo.cli.commands import _merge_word
from gonogo.cli.context import Context
from gonogo.events.merges import Word


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the cell, the reason and the commit that does it."""
    _merge_word.add_arguments(parser)
    parser.add_argument("--commit", metavar="COMMIT", default="", help="the commit that does the same")


def run(context: Context) -> int:
    """Record it."""
    return _merge_word.say(context, Word.EQUIVALENT, context.args.commit)
