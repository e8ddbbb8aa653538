"""What the deciding verbs share: look anew where it matters, show what is confirmed, submit, tell what it made.

A preview is made by the same rules that judge the act; its code binds the confirmation to what was shown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gonogo.acts.scene import Accepted, Refused
from gonogo.cli.context import Context, via
from gonogo.engine.session import Session
from gonogo.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from gonogo.acts import Command, Refusal
    from gonogo.events import Event
    from gonogo.rules.confirmation import Preview

    Seeing = Callable[[Session], Preview | Refusal]


def add_confirm(parser: ArgumentParser) -> None:
    """Declare --confirm."""
    parser.add_argument(
        "--confirm",
        metavar="CODE",
        default="",
        help="do it, if it is still what was shown with this code; without it, show it",
    )


def act(context: Context, make: Callable[[Session], Command]) -> int:
    """Submit one command that needs no look at the world, and say what was recorded."""
    session = context.doors.open_session(context.options, via())
    try:
        return _submit(context, session, make(session))
    finally:
        session.close()


def act_on_sight(context: Context, make: Callable[[Session], Command], wish: Command | None = None) -> int:
    """As `act`, after everything was asked anew; at once where `wish`, the same command, may not be."""
    from gonogo.cli.commands._look import ask

    session = context.doors.open_session(context.options, via())
    try:
        if wish is not None and is_refused(session, wish):
            return _submit(context, session, wish)
        ask(context, session, git=True)
        return _submit(context, session, make(session))
    finally:
        session.close()


def act_confirmed(
    context: Context,
    see: Seeing,
    command: str,
    make: Callable[[str], Command],
    *,
    ask_anew: bool = True,
    completing: bool = False,
) -> int:
    """Ask everything anew, show the preview, and submit once its code was confirmed.

    `command` is what was typed, without --confirm. What would be refused is submitted at once: the refusal
    is told, and recorded where it matters. Where no look at the world can change it, nobody is asked before.
    """
    from gonogo.cli.commands._look import ask

    session = context.doors.open_session(context.options, via())
    try:
        wish = make(context.args.confirm)
        if is_refused(session, wish):
            return _submit(context, session, wish)
        if ask_anew:
            ask(context, session, git=True, completing=completing)
        if context.args.confirm:
            return _submit(context, session, make(context.args.confirm))
        preview = see(session)
        code = _confirmed_code(context, preview, command)
        if code is None:
            return ExitCode.NO_GO
        return _submit(context, session, make(code))
    finally:
        session.close()


def is_refused(session: Session, wish: Command) -> bool:
    """Whether journal and plan alone turn `wish` down: then endpoints and git are not waited for."""
    from gonogo.acts import may

    session.refresh()
    return not session.inputs.journal_unread and may(session.scene(), wish) is not None


def _confirmed_code(context: Context, preview: Preview | Refusal, command: str) -> str | None:
    """The code that goes with the command; None when it was only shown."""
    from gonogo.acts import Refusal

    if isinstance(preview, Refusal):
        return ""  # submitting gives the very same refusal, in the one place that words it
    if preview.refused:
        return preview.code
    if context.options.json:
        context.out.json(_facts(preview, command))
        return None
    from gonogo.view import preview as words

    context.out.lines(words.lines(preview))
    if _on_a_terminal():
        context.out.flush()
        return preview.code if _typed(preview) else None
    context.out.line(*words.how_to_confirm(preview, command))
    context.say.note("nothing is recorded yet")
    return None


def typed_on_terminal(preview: Preview) -> bool:
    """Whether there is a person at a terminal, and they typed what must be typed."""
    return _on_a_terminal() and _typed(preview)


def confirm_and_submit(
    context: Context, session: Session, see: Seeing, command: str, make: Callable[[str], Command]
) -> int:
    """As `act_confirmed`, on a session that is open and up to date."""
    if context.args.confirm:
        return submit(context, session, make(context.args.confirm))
    code = _confirmed_code(context, see(session), command)
    return ExitCode.NO_GO if code is None else submit(context, session, make(code))


def submit(context: Context, session: Session, command: Command) -> int:
    """Submit on an open session, and say what was recorded."""
    return _submit(context, session, command)


def _facts(preview: Preview, command: str) -> dict[str, object]:
    return {
        "act": preview.act,
        "target": preview.target,
        "confirm": preview.code,
        "command": f"{command} --confirm {preview.code}",
        "heading": preview.heading,
        "lines": list(preview.lines),
        "recorded": [],
    }


def _on_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _typed(preview: Preview) -> bool:
    """Whether the person types the version; keys pressed before they were asked do not count."""
    import termios

    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    sys.stdout.write(f"type {preview.typed} to do it: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() == preview.typed:
        return True
    sys.stdout.write("not done: nothing is recorded\n")
    return False


def _submit(context: Context, session: Session, command: Command) -> int:
    outcome = session.submit(command)
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    match outcome:
        case Refused(refusal):
            return context.say.refusal(refusal)
        case Accepted(events):
            context.out.recorded()
            _report(context, session, events)
            return ExitCode.OK


def _report(context: Context, session: Session, events: tuple[Event, ...]) -> None:
    from gonogo import events as kinds
    from gonogo.cli.facts import event_facts
    from gonogo.view.trail import event_line

    told = [event for event in events if event.kind != kinds.PLAN_RECORDED]
    lines = [event_line(event) for event in told]
    if context.options.json:
        context.out.json(
            {
                "release": session.loaded.plan.release,
                "recorded": [event_facts(event) for event in told],
                "message": "; ".join("".join(span.text for span in line) for line in lines)
                or "that holds already; you said so before",
            }
        )
    elif lines:
        context.out.lines(lines)
    else:
        context.out.text("that holds already; you said so before")


def need(value: str, option: str, command: str) -> str:
    """Raises UsageError when an option that must be there is not."""
    if not value:
        raise UsageError(f"{option} is missing", remedy=command)
    return value
