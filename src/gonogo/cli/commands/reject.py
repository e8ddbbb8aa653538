"""`gonogo reject NAME --reason TEXT`: block an approval until oneself revokes."""

from argparse import ArgumentParser

from gonogo.acts.approvals import Reject
from gonogo.cli.commands._act import act_on_sight
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the approval and the reason."""
    parser.add_argument("name", metavar="NAME", help="name of the approval in the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")


def run(context: Context) -> int:
    """Reject it, with the content as it is now."""
    wish = Reject(context.args.name, context.args.reason)
    return act_on_sight(context, lambda _: wish, wish)
