"""What the screens of the wizard share: a title, the line of the eight steps, rows, and a foot."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from textual.widget import Widget

from gonogo.events import Actor
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.work import Kind
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Context
from gonogo.tui.lines import wrap
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.view import View
from gonogo.tui.widgets.row_list import Content, Reading, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view.wizard import CUT, Rows, step_line

NOTHING = "There is nothing here."
INDENT = 11
"""Columns of the labels, under which wrapped lines go on."""


def rows_of(rows: Rows, columns: int) -> list[Row]:
    """Rows for a list: what can be chosen stays on one line, all other text is wrapped."""
    made: list[Row] = []
    for index, (key, line) in enumerate(rows):
        if key.startswith("heading:"):
            made.append(Row(key, line, selectable=False, heading=True))
        elif key == CUT:
            made.append(Row(f"{CUT}{index}", line, selectable=False))
        elif key:
            made.append(Row(key, line))
        else:
            parts = wrap(line, columns, INDENT)
            made += [Row(f"text:{index}/{part}", one, selectable=False) for part, one in enumerate(parts)]
    return made


class WizardView(View, inherit_bindings=False):
    """A screen of the wizard."""

    def __init__(self, look: Look, mending: Mending, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, note, actor)
        self.mending = mending
        self.heading = Lines(look, [(), ()])
        self.heading.add_class("steps")
        self.list = RowList(look, self.told)
        self.foot = Lines(look, [])
        self.foot.add_class("about")
        self._choices: tuple[str, ...] = ()

    def body(self) -> Sequence[Widget]:
        """Title, steps, rows, foot."""
        return (self.heading, self.list, self.foot)

    def on_mount(self) -> None:
        """Ready."""
        self.list.focus()
        self.draw()

    def told(self, columns: int) -> Content:
        """What the list shows, in so many columns."""
        rows = self.rows()
        if rows is None:
            return Reading("Opening the journal." if self.snapshot is None else "Asking git.")
        return Told(rows_of(rows, columns - 2), NOTHING)

    def on_resize(self) -> None:
        """Another size: some steps say as much as there is room for."""
        self.call_after_refresh(self.draw)

    def watch_snapshot(self) -> None:
        """Somebody, or the work itself, has moved on."""
        self.draw()
        super().watch_snapshot()

    def on_row_list_moved(self) -> None:
        """Another row is under the cursor."""
        self.follow()

    def on_help(self) -> None:
        """?"""
        self.open_view(HelpScreen(self.look, self.context(), self.note, self.actor))

    @property
    def subject(self) -> str:
        """What is under the cursor."""
        return self.list.key

    @property
    def step(self) -> int:
        """Which of the eight steps it is, from 1."""
        return 1

    def headline(self) -> Line:
        """What is worked on."""
        return ()

    def offers(self) -> frozenset[str]:
        """Ids of the intents that are possible now."""
        return frozenset()

    def withheld(self) -> Mapping[str, str]:
        """Why what is not offered is not possible now, by id of the intent."""
        return {}

    def rows(self) -> Rows | None:
        """What the list shows; None while it is not known yet."""
        return None

    def feet(self) -> Sequence[Line]:
        """What stands below the list."""
        return ()

    @property
    def columns(self) -> int:
        """Of the list, without its margin."""
        return max(20, self.app.size.width - 4)

    def context(self) -> Context:
        """With what this view makes possible."""
        return replace(super().context(), offers=self.offers(), withheld=self.withheld())

    def draw(self) -> None:
        """Show what is known now."""
        if not self.is_mounted:
            return
        self.heading.show([self.headline(), step_line(self.step)])
        self.foot.show(self.feet())
        self.list.retell()
        if (choices := self.list.choices) != self._choices:
            # another thing to choose from is read from its beginning
            self._choices = choices
            self.list.action_first()
        self.follow()


def live_of(snapshot: Snapshot | None, product: str) -> Hotfix | None:
    """The hotfix of that product that is under way; None when none is."""
    if snapshot is None:
        return None
    found = (one for one in snapshot.state.hotfixes.values() if one.product == product and not one.is_over)
    return next((one for one in found if one.kind == Kind.HOTFIX.value), None)


def head(words: str, *rest: Span) -> Line:
    """A title in which production looks different."""
    return (Span(f" {words} ", Tone.PRODUCTION), Span(" "), *rest)
