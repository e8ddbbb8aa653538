"""A release to show: a fixed plan, a journal in memory, endpoints and histories that say what the test wants."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic

from msgspec.structs import replace
from textual.pilot import Pilot

from gonogo.acts import Command
from gonogo.acts.checklist import Note, Skip, Tick
from gonogo.changelog import Base, Changes, Range, Tag, Unreadable, build
from gonogo.commits import parse_commit
from gonogo.engine.session import Session
from gonogo.events import Actor, EventId
from gonogo.facts import Missing, Observation, Reason, Role, Running, Seen, Status
from gonogo.plan import (
    ChangelogRules,
    Environment,
    Item,
    ItemId,
    LoadedPlan,
    Person,
    Plan,
    Probe,
    Product,
    Target,
    Timing,
    Trigger,
    Window,
)  # fmt: skip
from gonogo.plan.probes import AutoOptions
from gonogo.ports import Clock, PlanSource
from gonogo.testing.clock import START, FakeClock
from gonogo.testing.journal import MemoryLog
from gonogo.tui.app import CockpitApp
from gonogo.tui.profile import Profile
from gonogo.tui.screens.view import View
from gonogo.tui.wiring import OnObservation, Progress, Wiring

ANA = Actor(1001, "aruiz", login="aruiz", via="tui", host="bastion")
BEN = Actor(1002, "bokafor", login="bokafor", via="cli", host="bastion")
DEADLINE = 10.0

_ITEMS = (
    ("Pre-release", "branch", "Create the release branch", "ben", ()),
    ("Pre-release", "tests", "Run the full test suite", "ben", ()),
    ("Pre-release", "tickets", "All tickets resolved", "chloe", ()),
    ("Release candidate", "qa", "QA on staging", "chloe", ("tests",)),
    ("Release candidate", "rehearse", "Rehearse the rollback", "dai", ()),
    ("Deployment", "backup", "Back up the production database", "dai", ()),
    ("Deployment", "migrate", "Apply the contract migration", "dai", ("backup",)),
    ("Deployment", "smoke-eu", "Smoke tests EU", "chloe", ()),
    ("Post-release", "announce", "Send the release announcement", "ana", ()),
)
_VERSIONS = {
    "user-service": ("1.2.3", "1.2.2"), "payment-api": ("4.5.6", "4.5.3"),
    "web-frontend": ("2026.11.0", "2026.10.4"), "search": ("0.9.12", "0.9.9"),
    "notifier": ("3.1.0", "3.0.8"),
}  # fmt: skip
_SUBJECTS = (
    "feat(pay)!: charge in minor units",
    "fix(pay): round half to even [PAY-231]",
    "feat(pay): settle twice a day",
    "docs: how settlements run",
    "tidy up after the incident",
    "fix: do not retry a declined card",
    "ci: run the suite on two databases",
)


def make_plan(items: Iterable[tuple[str, str, str, str, tuple[str, ...]]] = _ITEMS) -> Plan:
    """Five products, four environments, a window of two and a half hours."""
    environments = (
        Environment("dev"),
        Environment("staging", after=("dev",)),
        Environment("prod-eu", after=("staging",), production=True),
        Environment("prod-us", after=("prod-eu",), production=True),
    )
    timing = Timing(stale_after=timedelta(seconds=30), unknown_after=timedelta(seconds=90))
    products = tuple(
        Product(
            name, version, previous, owner="ben", repo=f"/srv/{name}" if name != "notifier" else "",
            probes=tuple(
                Probe(AutoOptions(), name, env.name, f"http://{env.name}.test/{name}", timing=timing)
                for env in environments
            ),
        )
        for name, (version, previous) in _VERSIONS.items()
    )  # fmt: skip
    made = tuple(
        Item(ItemId(name), title, phase, owner, after=tuple(map(ItemId, after)))
        for phase, name, title, owner, after in items
    )
    return Plan(
        "2026.11-autumn", environments, products, name="Autumn train 2026.11", timing=timing,
        window=Window(START.replace(minute=0), START.replace(hour=22), "Europe/Berlin"),
        people=(
            Person("ana", "Ana Ruiz", "aruiz"), Person("ben", "Ben Okafor", "bokafor"),
            Person("chloe", "Chloe Martin", "cmartin"), Person("dai", "Dai Sato", "dsato"),
        ),
        items=made, phases=tuple(dict.fromkeys(item.phase for item in made)) or ("",),
        on_call=("dai",), triggers=(Trigger("login", "any failed login smoke test", "chloe"),),
    )  # fmt: skip


def observations(plan: Plan, now: datetime) -> tuple[Observation, ...]:
    """dev and staging as planned; production on the versions before, with a canary, a failure, a silence."""
    found: list[Observation] = []
    for product in plan.products:
        for environment in plan.environments:
            target = Target(product.name, environment.name)
            version = product.previous if environment.production else product.version
            found.append(_seen(target, now, version))
    by_target = {one.target: one for one in found}
    canary = (Running("4.5.3", weight=90.0, role=Role.STABLE), Running("4.5.6", weight=10.0, role=Role.CANARY))
    pay, search, user = (
        Target(n, e) for n, e in (("payment-api", "prod-eu"), ("search", "prod-eu"), ("user-service", "prod-us"))
    )
    by_target[pay] = Seen(pay, canary, Status.IN_PROGRESS, now, "http://prod-eu.test/payment-api")
    by_target[search] = _seen(search, now, "0.9.9", Status.DEGRADED)
    by_target[user] = Missing(
        user, Reason.TIMEOUT, now, "http://prod-us.test/user-service", "no answer within 5 s"
    )
    return tuple(by_target.values())


def _seen(target: Target, at: datetime, version: str, status: Status = Status.SUCCEEDED) -> Seen:
    return Seen(target, (Running(version),), status, at, f"http://{target.environment}.test/{target.product}")


def history(product: Product, subjects: Iterable[str] = _SUBJECTS) -> Changes:
    """What git says about a product; one of them cannot be read."""
    if product.name == "search":
        return Unreadable(
            "search", "/srv/search is not a git repository", "git clone it there, or correct `repo:`"
        )
    commits = [
        parse_commit(
            subject, oid=f"{number:08x}" * 5, author="Ben Okafor", authored=1_763_900_000 - 4_000 * number
        )
        for number, subject in enumerate(subjects, 1)
    ]
    found = Range(
        Base(f"v{product.previous}", "b" * 40, product.previous),
        f"v{product.version}",
        "c" * 40,
        Tag(product.tag_name),
    )
    return build(product.name, commits, found, ChangelogRules(), product.version, product.scheme)


class ScriptedPoller:
    """Answers with what it is given, whenever it is asked."""

    def __init__(self, answers: Callable[[], tuple[Observation, ...]], on_observation: OnObservation) -> None:
        self._answers = answers
        self._on_observation = on_observation

    async def run(self) -> None:
        """Answer once, then wait to be asked or cancelled."""
        self.ask_now()
        await asyncio.Event().wait()

    def ask_now(self) -> None:
        """Answer."""
        self._on_observation(self._answers())


class Here:
    """Two people."""

    def join(self) -> None:
        """Nothing to do."""

    def here(self) -> tuple[str, ...]:
        """The two."""
        return ("aruiz", "bokafor")

    def leave(self) -> None:
        """Nothing to do."""


class Stage:
    """Everything a cockpit is wired to, in the hands of the test."""

    def __init__(
        self, plan: Plan | None = None, clock: Clock | None = None, source: PlanSource | None = None
    ) -> None:
        self.clock: Clock = clock or FakeClock()
        self.loaded = LoadedPlan(plan or make_plan(), "/srv/release.yaml", "a" * 64)
        self.log = MemoryLog(self.clock)
        self.source = source
        self.answers: Callable[[], tuple[Observation, ...]] = lambda: observations(
            self.loaded.plan, self.clock.now()
        )
        self.histories: Callable[[Product], Changes] = history
        self.ids = itertools.count(1)
        self.asked_anew: list[frozenset[Target]] = []
        """The cells of each question that was asked for a decision."""

    def session(self, actor: Actor) -> Session:
        """Another person's session on the same journal. No repository is asked what ships contains."""
        session = Session(
            self.loaded,
            self.log.open(actor),
            self.clock,
            actor,
            lambda: EventId(f"e{next(self.ids)}"),
            self.source,
        )
        session.inputs = replace(session.inputs, containment=None)
        return session

    def act(self, *commands: Command, actor: Actor = BEN) -> None:
        """Have somebody else do something."""
        session = self.session(actor)
        for command in commands:
            session.submit(command)

    def ask_anew(
        self, _loaded: LoadedPlan, targets: frozenset[Target], progress: Callable[[int, int], None]
    ) -> tuple[Observation, ...]:
        """What the endpoints say to a question asked for a decision."""
        self.asked_anew.append(targets)
        found = tuple(one for one in self.answers() if one.target in targets)
        progress(len(found), len(targets))
        return found

    def begin(self) -> None:
        """A release under way."""
        self.act(Tick("branch"), Tick("tests"), Note("tests", "green on the third run"))
        self.act(Skip("tickets", "PAY-231 moved to the next train"), actor=ANA)

    def wiring(self, **more: object) -> Wiring:
        """For a cockpit of ana's."""

        def read(product: Product, _plan: Plan, _cancelled: Callable[[], bool], _progress: Progress) -> Changes:
            return self.histories(product)

        given: dict[str, object] = {
            "open_session": lambda: self.session(ANA),
            "make_poller": lambda _loaded, on_observation: ScriptedPoller(self.answers, on_observation),
            "read_changes": read,
            "fingerprint": lambda _product: "same",
            "clock": self.clock,
            "presence": Here(),
            "ask_anew": self.ask_anew,
        }
        return Wiring(**(given | more))  # type: ignore[arg-type]  # a table of what differs

    def app(self, profile: Profile | None = None, **more: object) -> CockpitApp:
        """A cockpit of ana's, not yet running."""
        return CockpitApp(self.wiring(**more), profile or Profile())

    @asynccontextmanager
    async def cockpit(
        self, size: tuple[int, int] = (80, 24), profile: Profile | None = None, **more: object
    ) -> AsyncIterator["Seat"]:
        """A running cockpit whose first snapshot, endpoints and histories are there."""
        app = self.app(profile, **more)
        async with app.run_test(size=size) as pilot:
            seat = Seat(app, pilot)
            await seat.until(lambda: app.snapshot is not None)
            await seat.until(lambda: _complete(app))
            try:
                yield seat
            finally:
                app.feed.stop()


def _complete(app: CockpitApp) -> bool:
    snapshot = app.snapshot
    assert snapshot is not None
    repositories = {product.name for product in snapshot.plan.products if product.repo}
    return all(cell.source for cell in snapshot.matrix.cells.values()) and repositories <= set(snapshot.changes)


class Seat:
    """Somebody at a running cockpit."""

    def __init__(self, app: CockpitApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and let the screen follow."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type text."""
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def until(self, holds: Callable[[], bool], deadline: float = DEADLINE) -> None:
        """Wait for a state; fails with the screen when it does not come."""
        end = monotonic() + deadline
        while not holds():
            assert monotonic() < end, f"it did not come about:\n{self.text()}"
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def sees(self, text: str, deadline: float = DEADLINE) -> None:
        """Wait until the screen shows `text`."""
        await self.until(lambda: text in self.text(), deadline)

    def text(self) -> str:
        """The screen as lines of text."""
        width, height = self.app.size
        screen = self.app.screen
        lines = [strip.text.rstrip() for strip in screen._compositor.render_strips()]
        assert width
        assert len(lines) == height
        return "\n".join(lines)

    @property
    def view(self) -> View:
        """The screen on top."""
        assert isinstance(self.app.screen, View)
        return self.app.screen
