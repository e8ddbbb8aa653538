"""`gonogo prepare PRODUCT`: release branch, version files, changelog and tag of an ordinary release."""

from argparse import ArgumentParser

from gonogo.cli.commands import _hotfix
from gonogo.cli.context import Context
from gonogo.domain.hotfix.work import Kind


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the product, or an act on what is under way."""
    parser.add_argument(
        "words", nargs="+", metavar="PRODUCT", help="what to prepare; or continue, abort, status, and the product"
    )
    _hotfix.add_options(parser)


def run(context: Context) -> int:
    """Show it, or with --confirm do it. Exit codes as with `gonogo hotfix`."""
    words = list(context.args.words)
    act = words.pop(0) if words[0] in _hotfix.ACTS else ("start" if context.args.confirm else "plan")
    return _hotfix.dispatch(context, Kind.PREPARE, act, words)
