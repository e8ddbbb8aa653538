"""Freezes and windows: times in which nothing may go, and times outside which nothing may go.

Half-open, in their own zone, safe in the missing and the doubled hour. What denies wins over what allows.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gonogo.plan import Freeze

_DAYS_BACK = 8
"""A weekly freeze that began up to a week ago may still hold; one more day covers the zone's own date."""
_STEPS = 200
"""Ends and beginnings looked at before giving up on finding a free moment."""
HORIZON = timedelta(days=3 * 366)
"""How far ahead a free moment is looked for."""


def holds_until(times: Freeze, at: datetime) -> datetime | None:
    """End (UTC) of the interval that holds at `at` (UTC); None when none does.

    The interval is half-open: its end is the first moment outside. A local time that does not exist (spring) is
    read as the moment it would have been, or as the change of the clock where the interval ends before that; one
    that exists twice (autumn) as its first.
    """
    if times.span is not None:
        start, end = times.span
        return end if start <= at < end else None
    if times.weekly is not None:
        return _weekly_end(times, at)
    return _cron_end(times, at)


def next_start(times: Freeze, at: datetime) -> datetime | None:
    """The next beginning (UTC) after `at` (UTC); None when there is none any more."""
    if times.span is not None:
        return times.span[0] if times.span[0] > at else None
    if times.weekly is not None:
        today = at.astimezone(ZoneInfo(times.zone)).date()
        days = (today + timedelta(days=ahead) for ahead in range(-1, _DAYS_BACK + 7))
        weeks = (_week_of(times, day) for day in days if day.weekday() == times.weekly[0][0])
        # a week whose interval lies in the missing hour has none
        return next((start for start, end in weeks if at < start < end), None)
    return _cron_start(times, at)


def overlaps(times: Freeze, start: datetime, end: datetime) -> bool:
    """Whether some moment of [start, end) lies in it; an empty span is the moment `start`."""
    if holds_until(times, start) is not None:
        return True
    begins = next_start(times, start)
    return begins is not None and begins < end


def next_allowed(denied: Sequence[Freeze], allowed: Sequence[Sequence[Freeze]], at: datetime) -> datetime | None:
    """The first moment (UTC) from `at` (UTC) on that nothing denies, and in which each of `allowed` has one open.

    None when none was found within three years, or within a few hundred ends of freezes.
    """
    moment = at
    for _ in range(_STEPS):
        if moment - at > HORIZON:
            return None
        ends = [end for one in denied if (end := holds_until(one, moment)) is not None]
        shut = [some for some in allowed if not is_open(some, moment)]
        if not ends and not shut:
            return moment
        starts = [next_opening(some, moment) for some in shut]
        if None in starts:
            return None
        moment = max([*ends, *(start for start in starts if start is not None)])
    return None


def is_open(windows: Sequence[Freeze], at: datetime) -> bool:
    """Whether one of them allows the moment `at` (UTC)."""
    return any(holds_until(one, at) is not None for one in windows)


def next_opening(windows: Sequence[Freeze], at: datetime) -> datetime | None:
    """When the first of them begins after `at` (UTC); None when none does any more."""
    return min((start for one in windows if (start := next_start(one, at)) is not None), default=None)


def _week_of(times: Freeze, first: date) -> tuple[datetime, datetime]:
    """[start, end) in UTC of the week that begins on the local day `first`."""
    assert times.weekly is not None
    zone = ZoneInfo(times.zone)
    (start_day, start_hour, start_minute), (end_day, end_hour, end_minute) = times.weekly
    begins, ends = time(start_hour, start_minute), time(end_hour, end_minute)
    length = (end_day - start_day) % 7
    if length == 0 and ends <= begins:
        length = 7
    start = datetime.combine(first, begins, zone)
    end = datetime.combine(first + timedelta(days=length), ends, zone)
    begins_at, ends_at = start.astimezone(UTC), end.astimezone(UTC)
    if begins_at >= ends_at:
        # it begins in the missing hour and ends right after it: from the moment the clock was changed
        begins_at = min(_changed(begins_at, zone), ends_at)
    return begins_at, ends_at


def _changed(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last change of the clock before `moment` (UTC), of those not far from it."""
    offset = moment.astimezone(zone).utcoffset()
    back = (moment - number * _MINUTE for number in range(1, int(_AROUND / _MINUTE) + 1))
    return next((one + _MINUTE for one in back if one.astimezone(zone).utcoffset() != offset), moment)


def _weekly_end(times: Freeze, at: datetime) -> datetime | None:
    assert times.weekly is not None
    today = at.astimezone(ZoneInfo(times.zone)).date()
    for back in range(_DAYS_BACK + 1):
        first = today - timedelta(days=back)
        if first.weekday() == times.weekly[0][0]:
            start, end = _week_of(times, first)
            if start <= at < end:
                return end
    return None


def _cron_end(times: Freeze, at: datetime) -> datetime | None:
    last = _cron_beginning(times, at, back=True)
    return last + times.duration if last is not None and at < last + times.duration else None


def _cron_start(times: Freeze, at: datetime) -> datetime | None:
    return _cron_beginning(times, at, back=False)


def _cron_beginning(times: Freeze, at: datetime, *, back: bool) -> datetime | None:
    """The last beginning (UTC) up to `at`, or the first one after it.

    Cron is asked about the hands of the clock alone, and each answer becomes a moment by our own rules: cronsim
    with a zone forgets, within the second of two equal hours, what began in the first.
    """
    from cronsim import CronSim  # here, because a plan without cron need not pay for it

    zone = ZoneInfo(times.zone)
    hands, margin = at.astimezone(zone).replace(tzinfo=None), _margin(at, zone)
    every_hour = times.cron.split()[1].startswith("*")
    found: datetime | None = None
    edge = hands + margin + _MINUTE if back else hands - margin - _MINUTE
    for shown in CronSim(times.cron, edge, reverse=back):
        if found is not None and (shown < hands - margin if back else shown > hands + margin):
            break
        fitting = [one for one in _moments(shown, zone, both=every_hour) if (one <= at if back else one > at)]
        if fitting:
            found = max([*fitting, found or fitting[0]]) if back else min([*fitting, found or fitting[0]])
    return found


_MINUTE = timedelta(minutes=1)
_AROUND = timedelta(hours=3)
"""Longer than any change of a clock."""


def _margin(at: datetime, zone: ZoneInfo) -> timedelta:
    """How far the hands may mislead around `at`: not at all while no clock is changed nearby."""
    offsets = {(at + shift).astimezone(zone).utcoffset() for shift in (-_AROUND, timedelta(0), _AROUND)}
    return _AROUND if len(offsets) > 1 else timedelta(0)


def _moments(shown: datetime, zone: ZoneInfo, *, both: bool) -> tuple[datetime, ...]:
    """What the hands mean in UTC: the first of two equal times, and with `both` the second as well."""
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return (first, second) if both and second > first else (first,)
