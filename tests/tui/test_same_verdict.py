"""The mounted cockpit says about a release what everybody else says."""

import asyncio

import pytest
from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.plan import Product
from gonogo.testing.clock import FakeClock
from gonogo.tui.screens.why import WhyScreen
from gonogo.view.verdict import answer
from support.deciding import World
from support.generated import generate
from support.verdict_doors import session_of
from tui.stage import Seat, Stage


def _world(number: int) -> World:
    """A generated release whose histories were read or cannot be: the cockpit reads what nobody has read yet."""
    world = generate(number)
    known = {
        product.name: world.inputs.changes.get(product.name)
        or Unreadable(product.name, "not a repository", "git clone")
        for product in world.plan.products
        if product.repo
    }
    world.inputs = replace(
        world.inputs,
        changes=known,
        histories_at=dict.fromkeys(known, world.now),
        plan_problem="",
        journal_problems=(),
    )
    return world


@pytest.mark.parametrize("number", range(40))
def test_the_mounted_cockpit_says_the_same(number: int) -> None:
    """The bar shows the answer of the next environment, the why-pane every reason of each."""
    world = _world(number)
    judged = world.scene().snapshot()
    expected = judged.next

    def history(product: Product) -> Changes:
        return world.inputs.changes[product.name]

    async def run() -> None:
        stage = Stage(world.plan, FakeClock(world.now))
        stage.answers = lambda: ()
        stage.histories = history
        app = stage.app(open_session=lambda: session_of(world))
        async with app.run_test(size=(160, 45)) as pilot:
            seat = Seat(app, pilot)
            await seat.until(lambda: app.snapshot is not None)
            try:
                await seat.until(lambda: seat.app.snapshot is not None and seat.app.snapshot.next == expected)
                assert f"{answer(expected).text} for {expected.environment}" in seat.text()
                await seat.press("w")
                await seat.until(lambda: isinstance(app.screen, WhyScreen))
                screen = app.screen
                assert isinstance(screen, WhyScreen)
                for _ in judged.verdicts:  # it begins with the one that the item under the cursor holds up
                    shown = screen.verdict()
                    assert shown is not None
                    assert shown == judged.verdict(shown.environment)
                    await seat.press("e")
            finally:
                app.feed.stop()

    asyncio.run(run())
