"""Asking for one line of text. Where a text is needed an empty line records nothing."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from gonogo.events import Actor
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import Write
from gonogo.tui.lines import plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Refuse
from gonogo.tui.screens.view import CleanInput, View
from gonogo.tui.widgets.spans import Lines


class PromptScreen(View, inherit_bindings=False):
    """Enter goes on with what was typed, Esc leaves without recording."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(
        self,
        look: Look,
        question: Write,
        answer: Callable[[str], object],
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, note, actor)
        self._question = question
        self._answer = answer
        self.heading = Lines(look, [(Span(f" {question.title} ", Tone.STRONG),)])
        self.heading.add_class("title")
        self.about = Lines(look, [])
        self.about.add_class("about")
        self.input = CleanInput(look, question.placeholder, question.limit)
        self.input.add_class("prompt")

    def body(self) -> Sequence[Widget]:
        """What it is about, the question, the line to type in."""
        return (self.heading, self.about, self.input)

    def on_mount(self) -> None:
        """Ready to type, or to go on with what could not be recorded before."""
        if not self.input.value:
            self.input.value = self.desk.unsaid.get(self._question.title, "")
            self.input.cursor_position = len(self.input.value)
        self.input.focus()

    def on_key(self, event: Key) -> None:
        """Letters typed before the line had the keyboard: they were meant for it, and none is lost."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self.input.insert_text_at_cursor(event.character)

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self._tell()

    def watch_snapshot(self) -> None:
        """Somebody else may act on it in the meantime: seen here before anything is recorded."""
        super().watch_snapshot()
        self._tell()

    def follow(self) -> None:
        """The keys of a line to type in."""
        self.keys.show([(Span(" Enter", Tone.STRONG), Span(" go on   ", Tone.MUTED),
                         Span("Esc", Tone.STRONG), Span(" leave without recording", Tone.MUTED))])  # fmt: skip

    def _tell(self) -> None:
        if self.snapshot is None:
            return
        columns = max(20, self.app.size.width - 3)
        about = self._question.about(self.snapshot) if self._question.about else ()
        facts = [part for line in about for part in wrap(line, columns, 10)]
        question = wrap(plain(self._question.ask), columns)
        self.about.show([(Span(" "), *line) for line in (*facts, *([()] if facts else []), *question, ())])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on, if what was typed will do."""
        event.stop()
        text = event.value.strip()
        if wrong := self.wrong(text):
            self.post_message(Refuse(wrong))
            return
        self.dismiss(None)
        self._answer(text)

    def wrong(self, text: str) -> str:
        """What is wrong with the text; "" when it will do."""
        least = self._question.least
        if not text and least:
            return "nothing is typed yet; Esc leaves without recording"
        if len(text) < least:
            return f"'{text}' is too short: {least} characters or more"
        scene = self.desk.scene()
        return self._question.wrong(scene, text) if scene is not None and text else ""

    def action_cancel(self) -> None:
        """Leave without recording."""
        self.dismiss(None)
