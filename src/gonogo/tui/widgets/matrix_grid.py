"""The matrix with an edge on each column, so that one changed cell costs one cell on the wire.

Textual writes a changed part of a line from the left edge of its widget on: the last of eight columns would cost
the whole line. Where another widget begins, so does what is written. The edges are such widgets, one column wide:
they show the very column of the matrix they cover, and nothing of their own.
"""

from textual.app import ComposeResult
from textual.containers import Container

from gonogo.tui.widgets.matrix_view import Edge, MatrixView


class MatrixGrid(Container):
    """A matrix and its edges."""

    DEFAULT_CSS = "MatrixGrid { layers: default edges; width: 1fr; height: 1fr; }"

    def __init__(self, view: MatrixView) -> None:
        super().__init__()
        self._view = view
        self._edges: list[Edge] = []

    def compose(self) -> ComposeResult:
        """The matrix; its edges come when their places are known."""
        yield self._view

    def on_matrix_view_shaped(self, event: MatrixView.Shaped) -> None:
        """Columns begin elsewhere now."""
        event.stop()
        while len(self._edges) < len(event.starts):
            self._edges.append(Edge(self._view))
            self.mount(self._edges[-1])
        self._view.edges = self._edges[: len(event.starts)]
        for edge in self._edges[len(event.starts) :]:
            edge.display = False
        for edge, start in zip(self._view.edges, event.starts, strict=True):
            edge.display, edge.column = True, start
            edge.styles.offset = (start, 0)
            edge.refresh()
