"""On a real terminal: the cockpit opens, colours are there, and Ctrl-C ends a watch."""

from pathlib import Path

import pytest

from cli.conftest import Release
from support.pty_screen import PtyScreen, gonogo


def test_no_verb_opens_the_cockpit(release: Release) -> None:
    """`gonogo` alone, and `q` leaves with exit 0."""
    with PtyScreen(gonogo(), cwd=release.directory) as screen:
        screen.wait_for("q quit")
        screen.press("q")
        assert screen.wait() == 0


def test_a_broken_plan_is_told_before_the_screen_is_taken(release: Release) -> None:
    """In the scrollback, where it can be read and copied."""
    release.plan.write_text("release: 2026.11\nproduct: {}\n", encoding="utf-8")

    with PtyScreen(gonogo(), cwd=release.directory) as screen:
        assert screen.wait() == 2
        assert "gonogo: " in screen.text()


def test_a_dumb_terminal_is_refused(release: Release) -> None:
    """It cannot move a cursor."""
    with PtyScreen(gonogo(), cwd=release.directory, env={"TERM": "dumb"}) as screen:
        assert screen.wait() == 2
        assert "TERM is dumb" in screen.text()


def test_words_are_coloured_on_a_terminal_and_not_under_no_color(release: Release) -> None:
    """One of sixteen colours, so that the reader's palette decides."""
    with PtyScreen(gonogo("matrix"), cwd=release.directory) as screen:
        assert screen.wait() == 0
        assert b"\x1b[32m" in screen.raw
    with PtyScreen(gonogo("matrix"), cwd=release.directory, env={"NO_COLOR": "1"}) as screen:
        assert screen.wait() == 0
        assert b"\x1b" not in screen.raw


def test_signs_are_ascii_in_the_c_locale(release: Release) -> None:
    """Python writes UTF-8 there by itself; the terminal did not ask for it."""
    with PtyScreen(gonogo("matrix"), cwd=release.directory, env={"LC_ALL": "C"}) as screen:
        assert screen.wait() == 0
        assert screen.raw.isascii()


def test_ctrl_c_ends_a_watch_well(release: Release) -> None:
    """It has no other end."""
    with PtyScreen(gonogo("matrix", "--watch"), cwd=release.directory) as screen:
        screen.wait_for("asked at")
        screen.press("ctrl+c")
        assert screen.wait() == 0


@pytest.mark.parametrize("verb", ["demo", "rehearse"])
def test_a_played_fleet_opens_and_leaves_nothing(release: Release, tmp_path: Path, verb: str) -> None:
    """The cockpit on a fleet of its own; `q` clears everything away."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    with PtyScreen(gonogo(verb), cwd=release.directory, env={"TMPDIR": str(scratch)}) as screen:
        screen.wait_for("q quit")
        assert list(scratch.iterdir())
        screen.press("q")
        assert screen.wait() == 0

    assert list(scratch.iterdir()) == []
