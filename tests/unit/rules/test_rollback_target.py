"""Where one goes back to: what ran well there; never past a point of no return; and when a rollback is over."""

from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.acts import rollback
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick
from gonogo.acts.lifecycle import Start
from gonogo.acts.rollback import RollBack
from gonogo.acts.versions import MarkBad, ReleaseVersion
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.facts.history import BackTo, rollback_target
from gonogo.plan import Environment, Item, ItemId, Migration, Plan, ProductRollback, Target
from gonogo.rules import needs
from gonogo.rules.completion import open_ends
from gonogo.rules.confirmation import Preview
from gonogo.rules.readiness import Weight
from gonogo.rules.rollback import Readiness, WayBack, target_in, target_of, ways_back
from gonogo.rules.snapshot import build
from gonogo.text.tones import line_text
from gonogo.view.rollback import way_back_lines
from support.deciding import ANA, World, make_plan, make_product

EU, US = Target("web", "prod-eu"), Target("web", "prod-us")
PLACES = (
    Environment("staging"),
    Environment("prod-eu", after=("staging",), production=True),
    Environment("prod-us", after=("prod-eu",), production=True),
)


def _plan(**more: Any) -> Plan:
    product = replace(make_product(), previous="1.2.0", **more)
    return make_plan(environments=PLACES, products=(product,), items=(), approvals=(), triggers=())


def _ran(world: World, target: Target, *versions: str, status: str = "succeeded") -> World:
    """Each was recorded there, one after the other."""
    for one in versions:
        world.do(ANA, RecordTransition(target, (one,), status, "auto"))
    return world


def _roll_back(world: World, *environments: str) -> None:
    """Look, then decide."""
    command = RollBack("web", environments, "it burns", mark_bad=False, confirm="")
    shown = rollback.preview(world.scene(), command)
    assert isinstance(shown, Preview)
    world.do(ANA, replace(command, confirm=shown.code))


def _way(world: World) -> WayBack:
    (way,) = ways_back(world.inputs, world.now)
    return way


def _points(way: WayBack, name: str) -> list[tuple[Readiness, str]]:
    return [(one.readiness, one.fact) for one in way.points if one.name == name]


def test_the_plans_previous_counts_only_where_nothing_was_observed() -> None:
    """Production ran a hotfix that the plan knows nothing of: going back to what was before it would lose it."""
    world = World(_plan())
    assert target_of(world.inputs, world.plan.products[0]) == ("1.2.0", "the plan comes from it")

    _ran(world, EU, "1.2.0", "1.2.1", "1.2.3")

    assert target_of(world.inputs, world.plan.products[0]) == ("1.2.1", "it ran well in prod-eu")


def test_each_environment_goes_back_to_what_ran_well_in_it() -> None:
    """One was a hotfix behind; the heading names both, and each cell goes back to its own."""
    world = _ran(_ran(World(_plan()), EU, "1.2.2", "1.2.3"), US, "1.2.1", "1.2.3").do(ANA, Start())
    way = _way(world)

    assert [(one.environment, one.version) for one in way.places] == [("prod-eu", "1.2.2"), ("prod-us", "1.2.1")]
    assert "back to 1.2.2 in prod-eu, 1.2.1 in prod-us" in line_text(way_back_lines(way)[0])
    _roll_back(world)
    assert {str(one.target): one.to for one in world.state.rollbacks} == {
        "web/prod-eu": "1.2.2",
        "web/prod-us": "1.2.1",
    }


def test_the_newest_good_version_counts_whatever_ran_last() -> None:
    """An older one that ran in between is no reason to lose more."""
    world = _ran(World(_plan()), EU, "1.2.1", "1.2.2", "1.2.1", "1.2.3")

    assert target_in(world.inputs, world.plan.products[0], "prod-eu").version == "1.2.2"


@pytest.mark.parametrize("status", ["failed", "degraded", "in_progress", "paused"])
def test_what_never_ran_well_is_no_target(status: str) -> None:
    """A rollout that broke off, or was still on its way, was never something to go back to."""
    world = _ran(World(_plan()), EU, "1.2.1")
    _ran(world, EU, "1.2.2", status=status)
    _ran(world, EU, "1.2.3")

    assert target_in(world.inputs, world.plan.products[0], "prod-eu").version == "1.2.1"


def test_a_previous_that_was_seen_to_fail_is_no_target_either() -> None:
    """The plan names it, and what was observed speaks against it."""
    world = _ran(World(_plan()), EU, "1.2.0", status="failed")

    place = target_in(world.inputs, world.plan.products[0], "prod-eu")

    assert (place.version, place.why) == ("", "1.2.0 was seen in prod-eu, and never alone and well")


def test_a_bad_version_and_one_that_was_rolled_back_are_passed_over() -> None:
    """The next older one that ran well is the target."""
    world = _ran(World(_plan()), EU, "1.2.1", "1.2.2").do(ANA, Start(), MarkBad("web", "1.2.2", "it leaks"))
    assert target_in(world.inputs, world.plan.products[0], "prod-eu").version == "1.2.1"

    records = _ran(World(_plan()), EU, "1.2.1", "1.2.2").state.cells[EU]
    found = rollback_target(world.plan.products[0], records, (), [("1.2.2", world.now)])
    assert isinstance(found, BackTo)
    assert found.version == "1.2.1"


def test_what_is_seen_running_well_counts_before_it_is_recorded() -> None:
    """A look of this session is an observation too; a rollout that is on its way is none."""
    world = World(_plan()).sees({"prod-eu": "1.2.2"})
    assert target_in(world.inputs, world.plan.products[0], "prod-eu").version == "1.2.2"

    rolling = Seen(EU, (Running("1.2.2"),), Status.IN_PROGRESS, world.now, "test")
    world.inputs = replace(world.inputs, evidence={EU: absorb(NOTHING, rolling)})
    assert target_in(world.inputs, world.plan.products[0], "prod-eu").version == "1.2.0"


def test_what_the_plan_states_as_the_way_back_stands() -> None:
    """`rollback.to` is somebody's decision."""
    world = _ran(World(_plan(rollback=ProductRollback("1.1.9"))), EU, "1.2.2")

    assert target_of(world.inputs, world.plan.products[0]) == ("1.1.9", "the plan says so")


def test_a_target_before_the_plans_previous_may_not_fit_the_migrations() -> None:
    """The plan speaks of what is migrated since `previous`; what came before it is in no plan."""
    world = _ran(World(_plan()), EU, "1.1.0").do(ANA, Start(), MarkBad("web", "1.2.0", "it leaks"))
    product = world.plan.products[0]
    assert target_in(world.inputs, product, "prod-eu").version == "1.1.0"

    found = {fact: readiness for readiness, fact in _points(_way(world), "migration")}

    assert found["migration none speaks of what came since 1.2.0: for 1.1.0 nobody can tell"] is Readiness.UNKNOWN


@pytest.mark.parametrize("migration", list(Migration))
def test_ready_is_never_the_heading_behind_a_point_of_no_return(migration: Migration) -> None:
    """Whatever the product's own migration says: below that line one fixes forward only."""
    plan = _plan(migration=migration)
    items = (
        Item(ItemId("stage"), "Migrate staging", environment="staging", point_of_no_return=True),
        Item(ItemId("migrate"), "Migrate the database", point_of_no_return=True),
    )
    world = _ran(World(replace(plan, items=items)), EU, "1.2.2").do(ANA, Start(), Tick("stage"))
    assert _way(world).readiness is not Readiness.GONE

    world.do(ANA, Tick("migrate"))
    way = _way(world)

    assert way.readiness is Readiness.GONE
    assert "ready" not in line_text(way_back_lines(way)[0])
    gone = [one.fact for one in way.points if one.readiness is Readiness.GONE]
    assert len(gone) == 1
    assert "'Migrate the database' is" in gone[0]


def test_the_tags_of_all_targets_are_asked_for() -> None:
    """Also of an environment that goes back to another version."""
    world = _ran(_ran(World(_plan(repo="/srv/web")), EU, "1.2.2"), US, "1.2.1")

    assert [version for _, version in needs.artifacts(world.inputs)] == ["1.2.2", "1.2.1"]


def _incomplete(world: World) -> dict[str, list[str]]:
    snapshot = build(world.inputs, world.now)
    return {
        one.environment: [r.fact for r in one.of(Weight.BLOCKER) if r.rule == "rollback.incomplete"]
        for one in snapshot.verdicts
    }


def test_a_rollback_is_incomplete_until_its_target_runs_everywhere() -> None:
    """Started is not done: every verdict, completing, and the bar say so until the last environment is there."""
    world = _ran(_ran(World(_plan()), EU, "1.2.2", "1.2.3"), US, "1.2.2", "1.2.3").do(ANA, Start())
    world.sees({"staging": "1.2.3", "prod-eu": "1.2.3", "prod-us": "1.2.3"})
    assert _incomplete(world) == {"staging": [], "prod-eu": [], "prod-us": []}

    _roll_back(world)
    eu = "web is being rolled back to 1.2.2 in prod-eu, and prod-eu runs 1.2.3"
    us = "web is being rolled back to 1.2.2 in prod-us, and prod-us runs 1.2.3"
    assert _incomplete(world) == {one.name: [eu, us] for one in PLACES}
    assert {"rollback.incomplete"} <= {one.rule for one in open_ends(build(world.inputs, world.now))}

    world.sees({"prod-eu": "1.2.2"})
    world.inputs = replace(world.inputs, evidence={**world.inputs.evidence, US: NOTHING})
    silent = "web is being rolled back to 1.2.2 in prod-us, and prod-us does not answer"
    assert _incomplete(world)["prod-eu"] == [silent]

    world.sees({"prod-us": "1.2.2+dirty"})
    assert _incomplete(world)["prod-eu"] == [us.replace("1.2.3", "1.2.2+dirty")]

    world.sees({"prod-us": "1.2.2"})
    assert _incomplete(world)["prod-eu"] == []
    assert "rollback.incomplete" not in {one.rule for one in open_ends(build(world.inputs, world.now))}


def test_a_rollback_behind_a_balancer_is_over_after_enough_looks() -> None:
    """One look shows one instance: the others may still run what one goes back from."""
    world = _ran(World(_plan()), EU, "1.2.2", "1.2.3").do(ANA, Start()).sees({"prod-eu": "1.2.3"})
    _roll_back(world, "prod-eu")
    for looks, few in ((1, True), (29, False)):
        seen = Seen(EU, (Running("1.2.2"),), Status.SUCCEEDED, world.now, "test", looks=looks)
        evidence = absorb(absorb(NOTHING, seen), seen)
        world.inputs = replace(world.inputs, evidence={**world.inputs.evidence, EU: evidence})

        said = _incomplete(world)["prod-eu"]

        assert bool(said) is few
        assert all("prod-eu runs it in 2 of 29 looks" in one for one in said)


def test_what_is_held_back_is_not_called_the_planned_version() -> None:
    """The plan still ships 1.2.3: to raise its version would help nobody who goes back."""
    world = _ran(World(_plan()), EU, "1.2.2", "1.2.3").do(ANA, Start()).sees({"prod-eu": "1.2.3"})
    _roll_back(world, "prod-eu")
    [verdict] = [one for one in build(world.inputs, world.now).verdicts if one.environment == "prod-eu"]
    [newer] = [one for one in verdict.of(Weight.WARNING) if one.subject == "cell:web/prod-eu"]
    assert newer.fact == "prod-eu runs web 1.2.3, newer than 1.2.2, at which it is held"
    assert newer.remedy == "deploy web 1.2.2 to prod-eu, or end the hold"


def test_a_rollback_is_over_when_the_version_is_no_longer_held() -> None:
    """Somebody decided otherwise: the release goes on there."""
    world = _ran(World(_plan()), EU, "1.2.2", "1.2.3").do(ANA, Start()).sees({"prod-eu": "1.2.3"})
    _roll_back(world, "prod-eu")
    assert _incomplete(world)["prod-eu"]

    world.do(ANA, ReleaseVersion("web", "prod-eu", "it was the network"))

    assert _incomplete(world)["prod-eu"] == []


def test_an_environment_that_was_there_already_keeps_its_target() -> None:
    """It was held where it is by the same decision: that version was not left."""
    world = _ran(_ran(World(_plan()), EU, "1.2.1", "1.2.3"), US, "1.2.0").do(ANA, Start())
    world.sees({"prod-eu": "1.2.3", "prod-us": "1.2.0"})
    before = _way(world).places

    _roll_back(world)

    assert _way(world).places == before
    assert [one.version for one in before] == ["1.2.1", "1.2.0"]
