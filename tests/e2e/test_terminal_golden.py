"""What a person sees, as text: the same release at the same moment on different terminals.

After a wanted change: GONOGO_UPDATE_GOLDEN=1 pytest tests/e2e/test_terminal_golden.py, then read the difference by
eye. A dump is what pyte made of the bytes on a real pty, so it also shows what a wrong width or a lost cell does.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, ScreenError

TESTS = Path(__file__).parents[1]
GOLDEN = TESTS / "golden" / "screens"
UPDATE = bool(os.environ.get("GONOGO_UPDATE_GOLDEN"))

TERMINALS: dict[str, tuple[tuple[int, int], tuple[str, ...], dict[str, str]]] = {
    "80x24": ((80, 24), (), {"TERM": "xterm"}),
    "80x24-nocolour": ((80, 24), (), {"NO_COLOR": "1"}),
    "80x24-ascii": ((80, 24), ("ascii",), {}),
    "160x45": ((160, 45), (), {"COLORTERM": "truecolor"}),
}
VIEWS = {
    "checklist": (("1",), "Space tick"),
    "matrix": (("2",), "PRODUCTION"),
    "why": (("1", "w"), "What blocks"),
}


def compare(name: str, screen: PtyScreen, sign: str) -> None:
    """The screen comes to look like the golden one."""
    path = GOLDEN / f"{name}.txt"
    if UPDATE:
        screen.wait_for(sign)
        path.write_text(still(screen).rstrip("\n") + "\n")
        return
    wanted = path.read_text().rstrip("\n")
    try:
        screen.wait_for(lambda text: text.rstrip("\n") == wanted)
    except ScreenError:
        assert screen.text().rstrip("\n") == wanted, name
        raise


def still(screen: PtyScreen) -> str:
    """The text of the screen once it stays what it is, even where the same text is drawn again and again."""
    text = ""
    while text != (text := screen.text()):
        with contextlib.suppress(ScreenError):
            screen.settle(1.5, deadline=1.5)
    return text


@pytest.mark.parametrize("terminal", TERMINALS)
def test_the_screen_looks_as_it_was_read_by_eye(terminal: str) -> None:
    """Checklist, matrix and reasons: states by sign and word, production in words, nothing lost at the edges."""
    size, words, env = TERMINALS[terminal]
    argv = [sys.executable, "-m", "support.staged_cockpit", *words]
    with PtyScreen(argv, size=size, env={"PYTHONPATH": str(TESTS), **env}) as screen:
        screen.wait_for("NO-GO")
        for view, (keys, sign) in VIEWS.items():
            screen.press(*keys)
            # without colour not one character may differ
            compare(f"{terminal.removesuffix('-nocolour')}-{view}", screen, sign)
        if "ascii" in words:
            assert screen.raw.isascii()


@pytest.fixture
def cockpit() -> Iterator[PtyScreen]:
    """A cockpit whose clock stands still, once everything is on the screen."""
    argv = [sys.executable, "-m", "support.staged_cockpit"]
    with PtyScreen(argv, env={"PYTHONPATH": str(TESTS)}) as screen:
        screen.wait_for("NO-GO")
        screen.settle()
        yield screen


@pytest.mark.parametrize("key", ["enter", "w", "?", "!", "y", ":"])
def test_a_view_is_silent_while_nothing_changes_and_esc_leaves_it(cockpit: PtyScreen, key: str) -> None:
    """A view drawn on top of the cockpit is not drawn again by itself, and nobody is caught in it."""
    home = cockpit.lines()[3]
    cockpit.press(key)
    cockpit.wait_for(lambda text: text.split("\n")[3] != home)
    cockpit.settle(1.5)
    cockpit.press("escape")
    cockpit.wait_for(lambda text: text.split("\n")[3] == home)
