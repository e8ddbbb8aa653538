"""A plan proves that it can be finished; what is printed as the next act can be carried out by who is named."""

import itertools
import random
import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts import Command, Refusal, decide
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve, Revoke
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.waivers import Waive
from gonogo.errors import ExitCode
from gonogo.events import Actor
from gonogo.plan import (
    ApprovalSlot,
    Authority,
    Environment,
    Freeze,
    Item,
    ItemId,
    Person,
    Plan,
    Window,
)
from gonogo.plan.conditions import ApprovalsGate
from gonogo.rules import completion, finishing
from gonogo.rules.readiness import ReasonLine
from support.deciding import ANA, BEN, CHLOE, NOW, World, make_plan, make_product, read

BOTH = ("engineering", "release-manager")
TWO = (Person("ana", "Ana Ruiz", "aruiz", BOTH), Person("ben", "Ben Okafor", "bokafor", BOTH))
PAIR = make_plan(people=TWO, approvals=(ApprovalSlot("engineering", "engineering"),), waiver_roles=(), items=())
EDITED = replace(PAIR, products=(make_product(version="1.2.4"),))


def test_an_amendment_that_would_lock_both_out_is_accepted_by_who_started() -> None:
    """Ana started; if Ben accepted, nobody could approve. Ana accepts it, and Ben approves."""
    world = World(PAIR).do(ANA, Start()).edit(EDITED).knows(read(EDITED.products[0]))

    refusal = world.refusal(BEN, AcceptAmendment(world.amend_code()))

    assert refusal.rule == "amend.unfinishable"
    assert refusal.reason.startswith("if you accept this, approval 'engineering' needs a person")
    assert "other than Ana Ruiz (aruiz) and Ben Okafor (bokafor), and too few are left for it" in (refusal.reason)
    assert refusal.reason.endswith("let Ana Ruiz (aruiz) accept it")
    world.do(ANA, AcceptAmendment(world.amend_code()))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))


def test_with_a_waiver_it_is_said_and_not_refused() -> None:
    """Somebody can let the approval pass; then the next act that `complete` names is that waiver."""
    plan = replace(PAIR, waiver_roles=("release-manager",))
    world = World(plan).do(ANA, Start()).edit(replace(EDITED, waiver_roles=("release-manager",)))
    world.do(BEN, AcceptAmendment(world.amend_code())).sees({"staging": "1.2.4", "production": "1.2.2"})

    (reason,) = [one for one in completion.open_ends(world.scene().snapshot()) if one.rule == "approval.missing"]

    assert reason.remedy.startswith("gonogo waive approval.missing:approval:engineering --env production")
    assert reason.who == "Ana Ruiz (aruiz), Ben Okafor (bokafor)"


def test_who_alone_can_approve_does_not_start() -> None:
    """The start is refused, and says who can start it."""
    plan = replace(PAIR, people=(TWO[0], replace(TWO[1], roles=("release-manager",))))

    refusal = World(plan).refusal(ANA, Start())

    assert (refusal.rule, refusal.exit_code) == ("start.unfinishable", ExitCode.NO_GO)
    assert "other than Ana Ruiz (aruiz), and too few are left for it" in refusal.reason
    assert refusal.remedy == "let Ben Okafor (bokafor) start it"
    World(plan).do(BEN, Start())


@pytest.mark.parametrize("seed", range(60))
def test_the_matching_is_what_trying_everything_finds(seed: int) -> None:
    """Against every way to give votes to persons, for small plans."""
    draw = random.Random(seed)
    roles = ("a", "b", "c")
    named = tuple(
        Person(f"p{i}", f"P{i}", f"p{i}", tuple(draw.sample(roles, draw.randint(1, 3)))) for i in range(4)
    )
    slots = tuple(
        ApprovalSlot(f"s{i}", draw.choice(roles), draw.randint(1, 2), same_person=draw.random() < 0.2)
        for i in range(draw.randint(1, 3))
    )
    plan = make_plan(people=named, approvals=slots, items=())
    votes = [slot for slot in slots if not slot.same_person for _ in range(slot.quorum)]
    beside = all(sum(one.role in p.roles for p in named) >= one.quorum for one in slots if one.same_person)
    possible = beside and any(
        all(vote.role in person.roles for vote, person in zip(votes, order, strict=False))
        for order in itertools.permutations(named, len(votes))
    )

    assert (finishing.not_to_be_given(plan, ()) == ()) is possible


def test_no_moment_is_left_where_freeze_window_and_soak_exclude_each_other() -> None:
    """The second production environment would have to soak longer than the release window is open."""
    places = (
        Environment("prod-eu", soak=timedelta(hours=24), production=True),
        Environment("prod-us", after=("prod-eu",), production=True),
    )
    window = Window(NOW, NOW + timedelta(hours=3))
    plan = make_plan(environments=places, window=window, approvals=(), items=())
    (gap,) = finishing.shut_for_good(plan, NOW)
    assert gap.fact == "no moment is left to enter prod-us: the release window, the soak in prod-eu"

    freeze = Freeze("all night", "UTC", span=(NOW - timedelta(hours=1), NOW + timedelta(hours=5)))
    shut = finishing.shut_for_good(replace(plan, freezes=(freeze,)), NOW)
    assert [one.subject for one in shut] == ["environment:prod-eu", "environment:prod-us"]
    assert finishing.shut_for_good(replace(plan, window=None), NOW) == ()


# -- every act that is printed ------------------------------------------------------------------------------------

ROLES = ("engineering", "qa", "release-manager")
ACCOUNTS = ("aruiz", "bokafor", "cmartin", "dsato")


def generated(draw: random.Random) -> World:
    """A release of one to four people somewhere in its life: started, amended, held, frozen, taken over."""
    named = tuple(
        Person(name[0], f"Person {name}", name, tuple(draw.sample(ROLES, draw.randint(1, 3))))
        for name in ACCOUNTS[: draw.randint(1, 4)]
    )
    held = sorted({role for person in named for role in person.roles})
    slots = tuple(ApprovalSlot(f"slot{i}", draw.choice(held)) for i in range(draw.randint(0, 2)))

    def some() -> tuple[str, ...]:
        return (draw.choice(held),) if draw.random() < 0.4 else ()

    plan = make_plan(
        people=named,
        approvals=slots,
        waiver_roles=some(),
        authority=Authority(some(), some(), some(), some(), some(), some()),
        items=(Item(ItemId("tests"), "Run the tests", two_person=len(named) > 1),),
        manager=draw.choice(["", named[0].key]),
    )
    world = World(plan).knows(read(plan.products[0]))
    actors = [Actor(2001 + number, person.account) for number, person in enumerate(named)]
    world.attempt(draw.choice(actors), Start())
    world.sees({"staging": "1.2.3", "production": "1.2.2"})
    for _ in range(draw.randint(0, 6)):
        who = draw.choice(actors)
        match draw.randint(0, 5):
            case 0:
                world.attempt(who, Hold("one more look"))
            case 1:
                world.attempt(who, FreezeLine("payments fail"))
            case 2 if slots:
                name = draw.choice(slots).name
                world.attempt(who, Approve(name, world.approve_code(who, name)))
            case 3:
                world.attempt(who, Drive("my turn"))
            case 4:
                world.attempt(who, Tick("tests"))
            case 5 if world.state.lifecycle.plan is not None and world.plan is plan:
                other = replace(plan, products=(make_product(version="1.2.4"),))
                world.edit(other).knows(read(other.products[0]))
                world.attempt(who, AcceptAmendment(world.amend_code()))
            case _:
                pass
    return world


def act_of(world: World, actor: Actor, reason: ReasonLine, environment: str) -> Command | None:
    """The command that the remedy of a reason names, as `actor` would type it; None where it decides nothing."""
    words = reason.remedy.partition("    ")[0].split()
    if words[:1] != ["gonogo"]:
        return None
    match words[1:]:
        case ["start", *_]:
            return Start()
        case ["resume", "--reason", *_]:
            return Resume("it is over")
        case ["drive", *_]:
            return Drive()
        case ["thaw", number]:
            return Thaw(int(number))
        case ["approve", name]:
            return Approve(name, world.approve_code(actor, name))
        case ["revoke", name, *_]:
            return Revoke(name)
        case ["tick", item]:
            return Tick(item)
        case ["waive", name, "--env", place, *_]:
            rule, _, subject = name.partition(":")
            return Waive(rule, subject, place, "somebody must let this pass", world.now + timedelta(hours=1))
        case ["go", place, *_]:
            return Go(place, "", late=True, reason="it was deployed by hand")
        case _:
            return None


def named_in(world: World, who: str) -> list[Actor]:
    """The persons a reason names; everybody of the plan where it names nobody."""
    accounts = re.findall(r"\(([^)]*)\)", who)
    but = who.removeprefix("anybody but ") if who.startswith("anybody but ") else ""
    everybody = [Actor(2001 + number, person.account) for number, person in enumerate(world.plan.people)]
    return [one for one in everybody if (one.user in accounts if accounts else one.user != but)]


@pytest.mark.parametrize("seed", range(150))
def test_every_act_that_is_printed_can_be_carried_out_by_somebody_it_names(seed: int) -> None:
    """Over reasons of every environment, what keeps it from being completed, and the remedies of refusals."""
    world = generated(random.Random(seed))
    snapshot = world.scene().snapshot()
    reasons = [(one, verdict.environment) for verdict in snapshot.verdicts for one in verdict.reasons]
    reasons += [(one, "production") for one in completion.open_ends(snapshot)]
    for reason, environment in reasons:
        tried = []
        for actor in named_in(world, reason.who):
            command = act_of(world, actor, reason, environment)
            if command is None:
                break
            answer = decide(world.scene(actor), command)
            tried.append(answer)
            if not (isinstance(answer, Refusal) and answer.exit_code is ExitCode.NOT_PERMITTED):
                break
        else:
            pytest.fail(f"{reason.rule} {reason.subject}: {reason.remedy} by {reason.who!r}: {tried}")


@pytest.mark.parametrize("seed", range(150))
def test_who_is_refused_is_told_of_somebody_who_may(seed: int) -> None:
    """Whoever is asked may do it, or the lead is there to be taken."""
    world = generated(random.Random(seed))
    acts: tuple[Command, ...] = (
        Go("production", ""), Complete(""), Cancel("too late for it", ""), Resume("it is over"), Thaw(),
    )  # fmt: skip
    everybody = named_in(world, "")
    for actor, command in itertools.product(everybody, acts):
        answer = decide(world.scene(actor), command)
        if not isinstance(answer, Refusal) or answer.exit_code is not ExitCode.NOT_PERMITTED:
            continue
        able = [
            other
            for other in everybody
            if f"({other.user})" in answer.remedy and _may(decide(world.scene(other), command))
        ]
        takes = "gonogo drive" in answer.remedy and _may(decide(world.scene(actor), Drive("my turn")))
        asks_leader = any(
            f"({other.user})" in answer.remedy and _may(decide(world.scene(other), Drive("my turn")))
            for other in everybody
        )
        assert able or takes or asks_leader, (answer.reason, answer.remedy)


def _may(answer: object) -> bool:
    return not (isinstance(answer, Refusal) and answer.exit_code is ExitCode.NOT_PERMITTED)


def test_one_who_counts_elsewhere_is_told_to_change_over() -> None:
    """Only Ben can give both; Chloe can give one of them: Ben takes that back, and gives the other."""
    people = (
        Person("ana", "Ana Ruiz", "aruiz", ("release-manager",)),
        Person("ben", "Ben Okafor", "bokafor", ("engineering", "qa")),
        Person("chloe", "Chloe Martin", "cmartin", ("qa",)),
    )
    slots = (ApprovalSlot("engineering", "engineering"), ApprovalSlot("qa", "qa"))
    plan: Plan = make_plan(people=people, approvals=slots, items=(), waiver_roles=(), gates=(
        ApprovalsGate("production", ("engineering", "qa")),
    ))  # fmt: skip
    world = World(plan).knows(read(plan.products[0])).do(ANA, Start())
    world.do(BEN, Approve("qa", world.approve_code(BEN, "qa")))

    verdict = world.scene().snapshot().verdict("production")
    assert verdict is not None
    (reason,) = [one for one in verdict.reasons if one.subject == "approval:engineering"]

    assert (reason.who, reason.remedy) == (
        "Ben Okafor (bokafor)", "gonogo revoke qa    then: gonogo approve engineering",
    )  # fmt: skip
    assert CHLOE.user in {person.account for person in plan.people}
