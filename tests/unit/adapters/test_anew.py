"""Asking anew: bounded, and complete."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from gonogo.adapters.anew import about, ask_within
from gonogo.adapters.clock_system import SystemClock
from gonogo.domain.observation import Missing, Observation, Reason, Running, Seen, Status, Target
from gonogo.ports import Probing

WEB, API = Target("web", "prod"), Target("api", "prod")


class Answers:
    """A question that answers at once. See `ports.Probing`."""

    every = timedelta(seconds=10)
    host = ""

    def __init__(self, target: Target) -> None:
        self.name = str(target)
        self.targets = (target,)

    async def ask(self) -> tuple[Observation, ...]:
        """An answer."""
        return (Seen(self.targets[0], (Running("1"),), Status.SUCCEEDED, datetime.now(UTC), "test"),)


class Hangs:
    """A source that never answers."""

    every = timedelta(seconds=10)
    host = "prom.example:80"
    name = "source prom"
    targets = (WEB, API)

    async def ask(self) -> tuple[Observation, ...]:
        """Nothing, ever."""
        await asyncio.Event().wait()
        return ()


def test_what_does_not_answer_in_time_is_said_to_be_missing() -> None:
    """For each of its cells, with the source it was asked of; what did answer is there."""
    questions: list[Probing] = [Answers(WEB), Hangs()]
    started = time.monotonic()

    found = asyncio.run(ask_within(questions, 0.2, SystemClock()))

    assert time.monotonic() - started < 5
    missing = [one for one in found if isinstance(one, Missing)]
    assert [one.target for one in found if isinstance(one, Seen)] == [WEB]
    assert [(one.target, one.origin, one.reason) for one in missing] == [
        (WEB, "prom", Reason.TIMEOUT),
        (API, "prom", Reason.TIMEOUT),
    ]
    assert {(one.detail, one.host) for one in missing} == {("no answer within 0.2 s", "prom.example:80")}


def test_only_questions_about_the_cells_are_asked() -> None:
    """A source that fills one of them among others is."""
    web, api, prom = Answers(WEB), Answers(API), Hangs()

    assert about([web, api, prom], {WEB}) == [web, prom]
