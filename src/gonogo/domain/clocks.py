"""Moments as people read them: the local time of a zone and UTC, side by side."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def local_and_utc(at: datetime, zone: str) -> str:
    """`2026-11-23 08:00 Europe/Berlin (07:00 UTC)`; the date stands twice when it differs."""
    universal = at.astimezone(UTC)
    if zone in {"", "UTC"}:
        return f"{universal:%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(zone))
    form = "%H:%M" if local.date() == universal.date() else "%Y-%m-%d %H:%M"
    return f"{local:%Y-%m-%d %H:%M} {zone} ({universal:{form}} UTC)"
