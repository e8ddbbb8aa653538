"""A release to decide on: one state, several people, a clock that goes when it is told to."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from gonogo.acts import Command, Refusal, Scene, amendments, approvals, decide, go, lifecycle
from gonogo.changelog import Changes, ProductChanges, Range
from gonogo.events import Actor, Event, EventId
from gonogo.events.state import ReleaseState, replay
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.plan import (
    ApprovalSlot,
    Environment,
    Item,
    ItemId,
    LoadedPlan,
    Person,
    Plan,
    Probe,
    Product,
    Target,
    Trigger,
)
from gonogo.plan.probes import AutoOptions
from gonogo.rules.snapshot import Inputs

NOW = datetime.fromisoformat("2026-11-24T20:30:00+00:00")
ROOT = Actor(0, "root")
ANA, BEN, CHLOE, DAI, EVA = (
    Actor(1001 + number, account)
    for number, account in enumerate(("aruiz", "bokafor", "cmartin", "dsato", "eweber"))
)
NOBODY = Actor(1099, "mallory")
PEOPLE = (
    Person("ana", "Ana Ruiz", "aruiz", ("release-manager", "engineering")),
    Person("ben", "Ben Okafor", "bokafor", ("engineering", "qa"), also=("bokafor-adm",)),
    Person("chloe", "Chloe Martin", "cmartin", ("qa", "product")),
    Person("dai", "Dai Sato", "dsato", ("security", "engineering")),
    Person("eva", "Eva Weber", "eweber", ("engineering", "security", "qa")),
    Person("deploy", "Deploy", "deploy", ("engineering",), shared=True),
)


def make_product(name: str = "web", version: str = "1.2.3", **more: object) -> Product:
    """A product that is asked in staging and production."""
    probes = tuple(
        Probe(AutoOptions(), name, environment, f"http://{environment}.test/{name}")
        for environment in ("staging", "production")
    )
    return replace(Product(name, version, probes=probes), **more)


def make_plan(**more: object) -> Plan:
    """Staging, production, one product, two items, three approvals, six people."""
    plan = Plan(
        "2026.11",
        (Environment("staging"), Environment("production", after=("staging",), production=True)),
        (make_product(),),
        people=PEOPLE,
        items=(Item(ItemId("tests"), "Run the tests"), Item(ItemId("migrate"), "Migrate", two_person=True)),
        phases=("",),
        approvals=(
            ApprovalSlot("engineering", "engineering"),
            ApprovalSlot("qa", "qa", 2),
            ApprovalSlot("security", "security", expires=timedelta(hours=24)),
        ),
        waiver_roles=("release-manager",),
        triggers=(Trigger("errors", "error rate over 1 %"),),
    )
    return replace(plan, **more)


def loaded(plan: Plan, sha256: str = "0" * 64) -> LoadedPlan:
    """The plan as if read from a file."""
    return LoadedPlan(plan, "release.yaml", sha256)


def read(product: Product, oid: str = "a" * 40, count: int = 3) -> ProductChanges:
    """What git says about a product whose tag is at `oid`."""
    return ProductChanges(product.name, replace(_RANGE, target_oid=oid), product.version, count=count)


_RANGE = Range()


class World:
    """One release and its journal in memory; every act is judged by the real rules."""

    def __init__(self, plan: Plan | None = None, *, sha256: str = "0" * 64) -> None:
        self.inputs = Inputs(loaded(plan or make_plan(), sha256))
        self.now = NOW
        self._ids = 0

    @property
    def state(self) -> ReleaseState:
        """The state so far."""
        return self.inputs.state

    @property
    def plan(self) -> Plan:
        """The plan on disk."""
        return self.inputs.loaded.plan

    def scene(self, actor: Actor = ANA) -> Scene:
        """What a decision of `actor` is judged on."""
        return Scene(self.inputs, actor, EventId(f"id-{self._ids}"), self.now)

    def attempt(self, actor: Actor, command: Command) -> tuple[Event, ...] | Refusal:
        """Judge and record; what a refusal leaves on record is recorded too."""
        self._ids += 1
        answer = decide(self.scene(actor), command)
        drafts = answer.record if isinstance(answer, Refusal) else answer
        events: list[Event] = []
        for draft in drafts:
            self.now += timedelta(seconds=1)
            seq = self.state.seq + len(events) + 1
            events.append(
                Event(
                    seq, draft.id, self.now, actor, draft.kind, draft.subject, draft.data, draft.expect,
                    draft.plan_sha256,
                )
            )  # fmt: skip
        self.inputs = replace(self.inputs, state=replay(events, self.state))
        return answer if isinstance(answer, Refusal) else tuple(events)

    def do(self, actor: Actor, *commands: Command) -> "World":
        """Acts that must be accepted."""
        for command in commands:
            answer = self.attempt(actor, command)
            assert not isinstance(answer, Refusal), answer
        return self

    def refusal(self, actor: Actor, command: Command) -> Refusal:
        """An act that must be refused."""
        answer = self.attempt(actor, command)
        assert isinstance(answer, Refusal), answer
        return answer

    def later(self, by: timedelta) -> "World":
        """Time goes by."""
        self.now += by
        return self

    def edit(self, plan: Plan, sha256: str = "1" * 64) -> "World":
        """Somebody edits the plan."""
        self.inputs = replace(self.inputs, loaded=loaded(plan, sha256))
        return self

    def knows(self, *changes: Changes) -> "World":
        """What git said."""
        known = {**self.inputs.changes, **{one.product: one for one in changes}}
        looked = {**self.inputs.histories_at, **{one.product: self.now for one in changes}}
        self.inputs = replace(self.inputs, changes=known, histories_at=looked)
        return self

    def sees(self, running: Mapping[str, str], product: str = "web") -> "World":
        """What each environment answers just now, asked twice so that it counts."""
        evidence = dict(self.inputs.evidence)
        for environment, version in running.items():
            target = Target(product, environment)
            for _ in range(2):
                seen = Seen(target, (Running(version),), Status.SUCCEEDED, self.now, "test")
                evidence[target] = absorb(evidence.get(target, NOTHING), seen)
        self.inputs = replace(self.inputs, evidence=evidence)
        return self

    def reports(self, environment: str, version: str, status: Status, product: str = "web") -> "World":
        """What an environment answers from just now on: that version, in that state."""
        target = Target(product, environment)
        seen = Seen(target, (Running(version),), status, self.now, "test")
        evidence = absorb(absorb(NOTHING, seen), seen)
        self.inputs = replace(self.inputs, evidence={**self.inputs.evidence, target: evidence})
        return self

    def ticks_everything(self) -> "World":
        """Every item is done, by two where two are needed."""
        from gonogo.acts.checklist import Tick
        from gonogo.events.state import ItemStatus

        for item in self.plan.items:
            if self.state.item(item.id).status is ItemStatus.OPEN:
                self.do(CHLOE, Tick(item.id))
                if item.two_person:
                    self.do(DAI, Tick(item.id))
        return self

    def approve_code(self, actor: Actor, name: str) -> str:
        """The code of what `actor` would sign now."""
        slot = approvals.find_slot(self.scene(actor), name)
        assert isinstance(slot, ApprovalSlot)
        return approvals.preview(self.scene(actor), slot).code

    def go_code(self, actor: Actor, environment: str) -> str:
        """The code of the list that stands now."""
        return go.preview(self.scene(actor), environment).code

    def complete_code(self) -> str:
        """The code of what completing says now."""
        return lifecycle.preview_complete(self.scene()).code

    def cancel_code(self) -> str:
        """The code of what cancelling says now."""
        return lifecycle.preview_cancel(self.scene()).code

    def amend_code(self) -> str:
        """The code of the edit that waits."""
        from gonogo.rules import amendment

        pending = amendment.pending(self.inputs.loaded, self.state)
        assert pending is not None
        return amendments.preview(self.scene(), pending).code


def rules(refusals: Iterable[Refusal]) -> list[str]:
    """Their rule ids."""
    return [one.rule for one in refusals]
