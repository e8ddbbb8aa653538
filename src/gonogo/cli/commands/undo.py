"""`gonogo undo`: take back one's own last act on the checklist."""

from argparse import ArgumentParser

from gonogo.acts.checklist import Undo
from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Take it back."""
    return submit(context, Undo())
