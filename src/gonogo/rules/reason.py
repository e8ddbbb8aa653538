"""One reason of a verdict, complete enough to act on."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """What a reason does to the verdict."""

    BLOCKER = "blocker"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    """It would block or be unknown; somebody let it pass, and it stays on the list."""
    WARNING = "warning"


class Waived(Struct, frozen=True):
    """Who let a reason pass."""

    seq: int
    """Number of the waiver in the journal."""
    by: str
    reason: str
    until: datetime
    """UTC; from then on the reason weighs again."""
    was: Weight
    """What the reason weighs without the waiver."""
    glass: bool = False
    """Whether two persons waived it by break-glass; `seq` is its number then."""


class ReasonLine(Struct, frozen=True):
    """One reason."""

    rule: str
    """Stable id such as `cell.differs`."""
    weight: Weight
    fact: str
    """What was found, in one sentence."""
    subject: str = ""
    """What it is about, such as `item:smoke-eu` or `cell:web/staging`: where the screen jumps to."""
    observed_at: datetime | None = None
    """UTC, when the fact was seen; None for what follows from the plan alone."""
    source: str = ""
    who: str = ""
    """Who can clear it; "" when anybody can."""
    remedy: str = ""
    """The next command to type, or the next thing to do."""
    waived: Waived | None = None
    """Set when the weight is `waived`."""
    members: tuple["ReasonLine", ...] = ()
    """The lines that this one stands for: cells that are unknown for the same reason. A waiver names those."""
    stands: str = ""
    """What of the fact makes it another risk when it changes: which version, which state; no age and no count. ""
    where nothing does, and where the fact itself says so."""
    seq: int = 0
    """Number of the event it stands on, such as a rejection: a waiver from before is of another. 0 for none."""
