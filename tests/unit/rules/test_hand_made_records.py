"""Lines a colleague writes past the program into their own file: none makes a GO that the rules do not give."""

from typing import Any

import pytest
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.baton import Drive
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Start, plan_data, plan_drafts
from gonogo.acts.versions import HoldVersion, MarkBad
from gonogo.changelog import Base
from gonogo.events import Actor, Event, EventId
from gonogo.events.edition import RULES
from gonogo.events.state import ItemStatus, ReleaseStatus, replay
from gonogo.facts.containment import Carrier, Containment, LostFix, made_hotfixes
from gonogo.plan import Authority, Item, ItemId, Plan, Target
from gonogo.rules.undecided import without_go
from gonogo.rules.votes import requesters
from support.deciding import ANA, BEN, CHLOE, NOBODY, ROOT, World, make_plan, make_product, read

DEPLOY = Actor(1050, "deploy")
PLAIN = make_plan(approvals=(), items=(Item(ItemId("tests"), "Run the tests"),))
PRODUCTION = Target("web", "production")
CELL = "cell:web/production"


def by_hand(world: World, actor: Actor, kind: str, subject: str, **data: Any) -> Event:
    """One line of `actor`, as every reader finds it."""
    seq = world.state.seq + 1
    event = Event(seq, EventId(f"by-hand-{seq}"), world.now, actor, kind, subject, data)
    world.inputs = replace(world.inputs, state=replay([event], world.state))
    return world.state.events[-1]


def start_by_hand(world: World, actor: Actor, **more: Any) -> Event:
    """What `start` would record of the plan as it is, past what it would refuse."""
    scene = world.scene(actor)
    for draft in plan_drafts(scene):
        by_hand(world, actor, draft.kind, draft.subject, **draft.data)
    return by_hand(world, actor, kinds.RELEASE_STARTED, "release", **{**plan_data(scene), "rules": RULES, **more})


def rules(world: World, environment: str = "production") -> set[str]:
    """The rules of an environment's verdict."""
    verdict = world.scene().snapshot().verdict(environment)
    assert verdict is not None
    return {one.rule for one in verdict.reasons}


# -- the start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("actor", "why"), [(NOBODY, "does not name"), (DEPLOY, "several"), (ROOT, "anybody")])
def test_who_may_not_start_starts_nothing_by_hand(actor: Actor, why: str) -> None:
    """Whoever started asks for the approvals: everybody else could give them. A named person starts it later."""
    world = World()

    told = start_by_hand(world, actor)

    assert why in told.denied
    assert world.state.lifecycle.status is ReleaseStatus.DRAFT
    assert {"release.draft", "decision.denied"} <= rules(world)
    world.do(ANA, Start())
    assert [one.user for one in requesters(world.state.lifecycle)] == [ANA.user]


@pytest.mark.parametrize(("actor", "leads"), [(ANA, True), (BEN, False)])
def test_a_start_by_hand_makes_nobody_the_lead_whom_the_plan_does_not_let_lead(actor: Actor, leads: bool) -> None:
    """It need not say so itself, as the program does."""
    world = World(make_plan(authority=Authority(take_lead=("release-manager",))))

    start_by_hand(world, actor)

    assert world.state.lifecycle.status is ReleaseStatus.IN_PROGRESS
    assert (world.state.baton is not None) is leads
    go = by_hand(world, actor, kinds.GO_DECIDED, "go:production", answer="go", versions={"web": "1.2.3"})
    assert (go.denied == "") is leads


def test_a_second_start_by_hand_changes_nothing() -> None:
    """Neither who leads nor the plan that was agreed on."""
    world = World().do(ANA, Start())
    before = world.state.lifecycle

    start_by_hand(world, BEN)

    assert world.state.lifecycle == before


# -- amendments ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [NOBODY, DEPLOY, ROOT])
def test_an_amendment_by_hand_of_no_named_person_changes_no_plan(actor: Actor) -> None:
    """Neither the record nor who asked for what."""
    world = World().do(ANA, Start())
    before = world.state.lifecycle

    told = by_hand(world, actor, kinds.PLAN_AMENDED, "plan:" + "1" * 64, plan="1" * 64, parts=0, signed=True)

    assert told.denied
    assert world.state.lifecycle == before


def test_an_amendment_by_hand_that_keeps_no_plan_lets_nothing_go() -> None:
    """By a named person, under the hash of the plan on disk: nobody's right could be judged by it."""
    world = World().do(ANA, Start()).edit(make_plan(waiver_roles=("qa",)))

    by_hand(world, BEN, kinds.PLAN_AMENDED, "plan:" + "1" * 64, plan="1" * 64, parts=0)

    assert "plan.misrecorded" in rules(world)
    refused = world.refusal(ANA, Go("production", "0000"))
    assert refused.rule in {"plan.misrecorded", "go.driver"}


def test_an_item_that_is_opened_by_hand_as_if_amended_is_open_and_can_be_ticked_again() -> None:
    """It lets nothing go."""
    world = World(PLAIN).do(ANA, Start()).do(BEN, Tick("tests"))

    by_hand(world, NOBODY, kinds.ITEM_UNTICKED, "item:tests", title="x", reason="edited", amendment=True)

    assert world.state.item("tests").status is ItemStatus.OPEN
    world.do(BEN, Tick("tests"))


# -- going back ---------------------------------------------------------------------------------------------------


def back(world: World, actor: Actor, to: str = "1.2.2") -> Event:
    """A decision to go back, past the program."""
    told = {"from": "1.2.4", "to": to, "reason": "it loses orders"}
    return by_hand(world, actor, kinds.ROLLBACK_STARTED, "rollback:web/production", **told)


@pytest.mark.parametrize(("actor", "why"), [(NOBODY, "does not name"), (BEN, "release lead"), (CHLOE, "")])
def test_a_way_back_by_hand_is_the_leads_to_choose_once_somebody_took_the_lead(actor: Actor, why: str) -> None:
    """The lead by name; before that it is any named person's."""
    world = World(PLAIN).do(ANA, Start())
    assert back(world, BEN).denied == ""
    assert back(world, NOBODY).denied
    world.do(CHLOE, Drive("I have it"))

    told = back(world, actor)

    assert why in told.denied
    assert (told.denied == "") is (why == "")


def ran(version: str) -> RecordTransition:
    """What was seen in production."""
    return RecordTransition(PRODUCTION, (version,), "succeeded", "test")


def test_a_way_back_to_the_planned_version_lets_in_what_was_never_let_in() -> None:
    """No: it brings back what was there by right, by a go or since before the start."""
    world = World(PLAIN).do(ANA, ran("1.2.2"), Start())
    back(world, BEN, to="1.2.3")

    world.do(ANA, ran("1.2.3"))

    assert without_go(world.plan, world.state)


def test_a_way_back_to_what_ran_before_the_start_needs_no_go() -> None:
    """As of a newer hotfix to the version that is planned."""
    world = World(PLAIN).do(ANA, ran("1.2.3"), Start(), ran("1.2.4"))
    back(world, BEN, to="1.2.3")

    world.do(ANA, ran("1.2.3"))

    assert without_go(world.plan, world.state) == ()


# -- fixes --------------------------------------------------------------------------------------------------------


def lacking(plan: Plan | None = None) -> World:
    """Production runs hotfix 1.2.2, whose fix is not in the planned version."""
    product = make_product(repo="web", previous="1.2.2")
    world = World(plan or make_plan(approvals=(), products=(product,))).do(ANA, ran("1.2.2"), Start())
    history = read(product)
    world.knows(replace(history, range=replace(history.range, base=Base("v1.2.2", "1.2.2", "b" * 40))))
    world.sees({"staging": "1.2.3", "production": "1.2.2"})
    fix = LostFix("f" * 40, "fix: total", "Ana Ruiz")
    runs = {("1.2.2", ""): Carrier("1.2.2", "", "b" * 40, lost=(fix,))}
    found = Containment("web", "1.2.3", "v1.2.3", "a" * 40, world.now, running=runs)
    world.inputs = replace(world.inputs, containment={("web", "1.2.3"): found})
    assert "fix.lost" in rules(world)
    return world


@pytest.mark.parametrize(("actor", "lost"), [(NOBODY, True), (CHLOE, False)])
def test_a_mark_of_a_bad_version_takes_its_fix_out_of_sight_only_from_a_named_account(
    actor: Actor, lost: bool
) -> None:
    """To warn is everybody's."""
    world = lacking().do(actor, MarkBad("web", "1.2.2", "it loses orders"))

    assert ("fix.lost" in rules(world)) is lost


@pytest.mark.parametrize("actor", [NOBODY, BEN])
def test_a_pin_on_the_planned_version_ships_no_fix_away(actor: Actor) -> None:
    """It would stop nothing, and waive in silence what only a role may waive aloud."""
    world = lacking()

    by_hand(world, actor, kinds.VERSION_HELD, CELL, version="1.2.3", reason="it stays")

    assert "fix.lost" in rules(world)


def test_a_pin_on_an_older_version_stops_the_release_and_takes_what_runs_away_on_purpose() -> None:
    """What is left there is left on purpose, and nothing goes."""
    world = lacking().do(BEN, HoldVersion("web", "production", "1.2.1", "the totals of 1.2.2 are wrong"))

    assert "fix.lost" not in rules(world)
    assert "version.held" in rules(world)


HOTFIX = "hotfix:web/1.2.4"
MADE = {"product": "web", "version": "1.2.4", "base_oid": "b" * 40, "steps": 2}


def made(world: World) -> list[str]:
    """The commits of the hotfixes that exist."""
    return [one.commit for one in made_hotfixes(world.state.hotfixes.values(), "web")]


def test_a_hotfix_that_is_begun_anew_stays_made_until_there_is_another_one() -> None:
    """Its fix would be out of sight for whoever asks what ships, with a line of its own author."""
    world = World(PLAIN).do(ANA, Start())
    by_hand(world, BEN, kinds.HOTFIX_STARTED, HOTFIX, **MADE)
    by_hand(world, BEN, kinds.HOTFIX_STEP_DONE, HOTFIX, step=1, commit="c" * 40, tag_object="d" * 40)
    by_hand(world, BEN, kinds.HOTFIX_FINISHED, HOTFIX)
    assert made(world) == ["c" * 40]

    assert by_hand(world, CHLOE, kinds.HOTFIX_STARTED, HOTFIX, **MADE).denied
    by_hand(world, BEN, kinds.HOTFIX_STARTED, HOTFIX, **MADE)
    assert made(world) == ["c" * 40]
    by_hand(world, BEN, kinds.HOTFIX_ABORTED, HOTFIX, reason="over")
    assert made(world) == ["c" * 40]

    by_hand(world, BEN, kinds.HOTFIX_STARTED, HOTFIX, **MADE)
    by_hand(world, BEN, kinds.HOTFIX_STEP_DONE, HOTFIX, step=1, commit="e" * 40, tag_object="d" * 40)
    assert made(world) == ["e" * 40]


def test_an_aborted_hotfix_that_was_never_made_is_none() -> None:
    """Nobody misses it."""
    world = World(PLAIN).do(ANA, Start())
    by_hand(world, BEN, kinds.HOTFIX_STARTED, HOTFIX, **MADE)
    by_hand(world, BEN, kinds.HOTFIX_STEP_DONE, HOTFIX, step=1, commit="c" * 40)
    by_hand(world, BEN, kinds.HOTFIX_ABORTED, HOTFIX, reason="over")

    assert made(world) == []


def test_an_accepted_amendment_of_the_program_still_counts() -> None:
    """It is the right that is judged."""
    world = World().do(ANA, Start()).edit(make_plan(waiver_roles=("qa",)))

    world.do(BEN, AcceptAmendment(world.amend_code()))

    assert "plan.misrecorded" not in rules(world)
