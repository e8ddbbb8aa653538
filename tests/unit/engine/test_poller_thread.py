"""The poller's thread: what cannot be asked now is tried again, and no call reaches a loop that has ended."""

import asyncio
import threading
from collections.abc import Callable

from gonogo.engine.poller_thread import PollerThread
from gonogo.errors import ConfigError, GonogoError
from gonogo.facts import Observation
from gonogo.plan import LoadedPlan
from support.releases import loaded, plan
from support.waiting import until

Sink = Callable[[tuple[Observation, ...]], None]


class Polling:
    """Ends with what it is given, or waits to be cancelled."""

    def __init__(self, errors: list[Exception], begun: list[str]) -> None:
        self._errors = errors
        self._begun = begun

    async def run(self) -> None:
        """Once."""
        self._begun.append("run")
        if self._errors:
            raise self._errors.pop(0)
        await asyncio.Event().wait()

    def ask_now(self) -> None:
        """Noted."""
        self._begun.append("now")


class Watched:
    """A thread with all that it told."""

    def __init__(self, *errors: Exception) -> None:
        self.begun: list[str] = []
        self.troubles: list[GonogoError] = []
        self.ended: list[Exception] = []
        left = list(errors)

        def make(_loaded: LoadedPlan, _sink: Sink) -> Polling:
            return Polling(left, self.begun)

        self.thread = PollerThread(make, lambda _number, _seen: None, self.troubles.append, self.ended.append)


def test_a_configuration_that_is_wrong_for_a_while_ends_no_polling() -> None:
    """It is told once and tried again, at once when somebody asks; then everything goes on."""
    same = [ConfigError("not TOML", where="config.toml") for _ in range(2)]
    watched = Watched(*same)
    watched.thread.follow(loaded(plan()), 1)
    until(lambda: watched.begun == ["run"], "the first try")
    watched.thread.ask_now()
    until(lambda: watched.begun.count("run") == 2, "the second try")
    watched.thread.ask_now()
    until(lambda: watched.begun.count("run") == 3, "the third try")

    until(lambda: _asked(watched), "a question at once")
    assert (len(watched.troubles), watched.ended) == (1, [])
    watched.thread.stop(1.0)


def _asked(watched: Watched) -> bool:
    watched.thread.ask_now()
    return "now" in watched.begun


def test_what_has_ended_can_be_called_and_begun_anew() -> None:
    """A key pressed and a plan edited after an unexpected end: the one does nothing, the other asks again."""
    watched = Watched(OSError("the disk is gone"))
    watched.thread.follow(loaded(plan()), 1)
    until(lambda: len(watched.ended) == 1, "its end")
    watched.thread.ask_now()

    watched.thread.follow(loaded(plan()), 2)

    until(lambda: watched.begun == ["run", "run"], "the second edition's questions")
    watched.thread.stop(1.0)
    until(lambda: not any(one.name == "gonogo-endpoints-2" for one in threading.enumerate()), "the thread's end")
