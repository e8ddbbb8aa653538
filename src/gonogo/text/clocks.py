"""Moments as people read them: the local time of a zone and UTC, side by side."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gonogo.text.spans import span


def local_and_utc(at: datetime, zone: str) -> str:
    """`2026-11-23 08:00 Europe/Berlin (07:00 UTC)`; the date stands twice when it differs."""
    universal = at.astimezone(UTC)
    if zone in {"", "UTC"}:
        return f"{universal:%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(zone))
    form = "%H:%M" if local.date() == universal.date() else "%Y-%m-%d %H:%M"
    return f"{local:%Y-%m-%d %H:%M} {zone} ({universal:{form}} UTC)"


def off(ahead: timedelta) -> str:
    """How far the clock of this session is off, in a sentence; `ahead` is what it is ahead of the kernel's."""
    way = "ahead of" if ahead > timedelta(0) else "behind"
    return f"the clock of this session is {span(abs(ahead))} {way} the kernel's"
