"""Everything a person can wish for, in one table: key, label, palette entry, help and when it is possible.

Footer, key bindings, palette and help are made from it, so that they cannot disagree. An intent is posted up;
nothing here does anything.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding
from textual.message import Message

from gonogo.domain.plan import Item
from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import ItemState, ItemStatus


class Place(StrEnum):
    """Where the keyboard is."""

    CHECKLIST = "checklist"
    MATRIX = "matrix"
    CHANGELOG = "changelog"
    TRAIL = "trail"
    WHY = "why"
    TEXT = "text"
    """A text to read: details, help, problems."""


PANES = (Place.CHECKLIST, Place.MATRIX, Place.CHANGELOG, Place.TRAIL)
_LISTS = (*PANES, Place.WHY)
_EVERYWHERE = tuple(Place)


class Context(Struct, frozen=True):
    """What there is to decide whether an intent is possible now."""

    place: Place
    snapshot: Snapshot | None = None
    """None before the first one."""
    subject: str = ""
    """What is under the cursor, such as `item:smoke-eu`; "" for nothing."""
    uid: int = -1
    filter: str = ""

    @property
    def item(self) -> Item | None:
        """The checklist item under the cursor."""
        kind, _, name = self.subject.partition(":")
        return self.snapshot.plan.item(name) if self.snapshot and kind == "item" else None

    @property
    def item_state(self) -> ItemState | None:
        """The state of the item under the cursor."""
        item = self.item
        return self.snapshot.state.item(item.id) if self.snapshot and item else None


class Intent(Message):
    """A wish."""

    keys: ClassVar[tuple[str, ...]]
    """As Textual names them; the first one is the one that is shown."""
    shown_key: ClassVar[str]
    label: ClassVar[str]
    """For the footer: one or two words."""
    title: ClassVar[str]
    """For the palette."""
    help: ClassVar[str]
    """One sentence without a full stop."""
    places: ClassVar[tuple[Place, ...]] = _EVERYWHERE
    confirm: ClassVar[bool] = False
    """Whether it cannot be taken back and must be confirmed in words."""
    in_footer: ClassVar[bool] = False

    def __init__(self, subject: str = "") -> None:
        super().__init__()
        self.subject = subject

    @classmethod
    def refused(cls, context: Context) -> str:
        """Why it is not possible now; "" when it is."""
        return "" if context.place in cls.places else f"'{cls.label}' works in {_named(cls.places)}"

    @classmethod
    def id(cls) -> str:
        """Stable name, for bindings and keymaps."""
        return cls.__name__


def _named(places: tuple[Place, ...]) -> str:
    return ", ".join(f"the {place} ({PANES.index(place) + 1})" if place in PANES else place for place in places)


class _OnItem(Intent):
    """A wish about the checklist item under the cursor."""

    places = (Place.CHECKLIST,)

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs an item, and a journal that takes entries."""
        if reason := super().refused(context):
            return reason
        if context.snapshot is None:
            return "the journal is still being opened"
        if context.snapshot.read_only:
            return f"read only: {context.snapshot.read_only}"
        return "" if context.item else "no item is under the cursor"


class Toggle(_OnItem):
    """Tick, or open again."""

    keys, shown_key, label = ("space",), "Space", "tick"
    title = "Tick or untick the item"
    help = "tick the item, or open it again; recorded with your name"
    in_footer = True


class Skip(_OnItem):
    """Not applicable."""

    keys, shown_key, label = ("s",), "s", "skip"
    title = "Mark the item as not applicable"
    help = "say that the item does not apply to this release; asks for the reason"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Only an open item is skipped."""
        if reason := super().refused(context):
            return reason
        state = context.item_state
        if state is not None and state.status is ItemStatus.DONE:
            return "a ticked item is not skipped; Space opens it again"
        if state is not None and state.status is ItemStatus.SKIPPED:
            return "it is marked as not applicable already; Space ticks it"
        return ""


class AddNote(_OnItem):
    """A remark."""

    keys, shown_key, label = ("n",), "n", "note"
    title = "Add a note to the item"
    help = "leave a note on the item; it stays in the audit trail"
    in_footer = True


class Undo(Intent):
    """Take back."""

    keys, shown_key, label = ("u",), "u", "undo"
    title = "Take back my last act"
    help = "take back your own last act on the checklist; both stay in the trail"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs an own act, and a journal that takes entries."""
        if reason := super().refused(context):
            return reason
        if context.snapshot is None:
            return "the journal is still being opened"
        if context.snapshot.read_only:
            return f"read only: {context.snapshot.read_only}"
        return (
            "" if context.snapshot.state.acts.get(context.uid) else "you have no act on the checklist to take back"
        )


class OpenDetails(Intent):
    """Details."""

    keys, shown_key, label = ("enter",), "Enter", "details"
    title = "Show details"
    help = "everything known about what is under the cursor"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs something under the cursor."""
        return super().refused(context) or ("" if context.subject else "nothing is under the cursor")


class JumpToReason(Intent):
    """From the reason to what is behind it."""

    keys, shown_key, label = ("enter",), "Enter", "go there"
    title = "Go to what is behind this reason"
    help = "go to the pane and line behind this reason"
    places = (Place.WHY,)
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Some reasons have no line on the screen."""
        if reason := super().refused(context):
            return reason
        leads = context.subject.partition(":")[0] in {"item", "cell", "product"}
        return "" if leads else "no line on the screen stands behind this reason"


class OtherEnvironment(Intent):
    """The verdict of the next environment."""

    keys, shown_key, label = ("e", "right", "l"), "e", "environment"
    title = "Why: the next environment"
    help = "the verdict of the next environment"
    places = (Place.WHY,)
    in_footer = True


class EarlierEnvironment(Intent):
    """The verdict of the environment before."""

    keys, shown_key, label = ("left", "h"), "Left", "earlier one"
    title = "Why: the environment before"
    help = "the verdict of the environment before"
    places = (Place.WHY,)


class Why(Intent):
    """The reasons."""

    keys, shown_key, label = ("w",), "w", "why"
    title = "Why this verdict?"
    help = "every reason behind the verdict: what was seen, when, who can clear it, what to do"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a verdict."""
        return super().refused(context) or ("" if context.snapshot else "there is no verdict yet")


class NextProduct(Intent):
    """The changelog of the next product."""

    keys, shown_key, label = ("right_square_bracket", "right"), "]", "next product"
    title = "Changes of the next product"
    help = "the changes of the next product"
    places = (Place.CHANGELOG,)
    in_footer = True


class EarlierProduct(Intent):
    """The changelog of the product before."""

    keys, shown_key, label = ("left_square_bracket", "left"), "[", "earlier product"
    title = "Changes of the product before"
    help = "the changes of the product before"
    places = (Place.CHANGELOG,)


class Filter(Intent):
    """Show only some lines."""

    keys, shown_key, label = ("slash",), "/", "filter"
    title = "Filter this pane"
    help = "show only lines that contain a text; Enter keeps it, Esc drops it"
    places = _LISTS
    in_footer = True


class RefreshNow(Intent):
    """Ask everything now."""

    keys, shown_key, label = ("r",), "r", "refresh"
    title = "Ask journal, endpoints and git now"
    help = "read the journal and the plan, ask every endpoint and git now"
    places = PANES


class Copy(Intent):
    """Text to take along."""

    keys, shown_key, label = ("y",), "y", "copy"
    title = "Copy what is under the cursor"
    help = "show the text under the cursor and send it to the terminal's clipboard"
    places = _LISTS

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs something under the cursor."""
        return super().refused(context) or ("" if context.subject else "nothing is under the cursor")


class Problems(Intent):
    """What went wrong."""

    keys, shown_key, label = ("exclamation_mark",), "!", "problems"
    title = "Show the problems log"
    help = "what was refused or went wrong since the start, newest first"
    places = PANES


class Palette(Intent):
    """Everything by name."""

    keys, shown_key, label = ("colon", "ctrl+p"), ":", "commands"
    title = "Commands by name"
    help = "find a command by name (also Ctrl+P)"
    places = _LISTS
    in_footer = True


class Help(Intent):
    """The keys that work here."""

    keys, shown_key, label = ("question_mark", "f1"), "?", "help"
    title = "Help"
    help = "the keys that work here"
    places = _LISTS
    in_footer = True


class NextPane(Intent):
    """The next pane."""

    keys, shown_key, label = ("tab",), "Tab", "next pane"
    title = "Go to the next pane"
    help = "the next pane"
    places = PANES


class EarlierPane(Intent):
    """The pane before."""

    keys, shown_key, label = ("shift+tab",), "Shift+Tab", "earlier pane"
    title = "Go to the pane before"
    help = "the pane before"
    places = PANES


class GoChecklist(Intent):
    """Pane 1."""

    keys, shown_key, label = ("1",), "1", "checklist"
    title = "Go to the checklist"
    help = "the checklist"
    places = PANES


class GoMatrix(Intent):
    """Pane 2."""

    keys, shown_key, label = ("2",), "2", "matrix"
    title = "Go to the matrix"
    help = "the matrix: which version runs where"
    places = PANES


class GoChangelog(Intent):
    """Pane 3."""

    keys, shown_key, label = ("3",), "3", "changes"
    title = "Go to the changes"
    help = "the changes: what ships"
    places = PANES


class GoTrail(Intent):
    """Pane 4."""

    keys, shown_key, label = ("4",), "4", "trail"
    title = "Go to the audit trail"
    help = "the audit trail: who did what, newest first"
    places = PANES


class Back(Intent):
    """One step out."""

    keys, shown_key, label = ("escape",), "Esc", "back"
    title = "Back"
    help = "one step back: drop the filter, leave this view"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """At the top there is nothing to go back to."""
        if context.place in PANES and not context.filter:
            return "nothing to go back to; q quits"
        return ""


class Quit(Intent):
    """Leave."""

    keys, shown_key, label = ("q",), "q", "quit"
    title = "Leave this view, at the top quit"
    help = "leave this view; at the top quit gonogo (Ctrl+C quits from anywhere)"
    in_footer = True


INTENTS: tuple[type[Intent], ...] = (
    Toggle, Skip, AddNote, OpenDetails, JumpToReason, OtherEnvironment, EarlierEnvironment, NextProduct,
    EarlierProduct, Why, Undo, Filter, Palette, Help, Copy, RefreshNow, Problems, GoChecklist, GoMatrix,
    GoChangelog, GoTrail, NextPane, EarlierPane, Back, Quit,
)  # fmt: skip
"""In the order they are shown."""

PANE_INTENTS = dict(zip((GoChecklist, GoMatrix, GoChangelog, GoTrail), PANES, strict=True))


class Motion(Struct, frozen=True):
    """Keys that move in a list; lists bind them themselves."""

    shown_key: str
    help: str


MOTIONS = (
    Motion("j k, arrows", "one line down or up"),
    Motion("PgUp PgDn", "one screen up or down"),
    Motion("g G, Home End", "the first line, the last line"),
)


def named(name: str) -> type[Intent]:
    """The intent of that id."""
    return next(intent for intent in INTENTS if intent.id() == name)


def here(place: Place) -> tuple[type[Intent], ...]:
    """The intents that have a meaning in a place, possible at this moment or not."""
    return tuple(intent for intent in INTENTS if place in intent.places)


def footer(context: Context) -> tuple[type[Intent], ...]:
    """The intents whose keys stand in the last line: at the top one quits, elsewhere one goes back."""
    at_top = context.place in PANES

    def stands(intent: type[Intent]) -> bool:
        if intent is Quit:
            return at_top
        return intent.in_footer and not (intent is Back and at_top and not context.filter)

    return tuple(intent for intent in here(context.place) if stands(intent))


def bindings(intents: Iterable[type[Intent]]) -> list[Binding]:
    """Key bindings for a screen: each posts its intent."""
    return [
        Binding(",".join(intent.keys), f"wish('{intent.id()}')", intent.label, show=False, id=intent.id())
        for intent in intents
    ]
