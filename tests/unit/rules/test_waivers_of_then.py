"""A waiver, or break-glass, lets pass what stood there when it was given: what comes later is another risk."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.acts import Refusal
from gonogo.acts import glass as deciding
from gonogo.acts.approvals import Reject, Revoke
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick, Untick
from gonogo.acts.glass import BreakGlass, RequestGlass
from gonogo.acts.lifecycle import Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.acts.waivers import Waive
from gonogo.changelog import Base, ProductChanges, Range, Tag
from gonogo.events import Event, EventId
from gonogo.events.state import replay
from gonogo.facts import Status
from gonogo.plan import Freeze, Item, ItemId, Target
from gonogo.plan.conditions import ChangelogGate
from gonogo.rules import completion
from gonogo.rules.readiness import ReasonLine, Weight
from support.deciding import ANA, BEN, CHLOE, DAI, EVA, NOBODY, World, make_plan, make_product

WHERE = "production"


def world(**more: object) -> World:
    """Started by ana, who leads and may waive."""
    return World(make_plan(**more)).do(ANA, Start())


def waive(here: World, named: str) -> World:
    """Ana lets that one thing pass for an hour."""
    rule, _, subject = named.partition("=")
    until = here.now + timedelta(hours=1)
    return here.do(ANA, Waive(rule, subject, WHERE, "this very one is agreed on", until))


def weighs(here: World, rule: str) -> set[Weight]:
    """What that rule weighs for production now."""
    return {one.weight for one in lines(here, rule)}


def lines(here: World, rule: str) -> list[ReasonLine]:
    """What that rule says for production now."""
    judged = here.scene().snapshot().verdict(WHERE)
    assert judged is not None
    return [one for one in judged.reasons if one.rule == rule]


def test_the_next_incident_of_a_trigger_is_not_waived_by_the_waiver_of_the_last_one() -> None:
    """It asks again."""
    here = waive(world().do(BEN, FireTrigger("errors", "a spike")), "trigger.asks=trigger:errors")
    assert weighs(here, "trigger.asks") == {Weight.WAIVED}

    here.do(ANA, AnswerTrigger("errors", "go_on", "noise"), ClearTrigger("errors"))
    here.do(BEN, FireTrigger("errors", "orders are lost"))

    assert weighs(here, "trigger.asks") == {Weight.BLOCKER}


def test_a_rejection_after_the_waiver_of_another_one_blocks() -> None:
    """Also of the same content, and also when the first one is taken back; completing waits for it, too."""
    here = world().do(CHLOE, Reject("qa", "a typo"))
    waive(here, "approval.rejected=approval:qa")
    assert weighs(here, "approval.rejected") == {Weight.WAIVED}

    here.do(EVA, Reject("qa", "it deletes all orders"))

    assert weighs(here, "approval.rejected") == {Weight.BLOCKER}
    here.do(CHLOE, Revoke("qa"))
    assert weighs(here, "approval.rejected") == {Weight.BLOCKER}
    assert "approval.rejected" in [one.rule for one in completion.open_ends(here.scene().snapshot())]


def test_one_more_breaking_commit_is_not_waived_by_the_waiver_of_the_first() -> None:
    """It may be waived anew, and the first waiver gives way to that one."""
    here = _breaking("1 breaking commit asks for 2.0.0: c0ffee12")
    waive(here, "changelog.breaking=product:web")
    assert weighs(here, "changelog.breaking") == {Weight.WAIVED}

    here.knows(_changes("2 breaking commits ask for 2.0.0: c0ffee12, badc0de1"))

    assert weighs(here, "changelog.breaking") == {Weight.BLOCKER}
    waive(here, "changelog.breaking=product:web")
    assert weighs(here, "changelog.breaking") == {Weight.WAIVED}


def test_a_waiver_of_an_older_program_names_no_fact_and_counts_as_it_did() -> None:
    """Journals that are there keep their verdict."""
    here = _breaking("1 breaking commit asks for 2.0.0: c0ffee12")
    waive(here, "changelog.breaking=product:web")
    older = [replace(one, facts={}) for one in here.state.waivers]
    here.inputs = replace(here.inputs, state=replace(here.state, waivers=tuple(older)))

    here.knows(_changes("2 breaking commits ask for 2.0.0: c0ffee12, badc0de1"))

    assert weighs(here, "changelog.breaking") == {Weight.WAIVED}


def test_the_second_person_of_break_glass_confirms_only_what_still_says_the_same() -> None:
    """What was asked for has become another risk: ask anew."""
    here = _breaking("1 breaking commit asks for 2.0.0: c0ffee12")
    here.do(ANA, RequestGlass(WHERE, ("changelog.breaking:web",), "checkout is down"))

    here.knows(_changes("2 breaking commits ask for 2.0.0: c0ffee12, badc0de1"))

    shown = deciding.preview(here.scene(BEN), WHERE)
    assert not isinstance(shown, Refusal)
    assert "2 breaking commits" in "\n".join(shown.lines)
    assert here.refusal(BEN, BreakGlass(WHERE, shown.code)).rule == "glass.outdated"


def test_break_glass_waives_no_unknown_that_does_not_stand_there() -> None:
    """A request by hand for what nobody has asked yet would be a blank cheque."""
    here = world()
    covers = [{"rule": "cell.unknown", "subject": "cell:web/elsewhere", "fact": "", "named": True}]
    data = {"reason": "checkout is down", "covers": covers}
    seq = here.state.seq + 1
    request = Event(seq, EventId("by-hand"), here.now, ANA, kinds.GLASS_REQUESTED, f"glass:{WHERE}", data)
    here.inputs = replace(here.inputs, state=replay([request], here.state))

    shown = deciding.preview(here.scene(BEN), WHERE)

    assert not isinstance(shown, Refusal)
    assert here.refusal(BEN, BreakGlass(WHERE, shown.code)).rule == "glass.outdated"


def test_a_decision_to_go_back_is_ended_by_a_person_whom_the_plan_names() -> None:
    """Nobody else ends it, and it cannot be fired away."""
    here = world().do(BEN, FireTrigger("errors", "a spike"))
    here.do(ANA, AnswerTrigger("errors", "roll_back", "orders are lost"))

    assert here.refusal(NOBODY, ClearTrigger("errors")).rule == "account.unnamed"
    fired = here.state.triggers["errors"].seq
    again = Event(here.state.seq + 1, EventId("x"), here.now, NOBODY, kinds.TRIGGER_FIRED, "trigger:errors", {})
    here.inputs = replace(here.inputs, state=replay([again], here.state))
    assert (here.state.triggers["errors"].seq, here.state.triggers["errors"].answer) == (fired, "roll_back")

    here.do(DAI, ClearTrigger("errors"))

    assert not lines(here, "trigger.roll-back")


def test_of_a_cell_that_version_in_that_state_is_waived_and_no_other() -> None:
    """Neither another version in the same state, nor that version in a worse one; its age may go on."""
    here = world().sees({"staging": "1.2.3"})
    here.reports("production", "1.2.2", Status.DEGRADED)
    waive(here, "cell.status=cell:web/production")
    here.later(timedelta(minutes=1)).reports("production", "1.2.2", Status.DEGRADED)
    assert weighs(here, "cell.status") == {Weight.WAIVED}

    here.reports("production", "1.2.2", Status.FAILED)
    assert weighs(here, "cell.status") == {Weight.BLOCKER}
    here.reports("production", "1.2.1", Status.DEGRADED)
    assert weighs(here, "cell.status") == {Weight.BLOCKER}
    here.reports("production", "1.2.2", Status.DEGRADED)
    assert weighs(here, "cell.status") == {Weight.WAIVED}


def test_completing_passes_by_a_cell_only_for_what_was_waived_there() -> None:
    """That the planned version is degraded says nothing of another version."""
    here = world(approvals=(), items=()).sees({"staging": "1.2.3"})
    here.reports("production", "1.2.3", Status.DEGRADED)
    waive(here, "cell.status=cell:web/production")
    assert "cell.open" not in left(here)

    here.reports("production", "1.2.2", Status.DEGRADED)

    assert "cell.open" in left(here)


def test_an_environment_before_that_is_behind_is_waived_with_what_runs_there() -> None:
    """An even older version is another one."""
    here = world().sees({"staging": "1.2.2", WHERE: "1.2.1"})
    waive(here, "cell.behind=cell:web/staging")
    assert weighs(here, "cell.behind") == {Weight.WAIVED}

    here.sees({"staging": "1.2.1"})

    assert weighs(here, "cell.behind") == {Weight.BLOCKER}


def test_an_open_item_is_waived_and_neither_its_check_that_fails_nor_the_item_opened_again() -> None:
    """What was agreed on was that nobody has done it."""
    here = world(phases=("Before", "Deployment"), items=(Item(ItemId("tests"), "Run the tests", "Before"),))
    waive(here, "item.open=item:tests")
    assert weighs(here, "item.open") == {Weight.WAIVED}

    here.do(BEN, Tick("tests"), Untick("tests", "they fail"))

    assert weighs(here, "item.open") == {Weight.BLOCKER}


@pytest.mark.parametrize(("weeks", "weight"), [(0, Weight.WAIVED), (1, Weight.BLOCKER)])
def test_a_freeze_is_waived_as_long_as_it_holds_and_not_the_next_time(weeks: int, weight: Weight) -> None:
    """Also where the waiver itself would last longer."""
    # it is Tuesday, 21:30 in Berlin
    here = world(freezes=(Freeze("evenings", "Europe/Berlin", weekly=((1, 20, 0), (1, 23, 0))),))
    until = here.now + timedelta(days=20)
    here.do(ANA, Waive("freeze.active", "freeze:evenings", WHERE, "agreed with operations", until))

    here.later(timedelta(weeks=weeks, minutes=5))

    assert weighs(here, "freeze.active") == {weight}


def test_break_glass_is_of_that_version_in_that_state_as_well() -> None:
    """Before it is confirmed it is asked for anew; after that it blocks again."""
    here = world().reports(WHERE, "1.2.2", Status.DEGRADED)
    here.do(ANA, RequestGlass(WHERE, ("cell.status:web/production",), "checkout is down"))
    here.reports(WHERE, "1.2.1", Status.DEGRADED)
    shown = deciding.preview(here.scene(BEN), WHERE)
    assert not isinstance(shown, Refusal)
    assert here.refusal(BEN, BreakGlass(WHERE, shown.code)).rule == "glass.outdated"

    here.reports(WHERE, "1.2.2", Status.DEGRADED)
    shown = deciding.preview(here.scene(BEN), WHERE)
    assert not isinstance(shown, Refusal)
    here.do(BEN, BreakGlass(WHERE, shown.code))
    assert weighs(here, "cell.status") == {Weight.WAIVED}
    here.reports(WHERE, "1.2.1", Status.DEGRADED)
    assert weighs(here, "cell.status") == {Weight.BLOCKER}


def test_a_later_deployment_without_a_go_is_not_waived_by_the_waiver_of_an_earlier_one() -> None:
    """It left, and somebody brought it back."""
    here = world().do(ANA, ran("1.2.2"), ran("1.2.3"))
    waive(here, "deployed.without-go=cell:web/production")
    assert weighs(here, "deployed.without-go") == {Weight.WAIVED}

    here.do(ANA, ran("1.2.2"), ran("1.2.3"))

    assert weighs(here, "deployed.without-go") == {Weight.BLOCKER}
    assert "deployed.without-go" in left(here)


def test_completing_waits_while_a_tag_leads_elsewhere_than_was_agreed_on() -> None:
    """Nobody knows which of the two commits runs."""
    web = make_product(previous="1.2.2", repo="/srv/web")
    here = World(make_plan(products=(web,))).knows(_tagged("a")).do(ANA, Start())
    assert "tag.moved" not in left(here)

    here.knows(_tagged("b"))

    assert "tag.moved" in left(here)


def left(here: World) -> set[str]:
    """The rules that keep the release from being completed."""
    return {one.rule for one in completion.open_ends(here.scene().snapshot())}


def ran(version: str) -> RecordTransition:
    """What was seen in production."""
    return RecordTransition(Target("web", WHERE), (version,), "succeeded", "test")


def _tagged(oid: str) -> ProductChanges:
    found = Range(Base("v1.2.2", "b" * 40, "1.2.2"), "v1.2.3", oid * 40, tag=Tag("v1.2.3", oid * 40))
    return ProductChanges("web", found, "1.2.3")


def _breaking(what: str) -> World:
    gate = ChangelogGate(WHERE, "no-breaking-without-major")
    web = make_product(previous="1.2.2", repo="/srv/web")
    return world(products=(web,), gates=(gate,)).knows(_changes(what))


def _changes(what: str) -> ProductChanges:
    found = Range(Base("v1.2.2", "b" * 40, "1.2.2"), "HEAD", "a" * 40)
    said = f"planned 1.2.3, but {what}"
    return ProductChanges("web", found, "1.2.3", contradiction=said, breaking_without_major=True)
