"""Cells in the cockpit: details ask git without waiting for it; a screen that slept catches up first."""

import asyncio
import threading
from datetime import timedelta

from textual.pilot import Pilot

from gonogo.commits import parse_commit
from gonogo.commits.shipping import CannotTell, Shipping, WhatShips
from gonogo.facts import Observation
from gonogo.matrix import Freshness
from gonogo.plan import Product, Target
from gonogo.testing.clock import FakeClock
from gonogo.tui.app import CockpitApp
from gonogo.tui.profile import Profile
from gonogo.tui.screens.details import DetailsScreen
from tui.stage import Stage

PAY = "cell:payment-api/prod-us"


def _lines(view: DetailsScreen) -> str:
    return "\n".join("".join(span.text for span in line) for line in view.lines() or ())


async def _until(pilot: Pilot[None], holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(10):
        while not holds():
            await pilot.pause(0.02)


def _app(stage: Stage, **more: object) -> CockpitApp:
    return CockpitApp(stage.wiring(**more), Profile())


def test_details_show_what_would_ship_as_soon_as_git_has_told_it() -> None:
    """The screen is there at once, says that it reads, and takes keys meanwhile."""
    stage, may_answer, asked = Stage(), threading.Event(), []

    def what_ships(product: Product, version: str, revision: str) -> WhatShips:
        asked.append((product.name, version, revision))
        may_answer.wait(10)
        commit = parse_commit("fix(pay): round half to even", oid="a" * 40)
        return Shipping(product.name, "v4.5.3", "b" * 40, "v4.5.6", "c" * 40, (commit,), 1)

    async def run() -> None:
        app = _app(stage, what_ships=what_ships)
        async with app.run_test(size=(120, 40)) as pilot:
            await _until(pilot, lambda: app.snapshot is not None and app.snapshot.matrix.cells)
            await _until(
                pilot,
                lambda: app.snapshot and app.snapshot.matrix.cells[Target("payment-api", "prod-us")].versions,
            )
            # a history that is told while the details are open is a reason to ask once more
            await _until(pilot, lambda: app.snapshot and app.snapshot.changes.get("payment-api"))
            app.cockpit.go_to(PAY)
            await pilot.press("enter")
            await _until(pilot, lambda: isinstance(app.screen, DetailsScreen))
            view = app.screen
            assert isinstance(view, DetailsScreen)
            await _until(pilot, lambda: "would ship reading the history" in _lines(view))
            await pilot.press("down")
            may_answer.set()
            await _until(pilot, lambda: "1 commit from v4.5.3 to v4.5.6" in _lines(view))
            assert "fix(pay): round half to even" in _lines(view)
            assert asked == [("payment-api", "4.5.3", "")]
            app.feed.stop()

    asyncio.run(run())


def test_what_would_ship_goes_with_the_version_it_was_counted_from() -> None:
    """Once nobody knows what runs there, the commits that lay between are not shown as if somebody did."""
    clock = FakeClock()
    stage = Stage(clock=clock)

    def what_ships(product: Product, _version: str, _revision: str) -> WhatShips:
        return Shipping(product.name, "v4.5.3", "b" * 40, "v4.5.6", "c" * 40, (), 2)

    async def run() -> None:
        async with stage.cockpit((120, 40), what_ships=what_ships) as seat:
            seat.app.cockpit.go_to(PAY)
            await seat.press("enter")
            await seat.sees("2 commits from v4.5.3 to v4.5.6")

            clock.advance(timedelta(minutes=2))
            await seat.sees("payment-api in prod-us is unknown")

            assert "2 commits" not in seat.text()

    asyncio.run(run())


def test_what_would_ship_is_asked_again_when_the_history_has_moved() -> None:
    """A tag that was fetched while somebody reads the details ends their `cannot be told`."""
    stage, fetched = Stage(), threading.Event()

    def what_ships(product: Product, _version: str, _revision: str) -> WhatShips:
        if not fetched.is_set():
            return CannotTell(product.name, "the repository has no tag v4.5.3", "git fetch --tags")
        return Shipping(product.name, "v4.5.3", "b" * 40, "v4.5.6", "c" * 40, (), 2)

    async def run() -> None:
        def fingerprint(_product: Product) -> str:
            return f"{fetched.is_set()}"

        async with stage.cockpit((120, 40), what_ships=what_ships, fingerprint=fingerprint) as seat:
            seat.app.cockpit.go_to(PAY)
            await seat.press("enter")
            await seat.sees("cannot be told: the repository has no tag v4.5.3")
            fetched.set()
            await seat.sees("2 commits from v4.5.3 to v4.5.6")

    asyncio.run(run())


def test_a_silent_cell_is_asked_again_from_its_details() -> None:
    """By the key that does it in the cockpit."""
    stage = Stage()
    answers, asked = stage.answers, []

    def counted() -> tuple[Observation, ...]:
        asked.append(1)
        return answers()

    stage.answers = counted

    async def run() -> None:
        async with stage.cockpit((80, 24)) as seat:
            seat.app.cockpit.go_to(PAY)
            await seat.press("enter")
            await seat.sees("r refresh")
            before = len(asked)
            await seat.press("r")
            await seat.until(lambda: len(asked) > before)

    asyncio.run(run())


def test_a_text_stays_where_its_reader_is() -> None:
    """The details of a cell are told anew every second, for their ages; who has scrolled down reads on there."""
    clock = FakeClock()
    stage = Stage(clock=clock)

    async def run() -> None:
        async with stage.cockpit((80, 16)) as seat:
            seat.app.cockpit.go_to("cell:payment-api/prod-eu")
            await seat.press("enter")
            await seat.sees("answered")
            assert "so far" not in seat.text()
            await seat.sees("1-9/10")

            await seat.press("end")
            await seat.sees("so far")
            clock.advance(timedelta(seconds=7))
            await seat.sees("7s so far")

            await seat.press("home")
            await seat.sees("payment-api in prod-eu runs")

    asyncio.run(run())


def test_after_a_sleep_everything_is_judged_before_a_key_acts() -> None:
    """The clock went on by a minute between two ticks: the next repaint knows it, whatever causes it."""
    clock = FakeClock()
    stage = Stage(clock=clock)

    async def run() -> None:
        app = _app(stage)
        async with app.run_test(size=(120, 40)) as pilot:
            await _until(
                pilot, lambda: app.snapshot and app.snapshot.matrix.cells[Target("search", "dev")].counts_as_match
            )
            app.feed.stop()
            clock.advance(timedelta(seconds=45))
            await pilot.press("2")
            assert app.snapshot is not None
            assert app.snapshot.now == clock.now()
            assert app.snapshot.matrix.cells[Target("search", "dev")].freshness is Freshness.STALE

    asyncio.run(run())
