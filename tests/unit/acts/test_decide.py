"""What becomes a fact and what is refused, and why."""

import pytest

from gonogo.acts import Refusal, Scene, decide
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Note, Skip, Tick, Undo, Untick
from gonogo.errors import ExitCode
from gonogo.events import Actor, Draft, EventId
from gonogo.events.state import ItemStatus, ReleaseState
from gonogo.plan import Plan, Target
from gonogo.rules.snapshot import Inputs
from support.releases import ANA, BEN, NOW, after, item, loaded, plan

PLAN = plan(item("tests"), item("tickets"), item("qa", after=("tests",)), item("smoke-eu"), item("smoke-us"))


def _decide(command: object, state: ReleaseState | None = None, actor: Actor = ANA, given: Plan = PLAN) -> object:
    scene = Scene(Inputs(loaded(given), state or ReleaseState()), actor, EventId("new"), NOW)
    return decide(scene, command)  # type: ignore[arg-type]  # any command


def _draft(command: object, state: ReleaseState | None = None) -> Draft:
    answer = _decide(command, state)
    assert isinstance(answer, tuple), answer
    (draft,) = answer
    assert isinstance(draft, Draft)
    return draft


def _refusal(command: object, state: ReleaseState | None = None, actor: Actor = ANA) -> Refusal:
    answer = _decide(command, state, actor)
    assert isinstance(answer, Refusal), answer
    return answer


def test_a_tick_repeats_the_title_it_ticked() -> None:
    """The trail must tell what was ticked even after the plan's text has changed."""
    draft = _draft(Tick("tests"))

    assert draft.subject == "item:tests"
    assert draft.data["title"] == "tests"


def test_a_unique_prefix_names_an_item() -> None:
    """Two letters are enough when no other item begins with them."""
    draft = _draft(Tick("tes"))

    assert draft.subject == "item:tests"


def test_a_prefix_of_two_items_is_refused_with_both() -> None:
    """Guessing would tick the wrong line."""
    refusal = _refusal(Tick("smoke"))

    assert (refusal.exit_code, refusal.rule) == (ExitCode.USAGE, "item.ambiguous")
    assert refusal.reason == "'smoke' may be smoke-eu, smoke-us"


def test_an_unknown_item_gets_a_suggestion() -> None:
    """A typing mistake is answered with the name that was meant."""
    refusal = _refusal(Tick("tcikets"))

    assert refusal.reason == "the plan has no item 'tcikets'"
    assert refusal.remedy == "did you mean 'tickets'?"


def test_one_item_waits_for_another() -> None:
    """Ticking ahead of `after` would say something happened that did not."""
    refusal = _refusal(Tick("qa"))

    assert (refusal.exit_code, refusal.rule) == (ExitCode.NO_GO, "item.after")
    assert "tests" in refusal.reason


def test_a_skipped_item_lets_others_go_on() -> None:
    """Not applicable is an answer; only open items are waited for."""
    state = after(PLAN, (ANA, Skip("tests", "no code in this release")), (BEN, Tick("qa")))

    assert state.item("qa").status is ItemStatus.DONE


def test_ticking_ones_own_tick_again_changes_nothing() -> None:
    """What was asked for holds already, by the same account."""
    state = after(PLAN, (ANA, Tick("tests")))

    assert _decide(Tick("tests"), state) == ()


def test_ticking_what_another_ticked_is_a_conflict_that_names_them() -> None:
    """Nobody's work is claimed by a second person."""
    state = after(PLAN, (BEN, Tick("tests")))

    refusal = _refusal(Tick("tests"), state)

    assert refusal.exit_code is ExitCode.CONFLICT
    assert "was ticked by bokafor" in refusal.reason


def test_acting_on_an_old_screen_is_a_conflict() -> None:
    """Who decides on a state that is gone is told so instead of overwriting it."""
    state = after(PLAN, (BEN, Tick("tests")))

    refusal = _refusal(Untick("tests", expect=0), state)

    assert refusal.exit_code is ExitCode.CONFLICT


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_skipping_needs_a_reason(reason: str) -> None:
    """Not applicable without a reason is a hole in the record."""
    assert _refusal(Skip("tests", reason)).rule == "item.skip-reason"


def test_an_empty_note_is_refused() -> None:
    """An empty note says nothing."""
    assert _refusal(Note("tests", " \n ")).rule == "note.empty"


def test_undo_brings_back_the_state_before() -> None:
    """Undo of a tick on a skipped item makes it skipped again, with its reason."""
    state = after(PLAN, (BEN, Skip("tests", "not needed")), (ANA, Tick("tests", expect=1)), (ANA, Undo()))

    assert state.item("tests").status is ItemStatus.SKIPPED
    assert state.item("tests").reason == "not needed"


def test_undo_takes_back_ones_own_acts_one_by_one() -> None:
    """Two undos take back two acts, newest first, and undoing is not itself undone."""
    state = after(PLAN, (ANA, Tick("tests")), (ANA, Tick("tickets")), (ANA, Undo()), (ANA, Undo()))

    assert {state.item(name).status for name in ("tests", "tickets")} == {ItemStatus.OPEN}
    assert _refusal(Undo(), state).rule == "undo.nothing"


def test_undo_never_touches_what_another_changed_since() -> None:
    """Somebody else's decision is not taken back by accident."""
    state = after(PLAN, (ANA, Tick("tests")), (BEN, Untick("tests", expect=1)))

    refusal = _refusal(Undo(), state)

    assert refusal.exit_code is ExitCode.CONFLICT
    assert "bokafor" in refusal.reason


def test_undo_has_no_eye_for_other_peoples_acts() -> None:
    """`u` takes back one's own last act, never a colleague's."""
    state = after(PLAN, (BEN, Tick("tests")))

    assert _refusal(Undo(), state, ANA).rule == "undo.nothing"


def test_a_transition_is_recorded_once_whoever_comes_first() -> None:
    """The second session to see the same change finds it in the journal already."""
    change = RecordTransition(Target("web", "staging"), ("1.2.3",), "succeeded", "test")
    state = after(PLAN, (ANA, change))

    assert _decide(change, state, BEN) == ()


def test_control_characters_never_reach_the_record() -> None:
    """A reason with an escape sequence is stored as text that a terminal only shows."""
    draft = _draft(Skip("tests", "x\x1b[2Jy"))

    assert draft.data["reason"] == "x\u241b[2Jy"
