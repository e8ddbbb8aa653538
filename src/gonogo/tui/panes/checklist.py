"""The checklist: phases as headings, marks as text, who and when on every line."""

from collections.abc import Mapping

from rich.cells import cell_len

from gonogo.events.state import ItemStatus
from gonogo.facts.finding import Progress as Running
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.lines import in_columns, plain
from gonogo.tui.look import Look
from gonogo.tui.panes.base import ListPane
from gonogo.tui.widgets.row_list import Content, Reading, Row, Told
from gonogo.view.checklist import FORWARD, ItemRow, forward_only, rows

_OWNER = 13
_MARK = 3
_ROOMY = 72
"""Columns from which owners have a column of their own."""
_NARROW = 44
"""Columns below which only the title stands beside the mark."""

NOTHING = "The plan has no checklist: nothing here holds the release back."
OPENING = "Opening the journal."


class ChecklistPane(ListPane):
    """Space ticks here."""

    place = Place.CHECKLIST
    label = "Checklist"
    running: Mapping[str, Running] = {}
    """The checks this cockpit is carrying out, by item."""

    def show_running(self, running: Mapping[str, Running]) -> None:
        """A check began, told something, or came to its end."""
        self.running = running
        self.redraw()

    def told(self, columns: int) -> Content:
        """The items as the journal has them."""
        if self.snapshot is None:
            return Reading(OPENING)
        return Told(checklist_rows(self.snapshot, columns, self.look, self.running), NOTHING)

    def state(self) -> Line:
        """How many items are closed."""
        if self.snapshot is None or not self.snapshot.plan.items:
            return ()
        items = self.snapshot.plan.items
        closed = sum(self.snapshot.state.item(item.id).status is not ItemStatus.OPEN for item in items)
        tone = Tone.GOOD if closed == len(items) else Tone.PLAIN
        return self.beside((Span(f"{closed} of {len(items)} done", tone),))


def checklist_rows(
    snapshot: Snapshot, columns: int, look: Look, running: Mapping[str, Running] | None = None
) -> tuple[Row, ...]:
    """The checklist in rows of so many columns."""
    shown = rows(snapshot)
    indent = 1 if any(row.heading for row in shown) else 0
    owners = any(row.owner and not row.heading for row in shown)
    now = running or {}
    return tuple(_row(row, columns, indent, owners, look, now.get(row.key)) for row in shown)


def _row(row: ItemRow, columns: int, indent: int, owners: bool, look: Look, running: Running | None) -> Row:
    if row.heading:
        return _heading(row, columns, look)
    ellipsis = look.glyphs.ellipsis
    title_tone = Tone.MUTED if row.tone is Tone.MUTED else Tone.PLAIN
    notes = f" ({row.notes} note{'s' if row.notes > 1 else ''})" if row.notes else ""
    inset = "  " * row.indent
    forward = f" {FORWARD}" if forward_only(row) else ""
    title = (Span(f"{inset}{row.title}", title_tone), Span(forward, Tone.WARN), Span(notes, Tone.MUTED))
    owner = _OWNER if owners and columns >= _ROOMY else 0
    used = indent + _MARK + 1 + (owner + 2 if owner else 0)
    who = max(20, (columns - used) * 2 // 5) if columns >= _NARROW else 0
    room = columns - used - (who + 2 if who else 0)
    said = row.who if owner or not row.owner or row.tone is not Tone.PLAIN else _owned(row)
    told = plain(said, Tone.MUTED) if running is None else running_line(running)
    cells = (title, plain(row.owner, Tone.MUTED), told)
    shown = in_columns(cells, (room, owner, who), ellipsis)
    mark = row.mark if running is None else f"[{look.glyphs.busy}]"
    tone = row.tone if running is None else Tone.BUSY
    return Row(f"item:{row.key}", (Span(" " * indent), Span(f"{mark} ", tone), *shown))


def running_line(running: Running) -> Line:
    """How far a check is."""
    return (Span(f"checking {running.seconds} s", Tone.BUSY), Span(f"  {running.line}", Tone.MUTED))


def _heading(row: ItemRow, columns: int, look: Look) -> Row:
    if row.key.startswith("return:"):
        # a line across the list: what stands below it cannot be taken back
        words = f"{look.rule * 2} {row.title} "
        return Row(
            row.key,
            (Span(f"{words}{look.rule * max(0, columns - cell_len(words))}", row.tone),),
            selectable=False,
            heading=True,
        )
    # a group is marked like an item, and stands among them
    mark = (Span(f" {row.mark} ", row.tone), Span(row.title)) if row.mark else (Span(row.title, Tone.STRONG),)
    line = (
        *mark,
        Span(f"  {row.owner}", row.tone if row.tone is Tone.GOOD else Tone.MUTED),
    )
    return Row(row.key, line, selectable=False, heading=True)


def _owned(row: ItemRow) -> str:
    """What stands beside an open item where there is no column for owners: whose it is, and what it waits for."""
    return f"{row.owner}, {row.who}" if row.who else row.owner
