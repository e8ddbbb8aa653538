"""Several lines to write in. Nothing that is pasted or loaded can act on the terminal."""

from textual.binding import Binding
from textual.events import Paste
from textual.strip import Strip
from textual.widgets import TextArea

from gonogo.text import clean_block
from gonogo.tui.look import Look
from gonogo.view.glyphs import to_ascii


class TextEdit(TextArea):
    """A plain text. Undo lies on F8, redo on F9, for Ctrl+Z suspends the cockpit as it does everywhere."""

    BINDINGS = [  # noqa: RUF012  Textual's declaration
        Binding("f8", "undo", show=False),
        Binding("f9", "redo", show=False),
    ]

    DEFAULT_CSS = """
    TextEdit { border: none; padding: 0; margin: 1 0 0 1; height: 1fr; background: $background; }
    TextEdit:focus { border: none; }
    TextEdit { scrollbar-size-vertical: 1; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__(compact=True, highlight_cursor_line=False, tab_behavior="focus", max_checkpoints=200)
        self._look = look
        self.cursor_blink = False

    def load_text(self, text: str) -> None:
        """Replace everything, without a way back by undo."""
        super().load_text(clean_block(text, len(text) + 1))

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.read_only:
            return
        pasted = clean_block(event.text, len(event.text) + 1)
        self.move_cursor(self.replace(pasted, *self.selection).end_location)

    def render_line(self, y: int) -> Strip:
        """One line as it is drawn: in signs this terminal has."""
        strip = super().render_line(y)
        if not self._look.ascii or strip.text.isascii():
            return strip
        return Strip([segment._replace(text=to_ascii(segment.text)) for segment in strip]).adjust_cell_length(
            strip.cell_length
        )
