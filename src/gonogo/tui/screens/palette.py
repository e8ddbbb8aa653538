"""Every intent by name. What is not possible now stays in its place and says why."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from gonogo.events import Actor
from gonogo.text.tones import Span, Tone
from gonogo.tui.intents import INTENTS, Context, Intent, Palette
from gonogo.tui.lines import in_columns, plain, wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import Refuse
from gonogo.tui.screens.view import CleanInput, View
from gonogo.tui.widgets.row_list import Content, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines

NOTHING = "No command has such a name."
UNCHOSEN = "unchosen"
"""Key of the row the cursor stands on while nothing but what cannot be taken back is left: no act of its own."""


class PaletteScreen(View, inherit_bindings=False):
    """Type a part of the name; Enter does it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self, look: Look, context: Context, wish: Callable[[str], None], note: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(look, note, actor)
        self._context_below = context
        self._wish = wish
        self.heading = Lines(
            look, [(Span(" Commands: type a part of the name, Enter does it, Esc leaves ", Tone.STRONG),)]
        )
        self.heading.add_class("title")
        self.input = CleanInput(look, "a part of a name", 40)
        self.input.add_class("prompt")
        self.list = RowList(look, self._told)
        self.list.can_focus = False
        self.list.always_marked = True
        self.whole = Lines(look, [(), ()])
        """What the command under the cursor does, or why it is not possible: a row has no room for all of it."""

    def body(self) -> Sequence[Widget]:
        """The line to type in and the commands."""
        return (self.heading, self.input, self.list, self.whole)

    def on_mount(self) -> None:
        """Ready to type."""
        self.input.focus()
        self._list()

    def on_resize(self) -> None:
        """Another width."""
        self._tell()

    def follow(self) -> None:
        """The keys of a line to type in are not those of a list."""
        self.keys.show([(
            Span(" Enter", Tone.STRONG), Span(" do it   ", Tone.MUTED),
            Span("Esc", Tone.STRONG), Span(" back   ", Tone.MUTED),
            Span("Up Down PgUp PgDn", Tone.STRONG), Span(" choose", Tone.MUTED),
        )])  # fmt: skip

    def _told(self, columns: int) -> Content:
        found = offered(self._context_below, self.input.value)
        rows = [_row(intent, self._context_below, columns, self.look) for intent in found]
        if found and found[0].confirm:
            rows = [Row(UNCHOSEN, (Span("Down chooses what cannot be taken back", Tone.WARN),)), *rows]
        return Told(rows, NOTHING)

    def _list(self) -> None:
        self.list.retell()
        self._tell()

    def on_row_list_moved(self) -> None:
        """Another command is under the cursor."""
        self._tell()

    def _tell(self) -> None:
        found = next((one for one in INTENTS if one.id() == self.list.key), None)
        reason = found.refused(self._context_below) if found is not None else ""
        told = (
            (Span("not possible now: ", Tone.WARN), Span(reason))
            if reason
            else (Span(found.help if found else ""),)
        )
        lines = [(Span("  "), *line) for line in wrap(told, max(20, self.app.size.width - 4))]
        self.whole.show([*lines, (), ()][:2])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow down with every letter."""
        event.stop()
        self._list()
        self.list.action_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it, or say why not."""
        event.stop()
        name = self.list.key
        if name in {"", UNCHOSEN}:
            said = "nothing is chosen: Down chooses" if name else "no command has such a name"
            self.post_message(Refuse(said))
            return
        self.dismiss(None)
        self._wish(name)

    def action_move(self, by: int) -> None:
        """Another command."""
        self.list.action_move(by)

    def action_page(self, by: int) -> None:
        """A screenful of commands further."""
        self.list.action_page(by)

    def action_cancel(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)


def offered(context: Context, typed: str = "") -> tuple[type[Intent], ...]:
    """The intents but the palette itself in which `typed` occurs, the likeliest first.

    What is possible comes before what is not, and what cannot be taken back comes last, whatever was typed: the
    first one is where the cursor stands. Descriptions are looked through only where no name has it: else who
    types `confirm` would find the cursor on another act, which somebody confirms.
    """
    wanted = typed.strip().casefold()
    ranked = ((_rank(intent, context, wanted), intent) for intent in INTENTS if intent is not Palette)
    found = [(rank, intent) for rank, intent in ranked if rank is not None]
    if wanted and any(rank[2] == _IN_NAME for rank, _ in found):
        found = [(rank, intent) for rank, intent in found if rank[2] != _IN_HELP]
    return tuple(intent for _, intent in sorted(found, key=lambda one: one[0]))


_IN_NAME, _IN_HELP = 0, 2


def _rank(intent: type[Intent], context: Context, wanted: str) -> tuple[bool, bool, int] | None:
    """Where an intent stands among those that are found; None when it is not."""
    reason = intent.refused(context)
    texts = (f"{intent.title}\n{intent.label}", intent.shown_key, intent.help)
    place = next((index for index, text in enumerate(texts) if wanted in text.casefold()), None)
    return None if place is None else (intent.confirm, bool(reason), place if wanted else 0)


def _row(intent: type[Intent], context: Context, columns: int, look: Look) -> Row:
    reason = intent.refused(context)
    tone = Tone.MUTED if reason else Tone.PLAIN
    title = min(36, columns - 12)
    cells = (plain(intent.title, tone), plain(intent.shown_key, tone), plain(reason or intent.help, Tone.MUTED))
    rest = max(0, columns - title - 9 - 4)
    return Row(intent.id(), in_columns(cells, (title, 9, rest), look.glyphs.ellipsis))
