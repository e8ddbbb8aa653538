"""A hotfix made on a real terminal of 80x24, by nobody who knows more than what the last line says."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, ScreenError, gonogo

WITHIN = 25
"""Keystrokes, besides typed text."""


class Hands:
    """Somebody who presses only keys that the last line of the screen shows at that moment, and counts them."""

    def __init__(self, screen: PtyScreen) -> None:
        self.screen = screen
        self.pressed: list[str] = []

    def press(self, key: str, shown: str) -> None:
        """Press `key`, once the last line offers it as `shown`."""
        self.screen.wait_for(lambda text: f" {shown} " in f"{_keys(text)} ")
        self.pressed.append(key)
        self.screen.press(key)

    def move(self, key: str) -> None:
        """Move in a list: that arrows do so needs no footer."""
        self.pressed.append(key)
        self.screen.press(key)

    def type(self, text: str) -> None:
        """Text is not counted."""
        self.screen.type(text)


def _keys(text: str) -> str:
    return next((line for line in reversed(text.split("\n")) if line.strip()), "")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[PtyScreen]:
    """The packaged demo."""
    env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "TMPDIR": str(tmp_path)}
    with PtyScreen([*gonogo(), "demo"], env=env) as opened:
        yield opened


def to_the_wizard(screen: PtyScreen, hands: Hands) -> None:
    """From the first screen to step 1, on payment-api."""
    screen.wait_for("2 Matrix")
    hands.move("2")  # the strip of panes names its number
    screen.wait_for(lambda text: "payment-api" in text and "4.5.3" in text)
    hands.move("down")
    hands.press("h", "h hotfix")
    screen.wait_for("[1 broken]")
    screen.wait_for("in prod-eu, prod-us")


def test_a_hotfix_in_the_demo_takes_at_most_25_keys_of_the_last_line(screen: PtyScreen) -> None:
    """From the first screen to the pushed tag and the ledger; each of the eight steps is seen on the way."""
    hands = Hands(screen)
    to_the_wizard(screen, hands)
    hands.press("enter", "Enter next")
    screen.wait_for("[2 from]")
    screen.wait_for("annotated")
    hands.press("enter", "Enter next")
    screen.wait_for("[3 fixes]")
    hands.press("space", "Space pick")
    screen.wait_for("1 picked")
    hands.press("enter", "Enter next")
    screen.wait_for("[4 preview]")
    screen.wait_for("clean")
    hands.press("d", "d do it")
    screen.wait_for("[5 do]")
    screen.wait_for("TEST IT")
    hands.press("t", "t tested")
    screen.wait_for("What was tested")
    hands.type("make test: 312 passed")
    hands.press("enter", "Enter go on")
    screen.wait_for("[6 approve]")
    screen.wait_for(lambda text: text.count(" given ") == 2, deadline=40)
    hands.press("c", "c continue")
    screen.wait_for("[7 push]")
    hands.press("p", "p push")
    screen.wait_for("Type 4.5.4 and Enter")
    screen.wait_for("expected there: nothing")
    _type_until(screen, "4.5.4")
    hands.press("enter", "Enter do it")
    screen.wait_for("[8 carry]")
    screen.wait_for("pushed to origin")
    hands.press("m", "m carry forward")
    screen.wait_for("FORWARD-MERGES")
    screen.wait_for("release/v4.6")
    assert len(hands.pressed) <= WITHIN, hands.pressed


def _type_until(screen: PtyScreen, word: str) -> None:
    """The dialog is deaf for half a second: what comes too early is not heard, and is typed again."""
    for _ in range(20):
        screen.press("ctrl+u").type(word)
        with suppress(ScreenError):
            screen.wait_for(lambda text: any(line.strip() == word for line in text.split("\n")), deadline=0.7)
            return
    raise AssertionError(screen.dump())


def test_leaving_stops_nothing_and_the_wizard_opens_where_it_stands(screen: PtyScreen) -> None:
    """Esc right after 'do it'; h again shows the step it waits at; x takes it back."""
    hands = Hands(screen)
    to_the_wizard(screen, hands)
    for key, shown, then in (
        ("enter", "Enter next", "annotated"),
        ("enter", "Enter next", "[3 fixes]"),
        ("space", "Space pick", "1 picked"),
        ("enter", "Enter next", "clean"),
        ("d", "d do it", "[5 do]"),
    ):
        hands.press(key, shown)
        screen.wait_for(then)
    hands.press("escape", "Esc back")
    screen.wait_for("2 Matrix")
    hands.press("h", "h hotfix")
    screen.wait_for("TEST IT")
    hands.press("x", "x abort")
    screen.wait_for("Take back payment-api 4.5.4")
    hands.type("not this one")
    hands.press("enter", "Enter go on")
    screen.wait_for("TAKEN BACK")


def test_a_conflict_stops_with_the_place_and_goes_on_when_each_file_is_answered_for(
    screen: PtyScreen, tmp_path: Path
) -> None:
    """The second fix stands on what production lacks; no marker gets through, nor a fix of which nothing stays."""
    hands = Hands(screen)
    to_the_wizard(screen, hands)
    hands.press("enter", "Enter next")
    screen.wait_for("annotated")
    hands.press("enter", "Enter next")
    screen.wait_for("keep the currency of a refund")
    hands.move("down")
    hands.press("space", "Space pick")
    screen.wait_for("1 picked")
    hands.press("enter", "Enter next")
    screen.wait_for("src/refund.py")
    assert "conflict" in screen.text()
    hands.press("d", "d do it")
    screen.wait_for("CONFLICT")
    screen.wait_for("workspace")
    hands.press("space", "Space done")
    screen.wait_for("resolved by hand")
    hands.press("c", "c continue")
    screen.wait_for("a conflict marker is left")
    hands.press("o", "o keep ours")
    screen.wait_for("the line's own stays")
    hands.press("c", "c continue")
    screen.wait_for("nothing of ")
    [file] = tmp_path.rglob("tree/src/refund.py")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(one for one in lines if not one.startswith(("<<<<<<<", "=======", ">>>>>>>"))))
    hands.press("space", "Space done")
    screen.wait_for("resolved by hand")
    hands.press("c", "c continue")
    screen.wait_for("TEST IT")
