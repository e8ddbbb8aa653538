"""The audit trail, newest first."""

from gonogo.events import Event
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.lines import plain
from gonogo.tui.panes.base import ListPane
from gonogo.tui.widgets.row_list import Content, Reading, Row, Told
from gonogo.view.trail import sentence, who

NOTHING = "Nothing has been recorded yet. The first tick will stand here."
OPENING = "Opening the journal."
SHOWN = 2_000
"""Newest events on the screen; all of them are in `gonogo log`."""


class TrailPane(ListPane):
    """Who did what, and when."""

    place = Place.TRAIL
    label = "Audit trail"
    _head: tuple[int, int] = (-1, -1)
    """Sequence number and day last drawn: the trail only ever grows, so it is drawn anew only then."""
    _rows: tuple[Row, ...] = ()

    def redraw(self) -> None:
        """Show the newest events."""
        if self.snapshot is not None and self._head != _head(self.snapshot):
            super().redraw()

    def told(self, columns: int) -> Content:  # noqa: ARG002  a line is as long as it is
        """The newest events."""
        if self.snapshot is None:
            return Reading(OPENING)
        head = _head(self.snapshot)
        if head != self._head:
            self._head, self._rows = head, trail_rows(self.snapshot)
        return Told(self._rows, NOTHING)

    def state(self) -> Line:
        """How much is recorded."""
        if self.snapshot is None:
            return ()
        total = len(self.snapshot.state.events)
        return self.beside(plain(f"{total} recorded, times in UTC" if total else "", Tone.MUTED))


def _head(snapshot: Snapshot) -> tuple[int, int]:
    return (snapshot.state.seq, snapshot.now.toordinal())


def trail_rows(snapshot: Snapshot) -> tuple[Row, ...]:
    """The newest events, the newest first."""
    today = snapshot.now.date()
    newest = snapshot.state.events[: -SHOWN - 1 : -1]
    dated = any(event.at.date() != today for event in newest)
    return tuple(Row(f"event:{event.seq}", trail_line(event, dated)) for event in newest)


def trail_line(event: Event, dated: bool) -> Line:
    """Time (UTC), who, what; with the day where not all of them are of today."""
    at = f"{event.at:%m-%d %H:%M:%S}" if dated else f"{event.at:%H:%M:%S}"
    return (Span(f"{at}  ", Tone.MUTED), Span(f"{who(event):<10.24}  ", Tone.STRONG), *sentence(event))
