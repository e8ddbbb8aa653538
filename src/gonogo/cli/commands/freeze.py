"""`gonogo freeze now --reason TEXT`: stop the line."""

from argparse import ArgumentParser

from gonogo.acts import FreezeLine
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the reason and where it holds."""
    parser.add_argument("when", metavar="now", choices=("now",), help="a freeze for later stands in the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    parser.add_argument(
        "--env",
        metavar="ENV",
        action="append",
        default=[],
        help="only there; may be repeated; by default everywhere",
    )
    parser.add_argument(
        "--product",
        metavar="PRODUCT",
        action="append",
        default=[],
        help="only it; may be repeated; by default all",
    )


def run(context: Context) -> int:
    """Stop the line."""
    args = context.args
    return act(context, lambda _: FreezeLine(args.reason, tuple(args.env), tuple(args.product)))
