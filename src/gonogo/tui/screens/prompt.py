"""Asking for one line of text about an item. An empty line records nothing, so typing ahead confirms nothing."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from gonogo.domain.decisions.checklist import NOTE_LIMIT
from gonogo.domain.events import Actor
from gonogo.domain.plan import Item
from gonogo.present.checklist import details
from gonogo.present.tones import Span, Tone
from gonogo.tui.lines import plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Say
from gonogo.tui.screens.view import CleanInput, View
from gonogo.tui.widgets.spans import Lines


class Question(Struct, frozen=True):
    """What is asked for."""

    title: str
    ask: str
    placeholder: str
    limit: int


SKIP = Question(
    "Mark as not applicable",
    "Why does it not apply to this release? The reason stays beside your name.",
    "the reason",
    1_000,
)
NOTE = Question("Add a note", "The note stays in the audit trail beside your name.", "the note", NOTE_LIMIT)


class PromptScreen(View, inherit_bindings=False):
    """Enter records what was typed, Esc leaves without recording."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(
        self,
        look: Look,
        question: Question,
        item: Item,
        note: str,
        actor: Actor | None,
        answer: Callable[[str | None], None],
    ) -> None:
        super().__init__(look, note, actor)
        self._question = question
        self._item = item
        self._answer = answer
        self.heading = Lines(look, [(Span(f" {question.title}: {item.title} ", Tone.STRONG),)])
        self.heading.add_class("title")
        self.about = Lines(look, [])
        self.about.add_class("about")
        self.input = CleanInput(look, question.placeholder, question.limit)
        self.input.add_class("prompt")

    def body(self) -> Sequence[Widget]:
        """What it is about, the question, the line to type in."""
        return (self.heading, self.about, self.input)

    def on_mount(self) -> None:
        """Ready to type."""
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
        self.keys.show([(Span(" Enter", Tone.STRONG), Span(" record   ", Tone.MUTED),
                         Span("Esc", Tone.STRONG), Span(" leave without recording", Tone.MUTED))])  # fmt: skip

    def _tell(self) -> None:
        if self.snapshot is None:
            return
        columns = max(20, self.app.size.width - 3)
        facts = [part for line in details(self.snapshot, self._item)[1:8] for part in wrap(line, columns, 10)]
        question = wrap(plain(self._question.ask), columns)
        self.about.show([(Span(" "), *line) for line in (*facts, (), *question, ())])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Record, if there is something to record."""
        event.stop()
        text = event.value.strip()
        if not text:
            self.post_message(Say("nothing is typed yet; Esc leaves without recording", Tone.WARN))
            return
        self.dismiss(None)
        self._answer(text)

    def action_cancel(self) -> None:
        """Leave without recording."""
        self.dismiss(None)
