"""One scripted world and the three front ends that look at it: cockpit, `watch`, a verb that looks once."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog import Changes
from gonogo.cli.run import run
from gonogo.engine.poller_thread import PollerThread
from gonogo.engine.session import Session
from gonogo.errors import StorageError
from gonogo.events import Actor, Draft, EventId
from gonogo.events import Event as Recorded
from gonogo.events.merges import MergeWord
from gonogo.events.versions import MarkedElsewhere
from gonogo.facts import Missing, Observation, Reason
from gonogo.facts.artifacts import Artifact, Found
from gonogo.facts.containment import Containment, ContainmentQuestion
from gonogo.facts.ledger import Ledger
from gonogo.facts.metric import Number, Reading
from gonogo.facts.version_files import ProductFiles
from gonogo.plan import Metric, Plan, Product, Target, Trigger
from gonogo.ports import Tail
from gonogo.rules.snapshot import Snapshot
from gonogo.testing.journal import MemoryJournal
from gonogo.tui.app import CockpitApp
from support.containing import all_contained
from tui.evening import Evening, evening_plan
from tui.stage import ANA, DEADLINE, ScriptedPoller, history

_METRICS = (
    Metric("errors", "prom", "errors", timedelta(seconds=1)),
    Metric("slow", "prom", "slow", timedelta(seconds=1)),
)
_TRIGGERS = (
    Trigger("errors", "too many errors", "ana", "errors", above=1.0),
    Trigger("slow", "too slow", "ana", "slow", above=1.0),
)
Holds = Callable[[Snapshot], bool]


class Said(Struct, frozen=True):
    """What a front end said and recorded, in the end."""

    answers: dict[str, tuple[str, tuple[str, ...]]]
    """By environment: the answer, and the ids of the rules behind it."""
    recorded: tuple[tuple[str, str], ...]
    """Kind and subject of what the release has on record since it started, in any order."""
    warned: str = ""


class World(Evening):
    """Two products with repositories; two numbers are beyond their limits; everybody may be made to fail."""

    def __init__(self) -> None:
        plan = evening_plan((), gates=(), approvals=(), products=_products(), triggers=_TRIGGERS, metrics=_METRICS)
        super().__init__(plan)
        self.refused: set[tuple[str, str]] = set()
        """Kinds and subjects that the journal does not take."""
        self.hangs: set[str] = set()
        """Products whose repository does not answer."""
        self.silent: set[str] = set()
        """Environments that do not answer."""
        self.over = Event()
        self.skew = timedelta()
        self.start()
        self.begun = len(self.log.events)

    def session(self, actor: Actor) -> Session:
        """As on any stage, on a journal that may refuse."""
        journal = Refusing(self.log, actor)
        journal.refused = self.refused
        session = Session(
            self.loaded,
            journal,
            self.clock,
            actor,
            lambda: EventId(f"e{next(self.ids)}"),
            self.source,
            skew=lambda _now: self.skew,
        )
        session.inputs = replace(session.inputs, containment=None)
        return session

    def _answers(self) -> tuple[Observation, ...]:
        """Both products run the planned version in staging, the one before in production."""
        found: list[Observation] = []
        for one in super()._answers():
            for product in self.loaded.plan.products:
                target = Target(product.name, one.target.environment)
                silent = target.environment in self.silent
                missing = Missing(target, Reason.TIMEOUT, self.clock.now(), one.source, "no answer within 5 s")
                found.append(missing if silent else replace(one, target=target))
        return tuple(found)

    def fingerprint(self, product: Product) -> str:
        """The references of a repository; they do not move."""
        self._git(product)
        return "same"

    def history(self, product: Product) -> Changes:
        """What its git says."""
        self._git(product)
        return history(product)

    def _git(self, product: Product) -> None:
        if product.name in self.hangs:
            self.over.wait(3 * DEADLINE)

    def recorded(self) -> tuple[tuple[str, str], ...]:
        """Since the release started."""
        return tuple(sorted((one.kind, one.subject) for one in self.log.events[self.begun :]))

    # what gates and triggers ask for
    def ask_metrics(self, _plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
        """All are beyond their limits."""
        return tuple(Number(one.name, 5.0, self.clock.now(), "prom") for one in metrics)

    def read_version_files(self, _products: Sequence[Product]) -> tuple[ProductFiles, ...]:
        """None is asked for."""
        return ()

    def read_ledger(
        self, _plan: Plan, products: Sequence[Product], _words: Iterable[MergeWord], _journal: str = ""
    ) -> Ledger:
        """Nothing is to be merged."""
        for product in products:
            self._git(product)
        return Ledger(read_at=self.clock.now())

    def read_containment(
        self,
        _plan: Plan,
        questions: Sequence[ContainmentQuestion],
        _words: Iterable[MergeWord],
        _journal: str = "",
    ) -> tuple[Containment, ...]:
        """All is contained."""
        return tuple(all_contained(one, self.clock.now()) for one in questions)

    def read_marks(self, _journal: str) -> MarkedElsewhere:
        """No other release."""
        return MarkedElsewhere()

    def look_for_artifacts(self, wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
        """All are there."""
        for product, _ in wanted:
            self._git(product)
        now = self.clock.now()
        return tuple(Artifact(product.name, version, Found.THERE, "tag", now) for product, version in wanted)


def _products() -> tuple[Product, ...]:
    (web,) = evening_plan().products
    api = replace(web, name="api", probes=tuple(replace(one, product="api") for one in web.probes))
    return tuple(replace(one, repo=f"/srv/{one.name}") for one in (web, api))


class Refusing(MemoryJournal):
    """A journal that does not take some things."""

    refused: set[tuple[str, str]]

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> tuple[Recorded, ...]:
        """See `ports.Journal.transact`."""

        def refusing(tail: Tail) -> Sequence[Draft]:
            drafts = decide(tail)
            if any((one.kind, one.subject) in self.refused for one in drafts):
                raise StorageError("the disk is full")
            return drafts

        return super().transact(refusing)


class Doors:
    """What the command line is given: the world, and nothing of this machine."""

    def __init__(self, world: World, looked: Callable[[Snapshot], object] = lambda _: None) -> None:
        self._world = world
        self._looked = looked
        self.ask_metrics = world.ask_metrics
        self.read_version_files = world.read_version_files
        self.read_ledger = world.read_ledger
        self.read_containment = world.read_containment
        self.look_for_artifacts = world.look_for_artifacts
        self.read_marks = world.read_marks
        self.fingerprint = world.fingerprint

    def open_session(self, _options: object, _via: str) -> Session:
        """Ana's, whose snapshots are looked at."""
        session = self._world.session(ANA)
        judge = session.snapshot

        def snapshot(*args: Any, **more: Any) -> Snapshot:
            found = judge(*args, **more)
            self._looked(found)
            return found

        session.snapshot = snapshot  # type: ignore[method-assign]  # what is judged is looked at
        return session

    def clock(self) -> object:
        """The world's."""
        return self._world.clock

    def account(self) -> str:
        """Ana's."""
        return ANA.user

    def journal_place(self, _options: object, release: str) -> object:
        """Nowhere on this machine."""
        return SimpleNamespace(root=Path("/srv"), release=release, origin="", directory=Path("/srv") / release)

    def on_disk(self, place: object) -> object:
        """Just there."""
        return place

    def who_polls(self, *_: object) -> tuple[()]:
        """Nobody shares."""
        return ()

    def looked_at(self, *_: object) -> dict[str, object]:
        """Nobody has looked."""
        return {}

    def ask_endpoints(self, plan: Plan, *_: object) -> tuple[Observation, ...]:
        """What the plan still asks for."""
        asked = {Target(one.product, one.environment) for product in plan.products for one in product.probes}
        return tuple(one for one in self._world.answers() if one.target in asked)

    def read_history(self, product: Product, *_: object, **_more: object) -> Changes:
        """What git says of one."""
        return self._world.history(product)

    def read_changes(self, _plan: Plan, products: Sequence[Product]) -> tuple[Changes, ...]:
        """What git says."""
        return tuple(self._world.history(one) for one in products)

    def ask_everything(self, plan: Plan, *_: object) -> tuple[tuple[Observation, ...], tuple[Changes, ...]]:
        """Both."""
        return self.ask_endpoints(plan), self.read_changes(plan, plan.products)

    def endpoints(
        self,
        _options: object,
        _session: Session,
        seen: Callable[[int, tuple[Observation, ...]], None],
        trouble: Callable[[object], object],
        stopped: Callable[[Exception], object],
    ) -> PollerThread:
        """They answer as soon as they are asked."""
        return PollerThread(
            lambda _loaded, sink: ScriptedPoller(self._world.answers, sink), seen, trouble, stopped
        )


def in_the_cockpit(world: World, holds: Holds) -> Said:
    """What a mounted cockpit says once `holds`."""

    async def look() -> Said:
        app = world.app(fingerprint=world.fingerprint, outside=Doors(world))
        async with app.run_test(size=(80, 24)) as pilot:
            try:
                end = time.monotonic() + DEADLINE
                while app.snapshot is None or not holds(app.snapshot):
                    assert time.monotonic() < end, app.snapshot and _answers(app.snapshot)
                    await pilot.pause(0.02)
                return Said(_answers(app.snapshot), world.recorded(), _problems(app))
            finally:
                app.feed.stop()

    return asyncio.run(look())


def in_watch(world: World, holds: Holds, capsys: pytest.CaptureFixture[str]) -> Said:
    """What `watch` says until `holds`; the words are those it printed."""
    end, judged = time.monotonic() + DEADLINE, None

    def looked(snapshot: Snapshot) -> None:
        nonlocal judged
        if judged is not None:
            raise KeyboardInterrupt  # what holds was printed
        assert time.monotonic() < end, _answers(snapshot)
        judged = snapshot if holds(snapshot) else None

    assert run(["watch", "--json"], Doors(world, looked)) == 0  # type: ignore[arg-type]  # doors that it uses
    out, err = capsys.readouterr()
    assert judged is not None
    told = [fact["verdict"] for line in out.splitlines() if (fact := json.loads(line))["kind"] == "verdict"]
    answers = _answers(judged)
    assert {one["environment"]: one["verdict"] for one in told} == {name: one[0] for name, one in answers.items()}
    return Said(answers, world.recorded(), err)


def at_once(world: World, capsys: pytest.CaptureFixture[str]) -> Said:
    """What `status --json` says."""
    run(["status", "--json"], Doors(world))  # type: ignore[arg-type]  # doors that it uses
    out, err = capsys.readouterr()
    return Said({one["environment"]: _told(one) for one in json.loads(out)["environments"]}, world.recorded(), err)


def _answers(snapshot: Snapshot) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        one.environment: (one.answer.value, tuple(sorted({reason.rule for reason in one.reasons})))
        for one in snapshot.verdicts
    }


def _told(verdict: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    kinds = ("blockers", "unknowns", "waived", "warnings")
    return verdict["verdict"], tuple(sorted({reason["rule"] for kind in kinds for reason in verdict[kind]}))


def _problems(app: CockpitApp) -> str:
    return "\n".join(one.text for one in app.problems.problems)
