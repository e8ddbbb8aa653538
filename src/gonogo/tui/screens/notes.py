"""The release notes, to be written: one sheet for each audience, kept as a draft in the journal.

Nothing that was typed is lost: somebody else's draft is never written over unseen, and whatever is not in the
journal when the view goes, in whatever way, lies in a file that the next visit offers.
"""

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from gonogo.acts.notes import SaveDraft
from gonogo.acts.scene import Accepted, Outcome
from gonogo.changelog.notes import Audience
from gonogo.engine.poller_thread import Unjoined
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.events.drafts import NotesDraft
from gonogo.io.repository_files.release_notes import put_together
from gonogo.text import clean_block
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.lines import wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Record, Refuse, Say
from gonogo.tui.screens import notes_words as words
from gonogo.tui.screens.sheet_view import SheetView
from gonogo.tui.sheets import Sheet

AUTOSAVE = 5.0
"""Seconds after which a changed text lies in its file at the latest."""


class NotesScreen(SheetView, inherit_bindings=False):
    """Write the notes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("ctrl+s", "keep", show=False),
        Binding("ctrl+t", "turn", show=False),
        Binding("ctrl+o", "take_other", show=False),
        Binding("f4", "outside", show=False),
        Binding("f5", "anew", show=False),
        Binding("y", "answer('keep')", show=False),
        Binding("n", "answer('file')", show=False),
    ]

    def __init__(
        self,
        look: Look,
        directory: Path,
        note: str = "",
        actor: Actor | None = None,
        *,
        outside: bool = False,
    ) -> None:
        super().__init__(look, directory, note, actor)
        self._outside = outside
        self._leaving: set[Audience] = set()
        """Sheets whose keeping the view waits for before it goes."""

    def on_mount(self) -> None:
        """Put the notes together, in a thread."""
        self.edit.focus()
        self.run_worker(self._open(), name="notes", exclusive=True)
        self.set_interval(AUTOSAVE, self._autosave, name="autosave")
        self.draw()

    # -- opening ------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            self._problem = "the journal is still being opened"
            self.draw()
            return
        self._files.release = snapshot.plan.release
        loop = asyncio.get_running_loop()
        drafts = snapshot.state.drafts
        try:
            for audience in Audience:
                made = await loop.run_in_executor(
                    Unjoined(), put_together, snapshot.loaded, snapshot.changes, audience, snapshot.now.date()
                )
                kept = await loop.run_in_executor(Unjoined(), self._files.of(audience).read)
                draft = drafts.get(audience.value)
                sheet = Sheet(audience, made, draft, kept)
                sheet.kept = None if kept == sheet.safe else kept
                self._sheets[audience] = sheet
        except GonogoError as error:
            self._problem = f"{error.message}{f': {error.remedy}' if error.remedy else ''}"
        self._show()
        if self._outside:
            self.action_outside()

    # -- keeping ------------------------------------------------------------------------------------------------

    def watch_snapshot(self) -> None:
        """Somebody else may have kept a draft meanwhile."""
        super().watch_snapshot()
        self.draw()

    def _draft(self, audience: Audience) -> NotesDraft | None:
        return self.snapshot.state.drafts.get(audience.value) if self.snapshot else None

    def _others(self, sheet: Sheet) -> NotesDraft | None:
        """A draft that is newer than the one this text was made from, and says something else."""
        draft = self._draft(sheet.audience)
        if draft is None or draft.seq == sheet.seq or draft.text == clean_block(sheet.text, len(sheet.text) + 1):
            return None
        return draft

    def action_keep(self) -> None:
        """Ctrl+S"""
        if self._asking or self.sheet is None or self.edit.read_only:
            return
        self._take_in()
        self._keep(self.sheet)

    def _keep(self, sheet: Sheet) -> None:
        """Have the sheet recorded; over somebody else's draft only when the person has been told of it."""
        if not sheet.unsaved and not self._others(sheet):
            self.post_message(Say("nothing to keep: it is so already"))
            return
        others = self._others(sheet)
        if others is not None and sheet.told != others.seq:
            sheet.told = others.seq
            self._leaving.clear()
            self.post_message(
                Refuse(f"nothing recorded: {others.actor.user} has kept other notes meanwhile", Tone.BAD)
            )
            self.draw()
            return
        expect = others.seq if others is not None else sheet.seq
        text = clean_block(sheet.text, len(sheet.text) + 1)
        command = SaveDraft(sheet.audience, text, sheet.generated.sha256, expect)

        def answered(outcome: Outcome | GonogoError | None) -> None:
            self._kept(sheet, text, isinstance(outcome, Accepted))

        self.post_message(Record(command, f"keep the {sheet.audience.value} notes", reply=answered))

    def _kept(self, sheet: Sheet, text: str, recorded: bool) -> None:
        if not recorded:
            # the status line says why; the text stays here, and goes into its file if the view does
            self._leaving.clear()
            self.draw()
            return
        draft = self._draft(sheet.audience)
        sheet.seq = sheet.told = draft.seq if draft else sheet.seq
        sheet.safe, sheet.outdated = text, False
        try:
            self._files.forget(sheet)
        except GonogoError as error:
            self.post_message(Refuse(f"{error}"))
        if sheet.audience in self._leaving:
            self._leaving.discard(sheet.audience)
            if not self._leaving:
                self.dismiss(None)
                return
        self.draw()

    # -- other texts --------------------------------------------------------------------------------------------

    def action_turn(self) -> None:
        """Ctrl+T: the other audience. Each keeps its own text."""
        if self._asking:
            return
        self._take_in()
        others = [audience for audience in Audience if audience is not self._audience]
        self._audience = others[0]
        self._show()

    def action_take_other(self) -> None:
        """Ctrl+O: the text from the file of another time, or somebody else's draft. F8 brings one's own back."""
        sheet = self.sheet
        if sheet is None or self._asking:
            return
        others = self._others(sheet)
        if sheet.kept is not None:
            self._replace(sheet.kept)
            sheet.kept = None
            self.post_message(Say("this is what was not kept last time; Ctrl+S keeps it, F8 takes it back"))
        elif others is not None:
            mine = sheet.unsaved and not self._write(sheet)
            if mine:
                return
            self._replace(others.text)
            sheet.seq = sheet.told = others.seq
            sheet.safe = others.text
            self.post_message(Say(f"these are the notes of {others.actor.user}; yours are one F8 away"))
        else:
            self.post_message(Refuse("there is no other text of these notes"))
        self.draw()

    # -- leaving ------------------------------------------------------------------------------------------------

    def action_back(self) -> None:
        """Esc: at once when nothing could be lost, else after a question; once more goes on writing."""
        if self._asking:
            self._ask(False)
            return
        self._take_in()
        if any(sheet.unsaved for sheet in self._sheets.values()):
            self._ask(True)
        else:
            self.dismiss(None)

    def _ask(self, asking: bool) -> None:
        """While it asks, no letter goes into the text."""
        self._asking = asking
        self.set_focus(None if asking else self.edit)
        self.draw()

    def action_answer(self, answer: str) -> None:
        """y: into the journal. n: into the file. Either way nothing is lost."""
        if not self._asking:
            return
        unsaved = [sheet for sheet in self._sheets.values() if sheet.unsaved]
        self._ask(False)
        if answer == "keep":
            self._leaving = {sheet.audience for sheet in unsaved}
            for sheet in unsaved:
                self._keep(sheet)
            return
        written = [self._write(sheet) for sheet in unsaved]
        if all(written):
            kept = " and ".join(sheet.audience.value for sheet in unsaved)
            self.post_message(Refuse(f"not kept in the journal: the {kept} notes; e offers the text again"))
            self.dismiss(None)

    # -- drawing ------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Another width."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """What must be known about the text."""
        if not self.is_mounted:
            return
        self.heading.show([words.title(self._audience, self.sheet, working=not self._problem)])
        columns = max(20, self.size.width - 3)
        told = [part for line in self._remarks() for part in wrap(line, columns, 2)]
        self.about.show([(Span(" "), *line) for line in told] or [()])
        self.follow()

    def _remarks(self) -> list[Line]:
        if self._asking:
            return [words.question(str(self._files.of(self._audience).path))]
        if self._problem:
            return [(Span(f"! {self._problem}", Tone.BAD),)]
        return words.remarks(self.sheet, self._others(self.sheet)) if self.sheet is not None else []

    def follow(self) -> None:
        """The keys of a text to write in."""
        self.keys.show([words.keys(asking=self._asking)])
