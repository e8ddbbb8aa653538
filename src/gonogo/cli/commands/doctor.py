"""`gonogo doctor [PLAN]`: is this machine set up for this plan? Looks and asks, and changes nothing."""

from argparse import ArgumentParser

from gonogo.cli.arguments import add_plan_word
from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.text.tones import Line, Span, Tone

_TONES = {"ok": Tone.GOOD, "warn": Tone.WARN, "fail": Tone.BAD}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PLAN."""
    add_plan_word(parser)


def run(context: Context) -> int:
    """Print a line for each thing looked at, and what to do; exit 1 when one of them fails."""
    loaded = context.doors.load_plan(context.options)
    found = context.doors.examine(context.options, loaded.plan)
    counts = {level: sum(one.level == level for one in found) for level in _TONES}
    if context.options.json:
        context.out.json(
            {
                "plan": {"path": loaded.path, "sha256": loaded.sha256},
                "counts": counts,
                "findings": [
                    {
                        "group": one.group,
                        "level": one.level,
                        "subject": one.subject,
                        "what": one.what,
                        "remedy": one.remedy,
                    }
                    for one in found
                ],
            }
        )
    else:
        group = ""
        for one in found:
            if one.group != group:
                group = one.group
                context.out.line(Span(group, Tone.STRONG))
            head: Line = (Span(f"  {one.level:<4}  ", _TONES[one.level]), Span(f"{one.subject}: {one.what}"))
            context.out.line(*head)
            if one.remedy:
                context.out.line(Span(f"        {one.remedy}", Tone.MUTED))
        context.out.line(
            Span(f"{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} failing", Tone.STRONG)
        )
    return ExitCode.FAILURE if counts["fail"] else ExitCode.OK
