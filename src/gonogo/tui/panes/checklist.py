"""The checklist: phases as headings, marks as text, who and when on every line."""

from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import ItemStatus
from gonogo.present.checklist import ItemRow, rows
from gonogo.present.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.lines import in_columns, plain
from gonogo.tui.panes.base import ListPane
from gonogo.tui.widgets.row_list import Row

_OWNER = 13
_MARK = 3
_ROOMY = 72
"""Columns from which owners have a column of their own."""
_NARROW = 44
"""Columns below which only the title stands beside the mark."""


class ChecklistPane(ListPane):
    """Space ticks here."""

    place = Place.CHECKLIST
    label = "Checklist"
    empty = "The plan has no checklist: nothing here holds the release back."

    def redraw(self) -> None:
        """Show the items as the journal has them."""
        if self.snapshot is not None:
            self.list.show(checklist_rows(self.snapshot, self.columns, self.look.glyphs.ellipsis))

    def state(self) -> Line:
        """How many items are closed."""
        if self.snapshot is None or not self.snapshot.plan.items:
            return ()
        items = self.snapshot.plan.items
        closed = sum(self.snapshot.state.item(item.id).status is not ItemStatus.OPEN for item in items)
        tone = Tone.GOOD if closed == len(items) else Tone.PLAIN
        return (Span(f"{closed} of {len(items)} done", tone), *_gap(self.found()))


def _gap(line: Line) -> Line:
    return (Span("  "), *line) if line else ()


def checklist_rows(snapshot: Snapshot, columns: int, ellipsis: str) -> tuple[Row, ...]:
    """The checklist in rows of so many columns."""
    shown = rows(snapshot)
    indent = 1 if any(row.heading for row in shown) else 0
    owners = any(row.owner and not row.heading for row in shown)
    return tuple(_row(row, columns, indent, owners, ellipsis) for row in shown)


def _row(row: ItemRow, columns: int, indent: int, owners: bool, ellipsis: str) -> Row:
    if row.heading:
        line = (
            Span(row.title, Tone.STRONG),
            Span(f"  {row.owner}", row.tone if row.tone is Tone.GOOD else Tone.MUTED),
        )
        return Row(row.key, line, selectable=False, heading=True)
    title_tone = Tone.MUTED if row.tone is Tone.MUTED else Tone.PLAIN
    notes = f" ({row.notes} note{'s' if row.notes > 1 else ''})" if row.notes else ""
    title = (Span(row.title, title_tone), Span(notes, Tone.MUTED))
    owner = _OWNER if owners and columns >= _ROOMY else 0
    used = indent + _MARK + 1 + (owner + 2 if owner else 0)
    who = max(20, (columns - used) * 2 // 5) if columns >= _NARROW else 0
    room = columns - used - (who + 2 if who else 0)
    said = row.who if owner or not row.owner or row.tone is not Tone.PLAIN else _owned(row)
    cells = (title, plain(row.owner, Tone.MUTED), plain(said, Tone.MUTED))
    shown = in_columns(cells, (room, owner, who), ellipsis)
    return Row(f"item:{row.key}", (Span(" " * indent), Span(f"{row.mark} ", row.tone), *shown))


def _owned(row: ItemRow) -> str:
    """What stands beside an open item where there is no column for owners: whose it is, and what it waits for."""
    return f"{row.owner}, {row.who}" if row.who else row.owner
