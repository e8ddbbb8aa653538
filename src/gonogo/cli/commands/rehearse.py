"""`gonogo rehearse [PLAN]`: the plan against a fleet on loopback, with scratch copies of all it touches."""

import os
import threading
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from gonogo.cli.arguments import add_plan_word
from gonogo.cli.commands.open import no_screen
from gonogo.cli.context import Context
from gonogo.cli.following import unwound_by_signals
from gonogo.errors import ExitCode
from gonogo.text.tones import Span, Tone

if TYPE_CHECKING:
    from gonogo.simulator.rehearsal import Rehearsal

_STEP = 1.0
"""Seconds between two looks at what the simulated people do next."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PLAN, the story and the headless mode."""
    add_plan_word(parser)
    parser.add_argument(
        "--scenario", metavar="NAME", default="", help="the story to play: its name, or a file that tells it"
    )
    add_serve(parser)


def add_serve(parser: ArgumentParser) -> None:
    """Declare `--serve`, which `demo` has as well."""
    parser.add_argument(
        "--serve",
        action="store_true",
        help="only the fleet, until interrupted; the rule without a terminal",
    )


def run(context: Context) -> int:
    """Start the fleet and open the cockpit on it, or only serve."""
    return play(context, demo=False, scenario=context.args.scenario, title_note="REHEARSAL")


def play(context: Context, *, demo: bool, scenario: str, title_note: str) -> int:
    """Set the stage, play, and clear it away, however it ends."""
    serve = _headless(context)
    with (
        unwound_by_signals(),
        # a headless fleet also answers where the plan itself says, so that every other command can be tried on it
        context.doors.rehearsal(context.options, demo=demo, scenario=scenario, own_addresses=serve) as rehearsal,
    ):
        for note in rehearsal.notes:
            context.say.note(note)
        if serve:
            return _serve(context, rehearsal)
        return context.doors.cockpit_on(context.options, rehearsal, title_note)


def _headless(context: Context) -> bool:
    """Whether to serve without a screen: asked for, or there is no terminal to draw on."""
    if context.args.serve:
        return True
    problem = no_screen(os.environ)
    if problem:
        context.say.note(f"no cockpit, for {problem}; serving the fleet until interrupted")
    return bool(problem)


def _serve(context: Context, rehearsal: "Rehearsal") -> int:
    """Answer, and let the simulated people act, until Ctrl-C, which is how this ends well."""
    context.out.line(Span("fleet    ", Tone.MUTED), rehearsal.fleet.origin)
    context.out.line(Span("plan     ", Tone.MUTED), rehearsal.plan_path)
    context.out.line(Span("journal  ", Tone.MUTED), str(rehearsal.journal_root))
    context.out.flush()
    people = rehearsal.people(context.doors.actor("cli"))
    try:
        while True:
            people.step()
            threading.Event().wait(_STEP)
    except KeyboardInterrupt:
        return ExitCode.OK
    finally:
        people.close()
