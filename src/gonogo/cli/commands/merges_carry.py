"""`gonogo merges carry FIX BRANCH`: carry one fix to one branch, in a workspace of its own."""

from argparse import ArgumentParser

from gonogo.cli.commands import _carry
from gonogo.cli.commands._act import add_confirm
from gonogo.cli.commands._merge_word import find
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the cell."""
    parser.add_argument(
        "fix",
        metavar="FIX",
        help="commit id of the fix, as `gonogo merges` shows it, or a prepared release by tag, version or branch",
    )
    parser.add_argument("branch", metavar="BRANCH", help="the branch that lacks it")
    add_confirm(parser)


def run(context: Context) -> int:
    """Exit 0 carried, 3 when it was only shown, stopped at a conflict or must not be done, 5 for a lost race."""
    return _carry.carry(context, find(context)[0])
