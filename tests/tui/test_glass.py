"""Break-glass at the screen: asked, confirmed by somebody else, ended; and everything that may come between."""

import re

import pytest

from gonogo.acts import glass as breaking
from gonogo.acts.checklist import Tick
from gonogo.acts.glass import BreakGlass, EndGlass, RequestGlass
from gonogo.plan import Item, ItemId
from gonogo.plan.conditions import ApprovalsGate, ChecklistGate
from gonogo.rules import glass
from tui.evening import CHLOE, VERSION, Evening, evening_plan, wait
from tui.stage import BEN, Seat
from tui.test_deciding import _snapshot, command, confirm, play

ITEMS = (Item(ItemId("told"), "Tell the support team"), Item(ItemId("backup"), "Back up the database"))
REASON = "the shop is down for all"
SIZES = [(80, 24), (160, 45)]


def _evening() -> Evening:
    """A release in progress, with three blockers of production."""
    gates = (ChecklistGate("production", ("",)), ApprovalsGate("production", ("engineering",)))
    evening = Evening(evening_plan(ITEMS, gates=gates))
    evening.start()
    return evening


def _ask(evening: Evening, *named: str) -> None:
    """Ben asks."""
    evening.act(RequestGlass("production", named, REASON), actor=BEN)


def _confirm(evening: Evening) -> None:
    """Chloe confirms."""
    session = evening.session(CHLOE)
    session.refresh()
    shown = breaking.preview(session.scene(), "production")
    session.submit(BreakGlass("production", getattr(shown, "code")))  # noqa: B009  a refusal has none


@pytest.mark.parametrize("size", SIZES)
def test_what_is_asked_for_stands_in_the_dialog_that_asks_why(size: tuple[int, int]) -> None:
    """Two of three blockers, one after the other."""

    async def story(seat: Seat, evening: Evening) -> None:
        await command(seat, "Break-glass: request")
        await seat.sees("All 3 blockers shown now")
        await seat.press("j", "enter", "j", "enter", "enter")
        await seat.sees("Why? 10 characters or more")
        text = seat.text()
        assert "2 blockers" in text
        assert text.count("waives  ") == 2
        await seat.type(REASON)
        await seat.press("enter")
        await seat.sees("BREAK-GLASS ASKED production until")
        [asked] = _snapshot(seat).state.glasses
        assert len(asked.panes) == 2

    play(story, _evening(), size)


def test_only_environments_with_something_to_waive_are_offered() -> None:
    """One that has nothing is a way to nowhere; where one is left it is not asked for."""

    async def story(seat: Seat, _: Evening) -> None:
        await command(seat, "Break-glass: request")
        await seat.sees("Break-glass for production: 1 blocker")
        assert "waives" in seat.text()

    evening = Evening(evening_plan(()))
    evening.start()
    play(story, evening)


@pytest.mark.parametrize("size", SIZES)
def test_the_second_person_sees_every_blocker_and_who_asked_until_when(size: tuple[int, int]) -> None:
    """And both names stand above every screen from then on."""

    async def story(seat: Seat, evening: Evening) -> None:
        _ask(evening, "approval.missing", "item.open")
        await seat.sees("BREAK-GLASS ASKED production until")
        await command(seat, "Break-glass: confirm")
        await seat.sees(f"Type {VERSION}")
        text = re.sub(r"\s+", " ", seat.text())
        assert "Ben Okafor (bokafor) asks, aruiz confirms; 3 waived for 1h" in text
        for name in ("Tell the support team", "Back up the database", "approval 'engineering'", REASON):
            assert name in text
        await confirm(seat, evening, VERSION)
        await seat.sees("by bokafor and aruiz")

    play(story, _evening(), size)


def test_what_was_asked_for_and_is_cleared_meanwhile_moves_the_dialog() -> None:
    """Nobody confirms another list than the one that is shown."""

    async def story(seat: Seat, evening: Evening) -> None:
        _ask(evening, "item.open:item:told", "approval.missing")
        await command(seat, "Break-glass: confirm")
        await seat.sees(f"Type {VERSION}")
        evening.act(Tick("told"), actor=CHLOE)
        await seat.sees("does not stand there now")
        assert _snapshot(seat).state.glasses[0].broken_by is None

    play(story, _evening())


def test_a_request_that_runs_out_under_the_dialog_is_told_and_asked_for_anew_by_keys() -> None:
    """No word is asked for any more, and the next step is one of this screen."""

    async def story(seat: Seat, evening: Evening) -> None:
        _ask(evening, "approval.missing")
        await command(seat, "Break-glass: confirm")
        await seat.sees(f"Type {VERSION}")
        await wait(seat, evening, glass.PATIENCE.total_seconds() + 1)
        await seat.sees("Not possible now: the request")
        text = seat.text()
        assert "expired" in text
        assert "next: press : and type 'break-glass'" in text
        assert "gonogo break-glass" not in text
        assert f"Type {VERSION}" not in text
        assert "BREAK-GLASS ASKED" not in text

    play(story, _evening())


def test_a_request_that_somebody_else_confirms_under_the_dialog_is_told() -> None:
    """Who was first stands there."""

    async def story(seat: Seat, evening: Evening) -> None:
        _ask(evening, "approval.missing")
        await command(seat, "Break-glass: confirm")
        await seat.sees(f"Type {VERSION}")
        _confirm(evening)
        await seat.sees("Not possible now: break-glass")
        assert "cmartin" in seat.text()

    play(story, _evening())


def test_one_s_own_request_is_confirmed_by_somebody_else_and_the_palette_names_them() -> None:
    """It stays in its place and says why."""

    async def story(seat: Seat, evening: Evening) -> None:
        await command(seat, "Break-glass: request")
        await seat.sees("All 3 blockers shown now")
        await seat.press("enter")
        await seat.sees("Why? 10")
        await seat.type(REASON)
        await seat.press("enter")
        await seat.sees("BREAK-GLASS ASKED")
        await seat.press("colon")
        await seat.type("confirm glass")
        await seat.press("down")
        text = re.sub(r"\s+", " ", seat.text())
        assert "not possible now: break-glass needs a second person" in text
        assert "Ben Okafor" in text

    play(story, _evening())


def test_an_end_by_somebody_else_takes_the_line_above_and_the_waivers_away() -> None:
    """What it waived counts again, and is shown so."""

    async def story(seat: Seat, evening: Evening) -> None:
        _ask(evening, "approval.missing")
        _confirm(evening)
        await seat.sees("BREAK-GLASS production 1 waived until")
        await command(seat, "end glass")
        await seat.sees("End break-glass")
        evening.act(EndGlass("production", "the fix is out"), actor=BEN)
        await seat.until(lambda: "BREAK-GLASS" not in seat.text())
        await seat.press("enter")
        await seat.sees("no break-glass is in force")

    play(story, _evening())
