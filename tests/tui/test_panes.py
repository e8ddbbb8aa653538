"""Four panes and one: whatever the cursor stands on is on the screen, and no sentence that matters is cut off."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace
from textual.screen import Screen

from gonogo.changelog import Unreadable
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.facts.pollers import PolledBy
from gonogo.plan import LoadedPlan, Plan, Product, Target
from gonogo.tui.panes.verdict_bar import Standing, bar_lines
from gonogo.tui.screens.why import WhyScreen
from gonogo.tui.wiring import OnObservation
from tui.stage import ANA as ACTOR
from tui.stage import ScriptedPoller, Stage, history, make_plan

ANA, BEN = PolledBy("ana", 4711, sources=240), PolledBy("ben", 4712, stopped=True)


class Shared(ScriptedPoller):
    """Asks as one with others."""

    pollers = (ANA, BEN)


def _many(products: int = 5, items: int = 9) -> Plan:
    """A release of many products and items."""
    rows = [(f"Phase {number // 20}", f"item-{number}", f"Item {number}", "ben", ()) for number in range(items)]
    names = [f"product-{number:03}" for number in range(products)]
    return replace(make_plan(rows), products=tuple(Product(name, "1.2.3", "1.2.2") for name in names))


def _one_region_down(stage: Stage) -> Callable[[], tuple[Observation, ...]]:
    def answer(target: Target, now: datetime) -> Observation:
        if target.environment == "prod-us":
            return Missing(target, Reason.REFUSED, now, "auto", "connection refused", host="prod-us.test:443")
        return Seen(target, (Running("1.2.3"),), Status.SUCCEEDED, now, "auto")

    def answers() -> tuple[Observation, ...]:
        plan, now = stage.loaded.plan, stage.clock.now()
        places = (Target(product.name, one.name) for product in plan.products for one in plan.environments)
        return tuple(answer(target, now) for target in places)

    return answers


def _shared(stage: Stage) -> Callable[[LoadedPlan, OnObservation], ScriptedPoller]:
    return lambda _loaded, on_observation: Shared(stage.answers, on_observation)


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (160, 45), (160, 24)])
def test_the_last_row_is_reached_in_every_width(size: tuple[int, int]) -> None:
    """Sixty products and seventy items scroll: the cursor is never below the edge of its pane."""

    async def run() -> None:
        stage = Stage(_many(60, 70))
        stage.answers = _one_region_down(stage)
        async with stage.cockpit(size) as seat:
            await seat.press("2", "G")
            await seat.sees("product-059")
            await seat.press("1", "G")
            await seat.sees("Item 69")

    asyncio.run(run())


def test_a_few_rows_leave_the_room_to_the_panes_below() -> None:
    """Each of the upper panes is as high as what it shows, and a filter gives room back."""

    async def run() -> None:
        stage = Stage(_many(5, 4))
        stage.answers = _one_region_down(stage)
        async with stage.cockpit((160, 45)) as seat:
            await seat.until(lambda: seat.app.cockpit.matrix.size.height == seat.app.cockpit.matrix.rows_wanted)
            assert seat.app.cockpit.checklist.size.height == 6
            before = seat.app.cockpit.matrix.size.height
            await seat.press("2", "slash", "0", "0", "4", "enter")
            await seat.until(lambda: seat.app.cockpit.matrix.size.height == before - 4)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (160, 45)])
def test_who_polls_and_what_is_out_of_reach_are_told_whole(size: tuple[int, int]) -> None:
    """What has no room in the title stands below the matrix; a narrow window has none there at all."""

    async def run() -> None:
        stage = Stage(_many(60))
        stage.answers = _one_region_down(stage)
        async with stage.cockpit(size, make_poller=_shared(stage)) as seat:
            await seat.press("2")
            await seat.sees("polled by ana (pid 4711); ben (pid 4712) is stopped: fg, or kill 4712")
            await seat.sees("60 cells: cannot reach prod-us.test:443 (connection refused)")
            await seat.sees("60 unknown")

    asyncio.run(run())


def test_a_long_reason_goes_on_in_the_next_line() -> None:
    """Where the screen has the rows, the end of the sentence is there too."""

    async def run() -> None:
        stage = Stage(_many())
        text = "503 Service Unavailable; it wants to be left alone for 2m"

        def answers() -> tuple[Observation, ...]:
            return tuple(
                replace(one, detail=text) if isinstance(one, Missing) else one for one in _one_region_down(stage)()
            )

        stage.answers = answers
        async with stage.cockpit((80, 24)) as seat:
            await seat.press("2")
            await seat.sees("5 cells: cannot reach prod-us.test:443 (503")
            await seat.sees("left alone for 2m)")

    asyncio.run(run())


@pytest.mark.parametrize(("size", "words"), [((80, 24), "0.9.9 degraded"), ((160, 45), "10% 4.5.6 rolling")])
def test_words_get_the_room_before_ages_do(size: tuple[int, int], words: str) -> None:
    """A production in trouble says so in full while the columns of what is well have blanks to spare."""

    async def run() -> None:
        async with Stage().cockpit(size) as seat:
            await seat.press("2")
            await seat.sees(words)

    asyncio.run(run())


@pytest.mark.parametrize("pane", ["1", "3", "4"])
def test_a_narrow_window_says_that_a_filter_hides_lines(pane: str) -> None:
    """It stands before the counts: a list without its open lines must not pass for all of it."""

    async def run() -> None:
        stage = Stage()
        async with stage.cockpit((80, 24)) as seat:
            await seat.press(pane, "slash")
            await seat.type("the tests")
            await seat.press("enter")
            await seat.sees("filter 'the tests': ")

    asyncio.run(run())


def test_a_history_that_could_not_be_read_is_read_when_somebody_asks() -> None:
    """Why it could not need not show in its references: whom git trusts, a disk that hung."""

    async def run() -> None:
        stage = Stage()
        stage.histories = lambda product: Unreadable(product.name, "git does not trust it", "git config --global")
        async with stage.cockpit() as seat:
            await seat.press("3")
            await seat.sees("cannot be read: git does not trust it")
            stage.histories = history
            await seat.press("r")
            await seat.sees("charge in minor units")

    asyncio.run(run())


def test_a_narrow_bar_still_says_how_much_is_unknown() -> None:
    """Warnings give way where there is no room; what nobody knows does not."""

    async def run() -> None:
        stage = Stage(_many())
        stage.answers = lambda: tuple(
            Missing(one.target, Reason.REFUSED, stage.clock.now(), "auto", "connection refused", host="prod:443")
            for one in _one_region_down(stage)()
        )
        async with stage.cockpit() as seat:
            await seat.sees("NO-GO (1) for dev  (1 unknown)")
            first, *_ = bar_lines(seat.app.snapshot, Standing(), 44, "…")
            assert "".join(span.text for span in first).startswith(" NO-GO (1) for dev  1 unknown ")

    asyncio.run(run())


def test_where_presence_is_not_shown_nobody_is_said_to_be_alone() -> None:
    """In a directory for all releases sessions do not see each other: an empty list is no empty room."""
    stage = Stage()
    stage.begin()

    async def run() -> None:
        async with stage.cockpit() as seat:
            assert seat.app.snapshot is not None
            unseen = replace(seat.app.snapshot, here=())
            third = bar_lines(unseen, Standing(ACTOR), 80, "…")[2]
            assert "here: not known" in "".join(one.text for one in third)

    asyncio.run(run())


def test_who_is_here_and_who_has_seen_it_have_room_on_a_narrow_screen() -> None:
    """Names where they fit, else numbers; neither pushes the other out."""
    stage = Stage()
    seen = stage.answers
    stage.answers = lambda: tuple(replace(one, by="bokafor") for one in seen())

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.sees("seen by bokafor")
            for here in (("aruiz", "bokafor"), tuple(f"account-of-{number}" for number in range(9))):
                for columns in (80, 100, 200):
                    assert seat.app.snapshot is not None
                    snapshot = replace(seat.app.snapshot, here=here)
                    third = bar_lines(snapshot, Standing(ACTOR), columns, "…")[2]
                    said = "".join(span.text for span in third)
                    assert ", ".join(here) in said or f"here: {len(here)} " in said
                    assert "seen by bokafor, last" in said
                    assert "…" not in said

    asyncio.run(run())


def test_the_first_frame_of_a_view_is_whole() -> None:
    """Bar, keys and rows are made when they are drawn: the first bytes of a key already say what is so."""
    stage = Stage()
    stage.begin()

    async def run() -> None:
        async with stage.cockpit() as seat:
            frames: list[str] = []
            show = seat.app._display

            def record(screen: Screen[object], renderable: object) -> None:
                if isinstance(screen, WhyScreen):
                    frames.append("\n".join(strip.text for strip in screen._compositor.render_strips()))
                show(screen, renderable)  # type: ignore[arg-type]  # handed on as it came

            seat.app._display = record  # type: ignore[method-assign]  # the one door to the terminal
            await seat.press("w")
            await seat.sees("What blocks")
            assert "What blocks" in frames[0]
            assert "NO-GO" in frames[0].split("\n")[0]
            assert "environment" in frames[0].split("\n")[-1]

    asyncio.run(run())
