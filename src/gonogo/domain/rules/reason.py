"""One reason of a verdict, complete enough to act on."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """What a reason does to the verdict."""

    BLOCKER = "blocker"
    UNKNOWN = "unknown"
    WARNING = "warning"


class ReasonLine(Struct, frozen=True):
    """One reason, complete enough to act on."""

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
