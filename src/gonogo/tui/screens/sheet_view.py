"""Sheets to write on, one at a time: loaded, changed, made safe in files, taken to one's own editor.

Whatever ends the view, what no journal has lies in a file then, which the next visit offers.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

from textual.app import SuspendNotSupported
from textual.widget import Widget
from textual.widgets import TextArea

from gonogo.acts.notes import DRAFT_LIMIT
from gonogo.changelog.notes import Audience
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.io.host import editor
from gonogo.text import clean_block
from gonogo.text.tones import Span, Tone
from gonogo.tui.look import Look
from gonogo.tui.messages import Refuse, Say
from gonogo.tui.screens.view import View
from gonogo.tui.sheet_files import SheetFiles
from gonogo.tui.sheets import Sheet
from gonogo.tui.widgets.spans import Lines
from gonogo.tui.widgets.text_edit import TextEdit

SHOWN = 5 * DRAFT_LIMIT
"""Characters that are opened for writing; a longer text would only make the screen slow, and cannot be kept."""


class SheetView(View, inherit_bindings=False):
    """What stands in the editor belongs to the sheet of one audience."""

    def __init__(self, look: Look, directory: Path, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, note, actor)
        self._directory = directory
        self._files = SheetFiles(directory)
        self._sheets: dict[Audience, Sheet] = {}
        self._audience = Audience.INTERNAL
        self._problem = ""
        self._asking = False
        """Whether a question stands there: no letter goes into the text then."""
        self.heading = Lines(look, [(Span(" Release notes ", Tone.STRONG),)])
        self.about = Lines(look, [()])
        self.about.add_class("about")
        self.edit = TextEdit(look)
        self.edit.read_only = True

    def body(self) -> Sequence[Widget]:
        """Title, what must be known, the text."""
        return (self.heading, self.about, self.edit)

    def on_unmount(self) -> None:
        """However the view ends: what no journal has goes into its file."""
        self._take_in()
        for sheet in self._sheets.values():
            if sheet.unsaved:
                self._write(sheet)

    @abstractmethod
    def draw(self) -> None:
        """Show what must be known about the text."""

    @property
    def sheet(self) -> Sheet | None:
        """What is on the screen; None before it was put together."""
        return self._sheets.get(self._audience)

    def _show(self) -> None:
        """Load the sheet of the audience into the editor."""
        sheet = self.sheet
        if sheet is None:
            self.draw()
            return
        too_long = len(sheet.text) > SHOWN
        self._problem = (
            f"these notes have {len(sheet.text)} characters, too many to write in here" if too_long else ""
        )
        self.edit.read_only = too_long
        self.edit.load_text("" if too_long else sheet.text)
        self.draw()

    def _take_in(self) -> None:
        """What stands in the editor belongs to its sheet."""
        sheet = self.sheet
        if sheet is not None and not self.edit.read_only:
            sheet.text = self.edit.text

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A letter more or less."""
        event.stop()
        self._take_in()
        self.draw()

    # -- files --------------------------------------------------------------------------------------------------

    def _write(self, sheet: Sheet) -> bool:
        """Whether the text is safe in its file now."""
        try:
            self._files.write(sheet)
        except GonogoError as error:
            self.post_message(Refuse(f"not kept in a file: {error}", Tone.BAD))
            return False
        return True

    def _autosave(self) -> None:
        """A killed terminal takes no more than the last seconds."""
        for sheet in self._sheets.values():
            if sheet.unsaved:
                self._write(sheet)

    # -- other texts ------------------------------------------------------------------------------------------

    def action_anew(self) -> None:
        """F5: what the commits say now. F8 brings back what was there."""
        sheet = self.sheet
        if sheet is not None and not self._asking and not self.edit.read_only:
            self._replace(sheet.generated.markdown)
            self.post_message(Say("this is what the commits say; F8 takes it back, Ctrl+S keeps it"))

    def _replace(self, text: str) -> None:
        """As one step, so that undo takes it back."""
        if self.edit.read_only:
            return
        self.edit.replace(clean_block(text, len(text) + 1), (0, 0), self.edit.document.end)
        self.edit.move_cursor((0, 0))
        self._take_in()

    def action_outside(self) -> None:
        """F4: one's own editor has the terminal until it ends."""
        sheet = self.sheet
        if sheet is None or self._asking or self.edit.read_only:
            return
        self._take_in()
        edited = self._edited_outside(sheet)
        if edited is None:
            return
        if clean_block(edited.text, len(edited.text) + 1).rstrip("\n") != sheet.text.rstrip("\n"):
            self._replace(edited.text)
            if self._write(sheet):
                edited.discard()
            self.post_message(Say("this is what you wrote in your editor; Ctrl+S keeps it in the journal"))
        else:
            edited.discard()
        self.draw()

    def _edited_outside(self, sheet: Sheet) -> editor.Edited | None:
        problem = ""
        try:
            with self.app.suspend():
                # an error must not leave this block: Textual would not take the terminal back
                try:
                    return editor.edit(sheet.text, f"notes-{sheet.audience.value}.md", self._directory / "edit")
                except GonogoError as error:
                    problem = f"{error.message}{f'  {error.remedy}' if error.remedy else ''}  {error.where}"
        except SuspendNotSupported:
            problem = "this terminal cannot be handed over; use  gonogo notes edit"
        self.post_message(Refuse(problem, Tone.BAD))
        return None
