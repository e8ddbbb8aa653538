"""`gonogo journal init --shared DIR --group GROUP`: a journal that several accounts write and none can rewrite."""

from argparse import ArgumentParser
from pathlib import Path

from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.io.journal import init_all, init_shared


def add_arguments(parser: ArgumentParser) -> None:
    """Declare place and group."""
    parser.add_argument(
        "--shared", metavar="DIR", required=True, help="directory that holds one journal per release"
    )
    parser.add_argument("--group", metavar="GROUP", required=True, help="unix group of those who take part")
    parser.add_argument(
        "--all-releases",
        action="store_true",
        help="prepare DIR for every release to come: a new one then needs no root, and no plan is read now",
    )


def run(context: Context) -> int:
    """Make it, or say which command root must run."""
    root, now = Path(context.args.shared).absolute(), context.doors.clock().now()
    release = None
    if context.args.all_releases:
        done = init_all(root, context.args.group, now)
    else:
        loaded = context.doors.load_plan(context.options)
        release = loaded.plan.release
        done = init_shared(root, context.args.group, release, now, plan=loaded.path)
    if context.options.json:
        context.out.json({"release": release, "root": str(root), "done": done})
        return ExitCode.OK
    for sentence in done or ["it is there already, and right"]:
        context.out.line(sentence)
    context.out.line(f"each member of {context.args.group} sets: export GONOGO_JOURNAL={root}")
    return ExitCode.OK
