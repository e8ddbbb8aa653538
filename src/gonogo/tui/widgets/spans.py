"""A few lines of text that repaint only the columns that changed."""

from collections.abc import Callable, Sequence

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from gonogo.text.tones import Line
from gonogo.tui.lines import cut, width
from gonogo.tui.look import Look


class Lines(Widget):
    """As many lines as it is given; each is cut at the widget's width.

    Where a `source` makes them, it is asked for the width they are drawn in, when they are drawn: a resize is
    heard of only after the first frame of the new size.

    Updating a Static repaints all of it and lays the screen out anew, 2 to 4 KB for a clock; this costs what
    changed.
    """

    DEFAULT_CSS = """
    Lines { width: 1fr; height: auto; }
    """

    def __init__(
        self,
        look: Look,
        lines: Sequence[Line] = (),
        *,
        bar: bool = False,
        source: Callable[[int], Sequence[Line]] | None = None,
    ) -> None:
        super().__init__(markup=False)
        self._source = source
        self._made_for = 0
        """Columns the lines were made for; 0 before that, and where no source makes them."""
        self._look = look
        self._over = look.bar if bar else None
        self._lines: tuple[Line, ...] = tuple(lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show `lines`; nothing is drawn when they are what is shown already."""
        before, self._lines = self._lines, tuple(lines)
        if len(before) != len(self._lines):
            self.refresh(layout=True)
            return
        regions = [
            changed
            for row, (old, new) in enumerate(zip(before, self._lines, strict=True))
            if (changed := changed_part(row, old, new)) is not None
        ]
        if regions:
            self.refresh(*regions)

    def retell(self) -> None:
        """Ask the source anew, and draw what changed."""
        columns = self._made_for = self.size.width
        if self._source is not None and columns:
            self.show(self._source(columns))

    def _settle(self, columns: int) -> None:
        """Have the lines made for so many columns, where they were made for others."""
        if self._source is not None and columns and columns != self._made_for:
            self._made_for, self._lines = columns, tuple(self._source(columns))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  Textual's
        """One row for each line."""
        self._settle(width)
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """One line as it is drawn."""
        self._settle(self.size.width)
        line = self._lines[y] if y < len(self._lines) else ()
        shown = cut(line, self.size.width, self._look.glyphs.ellipsis)
        base = self._look.base + self._over if self._over else self._look.base
        return Strip(self._look.segments(shown, self._over)).adjust_cell_length(self.size.width, base)


def changed_part(row: int, old: Line, new: Line) -> Region | None:
    """The part of a line that differs; None when nothing does."""
    if old == new:
        return None
    start = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        start += width((one,))
    end = max(width(old), width(new))
    if width(old) == width(new):
        for one, other in zip(reversed(old), reversed(new), strict=False):
            if one != other:
                break
            end -= width((one,))
    return Region(start, row, max(1, end - start), 1)
