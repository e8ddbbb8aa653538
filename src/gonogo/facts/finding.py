"""What a check of an item found, and how far a running one is."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo.events.checks import CheckOutcome


class Finding(Struct, frozen=True):
    """The end of a check."""

    outcome: CheckOutcome
    summary: str
    """One cleaned line."""
    started_at: datetime
    """UTC."""
    finished_at: datetime
    """UTC."""
    output: str = ""
    """The end of what it said, cleaned."""
    output_sha256: str = ""
    """Of every byte it said; "" when it said nothing."""
    exit_code: int | None = None
    files: Mapping[str, str] = {}
    """SHA-256 of the files its command names, by the word that names them, as they were when it began."""


class Progress(Struct, frozen=True):
    """A running check, now."""

    seconds: int
    """Since it began."""
    line: str = ""
    """The last whole line it said, cleaned."""
