"""The questions to endpoints: once, anew, for a trial, or for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.cli.context import Options
from gonogo.wiring.ground import clock, config, journal_place, steady

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gonogo.engine.poller import Poller, Sink
    from gonogo.engine.poller_thread import PollerThread
    from gonogo.engine.session import Session
    from gonogo.errors import GonogoError
    from gonogo.facts import Observation
    from gonogo.facts.metric import Reading
    from gonogo.facts.pollers import PolledBy, Window
    from gonogo.facts.trial import Trial
    from gonogo.io.config import Config
    from gonogo.io.config.credentials import Credentials, Tokens
    from gonogo.io.http.door import Door
    from gonogo.io.probes.metrics import MetricQuestion
    from gonogo.io.sharing.opening import Place
    from gonogo.io.sharing.turns import Memory, SharedTurns
    from gonogo.plan import LoadedPlan, Metric, Plan, Target
    from gonogo.ports import Turns

    Windows = Mapping[Target, Window]


_TOKENS: Tokens = {}
"""Of the whole process. Metrics, decisions and each edition of the plan are asked in a loop of their own; the
commands of their credentials are not to be run each time."""


def _credentials(settings: Config) -> Credentials:
    from gonogo.io.config.credentials import Credentials

    return Credentials(settings, kept=_TOKENS)


def ask_endpoints(plan: Plan, looked: Windows | None = None) -> tuple[Observation, ...]:
    """Ask every endpoint once, all at the same time, each within the plan's time-out.

    Where one answer is a sample, many looks follow; `looked` are those that need not be taken again.
    """
    import asyncio

    return asyncio.run(_sweep(plan, config(), looked or {}))


async def _sweep(plan: Plan, settings: Config, looked: Windows) -> tuple[Observation, ...]:
    from gonogo.cli.patience import telling
    from gonogo.engine.poller import Counting
    from gonogo.io.http.door import Door

    async with Door.of(settings) as door:
        count = sum(len(product.probes) for product in plan.products)
        counting = Counting(count + sum(source.fills_cells for source in plan.sources), telling())
        return await _poller(plan, door, settings, counting.hear, looked=looked, on_look=counting.looked).sweep()


def looked_at(options: Options, plan: Plan) -> Windows:
    """What an open session of this account on this release has looked at just now; nothing for who decides."""
    from gonogo.io.sharing.opening import windows

    return windows(journal_place(options, plan.release).directory, plan, clock(), steady())


def ask_anew(
    loaded: LoadedPlan, targets: frozenset[Target], progress: Callable[[int, int], None]
) -> tuple[Observation, ...]:
    """Ask everything about `targets`, now and in this process, for a thread that may wait.

    Leases and what other sessions observed count for nothing here. Takes at most the longest time-out of those
    questions, that of a command which gives a credential, and a second. `progress` is called
    in that thread with how many of how many questions were answered. Raises ConfigError.
    """
    import asyncio

    from gonogo.engine.anew import about, ask_within, patience
    from gonogo.io.http.door import Door
    from gonogo.io.probes.registry import build_probings

    settings = config()

    async def asked() -> tuple[Observation, ...]:
        async with Door.of(settings) as door:
            probings = about(build_probings(loaded.plan, door, clock(), settings, _credentials(settings)), targets)
            return await ask_within(probings, patience(loaded.plan, settings), clock(), progress)

    return asyncio.run(asked())


def _poller(
    plan: Plan,
    door: Door,
    settings: Config,
    sink: Sink,
    turns: Turns | None = None,
    looked: Windows | None = None,
    on_look: Callable[[int, int], None] | None = None,
) -> Poller:
    import random
    import time

    from gonogo.engine.poller import Poller
    from gonogo.io.probes.registry import build_probings

    probings = build_probings(plan, door, clock(), settings, _credentials(settings), looked or {})
    rng = random.Random()  # noqa: S311  # jitter, no secret
    return Poller(probings, sink, monotonic=time.monotonic, rng=rng, turns=turns, on_look=on_look)


class Polling:
    """The endless questions of one plan; owns its connections while it runs.

    With `place` they are shared with the other sessions on this machine that have the same release open.
    """

    def __init__(self, plan: Plan, sink: Sink, place: Place | None = None, memory: Memory | None = None) -> None:
        self._plan = plan
        self._sink = sink
        self._place = place
        self._memory = memory
        self._poller: Poller | None = None
        self._turns: SharedTurns | None = None

    @property
    def pollers(self) -> tuple[PolledBy, ...]:
        """Who asks, this session or others; empty where nobody shares. Any thread may ask."""
        return self._turns.pollers if self._turns is not None else ()

    async def run(self) -> None:
        """Ask until cancelled."""
        import asyncio

        from gonogo.io.http.door import Door

        settings = config()
        self._turns = self._join(settings)
        try:
            async with Door.of(settings) as door:
                self._poller = _poller(self._plan, door, settings, self._sink, self._turns)
                _settle_memory()
                listening = asyncio.ensure_future(self._turns.listen()) if self._turns is not None else None
                try:
                    await self._poller.run()
                finally:
                    if listening is not None:
                        listening.cancel()
        finally:
            if self._turns is not None:
                self._turns.close()

    def _join(self, settings: Config) -> SharedTurns | None:
        if self._place is None:
            return None
        from gonogo.io.sharing.opening import take_part

        return take_part(self._place, self._plan, settings, self._sink, clock(), steady(), self._memory)

    def ask_now(self) -> None:
        """Have everything asked without waiting for its turn."""
        if self._poller is not None:
            self._poller.ask_now()


def _settle_memory() -> None:
    """Let the collector forget what is loaded by now, once: it stays until the end anyway.

    A full collection walks every module's objects and holds up keys and answers alike for 25 to 60 ms, measured.
    """
    import gc

    if not gc.get_freeze_count():
        gc.freeze()


def try_probes(plan: Plan, target: Target | None, source_id: str) -> tuple[Trial, ...]:
    """Ask everything about `target`, or the source of that id, once, keeping every step. Raises ConfigError."""
    import asyncio

    from gonogo.io.http.door import Door
    from gonogo.io.probes.trial import try_cell, try_source

    settings = config()

    async def tried() -> tuple[Trial, ...]:
        async with Door.of(settings) as door:
            if target is not None:
                return await try_cell(plan, target, door, clock(), settings)
            source = next(source for source in plan.sources if source.id == source_id)
            return (await try_source(plan, source, door, clock(), settings),)

    return asyncio.run(tried())


def ask_metrics(plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
    """The number of each of `metrics`, with its past where one is judged; all asked at the same time.

    Raises ConfigError.
    """
    import asyncio

    return asyncio.run(_ask_metrics(plan, metrics, config()))


async def _ask_metrics(plan: Plan, metrics: Sequence[Metric], settings: Config) -> tuple[Reading, ...]:
    import asyncio

    from gonogo.io.http.door import Door
    from gonogo.io.probes.metrics import metric_question

    credentials = _credentials(settings)
    async with Door.of(settings) as door:
        questions = [metric_question(plan, metric, door, clock(), credentials) for metric in metrics]
        found = await asyncio.gather(*(_numbers(plan, one) for one in questions))
    return tuple(reading for readings in found for reading in readings)


async def _numbers(plan: Plan, question: MetricQuestion) -> tuple[Reading, ...]:
    from gonogo.rules.needs import watched_for

    length = watched_for(plan, question.metric)
    return await question.ask_over(length) if length else (await question.ask(),)


def endpoints(
    options: Options,
    session: Session,
    seen: Callable[[int, tuple[Observation, ...]], None],
    trouble: Callable[[GonogoError], object],
    stopped: Callable[[Exception], object],
) -> PollerThread:
    """The poller in a thread, without a screen; shared with the other sessions on this release."""
    from gonogo.engine.poller_thread import PollerThread
    from gonogo.io.sharing.turns import Memory

    place, memory = meeting_place(options, session), Memory()
    return PollerThread(lambda loaded, sink: Polling(loaded.plan, sink, place, memory), seen, trouble, stopped)


def meeting_place(options: Options, session: Session) -> Place:
    """Where the sessions on this release share the polling."""
    from gonogo.io.sharing.opening import Place

    directory = journal_place(options, session.loaded.plan.release).directory
    return Place(directory, can_record=not session.inputs.read_only)


def who_polls(options: Options, plan: Plan) -> tuple[PolledBy, ...]:
    """The sessions on this machine that ask the plan's sources now."""
    from gonogo.io.sharing.opening import who_polls as look

    return look(journal_place(options, plan.release).directory, plan, clock(), steady())
