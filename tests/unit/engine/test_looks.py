"""Bursts: enough looks after a change, within the limits of a host, and none while nothing changes."""

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat

from msgspec.structs import replace

from gonogo.engine.poller import Limits, Poller
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.io.probes.looks import Burst, Enough, in_rows
from gonogo.plan import Product, Target
from gonogo.plan.sampling import looks_for
from gonogo.ports import Looks
from support.deciding import NOW

PLANNED = Product("web", "1.3.0")
TARGET = Target("web", "prod")


def seen(version: str, looks: int = 1) -> Seen:
    """So many looks that said that."""
    return Seen(TARGET, (Running(version),), Status.SUCCEEDED, NOW, "auto", looks=looks)


class Endpoint:
    """A sampled question; counts what is asked, and how much at once."""

    name, host, targets, every = "web/prod", "a:80", (TARGET,), timedelta(seconds=2)

    def __init__(self, answers: Iterator[str], needed: int = looks_for()) -> None:
        self.answers = answers
        self.enough = Enough(PLANNED, needed)
        self.asked = self.at_once = self.most_at_once = 0

    async def ask(self) -> tuple[Observation, ...]:
        """One answer."""
        return (self.enough.take(await self.look()),)

    async def look(self) -> Observation:
        """One look."""
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        version = next(self.answers)
        if not version:
            return Missing(TARGET, Reason.TIMEOUT, NOW, "auto")
        return seen(version)

    def looks(self, answered: tuple[Observation, ...]) -> Looks | None:
        """As `CellProbing` does."""
        first = answered[0]
        wanted = self.enough.wanted(first)
        return Burst(first, wanted, self.look, self.enough) if wanted and isinstance(first, Seen) else None


def swept(endpoint: Endpoint, times: int = 1) -> list[tuple[Observation, ...]]:
    """What so many questions in a row bring."""
    limits = Limits(floor=timedelta(0))
    poller = Poller([endpoint], lambda _: None, monotonic=time.monotonic, rng=random.Random(1), limits=limits)

    async def run() -> list[tuple[Observation, ...]]:
        return [await poller.sweep() for _ in range(times)]

    return asyncio.run(run())


def total(observations: tuple[Observation, ...]) -> list[tuple[str, int]]:
    """Versions with their looks, in order."""
    return [(one.versions[0].version, one.looks) for one in observations if isinstance(one, Seen)]


def test_enough_looks_follow_the_first_answer_and_none_the_next() -> None:
    """A settled cell costs one question each time, as ever."""
    endpoint = Endpoint(repeat("1.3.0"))
    first, *others = swept(endpoint, 5)
    assert total(first) == [("1.3.0", 1), ("1.3.0", 28)]
    assert endpoint.asked == 29 + 4
    assert all(total(one) == [("1.3.0", 1)] for one in others)


def test_a_burst_keeps_to_the_limit_of_the_host() -> None:
    """Four at once, whoever asks."""
    endpoint = Endpoint(repeat("1.3.0"))
    swept(endpoint)
    assert endpoint.most_at_once <= Limits().per_host


def test_a_switch_is_followed_by_looks_at_once() -> None:
    """The first answer with the planned version brings the rest: within one interval, not after 29."""
    endpoint = Endpoint(chain(repeat("1.2.0", 3), repeat("1.3.0")))
    found = swept(endpoint, 4)
    assert [sum(looks for _, looks in total(one)) for one in found] == [1, 1, 1, 29]


def test_looks_that_differ_end_the_burst() -> None:
    """A rollout under way is no reason to ask its endpoint thirty times each time."""
    endpoint = Endpoint(chain.from_iterable(repeat(["1.3.0", "1.2.0"])))
    swept(endpoint, 1)
    assert endpoint.asked <= 8
    swept_before = endpoint.asked
    swept(endpoint, 1)
    assert endpoint.asked <= swept_before + 8


def test_failing_looks_are_made_up_for_and_then_told() -> None:
    """Three of them; an endpoint that answers no more is silent."""
    few = Endpoint(chain(["1.3.0"], ["", "", ""], repeat("1.3.0")))
    assert sum(looks for _, looks in total(swept(few)[0])) == 29
    gone = Endpoint(chain(["1.3.0"], repeat("")))
    assert isinstance(swept(gone)[0][-1], Missing)
    assert gone.asked <= 1 + 4 + Limits().per_host


def test_nothing_follows_what_would_not_count() -> None:
    """Another version, another state, an answer that is no sample."""
    for answer in (seen("1.2.0"), replace(seen("1.3.0"), status=Status.FAILED), seen("1.3.0", 0)):
        assert Enough(PLANNED, 29).wanted(answer) == 0
    assert Enough(None, 29).wanted(seen("1.3.0")) == 0


def test_what_was_looked_at_before_time_was_up_is_kept() -> None:
    """A slow endpoint: the looks that came are told, and they are too few."""
    heard: list[Observation] = []

    class Slow(Endpoint):
        async def look(self) -> Observation:
            if self.asked >= 9:
                await asyncio.sleep(60)
            return await super().look()

    poller = Poller([Slow(repeat("1.3.0"))], heard.extend, monotonic=time.monotonic, rng=random.Random(1))

    async def run() -> None:
        async with asyncio.timeout(0.5):
            await poller.sweep()

    with contextlib.suppress(TimeoutError):
        asyncio.run(run())
    assert sum(looks for _, looks in total(tuple(heard))) == 9


def test_who_joins_late_knows_how_many_looks_there_were() -> None:
    """Each observation says how many looks in a row stand behind it."""
    endpoint = Endpoint(repeat("1.3.0"))
    *_, last = swept(endpoint, 3)
    assert [one.in_all for one in last if isinstance(one, Seen)] == [31]


def test_rows_keep_the_order_of_the_looks() -> None:
    """What agrees in a row is one observation with the number of its looks."""
    rows = in_rows([seen("1"), seen("1"), seen("2"), seen("1")])
    assert total(tuple(rows)) == [("1", 2), ("2", 1), ("1", 1)]


def test_a_switch_is_believed_within_30_seconds_at_every_2s() -> None:
    """Counted in questions: the first one after the switch, however many old answers came before."""
    for before in range(0, 40, 7):
        endpoint = Endpoint(chain(repeat("1.2.0", before), repeat("1.3.0")))
        found = swept(endpoint, before + 1)
        assert sum(looks for _, looks in total(found[-1])) == 29
