"""`gonogo revoke NAME`: take back one's own approval or rejection."""

from argparse import ArgumentParser

from gonogo.acts.approvals import Revoke
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the approval and the reason."""
    parser.add_argument("name", metavar="NAME", help="name of the approval in the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why")


def run(context: Context) -> int:
    """Take it back."""
    return act(context, lambda _: Revoke(context.args.name, context.args.reason))
