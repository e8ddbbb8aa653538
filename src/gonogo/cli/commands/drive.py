"""`gonogo drive`: take the lead of the release, or hand it over."""

from argparse import ArgumentParser

from gonogo.acts.baton import Drive
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare to whom, and the note."""
    parser.add_argument(
        "--to", metavar="PERSON", default="", help="hand it over to this person; by default take it"
    )
    parser.add_argument(
        "--note",
        metavar="TEXT",
        default="",
        help="what the next one must know; must be given to take it from somebody",
    )


def run(context: Context) -> int:
    """Take it, or pass it."""
    return act(context, lambda _: Drive(context.args.note, context.args.to))
