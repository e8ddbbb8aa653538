"""Lengths of time as people say them, and moments in a sentence."""

from datetime import datetime, timedelta


def span(length: timedelta) -> str:
    """`42s`, `7m 05s`, `3h 12m`, `2d 4h`: at most two units, never rounded up."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60:02d}s" if seconds % 60 else f"{seconds // 60}m"
    if seconds < 86400:
        return f"{seconds // 3600}h {seconds % 3600 // 60:02d}m" if seconds % 3600 >= 60 else f"{seconds // 3600}h"
    return f"{seconds // 86400}d {seconds % 86400 // 3600}h" if seconds % 86400 >= 3600 else f"{seconds // 86400}d"


def age(length: timedelta) -> str:
    """An age in the least room: `4s`, `12m`, `3h`, `2d`."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def when(at: datetime, now: datetime) -> str:
    """A moment for a sentence: the time today, with its date otherwise, in UTC."""
    return f"{at:%H:%M:%S} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S} UTC"
