"""One of several. Enter takes the line at the cursor; nothing is recorded by that."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from gonogo.domain.events import Actor
from gonogo.present.tones import Span, Tone
from gonogo.tui.deeds.form import Pick
from gonogo.tui.lines import plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.screens.view import View
from gonogo.tui.widgets.row_list import Row, RowList
from gonogo.tui.widgets.spans import Lines


class PickScreen(View, inherit_bindings=False):
    """A question with a list of answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(
        self,
        look: Look,
        question: Pick,
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
        self.list = RowList(look)

    def body(self) -> Sequence[Widget]:
        """The question and its answers."""
        return (self.heading, self.about, self.list)

    def on_mount(self) -> None:
        """Ready."""
        self.list.focus()
        self.fill()

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Show the answers, each in as many lines as it needs."""
        columns = max(20, self.app.size.width - 4)
        if self._question.ask:
            about = wrap(plain(self._question.ask), columns)
            self.about.show([*((Span(" "), *line) for line in about), ()])
        rows = []
        for choice in self._question.choices:
            for index, line in enumerate(wrap(choice.line, columns, 4)):
                rows.append(Row(choice.key if not index else f"{choice.key}/{index}", line, selectable=not index))
        self.list.show(rows)

    def follow(self) -> None:
        """The keys of a choice."""
        self.keys.show([(
            Span(" Enter", Tone.STRONG), Span(" take it   ", Tone.MUTED),
            Span("Esc", Tone.STRONG), Span(" leave without recording   ", Tone.MUTED),
            Span("Up Down", Tone.STRONG), Span(" choose", Tone.MUTED),
        )])  # fmt: skip

    def action_take(self) -> None:
        """Go on with it."""
        key = self.list.key
        if key:
            self.dismiss(None)
            self._answer(key)

    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)
