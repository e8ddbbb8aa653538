"""`gonogo thaw [NUMBER]`: end a freeze that was declared by hand."""

from argparse import ArgumentParser, ArgumentTypeError

from gonogo.acts.freezes import Thaw
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def _number(text: str) -> int:
    digits = text.removeprefix("#")
    if not digits.isdecimal() or not 0 < int(digits[:19]) < 2**63:
        raise ArgumentTypeError(f"'{text}' is not the number of a freeze, such as 12")
    return int(digits)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare which freeze."""
    parser.add_argument(
        "number", nargs="?", metavar="NUMBER", type=_number, default=0, help="which one, when several hold"
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="why")


def run(context: Context) -> int:
    """End it."""
    return act(context, lambda _: Thaw(context.args.number, context.args.reason))
