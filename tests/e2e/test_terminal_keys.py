"""Whatever is typed ahead, in one piece, goes where a person meant it: no key is lost, none meets another screen.

Every series ends in the audit trail, or in what it names; the cockpit is the same one throughout, so that a key
that was lost, or hung behind, spoils what comes after it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen

TESTS = Path(__file__).parents[1]
TIMES = 3
TRAIL, CHECKLIST, REASONS = "[4 Audit trail]", "[1 Checklist]", " Why NO-GO"
SERIES = {
    "why and back": ("1w\x1b4", TRAIL),
    "a pane, back to nowhere, a pane": ("3\x1b4", TRAIL),
    "help and back": ("1?\x1b4", TRAIL),
    "palette and back": ("1:\x1b4", TRAIL),
    "a name in the palette, and back": ("1:why\r\x1b4", TRAIL),
    "a word in the palette that is dropped": ("1:why\x1b4", TRAIL),
    "release and back": ("1i\x1b4", TRAIL),
    "way back, the next product, and back": ("1b]\x1b4", TRAIL),
    "details and back": ("1\r\x1b4", TRAIL),
    "a cell and back": ("2\r\x1b4", TRAIL),
    "a refused go": ("1o\x1b4", TRAIL),
    "a note that is left": ("1nnever\x1b4", TRAIL),
    "a pasted note that is left": ("1n\x1b[200~never\x1b[201~\x1b4", TRAIL),
    "a choice, a question, and back from each": ("1f\x1bf\rno reason\x1b4", TRAIL),
    "views upon views": ("1w:\x1b?\x1bi\x1b\x1b4", TRAIL),
    "help, leaving twice": ("1w?\x1b\x1b4", TRAIL),
    "a filter that is dropped": ("4/saw\r\x1b1", CHECKLIST),
    "why, the next environment, help and back": ("1we?\x1b", REASONS),
    "why, the environment before": ("\x1b1w\x1b[Dl", REASONS),
    "out of it": ("\x1b4", TRAIL),
    "copy and back": ("1y\x1b4", TRAIL),
    "problems and back": ("1!\x1b4", TRAIL),
    "out and in": ("1w\x1bw\x1bw\x1bw\x1bw\x1b4", TRAIL),
}


@pytest.fixture
def cockpit() -> Iterator[PtyScreen]:
    """A cockpit whose clock stands still."""
    argv = [sys.executable, "-m", "support.staged_cockpit"]
    with PtyScreen(argv, size=(80, 24), env={"PYTHONPATH": str(TESTS)}) as screen:
        screen.wait_for("NO-GO")
        yield screen


def test_keys_in_one_piece_do_what_they_do_one_by_one(cockpit: PtyScreen) -> None:
    """Each series over and over: the other pane is on the screen before it, or the view it leaves."""
    for _ in range(TIMES):
        for typed, sign in SERIES.values():
            cockpit.type(typed)
            cockpit.wait_for(sign)
    assert "never" not in cockpit.text()


def test_hundreds_of_keys_in_one_piece_are_all_heard(cockpit: PtyScreen) -> None:
    """A whole evening at once."""
    cockpit.type("".join(typed for typed, _ in SERIES.values()) * 2 + "1n" + "x" * 40)
    cockpit.wait_for("x" * 40)


def test_a_paste_goes_into_the_line_that_the_key_before_it_opens(cockpit: PtyScreen) -> None:
    """Though the line has not got the keyboard yet."""
    for _ in range(TIMES):
        cockpit.type("1n\x1b[200~copied from the chat\x1b[201~")
        cockpit.wait_for("copied from the chat")
        cockpit.type("\x1b4")
        cockpit.wait_for(TRAIL)


def test_words_of_a_note_are_walked_and_the_note_is_not_left(cockpit: PtyScreen) -> None:
    """Alt and B, as in every shell: in one piece with Esc it comes from most terminals."""
    cockpit.type("1none two\x1bb\x1bbzero ")
    cockpit.wait_for("zero one two")


def test_a_choice_shows_at_once_which_answer_enter_takes(cockpit: PtyScreen) -> None:
    """Though nothing moves: the clock stands still, and so does the cursor."""
    cockpit.type("1f")
    cockpit.wait_for("▸ everywhere")
