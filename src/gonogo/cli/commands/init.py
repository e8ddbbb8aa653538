"""`gonogo init [PATH]`: a starter plan from what this repository shows."""

from argparse import ArgumentParser
from pathlib import Path

from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.io.repository_files.plan_starter import Starter, starter, write_new

_NAMED = 5
"""Lines of a checklist that were not taken, as far as they are named here; the plan names more."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where the plan is to stand, and what its checklist is taken from."""
    parser.add_argument(
        "path", nargs="?", metavar="PATH", default="release.yaml", help="the new file; by default release.yaml"
    )
    parser.add_argument(
        "--checklist",
        metavar="FILE",
        help="take its `- [ ]` lines, headings as phases; by default RELEASE.md or the like, where there is one",
    )


def run(context: Context) -> int:
    """Write it; an existing file is never touched."""
    path = Path(context.args.path)
    made = starter(path.absolute().parent, context.args.checklist)
    write_new(path, made.text)
    if context.options.json:
        context.out.json({"written": str(path.absolute()), "checklist": _facts(made)})
        return ExitCode.OK
    _tell(context, made)
    context.out.line(f"{path} is written: read it, change what is wrong, then: gonogo check {path}")
    return ExitCode.OK


def _tell(context: Context, made: Starter) -> None:
    taken = made.checklist
    if taken is None:
        return
    context.out.line(f"checklist: {taken.count} item{'' if taken.count == 1 else 's'} from {taken.path}")
    for one in taken.left[:_NAMED]:
        context.say.warning(f"{taken.path}:{one.line}: not taken over: {one.reason}")
    if len(taken.left) > _NAMED:
        context.say.warning(f"{taken.path}: {len(taken.left) - _NAMED} more lines were not taken over")


def _facts(made: Starter) -> dict[str, object] | None:
    taken = made.checklist
    if taken is None:
        return None
    left = [{"line": one.line, "text": one.text, "reason": one.reason} for one in taken.left]
    return {"from": taken.path, "items": taken.count, "left_out": left}
