"""The matrix: which version runs where."""

from textual.app import ComposeResult

from gonogo.matrix import Relation
from gonogo.matrix.silence import outage_sentence, outages
from gonogo.plan import Target
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.lines import width, wrap
from gonogo.tui.look import Look
from gonogo.tui.panes.base import Pane
from gonogo.tui.widgets.matrix_grid import MatrixGrid
from gonogo.tui.widgets.matrix_view import MatrixView
from gonogo.tui.widgets.spans import Lines
from gonogo.view.pollers import polling_line
from gonogo.view.release import column_goes

OPENING = "Opening the journal."
NOTHING = "The plan names no product to be asked for."
_LABEL = 14
"""Columns of the title around its notes: cursor, number, label and blanks."""
_LINES_EACH, _FOOT = 2, 3
"""Lines of a note below the matrix, and of all of them: the rest of the rows is the matrix'."""


class MatrixPane(Pane):
    """Products by environments."""

    place = Place.MATRIX
    label = "Matrix"

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.view = MatrixView(look, reading=OPENING, none=NOTHING)
        self.foot = Lines(look, [])
        self.foot.add_class("foot")

    def compose(self) -> ComposeResult:
        """Title and matrix; below it what the title has no room for."""
        yield self.heading
        yield MatrixGrid(self.view)
        yield self.foot

    @property
    def subject(self) -> str:
        """The cell under the cursor."""
        target = self.view.cursor_target
        return f"cell:{target}" if target else ""

    @property
    def filter(self) -> str:
        """The filter of the products."""
        return self.view.filter_text

    def search(self, text: str) -> None:
        """Show only some products."""
        self.view.filter(text)
        self.retitle()

    @property
    def rows_wanted(self) -> int:
        """Title, names and marks, products, and the lines below them."""
        return 1 + self.view.header + max(1, self.view.found[0]) + len(self.foot.lines)

    def go_to(self, subject: str) -> bool:
        """Put the cursor on a cell."""
        product, _, environment = subject.partition(":")[2].partition("/")
        if self.view.move_to(Target(product, environment)):
            return True
        self.search("")
        return self.view.move_to(Target(product, environment))

    def take_focus(self) -> None:
        """Give the keyboard to the matrix."""
        self.view.focus(scroll_visible=False)

    def redraw(self) -> None:
        """Show the newest answers."""
        if self.snapshot is not None:
            goes = column_goes(self.snapshot)
            self.view.show(self.snapshot.matrix, self.snapshot.now, plan=self.snapshot.plan, goes=goes)

    def state(self) -> Line:
        """How many cells count, or what the filter leaves; and which notes there is room for."""
        if self.snapshot is None:
            return ()
        line = self._counts(self.snapshot)
        for note in self._placed(self.snapshot)[0]:
            line = (*line, Span("; "), *note)
        return line

    def retitle(self) -> None:
        """The title, and the lines below the matrix."""
        super().retitle()
        if self.snapshot is not None and self.size.width:
            notes = ((Span(" "), *note) for note in self._placed(self.snapshot)[1])
            wrapped = [line for note in notes for line in wrap(note, self.size.width, 3)[:_LINES_EACH]]
            self.foot.show(wrapped[:_FOOT])

    def _placed(self, snapshot: Snapshot) -> tuple[list[Line], list[Line]]:
        """The notes that fit into the title, and those that do not: who polls must not be cut off."""
        notes = _notes(snapshot)
        # in a narrow window the tab strip is the title, and has no room for more than counts
        room = self.heading.size.width - width(self._counts(snapshot)) - _LABEL if self.heading.display else 0
        fitting = 0
        for note in notes:
            room -= width(note) + len("; ")
            if room < 0:
                break
            fitting += 1
        return notes[:fitting], notes[fitting:]

    def _counts(self, snapshot: Snapshot) -> Line:
        if self.filter:
            left, of = self.view.found
            return (Span(f"filter '{self.filter}': {left} of {of} products", Tone.WARN),)
        cells = snapshot.matrix.cells.values()
        unknown = sum(not cell.is_known for cell in cells)
        matching = sum(cell.counts_as_match for cell in cells)
        # the tab strip of a narrow window leaves 28 columns, and the number of unknown ones must be among them
        of_all = f" of {len(cells)} as planned" if self.heading.display else f"/{len(cells)} match"
        line = [Span(f"{matching}{of_all}")]
        if unknown:
            line.append(Span(f", {unknown} unknown", Tone.UNKNOWN))
        if disagreeing := sum(cell.relation is Relation.DISAGREE for cell in cells):
            line.append(Span(f", {disagreeing} disagree", Tone.WARN))
        return tuple(line)

    def on_matrix_view_moved(self) -> None:
        """The cursor moved."""
        self.post_message(self.Changed())


def _notes(snapshot: Snapshot) -> list[Line]:
    """The host that takes most cells with it, and who polls."""
    silent = next((one for one in outages(snapshot.matrix) if len(one.cells) > 1), None)
    outage: Line = (Span(outage_sentence(silent), Tone.UNKNOWN),) if silent is not None else ()
    return [note for note in (outage, polling_line(snapshot.pollers)) if note]
