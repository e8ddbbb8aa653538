"""What every full screen has: the verdict on top, one line of status, one line of keys, and intents."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct, field
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from gonogo.acts import Scene
from gonogo.acts.scene import Accepted, Outcome
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.facts.finding import Progress as Running
from gonogo.rules.snapshot import Snapshot
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Back, Context, Help, Intent, Palette, Place, Quit, footer, named
from gonogo.tui.lines import spread
from gonogo.tui.look import Look
from gonogo.tui.messages import LookNow, Refuse, Reply
from gonogo.tui.panes.verdict_bar import VerdictBar
from gonogo.tui.widgets.spans import Lines


class Desk(Struct, frozen=True):
    """What every view may ask the application for; handed from a view to the one above it."""

    scene: Callable[[], Scene | None] = lambda: None
    """What a decision of this moment would be judged on; None before the journal is open."""
    seconds: Callable[[], float] = lambda: 0.0
    """The application's clock, for measuring: seconds that nobody can put back."""
    running: Callable[[], Mapping[str, Running]] = dict
    """The checks this cockpit is carrying out, by item."""
    directory: Path = Path()
    """gonogo's own directory: what somebody wrote and no journal has yet is kept below it."""
    unsaid: dict[str, str] = field(default_factory=dict)
    """By title of a question: what was typed and could not be recorded. Asked again, it stands there again."""

    def keeping(self, typed: Mapping[str, str], reply: Reply | None = None) -> Reply:
        """For what is being recorded: whoever typed something keeps it until it is a fact."""

        def replied(outcome: Outcome | GonogoError | None) -> None:
            for title, text in typed.items():
                if outcome is None or isinstance(outcome, Accepted):
                    self.unsaid.pop(title, None)
                else:
                    self.unsaid[title] = text
            if reply is not None:
                reply(outcome)

        return replied


class CleanInput(Input):
    """A line to type in. What is pasted into it is cleaned like any text from outside."""

    def __init__(self, look: Look, placeholder: str = "", max_length: int = 200) -> None:
        # focus may come after the first letters that were typed ahead: selected, the next one would replace them
        super().__init__(
            placeholder=look.text(placeholder), max_length=max_length, compact=True, select_on_focus=False
        )
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Nothing a terminal could obey."""
        return clean(value, self.max_length or 200)


class StatusLine(Lines):
    """What happened last at this terminal, and how many problems nobody has read."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, [()], source=self._made)
        self._said: Line = ()
        self._unread = 0

    def say(self, line: Line, unread: int) -> None:
        """Show `line` until the next one."""
        self._said, self._unread = line, unread
        self.redraw()

    def hint(self, line: Line) -> None:
        """Show a line of this view's own."""
        self.say(line, self._unread)

    def know(self, other: "StatusLine") -> None:
        """As many problems are unread as the other one says."""
        self.say(self._said, other._unread)  # noqa: SLF001  of its own kind

    def on_resize(self) -> None:
        """Another width."""
        self.redraw()

    def redraw(self) -> None:
        """Draw what changed."""
        self.retell()

    def _made(self, columns: int) -> tuple[Line, ...]:
        many = "s" if self._unread > 1 else ""
        right: Line = (Span(f" {self._unread} problem{many}: press ! ", Tone.BAD),) if self._unread else ()
        return (spread((Span(" "), *self._said), right, columns),)


class KeyLine(Lines):
    """The keys that mean something here; what is not possible now stands in brackets."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, [()], bar=True, source=self._made)
        self._shown_for: Context | None = None

    def follow(self, context: Context) -> None:
        """Show the keys of this context."""
        self._shown_for = context
        self.redraw()

    def on_resize(self) -> None:
        """Another width."""
        self.redraw()

    def redraw(self) -> None:
        """Draw what changed."""
        self.retell()

    def _made(self, columns: int) -> Sequence[Line]:
        """The keys of the context; a dialog shows its own."""
        return self.lines if self._shown_for is None else (key_line(self._shown_for, columns),)


def key_line(context: Context, columns: int) -> Line:
    """As many keys as fit; the palette, help and quit always do."""
    offered = footer(context)
    kept = [intent for intent in offered if intent in {Palette, Help, Back, Quit}]
    room = columns - 1 - sum(_size(intent) for intent in kept)
    shown: list[type[Intent]] = []
    for intent in offered:
        if intent in kept:
            shown.append(intent)
        elif room >= _size(intent):
            shown.append(intent)
            room -= _size(intent)
    line: list[Span] = [Span(" ")]
    for intent in shown:
        refused = bool(intent.refused(context))
        key_tone = Tone.MUTED if refused else Tone.STRONG
        text = f" {intent.label}"
        opening, closing = ("(", ")") if refused else ("", "")
        line.append(Span(f"{opening}{intent.shown_key}", key_tone))
        line.append(Span(f"{text}{closing}".ljust(len(text) + (2 if refused else 3)), Tone.MUTED))
    return tuple(line)


def _uncounted(text: str) -> str:
    return "".join(letter for letter in text if not letter.isdigit())


def _size(intent: type[Intent]) -> int:
    return cell_len(f"{intent.shown_key} {intent.label}") + 3


class View(Screen[None], inherit_bindings=False):
    """A full screen of the cockpit."""

    ESCAPE_TO_MINIMIZE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False, always_update=True)

    def __init__(self, look: Look, note: str = "", actor: Actor | None = None) -> None:
        super().__init__()
        self.look = look
        self.note = note
        self.actor = actor
        self.desk = Desk()
        self._left = False
        """Whether it was left while another view was above it."""
        self.bar = VerdictBar(look, note)
        self.status = StatusLine(look)
        self.filter_line = CleanInput(look, "text to look for; Enter keeps it, Esc drops it", 80)
        self.keys = KeyLine(look)

    def compose(self) -> ComposeResult:
        """Verdict on top, status and keys below, the body between."""
        yield self.bar.data_bind(View.snapshot)
        yield from self.body()
        with Horizontal(id="filter"):
            filter_sign = Lines(self.look, [(Span(" / ", Tone.STRONG),)])
            filter_sign.add_class("sign")
            yield filter_sign
            yield self.filter_line
        yield self.status
        yield self.keys

    @property
    def place(self) -> Place:
        """Where the keyboard is."""
        return Place.TEXT

    def body(self) -> Sequence[Widget]:
        """What this screen is about."""
        return ()

    def on_mount(self) -> None:
        """Ready."""
        if self.actor is not None:
            self.meet(self.actor)
        self.follow()

    def meet(self, actor: Actor) -> None:
        """Learn who sits here."""
        self.actor = actor
        self.bar.show_actor(actor)
        self.follow()

    def context(self) -> Context:
        """What intents are judged by."""
        uid = self.actor.uid if self.actor else -1
        running = frozenset(self.desk.running())
        return Context(self.place, self.snapshot, self.subject, uid, self.filter_text, self.desk.scene(), running)

    @property
    def subject(self) -> str:
        """What is under the cursor; "" for nothing."""
        return ""

    @property
    def filter_text(self) -> str:
        """The filter in force; "" for none."""
        return ""

    def search(self, text: str) -> None:
        """Filter what has the keyboard."""

    def focus_body(self) -> None:
        """Give the keyboard back to the body."""

    def watch_snapshot(self) -> None:
        """A snapshot came from above."""
        self.follow()

    def follow(self) -> None:
        """Draw what depends on the context."""
        if self.is_attached:
            self.keys.follow(self.context())

    def say(self, line: Line, unread: int) -> None:
        """Show what happened last."""
        self.status.say(line, unread)

    def action_wish(self, name: str) -> None:
        """Post the intent of that name, or say why it is not possible now."""
        intent = named(name)
        context = self.context()
        if reason := intent.refused(context):
            self.post_message(Refuse(reason, still=lambda: self._still_refused(intent, reason)))
            return
        self.post_message(intent(context.subject))

    def _still_refused(self, intent: type[Intent], reason: str) -> bool:
        """Whether the same stands against it: its words may count seconds."""
        return self.is_attached and _uncounted(intent.refused(self.context())) == _uncounted(reason)

    def open_filter(self) -> None:
        """Begin to type a filter."""
        self.add_class("-filtering")
        self.filter_line.value = self.filter_text
        self.filter_line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter with every letter."""
        if event.input is self.filter_line and self.has_class("-filtering"):
            event.stop()
            self.search(event.value)
            self.follow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        if event.input is self.filter_line:
            event.stop()
            self._close_filter()

    def _close_filter(self) -> None:
        self.remove_class("-filtering")
        self.focus_body()
        self.follow()

    def step_back(self) -> bool:
        """Leave the filter; returns whether there was one."""
        if self.has_class("-filtering") or self.filter_text:
            self.search("")
            self._close_filter()
            return True
        return False

    def on_refresh_now(self) -> None:
        """r"""
        self.post_message(LookNow())

    def on_back(self) -> None:
        """Esc: the filter first, then the screen."""
        if not self.step_back():
            self.go_out()

    def on_quit(self) -> None:
        """q"""
        self.go_out()

    def go_out(self) -> None:
        """Leave this screen; the lowest one leaves the cockpit."""
        self.dismiss(None)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave this view, and no other: below another one it goes when that one has gone."""
        if self.app.screen is self:
            found: AwaitComplete = super().dismiss(result)
            return found
        self._left = True
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """On top again."""
        if self._left:
            self.dismiss(None)

    def open_view(self, view: "View") -> None:
        """Show another screen above this one, with what this one knows."""
        view.set_reactive(View.snapshot, self.snapshot)
        view.desk = self.desk
        view.status.know(self.status)
        self.app.push_screen(view)
