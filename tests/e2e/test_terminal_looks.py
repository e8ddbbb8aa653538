"""The cockpit at 80x24 in sixteen colours, without colour and in ASCII: a person can run the release."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen
from support.release_world import World, release_world

OPEN = "Run the test suite"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
LOOKS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "sixteen": ((), {"TERM": "xterm"}),
    "nocolour": ((), {"NO_COLOR": "1"}),
    "ascii-option": (("--ascii",), {}),
    "ascii-locale": ((), {"LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One product is not yet in production as planned, and the checklist is open."""
    with release_world(tmp_path, {"payment-api/prod-eu": "4.5.3"}) as made:
        yield made


def walk(screen: PtyScreen) -> dict[str, str]:
    """What the checklist, the matrix and the reasons show, after a tick."""
    screen.wait_for(OPEN)
    screen.press("space")
    ticked = re.compile(rf"\[x\] {OPEN}")
    shown = {"checklist": screen.wait_for(lambda text: bool(ticked.search(text)) and "NO-GO" in text)}
    screen.press("2")
    shown["matrix"] = screen.wait_for(
        lambda text: all(part in text for part in ("PRODUCTION", "2026.11.0", "4.5.3"))
    )
    screen.press("w")
    shown["why"] = screen.wait_for("What blocks")
    screen.press("escape")
    screen.wait_for("4.5.3")
    return shown


@pytest.mark.parametrize("look", LOOKS)
def test_a_person_can_run_the_release(world: World, look: str) -> None:
    """Verdict in words, ticks as marks, states as signs, production in words; whatever the terminal can show."""
    options, env = LOOKS[look]
    with world.open(*options, env=env) as screen:
        shown = walk(screen)
        assert "NO-GO" in shown["checklist"]
        assert re.search(r"\[ \].*Announce the window", shown["checklist"])
        sign = "<" if look.startswith("ascii") else "↓"
        differs = "!" if look.startswith("ascii") else "≠"
        assert re.search(rf"payment-api.*[{sign}{differs}] 4\.5\.3", shown["matrix"])
        screen.press("q")
        assert screen.wait() == 0
        if look == "nocolour":
            assert not COLOUR.search(screen.raw)
        if look.startswith("ascii"):
            assert screen.raw.isascii()
        if look == "sixteen":
            assert not re.search(rb"\x1b\[[\d;]*[34]8;[25];", screen.raw)


def test_an_idle_minute_and_a_key_stay_cheap_on_the_wire(world: World) -> None:
    """Over SSH a night of watching must not cost more than a page of text a minute."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        screen.settle(0.5)
        start, polls = screen.mark(), world.polls()
        # three more rounds of the six endpoints, two seconds each: a state, with a length
        while world.polls() < polls + 18:
            screen.settle(0.2)
        idle = len(screen.bytes_since(start))
        assert idle * 10 <= 15_000
        screen.settle(0.3)
        mark = screen.mark()
        screen.press("j")
        screen.settle(0.2)
        assert len(screen.bytes_since(mark)) <= 1_500


def test_the_first_screen_is_cheap(world: World) -> None:
    """At 80x24, sixteen colours: half a second on a line of half a megabit."""
    with world.open() as screen:
        screen.wait_for(OPEN)
        screen.settle(0.5)
        assert len(screen.raw) <= 40_000
