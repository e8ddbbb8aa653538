"""The machine's clocks. Nothing else in gonogo asks for the time of day."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The clock of this host."""

    def now(self) -> datetime:
        """The time in UTC, zone-aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment in the past; never goes back, for measuring waits only."""
        return time.monotonic()
