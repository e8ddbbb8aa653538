"""The cockpit on a real terminal: how it starts, how it ends, and that it always gives the terminal back."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, alive, gonogo
from support.release_world import World, release_world

OPEN = "Run the test suite"
LEAVE_ALTERNATE = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A release whose six cells all run what is planned."""
    with release_world(tmp_path) as made:
        yield made


def restored(screen: PtyScreen) -> bool:
    """Whether the program gave the terminal back: main screen, cursor, keyboard protocol."""
    raw = screen.raw
    return raw.rfind(LEAVE_ALTERNATE) > raw.rfind(b"\x1b[?1049h") and raw.rfind(SHOW_CURSOR) > raw.rfind(
        b"\x1b[?25l"
    )


def test_it_opens_on_the_verdict_and_q_leaves(world: World) -> None:
    """The first screen answers the question in words, and leaving takes nothing along."""
    with world.open() as screen:
        text = screen.wait_for(OPEN)
        assert "NO-GO" in text or "UNKNOWN" in text
        screen.press("q")
        assert screen.wait() == 0
        assert restored(screen)
        assert b"\x1b[?1003h" not in screen.raw, "the mouse stays the terminal's own"


def test_space_ticks_and_the_journal_says_who(world: World) -> None:
    """A key, a record, a line with the sign and the name: what a release manager does all night."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        screen.press("space")
        screen.wait_for(lambda text: any("[x]" in line and OPEN in line for line in text.split("\n")))
    assert "item-1" in world.run("log")


def test_ctrl_c_leaves(world: World) -> None:
    """From anywhere, at once."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        screen.press("ctrl+c")
        assert screen.wait() == 0
        assert restored(screen)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)])
def test_a_signal_ends_it_in_order(world: World, number: signal.Signals, code: int) -> None:
    """The terminal is restored and the exit code names the signal."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        assert screen.kill(number).wait() == code
        assert restored(screen)


@pytest.mark.parametrize("ignoring", ["", "trap '' HUP; "])
def test_a_closed_terminal_ends_it(world: World, ignoring: str) -> None:
    """A dropped connection leaves no process behind that spins, also not under nohup or sudo su."""
    start = ["sh", "-c", f'{ignoring}exec "$@"', "sh", *gonogo()]
    with PtyScreen(start, cwd=world.directory, env=world.home) as screen:
        screen.wait_for(OPEN)
        screen.hang_up()
        screen.wait()
        assert not alive(screen.pid)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash, for its job control")
def test_ctrl_z_and_fg_bring_the_whole_screen_back(world: World) -> None:
    """After fg everything is drawn again, not a blank screen."""
    with PtyScreen(
        ["bash", "--norc", "--noprofile", "-i"], cwd=world.directory, env={**world.home, "PS1": "$ "}
    ) as screen:
        screen.wait_for("$")
        screen.type(" ".join(gonogo()) + "\r")
        screen.wait_for(OPEN)
        screen.press("ctrl+z")
        screen.wait_for("Stopped")
        screen.type("clear\r")
        screen.wait_for(lambda text: OPEN not in text and "Stopped" not in text)
        screen.type("fg\r")
        screen.wait_for(lambda text: OPEN in text and "2026.11" in text)
        screen.press("q")
        screen.wait_for_bytes(LEAVE_ALTERNATE, since=screen.mark())


def test_without_a_keyboard_it_refuses_and_names_the_alternative(world: World) -> None:
    """With stdin elsewhere no key could end it."""
    with PtyScreen(gonogo(), cwd=world.directory, stdin=subprocess.DEVNULL) as screen:
        assert screen.wait() == 2
        assert "gonogo status" in screen.text()
        assert b"\x1b[?1049h" not in screen.raw


def test_a_dumb_terminal_is_refused(world: World) -> None:
    """It could not be drawn on."""
    with world.open(env={"TERM": "dumb"}) as screen:
        assert screen.wait() == 2
        assert "gonogo status" in screen.text()
        assert b"\x1b" not in screen.raw


def test_without_any_terminal_it_refuses(world: World) -> None:
    """As a script or a cron job would start it."""
    done = subprocess.run(
        [sys.executable, "-m", "gonogo"],
        cwd=world.directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "gonogo status" in done.stderr


def test_a_window_that_is_too_small_says_so_and_recovers(world: World) -> None:
    """One sentence with the command that needs no screen; the cockpit is back when there is room."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        screen.resize(50, 12)
        screen.wait_for("gonogo status")
        screen.resize(160, 45)
        screen.wait_for(lambda text: OPEN in text and "PRODUCTION" in text and "payment-api" in text)
