"""The machine's clocks. Nothing else in gonogo asks for the time of day."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The clock of this host."""

    def now(self) -> datetime:
        """The time in UTC, zone-aware."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds that nobody can put back, and that go on while the machine sleeps: what ages are checked by."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def monotonic(self) -> float:
        """Seconds since some moment in the past; never goes back, for measuring waits only."""
        return time.monotonic()
