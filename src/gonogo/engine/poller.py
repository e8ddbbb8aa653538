"""When to ask whom: a schedule for each source, limits for all, and nothing late or doubled.

Runs in one event loop and touches no clock, network or file itself: questions come as `ports.Probing`,
time as a monotonic function, chance as a random generator.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Reason
from gonogo.plan import Target
from gonogo.plan.pace import FLOOR
from gonogo.ports import Looks, Paced, Probing, Sampled, Turns

_STARTS_PER_TURN = 8
"""A thousand questions started within one turn of the event loop would hold up everything else."""

Sink = Callable[[tuple[Observation, ...]], None]


class Limits(Struct, frozen=True):
    """How much may be under way at once, and how patient the schedule is."""

    in_flight: int = 64
    """More makes the event loop stall: a screen feels bursts, not sockets."""
    per_host: int = 4
    quarantine: int = 8
    """Questions to hosts that timed out last time; they would hold the places of those that answer."""
    patience: timedelta = timedelta(milliseconds=200)
    """A question that takes longer gives its place to another: what only waits stalls nobody."""
    aside: int = 192
    """How many questions may go on without a place."""
    floor: timedelta = FLOOR
    """Least time between two questions to a source that has no floor of its own."""
    longest_wait: timedelta = timedelta(minutes=15)
    """How long a source is left alone at most because it asked for it."""
    first_sweep: timedelta = timedelta(seconds=1)
    """The first questions are spread over at most this."""
    spacing: timedelta = timedelta(milliseconds=10)
    """Between two first questions, so that a small plan is there at once."""
    jitter: float = 0.1
    """Part of the interval by which each wait is longer or shorter."""
    slowest: timedelta = timedelta(seconds=60)
    """Back-off ends here, or at the plan's own interval if that is longer."""
    farewell: timedelta = timedelta(seconds=2)
    """How long the end waits for questions that are being cancelled."""


def first_delay(count: int, limits: Limits, chance: float) -> float:
    """Seconds before the first question of one of `count` sources; `chance` is in [0, 1)."""
    spread = min(limits.first_sweep, limits.spacing * count)
    return spread.total_seconds() * chance


def period(every: timedelta, failures: int, limits: Limits) -> float:
    """Seconds between two questions after so many failures in a row.

    One failure changes nothing, for most are over by the next question; from the second on the time
    doubles each time.
    """
    ceiling = max(limits.slowest, every)
    doublings = min(max(failures - 1, 0), 16)
    return min(every * (1 << doublings), ceiling).total_seconds()


def next_delay(every: timedelta, failures: int, elapsed: float, limits: Limits, chance: float) -> float:
    """Seconds to wait after a question that took `elapsed`; measured from its start, and never nothing.

    `chance` in [0, 1) becomes a factor in [1 - jitter, 1 + jitter).
    """
    wanted = period(every, failures, limits) * (1 + limits.jitter * (2 * chance - 1))
    return max(wanted - elapsed, wanted / 10)


def asked_wait(observations: Sequence[Observation], limits: Limits) -> float:
    """Seconds the source asked to be left alone, within bounds; 0.0 when it did not."""
    waits = (one.retry_after for one in observations if isinstance(one, Missing) and one.retry_after is not None)
    return min(max(waits, default=timedelta(0)), limits.longest_wait).total_seconds()


def is_failure(observations: Sequence[Observation]) -> bool:
    """Whether nothing came of a question."""
    return all(isinstance(observation, Missing) for observation in observations)


def timed_out(observations: Sequence[Observation]) -> bool:
    """Whether a question used up its whole time and so a slot."""
    return any(
        isinstance(observation, Missing) and observation.reason is Reason.TIMEOUT for observation in observations
    )


class _Lane:
    """Places for questions under way."""

    def __init__(self, places: int, limits: Limits) -> None:
        self.free = asyncio.Semaphore(places)
        self.patience = limits.patience.total_seconds()
        self.aside = limits.aside

    def place(self) -> "_Place":
        """One place, to be entered by one question."""
        return _Place(self)


class _Place:
    """A place in a lane, given to another when its question only waits."""

    __slots__ = ("_lane", "_stepped_aside", "_timer")

    def __init__(self, lane: _Lane) -> None:
        self._lane = lane
        self._stepped_aside = False
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._lane.free.acquire()
        self._timer = asyncio.get_running_loop().call_later(self._lane.patience, self._step_aside)

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._stepped_aside:
            self._lane.aside += 1
        else:
            self._lane.free.release()

    def _step_aside(self) -> None:
        if self._lane.aside:
            self._lane.aside -= 1
            self._stepped_aside = True
            self._lane.free.release()


class _Host:
    """One host: how many questions it gets at once, and whether it hung at the last one."""

    def __init__(self, limits: Limits) -> None:
        self.places = asyncio.Semaphore(limits.per_host)
        self.hangs = False


class _Entry:
    """One source and what its last answers mean for the next question."""

    def __init__(self, probing: Probing, host: _Host, limits: Limits) -> None:
        self.probing = probing
        self.host = host
        self.floor = (probing.floor if isinstance(probing, Paced) else limits.floor).total_seconds()
        self.asked_at: float | None = None
        """Monotonic seconds; None before the first question."""
        self.failures = 0
        self.wait = 0.0
        """Seconds it asked to be left alone."""
        self.hangs = False
        self.wanted = asyncio.Event()
        self.one_at_a_time = asyncio.Lock()

    @property
    def in_quarantine(self) -> bool:
        """Whether its next question may well hang: its own last one did, or the last to its host."""
        return self.hangs or self.host.hangs

    def learn(self, observations: Sequence[Observation], limits: Limits) -> None:
        """Take in what the last question came to."""
        self.failures = self.failures + 1 if is_failure(observations) else 0
        self.wait = asked_wait(observations, limits)
        self.hangs = self.host.hangs = timed_out(observations)


class _Round:
    """The sources of one plan; a reloaded plan gets a new one, and answers to the old are nobody's."""

    def __init__(self, probings: Iterable[Probing], limits: Limits) -> None:
        hosts: dict[str, _Host] = {}
        entries: dict[str, list[_Entry]] = {}
        for probing in probings:
            # a question without a host is its own: the name cannot be a host, it has a blank
            key = probing.host or f"no host: {probing.name}"
            entries.setdefault(key, []).append(_Entry(probing, hosts.setdefault(key, _Host(limits)), limits))
        # one of each host in turn: no host is asked several times at once while others wait for their first, and
        # one connection to it is enough
        turns = zip_longest(*entries.values())
        self.entries = [entry for turn in turns for entry in turn if entry is not None]


class Counting:
    """How many of how many answers are there, many looks at one endpoint among them."""

    def __init__(self, questions: int, progress: Callable[[int, int], None]) -> None:
        self._questions = questions
        self._progress = progress
        self._answering: set[tuple[Target, str]] = set()
        """By the first cell of each question: some answers are followed by many looks."""
        self._taken = self._wanted = 0

    def hear(self, answer: tuple[Observation, ...]) -> None:
        """An answer is there."""
        self._answering.update((one.target, one.origin) for one in answer[:1])
        self._tell()

    def looked(self, taken: int, wanted: int) -> None:
        """So many more looks were taken, and so many more are wanted."""
        self._taken += taken
        self._wanted += wanted
        self._tell()

    def _tell(self) -> None:
        answered = len(self._answering) + self._taken
        self._progress(answered, max(self._questions + self._wanted, answered))


class Poller:
    """Asks every source on its schedule and hands each answer on at once.

    `on_observation` is called in the event loop's thread and must not block.
    """

    def __init__(
        self,
        probings: Iterable[Probing],
        on_observation: Sink,
        *,
        monotonic: Callable[[], float],
        rng: random.Random,
        limits: Limits | None = None,
        turns: Turns | None = None,
        on_look: Callable[[int, int], None] | None = None,
    ) -> None:
        """`on_look` is told of many looks at one endpoint: how many more were taken, how many more are wanted.

        With `turns` a source is asked only when it is this session's turn; without, always."""
        self._limits = limits or Limits()
        self._turns = turns
        self._on_look = on_look or (lambda _taken, _wanted: None)
        self._sink = on_observation
        self._monotonic = monotonic
        self._rng = rng
        self._round = _Round(probings, self._limits)
        self._fast_lane = _Lane(self._limits.in_flight, self._limits)
        self._slow_lane = _Lane(self._limits.quarantine, replace(self._limits, aside=0))
        self._replaced = asyncio.Event()

    async def run(self) -> None:
        """Poll until cancelled. Leaves no task behind."""
        while True:
            self._replaced.clear()
            await self._tend_all(self._round)

    async def sweep(self) -> tuple[Observation, ...]:
        """Ask everything once, as fast as the limits allow; returns the answers, which are handed on as well."""
        current = self._round
        async with asyncio.TaskGroup() as group:
            tasks = []
            for entry in current.entries:
                tasks.append(group.create_task(self._ask(current, entry)))
                if len(tasks) % _STARTS_PER_TURN == 0:
                    await asyncio.sleep(0)
        return tuple(observation for task in tasks for observation in task.result())

    def ask_now(self, target: Target | None = None) -> None:
        """Have `target`, or everything, asked without waiting for its turn and without back-off.

        Once, and not sooner than the source's floor after its last question: a person may ask, a key held down
        may not.
        """
        for entry in self._round.entries:
            if target is None or target in entry.probing.targets:
                entry.failures = 0
                entry.wanted.set()

    def replace(self, probings: Iterable[Probing]) -> None:
        """Go on with the questions of a new plan; answers to the old ones are dropped."""
        self._round = _Round(probings, self._limits)
        self._replaced.set()

    async def _tend_all(self, current: _Round) -> None:
        """Keep one task for each source until the plan is replaced or we are cancelled."""
        count = len(current.entries)
        tasks = [asyncio.create_task(self._tend(current, entry, count)) for entry in current.entries]
        replaced = asyncio.create_task(self._replaced.wait())
        try:
            done, _ = await asyncio.wait([*tasks, replaced], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a source's task never ends by itself: if one did, its error is ours
        finally:
            for task in (*tasks, replaced):
                task.cancel()
            await asyncio.wait([*tasks, replaced], timeout=self._limits.farewell.total_seconds())

    async def _tend(self, current: _Round, entry: _Entry, count: int) -> None:
        wanted = await self._pause(entry, first_delay(count, self._limits, self._rng.random()))
        while True:
            wait = self._turns.wait(entry.probing, wanted=wanted) if self._turns else 0.0
            if wait > 0:
                wanted = await self._pause(entry, wait)
                continue
            started = self._monotonic()
            observations = await self._ask(current, entry)
            if _was_told_to_end():
                return
            elapsed = self._monotonic() - started
            chance = self._rng.random()
            delay = next_delay(entry.probing.every, entry.failures, elapsed, self._limits, chance)
            delay = max(delay, entry.wait * (1 + self._limits.jitter * chance))
            if self._turns:
                self._turns.asked(entry.probing, observations, delay)
            wanted = await self._pause(entry, delay)

    async def _pause(self, entry: _Entry, seconds: float) -> bool:
        """Wait, or less when somebody wants an answer now; returns whether somebody does."""
        wanted = True
        try:
            async with asyncio.timeout(seconds):
                await entry.wanted.wait()
        except TimeoutError:
            wanted = False
        entry.wanted.clear()
        return wanted

    async def _ask(self, current: _Round, entry: _Entry) -> tuple[Observation, ...]:
        """Ask once within the limits: first the host's, so that a slow host cannot fill the common lane."""
        async with entry.one_at_a_time:
            await self._keep_floor(entry)
            async with entry.host.places:
                lane = self._slow_lane if entry.in_quarantine else self._fast_lane
                async with lane.place():
                    entry.asked_at = self._monotonic()
                    observations = await entry.probing.ask()
            entry.learn(observations, self._limits)
            if current is self._round:
                self._sink(observations)
            looks = entry.probing.looks(observations) if isinstance(entry.probing, Sampled) else None
            if looks is None:
                return observations
            more = await self._take(current, looks, entry)
            if current is self._round:
                self._sink(more)
        return (*observations, *more)

    async def _take(self, current: _Round, looks: Looks, entry: _Entry) -> tuple[Observation, ...]:
        """Look again and again, within the limits of the host, until enough is known."""
        under_way, wanted = 0, looks.wanted
        self._on_look(0, wanted)

        async def look_on() -> None:
            nonlocal under_way, wanted
            while looks.wanted > under_way:
                under_way += 1
                try:
                    async with entry.host.places, self._fast_lane.place():
                        await looks.look()
                    before, wanted = wanted, looks.wanted
                    self._on_look(1, 1 - (before - wanted))  # one that failed is taken again
                finally:
                    under_way -= 1

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._limits.per_host, looks.wanted)):
                    group.create_task(look_on())
        except asyncio.CancelledError:
            if current is self._round:
                self._sink(looks.observations())  # whose time is up keeps what was looked at
            raise
        return looks.observations()

    async def _keep_floor(self, entry: _Entry) -> None:
        """Wait out the least time since the last question."""
        if entry.asked_at is None:
            return
        left = entry.asked_at + entry.floor - self._monotonic()
        if left > 0:
            await asyncio.sleep(left)


def _was_told_to_end() -> bool:
    """Whether this task was cancelled and somebody below swallowed it: then it ends all the same."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
