"""Draft, in progress, completed, cancelled; held or not; the agreed plan and its amendments: a case is a row."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.acts import Command
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve, Reject
from gonogo.acts.baton import Drive
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Note, Skip, Tick, Undo, Untick
from gonogo.acts.claims import ClaimItem
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.acts.versions import MarkBad
from gonogo.acts.waivers import Waive
from gonogo.errors import ExitCode
from gonogo.events import Actor, Event, EventId
from gonogo.events.state import ItemStatus, ReleaseStatus, replay
from gonogo.facts.ledger import Arrival, Ledger, LedgerCell
from gonogo.plan import Authority, Item, ItemId, Plan, Target
from gonogo.plan.conditions import MergesGate
from gonogo.rules import amendment
from gonogo.rules.outline import changed, outline_of, pack, unpack
from support.deciding import ANA, BEN, CHLOE, DAI, NOW, ROOT, World, make_plan, make_product

Make = Callable[[World], Command]
PLAIN = make_plan(approvals=())
SHARED = replace(
    PLAIN, authority=Authority(complete=("engineering",), cancel=("engineering",), resume=("engineering",))
)
"""Ana, who starts, leads; Ben may by his role."""
EDITED = make_plan(approvals=(), products=(make_product(version="1.2.4"),))
RETITLED = make_plan(approvals=(), items=(Item(ItemId("tests"), "Run all the tests"), make_plan().items[1]))


def done(plan: Plan = PLAIN) -> World:
    """A running release with nothing left to do; production had its version before, so that nobody gave a go."""
    there = RecordTransition(Target("web", "production"), ("1.2.3",), "succeeded", "test")
    world = World(plan).do(ANA, there, Start()).ticks_everything()
    return world.sees({"staging": "1.2.3", "production": "1.2.3"})


def merging(ledger: Ledger | None) -> World:
    """Done, under a plan that waits for forward-merges, with what the branches say."""
    plan = replace(PLAIN, gates=(MergesGate("production"),))
    world = done(plan)
    world.inputs = replace(world.inputs, ledger=ledger)
    return world


def fixed(arrival: Arrival) -> Ledger:
    """One fix, one branch."""
    return Ledger((LedgerCell("web", "abcdef12", "main", arrival),), NOW)


def waived(ledger: Ledger) -> World:
    """The gate's word was let pass by name, as at any other gate."""
    world = merging(ledger)
    until = world.now + timedelta(hours=1)
    subject = "merge:web/abcdef12/main"
    return world.do(ANA, Waive("merges.missing", subject, "production", "the customer waits for it", until))


def hotfixed(subject: str) -> World:
    """Done; then somebody worked on a fix, and nobody has looked at the branches since."""
    world = done()
    event = Event(world.state.seq + 1, EventId("fix"), world.now, BEN, kinds.HOTFIX_STARTED, subject, {})
    world.inputs = replace(world.inputs, state=replay([event], world.state))
    return world


def complete(world: World) -> Complete:
    """What was shown, confirmed."""
    return Complete(world.complete_code())


def cancel(world: World) -> Cancel:
    """What was shown, confirmed."""
    return Cancel("the window was missed", world.cancel_code())


ON = Resume("it is over")


def started() -> World:
    """A running release."""
    return World(PLAIN).do(ANA, Start())


def completed() -> World:
    """One that is done."""
    world = done()
    return world.do(ANA, complete(world))


def cancelled() -> World:
    """One that was given up."""
    world = started()
    return world.do(ANA, cancel(world))


def held(plan: Plan = PLAIN) -> World:
    """One on hold."""
    return World(plan).do(ANA, Start()).do(ANA, Hold("waiting for the vendor"))


def amended() -> World:
    """One whose plan was edited."""
    return started().edit(EDITED)


def bad() -> World:
    """A draft of a version that somebody warned of."""
    return World(PLAIN).do(BEN, MarkBad("web", "1.2.3", "leaks memory"))


def draft() -> World:
    """Nothing has happened."""
    return World(PLAIN)


class Row(NamedTuple):
    """A release, an act, and what becomes of it."""

    case: str
    world: Callable[[], World]
    actor: Actor
    act: Command | Make
    answer: str
    """"" for accepted, "()" for nothing new, else the rule that refuses."""
    status: str
    code: ExitCode = ExitCode.OK


ROWS = (
    Row("a draft starts", draft, ANA, Start(), "", "in_progress"),
    Row("started twice by the same", started, ANA, Start(), "()", "in_progress"),
    Row("started twice by two", started, BEN, Start(), "release.started", "in_progress", ExitCode.CONFLICT),
    Row("root does not start", draft, ROOT, Start(), "account.nobody", "draft", ExitCode.NOT_PERMITTED),
    Row("a job does not start", draft, Actor(1001, "aruiz", via="ci"), Start(), "account.nobody", "draft",
        ExitCode.NOT_PERMITTED),
    Row("a bad version does not start", bad, ANA, Start(), "version.bad", "draft", ExitCode.NO_GO),
    Row("what is completed does not start", completed, ANA, Start(), "release.over", "completed", ExitCode.NO_GO),
    Row("what is cancelled does not start", cancelled, ANA, Start(), "release.over", "cancelled", ExitCode.NO_GO),
    Row("a draft is not completed", draft, ANA, Complete(""), "release.draft", "draft", ExitCode.NO_GO),
    Row("a draft is cancelled", draft, ANA, cancel, "", "cancelled"),
    Row("a draft is not held", draft, ANA, Hold("why not"), "release.draft", "draft", ExitCode.NO_GO),
    Row("a draft is not resumed", draft, ANA, ON, "release.draft", "draft", ExitCode.NO_GO),
    Row("a draft does not go", draft, ANA, Go("staging", ""), "release.draft", "draft", ExitCode.NO_GO),
    Row("a draft has no amendment", draft, ANA, AcceptAmendment(""), "release.draft", "draft", ExitCode.NO_GO),
    Row("everything done is completed", done, ANA, complete, "", "completed"),
    Row("completed by somebody with a role for it", lambda: done(SHARED), BEN, complete, "", "completed"),
    Row("completed by somebody else than the lead", done, BEN, complete, "complete.driver", "in_progress",
        ExitCode.NOT_PERMITTED),
    Row("completed with another code", done, ANA, Complete("0000-0000"), "complete.moved", "in_progress",
        ExitCode.CONFLICT),
    Row("root does not complete", done, ROOT, complete, "account.nobody", "in_progress", ExitCode.NOT_PERMITTED),
    Row("completed twice by the same", completed, ANA, Complete(""), "()", "completed"),
    Row("completed twice by two", completed, BEN, Complete(""), "release.completed", "completed",
        ExitCode.CONFLICT),
    Row("completed what was cancelled", cancelled, ANA, Complete(""), "release.cancelled", "cancelled",
        ExitCode.CONFLICT),
    Row("items are open", lambda: started().sees({"staging": "1.2.3", "production": "1.2.3"}), ANA, complete,
        "complete.open", "in_progress", ExitCode.NO_GO),
    Row("one of two persons is missing", lambda: done_but(Untick("migrate")).do(CHLOE, Tick("migrate")), ANA,
        complete, "complete.open", "in_progress", ExitCode.NO_GO),
    Row("a skipped item is closed", lambda: done_but(Untick("tests"), Skip("tests", "no code changed")), ANA,
        complete, "", "completed"),
    Row("approvals are missing", lambda: done(make_plan()), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("an environment is behind", lambda: done().sees({"production": "1.2.2"}), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("an environment was never seen", lambda: started().ticks_everything(), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("what was seen is old", lambda: done().later(timedelta(minutes=2)), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("a trigger asks", lambda: done().do(ANA, FireTrigger("errors", "3 %")), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("a trigger was answered with going on",
        lambda: done().do(ANA, FireTrigger("errors", "3 %"), AnswerTrigger("errors", "go_on", "known noise")), ANA,
        complete, "", "completed"),
    Row("going back was decided",
        lambda: done().do(ANA, FireTrigger("errors", "3 %"), AnswerTrigger("errors", "roll_back", "too many")),
        ANA, complete, "complete.open", "in_progress", ExitCode.NO_GO),
    Row("going back was decided, and it is over",
        lambda: done().do(ANA, FireTrigger("errors", "3 %"), AnswerTrigger("errors", "roll_back", "too many"),
                          ClearTrigger("errors")), ANA, complete, "", "completed"),
    Row("nobody has looked at the branches", lambda: merging(None), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("the branches could not be read", lambda: merging(Ledger(problem="web: no such branch")), ANA, complete,
        "complete.open", "in_progress", ExitCode.NO_GO),
    Row("a fix is missing on a branch", lambda: merging(fixed(Arrival.MISSING)), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("a missing fix was let pass by a waiver", lambda: waived(fixed(Arrival.MISSING)), ANA, complete, "",
        "completed"),
    Row("what was read of branches is old", lambda: merging(replace(fixed(Arrival.PRESENT), read_at=None)), ANA,
        complete, "complete.open", "in_progress", ExitCode.NO_GO),
    Row("a fix is everywhere", lambda: merging(fixed(Arrival.PRESENT)), ANA, complete, "", "completed"),
    Row("a fix need not go there", lambda: merging(fixed(Arrival.WAIVED)), ANA, complete, "", "completed"),
    Row("a hotfix was made", lambda: hotfixed("hotfix:web/1.2.4"), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("a release was only prepared", lambda: hotfixed("prepare:web/1.3.0"), ANA, complete, "", "completed"),
    Row("it is on hold", lambda: done().do(BEN, Hold("one more look")), ANA, complete, "complete.open",
        "in_progress", ExitCode.NO_GO),
    Row("the plan was edited", lambda: done().edit(PLAIN, "2" * 64), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("the plan on disk is broken", lambda: broken(done()), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("the journal has an alarm", lambda: alarmed(done()), ANA, complete, "complete.open", "in_progress",
        ExitCode.NO_GO),
    Row("its version was marked bad", lambda: done().do(BEN, MarkBad("web", "1.2.3", "leaks memory")), ANA,
        complete, "complete.open", "in_progress", ExitCode.NO_GO),
    Row("a broken plan does not start", lambda: broken(draft()), ANA, Start(), "plan.changed", "draft",
        ExitCode.NO_GO),
    Row("cancelled while it runs", started, ANA, cancel, "", "cancelled"),
    Row("cancelled by somebody with a role for it", lambda: World(SHARED).do(ANA, Start()), BEN, cancel, "",
        "cancelled"),
    Row("cancelled by somebody else than the lead", started, BEN, cancel, "cancel.driver", "in_progress",
        ExitCode.NOT_PERMITTED),
    Row("cancelled without a reason", started, ANA, Cancel("", ""), "cancel.reason", "in_progress",
        ExitCode.USAGE),
    Row("cancelled with another code", started, ANA, Cancel("late", "0000-0000"), "cancel.moved", "in_progress",
        ExitCode.CONFLICT),
    Row("cancelled while on hold", held, ANA, cancel, "", "cancelled"),
    Row("cancelled twice by the same", cancelled, ANA, Cancel("again", ""), "()", "cancelled"),
    Row("cancelled twice by two", cancelled, BEN, Cancel("again", ""), "release.cancelled", "cancelled",
        ExitCode.CONFLICT),
    Row("cancelled what was completed", completed, BEN, Cancel("regret", ""), "release.completed", "completed",
        ExitCode.CONFLICT),
    Row("root does not cancel", started, ROOT, cancel, "account.nobody", "in_progress", ExitCode.NOT_PERMITTED),
    Row("held", started, BEN, Hold("vendor"), "", "in_progress"),
    Row("root may hold", started, ROOT, Hold("fire in the data centre"), "", "in_progress"),
    Row("held without a reason", started, BEN, Hold(" "), "hold.reason", "in_progress", ExitCode.USAGE),
    Row("held twice by the same", held, ANA, Hold("again"), "()", "in_progress"),
    Row("held twice by two", held, BEN, Hold("again"), "release.held", "in_progress", ExitCode.CONFLICT),
    Row("resumed", held, ANA, ON, "", "in_progress"),
    Row("resumed by somebody with a role for it", lambda: held(SHARED), BEN, ON, "", "in_progress"),
    Row("resumed by somebody else than the lead", held, BEN, ON, "resume.driver", "in_progress",
        ExitCode.NOT_PERMITTED),
    Row("resumed without a reason", held, ANA, Resume(" "), "resume.reason", "in_progress", ExitCode.USAGE),
    Row("root does not resume", held, ROOT, ON, "account.nobody", "in_progress", ExitCode.NOT_PERMITTED),
    Row("resumed what is not held", started, BEN, ON, "release.not-held", "in_progress", ExitCode.NO_GO),
    Row("resumed twice by the same", lambda: held(SHARED).do(BEN, ON), BEN, ON, "()", "in_progress"),
    Row("resumed twice by two", lambda: held(SHARED).do(BEN, ON), ANA, ON, "release.resumed", "in_progress",
        ExitCode.CONFLICT),
    Row("on hold nothing goes", held, ANA, Go("staging", ""), "release.held", "in_progress", ExitCode.NO_GO),
    Row("an amendment is accepted", amended, BEN, lambda world: AcceptAmendment(world.amend_code()), "",
        "in_progress"),
    Row("an amendment with another code", amended, BEN, AcceptAmendment("0000-0000"), "amend.moved",
        "in_progress", ExitCode.CONFLICT),
    Row("root accepts no amendment", amended, ROOT, AcceptAmendment(""), "account.nobody", "in_progress",
        ExitCode.NOT_PERMITTED),
    Row("there is no amendment", started, BEN, AcceptAmendment(""), "amend.nothing", "in_progress",
        ExitCode.NO_GO),
    Row("an amendment to a bad version", lambda: amended().do(DAI, MarkBad("web", "1.2.4", "worse")), BEN,
        AcceptAmendment(""), "version.bad", "in_progress", ExitCode.NO_GO),
    Row("until it is accepted nothing goes", amended, ANA, Go("staging", ""), "plan.amended", "in_progress",
        ExitCode.NO_GO),
    Row("accepted twice by the same", lambda: accepted(BEN), BEN, AcceptAmendment(""), "()", "in_progress"),
    Row("accepted twice by two", lambda: accepted(BEN), ANA, AcceptAmendment(""), "amend.accepted", "in_progress",
        ExitCode.CONFLICT),
    Row("nothing is ticked after the end", completed, BEN, Tick("tests"), "release.over", "completed",
        ExitCode.NO_GO),
    Row("nothing is skipped after the end", cancelled, BEN, Skip("tests", "over"), "release.over", "cancelled",
        ExitCode.NO_GO),
    Row("nothing is claimed after the end", cancelled, BEN, ClaimItem("tests"), "release.over", "cancelled",
        ExitCode.NO_GO),
    Row("nothing is taken back after the end", completed, CHLOE, Undo(), "release.over", "completed",
        ExitCode.NO_GO),
    Row("nobody drives after the end", completed, BEN, Drive(), "release.over", "completed", ExitCode.NO_GO),
    Row("nothing is frozen after the end", completed, BEN, FreezeLine("why"), "release.over", "completed",
        ExitCode.NO_GO),
    Row("nothing is thawed after the end", completed, BEN, Thaw(), "release.over", "completed", ExitCode.NO_GO),
    Row("nothing is held after the end", completed, BEN, Hold("why"), "release.over", "completed", ExitCode.NO_GO),
    Row("a note may still be left", completed, BEN, Note("tests", "took two hours"), "", "completed"),
    Row("a version may still be marked", completed, BEN, MarkBad("web", "1.2.3", "leaks memory"), "", "completed"),
)  # fmt: skip


def done_but(*commands: Command) -> World:
    """Done, and then somebody thought otherwise."""
    return done().do(CHLOE, *commands)


def accepted(actor: Actor) -> World:
    """An amendment somebody accepted."""
    world = amended()
    return world.do(actor, AcceptAmendment(world.amend_code()))


def broken(world: World) -> World:
    """The file on disk is no plan any more."""
    world.inputs = replace(world.inputs, plan_problem="release.yaml:3:1: not YAML")
    return world


def alarmed(world: World) -> World:
    """Somebody changed the journal."""
    world.inputs = replace(world.inputs, journal_problems=("event 3 is missing",))
    return world


@pytest.mark.parametrize("row", ROWS, ids=[row.case for row in ROWS])
def test_a_step_of_the_lifecycle(row: Row) -> None:
    """The act of each row is accepted, already true, or refused by this rule; and the release is here then."""
    world = row.world()
    command = row.act(world) if callable(row.act) else row.act

    answer = world.attempt(row.actor, command)

    said = ("()" if answer == () else "") if isinstance(answer, tuple) else answer.rule
    code = ExitCode.OK if isinstance(answer, tuple) else answer.exit_code
    assert (said, code, world.state.lifecycle.status.value) == (row.answer, row.code, row.status)


def test_there_are_enough_rows() -> None:
    """Forty or more, and none of them twice."""
    assert len({row.case for row in ROWS}) == len(ROWS) >= 40


def test_a_start_keeps_plan_versions_and_pins() -> None:
    """The plan that was agreed on can be read again from the journal alone."""
    world = World(make_plan(products=(make_product(revision="c" * 40),))).do(ANA, Start())

    life = world.state.lifecycle

    assert life.plan is not None
    assert (life.plan.sha256, life.plan.versions, life.plan.pins) == (
        "0" * 64,
        {"web": "1.2.3"},
        {"web": "c" * 40},
    )
    assert unpack(life.plan.outline) == outline_of(world.plan)
    assert (life.started_by, life.status) == (ANA, ReleaseStatus.IN_PROGRESS)


def test_completing_with_anything_open_is_refused_with_the_list() -> None:
    """The whole list, and who tried it is on record."""
    world = started()

    refusal = world.refusal(ANA, Complete(""))

    assert "item.open item:tests: 'Run the tests' is open" in refusal.facts
    assert any(fact.startswith("cell.open cell:web/production") for fact in refusal.facts)
    last = world.state.events[-1]
    assert (last.kind, last.actor, last.data["facts"]) == ("act.refused", ANA, list(refusal.facts))


def test_who_loses_is_told_by_whom_when_and_what() -> None:
    """Nobody has to go and look."""
    refusal = started().refusal(BEN, Start())

    assert refusal.reason == ("the release was started by aruiz at 20:30:02 UTC; nothing was recorded for you")


def test_a_diff_names_what_changed() -> None:
    """One line for each thing, old and new."""
    pending = amendment.pending(amended().inputs.loaded, amended().state)

    assert pending is not None
    assert pending.lines == ("products web/version: 1.2.3 -> 1.2.4",)


def test_a_new_product_is_one_line_of_the_diff() -> None:
    """Not one for each of its fields."""
    more = make_plan(products=(make_product(), make_product("api", "2.0.0")))

    assert [str(one) for one in changed(outline_of(make_plan()), outline_of(more))] == ["products api: yes is new"]


def test_an_edit_of_comments_is_an_amendment_too() -> None:
    """Other bytes are another plan until somebody says that they are not."""
    pending = amendment.pending(started().edit(PLAIN, "5" * 64).inputs.loaded, started().state)

    assert pending is not None
    assert pending.lines == ("only comments or layout",)
    assert not pending.signs_anew


def test_an_amendment_reopens_items_that_ask_something_else() -> None:
    """A tick answers the question that stood there."""
    world = done().edit(RETITLED)
    world.do(BEN, AcceptAmendment(world.amend_code()))

    assert world.state.item("tests").status is ItemStatus.OPEN
    assert world.state.item("tests").actor == BEN
    assert world.state.item("migrate").status is ItemStatus.DONE
    assert world.refusal(BEN, Undo()).rule == "undo.nothing"


def test_an_amendment_is_accepted_by_name() -> None:
    """Who accepted which change stays readable for ever."""
    (one,) = accepted(BEN).state.lifecycle.amendments

    assert (one.actor, one.changes, one.signed) == (BEN, ("products web/version: 1.2.3 -> 1.2.4",), True)


def test_an_edit_during_the_look_is_shown_again() -> None:
    """The code of another diff accepts nothing."""
    world = amended()
    code = world.amend_code()
    world.edit(make_plan(approvals=(), products=(make_product(version="6.6.6"),)), "6" * 64)

    refusal = world.refusal(BEN, AcceptAmendment(code))

    assert refusal.exit_code is ExitCode.CONFLICT
    assert "products web/version: 1.2.3 -> 6.6.6" in refusal.facts


def test_a_plan_too_large_for_one_event_is_kept_whole() -> None:
    """Five thousand items that hardly compress, in several events."""
    import random

    noise = random.Random(4)
    items = tuple(Item(ItemId(f"item-{number}"), f"{noise.getrandbits(400):x}") for number in range(5_000))
    world = World(make_plan(items=items)).do(ANA, Start())

    assert len(pack(outline_of(world.plan))) > 1
    assert world.state.lifecycle.plan is not None
    assert unpack(world.state.lifecycle.plan.outline) == outline_of(world.plan)
    assert world.state.outlines == {}


def test_a_forged_step_changes_nothing() -> None:
    """Whoever writes an event past the rules does not move the release where no step leads."""
    from gonogo.events import Event, EventId
    from gonogo.events.state import replay

    world = completed()
    forged = Event(999, EventId("x"), world.now, BEN, "release.started", "release", {})

    assert replay([forged], world.state).lifecycle.status is ReleaseStatus.COMPLETED


def test_a_rejection_keeps_a_release_from_being_completed() -> None:
    """It blocks until whoever rejected takes it back."""
    one = make_plan(approvals=make_plan().approvals[:1])
    world = done(one)
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))
    world.do(DAI, Reject("engineering", "never tested"))

    refusal = world.refusal(ANA, Complete(""))

    (fact,) = refusal.facts
    assert fact.endswith("approval 'engineering' is rejected by dsato: never tested")
