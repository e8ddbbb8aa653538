"""A terminal that slept shows the truth at its first repaint."""

import os
import signal
import sys
import time
from pathlib import Path

from support.pty_screen import PtyScreen

TESTS = str(Path(__file__).parents[1])
STALE_AFTER = 5.0
MATCH = "✓".encode()


def test_a_stopped_cockpit_draws_no_old_cell_when_it_goes_on() -> None:
    """SIGSTOP past `stale_after`, a key typed meanwhile, SIGCONT: not one cell of before reaches the terminal."""
    argv = [sys.executable, "-m", "support.sleeping_cockpit", str(STALE_AFTER)]
    with PtyScreen(argv, size=(80, 24), env={"PYTHONPATH": TESTS}) as screen:
        screen.wait_for("Pre-release")
        screen.press("2")
        screen.wait_for("✓ 1.2.3")
        screen.settle()
        os.kill(screen.pid, signal.SIGSTOP)
        end = time.monotonic() + STALE_AFTER
        mark = screen.mark()
        screen.press("down", "right")
        while time.monotonic() < end:  # the age of an answer is what is waited for: nothing else can tell it
            time.sleep(0.05)
        os.kill(screen.pid, signal.SIGCONT)
        text = screen.wait_for("stale")
        screen.settle()

        assert "◌ 1.2.3 stale" in text
        assert MATCH not in screen.bytes_since(mark)
