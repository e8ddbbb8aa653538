"""Whoever waits for a long history is told how far it is, on a terminal only."""

import io
import sys

import pytest

from cli.conftest import Here, Release
from gonogo import wiring
from gonogo.changelog import ProductChanges
from gonogo.cli import patience
from gonogo.cli.context import Options


class Terminal(io.StringIO):
    """A stderr that somebody watches."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_commits_are_counted_while_they_are_read(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, which is gone when the history is there."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(patience, "_MOMENT", -1.0)
    monkeypatch.setattr(patience, "_BETWEEN", -1.0)
    plan = wiring.load_plan(Options(plan=str(release.plan))).plan
    [found] = wiring.read_changes(plan, plan.products)
    assert isinstance(found, ProductChanges)
    told = terminal.getvalue()
    assert "\rreading history: 2 commits" in told
    assert told.endswith("\r" + " " * 60 + "\r")


@pytest.mark.parametrize("verb", ["status", "why"])
def test_a_verb_that_looks_once_counts_them_too(verb: str, gonogo: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a verdict waits for the history behind it."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(patience, "_MOMENT", -1.0)
    monkeypatch.setattr(patience, "_BETWEEN", -1.0)
    gonogo(verb)
    assert "\rreading history: 2 commits" in terminal.getvalue()


def test_a_stream_that_nobody_watches_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of a pipeline holds what was asked for."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with patience.counting() as counted:
        counted(60_000)
    assert not stream.getvalue()
