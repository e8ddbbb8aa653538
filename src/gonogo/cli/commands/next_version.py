"""`gonogo next-version [PRODUCT]`: the version the commits ask for."""

from argparse import ArgumentParser

from gonogo.changelog import Changes, Unreadable
from gonogo.cli.commands import changelog
from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.text.tones import Line, Span, Tone
from gonogo.versions import Bump


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PRODUCT and --from."""
    changelog.add_range(parser)


def run(context: Context) -> int:
    """For one product the bare version, for a script; for all of them a line each."""
    plan = context.doors.load_plan(context.options).plan
    changes = changelog.read(context, plan)
    if context.options.json:
        from gonogo.cli.facts import changes_facts

        context.out.json(
            {"release": plan.release, "products": [changes_facts(one, commits=False) for one in changes]}
        )
        return changelog.exit_code(changes)
    for one in changes:
        if isinstance(one, Unreadable):
            context.say.warning(
                f"the history of {one.product} cannot be read: {one.reason}\n  {one.remedy}".rstrip()
            )
            continue
        for doubt in (one.contradiction, *one.problems):
            if doubt:
                context.say.warning(f"{one.product}: {doubt}")
    if context.args.product:
        return _bare(context, changes[0])
    context.out.table([_row(one) for one in changes])
    return changelog.exit_code(changes)


def _bare(context: Context, changes: Changes) -> int:
    if isinstance(changes, Unreadable):
        return ExitCode.UNKNOWN
    if not changes.next_version:
        if not changes.problems:  # which were said
            context.say.warning(f"the versions of {changes.product} follow no scheme, so none comes next")
        return ExitCode.UNKNOWN
    context.out.line(changes.next_version)
    return ExitCode.UNKNOWN if changes.doubt else ExitCode.OK


def _row(changes: Changes) -> list[Line]:
    if isinstance(changes, Unreadable):
        return [(Span(changes.product, Tone.STRONG),), (Span("unknown", Tone.UNKNOWN),)]
    if changes.doubt:
        return [
            (Span(changes.product, Tone.STRONG),),
            (Span(changes.next_version or "none"),),
            (Span("unknown", Tone.UNKNOWN), Span(changes.doubt.removeprefix("unknown"), Tone.MUTED)),
        ]
    step = f"{changes.bump.value} " if changes.next_version else ""
    why = f"{step}after {changes.base}" if changes.base else "the first release"
    if changes.bump is Bump.NONE and changes.base:
        why = f"{'only merges' if changes.count else 'no commits'} since {changes.base}"
    agrees = "" if changes.contradiction else f", planned {changes.planned}"
    against = (Span(f", planned {changes.planned} contradicts", Tone.WARN),) if changes.contradiction else ()
    return [
        (Span(changes.product, Tone.STRONG),),
        (Span(changes.next_version or "none"),),
        (Span(f"{why}{agrees}", Tone.MUTED), *against),
    ]
