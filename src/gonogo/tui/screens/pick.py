"""One of several. Enter takes the line at the cursor; nothing is recorded by that."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.widget import Widget

from gonogo.events import Actor
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import Pick
from gonogo.tui.lines import plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Refuse
from gonogo.tui.screens.view import View
from gonogo.tui.widgets.row_list import Content, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines

NOTHING = "There is nothing to choose from."


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
        *,
        anew: Callable[[], Pick | None] = lambda: None,
    ) -> None:
        super().__init__(look, note, actor)
        self._question = question
        self._answer = answer
        self._anew = anew
        self._gone: frozenset[str] = frozenset()
        """Answers that are none any more. They keep their place, so that no key meets another line than meant."""
        self.heading = Lines(look, [(Span(f" {question.title} ", Tone.STRONG),)])
        self.heading.add_class("title")
        self.about = Lines(look, [])
        self.about.add_class("about")
        self.list = RowList(look, self.told)

    def body(self) -> Sequence[Widget]:
        """The question and its answers."""
        return (self.heading, self.about, self.list)

    def on_mount(self) -> None:
        """Ready."""
        self.list.focus()
        self.fill()

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.fill()

    def watch_snapshot(self) -> None:
        """What an answer says of itself may be another thing by now."""
        super().watch_snapshot()
        now = self._anew()
        if now is None or not self.is_mounted:
            return
        shown, coming = self._question.choices, {choice.key: choice for choice in now.choices}
        gone = frozenset(choice.key for choice in shown if choice.key not in coming)
        kept = tuple(coming.pop(choice.key, choice) for choice in shown)
        question = replace(self._question, choices=(*kept, *coming.values()))
        if (question, gone) != (self._question, self._gone):
            self._question, self._gone = question, gone
            self.fill()

    def fill(self) -> None:
        """Show the question and its answers."""
        columns = max(20, self.app.size.width - 4)
        if self._question.ask:
            about = wrap(plain(self._question.ask), columns)
            self.about.show([*((Span(" "), *line) for line in about), ()])
        self.list.retell()

    def told(self, columns: int) -> Content:
        """The answers, each in as many lines as it needs."""
        rows = []
        for choice in self._question.choices:
            told = (*plain("no more: ", Tone.WARN), *choice.line) if choice.key in self._gone else choice.line
            for index, line in enumerate(wrap(told, columns - 2, 4)):
                rows.append(Row(choice.key if not index else f"{choice.key}/{index}", line, selectable=not index))
        return Told(rows, NOTHING)

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
        if key in self._gone:
            self.post_message(Refuse("it is not to be chosen any more: things have moved"))
        elif key:
            self.dismiss(None)
            self._answer(key)

    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)
