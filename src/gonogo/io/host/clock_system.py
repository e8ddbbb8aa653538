"""The machine's clocks, and how far what a program is told is off the kernel's: it can be told another time.

Nothing else in gonogo asks for the time of day.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

TOLERANCE = timedelta(seconds=60)
"""Less is no skew: the kernel tells whole seconds here, and a busy machine takes a while."""


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


def skew(now: datetime, proc: Path = Path("/proc")) -> timedelta:
    """How far `now` (UTC) is ahead of the kernel's time; 0 when it is no skew, or when that cannot be told."""
    kernel = kernel_now(proc)
    if kernel is None or abs(now - kernel) <= TOLERANCE:
        return timedelta(0)
    return now - kernel


def kernel_now(proc: Path = Path("/proc")) -> datetime | None:
    """The time of day as the kernel keeps it, read from its files: nothing stands between them and a program.

    None where the kernel does not tell.
    """
    try:
        booted = next(
            int(line.split()[1]) for line in (proc / "stat").read_text().splitlines() if line.startswith("btime ")
        )
        up = float((proc / "uptime").read_text().split()[0])
        return datetime.fromtimestamp(booted, UTC) + timedelta(seconds=up)
    except (OSError, ValueError, IndexError, OverflowError, StopIteration):
        return None
