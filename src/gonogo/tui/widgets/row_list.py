"""A list of lines by key: cursor, filter, and a repaint of exactly those screen lines that differ.

A list has three states: nobody has told yet what is in it, it was told that nothing is, it was told rows. The
sentence for nothing comes with being told, so that it cannot stand there before. And a list asks for its rows when
it is drawn, in the size it is drawn in: no frame shows what was made for another one, or before anything was.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from gonogo.text.tones import Line, Span, Tone, line_text
from gonogo.tui.lines import cut, in_columns
from gonogo.tui.look import Look
from gonogo.tui.widgets.spans import changed_part

MARGIN = 2
"""Columns at the left, for the sign of the cursor."""
_LEAST = 20
"""Columns below which nothing is made narrower: it is cut off."""
RIGHT = 16
"""Columns of what stands at the right edge."""


class Row(Struct, frozen=True):
    """One line of a list."""

    key: str
    """Unique in its list and stable over time, such as `item:smoke-eu`."""
    line: Line
    selectable: bool = True
    """False for headings and for the lines that continue the one before."""
    heading: bool = False
    """Stays in a filtered list as long as one of its rows does."""
    right: Line = ()
    """Stands in a column of its own at the right edge. Laid out when it is drawn: lists have 64,000 rows."""


class Told(Struct, frozen=True):
    """What is in a list is known."""

    rows: Sequence[Row]
    none: str
    """The sentence for when there is no row."""


class Reading(Struct, frozen=True):
    """What is in a list is not known yet."""

    words: str = ""
    """What is being waited for; "" where something else on the screen says it."""


Content = Told | Reading
Source = Callable[[int], Content]
"""What is in a list of so many columns, at this moment."""


class RowList(Widget, can_focus=True):
    """A list that knows only rows. The mouse is off, so it scrolls by its cursor alone."""

    class Moved(Message):
        """The cursor stands on another row."""

    class Scrolled(Message):
        """Other lines of a text are on the screen, or it is another text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "first", show=False),
        Binding("end,G,shift+g", "last", show=False),
    ]
    DEFAULT_CSS = """
    RowList { width: 1fr; height: 1fr; }
    """

    def __init__(self, look: Look, source: Source) -> None:
        super().__init__(markup=False)
        self._look = look
        self._source = source
        self._content: Content = Reading()
        self._all: tuple[Row, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._filter = ""
        self._cursor = 0
        self._top = 0
        self._frame: tuple[tuple[Line, bool], ...] = ()
        self._told_in: Size | None = None
        """The size the rows were made for; None before they were asked for."""
        self._framed: Size | None = None
        """The size the frame was composed for."""
        self.always_marked = False
        """Whether the cursor shows also while something else has the keyboard."""

    @property
    def key(self) -> str:
        """Key of the row under the cursor; "" when there is none."""
        return self._rows[self._cursor].key if self._cursor < len(self._rows) else ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """What the filter leaves."""
        return self._rows

    @property
    def choices(self) -> tuple[str, ...]:
        """Keys of the selectable rows, whatever the filter leaves of them."""
        return tuple(row.key for row in self._all if row.selectable)

    @property
    def position(self) -> tuple[int, int]:
        """Which of how many selectable rows the cursor is on, from 1; (0, 0) for none."""
        selectable = [index for index, row in enumerate(self._rows) if row.selectable]
        if self._cursor not in selectable:
            return (0, len(selectable))
        return (selectable.index(self._cursor) + 1, len(selectable))

    @property
    def overflows(self) -> bool:
        """Whether there are more rows than lines on the screen."""
        return len(self._rows) > self.size.height > 0

    @property
    def window(self) -> tuple[int, int, int]:
        """First and last line on the screen, from 1, and how many there are."""
        return (self._top + 1, min(self._top + self.size.height, len(self._rows)), len(self._rows))

    @property
    def found(self) -> tuple[int, int]:
        """How many selectable rows the filter leaves, of how many."""
        return (_selectable(self._rows), _selectable(self._all))

    @property
    def filter(self) -> str:
        """The text rows must contain; "" for none."""
        return self._filter

    def retell(self) -> None:
        """Ask anew what is in it. Cursor and scroll position stay with their row."""
        self._take()
        self._paint()

    def search(self, text: str) -> None:
        """Show only the rows that contain `text`, whatever the case."""
        self._filter = text
        self._arrange()
        self._paint()

    def from_top(self) -> None:
        """Show the first lines, as far as the cursor stays in view."""
        self._top = 0
        self._keep_in_view()
        self._paint()

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row of that key; returns whether there is one."""
        for index, row in enumerate(self._rows):
            if row.key == key and row.selectable:
                self._go(index)
                return True
        return False

    def action_move(self, by: int) -> None:
        """One selectable row down or up."""
        if not self.position[1]:
            self._scroll(by)
            return
        index = self._cursor + by
        while 0 <= index < len(self._rows):
            if self._rows[index].selectable:
                self._go(index)
                return
            index += by
        if by < 0:
            self._top = 0  # headings above the first row come into view
        else:
            self._top = max(0, len(self._rows) - self.size.height)
        self._paint()

    def action_page(self, by: int) -> None:
        """One screen down or up."""
        if not self.position[1]:
            self._scroll(by * max(1, self.size.height - 1))
            return
        wanted = self._cursor + by * max(1, self.size.height - 1)
        self._go(self._nearest(min(max(wanted, 0), len(self._rows) - 1)))

    def action_first(self) -> None:
        """The first row."""
        if not self.position[1]:
            self._scroll(-len(self._rows))
            return
        self._top = 0
        self._go(self._nearest(0))
        self._paint()

    def action_last(self) -> None:
        """The last row."""
        if not self.position[1]:
            self._scroll(len(self._rows))
            return
        self._go(self._nearest(len(self._rows) - 1))

    def _scroll(self, by: int) -> None:
        """A text has no cursor; it moves as a whole."""
        self._top = max(0, min(self._top + by, len(self._rows) - self.size.height))
        self._paint()
        self.post_message(self.Scrolled())

    def _take(self) -> None:
        self._told_in = self.size
        self._content = self._source(max(_LEAST, self._columns - MARGIN))
        self._all = tuple(self._content.rows) if isinstance(self._content, Told) else ()
        self._arrange()

    @property
    def _columns(self) -> int:
        """As wide as it is, or as wide as it can be at most while it is nowhere on the screen."""
        return self.size.width or (self.app.size.width if self.is_attached else 0)

    def _arrange(self) -> None:
        before, old, first = self.key, self._cursor, not self._rows
        offset = old - self._top
        at_top = old == self._nearest(0)
        self._rows = self._matching()
        if at_top and self._top == 0:
            index = 0  # who reads the newest wants to see the newest
        else:
            index = next(
                (place for place, row in enumerate(self._rows) if row.key == before), min(old, len(self._rows))
            )
        self._cursor = self._nearest(index)
        self._top = 0 if first else self._cursor - offset
        self._keep_in_view()
        if self.key != before:
            self.post_message(self.Moved())

    def _matching(self) -> tuple[Row, ...]:
        if not self._filter:
            return self._all
        wanted = self._filter.casefold()
        kept: list[Row] = []
        heading: Row | None = None
        follows = False
        for row in self._all:
            if row.heading:
                heading, follows = row, False
            elif not row.selectable:
                if follows:
                    kept.append(row)
            elif wanted in line_text((*row.line, *row.right)).casefold():
                if heading is not None:
                    kept.append(heading)
                    heading = None
                kept.append(row)
                follows = True
            else:
                follows = False
        return tuple(kept)

    def _nearest(self, index: int) -> int:
        """The selectable row nearest to `index`, below it first; 0 when there is none."""
        below = range(max(0, index), len(self._rows))
        above = range(min(index, len(self._rows)) - 1, -1, -1)
        return next((place for place in chain(below, above) if self._rows[place].selectable), 0)

    def _go(self, index: int) -> None:
        if not self._rows:
            return
        moved = index != self._cursor
        self._cursor = index
        self._keep_in_view()
        self._paint()
        if moved:
            self.post_message(self.Moved())

    def _keep_in_view(self) -> None:
        """The cursor's row is on the screen, with the lines that go with it where there is room."""
        height = self.size.height
        if not height:
            return
        if not any(row.selectable for row in self._rows):
            # a text stays where its reader is, though it is told anew every second
            self._top = max(0, min(self._top, len(self._rows) - height))
            return
        first, last = self._cursor, self._cursor
        while (
            last + 1 < len(self._rows) and not self._rows[last + 1].selectable and not self._rows[last + 1].heading
        ):
            last += 1
        if first and self._rows[first - 1].heading:
            first -= 1
        self._top = max(self._top, min(last - height + 1, self._cursor))
        self._top = min(self._top, first)
        self._top = max(0, min(self._top, len(self._rows) - height))

    def _paint(self) -> None:
        """Repaint the lines that differ from what is on the screen."""
        if self._framed != self.size:
            self._settle()
            self.refresh()
            return
        before, self._frame = self._frame, self._compose_frame()
        if len(before) != len(self._frame):
            self.refresh()
            return
        regions = [
            self._changed(y, old, new)
            for y, (old, new) in enumerate(zip(before, self._frame, strict=True))
            if old != new
        ]
        if regions:
            self.refresh(*regions)

    def _changed(self, y: int, old: tuple[Line, bool], new: tuple[Line, bool]) -> Region:
        """The part of a screen line that differs: all of it when the cursor came or went."""
        whole = Region(0, y, self.size.width, 1)
        if old[1] != new[1]:
            return whole
        part = changed_part(y, old[0], new[0])
        return part.translate((MARGIN, 0)).intersection(whole) if part else whole

    def _settle(self) -> None:
        """Rows and frame for the size there is now."""
        if self._framed == self.size:
            return
        if self._told_in != self.size:
            self._take()
        self._framed = self.size
        self._keep_in_view()
        self._frame = self._compose_frame()

    def _compose_frame(self) -> tuple[tuple[Line, bool], ...]:
        if not self._rows:
            return ((self._sentence(), False),)
        visible = self._rows[self._top : self._top + self.size.height]
        marked = self._cursor - self._top if self.has_focus or self.always_marked else -1
        return tuple((self._laid_out(row), y == marked and row.selectable) for y, row in enumerate(visible))

    def _laid_out(self, row: Row) -> Line:
        if not row.right:
            return row.line
        room = self.size.width - MARGIN - RIGHT - 2
        return in_columns((row.line, row.right), (room, RIGHT), self._look.glyphs.ellipsis)

    def render_line(self, y: int) -> Strip:
        """One line as it is drawn."""
        self._settle()
        columns = self.size.width
        if y >= len(self._frame):
            return Strip.blank(columns, self._look.base)
        line, marked = self._frame[y]
        over = self._look.cursor if marked else None
        sign = self._look.glyphs.cursor if marked else " "
        shown = cut(line, columns - MARGIN, self._look.glyphs.ellipsis)
        style = self._look.base + over if over else self._look.base
        return self._strip(
            [Segment(sign.ljust(MARGIN), style), *self._look.segments(shown, over)], columns, marked
        )

    def _sentence(self) -> Line:
        """What stands where no row does: which of the three it is must be read from it."""
        if isinstance(self._content, Reading):
            return (Span(self._content.words, Tone.MUTED),)
        if self._filter and self._all:
            return (Span(f"nothing contains '{self._filter}'; Esc shows everything", Tone.MUTED),)
        return (Span(self._content.none, Tone.MUTED),)

    def _strip(self, segments: Iterable[Segment], columns: int, marked: bool = False) -> Strip:
        base = self._look.base + self._look.cursor if marked else self._look.base
        return Strip(segments).adjust_cell_length(columns, base)

    def on_resize(self) -> None:
        """Textual draws everything anew; whatever was drawn meanwhile was drawn in this size already."""
        self._settle()

    def on_focus(self) -> None:
        """The cursor appears: once Textual knows of it, which it learns after this."""
        self.call_later(self._paint)

    def on_blur(self) -> None:
        """The cursor disappears."""
        self.call_later(self._paint)

    @property
    def rows_wanted(self) -> int:
        """One line for each row."""
        return max(1, len(self._rows))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  Textual's
        """As many as are wanted."""
        return self.rows_wanted


def _selectable(rows: Iterable[Row]) -> int:
    return sum(row.selectable for row in rows)
