"""Each kind of gate: what passes, what blocks, and what stays unknown."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine
from gonogo.acts.lifecycle import Start
from gonogo.acts.versions import HoldVersion, MarkBad
from gonogo.acts.waivers import Waive
from gonogo.changelog import Base, ProductChanges, Range, Section, Tag
from gonogo.commits import Commit
from gonogo.events.state import Lifecycle, ReleaseStatus
from gonogo.facts import Reason
from gonogo.facts.ageing import LASTS
from gonogo.facts.artifacts import Artifact, Found
from gonogo.facts.ledger import Arrival, Ledger, LedgerCell, Looked
from gonogo.facts.metric import NoData, Number
from gonogo.facts.version_files import FileVerdict, FileVersion, ProductFiles
from gonogo.plan import (
    Environment,
    Freeze,
    Item,
    ItemId,
    Level,
    Metric,
    Migration,
    Plan,
    Product,
    Target,
    Window,
)
from gonogo.plan.conditions import (
    ApprovalsGate,
    ChangelogGate,
    FilesGate,
    Gate,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    SoakGate,
    TagGate,
)
from gonogo.rules.readiness import Answer, Verdict, Weight
from gonogo.rules.registry import RULES
from gonogo.rules.rollback import Readiness, ways_back
from gonogo.rules.snapshot import build
from support.deciding import ANA, BEN, DAI, NOW, World, make_plan, make_product

OID = "a" * 40


def _plan(*gates: Gate, **product: Any) -> Plan:
    web = make_product(previous="1.2.2", repo="/srv/web", **product)
    return make_plan(products=(web,), approvals=(), items=(), gates=gates, on_call=("dai",))


def _gate(kind: Callable[..., Gate], *asked: Any, **options: Any) -> Gate:
    return kind("production", *asked, **options)


def _changes(**more: Any) -> ProductChanges:
    tag = more.pop("tag", Tag("v1.2.3", OID, annotated=True))
    return ProductChanges("web", Range(Base("v1.2.2", "b" * 40, "1.2.2"), "v1.2.3", OID, tag), "1.2.3", **more)


def _world(plan: Plan, **inputs: Any) -> World:
    world = World(plan).sees({"staging": "1.2.3", "production": "1.2.2"}).knows(_changes())
    looked = dict.fromkeys(inputs.get("files", ()), NOW)
    world.inputs = replace(world.inputs, **{"files_at": looked, **inputs})
    return world


def _judge(world: World, environment: str = "production") -> Verdict:
    inputs = world.inputs
    if inputs.state.lifecycle.status is ReleaseStatus.DRAFT:
        running = replace(inputs.state, lifecycle=Lifecycle(ReleaseStatus.IN_PROGRESS))
        inputs = replace(inputs, state=running)
    found = build(inputs, world.now).verdict(environment)
    assert found is not None
    return found


def _rules(world: World, environment: str = "production") -> list[str]:
    return [one.rule for one in _judge(world, environment).reasons if one.weight is not Weight.WARNING]


LONG_AGO = NOW - LASTS - timedelta(seconds=1)
METRIC = Metric("errors", "prom", "sum(errors)", timedelta(seconds=30))
FILE = FileVersion("VERSION", "{version}", FileVerdict.AGREES)


def _metric(value: float | None) -> dict[str, Any]:
    if value is None:
        return {"errors": (NoData("errors", Reason.NO_DATA, "no result", NOW, "prom"),)}
    return {"errors": (Number("errors", value, NOW, "prom"),)}


def _files(verdict: FileVerdict = FileVerdict.AGREES, at: str = "tag v1.2.3") -> dict[str, ProductFiles]:
    return {"web": ProductFiles("web", "1.2.3", at, OID, (replace(FILE, verdict=verdict),))}


def _ledger(arrival: Arrival, *release: str) -> Ledger:
    return Ledger((LedgerCell("web", "9f1c2ab7", "main", arrival, names=release),), NOW)


def _looked(releases: int) -> Ledger:
    return Ledger(read_at=NOW, looked=(Looked("web", "main", ("main",), releases, "", ()),))


@pytest.mark.parametrize(
    ("gate", "inputs", "rules"),
    [
        (_gate(MetricGate, "errors", below=0.01), {"metrics": _metric(0.001)}, []),
        (_gate(MetricGate, "errors", below=0.01), {"metrics": _metric(0.05)}, ["metric.breached"]),
        (_gate(MetricGate, "errors", below=0.01), {"metrics": _metric(None)}, ["metric.unknown"]),
        (_gate(MetricGate, "errors", below=0.01), {}, ["metric.unknown"]),
        (_gate(MetricGate, "nothing", below=0.01), {}, ["metric.unknown"]),
        (_gate(MetricGate, "errors", level=Level.WARN, below=0.01), {}, []),
        (_gate(MetricGate, "errors", level=Level.OFF, below=0.01), {}, []),
        (_gate(FilesGate, ("web",)), {"files": _files()}, []),
        (_gate(FilesGate, ()), {"files": _files(FileVerdict.DISAGREES)}, ["files.disagree"]),
        (_gate(FilesGate, ("web",)), {"files": _files(FileVerdict.UNKNOWN)}, ["files.unknown"]),
        (_gate(FilesGate, ("web",)), {"files": _files(at="HEAD")}, ["files.unknown"]),
        (_gate(FilesGate, ("web",)), {}, ["files.unknown"]),
        (_gate(FilesGate, ("web",)), {"files": _files(), "files_at": {}}, ["files.unknown"]),
        (_gate(FilesGate, ("web",)), {"files": _files(), "files_at": {"web": LONG_AGO}}, ["files.unknown"]),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.PRESENT)}, []),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.WAIVED)}, []),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.MISSING)}, ["merges.missing"]),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.UNKNOWN)}, ["merges.unknown"]),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.UNPUSHED)}, ["merges.missing"]),
        (_gate(MergesGate), {"ledger": _ledger(Arrival.MISSING, "v1.2.3")}, []),
        (_gate(MergesGate), {"ledger": _looked(0)}, ["merges.unknown"]),
        (_gate(MergesGate), {"ledger": _looked(3)}, []),
        (_gate(MergesGate), {"ledger": Ledger(problem="main is gone")}, ["merges.unknown"]),
        (_gate(MergesGate), {}, ["merges.unknown"]),
        (_gate(MergesGate), {"ledger": Ledger(read_at=LONG_AGO)}, ["merges.unknown"]),
        (_gate(TagGate, "exists"), {"histories_at": {"web": LONG_AGO}}, ["git.old"]),
        (_gate(TagGate, "exists"), {"histories_at": {}}, ["git.old"]),
        (_gate(TagGate, "exists"), {"histories_at": {"web": NOW + timedelta(hours=1)}}, ["git.old"]),
        (_gate(TagGate, "exists"), {"histories_at": {"web": NOW - LASTS}}, []),
        (_gate(TagGate, "annotated"), {}, []),
        (_gate(TagGate, "annotated"), {"changes": {"web": _changes(tag=Tag("v1.2.3", OID))}}, ["tag.light"]),
        (_gate(TagGate, "exists"), {"changes": {"web": _changes(tag=Tag("v1.2.3"))}}, ["tag.missing"]),
        (_gate(TagGate, "pinned"), {}, ["tag.unpinned"]),
        (_gate(ChangelogGate, "not-empty"), {}, ["changelog.empty"]),
        (_gate(ChangelogGate, "version-fits"), {"changes": {"web": _changes(contradiction="no")}},
         ["version.contradicted"]),
        (_gate(ChangelogGate, "no-breaking-without-major"),
         {"changes": {"web": _changes(breaking_without_major=True)}}, ["changelog.breaking"]),
        (_gate(ChangelogGate, "no-breaking-without-major"),
         {"changes": {"web": _changes(unclear=(Commit(b"", "fix: x"),))}}, ["changelog.unclear"]),
        (_gate(ChangelogGate, "version-fits"),
         {"changes": {"web": _changes(unclear=(Commit(b"", "fix: x"),))}}, ["changelog.unclear"]),
        (_gate(ChangelogGate, "no-breaking-without-major"),
         {"changes": {"web": _changes(silent=20, spoken_of=23)}}, ["changelog.silent"]),
        (_gate(ChangelogGate, "no-breaking-without-major"),
         {"changes": {"web": _changes(silent=3, spoken_of=6)}}, []),
        (_gate(SoakGate, timedelta(minutes=30)), {}, ["soak.unknown"]),
        (_gate(ObservedGate, ("staging",)), {}, []),
        (_gate(ApprovalsGate, ("nobody",)), {}, ["approval.unknown"]),
    ],
)  # fmt: skip
def test_a_gate_says_what_it_sees(gate: Gate, inputs: dict[str, Any], rules: list[str]) -> None:
    """Passed, blocked or unknown, each with its rule; a level that warns makes neither."""
    plan = replace(_plan(gate, files=(_version_file(),)), metrics=(METRIC,))
    world = _world(plan, **inputs)

    assert _rules(world) == rules
    unknown = {rule for rule in rules if RULES[rule].unknown}
    expected = Answer.UNKNOWN if unknown else Answer.NO_GO if rules else Answer.GO
    assert _judge(world).answer is expected


@pytest.mark.parametrize(
    ("wanted", "found", "rules"),
    [
        ("no-breaking-without-major", {}, ["changelog.unknown"]),
        ("version-fits", {}, ["changelog.unknown"]),
        ("not-empty", {"sections": (Section("Fixed", (Commit(b"", "fix: it"),)),)}, []),
        ("no-breaking-without-major", {"breaking_without_major": True}, ["changelog.breaking"]),
    ],
)
def test_what_a_shallow_clone_leaves_out_is_not_known(
    wanted: str, found: dict[str, Any], rules: list[str]
) -> None:
    """The breaking commit may be one of the missing ones; what was found counts all the same."""
    changes = _changes(**found)
    changes = replace(changes, range=replace(changes.range, shallow=True))

    assert _rules(_world(_plan(_gate(ChangelogGate, wanted)), changes={"web": changes})) == rules


def test_a_waiver_of_one_limit_is_none_of_the_other() -> None:
    """Two gates that keep a number between two limits are two reasons; one alone is named by its metric."""
    within = (_gate(MetricGate, "errors", above=0.2), _gate(MetricGate, "errors", below=0.01))
    subjects = []
    for gates in (within, within[:1]):
        world = _world(replace(_plan(*gates), metrics=(METRIC,)), metrics=_metric(0.1))
        subjects.append([one.subject for one in _judge(world).reasons if one.rule == "metric.breached"])

    assert subjects == [["metric:errors/above-0.2", "metric:errors/below-0.01"], ["metric:errors"]]


def _version_file() -> Any:
    from gonogo.plan import VersionFile

    return VersionFile("VERSION", pattern="{version}")


@pytest.mark.parametrize(
    ("migration", "argument", "more", "rules"),
    [
        (Migration.EXPAND, "reversible", {}, []),
        (Migration.CONTRACT, "reversible", {}, ["migration.irreversible"]),
        (Migration.CONTRACT, "planned", {}, ["migration.no-way-back"]),
        (Migration.CONTRACT, "planned", {"rollback_notes": "roll forward"}, []),
        (Migration.NONE, "planned", {}, []),
    ],
)
def test_a_rollback_plan_must_fit_the_migration(
    migration: Migration, argument: str, more: dict[str, Any], rules: list[str]
) -> None:
    """What cannot be undone needs another plan, in words."""
    plan = replace(_plan(_gate(MigrationGate, argument), migration=migration), **more)

    assert _rules(_world(plan)) == rules


def test_a_tag_that_moved_since_the_start_blocks_without_a_pin() -> None:
    """What was recorded at the start is what was agreed on."""
    world = _world(_plan()).do(ANA, Start())
    assert _rules(world) == []

    world.knows(_changes(tag=Tag("v1.2.3", "c" * 40, annotated=True)))

    assert _rules(world) == ["tag.moved"]


def test_observed_counts_what_was_recorded_earlier() -> None:
    """Staging has moved on; the version has stood its test there."""
    plan = _plan(_gate(ObservedGate, ("staging",)))
    plan = replace(plan, environments=(Environment("staging"), Environment("production", production=True)))
    world = _world(plan).sees({"staging": "1.3.0"})
    assert _rules(world) == ["observed.missing"]

    world.do(ANA, RecordTransition(Target("web", "staging"), ("1.2.3",), "succeeded", "auto"))

    assert _rules(world) == []


def test_a_waived_blocker_stays_on_the_list_until_its_end() -> None:
    """Weight, who, why, until when; after that it blocks again."""
    plan = replace(_plan(), items=(Item(ItemId("tests"), "Run the tests"),))
    world = _world(plan).do(ANA, Start())
    until = world.now + timedelta(seconds=20)
    world.do(ANA, Waive("item.open", "item:tests", "production", "the vendor is told and waits", until))

    (line,) = _judge(world).of(Weight.WAIVED)
    assert _judge(world).answer is Answer.GO
    assert line.waived is not None
    assert (line.waived.by, line.waived.was, line.waived.until) == ("Ana Ruiz (aruiz)", Weight.BLOCKER, until)

    world.later(timedelta(seconds=20))
    assert _rules(world) == ["item.open"]


def test_rules_of_the_plan_weigh_what_is_not_unknown() -> None:
    """block, warn and off; an answer that is missing stays unknown."""
    plan = replace(_plan(), items=(Item(ItemId("tests"), "Run the tests"),), on_call=())
    world = _world(replace(plan, rules={"item.open": Level.WARN, "on_call": Level.BLOCK, "no_trigger": Level.OFF}))
    assert _rules(world) == ["on_call"]

    silent = _world(replace(plan, rules={"item.open": Level.OFF, "cell.unknown": Level.OFF}), evidence={})
    assert "cell.unknown" in _rules(silent)


def test_a_bad_version_is_refused_everywhere_and_a_held_one_where_it_is_held() -> None:
    """By the product's scheme: v1.2.3 is 1.2.3."""
    world = _world(_plan()).do(ANA, Start(), MarkBad("web", "v1.2.3", "it loses orders"))
    world.do(BEN, HoldVersion("web", "production", "1.2.2", "after the rollback"))

    assert _rules(world, "staging") == ["version.bad"]
    assert _rules(world) == ["version.bad", "version.held"]


def test_a_stopped_line_blocks_and_names_the_command() -> None:
    """Whoever stopped it, and how it goes on."""
    world = _world(_plan()).do(ANA, Start()).do(DAI, FreezeLine("the network is down", ("production",)))

    (reason,) = _judge(world).of(Weight.BLOCKER)

    assert (reason.rule, reason.remedy) == ("freeze.now", f"gonogo thaw {world.state.freezes_now[0].seq}")
    assert _rules(world, "staging") == []


CLOSE = Freeze("close", "Europe/Berlin", "Quarter close", span=(NOW + timedelta(days=1), NOW + timedelta(days=2)))


def test_a_freeze_is_judged_for_the_planned_time_when_one_is_given() -> None:
    """Now it is free; at the time asked about it is not; a plan into it is told today."""
    window = Window(NOW + timedelta(hours=25), NOW + timedelta(hours=50))
    plan = replace(_plan(), freezes=(CLOSE,), window=window, rules={"window.closed": Level.WARN})
    world = _world(plan).do(ANA, Start())

    now = _judge(world)
    then = build(world.inputs, world.now, at=NOW + timedelta(hours=25)).verdict("production")

    assert then is not None
    assert (now.answer, "freeze.planned" in {one.rule for one in now.of(Weight.WARNING)}) == (Answer.GO, True)
    assert [one.rule for one in then.of(Weight.BLOCKER)] == ["freeze.active"]
    assert "next allowed 2026-11-26 21:30 Europe/Berlin (20:30 UTC)" in then.of(Weight.BLOCKER)[0].fact


@pytest.mark.parametrize(
    ("environments", "products", "rules"),
    [
        ((), (), ["freeze.active"]),
        (("production",), (), ["freeze.active"]),
        (("staging",), (), []),
        ((), ("web",), ["freeze.active"]),
        ((), ("api",), []),
        (("production",), ("api", "web"), ["freeze.active"]),
    ],
)
def test_a_freeze_holds_for_its_environments_and_products(
    environments: tuple[str, ...], products: tuple[str, ...], rules: list[str]
) -> None:
    """An empty scope is everything."""
    span = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    freeze = Freeze("f", "UTC", environments=environments, products=products, span=span)

    assert _rules(_world(replace(_plan(), freezes=(freeze,)))) == rules


def test_outside_of_every_window_nothing_goes_and_a_freeze_within_one_still_holds() -> None:
    """What denies wins."""
    today = Freeze("today", "UTC", span=(NOW - timedelta(hours=1), NOW + timedelta(hours=1)))
    other = Freeze("other", "UTC", span=(NOW + timedelta(hours=5), NOW + timedelta(hours=6)))

    assert _rules(_world(replace(_plan(), windows=(today, other)))) == []
    assert _rules(_world(replace(_plan(), windows=(other,)))) == ["window.not-open"]
    assert _rules(_world(replace(_plan(), windows=(today,), freezes=(today,)))) == ["freeze.active"]


def _readiness(world: World) -> tuple[Readiness, list[str]]:
    (way,) = ways_back(world.inputs, NOW)
    return way.readiness, [point.name for point in way.points if point.readiness is not Readiness.READY]


def test_a_way_back_needs_a_target_that_is_there() -> None:
    """Tagged, or found; otherwise nobody knows, or it is gone."""
    world = _world(_plan())
    assert _readiness(world) == (Readiness.READY, [])

    world.inputs = replace(world.inputs, changes={})
    assert _readiness(world) == (Readiness.UNKNOWN, ["artifact"])

    gone = Artifact("web", "1.2.2", Found.MISSING, "registry.example/web", NOW)
    world.inputs = replace(world.inputs, artifacts={("web", "1.2.2"): gone})
    assert _readiness(world) == (Readiness.NOT_READY, ["artifact"])


def test_the_point_of_no_return_takes_the_way_back_away() -> None:
    """Before it the way back ends there; behind it there is none."""
    items = (Item(ItemId("migrate"), "Migrate", point_of_no_return=True),)
    world = _world(replace(_plan(migration=Migration.CONTRACT), items=items)).do(ANA, Start())
    assert _readiness(world) == (Readiness.READY, [])

    world.do(ANA, Tick("migrate"))

    assert _readiness(world) == (Readiness.GONE, ["migration"])


def test_a_target_that_is_bad_or_missing_is_no_way_back() -> None:
    """Nobody goes back to what lost orders, or to nowhere."""
    world = _world(_plan()).do(ANA, Start(), MarkBad("web", "1.2.2", "it loses orders"))
    assert _readiness(world) == (Readiness.NOT_READY, ["target"])
    assert _rules(world) == ["rollback.target-bad"]

    nowhere = replace(_plan(), products=(Product("web", "1.2.3"),), triggers=())
    assert _readiness(World(nowhere)) == (Readiness.NOT_READY, ["target", "triggers"])


def test_migrations_that_lie_between_are_named_and_contradict_a_plan_without_any() -> None:
    """Whoever goes back must know what the old version will meet."""
    for kind, ready in ((Migration.NONE, Readiness.NOT_READY), (Migration.EXPAND, Readiness.READY)):
        world = _world(_plan(migration=kind))
        known = world.inputs.changes["web"]
        assert isinstance(known, ProductChanges)
        between = replace(known, range=replace(known.range, migrations=tuple(f"db/{n}.sql" for n in range(7))))
        world.inputs = replace(world.inputs, changes={"web": between})
        (way,) = ways_back(world.inputs, NOW)
        (point,) = (one for one in way.points if one.name == "migration")
        assert point.readiness is ready
        assert "db/0.sql" in point.fact
        assert "and 2 more" in point.fact
