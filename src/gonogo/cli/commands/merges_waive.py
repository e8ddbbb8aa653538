"""`gonogo merges waive FIX BRANCH`: the fix need not go there, says somebody by name."""

from gonogo.cli.commands import _merge_word
from gonogo.cli.commands._merge_word import add_arguments
from gonogo.cli.context import Context
from gonogo.events.merges import Word

__all__ = ["add_arguments", "run"]


def run(context: Context) -> int:
    """Record it."""
    return _merge_word.say(context, Word.WAIVED)
