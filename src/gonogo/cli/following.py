"""The loop in the manner of `watch` and `matrix --watch`: no screen, nothing submitted, until somebody ends it.

The endpoints are asked by whichever session on this machine holds the lease; the loop runs in the calling thread.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gonogo.cli.context import Context, Ended
from gonogo.engine import loop
from gonogo.engine.histories import Histories
from gonogo.engine.loop import Askers, Inbox, Loop, Quiet, Seen, Trouble
from gonogo.engine.outside_thread import OutsideThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gonogo.engine.session import Session
    from gonogo.facts.inputs import Inputs
    from gonogo.matrix import Cell

FAREWELL = 2.0

_WORDS: dict[loop.Topic, str] = {
    "endpoints": "no endpoint is asked",
    "outside": "what gates and triggers watch is not asked",
    "transition": "what was seen is not recorded",
    "trigger": "a rollback trigger is not recorded",
}


def follow(context: Context, session: Session, look: Callable[[], None], *, git: bool) -> None:
    """Keep `session` up and call `look` after everything that may have changed it.

    Does not return: KeyboardInterrupt and Ended end it, and what was shared is cleared away then. Raises what
    `look` raises, and the error of whoever asks should it come to an unexpected end.
    """
    inbox, doors = Inbox(), context.doors

    def ended(error: Exception) -> None:
        inbox.put(loop.Ended(error))

    endpoints = doors.endpoints(
        context.options,
        session,
        lambda number, seen: inbox.put(Seen(number, seen)),
        lambda error: inbox.put(Trouble("endpoints", error)),
        ended,
    )
    askers = Askers(endpoints)
    if git:
        histories = Histories(doors.fingerprint, doors.read_history, inbox.put, ended)
        outside = OutsideThread(doors, inbox.put, lambda error: inbox.put(Trouble("outside", error)), ended)
        askers = Askers(endpoints, histories, outside)
    try:
        Loop(session, _Follow(context, look), inbox, askers).run()
    finally:
        askers.stop(FAREWELL)


class _Follow(Quiet):
    """What is known is looked at; what went wrong is a warning. See `engine.loop.Manner`."""

    pulse = 0.5

    def __init__(self, context: Context, look: Callable[[], None]) -> None:
        self._context = context
        self._look = look
        self._warned = self._plan_problem = ""

    def show(self, inputs: Inputs) -> None:
        """See `Manner.show`."""
        if inputs.plan_problem and inputs.plan_problem != self._plan_problem:
            self._warn(f"the plan is not the one shown: {inputs.plan_problem}")
        self._plan_problem = inputs.plan_problem
        self._look()

    def trouble(self, trouble: Trouble) -> None:
        """See `Manner.trouble`."""
        self._warn(f"{_WORDS[trouble.topic]}: {trouble.error}")

    def recorded(self) -> None:
        """See `Manner.recorded`."""
        self._warned = ""

    def _warn(self, text: str) -> None:
        """Told once, not with every answer."""
        if text != self._warned:
            self._warned = text
            self._context.say.warning(text)


def has_news(cell: Cell) -> bool:
    """Whether everybody has answered, failed to, or nobody is to be asked."""
    return not cell.awaits and (cell.polled_at is not None or cell.reason is not None or bool(cell.detail))


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end by an exception, so that everything is unwound; also where HUP was ignored."""

    def end(number: int, _: object) -> None:
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
