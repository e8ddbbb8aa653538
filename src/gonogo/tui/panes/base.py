"""What every pane has: a title line, a body, and a snapshot that comes from above."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import PANES, Place
from gonogo.tui.lines import width
from gonogo.tui.look import Look
from gonogo.tui.widgets.row_list import Content, RowList
from gonogo.tui.widgets.spans import Lines


class Pane(Vertical):
    """A titled part of the screen."""

    class Changed(Message):
        """Its title, or what is under its cursor, is another one now."""

    place: Place
    label: str

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False, always_update=True)

    def __init__(self, look: Look) -> None:
        super().__init__(id=self.place.value, classes="pane")
        self.look = look
        self.heading = Lines(look, [()])
        self.heading.add_class("heading")

    @property
    def number(self) -> int:
        """The digit that leads here."""
        return PANES.index(self.place) + 1

    @property
    def subject(self) -> str:
        """What is under the cursor; "" for nothing."""
        raise AssertionError("each pane says it")

    @property
    def filter(self) -> str:
        """The filter in force; "" for none."""
        raise AssertionError("each pane says it")

    def search(self, text: str) -> None:  # noqa: ARG002  named for those who do it
        """Show only what contains `text`."""
        raise AssertionError("each pane does it")

    def go_to(self, subject: str) -> bool:  # noqa: ARG002  named for those who do it
        """Put the cursor on `subject`; returns whether it is here."""
        raise AssertionError("each pane does it")

    def take_focus(self) -> None:
        """Give the keyboard to the body."""
        raise AssertionError("each pane does it")

    @property
    def rows_wanted(self) -> int:
        """Rows of the screen in which all of it could be seen, title included."""
        raise AssertionError("each pane says it")

    def state(self) -> Line:
        """What stands beside the label: counts, the filter."""
        return ()

    def redraw(self) -> None:
        """Show the newest snapshot."""

    def watch_snapshot(self) -> None:
        """A snapshot came from above."""
        self.redraw()
        self.retitle()

    def retitle(self) -> None:
        """Draw the title line anew; it costs nothing when it is the same."""
        columns = self.heading.size.width
        focused = self.has_focus_within
        sign = self.look.glyphs.cursor if focused else " "
        tone = Tone.STRONG if focused else Tone.MUTED
        line: Line = (
            Span(f"{sign} ", tone), Span(f"{self.number} {self.label}", tone), Span("  "), *self.state(), Span(" ")
        )  # fmt: skip
        rest = max(0, columns - width(line))
        self.heading.show([(*line, Span(self.look.rule * rest, Tone.MUTED))])

    def on_descendant_focus(self) -> None:
        """The keyboard came here."""
        self.retitle()

    def on_descendant_blur(self) -> None:
        """The keyboard went elsewhere."""
        self.retitle()

    def on_resize(self) -> None:
        """Widths have changed."""
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.redraw()
        self.retitle()


class ListPane(Pane):
    """A pane whose body is a list of rows."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.list = RowList(look, self.told)

    def told(self, columns: int) -> Content:  # noqa: ARG002  named for those who tell it
        """What is in the list, in so many columns."""
        raise AssertionError("each pane tells it")

    def redraw(self) -> None:
        """Tell the list anew."""
        self.list.retell()

    def compose(self) -> ComposeResult:
        """Title and list."""
        yield self.heading
        yield self.list

    @property
    def subject(self) -> str:
        """Key of the row under the cursor."""
        return self.list.key

    @property
    def filter(self) -> str:
        """The filter of the list."""
        return self.list.filter

    def search(self, text: str) -> None:
        """Filter the list."""
        self.list.search(text)
        self.retitle()

    def go_to(self, subject: str) -> bool:
        """Put the cursor on a row, also when the filter hides it."""
        if self.list.move_to(subject):
            return True
        self.search("")
        return self.list.move_to(subject)

    @property
    def rows_wanted(self) -> int:
        """Title and rows."""
        return 1 + self.list.rows_wanted

    def take_focus(self) -> None:
        """Give the keyboard to the list."""
        self.list.focus(scroll_visible=False)

    def on_row_list_moved(self) -> None:
        """The cursor moved."""
        self.retitle()
        self.post_message(self.Changed())

    @property
    def columns(self) -> int:
        """Columns a row may take."""
        return max(20, self.list.size.width - 2)

    def beside(self, counts: Line) -> Line:
        """The counts and what is found. A filter comes first: what is cut off at the end must not be that lines
        are hidden.
        """
        found = self.found()
        first, second = (found, counts) if self.filter else (counts, found)
        return (*first, Span("  "), *second) if first and second else first or second

    def found(self) -> Line:
        """Position and filter, as far as there is something to say."""
        if self.filter:
            left, of = self.list.found
            return (Span(f"filter '{self.filter}': {left} of {of}", Tone.WARN),)
        at, of = self.list.position
        return (Span(f"{at}/{of}", Tone.MUTED),) if self.list.overflows else ()
