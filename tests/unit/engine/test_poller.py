"""The schedule: who is asked when, how much at once, and what becomes of late answers."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.engine.poller import Limits, Poller, asked_wait, first_delay, is_failure, next_delay, period, timed_out
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.plan import Target

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
LIMITS = Limits(floor=timedelta(0))
SOON = 10.0
"""Seconds a state is waited for before the test fails."""


def seen(target: Target, version: str = "1.2.3") -> Seen:
    """An answer."""
    return Seen(target, (Running(version),), Status.SUCCEEDED, NOW, "fake")


def missing(target: Target, reason: Reason = Reason.REFUSED) -> Missing:
    """No answer."""
    return Missing(target, reason, NOW, "fake")


Ask = Callable[[Target], Awaitable[Observation]]


async def at_once(target: Target) -> Observation:
    """Answer without waiting."""
    return seen(target)


class Fake:
    """A source under the test's control that counts how it is used."""

    def __init__(
        self, name: str, ask: Ask = at_once, *, host: str = "", every: timedelta = timedelta(milliseconds=5)
    ) -> None:
        self.name = name
        self.host = host or name
        self.targets = (Target(name, "prod"),)
        self.every = every
        self.asked = 0
        self.in_flight = 0
        self._ask = ask

    async def ask(self) -> tuple[Observation, ...]:
        """Count, and answer as the test wants."""
        self.asked += 1
        self.in_flight += 1
        try:
            return (await self._ask(self.targets[0]),)
        finally:
            self.in_flight -= 1


class Watch:
    """Collects what the poller hands on, and lets a test wait for a state."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self._changed = asyncio.Event()

    def __call__(self, observations: tuple[Observation, ...]) -> None:
        """Take observations in."""
        self.seen.extend(observations)
        self._changed.set()

    def count(self, name: str) -> int:
        """Answers about one product so far."""
        return sum(observation.target.product == name for observation in self.seen)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a state, at most `SOON`."""
        async with asyncio.timeout(SOON):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


def poller(fakes: list[Fake], sink: Watch, limits: Limits = LIMITS) -> Poller:
    """The subject, on real time with fixed chance."""
    return Poller(fakes, sink, monotonic=time.monotonic, rng=random.Random(7), limits=limits)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until a state is reached."""
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)  # the state is the subject's own; it has no event to wait for


async def running(subject: Poller, body: Callable[[], Awaitable[None]]) -> None:
    """Run the poller beside `body`, then end it and prove that nothing is left."""
    task = asyncio.create_task(subject.run())
    try:
        await body()
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


# --- arithmetic


def test_a_small_plan_is_there_at_once_and_a_large_one_within_a_second() -> None:
    """The first questions are spread by count, and never over more than the first sweep."""
    assert first_delay(24, LIMITS, 0.999) < 0.24
    assert first_delay(2_000, LIMITS, 0.999) < 1.0
    assert first_delay(2_000, LIMITS, 0.0) == 0.0


def test_one_failure_changes_nothing_and_further_ones_double_the_wait_up_to_a_minute() -> None:
    """Back-off starts with the second failure in a row."""
    ten = timedelta(seconds=10)
    assert [period(ten, failures, LIMITS) for failures in range(6)] == [10, 10, 20, 40, 60, 60]
    assert period(ten, 10_000, LIMITS) == 60


def test_back_off_never_asks_more_often_than_the_plan_wants() -> None:
    """An interval beyond the ceiling stays as it is."""
    assert period(timedelta(minutes=5), 4, LIMITS) == 300


def test_the_wait_counts_from_the_start_of_the_question() -> None:
    """A slow answer does not stretch the interval, and an answer slower than it leaves a breath."""
    ten = timedelta(seconds=10)
    assert next_delay(ten, 0, 4.0, LIMITS, 0.5) == pytest.approx(6.0)
    assert next_delay(ten, 0, 30.0, LIMITS, 0.5) == pytest.approx(1.0)


@given(
    every=st.timedeltas(min_value=timedelta(seconds=2), max_value=timedelta(hours=1)),
    failures=st.integers(0, 1_000),
    elapsed=st.floats(0, 100),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_every_wait_is_positive_and_within_jitter_of_the_period(
    every: timedelta, failures: int, elapsed: float, chance: float
) -> None:
    """No source is hammered, none is forgotten."""
    delay = next_delay(every, failures, elapsed, LIMITS, chance)
    whole = period(every, failures, LIMITS)
    assert 0 < delay <= whole * 1.1 + 1e-9
    assert delay >= min(whole * 0.9 - elapsed, whole * 0.09)


def test_only_silence_counts_as_failure_and_only_a_time_out_as_slow() -> None:
    """One cell that answers makes a source with many cells a working one."""
    a, b = Target("a", "prod"), Target("b", "prod")
    assert is_failure((missing(a), missing(b)))
    assert not is_failure((seen(a), missing(b)))
    assert timed_out((missing(a, Reason.TIMEOUT),))
    assert not timed_out((missing(a),))


# --- behaviour


def test_every_source_is_asked_again_and_again() -> None:
    """Each on its own interval, without anybody's help."""

    async def scenario() -> None:
        watch = Watch()
        fakes = [Fake("a"), Fake("b")]

        async def body() -> None:
            await watch.until(lambda: watch.count("a") >= 3 and watch.count("b") >= 3)

        await running(poller(fakes, watch), body)

    asyncio.run(scenario())


def test_a_hanging_source_holds_up_nobody() -> None:
    """The others go on while one never answers, and it has one question in flight only."""

    async def never(target: Target) -> Observation:
        await asyncio.Event().wait()
        raise AssertionError

    async def scenario() -> None:
        watch = Watch()
        hanging, good = Fake("hanging", never), Fake("good")

        async def body() -> None:
            await watch.until(lambda: watch.count("good") >= 5)
            assert hanging.asked == 1

        await running(poller([hanging, good], watch), body)
        assert hanging.in_flight == 0

    asyncio.run(scenario())


def test_limits_hold_for_all_and_for_each_host() -> None:
    """No more than the limit is in flight, in total and per host."""
    gate = asyncio.Event()

    async def waits(target: Target) -> Observation:
        await gate.wait()
        return seen(target)

    async def scenario() -> None:
        watch = Watch()
        crowd = [Fake(f"crowd-{n}", waits, host="one.example:443") for n in range(20)]
        others = [Fake(f"other-{n}", waits) for n in range(20)]
        limits = Limits(in_flight=10, per_host=3, aside=0, floor=timedelta(0))
        sweep = asyncio.create_task(poller(crowd + others, watch, limits).sweep())
        await until(lambda: sum(fake.in_flight for fake in crowd + others) == 10)
        assert sum(fake.in_flight for fake in crowd) <= 3
        gate.set()
        assert len(await sweep) == 40

    asyncio.run(scenario())


def test_sources_that_timed_out_wait_in_a_lane_of_their_own() -> None:
    """However many hang, those that answer find their slots free."""

    async def scenario() -> None:
        watch = Watch()
        second_time = asyncio.Event()

        async def hangs_the_second_time(target: Target) -> Observation:
            if watch.count(target.product):
                await second_time.wait()
            return missing(target, Reason.TIMEOUT)

        slow = [Fake(f"slow-{n}", hangs_the_second_time) for n in range(8)]
        good = [Fake(f"good-{n}") for n in range(4)]
        limits = Limits(in_flight=4, quarantine=2, floor=timedelta(0))
        subject = poller(slow + good, watch, limits)
        await subject.sweep()

        async def body() -> None:
            before = watch.count("good-3")
            await watch.until(lambda: watch.count("good-3") >= before + 5)
            assert sum(fake.in_flight for fake in slow) <= 2

        await running(subject, body)

    asyncio.run(scenario())


def test_an_answer_that_comes_after_the_plan_was_replaced_is_dropped() -> None:
    """Even from a question that does not let itself be cancelled."""

    async def scenario() -> None:
        watch = Watch()
        release = asyncio.Event()

        async def stubborn(target: Target) -> Observation:
            waiting = asyncio.ensure_future(release.wait())
            while not waiting.done():
                try:
                    await asyncio.shield(waiting)
                except asyncio.CancelledError:
                    release.set()
            return seen(target, "old")

        old, new = Fake("old", stubborn), Fake("new")
        subject = poller([old], watch)

        async def body() -> None:
            await until(lambda: old.in_flight == 1)
            subject.replace([new])
            await watch.until(lambda: watch.count("new") >= 2)
            assert watch.count("old") == 0
            assert old.in_flight == 0

        await running(subject, body)

    asyncio.run(scenario())


def test_asking_now_does_not_wait_for_the_interval_or_the_back_off() -> None:
    """A person who presses the key gets a new answer, for one target or for all."""

    async def scenario() -> None:
        watch = Watch()
        lazy = Fake("lazy", every=timedelta(hours=1))
        other = Fake("other", every=timedelta(hours=1))
        subject = poller([lazy, other], watch)

        async def body() -> None:
            await watch.until(lambda: watch.count("lazy") == 1 and watch.count("other") == 1)
            subject.ask_now(lazy.targets[0])
            await watch.until(lambda: watch.count("lazy") == 2)
            assert watch.count("other") == 1
            subject.ask_now()
            await watch.until(lambda: watch.count("lazy") == 3 and watch.count("other") == 2)

        await running(subject, body)

    asyncio.run(scenario())


def test_a_plan_without_sources_is_polled_in_peace() -> None:
    """Nothing to ask is no error, and sources may come with the next plan."""

    async def scenario() -> None:
        watch = Watch()
        subject = poller([], watch)

        async def body() -> None:
            subject.replace([Fake("late")])
            await watch.until(lambda: watch.count("late") >= 1)

        await running(subject, body)
        assert await poller([], watch).sweep() == ()

    asyncio.run(scenario())


def test_a_fault_of_ours_ends_the_poller_loudly() -> None:
    """A question never raises for what an endpoint does; what it raises is a bug and must not hide as silence."""

    async def broken(target: Target) -> Observation:
        raise ZeroDivisionError

    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError):
            await poller([Fake("broken", broken), Fake("good")], Watch()).run()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


# --- politeness


def test_what_a_source_asks_to_wait_is_waited_within_bounds() -> None:
    """The longest of its cells counts, and no word of a server silences a cell for an hour."""
    a, b = Target("a", "prod"), Target("b", "prod")
    asked = (replace(missing(a), retry_after=timedelta(seconds=7)), replace(missing(b), retry_after=None))
    assert asked_wait(asked, LIMITS) == 7
    assert asked_wait((replace(missing(a), retry_after=timedelta(hours=5)),), LIMITS) == 15 * 60
    assert asked_wait((seen(a),), LIMITS) == 0


def test_a_source_that_asked_to_be_left_alone_is_until_a_person_asks() -> None:
    """Its neighbours go on meanwhile."""

    async def tired(target: Target) -> Observation:
        return Missing(target, Reason.HTTP_STATUS, NOW, "fake", retry_after=timedelta(minutes=10))

    async def scenario() -> None:
        watch = Watch()
        left_alone, other = Fake("tired", tired), Fake("other")
        subject = poller([left_alone, other], watch)

        async def body() -> None:
            await watch.until(lambda: watch.count("tired") == 1 and watch.count("other") >= 20)
            assert left_alone.asked == 1
            subject.ask_now(left_alone.targets[0])
            await watch.until(lambda: watch.count("tired") == 2)

        await running(subject, body)

    asyncio.run(scenario())


class Slowly(Fake):
    """A source with a floor of its own."""

    floor = timedelta(milliseconds=100)


def test_no_source_is_asked_sooner_than_its_floor_however_often_somebody_asks() -> None:
    """Its own, or the poller's; a key held down asks again only after it."""
    asked_at: dict[str, list[float]] = {"own": [], "common": []}

    async def notes(target: Target) -> Observation:
        asked_at[target.product].append(time.monotonic())
        return seen(target)

    async def scenario() -> None:
        lazy = timedelta(hours=1)
        fakes = [Slowly("own", notes, every=lazy), Fake("common", notes, every=lazy)]
        subject = poller(fakes, Watch(), Limits(floor=timedelta(milliseconds=50)))

        async def body() -> None:
            async with asyncio.timeout(SOON):
                while min(map(len, asked_at.values())) < 3:
                    subject.ask_now()
                    await asyncio.sleep(0.001)  # as fast as a key repeats, and faster

        await running(subject, body)

    asyncio.run(scenario())
    for name, floor in (("own", 0.1), ("common", 0.05)):
        moments = asked_at[name]
        assert all(later - sooner >= floor for sooner, later in pairwise(moments)), (name, moments)


def test_a_sweep_asked_for_twice_waits_out_the_floor() -> None:
    """Whoever asks: the time between two questions to one source is never less."""

    async def scenario() -> None:
        subject = poller([Fake("a")], Watch(), Limits(floor=timedelta(milliseconds=150)))
        started = time.monotonic()
        await subject.sweep()
        await subject.sweep()
        assert time.monotonic() - started >= 0.15

    asyncio.run(scenario())


def test_a_question_that_only_waits_gives_its_place_to_another() -> None:
    """Already in the first sweep, when nobody is known to hang; and no more than the limit do so."""
    gate = asyncio.Event()

    async def waits(target: Target) -> Observation:
        await gate.wait()
        return missing(target, Reason.TIMEOUT)

    async def scenario() -> None:
        watch = Watch()
        hanging = [Fake(f"hanging-{n}", waits) for n in range(6)]
        good = [Fake(f"good-{n}") for n in range(6)]
        limits = Limits(in_flight=2, aside=4, patience=timedelta(milliseconds=20), floor=timedelta(0))
        sweep = asyncio.create_task(poller([*hanging, *good], watch, limits).sweep())
        await until(lambda: sum(fake.in_flight for fake in hanging) == 6)
        assert not watch.seen, "two places and four aside: all taken"
        gate.set()
        assert len(await sweep) == 12

    asyncio.run(scenario())


def test_a_host_that_hung_is_asked_with_care_until_it_answers() -> None:
    """All its sources wait in the quarantine lane; the first answer of any of them lets all go."""

    async def scenario() -> None:
        watch = Watch()
        answers: dict[str, Observation] = {
            "a": missing(Target("a", "prod"), Reason.TIMEOUT),
            "b": seen(Target("b", "prod")),
        }

        async def of(target: Target) -> Observation:
            return answers[target.product]

        subject = poller([Fake("a", of, host="h"), Fake("b", of, host="h")], watch, LIMITS)
        first, second = subject._round.entries
        await subject._ask(subject._round, first)
        assert (first.in_quarantine, second.in_quarantine) == (True, True)
        await subject._ask(subject._round, second)
        assert (first.in_quarantine, second.in_quarantine) == (True, False)

    asyncio.run(scenario())
