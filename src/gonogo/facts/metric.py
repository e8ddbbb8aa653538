"""What asking for one number brought back: the number with its times, or why there is none."""

from datetime import datetime, timedelta

from msgspec import Struct

from gonogo.facts import Reason


class Number(Struct, frozen=True):
    """A source answered with one finite number."""

    metric: str
    """Its key in the plan."""
    value: float
    at: datetime
    """UTC, when the answer was complete."""
    source: str
    """Preset and URL without secrets."""
    taken_at: datetime | None = None
    """UTC, when the source says it took the number; None when it does not say."""


class NoData(Struct, frozen=True):
    """There is no number. Never zero, and never "below the limit"."""

    metric: str
    reason: Reason
    detail: str
    """One cleaned line: `the query has no result`, `503 Service Unavailable`."""
    at: datetime
    """UTC, when the attempt ended."""
    source: str
    retry_after: timedelta | None = None
    """How long the source asks to be left alone, counted from `at`; None when it does not."""


Reading = Number | NoData
