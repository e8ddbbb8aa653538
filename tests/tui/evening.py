"""A release that can be decided on: roles, approvals, gates, triggers, checks, a point of no return."""

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from gonogo.acts.lifecycle import Start
from gonogo.events import Actor
from gonogo.facts import Observation, Running, Seen, Status
from gonogo.plan import (
    ApprovalSlot,
    Authority,
    Environment,
    Item,
    ItemId,
    Person,
    Plan,
    Probe,
    Product,
    Target,
    Timing,
    Trigger,
)
from gonogo.plan.conditions import ApprovalsGate, RunCheck
from gonogo.plan.probes import AutoOptions
from gonogo.testing.clock import FakeClock
from tui.stage import BEN, Seat, Stage

CHLOE = Actor(1003, "cmartin", login="cmartin", via="cli", host="bastion")
PEOPLE = (
    Person("ana", "Ana Ruiz", "aruiz", ("release-manager", "engineering")),
    Person("ben", "Ben Okafor", "bokafor", ("engineering",)),
    Person("chloe", "Chloe Martin", "cmartin", ("qa", "engineering")),
)
VERSION = "1.2.3"
_MANAGER = ("release-manager",)


def evening_plan(items: Iterable[Item] | None = None, **more: object) -> Plan:
    """One product in staging and production."""
    timing = Timing(stale_after=timedelta(seconds=30), unknown_after=timedelta(seconds=90))
    environments = (Environment("staging"), Environment("production", after=("staging",), production=True))
    probes = tuple(
        Probe(AutoOptions(), "web", one.name, f"http://{one.name}.test/web", timing=timing) for one in environments
    )
    plan = Plan(
        "2026.11",
        environments,
        (Product("web", VERSION, "1.2.2", probes=probes),),
        name="Autumn",
        timing=timing,
        people=PEOPLE,
        items=tuple(items) if items is not None else ITEMS,
        phases=("",),
        approvals=(ApprovalSlot("engineering", "engineering"),),
        waiver_roles=_MANAGER,
        authority=Authority(go=_MANAGER, complete=_MANAGER, cancel=_MANAGER, resume=_MANAGER, unfreeze=_MANAGER),
        gates=(ApprovalsGate("production", ("engineering",)),),
        triggers=(Trigger("errors", "error rate over 1 %"),),
    )
    return replace(plan, **more)


ITEMS = (
    Item(ItemId("tests"), "Run the tests", check=RunCheck(("make", "test"))),
    Item(ItemId("backup"), "Back up the database", evidence_required=True),
    Item(ItemId("migrate"), "Migrate the database", two_person=True, point_of_no_return=True),
    Item(ItemId("rollback"), "Keep the rollback at hand"),
)


class Evening(Stage):
    """A stage on that plan; production can be told to run another version. What is
    planned was built from what is pinned."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.hands = FakeClock()
        super().__init__(plan or evening_plan(), clock=self.hands)
        self.production = "1.2.2"
        self.answers = self._answers

    def _answers(self) -> tuple[Observation, ...]:
        now = self.clock.now()
        runs = {"staging": VERSION, "production": self.production}
        pinned = self.loaded.plan.products[0].revision
        return tuple(
            Seen(
                Target("web", name),
                (Running(version, pinned if version == VERSION else ""),),
                Status.SUCCEEDED,
                now,
                f"http://{name}.test/web",
            )
            for name, version in runs.items()
        )

    def start(self, actor: Actor = BEN) -> None:
        """The release is started by somebody else."""
        self.act(Start(), actor=actor)


async def wait(seat: Seat, evening: Evening, seconds: float) -> None:
    """Time passes."""
    evening.hands.advance(timedelta(seconds=seconds))
    seat.app.tick()
    await seat.pilot.pause()
