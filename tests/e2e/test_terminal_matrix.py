"""The matrix on a real terminal: what it costs on the wire, and what is left of it without colour or Unicode."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen

TESTS = str(Path(__file__).parents[1])
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
"""An SGR sequence that sets a colour; 39 and 49, the terminal's own, are none."""


@contextmanager
def matrix(*words: str, size: tuple[int, int] = (80, 24), **env: str) -> Iterator[PtyScreen]:
    """A matrix of so many products and environments on a screen, at rest."""
    argv = [sys.executable, "-m", "support.matrix_app", *words]
    with PtyScreen(argv, size=size, env={"PYTHONPATH": TESTS, **env}) as screen:
        screen.wait_for("product-003")
        screen.settle(quiet=1.0)  # a busy machine paints the first screen in several breaths
        yield screen


def cost(screen: PtyScreen, *keys: str) -> int:
    """Bytes written to the terminal because of these keys."""
    mark = screen.mark()
    screen.press(*keys)
    screen.settle()
    return len(screen.bytes_since(mark))


@pytest.mark.parametrize(("size", "environments"), [((80, 24), "4"), ((160, 45), "8")])
def test_one_changed_cell_costs_one_cell(size: tuple[int, int], environments: str) -> None:
    """Not the table: 5.5 KB at 80x24 with a DataTable. Nor the line: this is its last column."""
    with matrix("200", environments, size=size) as screen:
        mark = screen.mark()
        screen.press("c")
        screen.wait_for("failed")
        screen.settle()
        assert 0 < len(screen.bytes_since(mark)) <= 150


def test_the_same_again_costs_nothing() -> None:
    """A sweep whose answers read as before leaves the wire silent."""
    with matrix("200", "4") as screen:
        screen.press("c")
        screen.wait_for("failed")
        screen.settle()
        assert cost(screen, "c") == 0


def test_a_step_of_the_cursor_costs_two_cells() -> None:
    """Each arrow key stays under 250 bytes at any width of line."""
    with matrix("200", "4") as screen:
        assert all(0 < cost(screen, key) <= 250 for key in ("j", "down", "right", "left", "k"))


def test_a_page_of_two_hundred_products_costs_a_screen() -> None:
    """Scrolling costs what the screen shows, however long the plan is."""
    with matrix("200", "8") as screen:
        assert cost(screen, "pagedown") <= 6_000
        assert "product-021" in screen.text()
        assert cost(screen, "G") <= 6_000
        assert "product-199" in screen.text()


def test_the_cursor_is_a_sign_and_reversed() -> None:
    """It is found by eye in sixteen colours, and in a plain dump."""
    with matrix("12", "4") as screen:
        column, row = screen.find("▸")
        assert screen.lines()[row].startswith("product-000")
        assert screen.look(column, row).reverse
        assert screen.look(column + 1, row).character == "✓"
        assert not screen.look(column, row + 1).reverse


def test_without_colour_every_state_is_a_sign_and_a_word() -> None:
    """NO_COLOR: not one colour on the wire; bold, dim and reverse remain, and the words say it all."""
    with matrix("12", "4", "nocolour", NO_COLOR="1") as screen:
        screen.press("c")
        text = screen.wait_for("✗ 1.3.0 failed")
        assert "PRODUCTION" in text
        assert screen.look(*screen.find("▸")).reverse
        assert not COLOUR.search(screen.raw)


def test_an_ascii_terminal_gets_ascii() -> None:
    """Not one byte above 127, not from scroll bars either."""
    with matrix("200", "8", "ascii", LANG="C") as screen:
        screen.press("c", "pagedown", "G")
        screen.wait_for("product-199 1.199.0 *= 1.199.0 now")
        assert screen.raw.isascii()


def test_sixteen_colours_are_enough() -> None:
    """On a plain xterm no 256-colour and no 24-bit sequence is sent."""
    with matrix("12", "4", TERM="xterm") as screen:
        screen.press("c")
        screen.wait_for("failed")
        assert not re.search(rb"\x1b\[[\d;]*[34]8;[25];", screen.raw)
