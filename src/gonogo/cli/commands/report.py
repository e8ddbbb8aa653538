"""`gonogo report`: the record of a release, put together from its journal. Asks nobody and judges nothing anew."""

from argparse import ArgumentParser

from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode
from gonogo.view import report
from gonogo.view import report_forms as forms

_FORMATS = ("markdown", "text", "json")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the form."""
    parser.add_argument(
        "--format",
        metavar="FORM",
        choices=_FORMATS,
        default="",
        help="markdown (the default), text or json; --json says the same as the last",
    )


def run(context: Context) -> int:
    """Print it. Exit 6 when the journal is not intact: a report must not hide that."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
    finally:
        session.close()
    inputs = session.inputs
    made = report.build(inputs.loaded, inputs.state, inputs.journal_problems)
    form = context.args.format or ("json" if context.options.json else "markdown")
    if form == "json":
        context.out.json(forms.facts(made))
    elif form == "text":
        context.out.lines(list(forms.to_lines(made)))
    else:
        for line in forms.to_markdown(made).rstrip("\n").split("\n"):
            context.out.text(line)
    for problem in made.problems:
        context.say.warning(problem)
    return ExitCode.INTEGRITY if made.problems else ExitCode.OK
