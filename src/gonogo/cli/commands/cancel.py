"""`gonogo cancel --reason TEXT`: the release ends without being done; nothing is rolled back by that."""

import shlex
from argparse import ArgumentParser

from gonogo.acts import lifecycle
from gonogo.acts.lifecycle import Cancel
from gonogo.cli.commands._act import act_confirmed, add_confirm, need
from gonogo.cli.context import Context
from gonogo.text import clean


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the reason and the confirmation."""
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show where versions stay; with the code, cancel."""
    reason: str = need(context.args.reason.strip(), "--reason", "gonogo cancel --reason '...'")
    return act_confirmed(
        context,
        lambda session: lifecycle.preview_cancel(session.scene()),
        f"gonogo cancel --reason {shlex.quote(clean(reason))}",
        lambda code: Cancel(reason, code),
    )
