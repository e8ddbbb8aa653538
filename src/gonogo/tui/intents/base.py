"""What a wish is made of: where the keyboard is, what there is to decide by, and the class of every intent."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual.message import Message

from gonogo.acts import Scene
from gonogo.events.state import ItemState
from gonogo.plan import Item
from gonogo.rules.snapshot import Snapshot


class Place(StrEnum):
    """Where the keyboard is."""

    CHECKLIST = "checklist"
    MATRIX = "matrix"
    CHANGELOG = "changelog"
    TRAIL = "trail"
    WHY = "why"
    TEXT = "text"
    """A text to read: details, help, problems."""
    HOTFIX_PLAN = "hotfix, planning"
    HOTFIX_WORK = "hotfix, at work"
    MERGES = "forward-merges"
    WAY_BACK = "way back"


PANES = (Place.CHECKLIST, Place.MATRIX, Place.CHANGELOG, Place.TRAIL)
LISTS = (*PANES, Place.WHY)
MENDED = (Place.HOTFIX_PLAN, Place.HOTFIX_WORK, Place.MERGES, Place.WAY_BACK)
"""The views of hotfixes and what comes of them."""
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
    scene: Scene | None = None
    """What a decision of this moment would be judged on; None before the journal is open."""
    running: frozenset[str] = frozenset()
    """Items whose check this cockpit is carrying out."""
    offers: frozenset[str] = frozenset()
    """Ids of the intents that the view itself makes possible at this moment."""
    withheld: Mapping[str, str] = {}
    """By id: why the view does not offer an intent at this moment, where it knows more than the intent does."""

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

    keys: ClassVar[tuple[str, ...]] = ()
    """As Textual names them; the first one is the one that is shown. None: it is found in the palette."""
    shown_key: ClassVar[str] = ""
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
    def stands(cls, context: Context) -> bool:  # noqa: ARG003  named for those whose key comes and goes
        """Whether its key belongs into the last line here."""
        return cls.in_footer

    @classmethod
    def id(cls) -> str:
        """Stable name, for bindings and keymaps."""
        return cls.__name__


def _named(places: tuple[Place, ...]) -> str:
    return ", ".join(f"the {place} ({PANES.index(place) + 1})" if place in PANES else place for place in places)


def unwritable(context: Context) -> str:
    """Why nothing can be recorded now; "" when it can."""
    if context.snapshot is None:
        return "the journal is still being opened"
    return f"read only: {context.snapshot.read_only}" if context.snapshot.read_only else ""


class OnItem(Intent):
    """A wish about the checklist item under the cursor."""

    places = (Place.CHECKLIST,)

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs an item, and a journal that takes entries."""
        if reason := super().refused(context):
            return reason
        return unwritable(context) or ("" if context.item else "no item is under the cursor")
