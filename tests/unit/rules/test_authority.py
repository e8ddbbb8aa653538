"""Authority: who may let a release go, end it or end a stop, and how the lead changes hands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts import Command
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.baton import Drive
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Note, Tick
from gonogo.acts.claims import ClaimItem
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.triggers import AnswerTrigger, FireTrigger
from gonogo.acts.versions import ClearBad, MarkBad
from gonogo.errors import ExitCode
from gonogo.events import Actor
from gonogo.plan import Authority, Item, ItemId, Person, Plan, Target
from gonogo.rules import authority
from gonogo.view.alerts import alerts
from gonogo.view.release import driver_line
from support.deciding import ANA, BEN, CHLOE, DAI, NOBODY, PEOPLE, World, make_plan

ITEMS = (Item(ItemId("tests"), "Run the tests"), Item(ItemId("migrate"), "Migrate", two_person=True))
NAMED = make_plan(approvals=(), items=ITEMS)
UNNAMED = make_plan(approvals=(), items=ITEMS, people=(), waiver_roles=())
MALLORY_TOO = replace(
    NAMED,
    people=(*PEOPLE, Person("mallory", "Mallory", NOBODY.user, ("release-manager",))),
    authority=Authority(
        go=("release-manager",), complete=("release-manager",), cancel=("release-manager",),
        resume=("release-manager",), unfreeze=("release-manager",),
    ),
)  # fmt: skip

ACTS: dict[str, Callable[[World], Command]] = {
    "go": lambda world: Go("production", world.go_code(ANA, "production")),
    "complete": lambda world: Complete(world.complete_code()),
    "cancel": lambda world: Cancel("we are late", world.cancel_code()),
    "resume": lambda _: Resume("it is over"),
    "unfreeze": lambda _: Thaw(),
}
RULES = {"unfreeze": "freeze.driver"}


def ready(plan: Plan, act: str) -> World:
    """Started by Ana, with everything in place for `act`."""
    world = World(plan).do(ANA, Start(), Tick("tests"), Tick("migrate")).do(BEN, Tick("migrate"))
    world.sees({"staging": "1.2.3", "production": "1.2.2"})
    if act == "complete":
        world.do(ANA, ACTS["go"](world)).sees({"production": "1.2.3"})
    if act == "resume":
        world.do(BEN, Hold("one more look"))
    if act == "unfreeze":
        world.do(BEN, FreezeLine("payments fail"))
    return world


@pytest.mark.parametrize("act", ACTS)
def test_the_lead_may(act: str) -> None:
    """Whoever started the release leads it, and needs nothing else."""
    for plan in (NAMED, UNNAMED):
        world = ready(plan, act)
        world.do(ANA, ACTS[act](world))


@pytest.mark.parametrize("act", ACTS)
def test_another_account_may_not(act: str) -> None:
    """A named account is told who may, and how to take over; what it tried is on record."""
    world = ready(NAMED, act)

    refusal = world.refusal(BEN, ACTS[act](world))

    assert (refusal.rule, refusal.exit_code) == (RULES.get(act, f"{act}.driver"), ExitCode.NOT_PERMITTED)
    assert "only the release lead, Ana Ruiz (aruiz), can" in refusal.reason
    assert refusal.remedy.startswith("gonogo drive --note '...'    ask Ana Ruiz (aruiz)")
    assert world.state.events[-1].kind == "act.refused"


@pytest.mark.parametrize("act", ACTS)
def test_a_role_that_the_plan_names_for_it_may(act: str) -> None:
    """Beside the lead; another role may not."""
    world = ready(replace(NAMED, authority=replace(Authority(), **{act: ("qa",)})), act)

    assert "or role qa can" in world.refusal(DAI, ACTS[act](world)).reason
    world.do(CHLOE, ACTS[act](world))


@pytest.mark.parametrize("act", ACTS)
def test_an_account_that_is_not_named_may_not(act: str) -> None:
    """Whoever leads, and whatever roles there are."""
    refusal = ready(NAMED, act).refusal(NOBODY, ACTS[act](ready(NAMED, act)))

    assert (refusal.rule, refusal.exit_code) == ("account.unnamed", ExitCode.NOT_PERMITTED)
    assert "does not name mallory" in refusal.reason


@pytest.mark.parametrize("act", ACTS)
def test_nobody_gets_a_right_by_writing_it_into_the_file(act: str) -> None:
    """While an edit waits, the plan that was agreed on says who is named and who may."""
    world = ready(NAMED, act).edit(MALLORY_TOO)

    assert world.refusal(NOBODY, ACTS[act](world)).rule == "account.unnamed"
    assert world.refusal(NOBODY, AcceptAmendment(world.amend_code())).rule == "account.unnamed"
    assert world.refusal(NOBODY, Drive("mine")).rule == "baton.person"


def test_the_agreed_plan_is_read_back_as_it_was() -> None:
    """People with all their accounts, roles and marks; roles of the authority; the manager."""
    marked = (*PEOPLE, Person("order", "order", "root", shared=False))
    plan = replace(MALLORY_TOO, people=marked, manager="ana")
    world = World(plan).do(ANA, Start()).edit(replace(plan, people=(), manager="", authority=Authority()))

    found = authority.agreed(world.inputs.loaded, world.state)

    assert (found.people, found.authority, found.manager) == (plan.people, plan.authority, "ana")


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (Start(), "account.unnamed"),
        (Tick("migrate"), "account.unnamed"),
        (AnswerTrigger("errors", "go_on", "noise"), "account.unnamed"),
        (ClearBad("web", "1.2.2", "it was a mistake"), "account.unnamed"),
        (Drive("mine"), "baton.person"),
        (Note("tests", "look here"), ""),
        (Tick("tests"), ""),
        (ClaimItem("tests"), ""),
        (Hold("fire in the data centre"), ""),
        (FreezeLine("payments fail"), ""),
        (MarkBad("web", "1.2.3", "leaks memory"), ""),
        (FireTrigger("errors", "3 %"), ""),
    ],
)
def test_what_an_account_that_is_not_named_may(command: Command, rule: str) -> None:
    """Look, tick, note and stop; nothing that starts, confirms or decides."""
    world = World(NAMED)
    if not isinstance(command, Start):
        world.do(ANA, Start(), MarkBad("web", "1.2.2", "leaks memory"))
        if isinstance(command, AnswerTrigger):
            world.do(ANA, FireTrigger("errors", "3 %"))

    answer = world.attempt(NOBODY, command)

    assert getattr(answer, "rule", "") == rule


def test_the_plan_may_say_who_leads() -> None:
    """A starter without the role leads nothing: GO needs somebody with the role to take the lead first."""
    plan = replace(NAMED, authority=Authority(take_lead=("release-manager",)))
    world = World(plan).do(BEN, Start(), Tick("tests"), Tick("migrate")).do(CHLOE, Tick("migrate"))
    world.sees({"staging": "1.2.3", "production": "1.2.2"})
    go = ACTS["go"](world)

    refusal = world.refusal(BEN, go)
    assert "the release has no lead yet" in refusal.reason
    assert refusal.remedy == "ask Ana Ruiz (aruiz)"
    assert world.refusal(BEN, Drive("mine")).rule == "baton.role"
    world.do(ANA, Drive(), go)
    assert world.refusal(ANA, Drive("yours", "ben")).rule == "baton.role"


def test_the_manager_is_offered_the_lead() -> None:
    """They take it from the starter without a note; it is said until somebody took the lead by name."""
    world = World(replace(NAMED, manager="ana")).do(BEN, Start())
    said = "".join(span.text for span in driver_line(world.scene().snapshot()))
    assert "the lead is offered to Ana Ruiz (aruiz): gonogo drive" in said

    assert world.refusal(CHLOE, Drive()).rule == "baton.note"
    world.do(ANA, Drive())

    assert world.state.baton is not None
    assert world.state.baton.driver == "aruiz"
    assert authority.offered(world.plan, world.state) == ""


def test_a_takeover_is_told_on_every_screen() -> None:
    """Who, from whom, why; for a quarter of an hour. A handover is no takeover."""
    world = World(NAMED).do(ANA, Start()).do(BEN, Drive("ana is off to bed"))
    lines = ["".join(span.text for span in line) for line in alerts(world.scene().snapshot())]
    assert any("LEAD" in one and "bokafor took over from aruiz" in one and "off to bed" in one for one in lines)

    world.do(BEN, Drive("all yours", "chloe"))

    assert not any("LEAD" in "".join(span.text for span in line) for line in alerts(world.scene().snapshot()))


def test_where_nobody_is_named_the_lead_is_free_after_a_quarter_of_an_hour_of_silence() -> None:
    """Counted from the last thing the lead did; what sessions record by themselves is no sign of them."""
    world = World(UNNAMED).do(ANA, Start()).later(timedelta(minutes=10)).do(ANA, Tick("tests"))
    world.later(timedelta(minutes=10))
    refusal = world.refusal(BEN, Drive("ana does not answer"))
    assert (refusal.rule, refusal.exit_code) == ("baton.present", ExitCode.NOT_PERMITTED)
    assert refusal.remedy == "ask aruiz: gonogo drive --to bokafor"

    seen = RecordTransition(Target("web", "staging"), ("1.2.3",), "succeeded", "test")
    world.do(ANA, seen).later(timedelta(minutes=6))

    assert world.refusal(BEN, Drive()).rule == "baton.note"
    world.do(BEN, Drive("ana does not answer"))
    assert "or take over the lead from" in world.refusal(ANA, ACTS["cancel"](world)).remedy


def test_where_nobody_is_named_the_lead_hands_over_to_any_account() -> None:
    """And nobody else does."""
    world = World(UNNAMED).do(ANA, Start())

    assert world.refusal(BEN, Drive("to a friend", "cmartin")).rule == "baton.pass"
    world.do(ANA, Drive("lunch", "bokafor"))

    assert world.state.baton is not None
    assert world.state.baton.driver == "bokafor"


def test_an_old_start_makes_a_lead_too() -> None:
    """A journal from before knows nothing of leads; whoever started leads, so that somebody may complete it."""
    world = World(NAMED).do(ANA, Start())
    started = next(one for one in world.state.events if one.kind == "release.started")

    assert "lead" not in started.data
    assert world.state.baton is not None
    assert (world.state.baton.driver, world.state.baton.by_start) == ("aruiz", True)


def test_a_draft_is_cancelled_by_any_named_account() -> None:
    """There is no lead yet; an account that is not named cancels nothing."""
    world = World(NAMED)

    assert world.refusal(Actor(1099, "mallory"), ACTS["cancel"](world)).rule == "account.unnamed"
    world.do(BEN, ACTS["cancel"](world))
