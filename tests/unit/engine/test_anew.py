"""Asking anew: bounded, and complete."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from gonogo.engine.anew import about, ask_within, patience
from gonogo.engine.poller import Counting
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.io.config import Config
from gonogo.io.config.credentials import Auth
from gonogo.io.host.clock_system import SystemClock
from gonogo.plan import Environment, Plan, Probe, Product, Target, Timing
from gonogo.plan.probes import KubernetesOptions
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

    found = asyncio.run(ask_within(questions, 0.2, SystemClock()))

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


def test_a_decision_waits_for_the_command_that_gives_a_credential() -> None:
    """It has a time-out of its own: else a cluster whose command takes nine seconds would never be a go."""
    config = Config(
        auth={
            "slow": Auth("slow", (), command=("token",), timeout=timedelta(seconds=20)),
            "env": Auth("env", (), env="TOKEN"),
        }
    )

    def bound(cluster: str = "", **given: Any) -> float:
        probe = Probe(
            KubernetesOptions(cluster=cluster), "web", "prod", timing=Timing(timeout=timedelta(seconds=5)), **given
        )
        return patience(Plan("r", (Environment("prod"),), (Product("web", "1.0.0", probes=(probe,)),)), config)

    assert bound(url="https://a") == 6.0
    assert bound(url="https://a", auth="env") == 6.0
    assert bound(url="https://a", auth="slow") == 26.0
    assert bound(cluster="prod") == 16.0
    assert bound(cluster="prod", auth="slow") == 36.0


def test_looks_are_part_of_the_progress() -> None:
    """29 of 29, not 1 of 1 while 28 are to come; what ends early is not waited for."""
    told: list[tuple[int, int]] = []
    counting = Counting(2, lambda answered, of: told.append((answered, of)))
    counting.hear(asyncio.run(Answers(WEB).ask()))
    counting.looked(0, 28)
    counting.looked(1, 0)
    counting.looked(1, -20)
    assert told == [(1, 2), (1, 30), (2, 30), (3, 10)]
