"""The audit trail, newest first."""

from gonogo.domain.events import Event
from gonogo.present.tones import Line, Span, Tone
from gonogo.present.trail import sentence, who
from gonogo.tui.intents import Place
from gonogo.tui.lines import plain
from gonogo.tui.panes.base import ListPane
from gonogo.tui.widgets.row_list import Row

SHOWN = 2_000
"""Newest events on the screen; all of them are in `gonogo log`."""


class TrailPane(ListPane):
    """Who did what, and when."""

    place = Place.TRAIL
    label = "Audit trail"
    empty = "Nothing has been recorded yet. The first tick will stand here."

    _head: tuple[int, int] = (-1, -1)
    """Sequence number and day last drawn: the trail only ever grows, so it is drawn anew only then."""

    def redraw(self) -> None:
        """Show the newest events."""
        if self.snapshot is None:
            return
        head = (self.snapshot.state.seq, self.snapshot.now.toordinal())
        if head == self._head:
            return
        self._head = head
        today = self.snapshot.now.date()
        newest = self.snapshot.state.events[: -SHOWN - 1 : -1]
        dated = any(event.at.date() != today for event in newest)
        self.list.show([Row(f"event:{event.seq}", trail_line(event, dated)) for event in newest])

    def state(self) -> Line:
        """How much is recorded."""
        if self.snapshot is None:
            return ()
        total = len(self.snapshot.state.events)
        return self.beside(plain(f"{total} recorded, times in UTC" if total else "", Tone.MUTED))


def trail_line(event: Event, dated: bool) -> Line:
    """Time (UTC), who, what; with the day where not all of them are of today."""
    at = f"{event.at:%m-%d %H:%M:%S}" if dated else f"{event.at:%H:%M:%S}"
    return (Span(f"{at}  ", Tone.MUTED), Span(f"{who(event):<10.24}  ", Tone.STRONG), *sentence(event))
