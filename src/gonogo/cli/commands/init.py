"""`gonogo init [PATH]`: a starter plan from what this repository shows."""

from argparse import ArgumentParser
from pathlib import Path

from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.io.repository_files.plan_starter import starter_plan, write_new


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where the plan is to stand."""
    parser.add_argument(
        "path", nargs="?", metavar="PATH", default="release.yaml", help="the new file; by default release.yaml"
    )


def run(context: Context) -> int:
    """Write it; an existing file is never touched."""
    path = Path(context.args.path)
    write_new(path, starter_plan(path.absolute().parent))
    if context.options.json:
        context.out.json({"written": str(path.absolute())})
    else:
        context.out.line(f"{path} is written: read it, change what is wrong, then: gonogo check {path}")
    return ExitCode.OK
