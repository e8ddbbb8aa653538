"""Cockpit, `watch` and a verb that looks once say and record the same of one world, whatever fails in it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from gonogo.engine import once
from gonogo.rules.snapshot import Snapshot
from tui.one_world import Said, World, at_once, in_the_cockpit, in_watch

Prepare = Callable[[World], object]


def in_all_three(
    prepare: Prepare, holds: Callable[[Snapshot], bool], capsys: pytest.CaptureFixture[str]
) -> tuple[Said, Said, Said]:
    """The same world three times, each in the hands of another front end."""
    worlds = World(), World(), World()
    for world in worlds:
        prepare(world)
    try:
        return (
            in_the_cockpit(worlds[0], holds),
            in_watch(worlds[1], holds, capsys),
            at_once(worlds[2], capsys),
        )
    finally:
        for world in worlds:
            world.over.set()


def _everything_is_known(snapshot: Snapshot) -> bool:
    return all(cell.source for cell in snapshot.matrix.cells.values()) and {"web", "api"} <= set(snapshot.changes)


EVERYTHING = (
    ("cell.changed", "cell:api/production"),
    ("cell.changed", "cell:api/staging"),
    ("cell.changed", "cell:web/production"),
    ("cell.changed", "cell:web/staging"),
    ("trigger.fired", "trigger:errors"),
    ("trigger.fired", "trigger:slow"),
)


def test_of_a_world_that_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """What runs is recorded, both triggers fire, and the answers have the same reasons."""
    cockpit, watch, once = in_all_three(
        lambda _: None, lambda s: _everything_is_known(s) and len(s.state.triggers) == 2, capsys
    )

    assert cockpit.recorded == watch.recorded == once.recorded == EVERYTHING
    assert cockpit.answers == watch.answers == once.answers


def test_a_trigger_that_is_refused_costs_no_other_news(capsys: pytest.CaptureFixture[str]) -> None:
    """The other trigger and every deployment seen are on record; it is said that one is not."""
    refused = ("trigger.fired", "trigger:errors")

    cockpit, watch, once = in_all_three(
        lambda world: world.refused.add(refused),
        lambda s: _everything_is_known(s) and "slow" in s.state.triggers,
        capsys,
    )

    left = tuple(one for one in EVERYTHING if one != refused)
    assert cockpit.recorded == watch.recorded == once.recorded == left
    assert cockpit.answers == watch.answers == once.answers
    assert all("the disk is full" in one.warned for one in (cockpit, watch, once))


def test_a_deployment_that_is_refused_costs_no_other_news(capsys: pytest.CaptureFixture[str]) -> None:
    """As with a trigger."""
    refused = ("cell.changed", "cell:web/staging")

    cockpit, watch, once = in_all_three(
        lambda world: world.refused.add(refused),
        lambda s: _everything_is_known(s) and len(s.state.triggers) == 2,
        capsys,
    )

    left = tuple(one for one in EVERYTHING if one != refused)
    assert cockpit.recorded == watch.recorded == once.recorded == left
    assert all("the disk is full" in one.warned for one in (cockpit, watch, once))


def test_a_source_that_is_silent_is_unknown_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of production is on record, and why is the same."""
    cockpit, watch, once = in_all_three(
        lambda world: world.silent.add("production"),
        lambda s: _everything_is_known(s) and len(s.state.triggers) == 2,
        capsys,
    )

    left = tuple(one for one in EVERYTHING if "production" not in one[1])
    assert cockpit.recorded == watch.recorded == once.recorded == left
    assert cockpit.answers == watch.answers == once.answers


def test_a_clock_that_is_off_stops_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    """What decides nothing is refused to all of them alike, and what asks is on record."""
    cockpit, watch, once = in_all_three(
        lambda world: setattr(world, "skew", timedelta(hours=1)),
        lambda s: _everything_is_known(s) and len(s.state.triggers) == 2,
        capsys,
    )

    assert cockpit.recorded == watch.recorded == once.recorded
    assert cockpit.answers == watch.answers == once.answers


def test_a_repository_that_hangs_is_unknown_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What runs is on record, the other history is read, and the number beyond its limit asks."""
    monkeypatch.setattr(once, "PATIENCE", 0.5)
    cockpit, watch, looked = in_all_three(
        lambda world: world.hangs.add("api"),
        lambda s: (
            all(cell.source for cell in s.matrix.cells.values())
            and "web" in s.changes
            and len(s.state.triggers) == 2
        ),
        capsys,
    )

    assert cockpit.recorded == watch.recorded == looked.recorded == EVERYTHING
    assert cockpit.answers == watch.answers
    assert _loading(looked) == cockpit.answers


def _loading(said: Said) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Who goes on looking says that a history is being read; who looked once, that there was no answer."""
    words = {"git.unreadable": "git.loading"}
    return {
        name: (answer, tuple(sorted(words.get(rule, rule) for rule in rules)))
        for name, (answer, rules) in said.answers.items()
    }
