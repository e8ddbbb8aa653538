"""`gonogo merges continue [PRODUCT]`: go on with a fix that is being carried."""

from argparse import ArgumentParser

from gonogo.cli.commands import _carry
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the product and what was resolved."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="where several are under way")
    parser.add_argument("--resolved", metavar="FILE", action="append", default=[], help="you resolved it by hand")
    parser.add_argument(
        "--ours", metavar="FILE", action="append", default=[], help="keep what the branch has of it"
    )


def run(context: Context) -> int:
    """Exit codes as with `gonogo merges carry`."""
    return _carry.go_on(context, context.args.product)
