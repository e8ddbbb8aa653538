"""A part of the cockpit that ends unexpectedly is told in words, and ends nothing else."""

import asyncio
from typing import get_args

import pytest

from gonogo.tui.messages import Part, Stopped, Trouble
from tui.stage import Stage, make_plan


@pytest.mark.parametrize("part", get_args(Part))
def test_each_part_that_stops_is_named_and_the_cockpit_goes_on(part: Part) -> None:
    """The bar says so, and `!` still opens the list with the reason."""
    stage = Stage(make_plan())

    async def run() -> None:
        async with stage.cockpit() as seat:
            seat.app.post_message(Stopped(part, "OSError: the disk is gone"))
            await seat.sees("STOPPED")
            await seat.press("exclamation_mark")
            await seat.sees("the disk is gone")

    asyncio.run(run())


def test_who_reads_the_problems_sees_the_one_that_comes() -> None:
    """The list never says that nothing went wrong while the line below it tells of something."""
    stage = Stage(make_plan())

    async def run() -> None:
        async with stage.cockpit() as seat:
            await seat.press("exclamation_mark")
            await seat.sees("Nothing was refused and nothing went wrong.")
            seat.app.post_message(Trouble("journal", "no space left on /srv"))
            await seat.sees("journal  no space left on /srv")
            await seat.press("escape")
            await seat.sees("Space tick")
            assert "press !" not in seat.text()

    asyncio.run(run())
