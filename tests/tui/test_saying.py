"""What a line says, whose it is and how long: nothing is said of something else, and no refusal is lost."""

import ast
import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

import gonogo.tui.intents as table
from gonogo.rules.snapshot import Inputs
from gonogo.testing.clock import FakeClock
from gonogo.text.tones import line_text
from gonogo.tui.app import SILENT, judged
from gonogo.tui.intents import INTENTS, MENDING, Context, Palette, Place
from gonogo.tui.messages import Refuse, Say
from gonogo.tui.panes.verdict_bar import Standing, bar_lines
from gonogo.tui.saying import LASTS
from gonogo.tui.screens.palette import UNCHOSEN, PaletteScreen, offered
from gonogo.tui.screens.why import WhyScreen
from tui.stage import Seat, Stage

REFUSAL = "nothing is under the cursor"


def _bar(seat: Seat) -> str:
    """The whole bar, wide enough for everything in it."""
    return "\n".join(line_text(line) for line in bar_lines(seat.app.snapshot, Standing(), 200, "."))


# -- refusals ---------------------------------------------------------------------------------------------------


def test_what_was_refused_stands_in_the_problems_log() -> None:
    """Also a key that meant nothing there; and nobody is told of a problem that he has just read."""
    stage = Stage()
    stage.begin()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("x")
            await seat.sees("no check decides this item")
            assert "press !" not in seat.text()
            await seat.press("exclamation_mark")
            await seat.sees("no check decides this item")
            assert "Nothing was refused" not in seat.text()

    asyncio.run(run())


def test_what_the_line_says_in_the_tone_of_a_refusal_is_kept() -> None:
    """Whoever says it: a view cannot say that something was not done and have it forgotten."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit() as seat:
            seat.view.post_message(Refuse("not from here", remedy="from there"))
            await seat.sees("not from here   from there")
            assert seat.app.problems.problems[0].text == "not from here"
            assert seat.app.problems.problems[0].remedy == "from there"
            assert seat.app.problems.unread == 0

    asyncio.run(run())


# -- how long, and where ----------------------------------------------------------------------------------------


def test_a_line_goes_with_its_view() -> None:
    """What was refused in the wizard is no word about the cockpit below it."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("w")
            seat.view.post_message(Say("only of the reasons"))
            await seat.sees("only of the reasons")
            await seat.press("escape")
            await seat.until(lambda: not isinstance(seat.app.screen, WhyScreen))
            assert "only of the reasons" not in seat.text()

    asyncio.run(run())


def test_a_line_goes_with_time_and_what_is_under_way_stays() -> None:
    """What happened a minute ago is not what happens now; what still happens is."""
    clock = FakeClock()
    stage = Stage(clock=clock)

    async def run() -> None:
        async with stage.cockpit() as seat:
            seat.app.on_say(Say("said a while ago"))
            await seat.sees("said a while ago")
            clock.advance(timedelta(seconds=LASTS + 1))
            seat.app.tick()
            await seat.until(lambda: "said a while ago" not in seat.text())
            seat.app.tell_under_way("still at it")
            clock.advance(timedelta(minutes=10))
            seat.app.tick()
            await seat.sees("still at it")

    asyncio.run(run())


def test_a_line_goes_as_soon_as_it_is_not_so_any_more() -> None:
    """However short it stood there; a key that changes it takes it along at once."""
    stage = Stage()
    stands = True

    async def run() -> None:
        nonlocal stands
        async with stage.cockpit() as seat:
            seat.view.post_message(Refuse("git is still being read", still=lambda: stands))
            await seat.sees("git is still being read")
            await seat.press("j")
            await seat.sees("git is still being read")
            stands = False
            await seat.press("j")
            await seat.until(lambda: "git is still being read" not in seat.text())
            assert seat.app.problems.problems[0].text == "git is still being read"

    asyncio.run(run())


def test_a_refused_key_is_told_until_it_is_possible() -> None:
    """Nothing to go back to, until there is a filter to drop."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("escape")
            await seat.sees("nothing to go back to")
            await seat.press("slash", "q", "a", "enter")
            await seat.until(lambda: "nothing to go back to" not in seat.text())

    asyncio.run(run())


# -- two facts never share a sentence ---------------------------------------------------------------------------


def test_no_reason_names_two_causes() -> None:
    """`this, or that` leaves it to the reader which of them it is."""
    found = []
    for path in Path(table.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == "not_now" for one in node.targets
            )
            if named or (isinstance(node, ast.FunctionDef) and node.name in {"refused", "against", "unwritable"}):
                texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                told = ast.get_docstring(node, clean=False) if isinstance(node, ast.FunctionDef) else ""
                found += [text for text in texts if isinstance(text, str) and text != told and ", or " in text]
    assert found == []
    assert all(", or " not in getattr(intent, "not_now", "") for intent in MENDING)


@pytest.mark.parametrize("late", [SILENT + timedelta(seconds=2), timedelta(hours=3)])
def test_a_slow_program_says_nothing_of_the_journal_but_when_it_was_read(late: timedelta) -> None:
    """Neither that it is damaged nor that it cannot be read: it is the program that is late, and no GO stands."""
    clock = FakeClock()
    stage = Stage(clock=clock)

    async def run() -> None:
        async with stage.cockpit() as seat:
            inputs = seat.app._inputs
            assert inputs is not None
            found = judged(replace(inputs, journal_read_at=clock.now() - late), clock.now(), "", away=late)
            assert len(found.journal_problems) == 1
            assert "this cockpit did not run" in found.journal_problems[0]
            waiting = judged(replace(inputs, journal_read_at=clock.now() - late), clock.now(), "")
            assert "has not been read for" in waiting.journal_problems[0]
            for known in (found, waiting):
                _show(seat, known)
                assert "journal read" in _bar(seat)
                assert "damaged" not in _bar(seat)
                assert seat.app.snapshot is not None
                assert seat.app.snapshot.next.answer.value != "go"

    asyncio.run(run())


def test_a_damaged_journal_and_one_that_cannot_be_read_are_told_apart() -> None:
    """Each in its own word."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit() as seat:
            inputs = seat.app._inputs
            assert inputs is not None
            _show(seat, replace(inputs, journal_problems=("#8 is gone",)))
            assert "journal damaged" in _bar(seat)
            _show(seat, replace(inputs, journal_problems=("no such disk",), journal_unread=("no such disk",)))
            assert "journal unread" in _bar(seat)
            assert "damaged" not in _bar(seat)

    asyncio.run(run())


def _show(seat: Seat, inputs: Inputs) -> None:
    from gonogo.rules import snapshot

    seat.app.cockpit.snapshot = snapshot.build(inputs, seat.app.wiring.clock.now())


# -- denominators -----------------------------------------------------------------------------------------------


def test_the_count_of_endpoints_is_of_all_that_are_asked() -> None:
    """Also before their turn has come: 8 of 8 is not what 8 of 20 is."""
    stage = Stage()
    full = stage.answers
    stage.answers = lambda: full()[:8]

    async def run() -> None:
        app = stage.app()
        async with app.run_test(size=(160, 45)) as pilot:
            seat = Seat(app, pilot)
            try:
                await seat.until(lambda: "/20 endpoints" in seat.text())
                await seat.sees("7/20 endpoints")  # one of the eight timed out
            finally:
                app.feed.stop()

    asyncio.run(run())


# -- the palette ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "roll", "cancel", "release", "go", "the", "a"])
def test_what_cannot_be_taken_back_comes_last(typed: str) -> None:
    """Whatever was typed, and whether it is possible or not."""
    found = [intent.confirm for intent in offered(Context(Place.CHECKLIST), typed)]
    assert found == sorted(found)


def test_everything_that_is_confirmed_in_words_is_found_by_its_name() -> None:
    """Last is not lost."""
    for intent in INTENTS:
        if intent is not Palette:
            assert intent in offered(Context(Place.CHECKLIST), intent.title)


def test_a_name_comes_before_a_description() -> None:
    """Who types `roll` means what is called so."""
    titles = [one.title for one in offered(Context(Place.CHECKLIST), "roll") if one.confirm]
    assert titles[0] == "Roll a product back"
    assert offered(Context(Place.CHECKLIST), "help")[0].title == "Help"


@pytest.mark.parametrize(
    ("typed", "title"), [("confirm", "Break-glass: confirm"), ("cancel the", "Cancel the release")]
)
def test_who_types_a_name_finds_no_other_act_under_the_cursor(typed: str, title: str) -> None:
    """A description that has the word stands in nobody's way."""
    assert [one.title for one in offered(Context(Place.CHECKLIST), typed)] == [title]


def test_a_word_that_no_name_has_is_looked_for_in_descriptions() -> None:
    """Who knows what it does finds what it is called."""
    assert "Quit" not in [one.title for one in offered(Context(Place.CHECKLIST), "typing the version")]
    assert offered(Context(Place.CHECKLIST), "typing the version")


def test_enter_after_letters_does_nothing_that_cannot_be_taken_back() -> None:
    """The cursor stands on no act while only such are left; Down goes to the first of them."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("colon")
            await seat.type("cancel the")
            screen = seat.app.screen
            assert isinstance(screen, PaletteScreen)
            assert screen.list.key == UNCHOSEN
            await seat.press("enter")
            await seat.sees("nothing is chosen: Down chooses")
            await seat.press("down")
            assert screen.list.key == "CancelRelease"

    asyncio.run(run())


# -- why follows the cursor -------------------------------------------------------------------------------------


def test_why_explains_the_environment_under_the_cursor() -> None:
    """In the matrix a cell is of one environment: its verdict is what is asked for, and its own reason first."""
    stage = Stage()
    stage.begin()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("2", "end", "w")
            view = seat.app.screen
            assert isinstance(view, WhyScreen)
            verdict, reason = view.verdict(), view.reason
            assert verdict is not None
            assert verdict.environment == "prod-us"
            assert reason is not None
            assert "cell:user-service/prod-us" in {reason.subject, *(one.subject for one in reason.members)}

    asyncio.run(run())


@pytest.mark.parametrize(
    ("downs", "environment", "aside"),
    [
        (0, "prod-eu", ""),
        (3, "prod-eu", ""),
        (7, "prod-us", "No environment waits for 'Smoke tests EU'."),
    ],
    ids=[
        "an item that is done: the next environment",
        "one that holds up the next",
        "one that holds up a later one",
    ],
)
def test_why_explains_the_item_under_the_cursor(downs: int, environment: str, aside: str) -> None:
    """The verdict that waits for it, with the cursor on it; where none does although it is open, that is said."""
    stage = Stage()
    plan = stage.loaded.plan
    items = tuple(replace(one, environment="prod-us") if one.id == "smoke-eu" else one for one in plan.items)
    stage.loaded = replace(stage.loaded, plan=replace(plan, items=items))
    stage.begin()

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press(*"j" * downs, "w")
            await seat.sees(f"for {environment}")
            text = seat.text()
            assert f" for {environment} " in next(line for line in text.split("\n") if line.startswith(" Why"))
            assert ("No environment waits" in text) == bool(aside)
            assert aside in text
            await seat.press("e")
            await seat.until(lambda: "No environment waits" not in seat.text())

    asyncio.run(run())


@pytest.mark.parametrize("columns", [80, 120])
def test_why_always_says_which_environment_of_how_many(columns: int) -> None:
    """The brackets of the headline give way."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit(size=(columns, 24)) as seat:
            await seat.press("w")
            for number in (3, 4, 1, 2):
                await seat.sees(f"environment {number} of 4")
                await seat.press("e")

    asyncio.run(run())
