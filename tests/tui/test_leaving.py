"""What is heard while the cockpit ends harms nothing."""

import asyncio

from tui.stage import Stage


def test_a_snapshot_that_comes_while_the_screen_is_taken_down_is_let_go() -> None:
    """The panes are gone from the screen, and the journal's thread has said one more thing."""
    stage = Stage()

    async def run() -> None:
        async with stage.cockpit(size=(160, 45)) as seat:
            cockpit = seat.app.cockpit
            await cockpit.query("#panes").remove()
            cockpit.watch_snapshot()
            cockpit.on_resize()
            await seat.pilot.pause()

    asyncio.run(run())
