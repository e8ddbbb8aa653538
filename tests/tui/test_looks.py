"""How the cockpit looks: two pictures read by eye, and texts that try to be more than texts."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gonogo.acts.checklist import Note
from gonogo.facts import Running, Seen, Status
from gonogo.plan import Level, Target
from gonogo.tui.app import CockpitApp
from gonogo.tui.intents import INTENTS
from gonogo.tui.profile import Profile
from tui.stage import Stage, _complete, history, make_plan

HOSTILE = (
    "fix: [/] close",
    "[@click=app.quit]press me[/]",
    "a\x1b]52;c;ZXZpbA==\x07b",
    "a\x1b[2Jb\x9b2Jc",
    "\u202egnp.exe",
    "[JIRA-12] what vanished",
    "x" * 10_000,
    "漢字 👩‍🚀 é",
)


async def _until_complete(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, CockpitApp)
    while not (app.snapshot is not None and app.snapshot.here and _complete(app)):
        await pilot.pause(0.02)
    app.feed.stop()
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_the_cockpit_looks_as_it_did(size: tuple[int, int], snap_compare: Any) -> None:
    """A fixed release at a fixed time; a difference is read by eye before it is accepted."""
    # the picture is of a plan that only watches: nobody has started it
    stage = Stage(replace(make_plan(), rules={"release.draft": Level.OFF}))
    stage.begin()

    assert snap_compare(stage.app(Profile(theme="dark")), terminal_size=size, run_before=_until_complete)


def test_texts_from_outside_are_only_shown() -> None:
    """Markup, escapes and endless lines in titles, notes, versions and commits: nothing acts or breaks."""
    items = tuple(("Phase", f"item-{number}", text, "", ()) for number, text in enumerate(HOSTILE))
    stage = Stage(make_plan(items))
    plan = stage.loaded.plan
    target = Target(plan.products[0].name, "dev")
    answer = Seen(target, (Running(HOSTILE[2]),), Status.FAILED, stage.clock.now(), HOSTILE[3], message=HOSTILE[1])
    stage.answers = lambda: (answer,)
    stage.histories = lambda product: history(product, HOSTILE)
    stage.act(*(Note(f"item-{number}", text) for number, text in enumerate(HOSTILE)))

    async def run() -> None:
        app = stage.app()
        async with app.run_test(size=(80, 24)) as pilot:
            while app.snapshot is None or not app.snapshot.changes:
                await pilot.pause(0.02)
            for keys in (
                "1",
                "enter",
                "escape",
                "2",
                "enter",
                "escape",
                "3",
                "enter",
                "escape",
                "4",
                "w",
                "escape",
            ):
                await pilot.press(keys)
                await pilot.pause()
            assert app.is_running
            app.feed.stop()

    asyncio.run(run())


def test_every_wish_has_a_key_a_name_and_a_help() -> None:
    """Keys, footer, palette and help come from one table, and no row of it is half filled."""
    assert [intent.id() for intent in INTENTS if not (intent.title and intent.label and intent.help)] == []
    assert [intent.id() for intent in INTENTS if bool(intent.keys) != bool(intent.shown_key)] == []
    for place in {place for intent in INTENTS for place in intent.places}:
        keys = [one.shown_key for one in INTENTS if place in one.places and one.shown_key]
        assert len(keys) == len(set(keys)), f"two wishes on one key in {place}"
