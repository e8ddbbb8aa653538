"""The matrix widget: where its cursor stays, and where everything stands."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from gonogo.facts import Running
from gonogo.plan import Target
from gonogo.text.tones import Line, Span, Tone, line_text
from gonogo.tui.profile import Profile
from gonogo.tui.widgets.matrix_layout import Layout, Widths, fit_cell, lay_out
from gonogo.tui.widgets.matrix_view import MatrixView
from support.matrix_app import MatrixApp, sample_plan, with_cell


class Watched(MatrixApp):
    """Remembers what the widget told."""

    def __init__(self, products: int, environments: int) -> None:
        super().__init__(sample_plan(products, environments), Profile())
        self.opened: list[Target] = []
        self.moved: list[Target | None] = []

    def on_matrix_view_opened(self, message: MatrixView.Opened) -> None:
        """Somebody asked for details."""
        self.opened.append(message.target)

    def on_matrix_view_moved(self, message: MatrixView.Moved) -> None:
        """The cursor stands elsewhere."""
        self.moved.append(message.target)


def drive(steps: Callable[[Watched, Pilot[None]], Awaitable[None]], size: tuple[int, int, int, int]) -> None:
    """Run `steps` on a matrix of so many products and environments on a screen of so many columns and rows."""
    products, environments, columns, rows = size

    async def run() -> None:
        app = Watched(products, environments)
        async with app.run_test(size=(columns, rows)) as pilot:
            await pilot.pause()
            await steps(app, pilot)

    asyncio.run(run())


def target(product: int, environment: str) -> Target:
    """A target of the sample plan."""
    return Target(f"product-{product:03}", environment)


def screen(view: MatrixView) -> list[str]:
    """The widget's lines as they are drawn."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def test_keys_move_the_cursor_over_the_cells() -> None:
    """Arrows, j, k, g, G, Home, End and pages; the edges hold."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        view = app.view
        for keys, expected in (
            ("j right", target(1, "env-1")),
            ("down right", target(2, "prod-eu")),
            ("right end", target(2, "prod-eu")),
            ("k left", target(1, "env-1")),
            ("G home", target(49, "env-0")),
            ("j down", target(49, "env-0")),
            ("pageup", target(42, "env-0")),
            ("g k pagedown", target(7, "env-0")),
        ):
            await pilot.press(*keys.split())
            assert view.cursor_target == expected, keys

    drive(steps, (50, 3, 80, 10))


def test_enter_asks_for_the_details_of_the_cell() -> None:
    """The message names the target under the cursor."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        await pilot.press("j", "right", "enter")
        await pilot.pause()
        assert app.opened == [target(1, "env-1")]
        assert app.moved[-1] == target(1, "env-1")

    drive(steps, (5, 3, 80, 10))


def test_the_cursor_stays_on_its_target_when_the_plan_is_reordered() -> None:
    """Rows are known by product, never by number, and the cursor's row is in sight afterwards."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        await pilot.press("j", "right", "v")
        await pilot.pause()
        assert app.view.cursor_target == target(1, "env-1")
        assert any("▸" in line and line.startswith("product-001") for line in screen(app.view))

    drive(steps, (50, 3, 80, 10))


def test_a_filter_hides_the_cursors_product_and_gives_it_back() -> None:
    """While it is hidden the cursor is on a neighbour; nobody moved it, so it returns."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        await pilot.press("G")
        app.view.filter("product-00")
        assert app.view.found == (10, 20)
        assert app.view.cursor_target == target(9, "env-0")
        app.view.filter("no such")
        assert app.view.cursor_target is None
        assert "no product for 'no such'" in screen(app.view)[0]
        app.view.filter("")
        assert app.view.cursor_target == target(19, "env-0")

    drive(steps, (20, 3, 80, 10))


def test_columns_scroll_as_wholes_and_the_product_stays() -> None:
    """What is not on the screen is said in the header, with the environments' numbers."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        names, _, first, *_ = screen(app.view)
        assert "env 1-5/8" in names
        assert "prod-eu" not in names
        await pilot.press("end")
        names, marks, first, *_ = screen(app.view)
        assert "env 4-8/8" in names
        assert names.split()[-1] == "prod-eu"
        assert marks.split()[-1] == "PRODUCTION"
        assert first.startswith("product-000")
        assert first.count("1.0.0") == 6, "the planned version and five whole cells"

    drive(steps, (5, 8, 80, 10))


def test_a_wider_window_shows_more_columns() -> None:
    """The layout follows the width, and the cursor stays in sight in a lower window."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        await pilot.press("G", "end")
        await pilot.resize_terminal(160, 30)
        await pilot.pause()
        names = screen(app.view)[0]
        assert "product" in names
        assert "prod-eu" in names
        await pilot.resize_terminal(70, 8)
        await pilot.pause()
        assert app.view.cursor_target == target(39, "prod-eu")
        assert any("▸" in line and line.startswith("product-039") for line in screen(app.view))

    drive(steps, (40, 8, 80, 10))


def test_a_longer_version_widens_its_column_once() -> None:
    """Widths grow with what is seen and never shrink: a column does not breathe."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        narrow = screen(app.view)[0].index("prod-eu")
        cell = app.matrix.cells[target(0, "env-0")]
        app.matrix = with_cell(app.matrix, replace(cell, versions=(Running("1.0.0-rc.10"),)))
        app.paint()
        wide = screen(app.view)[0].index("prod-eu")
        assert wide > narrow
        app.matrix = with_cell(app.matrix, cell)
        app.paint()
        assert screen(app.view)[0].index("prod-eu") == wide

    drive(steps, (5, 2, 120, 10))


def test_what_was_decided_stands_at_the_head_of_its_column() -> None:
    """In a line of its own, in the fullest text that fits; without a decision the line is not there."""

    async def steps(app: Watched, pilot: Pilot[None]) -> None:
        view = app.view
        rows = screen(view)[2:5]
        texts = ("GO 19:33 aruiz of the night shift", "GO 19:33 aruiz", "GO 19:33", "GO")
        app.view.show(app.matrix, app.now, plan=app.plan, goes={"prod-eu": (texts, Tone.GOOD)})
        head = screen(view)[2]
        assert head.startswith("decided")
        assert head[screen(view)[0].index("prod-eu") :] == "GO 19:33 aruiz"
        assert screen(view)[3:6] == rows
        app.paint()
        assert screen(view)[2:5] == rows

    drive(steps, (5, 3, 80, 10))


HEADINGS = {"dev": "dev", "staging": "staging", "prod-eu": "prod-eu PRODUCTION", "prod-us": "prod-us PRODUCTION"}


def test_the_planned_version_gives_way_before_an_environment_does() -> None:
    """Where four environments fit only without it, they are all shown; where not even then, it stays."""
    planned, sizes = {"payment-api": "2026.11.0"}, dict.fromkeys(HEADINGS, Widths(9, 19))
    assert lay_out(planned, HEADINGS, sizes, 80).planned_width == 0
    assert len(lay_out(planned, HEADINGS, sizes, 80).columns(0)) == 4
    assert lay_out(planned, HEADINGS, sizes, 100).planned_width == 10
    assert lay_out(planned, HEADINGS, sizes, 60).planned_width == 10


@pytest.mark.parametrize("room", range(1, 200, 7))
def test_visible_columns_are_whole_and_reach_the_last(room: int) -> None:
    """At any width at least one column is shown, none half unless it is alone, and the last is reachable."""
    layout = lay_out({"web": "1.2.3"}, HEADINGS, dict.fromkeys(HEADINGS, Widths(5, 5)), room)
    for left in range(len(HEADINGS)):
        shown = layout.columns(left)
        taken = sum(layout.column_widths[column] for column in shown)
        assert len(shown) == 1 or layout.frozen_width + taken <= room
    assert layout.columns(layout.furthest_left())[-1] == len(HEADINGS) - 1


def test_an_empty_layout_has_no_columns() -> None:
    """Before the first snapshot nothing is asked of it."""
    assert not Layout().columns(0)
    assert Layout().furthest_left() == 0


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (20, "◌ 1.2.3 stale 50s   "),
        (14, "◌ 1.2.3 stale "),
        (13, "◌ 1.2.3 stale"),
        (12, "◌ 1.2.3 sta…"),
        (6, "◌ 1.2…"),
    ],
)
def test_a_cell_is_cut_behind_a_whole_word_or_says_that_it_is_cut(columns: int, shown: str) -> None:
    """The age may go, a version never loses its end unmarked."""
    line: Line = (Span("◌ ", Tone.UNKNOWN), Span("1.2.3", Tone.UNKNOWN), Span(" stale 50s", Tone.UNKNOWN))
    assert line_text(fit_cell(line, columns, "…")) == shown
