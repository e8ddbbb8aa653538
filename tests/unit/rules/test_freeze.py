"""Freezes hold from their first moment to just before their end, in their own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from gonogo.plan import Freeze
from gonogo.rules.windows import HORIZON, holds_until, next_allowed, next_start, overlaps

HOUR = timedelta(hours=1)
WEEKEND = Freeze("weekends", "Europe/Berlin", weekly=((4, 16, 0), (0, 8, 0)))
WEEKEND_NY = Freeze("weekends", "America/New_York", weekly=((4, 16, 0), (0, 8, 0)))
HALF_HOUR = Freeze("night", "Australia/Lord_Howe", weekly=((6, 1, 45), (6, 3, 0)))
SUNDAY = Freeze("sunday", "Europe/Berlin", weekly=((6, 2, 30), (6, 4, 0)))
SHORT = Freeze("short", "Europe/Berlin", weekly=((6, 2, 10), (6, 2, 40)))
NEPAL = Freeze("sunday", "Asia/Kathmandu", weekly=((6, 0, 0), (0, 0, 0)))
ALL_BUT = Freeze("all but a day", "UTC", weekly=((6, 22, 0), (6, 6, 0)))
ALWAYS = Freeze("always", "UTC", weekly=((0, 0, 0), (0, 0, 0)))
NIGHTLY = Freeze("batch", "UTC", cron="0 2 * * *", duration=HOUR)
BERLIN = Freeze("batch", "Europe/Berlin", cron="30 2 * * *", duration=HOUR)
NEW_YORK = Freeze("sundays", "America/New_York", cron="0 0 * * 0", duration=6 * HOUR)
HOURLY = Freeze("hourly", "America/New_York", cron="0 * * * *", duration=timedelta(minutes=20))
OVERLAP = Freeze("overlap", "UTC", cron="*/30 * * * *", duration=timedelta(minutes=45))
LEAP = Freeze("leap", "UTC", cron="0 0 29 2 *", duration=24 * HOUR)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CLOSE = Freeze("close", "UTC", span=(_utc("2026-12-24 00:00"), _utc("2027-01-02 00:00")))
LEAP_DAY = Freeze("leap day", "UTC", span=(_utc("2028-02-29 00:00"), _utc("2028-03-01 00:00")))


@pytest.mark.parametrize(
    ("freeze", "now", "until"),
    [
        # Friday 16:00 Berlin is 15:00 UTC in winter; Monday 08:00 is 07:00
        (WEEKEND, "2026-11-20 14:59:59", None),
        (WEEKEND, "2026-11-20 15:00:00", "2026-11-23 07:00:00"),
        (WEEKEND, "2026-11-22 12:00:00", "2026-11-23 07:00:00"),
        (WEEKEND, "2026-11-23 06:59:59", "2026-11-23 07:00:00"),
        (WEEKEND, "2026-11-23 07:00:00", None),
        # the weekend in which summer time begins is an hour shorter: it begins at 15:00 UTC and ends at 06:00
        (WEEKEND, "2026-03-27 14:59:59", None),
        (WEEKEND, "2026-03-27 15:00:00", "2026-03-30 06:00:00"),
        (WEEKEND, "2026-03-30 05:59:59", "2026-03-30 06:00:00"),
        (WEEKEND, "2026-03-30 06:00:00", None),
        # the one in which it ends is an hour longer: from 14:00 to 07:00
        (WEEKEND, "2026-10-23 13:59:59", None),
        (WEEKEND, "2026-10-23 14:00:00", "2026-10-26 07:00:00"),
        (WEEKEND, "2026-10-26 06:59:59", "2026-10-26 07:00:00"),
        (WEEKEND, "2026-10-26 07:00:00", None),
        # a weekend around a leap day
        (WEEKEND, "2032-02-29 12:00:00", "2032-03-01 07:00:00"),
        (WEEKEND, "2032-03-01 07:00:00", None),
        # New York changes its clocks on other days, and counts them from UTC the other way
        (WEEKEND_NY, "2026-01-09 20:59:59", None),
        (WEEKEND_NY, "2026-01-09 21:00:00", "2026-01-12 13:00:00"),
        (WEEKEND_NY, "2026-03-06 20:59:59", None),
        (WEEKEND_NY, "2026-03-06 21:00:00", "2026-03-09 12:00:00"),
        (WEEKEND_NY, "2026-03-09 11:59:59", "2026-03-09 12:00:00"),
        (WEEKEND_NY, "2026-03-09 12:00:00", None),
        (WEEKEND_NY, "2026-10-30 19:59:59", None),
        (WEEKEND_NY, "2026-10-30 20:00:00", "2026-11-02 13:00:00"),
        (WEEKEND_NY, "2026-11-02 12:59:59", "2026-11-02 13:00:00"),
        (WEEKEND_NY, "2026-11-02 13:00:00", None),
        # Lord Howe puts its clocks forward by half an hour: 01:45 to 03:00 is 75 minutes, 45, or 105
        (HALF_HOUR, "2026-06-06 15:14:59", None),
        (HALF_HOUR, "2026-06-06 15:15:00", "2026-06-06 16:30:00"),
        (HALF_HOUR, "2026-10-03 15:15:00", "2026-10-03 16:00:00"),
        (HALF_HOUR, "2026-10-03 16:00:00", None),
        (HALF_HOUR, "2026-04-04 14:44:59", None),
        (HALF_HOUR, "2026-04-04 14:45:00", "2026-04-04 16:30:00"),
        (HALF_HOUR, "2026-04-04 15:20:00", "2026-04-04 16:30:00"),
        (HALF_HOUR, "2026-04-04 16:30:00", None),
        # 02:30 does not exist on 29 March: it is the moment it would have been, 01:30 UTC
        (SUNDAY, "2026-03-29 01:29:59", None),
        (SUNDAY, "2026-03-29 01:30:00", "2026-03-29 02:00:00"),
        (SUNDAY, "2026-03-29 02:00:00", None),
        # it exists twice on 25 October: the first counts, and what lies between belongs to it
        (SUNDAY, "2026-10-25 00:29:59", None),
        (SUNDAY, "2026-10-25 00:30:00", "2026-10-25 03:00:00"),
        (SUNDAY, "2026-10-25 01:15:00", "2026-10-25 03:00:00"),
        (SUNDAY, "2026-10-25 03:00:00", None),
        # both ends in the missing hour, both in the doubled one
        (SHORT, "2026-03-29 01:10:00", "2026-03-29 01:40:00"),
        (SHORT, "2026-03-29 01:40:00", None),
        (SHORT, "2026-10-25 00:10:00", "2026-10-25 00:40:00"),
        (SHORT, "2026-10-25 01:15:00", None),
        # a zone that is off by a quarter of an hour
        (NEPAL, "2026-11-21 18:14:59", None),
        (NEPAL, "2026-11-21 18:15:00", "2026-11-22 18:15:00"),
        (NEPAL, "2026-11-22 18:15:00", None),
        # over the turn of the week, and all of it
        (ALL_BUT, "2026-11-22 05:59:59", "2026-11-22 06:00:00"),
        (ALL_BUT, "2026-11-22 06:00:00", None),
        (ALL_BUT, "2026-11-22 22:00:00", "2026-11-29 06:00:00"),
        (ALWAYS, "2026-11-24 12:00:00", "2026-11-30 00:00:00"),
        (ALWAYS, "2026-11-30 00:00:00", "2026-12-07 00:00:00"),
        # cron
        (NIGHTLY, "2026-11-24 01:59:59", None),
        (NIGHTLY, "2026-11-24 02:00:00", "2026-11-24 03:00:00"),
        (NIGHTLY, "2026-11-24 02:59:59", "2026-11-24 03:00:00"),
        (NIGHTLY, "2026-11-24 03:00:00", None),
        (NIGHTLY, "2028-02-29 02:30:00", "2028-02-29 03:00:00"),
        (BERLIN, "2026-03-29 01:29:59", None),
        (BERLIN, "2026-03-29 01:30:00", "2026-03-29 02:30:00"),
        (BERLIN, "2026-03-30 00:30:00", "2026-03-30 01:30:00"),
        (BERLIN, "2026-10-25 00:29:59", None),
        (BERLIN, "2026-10-25 00:30:00", "2026-10-25 01:30:00"),
        (BERLIN, "2026-10-25 01:10:00", "2026-10-25 01:30:00"),
        (BERLIN, "2026-10-25 01:30:00", None),
        (NEW_YORK, "2026-03-08 05:00:00", "2026-03-08 11:00:00"),
        (NEW_YORK, "2026-11-01 04:00:00", "2026-11-01 10:00:00"),
        (NEW_YORK, "2026-11-01 10:00:00", None),
        # what happens every hour happens in each of two equal ones
        (HOURLY, "2026-11-01 05:10:00", "2026-11-01 05:20:00"),
        (HOURLY, "2026-11-01 06:10:00", "2026-11-01 06:20:00"),
        (HOURLY, "2026-11-01 06:20:00", None),
        (HOURLY, "2026-03-08 07:10:00", "2026-03-08 07:20:00"),
        # the next one begins before the last one is over
        (OVERLAP, "2026-11-24 12:10:00", "2026-11-24 12:45:00"),
        (OVERLAP, "2026-11-24 12:30:00", "2026-11-24 13:15:00"),
        # leap days: 2028 has one, 2027 and 2100 have none
        (LEAP, "2028-02-28 23:59:59", None),
        (LEAP, "2028-02-29 00:00:00", "2028-03-01 00:00:00"),
        (LEAP, "2028-03-01 00:00:00", None),
        (LEAP, "2027-03-01 00:00:00", None),
        (LEAP, "2100-03-01 00:00:00", None),
        # single spans
        (CLOSE, "2026-12-23 23:59:59", None),
        (CLOSE, "2026-12-24 00:00:00", "2027-01-02 00:00:00"),
        (CLOSE, "2027-01-01 23:59:59", "2027-01-02 00:00:00"),
        (CLOSE, "2027-01-02 00:00:00", None),
        (LEAP_DAY, "2028-02-29 23:59:59", "2028-03-01 00:00:00"),
        (LEAP_DAY, "2028-03-01 00:00:00", None),
    ],
)
def test_a_freeze_holds_exactly_in_its_interval(freeze: Freeze, now: str, until: str | None) -> None:
    """Half-open, in local time, over changes of the clock in three zones, and over leap days."""
    assert holds_until(freeze, _utc(now)) == (_utc(until) if until else None)


@pytest.mark.parametrize(
    ("freeze", "now", "start"),
    [
        (WEEKEND, "2026-11-24 12:00", "2026-11-27 15:00"),
        (WEEKEND, "2026-11-27 15:00", "2026-12-04 15:00"),
        (WEEKEND, "2026-03-26 12:00", "2026-03-27 15:00"),
        (NIGHTLY, "2026-11-24 02:00", "2026-11-25 02:00"),
        (BERLIN, "2026-10-25 01:10", "2026-10-26 01:30"),
        (LEAP, "2096-03-01 00:00", "2104-02-29 00:00"),
        (CLOSE, "2026-12-01 00:00", "2026-12-24 00:00"),
        (CLOSE, "2026-12-24 00:00", None),
    ],
)
def test_the_next_beginning_lies_after_the_moment(freeze: Freeze, now: str, start: str | None) -> None:
    """Never at it or before it, also inside of the second of two equal hours."""
    assert next_start(freeze, _utc(now)) == (_utc(start) if start else None)


EVENINGS = Freeze("evenings", "Europe/Berlin", weekly=((1, 20, 0), (1, 23, 0)))


@pytest.mark.parametrize(
    ("denied", "allowed", "now", "free"),
    [
        ((), (), "2026-11-24 12:00", "2026-11-24 12:00"),
        ((WEEKEND,), (), "2026-11-21 12:00", "2026-11-23 07:00"),
        ((NIGHTLY, OVERLAP), (), "2026-11-24 02:10", None),
        # what denies wins: Tuesday evening is open and frozen, so the next Tuesday it is
        ((Freeze("x", "UTC", span=(_utc("2026-11-24 00:00"), _utc("2026-11-25 00:00"))),), (EVENINGS,),
         "2026-11-24 20:00", "2026-12-01 19:00"),
        ((), (EVENINGS,), "2026-11-24 18:59", "2026-11-24 19:00"),
        ((), (EVENINGS,), "2026-11-24 19:00", "2026-11-24 19:00"),
        ((), (EVENINGS,), "2026-11-24 22:00", "2026-12-01 19:00"),
        # two that touch are one
        ((NIGHTLY, Freeze("after", "UTC", cron="0 3 * * *", duration=HOUR)), (), "2026-11-24 02:10",
         "2026-11-24 04:00"),
        ((ALWAYS,), (), "2026-11-24 12:00", None),
        ((CLOSE,), (WEEKEND,), "2026-12-24 00:00", "2027-01-02 00:00"),
        ((), (CLOSE,), "2027-01-02 00:00", None),
    ],
)  # fmt: skip
def test_the_next_allowed_time(
    denied: tuple[Freeze, ...], allowed: tuple[Freeze, ...], now: str, free: str | None
) -> None:
    """The first moment that nothing denies, and that a window allows where there are windows."""
    assert next_allowed(denied, [allowed] if allowed else (), _utc(now)) == (_utc(free) if free else None)


def test_a_weekly_interval_that_begins_in_the_missing_hour_holds_from_the_change_of_the_clock() -> None:
    """02:30 to 03:15 has a quarter of an hour that night; 02:00 to 03:00 has nothing until a week later."""
    change, minute = _utc("2027-03-28 01:00"), timedelta(minutes=1)
    quarter = Freeze("sunday", "Europe/Berlin", weekly=((6, 2, 30), (6, 3, 15)))
    assert next_start(quarter, change - HOUR) == change
    assert holds_until(quarter, change) == holds_until(quarter, change + 14 * minute) == change + 15 * minute
    assert holds_until(quarter, change - minute) is None
    assert holds_until(quarter, change + 15 * minute) is None

    nothing = Freeze("sunday", "Europe/Berlin", weekly=((6, 2, 0), (6, 3, 0)))
    assert holds_until(nothing, change) is None
    assert next_start(nothing, change - HOUR) == _utc("2027-04-04 00:00")
    assert next_allowed((), ((nothing,),), change - HOUR) == _utc("2027-04-04 00:00")


def test_a_planned_span_meets_a_freeze_that_begins_within_it() -> None:
    """Also one that begins after the planned start; touching is not meeting."""
    assert overlaps(WEEKEND, _utc("2026-11-27 14:00"), _utc("2026-11-27 16:00"))
    assert overlaps(WEEKEND, _utc("2026-11-28 14:00"), _utc("2026-11-28 14:00"))
    assert not overlaps(WEEKEND, _utc("2026-11-27 14:00"), _utc("2026-11-27 15:00"))
    assert not overlaps(WEEKEND, _utc("2026-11-23 07:00"), _utc("2026-11-24 14:00"))


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
_moments = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: _utc("2026-01-01") + timedelta(minutes=minutes))
_points = st.tuples(st.integers(0, 6), st.integers(0, 23), st.sampled_from([0, 10, 30, 45]))
_freezes = st.one_of(
    st.builds(
        lambda zone, start, end: Freeze("f", zone, weekly=(start, end)), st.sampled_from(ZONES), _points, _points
    ),
    st.builds(
        lambda zone, minute, hour, minutes: Freeze(
            "f", zone, cron=f"{minute} {hour} * * *", duration=timedelta(minutes=minutes)
        ),
        st.sampled_from(ZONES),
        st.sampled_from([0, 10, 30, 45]),
        st.sampled_from(["*", "1", "2", "3", "*/6"]),
        st.integers(1, 3_000),
    ),
)


@given(_freezes, _moments)
def test_inside_means_inside_until_the_end_and_not_at_it(freeze: Freeze, at: datetime) -> None:
    """While it holds, it holds at every later moment before its end, and a beginning is inside."""
    until = holds_until(freeze, at)
    if until is not None:
        assert until > at
        assert holds_until(freeze, until - timedelta(seconds=1)) is not None
    start = next_start(freeze, at)
    if start is not None:
        assert start > at
        assert until is not None or holds_until(freeze, start) is not None


@given(st.lists(_freezes, max_size=3), st.lists(_freezes, max_size=2), _moments)
def test_nothing_before_the_next_allowed_time_is_allowed(
    denied: list[Freeze], allowed: list[Freeze], at: datetime
) -> None:
    """The moment found is free, and ten samples before it are not."""

    def is_free(moment: datetime) -> bool:
        open_now = not allowed or any(holds_until(one, moment) for one in allowed)
        return open_now and not any(holds_until(one, moment) for one in denied)

    found = next_allowed(denied, [allowed] if allowed else (), at)
    if found is not None:
        assert at <= found <= at + 2 * HORIZON
        assert is_free(found)
        assert not any(is_free(at + (found - at) * tenth / 10) for tenth in range(10) if found > at)


@given(st.sampled_from(ZONES), st.sampled_from(["30 2 * * *", "0 */6 * * *", "15 12 * * 1"]), _moments)
def test_far_from_a_change_of_the_clock_cron_is_what_cronsim_says(zone: str, cron: str, at: datetime) -> None:
    """Only within three hours of a change the rules are our own."""
    here = ZoneInfo(zone)
    near = {(at + hours * HOUR).astimezone(here).utcoffset() for hours in range(-180, 181)}
    if len(near) == 1:
        expected = next(CronSim(cron, at.astimezone(here))).astimezone(UTC)
        assert next_start(Freeze("f", zone, cron=cron, duration=HOUR), at) == expected
