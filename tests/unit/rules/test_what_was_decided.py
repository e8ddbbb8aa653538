"""What runs against what was decided: a case is a row of what was recorded after the start."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from gonogo.acts import Command, go
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Start
from gonogo.acts.rollback import RollBack, preview
from gonogo.acts.versions import MarkBad
from gonogo.acts.waivers import Waive
from gonogo.changelog import Base, ProductChanges, Range
from gonogo.facts import Role, Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.plan import Canary, Item, ItemId, Level, Migration, Plan, Rollout, Target
from gonogo.plan.conditions import ChecklistGate
from gonogo.rules.completion import open_ends
from gonogo.rules.confirmation import Preview
from gonogo.rules.standing_go import Ground
from gonogo.rules.undecided import without_go
from support.deciding import ANA, BEN, World, make_plan, make_product

PLAIN = make_plan(approvals=(), items=(Item(ItemId("tests"), "Run the tests"),))
BUILD = replace(PLAIN, products=(make_product(version="1.2.3+8"),))
PRODUCTION = Target("web", "production")
MINUTE = timedelta(minutes=1)


def canary(limit: float | None) -> Plan:
    """A plan with a limit for what may run before a go."""
    return replace(PLAIN, products=(make_product(previous="1.2.2", canary=Canary(limit)),))


def ran(*versions: str, environment: str = "production", share: float | None = None) -> RecordTransition:
    """What was seen there; `share` is the planned version's part of a split."""
    shares: Mapping[str, float] = {"1.2.3": share, "1.2.2": 100 - share} if share is not None else {}
    return RecordTransition(Target("web", environment), versions, "succeeded", "test", shares=shares)


class Row(NamedTuple):
    """What was recorded before and after the start, and whether it is a finding."""

    case: str
    before: Sequence[Command] = (ran("1.2.2"),)
    after: Sequence[Command] = ()
    found: bool = True
    plan: Plan = PLAIN


CASES = (
    Row("it was deployed", after=[ran("1.2.3")]),
    Row("it was deployed, and taken back by hand", after=[ran("1.2.3"), ran("1.2.2")]),
    Row("it rolls out", after=[ran("1.2.2", "1.2.3")]),
    Row("it is spelled otherwise", after=[ran("v1.2.3")]),
    Row("nothing was recorded there before", (), [ran("1.2.3")]),
    Row("a canary of before the start became everything", [ran("1.2.2", "1.2.3")], [ran("1.2.3")]),
    Row("it left and came back", [ran("1.2.3")], [ran("1.2.2"), ran("1.2.3")]),
    Row("a canary above the limit", after=[ran("1.2.2", "1.2.3", share=6)], plan=canary(5)),
    Row("a canary whose share nobody tells", after=[ran("1.2.2", "1.2.3")], plan=canary(5)),
    Row("a canary grew and shrank", after=[
        ran("1.2.2", "1.2.3", share=5), ran("1.2.2", "1.2.3", share=40), ran("1.2.2", "1.2.3", share=2)],
        plan=canary(5)),
    Row("a canary became everything", after=[ran("1.2.2", "1.2.3", share=5), ran("1.2.3")], plan=canary(5)),
    Row("the next build of a version that ran", [ran("1.2.3+7")], [ran("1.2.3+8")], plan=BUILD),
    Row("a build that was changed by hand", after=[ran("1.2.3+dirty")]),
    Row("the build before the planned one", after=[ran("1.2.3+7")], found=False, plan=BUILD),
    Row("the old version runs", found=False),
    Row("it ran before the start", [ran("1.2.3")], found=False),
    Row("it ran before the start and is only spelled otherwise now", [ran("1.2.3")], [ran("v1.2.3")], found=False),
    Row("it ran before the start and degraded since", [ran("1.2.3")], [
        RecordTransition(PRODUCTION, ("1.2.3",), "degraded", "test"), ran("1.2.3")], found=False),
    Row("a canary within the limit", after=[ran("1.2.2", "1.2.3", share=5)], found=False, plan=canary(5)),
    Row("a canary within the limit went away", after=[ran("1.2.2", "1.2.3", share=5), ran("1.2.2")], found=False,
        plan=canary(5)),
    Row("staging has no gates", after=[ran("1.2.3", environment="staging")], found=False),
    Row("staging has a gate", after=[ran("1.2.3", environment="staging")],
        plan=replace(PLAIN, gates=(ChecklistGate("staging", ("tests",)),))),
    Row("the gate of staging is off", after=[ran("1.2.3", environment="staging")], found=False,
        plan=replace(PLAIN, gates=(ChecklistGate("staging", ("tests",), level=Level.OFF),))),
)  # fmt: skip


@pytest.mark.parametrize("row", CASES, ids=[row.case for row in CASES])
def test_a_deployment_without_a_go(row: Row) -> None:
    """The journal alone says so, and nothing before the start is one."""
    world = World(row.plan).do(ANA, *row.before)
    assert without_go(world.plan, world.state) == ()
    world.do(ANA, Start(), *row.after)

    assert bool(without_go(world.plan, world.state)) is row.found


def started(plan: Plan = PLAIN) -> World:
    """Running and ready to go; staging has the new version, production the old one."""
    world = World(plan).do(ANA, ran("1.2.2"), Start()).do(BEN, Tick("tests"))
    return world.sees({"staging": "1.2.3", "production": "1.2.2"})


def gone(plan: Plan = PLAIN) -> World:
    """A go was given for production."""
    world = started(plan)
    return world.do(ANA, Go("production", world.go_code(ANA, "production")))


def rules(world: World, environment: str = "production") -> list[str]:
    """The rules of an environment's verdict."""
    verdict = world.scene().snapshot().verdict(environment)
    assert verdict is not None
    return [one.rule for one in verdict.reasons]


def ground(world: World) -> Ground:
    """What the go for production is worth now."""
    given = world.scene().snapshot().go("production")
    assert given is not None
    return given.ground


def test_what_answers_and_is_not_on_record_yet_counts_as_well() -> None:
    """A session that may only read says the same."""
    world = started().sees({"production": "1.2.3"})

    assert "deployed.without-go" in rules(world)


def test_the_idle_side_of_a_blue_green_pair_serves_nobody() -> None:
    """What is only made ready is not deployed."""
    world = started()
    versions = (Running("1.2.2", role=Role.STABLE), Running("1.2.3", role=Role.PREVIEW))
    seen = Seen(PRODUCTION, versions, Status.SUCCEEDED, world.now, "test")
    world.inputs = replace(world.inputs, evidence={**world.inputs.evidence, PRODUCTION: absorb(NOTHING, seen)})

    assert "deployed.without-go" not in rules(world)


def test_a_go_covers_its_version_and_no_other() -> None:
    """Whoever plans another version needs another go."""
    world = gone().do(ANA, ran("1.2.3"))
    assert without_go(world.plan, world.state) == ()
    other = replace(PLAIN, products=(make_product(version="1.2.4"),))
    world.edit(other).do(ANA, RecordTransition(PRODUCTION, ("1.2.4",), "succeeded", "test"))

    assert [one.version for one in without_go(other, world.state)] == ["1.2.4"]


def test_a_go_does_not_outlive_a_rollback() -> None:
    """What comes back needs none; the planned version once more needs another."""
    plan = canary(None)
    world = gone(plan).do(ANA, ran("1.2.3")).sees({"production": "1.2.3"})
    back = RollBack("web", (), "too many errors", False, "")
    shown = preview(world.scene(), back)
    assert isinstance(shown, Preview)
    world.do(ANA, replace(back, confirm=shown.code), ran("1.2.2", "1.2.3"), ran("1.2.2"))
    assert (without_go(plan, world.state), ground(world)) == ((), Ground.ROLLED_BACK)

    world.do(ANA, ran("1.2.3"))

    assert without_go(plan, world.state)


def test_a_go_does_not_outlive_a_way_back_that_nobody_recorded() -> None:
    """It ran, and another version came in its place: what was decided before that answers for nothing after it."""
    world = gone().do(ANA, ran("1.2.3")).sees({"production": "1.2.3"})
    assert (without_go(PLAIN, world.state), ground(world)) == ((), Ground.HOLDS)

    world.do(ANA, ran("1.2.2")).sees({"production": "1.2.2"})
    assert (without_go(PLAIN, world.state), ground(world)) == ((), Ground.ROLLED_BACK)

    world.do(ANA, ran("1.2.3")).sees({"production": "1.2.3"})
    assert "deployed.without-go" in rules(world)


@pytest.mark.parametrize("between", [ran(), ran("v1.2.3"), ran("1.2.2", "1.2.3")])
def test_a_restart_another_spelling_and_a_rollout_are_no_way_back(between: RecordTransition) -> None:
    """Nothing else took its place."""
    world = gone().do(ANA, ran("1.2.3"), between, ran("1.2.3")).sees({"production": "1.2.3"})

    assert (without_go(PLAIN, world.state), ground(world)) == ((), Ground.HOLDS)


def test_a_go_does_not_answer_for_what_an_accepted_edit_made_of_it() -> None:
    """The version is the same, and what approvals sign is not: deployed after the edit, it has no go."""
    world = gone()
    irreversible = replace(PLAIN, products=(make_product(migration=Migration.IRREVERSIBLE),))
    world.edit(irreversible)
    world.do(ANA, AcceptAmendment(world.amend_code()), ran("1.2.3"))

    assert [one.version for one in without_go(irreversible, world.state)] == ["1.2.3"]


def test_an_edit_after_the_deployment_takes_nothing_from_its_go() -> None:
    """What was let in was let in as it was."""
    world = gone().do(ANA, ran("1.2.3"))
    irreversible = replace(PLAIN, products=(make_product(migration=Migration.IRREVERSIBLE),))
    world.edit(irreversible)
    world.do(ANA, AcceptAmendment(world.amend_code()))

    assert without_go(irreversible, world.state) == ()


TAGGED = replace(
    PLAIN, products=(make_product(previous="1.2.2", repo="/srv/web"),), rules={"tag.missing": Level.OFF}
)


def _at(commit: str, target: str = "v1.2.3") -> ProductChanges:
    """What git says: that commit ships, by its tag or from a branch."""
    return ProductChanges("web", Range(Base("v1.2.2", "b" * 40, "1.2.2"), target, commit * 40), "1.2.3")


@pytest.mark.parametrize(("target", "found"), [("v1.2.3", True), ("main", False)])
def test_a_go_for_another_commit_of_the_version_let_nothing_in(target: str, found: bool) -> None:
    """The tag names another commit than was decided on. A branch moves on, and takes nothing from what has run."""
    world = started(TAGGED).knows(_at("a", target))
    world.do(ANA, Go("production", world.go_code(ANA, "production")), ran("1.2.3")).sees({"production": "1.2.3"})
    assert "deployed.without-go" not in rules(world)

    world.knows(_at("c", target))

    assert ("deployed.without-go" in rules(world)) is found
    facts = [one.fact for one in world.scene().snapshot().next.reasons if one.rule == "deployed.without-go"]
    assert all("was for aaaaaaaa" in fact for fact in facts)
    assert ("deployed.without-go" in [one.rule for one in open_ends(world.scene().snapshot())]) is found


def test_a_go_for_other_content_is_void_until_there_is_another_one() -> None:
    """People may still act on it; what has arrived was let in as it was."""
    world = started(TAGGED).knows(_at("a"))
    world.do(ANA, Go("production", world.go_code(ANA, "production")))
    given = world.scene().snapshot().go("production")
    assert given is not None
    assert not given.is_void
    world.edit(replace(TAGGED, rollback_notes="call the database people first"))
    world.do(ANA, AcceptAmendment(world.amend_code()))

    given = world.scene().snapshot().go("production")
    assert given is not None
    assert (given.ground, given.is_void) == (Ground.OTHER_CONTENT, True)

    world.sees({"production": "1.2.3"})
    given = world.scene().snapshot().go("production")
    assert given is not None
    assert not given.is_void


def test_a_go_by_hand_that_does_not_count_hides_none_that_does() -> None:
    """The last one that counts is the environment's go."""
    world = gone()
    given = world.state.decisions[-1]
    forged = replace(given, seq=given.seq + 1, flaw="only the release lead may")
    world.inputs = replace(world.inputs, state=replace(world.state, decisions=(given, forged)))

    assert ground(world) is Ground.HOLDS


def test_a_go_holds_until_something_stands_against_it() -> None:
    """And again when that is gone; what was waived and is open again is told apart from what is new."""
    world = gone().do(BEN, FreezeLine("the database moves"))
    given = world.scene().snapshot().go("production")
    assert given is not None
    assert (given.ground, [one.rule for one in given.fresh], given.listed) == (Ground.LOST, ["freeze.now"], ())


def test_a_waiver_that_is_over_takes_the_ground_from_a_go() -> None:
    """It was on the list, and is open again."""
    world = World(PLAIN).do(ANA, ran("1.2.2"), Start()).sees({"staging": "1.2.3", "production": "1.2.2"})
    world.inputs = replace(
        world.inputs,
        loaded=replace(world.inputs.loaded, plan=replace(PLAIN, gates=(ChecklistGate("production", ("",)),))),
    )
    reason = "the vendor is told and waits"
    world.do(ANA, Waive("item.open", "", "production", reason, world.now + timedelta(seconds=20)))
    world.do(ANA, Go("production", world.go_code(ANA, "production")))
    assert ground(world) is Ground.HOLDS

    given = world.later(timedelta(seconds=25)).scene().snapshot().go("production")

    assert given is not None
    assert (given.ground, given.fresh, [one.rule for one in given.listed]) == (Ground.LOST, (), ["item.open"])


@pytest.mark.parametrize(
    ("act", "left"),
    [(FreezeLine("no more"), Ground.HOLDS), (MarkBad("web", "1.2.3", "it leaks"), Ground.LOST)],
)
def test_once_it_has_arrived_a_go_rests_on_what_was_decided(act: Command, left: Ground) -> None:
    """Hours were a condition of the moment of going."""
    world = gone().do(ANA, ran("1.2.3")).sees({"production": "1.2.3"}).do(BEN, act)

    assert ground(world) is left


def test_what_is_not_known_leaves_a_go_unknown_until_it_has_arrived() -> None:
    """A silence after that is told in the verdict."""
    world = gone()
    assert ground(world.later(5 * MINUTE)) is Ground.UNKNOWN

    world.do(ANA, ran("1.2.3"))

    assert ground(world) is Ground.HOLDS


def test_a_go_that_nobody_used_warns_after_twenty_minutes() -> None:
    """Not before, and not when something moved."""
    world = gone().later(19 * MINUTE).sees({"staging": "1.2.3", "production": "1.2.2"})
    assert "go.unused" not in rules(world)
    world.later(2 * MINUTE).sees({"staging": "1.2.3", "production": "1.2.2"})
    assert "go.unused" in rules(world)

    world.do(ANA, ran("1.2.2", "1.2.3"))

    assert "go.unused" not in rules(world)


def test_a_rollout_without_progress_warns_after_what_the_plan_gives_it() -> None:
    """It counts from the last share on record."""
    plan = replace(PLAIN, products=(make_product(rollout=Rollout(30 * MINUTE, 15 * MINUTE)),))
    world = gone(plan).do(ANA, ran("1.2.2", "1.2.3", share=10))

    def seen(share: float) -> list[str]:
        versions = (Running("1.2.2", weight=100 - share), Running("1.2.3", weight=share))
        told = Seen(PRODUCTION, versions, Status.SUCCEEDED, world.now, "test")
        world.inputs = replace(world.inputs, evidence={**world.inputs.evidence, PRODUCTION: absorb(NOTHING, told)})
        return rules(world)

    world.later(29 * MINUTE)
    assert "rollout.stalled" not in seen(10)
    world.later(2 * MINUTE)
    assert "rollout.stalled" in seen(10)

    world.do(ANA, ran("1.2.2", "1.2.3", share=50))

    assert "rollout.stalled" not in seen(50)


def test_a_late_go_answers_once() -> None:
    """Said again by the same it holds already; a go in time is refused while such a deployment is open."""
    world = started().do(ANA, ran("1.2.3")).sees({"production": "1.2.3"})
    assert world.refusal(ANA, Go("production", "")).rule == "go.blocked"
    why = "deployed by the on-call"
    late = Go("production", go.preview(world.scene(), "production", late=True, reason=why).code, True, why)

    world.do(ANA, late)

    (decision,) = world.state.decisions
    assert (decision.late, decision.reason) == (True, why)
    assert (decision.answer, decision.verdict) == ("go", "no_go")
    assert decision.versions == {"web": "1.2.3"}
    assert without_go(world.plan, world.state) == ()
    assert world.attempt(ANA, late) == ()
    assert ground(world) is Ground.HOLDS


def test_a_plan_that_turns_the_rule_off_works_without_recorded_goes() -> None:
    """Nothing is asked, listed or reported."""
    plan = replace(PLAIN, rules={"deployed.without-go": Level.OFF})
    world = started(plan).do(ANA, ran("1.2.3"))

    assert without_go(plan, world.state) == ()
