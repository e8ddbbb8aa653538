"""`gonogo resume --reason TEXT`: the release goes on; with --product, a version need not stay where it is."""

from argparse import ArgumentParser

from gonogo.acts import Command
from gonogo.acts.lifecycle import Resume
from gonogo.acts.versions import ReleaseVersion
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context
from gonogo.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the reason, and the target of a version hold."""
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given, but for a version")
    parser.add_argument(
        "--product", metavar="PRODUCT", default="", help="release this product's held version, in --env"
    )
    parser.add_argument("--env", metavar="ENV", default="", help="where the version is held")


def run(context: Context) -> int:
    """Resume the release, or release a version."""
    args = context.args
    if bool(args.product) != bool(args.env):
        raise UsageError(
            "a version hold names a product and an environment", remedy="gonogo resume --product PRODUCT --env ENV"
        )
    command: Command = ReleaseVersion(args.product, args.env, args.reason) if args.product else Resume(args.reason)
    return act(context, lambda _: command)
