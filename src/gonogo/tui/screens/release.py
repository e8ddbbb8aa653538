"""How the release stands: everything that was decided about it, on one page."""

from gonogo.events import Actor
from gonogo.text.tones import Line
from gonogo.tui.look import Look
from gonogo.tui.screens.details import TextView
from gonogo.view.standing import standing_lines


class ReleaseScreen(TextView):
    """Kept up to date while it is read."""

    indent = 11

    def __init__(self, look: Look, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, "How the release stands", note, actor)

    def lines(self) -> tuple[Line, ...] | None:
        """The text as it is now."""
        return standing_lines(self.snapshot) if self.snapshot is not None else None
