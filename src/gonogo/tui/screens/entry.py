"""The entry of the changelog file as it would be, and the way to write it: by typing its version."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from gonogo.changelog import Changes, ProductChanges, Unreadable
from gonogo.engine.poller_thread import Unjoined
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.io.repository_files.changelog_file import Edit, entry_of, write
from gonogo.plan import Product
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.lines import plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Refuse, Say
from gonogo.tui.screens.view import CleanInput, View
from gonogo.tui.widgets.row_list import Content, Reading, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view.notes import ORIGINS

NOTHING = "There is nothing to enter."


class EntryScreen(View, inherit_bindings=False):
    """Enter writes it when the version was typed; Esc leaves the file as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
    ]

    def __init__(self, look: Look, product: Product, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, note, actor)
        self._product = product
        self._edit: Edit | None = None
        self._told: tuple[Line, ...] | None = None
        """The entry, or why there is none; None while it is being put together."""
        self._busy = True
        self.heading = Lines(look, [(Span(f" Changelog entry  {product.name} {product.version} ", Tone.STRONG),)])
        self.heading.add_class("title")
        self.list = RowList(look, self.told)
        self.list.can_focus = False
        self.ask = Lines(look, [()])
        self.ask.add_class("about")
        self.input = CleanInput(look, "", 128)
        self.input.add_class("prompt")

    def body(self) -> Sequence[Widget]:
        """The entry, what to type, the line to type in."""
        return (self.heading, self.list, self.ask, self.input)

    def on_mount(self) -> None:
        """Read the file, in a thread."""
        self.input.focus()
        self.run_worker(self._propose(), name="entry", exclusive=True)
        self.draw()

    async def _propose(self) -> None:
        changes = self.snapshot.changes.get(self._product.name) if self.snapshot else None
        if self.snapshot is None or not isinstance(changes, ProductChanges) or not changes.complete:
            self._told = (plain(_unready(changes), Tone.UNKNOWN),)
        else:
            loop = asyncio.get_running_loop()
            plan, day = self.snapshot.plan, self.snapshot.now.date()
            try:
                self._edit = await loop.run_in_executor(Unjoined(), entry_of, plan, self._product, changes, day)
                self._told = _shown(self._edit)
            except GonogoError as error:
                self._told = _refused(error)
        self._busy = False
        self.draw()

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.draw()

    def told(self, columns: int) -> Content:
        """The entry in so many columns."""
        if self._told is None:
            return Reading("Putting it together.")
        parts = [part for line in self._told for part in wrap(line, columns - 2, 2)]
        return Told([Row(f"{index}", line, selectable=False) for index, line in enumerate(parts)], NOTHING)

    def draw(self) -> None:
        """The entry, in the width there is."""
        columns = max(20, self.app.size.width - 4)
        self.list.retell()
        question = f"Type {self._product.version} and Enter to write it into the file; nothing is committed."
        self.ask.show([(Span(" "), *line) for line in wrap(plain(question), columns)] if self._edit else [()])
        self.input.display = self._edit is not None
        self.follow()

    def follow(self) -> None:
        """The keys of this view."""
        write_keys = (Span(" Enter", Tone.STRONG), Span(" write   ", Tone.MUTED)) if self._edit else ()
        self.keys.show([(*write_keys, Span(" PgUp PgDn", Tone.STRONG), Span(" read   ", Tone.MUTED),
                         Span("Esc", Tone.STRONG), Span(" leave the file as it is", Tone.MUTED))])  # fmt: skip

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write it, if just the version was typed."""
        event.stop()
        if self._edit is None or self._busy:
            return
        if event.value.strip() != self._product.version:
            self.post_message(Refuse(f"type {self._product.version} to write it; Esc leaves the file as it is"))
            return
        self._busy = True
        self.run_worker(self._write(self._edit), name="write entry")

    async def _write(self, edit: Edit) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(Unjoined(), write, self._product, edit)
        except GonogoError as error:
            # changed since it was read, or not ours to write: the file is as it was
            self._edit, self._told, self._busy = None, _refused(error), False
            self.draw()
            return
        self.post_message(Say(f"written: {edit.path}:{edit.released.line}; commit it yourself", Tone.GOOD))
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Leave the file as it is."""
        self.dismiss(None)

    def action_page(self, by: int) -> None:
        """Read on."""
        self.list.action_page(by)

    def action_scroll(self, by: int) -> None:
        """One line."""
        self.list.action_move(by)


def _unready(changes: Changes | None) -> str:
    if isinstance(changes, Unreadable):
        return f"the history cannot be read: {changes.reason}"
    return "the history is still being read"


def _refused(error: GonogoError) -> tuple[Line, ...]:
    where = f"{error.where}: " if error.where else ""
    return (plain(f"{where}{error.message}", Tone.BAD), plain(error.remedy, Tone.STRONG))


def _shown(edit: Edit) -> tuple[Line, ...]:
    where = f"{edit.path}:{edit.released.line}, {ORIGINS[edit.released.origin]}"
    entry = (plain(line) for line in edit.released.entry.rstrip("\n").split("\n"))
    return (plain(where, Tone.MUTED), (), *entry)
