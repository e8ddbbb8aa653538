"""The forward-merge ledger: whether every fix has reached every active branch, as far as somebody has looked."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Arrival(StrEnum):
    """Whether one fix is in one branch."""

    PRESENT = "present"
    MISSING = "missing"
    WAIVED = "waived"
    """Somebody signed that it need not go there."""
    UNKNOWN = "unknown"
    """Nobody could tell."""


class LedgerCell(Struct, frozen=True):
    """One fix on one branch."""

    product: str
    fix: str
    """What people call it: a short commit id, or the hotfix's version."""
    branch: str
    arrival: Arrival
    detail: str = ""
    """How it was proven, or why it could not be."""


class Ledger(Struct, frozen=True):
    """Every fix of the release against every active branch, read at one moment."""

    cells: tuple[LedgerCell, ...] = ()
    read_at: datetime | None = None
    """UTC."""
    problem: str = ""
    """Why it could not be read completely; "" when it could."""
