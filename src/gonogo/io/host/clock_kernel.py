"""How far this process's clock is off the kernel's: a program can be told another time than the host has."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

TOLERANCE = timedelta(seconds=60)
"""Less is no skew: the kernel tells whole seconds here, and a busy machine takes a while."""


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
