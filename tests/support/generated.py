"""Releases made by chance, each by its number: a plan, a story of real decisions, and what the outside answers.

Every state is reached by commands that the real rules accepted; nothing is put into it by hand.
"""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.acts import Command, Refusal
from gonogo.acts.approvals import Approve, Reject
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Skip, Tick
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.lifecycle import Hold, Resume, Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.acts.versions import HoldVersion, MarkBad
from gonogo.acts.waivers import Waive, WithdrawWaiver
from gonogo.changelog import Base, Changes, ProductChanges, Range, Section, Tag, Unreadable
from gonogo.commits import parse_commit
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.facts.containment import Carrier, Containment, LostFix
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.facts.ledger import Arrival, Ledger, LedgerCell
from gonogo.facts.metric import NoData, Number, Reading
from gonogo.facts.version_files import FileVerdict, FileVersion, ProductFiles
from gonogo.plan import (
    ApprovalSlot,
    Environment,
    Freeze,
    Item,
    ItemId,
    Level,
    Metric,
    Migration,
    Plan,
    Probe,
    Product,
    Target,
    Trigger,
    VersionFile,
    Window,
)
from gonogo.plan.conditions import (
    ApprovalsGate,
    ChangelogGate,
    ChecklistGate,
    FilesGate,
    Gate,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    SoakGate,
    TagGate,
)
from gonogo.plan.probes import AutoOptions
from gonogo.rules import needs
from gonogo.rules.readiness import Weight
from gonogo.rules.registry import ADJUSTABLE
from gonogo.rules.triggers import Over, due
from support.containing import all_contained
from support.deciding import ANA, BEN, CHLOE, DAI, EVA, NOW, PEOPLE, World

SEEN_SELDOM = (106, 111, 116, 350, 375, 395, 433, 434, 447, 694, 771)
"""Of a thousand releases, those with a rule, or a GO over a waived unknown, that the first hundred do not have."""
SAMPLE = (*range(100), *SEEN_SELDOM)
"""The same ones in every run: all answers and all rules that the thousand show."""
SAMPLE_OR_ALL = [
    pytest.param(SAMPLE, id="sample"),
    pytest.param(range(1_000), id="thousand", marks=pytest.mark.full),
]
"""For a test over generated releases: the sample always, all of them with the long suites."""

ENVIRONMENTS = ("staging", "production")
EVERY = timedelta(seconds=30)
_OID = "a" * 40


class Chance(random.Random):
    """Dice that know how often things go wrong in this release."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._number = number
        self.bad = self.choice([0.0, 0.02, 0.1, 0.4])

    def wrong(self) -> bool:
        """Whether something goes wrong here."""
        return self.random() < self.bad

    def level(self, rule: str) -> Level | None:
        """What the plan says of a rule, seldom anything; dice of its own: a new rule changes no other release."""
        of_rule = random.Random(f"{self._number} {rule}")
        return of_rule.choice(list(Level)) if of_rule.random() < 0.05 else None

    def some(self, what: list[Any], likely: float) -> tuple[Any, ...]:
        """Each with that likelihood, in their order."""
        return tuple(one for one in what if self.random() < likely)


def generate(number: int) -> World:
    """The release of that number: always the same one."""
    dice = Chance(number)
    world = World(_plan(dice))
    _outside(dice, world)
    for _ in range(dice.randrange(0, 25)):
        _act(dice, world)
    if dice.wrong():
        world.edit(replace(world.plan, description="edited"))
    _outside(dice, world)
    _watch(world)
    for _ in range(dice.randrange(0, 6)):
        _waive(dice, world)
    problems = ("line 3 of 1001-x.jsonl was changed",) if dice.random() < dice.bad / 5 else ()
    broken = "release.yaml:3:1: unknown key 'x'" if dice.random() < dice.bad / 5 else ""
    world.inputs = replace(world.inputs, plan_problem=broken, journal_problems=problems)
    return world


def _plan(dice: Chance) -> Plan:
    environments = (
        Environment("staging", soak=dice.choice([timedelta(0), timedelta(minutes=30)])),
        Environment("production", after=("staging",) if dice.random() < 0.9 else (), production=True),
    )
    products = tuple(_product(dice, name) for name in ("web", "api", "search")[: dice.randrange(1, 4)])
    items = (
        Item(ItemId("tests"), "Run the tests", "Before", owner="ben"),
        Item(ItemId("announce"), "Announce it", "Before"),
        Item(ItemId("migrate"), "Migrate", "Deployment", point_of_no_return=True),
    )
    gates = dice.some(_gates(dice, [product.name for product in products]), 0.25)
    return Plan(
        "2026.11-autumn",
        environments,
        products,
        manager="ana",
        people=PEOPLE,
        items=items,
        phases=("Before", "Deployment"),
        approvals=dice.some([ApprovalSlot("engineering", "engineering"), ApprovalSlot("qa", "qa")], 0.3),
        gates=gates,
        waiver_roles=("release-manager",),
        rules={rule: level for rule in ADJUSTABLE if (level := dice.level(rule)) is not None},
        metrics=(Metric("errors", "prom", "sum(errors)", EVERY),),
        freezes=dice.some(_freezes(), 0.08),
        windows=dice.some([Freeze("evenings", "Europe/Berlin", weekly=((1, 20, 0), (1, 23, 0)))], 0.1),
        window=dice.choice([None, Window(NOW, NOW + timedelta(hours=2), "Europe/Berlin")]),
        on_call=dice.choice([(), ("dai",)]),
        triggers=dice.some(
            [Trigger("errors", "too many errors", "dai", "errors", above=0.01, duration=EVERY)], 0.5
        ),
    )


def _product(dice: Chance, name: str) -> Product:
    probes = tuple(Probe(AutoOptions(), name, place, f"http://{place}.test/{name}") for place in ENVIRONMENTS)
    return Product(
        name,
        "1.2.3",
        previous="1.2.2",
        owner=dice.choice(["ben", ""]),
        repo=dice.choice(["", f"/srv/{name}"]),
        revision=dice.choice(["", _OID]),
        migration=dice.choice(list(Migration)),
        files=(VersionFile("VERSION", pattern="{version}"),),
        probes=probes,
    )


def _gates(dice: Chance, products: list[str]) -> list[Gate]:
    def gate(kind: Callable[..., Gate], *asked: Any, **options: Any) -> Gate:
        level = dice.choice([Level.BLOCK, Level.BLOCK, Level.WARN, Level.OFF])
        return kind(dice.choice(ENVIRONMENTS), *asked, level=level, **options)

    return [
        gate(ChecklistGate, ("Before",)),
        gate(ApprovalsGate, ("engineering",)),
        gate(ChangelogGate, dice.choice(["not-empty", "version-fits", "no-breaking-without-major"])),
        gate(MetricGate, "errors", below=0.01, duration=2 * EVERY),
        gate(ObservedGate, ("staging",)),
        gate(SoakGate, timedelta(minutes=10)),
        gate(FilesGate, tuple(products)),
        gate(TagGate, dice.choice(["exists", "annotated", "pinned"])),
        gate(MergesGate),
        gate(MigrationGate, dice.choice(["reversible", "planned"])),
    ]


def _freezes() -> list[Freeze]:
    return [
        Freeze("close", "UTC", "Quarter close", span=(NOW - timedelta(days=1), NOW + timedelta(days=1))),
        Freeze("batch", "Europe/Berlin", cron="0 21 * * *", duration=timedelta(hours=2), products=("api",)),
        Freeze("weekend", "America/New_York", environments=("production",), weekly=((4, 16, 0), (0, 8, 0))),
    ]


def _outside(dice: Chance, world: World) -> None:
    """What is known of the world beyond the journal."""
    evidence = dict(world.inputs.evidence)
    for product in world.plan.products:
        for place in ENVIRONMENTS:
            for answer in _answers(dice, world, Target(product.name, place)):
                evidence[answer.target] = absorb(evidence.get(answer.target, NOTHING), answer)
    changes = {product.name: found for product in world.plan.products if (found := _changes(dice, product))}
    files = {product.name: _files(dice, product) for product in world.plan.products if not dice.wrong()}
    world.inputs = replace(
        world.inputs,
        evidence=evidence,
        changes=changes,
        histories_at=_looks(dice, world, changes),
        files=files,
        files_at=_looks(dice, world, files),
        metrics={"errors": _readings(dice, world)},
        ledger=_ledger(dice, world),
    )
    # by chance of its own: what the dice threw before stays as it was
    world.inputs = replace(world.inputs, containment=_containment(Chance(world.state.seq + 1), world))


def _looks(dice: Chance, world: World, names: Iterable[str]) -> dict[str, datetime]:
    """When somebody looked: a moment ago, or too long ago to count."""
    ages = {name: 600 if dice.wrong() else 5 for name in names}
    return {name: world.now - timedelta(seconds=age) for name, age in ages.items()}


def _answers(dice: Chance, world: World, target: Target) -> list[Observation]:
    if dice.wrong():
        return dice.choice(
            [[], [Missing(target, Reason.TIMEOUT, world.now, "auto", "no answer", "proxy.test:443")]]
        )
    version = "1.2.3" if target.environment == "staging" else "1.2.2"
    version = dice.choice(["1.2.2", "1.2.4", "x", version]) if dice.wrong() else version
    status = dice.choice(list(Status)) if dice.wrong() else Status.SUCCEEDED
    age = timedelta(seconds=dice.choice([45, 300, -20])) if dice.wrong() else timedelta(seconds=1)
    return [Seen(target, (Running(version),), status, world.now - age, "auto")] * 2


def _changes(dice: Chance, product: Product) -> Changes | None:
    if not product.repo or dice.wrong():
        return None
    if dice.wrong():
        return Unreadable(product.name, "not a repository", "git clone")
    oid = "b" * 40 if dice.wrong() else _OID
    tag = Tag(product.tag_name, "" if dice.wrong() else oid, annotated=not dice.wrong())
    commit = parse_commit("feat: something", oid="c" * 40, author="Ben", authored=1_763_900_000)
    return ProductChanges(
        product.name,
        Range(
            Base("v1.2.2", "d" * 40, "1.2.2"),
            tag.name,
            oid,
            tag,
            pin_mismatch=bool(product.revision) and oid != _OID,
        ),
        product.version,
        () if dice.wrong() else (Section("Added", (commit,)),),
        count=1,
        contradiction="a feature asks for 1.3.0" if dice.wrong() else "",
        breaking_without_major=dice.wrong(),
        complete=not dice.wrong(),
    )


def _files(dice: Chance, product: Product) -> ProductFiles:
    verdict = dice.choice(list(FileVerdict)) if dice.wrong() else FileVerdict.AGREES
    found = FileVersion("VERSION", "{version}", verdict, product.version)
    at = "HEAD" if dice.wrong() else f"tag {product.tag_name}"
    return ProductFiles(product.name, product.version, at, _OID, (found,))


def _readings(dice: Chance, world: World) -> tuple[Reading, ...]:
    if dice.wrong():
        return ()
    made: list[Reading] = []
    for back in range(6, -1, -1):
        at = world.now - back * EVERY
        if dice.wrong():
            made.append(NoData("errors", Reason.NO_DATA, "the query has no result", at, "prom"))
        else:
            made.append(Number("errors", 0.05 if dice.wrong() else 0.001, at, "prom"))
    return tuple(made)


def _ledger(dice: Chance, world: World) -> Ledger | None:
    if dice.wrong():
        return None
    arrival = dice.choice(list(Arrival)) if dice.wrong() else Arrival.PRESENT
    remote = "origin" if arrival is Arrival.UNPUSHED else ""  # only what has a remote can wait to be pushed
    cells = tuple(
        LedgerCell(product.name, _OID[:8], "main", arrival, repo=f"/srv/{product.name}", remote=remote)
        for product in world.plan.products
    )
    return Ledger(cells, read_at=world.now, problem="main is gone" if dice.wrong() else "")


def _containment(dice: Chance, world: World) -> dict[tuple[str, str], Containment]:
    """What ships and what one would go back to; here and there it lacks a fix, or nobody could tell."""
    questions = needs.containment(replace(world.inputs, containment={}))
    answers = [all_contained(one, world.now) for one in questions if not dice.wrong()]
    lost = Carrier("1.2.2", "", "c" * 40, lost=(LostFix("9" * 40, "fix: total", "Ben Okafor"),))
    return {
        (one.product, one.version): replace(
            one,
            problem="the clone is shallow, so commits are missing" if dice.wrong() else "",
            running=dict.fromkeys(one.running, lost) if dice.wrong() else one.running,
        )
        for one in answers
    }


def _act(dice: Chance, world: World) -> None:
    """One act of somebody; what the rules refuse leaves what it leaves."""
    actor = dice.choice([ANA, BEN, CHLOE, DAI, EVA])
    product = dice.choice(world.plan.products).name
    healthy: list[Callable[[], Command]] = [
        Start,
        lambda: Tick("tests"),
        lambda: Tick("announce"),
        lambda: Tick("migrate"),
        lambda: Resume("it is settled"),
        lambda: Thaw(),
        lambda: AnswerTrigger("errors", "go_on", "it was the probe itself"),
        lambda: Approve("engineering", _code(world, "engineering")),
        lambda: Approve("qa", _code(world, "qa")),
        lambda: RecordTransition(Target(product, "staging"), ("1.2.3",), "succeeded", "auto"),
    ]
    grim: list[Callable[[], Command]] = [
        lambda: Skip("announce", "nobody reads it"),
        lambda: Hold("something smells of smoke"),
        lambda: FreezeLine("the network is down", dice.choice([(), ("production",)])),
        lambda: Reject("qa", "the basket is empty"),
        lambda: MarkBad(product, dice.choice(["1.2.3", "1.2.2"]), "it loses orders"),
        lambda: HoldVersion(product, "production", "1.2.2", "after the rollback"),
        lambda: FireTrigger("errors", "errors is 0.05"),
        lambda: RecordTransition(Target(product, "staging"), ("1.2.3",), "failed", "auto"),
    ]
    made = dice.choice(grim if dice.wrong() else healthy)
    world.attempt(actor, made())
    world.later(timedelta(minutes=dice.choice([0, 1, 15])))


def _watch(world: World) -> None:
    """What every session does with new numbers: triggers that are due are recorded."""
    for one in due(world.plan, world.state, world.inputs.metrics, world.now):
        world.attempt(
            ANA, ClearTrigger(one.trigger) if isinstance(one, Over) else FireTrigger(one.trigger, one.observation)
        )


def _code(world: World, slot: str) -> str:
    known = {one.name for one in world.plan.approvals}
    return world.approve_code(ANA, slot) if slot in known else "none"


def _waive(dice: Chance, world: World) -> None:
    """The manager lets something pass that stands against it; now and then it is taken back."""
    environment = dice.choice(ENVIRONMENTS)
    judged = world.scene(ANA).snapshot().verdict(environment)
    assert judged is not None
    each = [one for line in judged.reasons for one in (line, *line.members)]
    open_ones = [one for one in each if one.weight in {Weight.BLOCKER, Weight.UNKNOWN}]
    if not open_ones:
        return
    reason = dice.choice(open_ones)
    subject = reason.subject if reason.weight is Weight.UNKNOWN or dice.random() < 0.5 else ""
    until = world.now + timedelta(hours=1)
    answer = world.attempt(ANA, Waive(reason.rule, subject, environment, "the vendor is told and waits", until))
    if not isinstance(answer, Refusal) and dice.wrong():
        world.attempt(ANA, WithdrawWaiver(reason.rule, subject, environment, "a mistake"))
