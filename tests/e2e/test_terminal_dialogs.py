"""No frame of the wizard, the ledger and the dialogs says less, or other things, than was known.

Each byte is looked at: a line that stalls keeps whatever was drawn last, and a dialog that said for a moment that
nothing stands against a go would stand there as an answer.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.test_terminal_frames import TESTS, sentences_for_nothing
from support.frames import contradicting
from support.pty_screen import PtyScreen

SIZES = {"small": (80, 24), "four": (160, 45)}
MENDING = (
    ("2h", "[1 broken]"),
    ("\r", "annotated"),
    ("\r", "fixes on main"),
    (" ", "1 picked"),
    ("\r", "d do it"),
    ("v", "Difference of v1.9.3"),
    ("\x1b", "d do it"),
    ("d", "TEST IT"),
    ("l", "git init"),
    ("\x1b", "TEST IT"),
    ("tmake test\r", "DONE"),
    ("m", "missing"),
    ("\r", "cherry-picked with -x"),
    ("v", "Difference that"),
    ("\x1b\x1b", "1 of 3 open"),
    ("r", "1 of 3 open"),
    ("\x1b", "DONE"),
)
DECIDING = (
    ("w", "What blocks"),
    ("v", "Why may it pass"),
    ("the vendor confirmed it\r", "Waive until when"),
    ("2h\r", "Type item.open"),
    ("\x1b", "What blocks"),
    ("\x1bo", "Go: into which environment?"),
    ("\r", "not now: GO for production"),
    ("\x1b:let a reason\x1b[B\r", "Waive in which environment?"),
    ("\r", "Waive what for production?"),
    ("\x1b:break-glass\r", "All 5 blockers shown now"),
    ("\r", "Why? 10 characters"),
)
EMPTY_LEDGER = ("nothing was hotfixed", "no fix was shipped outside the mainline")
GO_ALL_CLEAR = ("nothing stands against it", "Type 1.2.3 and Enter")


def _played(screen: PtyScreen, story: tuple[tuple[str, str], ...]) -> None:
    """Each key, and what it leads to; the keys after it meet what they were meant for."""
    screen.wait_for("NO-GO")
    for typed, sign in story:
        screen.type(typed)
        screen.wait_for(sign)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PtyScreen]:
    """A cockpit on what the test names, from its very first byte."""
    what, size = request.param
    argv = [sys.executable, "-m", "support.staged_shop", what, str(tmp_path)]
    with PtyScreen(argv, size=size, env={"PYTHONPATH": str(TESTS)}) as screen:
        yield screen


@pytest.mark.parametrize("terminal", [("hotfix", size) for size in SIZES.values()], ids=SIZES, indirect=True)
def test_no_frame_of_wizard_and_ledger_says_that_there_is_nothing(terminal: PtyScreen) -> None:
    """From what is broken to the branch that lacks the fix: the ledger has rows whenever it is shown."""
    _played(terminal, MENDING)
    wrong = [one for one in sentences_for_nothing() if "checklist" not in one]  # this plan has none
    assert contradicting(terminal, (*wrong, *EMPTY_LEDGER)) == []


@pytest.mark.parametrize("terminal", [("deciding", size) for size in SIZES.values()], ids=SIZES, indirect=True)
def test_no_frame_of_a_dialog_says_that_a_refused_go_is_possible(terminal: PtyScreen) -> None:
    """Five blockers: at no moment a version is asked for, and GO stands there only as what is not now."""
    _played(terminal, DECIDING)
    assert contradicting(terminal, (*sentences_for_nothing(), *GO_ALL_CLEAR)) == []
    terminal.type("\x1ba")
    terminal.wait_for("Approve")
    assert contradicting(terminal, sentences_for_nothing()) == []  # an approval is given by typing the version
