"""The matrix: which version runs where."""

from textual.app import ComposeResult

from gonogo.domain.matrix import Relation
from gonogo.domain.observation import Target
from gonogo.domain.silence import outage_sentence, outages
from gonogo.present.pollers import polling_line
from gonogo.present.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.look import Look
from gonogo.tui.panes.base import Pane
from gonogo.tui.widgets.matrix_grid import MatrixGrid
from gonogo.tui.widgets.matrix_view import MatrixView


class MatrixPane(Pane):
    """Products by environments."""

    place = Place.MATRIX
    label = "Matrix"

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.view = MatrixView(look, "The plan names no product to be asked for.")

    def compose(self) -> ComposeResult:
        """Title and matrix."""
        yield self.heading
        yield MatrixGrid(self.view)

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
            self.view.show(self.snapshot.matrix, self.snapshot.now, plan=self.snapshot.plan)

    def state(self) -> Line:
        """How many cells count, or what the filter leaves."""
        if self.snapshot is None:
            return ()
        if self.filter:
            left, of = self.view.found
            return (Span(f"filter '{self.filter}': {left} of {of} products", Tone.WARN),)
        cells = self.snapshot.matrix.cells.values()
        unknown = sum(not cell.is_known for cell in cells)
        matching = sum(cell.counts_as_match for cell in cells)
        line = [Span(f"{matching} of {len(cells)} as planned")]
        if unknown:
            line.append(Span(f", {unknown} unknown", Tone.UNKNOWN))
        if disagreeing := sum(cell.relation is Relation.DISAGREE for cell in cells):
            line.append(Span(f", {disagreeing} disagree", Tone.WARN))
        silent = next((one for one in outages(self.snapshot.matrix) if len(one.cells) > 1), None)
        if silent is not None:
            line.append(Span(f"; {outage_sentence(silent)}", Tone.UNKNOWN))
        if polling := polling_line(self.snapshot.pollers):
            line += [Span("; "), *polling]
        return tuple(line)

    def on_matrix_view_moved(self) -> None:
        """The cursor moved."""
        self.post_message(self.Changed())
