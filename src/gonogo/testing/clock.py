"""A clock that goes when it is told to."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)


class FakeClock:
    """Starts at `start` (UTC) and stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._running = 0.0

    def now(self) -> datetime:
        """The time in UTC, zone-aware."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that went by; setting the clock does not change them."""
        return self._running

    def advance(self, by: timedelta | float) -> None:
        """Let time go by: a timedelta, or seconds."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        self._now += step
        self._running += step.total_seconds()

    def set(self, to: datetime) -> None:
        """Put the clock right, or wrong, without time going by."""
        self._now = to.astimezone(UTC)
