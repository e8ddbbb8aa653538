"""Freezes: times in which nothing may go. Half-open, in their own zone, safe in the missing and doubled hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gonogo.domain.plan import Freeze

_DAYS_BACK = 8
"""A weekly freeze that began up to a week ago may still hold; one more day covers the zone's own date."""


def frozen_until(freeze: Freeze, now: datetime) -> datetime | None:
    """End (UTC) of the freeze that holds at `now` (UTC); None when it does not hold.

    The interval is half-open: at its end one may go. A local time that does not exist (spring) is read as the
    moment it would have been; one that exists twice (autumn) as its first.
    """
    if freeze.span is not None:
        start, end = freeze.span
        return end if start <= now < end else None
    if freeze.weekly is not None:
        return _weekly(freeze, now)
    return _cron(freeze, now)


def _weekly(freeze: Freeze, now: datetime) -> datetime | None:
    assert freeze.weekly is not None
    zone = ZoneInfo(freeze.zone)
    (start_day, start_hour, start_minute), (end_day, end_hour, end_minute) = freeze.weekly
    length = (end_day - start_day) % 7
    if length == 0 and (end_hour, end_minute) <= (start_hour, start_minute):
        length = 7
    today = now.astimezone(zone).date()
    for back in range(_DAYS_BACK):
        first = today - timedelta(days=back)
        if first.weekday() != start_day:
            continue
        last = first + timedelta(days=length)
        start = datetime(first.year, first.month, first.day, start_hour, start_minute, tzinfo=zone)
        end = datetime(last.year, last.month, last.day, end_hour, end_minute, tzinfo=zone)
        if start.astimezone(UTC) <= now < end.astimezone(UTC):
            return end.astimezone(UTC)
    return None


def _cron(freeze: Freeze, now: datetime) -> datetime | None:
    from cronsim import CronSim  # here, because a plan without cron freezes need not pay for it

    zone = ZoneInfo(freeze.zone)
    # one second ahead: the search goes strictly backwards, and a freeze holds from its first moment on
    latest = next(CronSim(freeze.cron, (now + timedelta(seconds=1)).astimezone(zone), reverse=True))
    end = latest.astimezone(UTC) + freeze.duration
    return end if now < end else None
