"""`gonogo journal path`: where the journal of this release lies, and why there."""

from argparse import ArgumentParser

from gonogo.cli.context import Context
from gonogo.errors import ExitCode


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Print the directory alone, so that a script can use it."""
    release = context.doors.load_plan(context.options).plan.release
    place = context.doors.journal_place(context.options, release)
    if context.options.json:
        facts = {
            "release": release,
            "directory": str(place.directory),
            "root": str(place.root),
            "origin": place.origin,
            "exists": place.directory.is_dir(),
        }
        context.out.json(facts)
    else:
        context.out.line(str(place.directory))
    return ExitCode.OK
