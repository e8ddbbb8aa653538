"""The composition root: options become adapters, adapters become a session, a survey, a cockpit.

Every import of an adapter stands inside the function that needs it: a tick must not load what a matrix needs. The
module itself is what `cli.context.Doors` asks for.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gonogo.cli.context import JournalPlace, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from gonogo.adapters.checks.runner import Runner
    from gonogo.adapters.config_toml import Config
    from gonogo.adapters.doctor import Finding
    from gonogo.adapters.git_hotfix.service import Hotfixes
    from gonogo.adapters.http import Door
    from gonogo.adapters.journal_dir import DirectoryJournal
    from gonogo.adapters.metrics import MetricQuestion
    from gonogo.adapters.poller_thread import PollerThread
    from gonogo.adapters.probes.trial import Trial
    from gonogo.adapters.sharing.opening import Place
    from gonogo.adapters.sharing.turns import SharedTurns
    from gonogo.domain.artifacts import Artifact
    from gonogo.domain.changelog import Changes
    from gonogo.domain.decide import RecordTransition
    from gonogo.domain.events import Actor, Event, EventId
    from gonogo.domain.folds.merges import MergeWord
    from gonogo.domain.hotfix.wish import Planned, Seen, Wish
    from gonogo.domain.ledger import Ledger
    from gonogo.domain.metric import Reading
    from gonogo.domain.observation import Observation, Target
    from gonogo.domain.plan import LoadedPlan, Metric, Plan, Product
    from gonogo.domain.pollers import PolledBy
    from gonogo.domain.shipping import WhatShips
    from gonogo.domain.version_files import ProductFiles
    from gonogo.poller import Poller, Sink
    from gonogo.ports import Clock, PlanSource, Signatures, Turns
    from gonogo.session import Session
    from gonogo.simulator.rehearsal import Rehearsal
    from gonogo.tui.mending import Workshop
    from gonogo.tui.wiring import Wiring

PLAN_VARIABLE = "GONOGO_PLAN"
JOURNAL_VARIABLE = "GONOGO_JOURNAL"
_GIT_AT_ONCE = 4
"""Histories read at the same time; each is a process of its own."""


def clock() -> Clock:
    """The clock of this host."""
    from gonogo.adapters.clock_system import SystemClock

    return SystemClock()


def steady() -> Callable[[], float]:
    """Seconds that nobody can put back: by them answers age while the clock is being set."""
    from gonogo.adapters.clock_system import SystemClock

    return SystemClock().steady


def account() -> str:
    """Name of the account the kernel names for this process."""
    from gonogo.adapters.identity_unix import account_name

    return account_name(os.getuid())


def actor(via: str) -> Actor:
    """Who acts, as the kernel names them; `via` is tui, cli or ci."""
    from gonogo.adapters.identity_unix import UnixIdentity

    return UnixIdentity().actor(via)


def plan_path(options: Options) -> Path:
    """Flag, then GONOGO_PLAN, then the nearest release.yaml. Raises UsageError when there is none."""
    from pathlib import Path

    named = options.plan or os.environ.get(PLAN_VARIABLE, "")
    if named:
        return Path(named)
    from gonogo.adapters.plan_yaml import find_plan

    return find_plan(Path.cwd())


def plan_source(options: Options) -> PlanSource:
    """The plan file, which may change under us."""
    from gonogo.adapters.plan_yaml import PlanFile

    return PlanFile(plan_path(options))


def load_plan(options: Options) -> LoadedPlan:
    """Read the plan. Raises PlanInvalid, UsageError, StorageError."""
    return plan_source(options).load()


def journal_place(options: Options, release: str) -> JournalPlace:
    """Flag, then GONOGO_JOURNAL, then the configuration, then the user's own state directory."""
    from pathlib import Path

    from gonogo.adapters.journal_dir.layout import default_root, release_directory

    named, origin = _named_root(options)
    root = Path(named).expanduser().absolute() if named else default_root()
    return JournalPlace(root, release, origin, release_directory(root, release))


def _named_root(options: Options) -> tuple[str, str]:
    if options.journal:
        return options.journal, "--journal"
    if named := os.environ.get(JOURNAL_VARIABLE, ""):
        return named, JOURNAL_VARIABLE
    found = config()
    return (found.journal, found.path) if found.journal else ("", "default")


def config() -> Config:
    """The user's own configuration. Raises ConfigError when it is wrong."""
    from gonogo.adapters.config_toml import load_config

    return load_config()


def open_journal(place: JournalPlace, via: str) -> DirectoryJournal:
    """The journal there; a missing one is made only where one works alone.

    Raises ConfigError, NotPermittedError, StorageError.
    """
    from gonogo.adapters.identity_unix import UnixIdentity
    from gonogo.adapters.journal_dir import DirectoryJournal, state_home

    shared = place.origin != "default"
    return DirectoryJournal.open(
        place.root, place.release, UnixIdentity(), clock(), via, shared=shared, state_dir=state_home()
    )


def open_session(options: Options, via: str) -> Session:
    """Plan, journal, clock and actor put together."""
    source = plan_source(options)
    loaded = source.load()
    return session_on(source, loaded, open_journal(journal_place(options, loaded.plan.release), via))


def session_on(source: PlanSource, loaded: LoadedPlan, journal: DirectoryJournal) -> Session:
    """A session on any plan source and journal: those of the user, or a rehearsal's."""
    from msgspec.structs import replace

    from gonogo.session import Session

    pen = signatures(loaded.plan.release)
    session = Session(loaded, journal, clock(), journal.actor, new_event_id, source, steady(), pen)
    me = session.actor.user
    # only about oneself: a list that each account has for itself must not make verdicts differ
    shared = tuple(one for one in config().shared_accounts if one == me)
    session.inputs = replace(session.inputs, read_only=journal.why_read_only(), shared_accounts=shared)
    return session


def signatures(release: str) -> Signatures:
    """What signs this account's decisions, and judges everybody's. Raises ConfigError."""
    return _Pen(release)


class _Pen:
    """See `ports.Signatures`. Brings ssh-keygen's adapter with the first plan that asks for signatures."""

    def __init__(self, release: str) -> None:
        self._release = release
        self._made: Signatures | None = None

    def sign(self, payload: bytes) -> str:
        """See `ports.Signatures.sign`."""
        return self._pen().sign(payload)

    def flaws(self, plan: Plan, events: Sequence[Event]) -> Mapping[EventId, str]:
        """See `ports.Signatures.flaws`."""
        return self._pen().flaws(plan, events)

    def signers(self, plan: Plan) -> str:
        """See `ports.Signatures.signers`."""
        return self._pen().signers(plan) if plan.sign else ""

    def _pen(self) -> Signatures:
        if self._made is None:
            from gonogo.adapters.journal_dir import state_home
            from gonogo.adapters.signatures_ssh import SshSignatures

            settings = config()
            self._made = SshSignatures(self._release, settings.signing_key, settings.path, state_home())
        return self._made


def new_event_id() -> EventId:
    """An id nobody else makes."""
    from gonogo.domain.events import EventId

    return EventId(os.urandom(16).hex())


def ask_endpoints(plan: Plan) -> tuple[Observation, ...]:
    """Ask every endpoint once, all at the same time, each within the plan's time-out."""
    import asyncio

    return asyncio.run(_sweep(plan, config()))


async def _sweep(plan: Plan, settings: Config) -> tuple[Observation, ...]:
    from gonogo.adapters.http import Door

    async with Door.of(settings) as door:
        return await _poller(plan, door, settings, lambda _: None).sweep()


def observe_anew(session: Session, environment: str = "") -> tuple[RecordTransition, ...]:
    """Ask every cell the verdict of `environment` ("": the whole release) rests on, now and in this process.

    Leases and what other sessions observed count for nothing here. Takes at most the longest time-out of those
    questions and a second, and as long again where an answer contradicts the record. Feeds the session; returns
    the transitions that the journal does not know yet, for `session.record`. Blocks: not for an event loop's
    thread. Raises ConfigError.
    """
    import asyncio

    return asyncio.run(_observe_anew(session, environment, config()))


async def _observe_anew(session: Session, environment: str, settings: Config) -> tuple[RecordTransition, ...]:
    from gonogo.adapters.anew import about, ask_within
    from gonogo.adapters.http import Door
    from gonogo.adapters.probes.registry import build_probings
    from gonogo.domain.resting import cells_behind

    plan = session.loaded.plan
    seconds = _longest(plan) + 1
    async with Door.of(settings) as door:
        probings = about(build_probings(plan, door, clock(), settings), cells_behind(plan, environment))
        transitions = session.observe_anew(await ask_within(probings, seconds, clock()))
        doubtful = about(probings, session.unconfirmed)
        if doubtful:
            # one answer that contradicts the record is a sample: the second one settles it, or shows a split
            transitions = (*transitions, *session.observe(await ask_within(doubtful, seconds, clock())))
    return transitions


def ask_anew(
    loaded: LoadedPlan, targets: frozenset[Target], progress: Callable[[int, int], None]
) -> tuple[Observation, ...]:
    """Ask everything about `targets`, now and in this process, as `observe_anew` does, for a thread that may wait.

    `progress` is called in that thread with how many of how many questions were answered. Raises ConfigError.
    """
    import asyncio

    from gonogo.adapters.anew import about, ask_within
    from gonogo.adapters.http import Door
    from gonogo.adapters.probes.registry import build_probings

    settings = config()

    async def asked() -> tuple[Observation, ...]:
        async with Door.of(settings) as door:
            probings = about(build_probings(loaded.plan, door, clock(), settings), targets)
            return await ask_within(probings, _longest(loaded.plan) + 1, clock(), progress)

    return asyncio.run(asked())


def _longest(plan: Plan) -> float:
    """Seconds of the longest time-out among the plan's questions."""
    times = [source.timing.timeout for source in plan.sources]
    times += [probe.timing.timeout for product in plan.products for probe in product.probes]
    return max(times, default=plan.timing.timeout).total_seconds()


def _poller(plan: Plan, door: Door, settings: Config, sink: Sink, turns: Turns | None = None) -> Poller:
    import random
    import time

    from gonogo.adapters.probes.registry import build_probings
    from gonogo.poller import Poller

    probings = build_probings(plan, door, clock(), settings)
    rng = random.Random()  # noqa: S311  # jitter, no secret
    return Poller(probings, sink, monotonic=time.monotonic, rng=rng, turns=turns)


class Polling:
    """The endless questions of one plan; owns its connections while it runs.

    With `place` they are shared with the other sessions on this machine that have the same release open.
    """

    def __init__(self, plan: Plan, sink: Sink, place: Place | None = None) -> None:
        self._plan = plan
        self._sink = sink
        self._place = place
        self._poller: Poller | None = None
        self._turns: SharedTurns | None = None

    @property
    def pollers(self) -> tuple[PolledBy, ...]:
        """Who asks, this session or others; empty where nobody shares. Any thread may ask."""
        return self._turns.pollers if self._turns is not None else ()

    async def run(self) -> None:
        """Ask until cancelled."""
        import asyncio

        from gonogo.adapters.http import Door

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
        from gonogo.adapters.sharing.opening import take_part

        return take_part(self._place, self._plan, settings, self._sink, clock(), steady())

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

    from gonogo.adapters.http import Door
    from gonogo.adapters.probes.trial import try_cell, try_source

    settings = config()

    async def tried() -> tuple[Trial, ...]:
        async with Door.of(settings) as door:
            if target is not None:
                return await try_cell(plan, target, door, clock(), settings)
            source = next(source for source in plan.sources if source.id == source_id)
            return (await try_source(plan, source, door, clock(), settings),)

    return asyncio.run(tried())


def read_changes(plan: Plan, products: Sequence[Product]) -> tuple[Changes, ...]:
    """What git says about each of `products` that names a repository."""
    named = [product for product in products if product.repo]
    if len(named) == 1:
        from gonogo.adapters.git_history import changes

        # a pool of threads for one history would cost as much as reading a short one
        return (changes(named[0], plan.changelog, on=release_day(plan)),)
    with _readers(plan, named) as reading:
        return tuple(one.result() for one in reading)


def release_day(plan: Plan) -> date:
    """The day a calendar version is made for: the plan's `target_date`, else today; never a day that is past."""
    from datetime import date

    today = clock().now().date()
    return max(today, date.fromisoformat(plan.target_date)) if plan.target_date else today


def ask_everything(plan: Plan) -> tuple[tuple[Observation, ...], tuple[Changes, ...]]:
    """Endpoints and histories at the same time: git runs in threads while the event loop waits for answers."""
    with _readers(plan, plan.products) as reading:
        return ask_endpoints(plan), tuple(one.result() for one in reading)


@contextmanager
def _readers(plan: Plan, products: Sequence[Product]) -> Iterator[list[Future[Changes]]]:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    from gonogo.adapters.git_history import changes

    unwanted, day = Event(), release_day(plan)
    with ThreadPoolExecutor(_GIT_AT_ONCE, "git") as pool:
        try:
            yield [
                pool.submit(changes, product, plan.changelog, cancelled=unwanted.is_set, on=day)
                for product in products
                if product.repo
            ]
        finally:
            # reached early only by Ctrl-C or an error: git must not keep the process waiting
            unwanted.set()


def ask_metrics(plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
    """The number of each of `metrics`, with its past where one is judged; all asked at the same time.

    Raises ConfigError.
    """
    import asyncio

    return asyncio.run(_ask_metrics(plan, metrics, config()))


async def _ask_metrics(plan: Plan, metrics: Sequence[Metric], settings: Config) -> tuple[Reading, ...]:
    import asyncio

    from gonogo.adapters.http import Door
    from gonogo.adapters.metrics import metric_question

    async with Door.of(settings) as door:
        questions = [metric_question(plan, metric, door, clock(), settings) for metric in metrics]
        found = await asyncio.gather(*(_numbers(plan, one) for one in questions))
    return tuple(reading for readings in found for reading in readings)


async def _numbers(plan: Plan, question: MetricQuestion) -> tuple[Reading, ...]:
    from gonogo.domain.rules.needs import watched_for

    length = watched_for(plan, question.metric)
    return await question.ask_over(length) if length else (await question.ask(),)


def read_version_files(products: Sequence[Product]) -> tuple[ProductFiles, ...]:
    """What the version files of `products` state at their tags, read at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    from gonogo.adapters.version_files import read_version_files as read

    with ThreadPoolExecutor(_GIT_AT_ONCE, "git") as pool:
        return tuple(pool.map(read, products))


def read_ledger(plan: Plan, products: Sequence[Product], words: Iterable[MergeWord]) -> Ledger:
    """Which fixes have reached which branches, as git proves it and people have said."""
    from concurrent.futures import ThreadPoolExecutor

    from gonogo.adapters.git_ledger import survey
    from gonogo.domain.ledger import build

    with ThreadPoolExecutor(_GIT_AT_ONCE, "git") as pool:
        surveys = list(
            pool.map(
                lambda product: survey(product, plan.branches, plan.changelog),
                [product for product in products if product.repo],
            )
        )
    return build(surveys, words, clock().now())


def look_for_artifacts(wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
    """Whether each version can still be had, by its tag; looked for at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    from gonogo.adapters.git_artifacts import look_for_tag

    with ThreadPoolExecutor(_GIT_AT_ONCE, "git") as pool:
        return tuple(pool.map(lambda one: look_for_tag(one[0], one[1], clock()), wanted))


def check_runner(loaded: LoadedPlan, state_dir: Path | None = None) -> Runner:
    """What carries out the checks of that plan, as this account. Raises ConfigError.

    `state_dir` is where trust is remembered; by default the user's own state directory.
    """
    from gonogo.adapters.checks.runner import Runner
    from gonogo.adapters.http import Door
    from gonogo.adapters.journal_dir import state_home
    from gonogo.adapters.trust_store import TrustStore

    settings = config()
    return Runner(
        loaded,
        clock(),
        TrustStore(state_dir or state_home()),
        lambda: Door.of(settings),
        settings,
    )


def plan_hotfix(plan: Plan, wish: Wish, seen: Seen) -> Planned:
    """A hotfix as it would be, without touching anything."""
    from gonogo.adapters.git_hotfix.planning import plan_hotfix as make

    return make(plan, wish, seen, clock().now())


def plan_prepare(plan: Plan, wish: Wish) -> Planned:
    """An ordinary release as it would be prepared, without touching anything."""
    from gonogo.adapters.git_hotfix.preparing import plan_prepare as make

    return make(plan, wish, clock().now())


def hotfixes(session: Session) -> Hotfixes:
    """The hotfixes of that session's release, for this account."""
    from gonogo.adapters.git_hotfix.service import Hotfixes as Wizard
    from gonogo.adapters.journal_dir import state_home

    return Wizard(session, state_home(), session.loaded.plan.release)


def what_ships(product: Product, version: str, revision: str) -> WhatShips:
    """The commits between what runs in a cell and what the plan ships."""
    from gonogo.adapters.git_range import what_ships as read

    return read(product, version, revision)


def examine(options: Options, plan: Plan) -> tuple[Finding, ...]:
    """Whether this machine is set up for this plan. Raises ConfigError."""
    from gonogo.adapters import doctor

    place = journal_place(options, plan.release)
    return doctor.examine(
        plan,
        config(),
        clock(),
        directory=place.directory,
        journal_origin=place.origin,
        environ=os.environ,
        screen=sys.stdout,
    )


def cockpit(options: Options) -> int:
    """Open the screen on the user's own plan and journal; returns the exit code.

    Everything that can be wrong with them is raised before the screen is taken.
    """
    from gonogo.adapters.presence_dir import DirectoryPresence
    from gonogo.tui.app import run_cockpit

    session = open_session(options, "tui")
    place = meeting_place(options, session)
    return run_cockpit(
        _wiring(
            options,
            lambda: session,
            presence=DirectoryPresence(place.directory),
            place=place,
            workshop=workshop(lambda: open_session(options, "tui"), session.inputs.read_only),
        )
    )


def workshop(
    open_it: Callable[[], Session], read_only: str = "", state_dir: Path | None = None
) -> Workshop | None:
    """What carries out hotfixes for a screen, each act in a session of its own; None where nothing may be written."""
    from gonogo.adapters.git_hotfix.workshop import Workshop as Made
    from gonogo.adapters.journal_dir import state_home

    return None if read_only else Made(open_it, state_dir or state_home(), clock())


def endpoints(
    options: Options,
    session: Session,
    seen: Callable[[int, tuple[Observation, ...]], None],
    stopped: Callable[[Exception], object],
) -> PollerThread:
    """The poller in a thread, without a screen; shared with the other sessions on this release."""
    from gonogo.adapters.poller_thread import PollerThread

    place = meeting_place(options, session)
    return PollerThread(lambda loaded, sink: Polling(loaded.plan, sink, place), seen, stopped)


def fingerprint(product: Product) -> str:
    """Differs when a reference of the product's repository has moved."""
    from gonogo.adapters.git_history import fingerprint as read

    return read(product.repo)


def meeting_place(options: Options, session: Session) -> Place:
    """Where the sessions on this release share the polling."""
    from gonogo.adapters.sharing.opening import Place

    directory = journal_place(options, session.loaded.plan.release).directory
    return Place(directory, can_record=not session.inputs.read_only)


def who_polls(options: Options, plan: Plan) -> tuple[PolledBy, ...]:
    """The sessions on this machine that ask the plan's sources now."""
    from gonogo.adapters.sharing.opening import who_polls as look

    return look(journal_place(options, plan.release).directory, plan, clock(), steady())


def cockpit_on(options: Options, rehearsal: Rehearsal, title_note: str) -> int:
    """Open the screen on a rehearsal; returns the exit code."""
    from gonogo.adapters.identity_unix import UnixIdentity
    from gonogo.adapters.journal_dir.layout import release_directory
    from gonogo.adapters.presence_dir import DirectoryPresence
    from gonogo.session import Session
    from gonogo.tui.app import run_cockpit

    identity = UnixIdentity()
    me = identity.actor("tui")
    people = rehearsal.people(me)

    def rehearsed(via: str) -> Session:
        journal = rehearsal.open_journal(identity, via)
        return Session(rehearsal.loaded, journal, rehearsal.clock, me, new_event_id, rehearsal.source, steady())

    session = rehearsed("tui")
    directory = release_directory(rehearsal.journal_root, rehearsal.loaded.plan.release)
    try:
        return run_cockpit(
            _wiring(
                options,
                lambda: session,
                presence=DirectoryPresence(directory),
                story=lambda watcher: people.step(known=watcher.inputs),
                title_note=title_note,
                state_dir=rehearsal.state_dir,
                workshop=workshop(lambda: rehearsed("tui"), state_dir=rehearsal.state_dir),
            )
        )
    finally:
        people.close()


def _wiring(
    options: Options, open_it: Callable[[], Session], *, place: Place | None = None, **more: Any
) -> Wiring:
    from gonogo.adapters.git_history import changes, fingerprint
    from gonogo.adapters.git_range import what_ships
    from gonogo.adapters.journal_dir import state_home
    from gonogo.adapters.trust_store import TrustStore
    from gonogo.cli.output import needs_ascii
    from gonogo.tui.wiring import Wiring

    return Wiring(
        open_session=open_it,
        make_poller=lambda loaded, sink: Polling(loaded.plan, sink, place),
        read_changes=lambda product, plan, cancelled, progress: changes(
            product, plan.changelog, cancelled=cancelled, progress=progress, on=release_day(plan)
        ),
        fingerprint=lambda product: fingerprint(product.repo),
        clock=clock(),
        steady=steady(),
        what_ships=what_ships,
        ask_anew=ask_anew,
        checks=lambda loaded: check_runner(loaded, more.get("state_dir")),
        trust=TrustStore(more.get("state_dir") or state_home()),
        outside=sys.modules[__name__],
        ascii=options.ascii or needs_ascii(sys.stderr.encoding, os.environ),
        **more,
    )


def rehearsal(
    options: Options, *, demo: bool, scenario: str, own_addresses: bool
) -> AbstractContextManager[Rehearsal]:
    """A scratch copy of the plan's world, or of the packaged one; it is gone when the context is left."""
    from gonogo.adapters.plan_yaml import PlanFile
    from gonogo.simulator import demo as packaged
    from gonogo.simulator import rehearsal as stage

    if demo:
        return packaged.demo(PlanFile, clock(), account())
    return stage.rehearsal(plan_source(options), clock(), scenario, own_addresses=own_addresses)
