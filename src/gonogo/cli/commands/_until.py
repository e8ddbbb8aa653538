"""When something that somebody decides ends: `2h`, or a time in the zone of the plan's window."""

from datetime import datetime
from zoneinfo import ZoneInfo

from gonogo.errors import UsageError
from gonogo.plan import Plan
from gonogo.text.durations import parse_duration, parse_local


def end_of(text: str, plan: Plan, now: datetime, option: str = "--until") -> datetime:
    """The end in UTC; `now` is UTC. Raises UsageError."""
    zone = plan.window.zone if plan.window else "UTC"
    try:
        if "-" in text:
            return parse_local(text, ZoneInfo(zone))
        return now.replace(microsecond=0) + parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option}: {error}", remedy=f"write 2h, or '2026-11-24 23:00' ({zone})") from error
