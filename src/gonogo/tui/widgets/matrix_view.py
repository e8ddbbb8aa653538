"""The matrix on the screen: rows products, columns environments, repainted cell by cell.

A DataTable rewrites itself whole when one cell changes, 6 to 19 KB on a slow line; with the edges of `matrix_grid`
this costs about 50 bytes.
It asks `present` for every text and never for more cells than the screen shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from gonogo.matrix import Matrix
from gonogo.plan import Plan, Target
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.lines import fill, spread
from gonogo.tui.look import Look
from gonogo.tui.widgets.matrix_layout import CURSOR, HEADER, Layout, Widths, fit_cell, grown, lay_out
from gonogo.view.matrix import cell_line, environment_heading
from gonogo.view.matrix_filter import kept_products

Shortened = tuple[tuple[str, ...], Tone]
"""One thing in several lengths, the fullest first, and its tone."""


class Edge(Widget):
    """One column of the screen, as the matrix below draws it."""

    DEFAULT_CSS = "Edge { layer: edges; position: absolute; width: 1; height: 100%; }"

    def __init__(self, view: "MatrixView") -> None:
        super().__init__()
        self._view = view
        self.column = 0

    def render_line(self, y: int) -> Strip:
        """What the matrix draws there."""
        return self._view.render_line(y).crop(self.column, self.column + 1)


class MatrixView(ScrollView, can_focus=True, inherit_bindings=False):
    """Products by environments, with a cursor on one cell. Columns scroll whole; the product stays in sight."""

    class Opened(Message):
        """Somebody asks for the details of a cell."""

        def __init__(self, target: Target) -> None:
            super().__init__()
            self.target = target

    class Shaped(Message):
        """Columns begin elsewhere on the screen now."""

        def __init__(self, starts: tuple[int, ...]) -> None:
            super().__init__()
            self.starts = starts

    class Moved(Message):
        """The cursor stands on another cell."""

        def __init__(self, target: Target | None) -> None:
            super().__init__()
            self.target = target

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", show=False),
        Binding("down,j", "move(1, 0)", show=False),
        Binding("left", "move(0, -1)", show=False),
        Binding("right", "move(0, 1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("g,ctrl+home", "row(0)", show=False),
        Binding("G,shift+g,ctrl+end", "row(-1)", show=False),
        Binding("home", "column(0)", show=False),
        Binding("end", "column(-1)", show=False),
        Binding("enter", "open", show=False),
    ]
    # no scroll bars: the position stands in the header, in words that ASCII can show, and costs no columns
    DEFAULT_CSS = """
    MatrixView { width: 1fr; height: 1fr; scrollbar-size: 0 0; overflow-x: hidden; overflow-y: auto; }
    """

    def __init__(self, look: Look, *, reading: str = "", none: str = "") -> None:
        super().__init__()
        self._look = look
        self._reading, self._none = reading, none
        """The sentences for before it was told a matrix, and for a matrix that has no product."""
        self._matrix: Matrix | None = None
        self._plan: Plan | None = None
        self._now: datetime | None = None
        self._goes: Mapping[str, Shortened] = {}
        self._filter = ""
        self._layout = Layout()
        self._version_widths: Mapping[str, Widths] = {}
        self._left = 0
        self._wanted: Target | None = None
        self._row = 0
        self._drawn: dict[Target, Line] = {}
        self._starts: tuple[int, ...] = ()
        self.edges: Sequence[Edge] = ()
        """Widgets that cover the positions of the cursor's sign; they are drawn anew with what they cover."""

    @property
    def cursor_target(self) -> Target | None:
        """The target under the cursor; None while there is none."""
        if not self._layout.products or not self._layout.environments:
            return None
        return Target(self._layout.products[self._row], self._layout.environments[self._column])

    @property
    def filter_text(self) -> str:
        """The filter; "" for none."""
        return self._filter

    @property
    def header(self) -> int:
        """Lines above the rows."""
        return self._layout.header

    @property
    def found(self) -> tuple[int, int]:
        """How many products the filter leaves, of how many."""
        return (len(self._layout.products), len(self._matrix.products) if self._matrix else 0)

    def show(self, matrix: Matrix, now: datetime, *, plan: Plan, goes: Mapping[str, Shortened] = {}) -> None:
        """Show `matrix` as it is at `now` (UTC), and repaint what reads differently on the screen.

        Cursor and scroll position stay with their target. `plan` says which environments are production, `goes`
        what was decided for each, from the fullest text to the shortest.
        """
        self._matrix, self._now, self._plan = matrix, now, plan
        decided, self._goes = self._goes, goes
        if self._arrange():
            return
        if decided != goes:
            self._repaint(Region(0, HEADER, self.size.width, 1))
        before, self._drawn = self._drawn, {}
        regions = [
            self._text_region(row, column)
            for row in self._visible_rows()
            for column in self._visible_columns()
            if (target := self._target(row, column)) in before and before[target] != self._cell(target, column)
        ]
        if regions:
            self._repaint(*regions)

    def filter(self, text: str) -> None:
        """Show only products for which every word holds: part of the name, `drift` or `problem`. "" shows all."""
        self._filter = text
        self._arrange()

    def move_to(self, target: Target) -> bool:
        """Put the cursor on `target`; returns whether it is there."""
        layout = self._layout
        if target.product not in layout.products or target.environment not in layout.environments:
            return False
        self._go(layout.products.index(target.product), layout.environments.index(target.environment))
        return True

    def action_move(self, rows: int, columns: int) -> None:
        """So many rows down and columns to the right."""
        self._go(self._row + rows, self._column + columns)

    def action_page(self, by: int) -> None:
        """One screen down or up."""
        self._go(self._row + by * max(1, self._body_height - 1), self._column)

    def action_row(self, row: int) -> None:
        """The first row for 0, the last for -1."""
        self._go(row if row >= 0 else len(self._layout.products) - 1, self._column)

    def action_column(self, column: int) -> None:
        """The first environment for 0, the last for -1."""
        self._go(self._row, column if column >= 0 else len(self._layout.environments) - 1)

    def action_open(self) -> None:
        """Ask for the details of the cell under the cursor."""
        if (target := self.cursor_target) is not None:
            self.post_message(self.Opened(target))

    def render_line(self, y: int) -> Strip:
        """One line of the widget as it is drawn, in the width it is drawn in: a resize is heard of only later."""
        if self._layout.width != self.size.width:
            self._arrange()
        header = self._layout.header
        row = y - header + self.scroll_offset.y
        if self._matrix is None or not self._layout.products:
            segments = self._look.segments(self._nothing()) if y == 0 else []
        elif y < header:
            segments = self._look.segments((self._names, self._marks, self._decided)[y]())
        elif row < len(self._layout.products):
            segments = list(self._row_segments(row))
        else:
            segments = []
        return Strip(segments).adjust_cell_length(self.size.width, self._look.base).simplify()

    def on_resize(self) -> None:
        """Columns are laid out for the new width; the cursor stays in sight."""
        self._arrange()
        self._reveal()

    def on_focus(self) -> None:
        """The cursor appears."""
        self._refresh_cursor()

    def on_blur(self) -> None:
        """The cursor disappears."""
        self._refresh_cursor()

    @property
    def _column(self) -> int:
        """Of the cursor; the first one while its environment is not there."""
        environments = self._layout.environments
        wanted = self._wanted.environment if self._wanted else ""
        return environments.index(wanted) if wanted in environments else 0

    @property
    def _body_height(self) -> int:
        return max(0, self.size.height - self._layout.header)

    def _target(self, row: int, column: int) -> Target:
        return Target(self._layout.products[row], self._layout.environments[column])

    def _visible_rows(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(len(self._layout.products), top + self._body_height))

    def _visible_columns(self) -> range:
        return self._layout.columns(self._left)

    def _region(self, row: int, column: int) -> Region:
        start = self._layout.column_start(column, self._left)
        return Region(
            start, row - self.scroll_offset.y + self._layout.header, self._layout.column_widths[column], 1
        )

    def _text_region(self, row: int, column: int) -> Region:
        """The cell without the position of the cursor's sign."""
        x, y, width, height = self._region(row, column)
        return Region(x + CURSOR, y, width - CURSOR, height)

    def _repaint(self, *regions: Region) -> None:
        """Draw these regions anew, or everything; with the edges that lie on them."""
        self.refresh(*regions)
        for edge in self.edges:
            if not regions:
                edge.refresh()
            for region in regions:
                if region.x <= edge.column < region.right:
                    edge.refresh(Region(0, region.y, 1, region.height))

    def _tell_shape(self) -> None:
        """Say where the columns begin, when that has changed."""
        starts = tuple(self._layout.column_start(column, self._left) for column in self._visible_columns())
        if starts != self._starts:
            self._starts = starts
            self.post_message(self.Shaped(starts))

    def _arrange(self) -> bool:
        """Lay out anew; returns whether the shape changed, and with it everything is repainted."""
        before, stood = self._layout, self.cursor_target
        self._layout = self._lay_out()
        if self._layout == before:
            return False
        self._keep_cursor(before.products)
        self._drawn = {}
        self._left = min(self._left, self._layout.furthest_left())
        self.virtual_size = Size(self.size.width, self._layout.header + len(self._layout.products))
        self._reveal()
        self._repaint()
        self._tell_shape()
        if self.cursor_target != stood:
            self.post_message(self.Moved(self.cursor_target))
        return True

    def _lay_out(self) -> Layout:
        matrix, plan = self._matrix, self._plan
        if matrix is None or plan is None or not matrix.environments:
            return Layout(width=self.size.width)
        planned = {name: matrix.cell(name, matrix.environments[0]).planned for name in matrix.products}
        headings = {name: environment_heading(plan, name) for name in matrix.environments}
        self._version_widths = grown(self._version_widths, matrix)
        layout = lay_out(planned, headings, self._version_widths, self.size.width)
        shown = replace(layout, header=HEADER + 1) if self._goes else layout
        return shown.keeping(kept_products(matrix, self._filter))

    def _keep_cursor(self, before: tuple[str, ...]) -> None:
        """The cursor's row is its product's, wherever that went; its neighbour's while a filter hides it."""
        products = self._layout.products
        if self._wanted is None and products:
            self._wanted = self._target(0, 0)
        if self._wanted is not None and self._wanted.product in products:
            self._row = products.index(self._wanted.product)
            return
        here = before[self._row] if self._row < len(before) else ""
        self._row = products.index(here) if here in products else max(0, min(self._row, len(products) - 1))

    def _go(self, row: int, column: int) -> None:
        layout = self._layout
        if not layout.products or not layout.environments:
            return
        stood = self.cursor_target
        old = (self._row, self._column)
        self._row = max(0, min(row, len(layout.products) - 1))
        self._wanted = self._target(self._row, max(0, min(column, len(layout.environments) - 1)))
        if self._wanted == stood:
            return
        if not self._reveal():
            self._repaint(self._region(*old), self._region(self._row, self._column))
        self.post_message(self.Moved(self._wanted))

    def _reveal(self) -> bool:
        """Scroll as little as brings the cursor into sight; returns whether that moved anything."""
        height, left, top = self._body_height, self._left, self.scroll_offset.y
        if not height or not self._layout.products:
            return False
        self._left = min(self._left, self._column)
        while self._column not in self._visible_columns():
            self._left += 1
        wanted = max(min(top, self._row), self._row - height + 1)
        wanted = max(0, min(wanted, len(self._layout.products) - height))
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)
        if moved := wanted != top or self._left != left:
            self._drawn = {}
            self._repaint()
            self._tell_shape()
        return moved

    def _refresh_cursor(self) -> None:
        if self._layout.products and self._row in self._visible_rows():
            self._repaint(self._region(self._row, self._column))

    def _cell(self, target: Target, column: int) -> Line:
        """The cell's line, cut to its column; made once until the next `show`."""
        known = self._drawn.get(target)
        if known is None:
            assert self._matrix is not None
            assert self._now is not None
            line = cell_line(self._matrix.cells[target], self._now, self._look.glyphs)
            known = fit_cell(line, self._layout.column_widths[column] - 1, self._look.glyphs.ellipsis)
            self._drawn[target] = known
        return known

    def _row_segments(self, row: int) -> Iterator[Segment]:
        glyphs = self._look.glyphs
        # in ASCII the cursor's own sign, `>`, would read as a part of `>= 1.2.3`
        cursor = glyphs.bullet if self._look.ascii else glyphs.cursor
        yield from self._look.segments(self._product(row))
        for column in self._visible_columns():
            marked = self.has_focus and row == self._row and column == self._column
            over = self._look.cursor if marked else None
            sign = cursor if marked else " "
            yield from self._look.segments((Span(sign), *self._cell(self._target(row, column), column)), over)

    def _product(self, row: int) -> Line:
        return (
            *self._fit(self._layout.products[row], self._layout.name_width, Tone.STRONG),
            *self._fit(self._layout.planned[row], self._layout.planned_width, Tone.MUTED),
        )

    def _names(self) -> Line:
        layout, columns = self._layout, self._visible_columns()
        if len(columns) < len(layout.environments):
            hidden = f"env {columns.start + 1}-{columns.stop}/{len(layout.environments)}"
            line = [*self._fit(hidden, layout.frozen_width, Tone.WARN)]
        else:
            line = [*self._fit("product", layout.name_width, Tone.MUTED)]
            line.extend(self._fit("planned", layout.planned_width, Tone.MUTED))
        for column in columns:
            tone = Tone.PRODUCTION if layout.marks[column] else Tone.STRONG
            line.extend(self._heading(layout.environments[column], column, tone))
        return tuple(line)

    def _marks(self) -> Line:
        rows, count = self._visible_rows(), len(self._layout.products)
        position = f"{rows.start + 1}-{rows.stop}/{count}" if len(rows) < count else ""
        line = [*self._fit(position, self._layout.frozen_width, Tone.MUTED)]
        for column in self._visible_columns():
            line.extend(self._heading(self._layout.marks[column], column, Tone.PRODUCTION))
        return tuple(line)

    def _decided(self) -> Line:
        """The go of each environment, in the fullest text that its column has room for."""
        line = [*self._fit("decided", self._layout.frozen_width, Tone.MUTED)]
        for column in self._visible_columns():
            texts, tone = self._goes.get(self._layout.environments[column], ((), Tone.PLAIN))
            room = self._layout.column_widths[column] - CURSOR
            text = next((one for one in texts if cell_len(one) <= room), texts[-1] if texts else "")
            line.extend(self._heading(text, column, tone))
        return tuple(line)

    def _heading(self, text: str, column: int, tone: Tone) -> Line:
        """Only the words carry the tone, or the blanks of a column would look like a bar across the screen."""
        ellipsis = self._look.glyphs.ellipsis
        return fill((Span(" "), Span(text, tone)), self._layout.column_widths[column], ellipsis)

    def _fit(self, text: str, columns: int, tone: Tone) -> Line:
        """`text` in so many columns, the last of them blank; nothing at all for 0."""
        if not columns:
            return ()
        return (*fill((Span(text, tone),), columns - 1, self._look.glyphs.ellipsis), Span(" "))

    def _nothing(self) -> Line:
        if self._matrix is None:
            text = self._reading
        elif self._filter and self._matrix.products:
            text = f"no product for '{self._filter}'; Esc shows all {len(self._matrix.products)}"
        else:
            text = self._none
        return spread((Span(text, Tone.MUTED),), (), self.size.width, self._look.glyphs.ellipsis)
