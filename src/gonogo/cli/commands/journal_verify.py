"""`gonogo journal verify`: hashes, order, gaps, owners and modes, from the first record on."""

from argparse import ArgumentParser

from gonogo.adapters.journal_dir import remembered, state_home, verify
from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.present.tones import Span, Tone


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """List every fault and exit 6, or say that there is none."""
    release = context.doors.load_plan(context.options).plan.release
    directory = context.doors.journal_place(context.options, release).directory
    alarms = verify(directory, remembered(directory, state_home()))
    if context.options.json:
        context.out.json(
            {
                "release": release,
                "directory": str(directory),
                "intact": not alarms,
                "alarms": [
                    {"kind": alarm.kind, "message": alarm.message, "seq": alarm.seq, "file": alarm.file}
                    for alarm in alarms
                ],
            }
        )
    elif alarms:
        for alarm in alarms:
            context.out.line(Span(f"{alarm.kind}: ", Tone.BAD), alarm.message)
    else:
        context.out.line(Span("intact: ", Tone.GOOD), str(directory))
    return ExitCode.INTEGRITY if alarms else ExitCode.OK
