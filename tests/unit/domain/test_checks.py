"""What a check's result is worth, and what it does to its item."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.domain.checks import Standing, command_set_digest, commands, describe, fingerprint, standing
from gonogo.domain.decide import RecordCheck, Refusal, Scene, Tick, decide
from gonogo.domain.events import EventId
from gonogo.domain.folds.checks import CheckOutcome
from gonogo.domain.plan import Check, CheckKind, Item, ItemId, Plan
from gonogo.domain.snapshot import Inputs
from gonogo.domain.state import ItemStatus, ReleaseState
from support.releases import ANA, BEN, NOW, after, item, loaded, plan

TESTS = Check(CheckKind.RUN, ("make", "test"), {"timeout": timedelta(minutes=20)})


def checked(check: Check = TESTS, **more: object) -> Plan:
    """A plan with one item that a check decides."""
    return plan(replace(item("tests"), check=check, **more))


def result(
    check: Check = TESTS, outcome: CheckOutcome = CheckOutcome.PASSED, age: timedelta = timedelta(0)
) -> RecordCheck:
    """A check that ended `age` ago."""
    return RecordCheck("tests", outcome, NOW - age, "exit code 0", fingerprint(check), "12 passed", seconds=3)


def says(state: ReleaseState, check: Check = TESTS) -> Standing:
    """What the recorded result says now."""
    return standing(check, state.checks.get("tests"), NOW)


def test_a_passed_check_ticks_its_item() -> None:
    """Both the result and the tick are facts, and the tick says that a check made it."""
    state = after(checked(), (ANA, result()))
    assert (state.item("tests").status, state.item("tests").check) == (ItemStatus.DONE, True)
    assert says(state) is Standing.PASSED


@pytest.mark.parametrize("outcome", [CheckOutcome.FAILED, CheckOutcome.UNKNOWN])
def test_a_check_that_no_longer_passes_reopens_its_item(outcome: CheckOutcome) -> None:
    """What a check said before does not outlive what it says now."""
    state = after(checked(), (ANA, result()), (BEN, result(outcome=outcome)))
    assert state.item("tests").status is ItemStatus.OPEN
    assert state.item("tests").reason == f"its check {outcome}: exit code 0"


def test_a_result_grows_old() -> None:
    """After an hour, or after what the check says, it decides nothing any more."""
    state = after(checked(), (ANA, result(age=timedelta(minutes=59, seconds=59))))
    assert says(state) is Standing.PASSED
    assert standing(TESTS, state.checks["tests"], NOW + timedelta(seconds=1)) is Standing.STALE
    short = replace(TESTS, options={**TESTS.options, "good_for": timedelta(minutes=5)})
    assert says(state, short) is Standing.STALE


def test_a_result_from_the_future_is_unknown() -> None:
    """A wrong clock makes no result young."""
    state = after(checked(), (ANA, result(age=timedelta(minutes=-2))))
    assert says(state) is Standing.UNKNOWN


def test_a_result_of_another_check_says_nothing() -> None:
    """When the plan changes the command, what the old one found is about something else."""
    state = after(checked(), (ANA, result()))
    assert says(state, replace(TESTS, argument=("make", "quick-test"))) is Standing.CHANGED
    assert standing(TESTS, None, NOW) is Standing.NEVER


def test_a_result_whose_check_changed_meanwhile_is_refused() -> None:
    """It cannot be recorded as the answer to a question that was not asked."""
    scene = Scene(Inputs(loaded(checked())), ANA, EventId("one"), NOW)
    refusal = decide(scene, result(replace(TESTS, argument=("true",))))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "check.changed"


@pytest.mark.parametrize("said", [None, CheckOutcome.FAILED, CheckOutcome.UNKNOWN])
def test_nobody_ticks_by_hand_what_a_check_decides(said: CheckOutcome | None) -> None:
    """A word does not stand in for a measurement; skipping it with a reason stays possible."""
    given = checked()
    state = after(given, (ANA, result(outcome=said))) if said else ReleaseState()
    refusal = decide(Scene(Inputs(loaded(given), state), BEN, EventId("two"), NOW), Tick("tests"))
    assert isinstance(refusal, Refusal)
    assert (refusal.rule, refusal.exit_code) == ("item.checked", 3)
    assert refusal.remedy.startswith("gonogo check run tests")


def test_a_check_waits_for_the_items_before_it() -> None:
    """The result is recorded, the item is not ticked ahead of the order people agreed on."""
    later = replace(item("smoke", after=("deploy",)), check=TESTS)
    state = after(plan(item("deploy"), later), (ANA, replace(result(), item="smoke")))
    assert state.item("smoke").status is ItemStatus.OPEN
    state = after(plan(item("deploy"), later), (ANA, Tick("deploy")), (BEN, Tick("smoke")), state=state)
    assert state.item("smoke").status is ItemStatus.DONE


def test_a_machine_is_no_second_person() -> None:
    """An item for two persons is not ticked by a check."""
    state = after(checked(two_person=True), (ANA, result()))
    assert state.item("tests").status is ItemStatus.OPEN


def test_trust_is_bound_to_every_word_of_every_command() -> None:
    """A changed, added or moved word is another command set; a time-out is not."""
    given = checked()
    assert [one.argv for one in commands(given)] == [("make", "test")]
    same = checked(replace(TESTS, options={}))
    assert command_set_digest(given) == command_set_digest(same)
    for argv in (("make", "test", "x"), ("make test",), ("test", "make"), ()):
        assert command_set_digest(checked(replace(TESTS, argument=argv))) != command_set_digest(given)
    more = replace(given, items=(*given.items, Item(ItemId("b"), "b", check=TESTS)))
    assert command_set_digest(more) != command_set_digest(given)


def test_a_command_is_shown_word_by_word() -> None:
    """Whoever trusts sees where each word begins and ends."""
    check = Check(CheckKind.RUN, ("sh", "-c", "rm -rf $HOME", ""))
    assert describe(check) == 'run sh -c "rm -rf $HOME" ""'
