"""The dialog before what cannot be taken back.

It repeats target and list, has no button and no default: the version is typed. For half a second after a list
has come it is deaf, so that a key typed ahead confirms nothing. It is bound to the list on it: when that moves,
the new list stands there, with what moved, and everything is typed anew.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual import _time
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.widget import Widget
from textual.widgets import Input

from gonogo.acts import Refusal, Scene
from gonogo.acts.scene import Outcome, Refused
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.rules.confirmation import Preview
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.advice import at_screen
from gonogo.tui.lines import wrap
from gonogo.tui.look import Look
from gonogo.tui.messages import LookAnew, Refuse, Reply
from gonogo.tui.moved import what_moved
from gonogo.tui.screens.view import CleanInput, View
from gonogo.tui.widgets.row_list import Content, Reading, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view import preview as words

DEAF = 0.5
"""Seconds, by the application's clock, in which a new list takes no key."""


class Question(Struct, frozen=True):
    """What is to be confirmed."""

    title: str
    see: Callable[[Scene], Preview | Refusal]
    against: Callable[[Scene, Preview], Refusal | None]
    """Why it would be refused now, whatever is typed."""
    send: Callable[[Scene, Preview, Reply], object]
    """Have it recorded, with the code of the list; what became of it is replied."""
    anew: str | None = None
    """The environment whose cells are asked anew first; "" for all, None for none."""


class Stage(StrEnum):
    """What the dialog is at."""

    LOOKING = "looking"
    READY = "ready"
    SENDING = "sending"


class TypedInput(CleanInput):
    """A line that hears nothing while it is told not to."""

    def __init__(self, look: Look, hears: Callable[[float], bool]) -> None:
        super().__init__(look, "type it here", 128)
        self._hears = hears

    async def _on_key(self, event: Key) -> None:
        if event.key != "escape" and not self._hears(event.time):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    def _on_paste(self, event: Paste) -> None:
        if self._hears(event.time):
            super()._on_paste(event)
        else:
            event.stop()
            event.prevent_default()


class ConfirmScreen(View, inherit_bindings=False):
    """Type the version and Enter does it; Esc leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
    ]

    def __init__(self, look: Look, question: Question, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, note, actor)
        self._question = question
        self._stage = Stage.LOOKING if question.anew is not None else Stage.READY
        self._progress = "asking anew what it rests on"
        self._drawn: Preview | None = None
        self._shown: Preview | None = None
        """What a typed word would confirm; None while it is not settled."""
        self._refusal: Refusal | None = None
        self._moved: tuple[str, ...] = ()
        self._heard_from = 0.0
        self.heading = Lines(look, [(Span(f" {question.title} ", Tone.STRONG),)])
        self.heading.add_class("title")
        self.list = RowList(look, self.told)
        self.list.can_focus = False
        self.foot = Lines(look, [])
        self.foot.add_class("about")
        self.input = TypedInput(look, self.hears)
        self.input.add_class("prompt")

    def body(self) -> Sequence[Widget]:
        """Target, list, what moved, the line to type in."""
        return (self.heading, self.list, self.foot, self.input)

    def on_mount(self) -> None:
        """Look anew where it rests on cells, and listen when that is done."""
        self.input.focus()
        self._fall_deaf()
        if self._question.anew is not None:
            self.post_message(LookAnew(self._question.anew, self._tell_progress, self._looked))
        self.draw()

    # -- hearing ------------------------------------------------------------------------------------------------

    def hears(self, typed_at: float) -> bool:
        """Whether a key that was typed then counts: not before the list was there, nor right after."""
        waited = max(0.0, _time.get_time() - typed_at)
        return self._stage is Stage.READY and self.desk.seconds() - waited >= self._heard_from

    def _fall_deaf(self) -> None:
        self._heard_from = self.desk.seconds() + DEAF

    def on_key(self, event: Key) -> None:
        """A letter that came before the line had the keyboard was typed ahead: it does nothing."""
        if event.is_printable:
            event.stop()
            event.prevent_default()

    # -- looking ------------------------------------------------------------------------------------------------

    def _tell_progress(self, answered: int, of: int) -> None:
        left = f"{answered} of {of} answered" if answered < of else "waiting for metrics and repositories"
        self._progress = f"asking anew what it rests on: {left}"
        self.draw()

    def _looked(self, error: GonogoError | None) -> None:
        if error is not None:
            self._progress = f"nothing could be asked anew: {error.message}; Esc leaves"
        else:
            self._stage = Stage.READY
            self._fall_deaf()
        self.draw()

    def watch_snapshot(self) -> None:
        """What is confirmed may have moved."""
        super().watch_snapshot()
        self.draw()

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.draw()

    def draw(self) -> None:
        """Look at it as it is now; what moved is said, and everything is typed anew."""
        scene = self.desk.scene()
        if scene is None or not self.is_mounted:
            return
        seen = self._question.see(scene)
        if isinstance(seen, Refusal):
            self._refusal = seen
        else:
            self._take(scene, seen)
        self._show()

    def _take(self, scene: Scene, seen: Preview) -> None:
        before = self._shown
        self._refusal = self._question.against(scene, seen)
        if self._stage is Stage.READY:
            if before is not None and before.code != seen.code:
                self._moved = what_moved(before, seen)
                self.input.value = ""
                self._fall_deaf()
            self._shown = seen
        elif self._stage is Stage.LOOKING:
            self._shown = None
        self._drawn = seen

    # -- showing ------------------------------------------------------------------------------------------------

    def told(self, columns: int) -> Content:
        """What is confirmed, in so many columns; what it waits for is said below."""
        seen = self._drawn
        if seen is None:
            return Reading()
        told = words.lines(seen)
        if seen.refused:
            told = told[:-1]  # said below, where the eye is
        if self._refusal is not None:  # else `GO for production` would stand there as an answer
            told = ((Span("not now: ", Tone.BAD), Span(seen.heading)), *told[1:])
        rows = [part for line in told for part in wrap(line, columns - 2, 11)]
        return Told([Row(f"{index}", line, selectable=False) for index, line in enumerate(rows)], "")

    def _show(self) -> None:
        columns = max(20, self.app.size.width - 4)
        seen = self._drawn
        self.list.retell()
        foot = [part for line in self._foot() for part in wrap(line, columns, 2)]
        room = max(4, self.app.size.height - 12)
        self.foot.show([(), *((Span(" "), *line) for line in foot[:room])])
        target = self._target(seen)
        self.heading.show([(Span(f" {self._question.title}", Tone.STRONG), *target)])
        self.input.display = self._stage is Stage.READY and self._refusal is None
        if self.input.display and not self.input.has_focus:
            self.input.focus()
        self.follow()

    def _target(self, seen: Preview | None) -> Line:
        """What it is about, in the title; production in words."""
        if seen is None:
            return ()
        environment = self.snapshot.plan.environment(seen.target) if self.snapshot else None
        production = environment is not None and environment.production
        return (Span(f": {seen.target} ", Tone.STRONG), Span("PRODUCTION" if production else "", Tone.PRODUCTION))

    def _foot(self) -> list[Line]:
        found: list[Line] = []
        if self._moved:
            found.append((Span("MOVED while this was open; read it again:", Tone.BAD),))
            found += [(Span(f"  {line}", Tone.WARN),) for line in self._moved]
        if self._stage is Stage.LOOKING:
            return [*found, (Span(self._progress, Tone.BUSY),)]
        if self._stage is Stage.SENDING:
            return [*found, (Span(f"{self._progress}", Tone.BUSY),)]
        if self._refusal is not None:
            found.append((Span("Not possible now: ", Tone.BAD), Span(self._refusal.reason)))
            if self._refusal.remedy:
                found.append((Span("  next: ", Tone.MUTED), Span(at_screen(self._refusal.remedy), Tone.STRONG)))
        elif self._shown is not None:
            found.append(
                (Span("Type "), Span(self._shown.typed, Tone.STRONG), Span(" and Enter to do it. Esc leaves."))
            )
        return found

    def follow(self) -> None:
        """The keys of a dialog."""
        typed = self._stage is Stage.READY and self._refusal is None
        line: list[Span] = [Span(" ")]
        if typed:
            line += [Span("Enter", Tone.STRONG), Span(" do it   ", Tone.MUTED)]
        line += [Span("Esc", Tone.STRONG), Span(" leave   ", Tone.MUTED)]
        if self.list.overflows:
            line += [Span("PgUp PgDn", Tone.STRONG), Span(" read on", Tone.MUTED)]
        self.keys.show([tuple(line)])

    # -- doing --------------------------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it, when the word is the one that was asked for."""
        event.stop()
        scene = self.desk.scene()
        if self._stage is not Stage.READY or self._shown is None or scene is None:
            return
        typed = event.value.strip()
        if typed != self._shown.typed:
            said = f"'{typed}' is not {self._shown.typed}" if typed else f"type {self._shown.typed} first"
            self.post_message(Refuse(f"{said}; nothing is recorded"))
            return
        self._stage = Stage.SENDING
        anew = "asking everything once more, then " if self._question.anew is not None else ""
        self._progress = f"{anew}recording"
        self._question.send(scene, self._shown, self._replied)
        self._show()

    def _replied(self, outcome: Outcome | GonogoError | None) -> None:
        if not self.is_attached:
            return
        if isinstance(outcome, GonogoError | Refused):
            self._stage = Stage.READY
            self.input.value = ""
            self._fall_deaf()
            self.draw()
        elif self.app.screen is self:
            self.dismiss(None)

    def action_page(self, by: int) -> None:
        """The list is read on."""
        self.list.action_page(by)

    def action_scroll(self, by: int) -> None:
        """One line on."""
        self.list.action_move(by)

    def action_cancel(self) -> None:
        """Leave; what was sent may still be recorded, and the status line will tell."""
        self.dismiss(None)


def nothing_against(_scene: Scene, _preview: Preview) -> Refusal | None:
    """It is refused by nobody."""
    return None
