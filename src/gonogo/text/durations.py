"""Times as a plan writes them: lengths ("1h30m"), local times of a zone, points of a week, shares ("1%"). Pure.

Every function raises ValueError with a sentence a person can act on; nothing here knows files or places in them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DURATION_PATTERN: Final = r"(?:[0-9]{1,6}(?:\.[0-9]{1,3})?(?:ms|s|m|h|d|w)){1,4}"
LOCAL_PATTERN: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2})?"
WEEK_PATTERN: Final = r"(?:MON|TUE|WED|THU|FRI|SAT|SUN) [0-9]{2}:[0-9]{2}"
NUMBER_PATTERN: Final = r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?%?"

LONGEST: Final = timedelta(days=3660)
"""Ten years; what is longer is a slip of the pen, and would not fit into a date when added to one."""

_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
_MOMENT: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"(?:[ T]{_CLOCK}(?:\.[0-9]{{1,6}})?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?"
)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)", re.ASCII)
_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def parse_duration(text: str) -> timedelta:
    """`30s`, `1h30m`, `24h`, `7d`; a number without a unit is none. Raises ValueError."""
    if not re.fullmatch(DURATION_PATTERN, text, re.ASCII):
        raise ValueError(f"'{text}' is not a length of time")
    length = sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(text)), timedelta(0))
    if length > LONGEST:
        raise ValueError(f"{text} is longer than ten years")
    return length


def duration_text(length: timedelta) -> str:
    """The way `parse_duration` reads it: `1h30m`, `10s`, `0s`."""
    left = length
    words = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            words.append(f"{count}{unit}")
    return "".join(words) or "0s"


def parse_day(text: str) -> date:
    """`2026-11-24`. Raises ValueError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text} is not a day of the calendar") from error


def parse_local(text: str, zone: tzinfo) -> datetime:
    """UTC of the local time `2026-11-24 21:00` of `zone`; a day alone is its midnight. Raises ValueError.

    A local time that does not exist (spring) is the moment it would have been; one that exists twice
    (autumn) is its first.
    """
    if not re.fullmatch(LOCAL_PATTERN, text, re.ASCII):
        raise ValueError(f"'{text}' is not a local time")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is not a moment of the calendar") from error


def parse_past(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """UTC of a moment somebody asks back to; `now` is UTC. Raises ValueError.

    As `parse_local`, with seconds where they are known; `02:13` alone is the last time it was so late. And as
    gonogo itself writes times (`2026-11-24T02:13:05.123Z`, `2026-11-24 02:13:05 UTC`), which name their zone.
    """
    if re.fullmatch(_CLOCK, text, re.ASCII):
        today = now.astimezone(zone).date()
        moment = parse_past(f"{today} {text}", zone, now)
        return moment if moment <= now else parse_past(f"{today - timedelta(days=1)} {text}", zone, now)
    written = re.sub(" UTC$", "Z", text)
    if not re.fullmatch(_MOMENT, written, re.ASCII):
        raise ValueError(f"'{text}' is not a time")
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is not a moment of the calendar") from error


def parse_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises ValueError."""
    from zoneinfo import ZoneInfo  # many plans name no zone

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        # unknown; not a relative path; a directory of the zone files such as Europe
        raise ValueError(f"'{name}' is not a time zone") from error


def parse_week_point(text: str) -> tuple[int, int, int]:
    """`FRI 16:00` as (weekday with Monday 0, hour, minute). Raises ValueError."""
    day, _, clock = text.upper().partition(" ")
    hour, _, minute = clock.partition(":")
    if not re.fullmatch(WEEK_PATTERN, text.upper(), re.ASCII) or int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"'{text}' is not a time of the week")
    return _DAYS.index(day), int(hour), int(minute)


def parse_number(text: str) -> float:
    """`0.01`, `250`, or `1%`, which is 0.01. Raises ValueError."""
    if not re.fullmatch(NUMBER_PATTERN, text, re.ASCII):
        raise ValueError(f"'{text}' is not a number")
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)
