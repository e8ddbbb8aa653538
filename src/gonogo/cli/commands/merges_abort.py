"""`gonogo merges abort [PRODUCT]`: take back a fix that is being carried."""

from argparse import ArgumentParser

from gonogo.cli.commands import _carry
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the product and the reason."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="where several are under way")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; stays in the trail")


def run(context: Context) -> int:
    """Exit 0 when the repository is as it was before."""
    return _carry.abort(context, context.args.product)
