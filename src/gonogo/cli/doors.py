"""What the composition root opens for commands, as one protocol. For type checkers: no process loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gonogo.changelog import Changes
    from gonogo.cli.context import JournalPlace, Options
    from gonogo.commits.shipping import WhatShips
    from gonogo.doctor.finding import Finding
    from gonogo.engine.poller_thread import PollerThread
    from gonogo.engine.session import Session
    from gonogo.errors import GonogoError, PlanProblem
    from gonogo.events import Actor
    from gonogo.events.merges import MergeWord
    from gonogo.events.versions import MarkedElsewhere
    from gonogo.facts import Observation
    from gonogo.facts.artifacts import Artifact
    from gonogo.facts.containment import Containment, ContainmentQuestion
    from gonogo.facts.ledger import Ledger
    from gonogo.facts.metric import Reading
    from gonogo.facts.pollers import PolledBy, Window
    from gonogo.facts.trial import Trial
    from gonogo.facts.version_files import ProductFiles
    from gonogo.hotfix.wish import Planned, Seen, Wish
    from gonogo.hotfix_jobs.service import Hotfixes
    from gonogo.plan import LoadedPlan, Metric, Plan, Product, Target
    from gonogo.plan.branches import NoBranch
    from gonogo.ports import Checking, Clock, OnDisk
    from gonogo.simulator.rehearsal import Rehearsal


class Doors(Protocol):
    """What the composition root opens for commands; nothing is imported before its door is used."""

    def clock(self) -> Clock:
        """The time."""
        ...

    def account(self) -> str:
        """Name of the account the kernel names for this process."""
        ...

    def actor(self, via: str) -> Actor:
        """Who acts, as the kernel names them; `via` is tui, cli or ci."""
        ...

    def plan_path(self, options: Options) -> Path:
        """Path of the plan. Raises UsageError when there is none."""
        ...

    def load_plan(self, options: Options) -> LoadedPlan:
        """Read the plan. Raises PlanInvalid with every problem, UsageError, StorageError."""
        ...

    def plan_doubts(self, options: Options) -> tuple[PlanProblem, ...]:
        """What the plan's file may well not mean, in its order; none where it cannot be read."""
        ...

    def journal_place(self, options: Options, release: str) -> JournalPlace:
        """Where the journal of `release` lies. Raises ConfigError for a broken configuration."""
        ...

    def on_disk(self, place: JournalPlace) -> OnDisk:
        """Where the events of that release truly lie."""
        ...

    def open_session(self, options: Options, via: str) -> Session:
        """Plan, journal, clock and actor put together. Raises what each of them raises."""
        ...

    def looked_at(self, options: Options, plan: Plan) -> Mapping[Target, Window]:
        """What an open session of this account on this release has looked at just now."""
        ...

    def ask_endpoints(self, plan: Plan, looked: Mapping[Target, Window] | None = None) -> tuple[Observation, ...]:
        """Every endpoint's answer, each asked once."""
        ...

    def try_probes(self, plan: Plan, target: Target | None, source_id: str) -> tuple[Trial, ...]:
        """Every question about `target`, or the source of that id, asked once and shown step by step."""
        ...

    def endpoints(
        self,
        options: Options,
        session: Session,
        seen: Callable[[int, tuple[Observation, ...]], None],
        trouble: Callable[[GonogoError], object],
        stopped: Callable[[Exception], object],
    ) -> PollerThread:
        """A thread that asks the endpoints of the plans it is told, in turn with this machine's other sessions."""
        ...

    def fingerprint(self, product: Product) -> str:
        """Differs when a reference of the product's repository has moved."""
        ...

    def who_polls(self, options: Options, plan: Plan) -> tuple[PolledBy, ...]:
        """The sessions on this machine that ask the plan's sources now."""
        ...

    def read_changes(self, plan: Plan, products: Sequence[Product]) -> tuple[Changes, ...]:
        """What git says about `products`; those that name no repository are left out."""
        ...

    def read_history(
        self,
        product: Product,
        plan: Plan,
        cancelled: Callable[[], bool],
        progress: Callable[[Changes], None],
        counted: Callable[[int], None] = lambda _more: None,
    ) -> Changes:
        """What git says about one product; for a thread, which may be told that nobody wants it any more."""
        ...

    def ask_everything(
        self, plan: Plan, looked: Mapping[Target, Window] | None = None
    ) -> tuple[tuple[Observation, ...], tuple[Changes, ...]]:
        """Both at the same time."""
        ...

    def ask_metrics(self, plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
        """The number of each of `metrics`, each asked once, or why there is none."""
        ...

    def read_version_files(self, products: Sequence[Product]) -> tuple[ProductFiles, ...]:
        """What the version files of `products` state at their tags."""
        ...

    def read_ledger(
        self, plan: Plan, products: Sequence[Product], words: Iterable[MergeWord], journal: str = ""
    ) -> Ledger:
        """Which fixes have reached which branches; `journal` is the directory of this release's, beside others."""
        ...

    def lacking_branches(self, plan: Plan) -> tuple[NoBranch, ...]:
        """Branches that the plan names and that its repositories do not have."""
        ...

    def read_containment(
        self,
        plan: Plan,
        questions: Sequence[ContainmentQuestion],
        words: Iterable[MergeWord],
        journal: str = "",
    ) -> tuple[Containment, ...]:
        """Whether each version contains every change that runs and every hotfix; `journal` as in `read_ledger`."""
        ...

    def read_marks(self, journal: str) -> MarkedElsewhere:
        """The versions marked bad in the releases beside the one whose directory `journal` is."""
        ...

    def look_for_artifacts(self, wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
        """Whether each version of each product can still be had."""
        ...

    def check_runner(self, loaded: LoadedPlan) -> Checking:
        """What carries out the checks of that plan, as this account."""
        ...

    def plan_hotfix(self, plan: Plan, wish: Wish, seen: Seen) -> Planned:
        """A hotfix as it would be, without touching anything."""
        ...

    def plan_prepare(self, plan: Plan, wish: Wish) -> Planned:
        """An ordinary release as it would be prepared."""
        ...

    def hotfixes(self, session: Session) -> Hotfixes:
        """The hotfixes of that session's release, for this account."""
        ...

    def what_ships(self, product: Product, version: str, revision: str) -> WhatShips:
        """The commits between what runs in a cell and what the plan ships; `revision` may be ""."""
        ...

    def examine(self, options: Options, plan: Plan) -> tuple[Finding, ...]:
        """What is well and what is not, for this plan on this machine."""
        ...

    def cockpit(self, options: Options) -> int:
        """Open the screen; returns the exit code."""
        ...

    def cockpit_on(self, options: Options, rehearsal: Rehearsal, title_note: str) -> int:
        """Open the screen on a rehearsal; returns the exit code."""
        ...

    def rehearsal(
        self, options: Options, *, demo: bool, scenario: str, own_addresses: bool
    ) -> AbstractContextManager[Rehearsal]:
        """A scratch copy of the plan's world, or of the packaged one; it is gone when the context is left."""
        ...
