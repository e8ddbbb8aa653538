"""No frame says less than was known: a terminal that stalls keeps whatever was drawn last.

The release has a checklist, changes, a trail, reasons, commands and answers to choose from: the sentence for a
list that holds nothing is wrong wherever it stands, if only for a moment.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gonogo.tui
from support.frames import contradicting
from support.pty_screen import PtyScreen

TESTS = Path(__file__).parents[1]
SIZES = {"small": (80, 24), "least": (60, 16), "two": (120, 36), "four": (160, 45)}
VIEWS = {
    "checklist": ("1", "Run the full test suite"),
    "matrix": ("2", "payment-api"),
    "changes": ("3", "charge in minor units"),
    "trail": ("4", "saw notifier"),
    "why": ("w", "What blocks"),
    "help": ("?", "Keys in the"),
    "palette": (":", "Commands: type"),
    "release": ("i", "How the release stands"),
    "way back": ("b", "WAY BACK"),
    "details": ("enter", "Record"),
    "a choice": ("o", "prod-us"),
}


def sentences_for_nothing() -> tuple[str, ...]:
    """What the lists of the cockpit say when they hold nothing, as their modules name it."""
    modules = (one.name for one in pkgutil.walk_packages(gonogo.tui.__path__, "gonogo.tui."))
    found = (getattr(importlib.import_module(name), "NOTHING", "") for name in modules)
    return tuple(sorted({sentence for sentence in found if sentence}))


@pytest.fixture
def cockpit(request: pytest.FixtureRequest) -> Iterator[PtyScreen]:
    """A cockpit whose clock stands still, from its very first byte."""
    argv = [sys.executable, "-m", "support.staged_cockpit"]
    with PtyScreen(argv, size=request.param, env={"PYTHONPATH": str(TESTS)}) as screen:
        screen.wait_for("NO-GO")
        yield screen


def test_every_list_names_its_sentence() -> None:
    """Else the tests below look for nothing."""
    assert len(sentences_for_nothing()) >= 8


# each byte is a screen to look at: the largest of four sizes costs as much as the others together
@pytest.mark.parametrize(
    "cockpit",
    [
        pytest.param(size, id=name, marks=pytest.mark.full if name == "four" else ())
        for name, size in SIZES.items()
    ],
    indirect=True,
)
def test_no_frame_of_any_view_says_that_there_is_nothing(cockpit: PtyScreen) -> None:
    """Not after one single byte, from the first one on."""
    for key, sign in VIEWS.values():
        cockpit.press(key)
        cockpit.wait_for(sign)
        if not key.isdigit():
            cockpit.press("escape")
            cockpit.wait_for(VIEWS["trail"][1])
    assert contradicting(cockpit, sentences_for_nothing()) == []


@pytest.mark.parametrize("cockpit", [SIZES["small"]], ids=["small"], indirect=True)
@pytest.mark.parametrize("view", VIEWS)
def test_no_resize_makes_a_view_say_that_there_is_nothing(cockpit: PtyScreen, view: str) -> None:
    """Panes come and go with the width, and a line is wrapped anew: what was known stays known."""
    key, sign = VIEWS[view]
    cockpit.press("4")
    cockpit.wait_for(VIEWS["trail"][1])
    cockpit.press(key)
    cockpit.wait_for(sign)
    for columns, rows in ((160, 45), (60, 16), (120, 36), (40, 10), (80, 24)):
        cockpit.resize(columns, rows)
        if columns >= 60:
            cockpit.wait_for(sign)
        else:
            cockpit.settle()
    assert contradicting(cockpit, sentences_for_nothing()) == []
