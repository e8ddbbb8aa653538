"""Several people on one release: what the screen shows of one's own acts and of the others'."""

import asyncio
from collections.abc import Awaitable, Callable

from gonogo.acts.checklist import Skip, Tick
from gonogo.errors import StorageError
from gonogo.events.state import ItemStatus
from gonogo.tui.messages import Record
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.view import CleanInput
from tui.stage import ANA, BEN, Seat, Stage


def _play(story: Callable[[Seat, Stage], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        stage = Stage()
        stage.begin()
        async with stage.cockpit(size=size) as seat:
            await story(seat, stage)

    asyncio.run(run())


def _status(seat: Seat, item: str) -> ItemStatus:
    assert seat.app.snapshot is not None
    return seat.app.snapshot.state.item(item).status


def test_space_ticks_and_says_who() -> None:
    """The tick is drawn when the journal has it, with the account and the time."""

    async def story(seat: Seat, stage: Stage) -> None:
        seat.app.cockpit.go_to("item:qa")
        await seat.pilot.press("space")
        await seat.until(lambda: _status(seat, "qa") is ItemStatus.DONE)
        assert seat.app.snapshot is not None
        actor = seat.app.snapshot.state.item("qa").actor
        assert actor is not None
        assert actor.user == ANA.user

    _play(story)


def test_u_takes_back_ones_own_last_act() -> None:
    """A wrong key is one key away from being put right, and both stay in the trail."""

    async def story(seat: Seat, stage: Stage) -> None:
        seat.app.cockpit.go_to("item:qa")
        await seat.pilot.press("space")
        await seat.until(lambda: _status(seat, "qa") is ItemStatus.DONE)
        await seat.pilot.press("u")
        await seat.until(lambda: _status(seat, "qa") is ItemStatus.OPEN)

    _play(story)


def test_a_tick_from_another_terminal_appears_by_itself() -> None:
    """Nobody has to press anything to see what a colleague did."""

    async def story(seat: Seat, stage: Stage) -> None:
        stage.act(Tick("rehearse"), actor=BEN)
        await seat.until(lambda: _status(seat, "rehearse") is ItemStatus.DONE)

    _play(story)


def test_a_lost_race_is_told_and_changes_nothing() -> None:
    """Who acts on a state that is gone is told by whom, and the other's act stays."""

    async def story(seat: Seat, stage: Stage) -> None:
        stage.act(Skip("rehearse", "rehearsed last week"), actor=BEN)
        seat.app.cockpit.post_message(Record(Tick("rehearse", expect=0), "tick: rehearse"))
        await seat.sees("CONFLICT")
        assert "bokafor" in seat.text()
        await seat.until(lambda: _status(seat, "rehearse") is ItemStatus.SKIPPED)

    _play(story)


def test_a_note_typed_ahead_arrives_whole() -> None:
    """The letters after `n` belong to the note, whatever the screen is doing."""

    async def story(seat: Seat, stage: Stage) -> None:
        seat.app.cockpit.go_to("item:qa")
        await seat.pilot.press("n", *"all green", "enter")
        await seat.until(lambda: bool(seat.app.snapshot and seat.app.snapshot.state.item("qa").notes))
        assert seat.app.snapshot is not None
        assert seat.app.snapshot.state.item("qa").notes[-1].text == "all green"

    _play(story)


def test_what_was_typed_and_could_not_be_recorded_stands_there_again() -> None:
    """The disk was full: asked again the line holds the words, until they are recorded; then it is empty."""

    async def story(seat: Seat, stage: Stage) -> None:
        def notes() -> tuple[str, ...]:
            assert seat.app.snapshot is not None
            return tuple(note.text for note in seat.app.snapshot.state.item("qa").notes)

        async def asked(key: str) -> str:
            await seat.press(key)
            await seat.until(lambda: isinstance(seat.app.screen, PromptScreen))
            return seat.app.screen.query_one(CleanInput).value

        seat.app.cockpit.go_to("item:qa")
        stage.log.failure = StorageError("no space left on device")
        assert await asked("n") == ""
        await seat.type("two of three green")
        await seat.press("enter")
        await seat.sees("NOT RECORDED")
        stage.log.failure = None
        assert await asked("n") == "two of three green"
        await seat.type(" now")
        await seat.press("enter")
        await seat.until(lambda: notes() == ("two of three green now",))
        assert await asked("n") == ""

    _play(story)


def test_letters_that_came_before_the_keyboard_stay() -> None:
    """A line that gets the keyboard late keeps what was typed ahead of it: the next letter comes after."""

    async def story(seat: Seat, stage: Stage) -> None:
        seat.app.cockpit.go_to("item:qa")
        await seat.pilot.press("n")
        await seat.until(lambda: isinstance(seat.app.focused, CleanInput))
        line = seat.app.focused
        assert isinstance(line, CleanInput)
        seat.app.screen.set_focus(None)
        line.insert_text_at_cursor("al")
        line.focus()
        await seat.until(lambda: line.has_focus)
        await seat.pilot.press("l")
        await seat.until(lambda: line.value == "all")

    _play(story)
