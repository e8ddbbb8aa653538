"""Freezes hold from their first moment to just before their end, in their own zone."""

from datetime import UTC, datetime, timedelta

import pytest

from gonogo.domain.freeze import holds_until
from gonogo.domain.plan import Freeze

WEEKEND = Freeze("weekends", "Europe/Berlin", weekly=((4, 16, 0), (0, 8, 0)))
NIGHTLY = Freeze("batch", "UTC", cron="0 2 * * *", duration=timedelta(hours=1))


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("freeze", "now", "until"),
    [
        # Friday 16:00 Berlin is 15:00 UTC in winter; Monday 08:00 is 07:00
        (WEEKEND, "2026-11-20 14:59:59", None),
        (WEEKEND, "2026-11-20 15:00:00", "2026-11-23 07:00:00"),
        (WEEKEND, "2026-11-23 06:59:59", "2026-11-23 07:00:00"),
        (WEEKEND, "2026-11-23 07:00:00", None),
        # the weekend in which summer time begins is an hour shorter: it begins at 15:00 UTC and ends at 06:00
        (WEEKEND, "2026-03-27 15:00:00", "2026-03-30 06:00:00"),
        (WEEKEND, "2026-03-30 06:00:00", None),
        # the one in which it ends is an hour longer: from 14:00 to 07:00
        (WEEKEND, "2026-10-23 14:00:00", "2026-10-26 07:00:00"),
        (WEEKEND, "2026-10-26 06:59:59", "2026-10-26 07:00:00"),
        (NIGHTLY, "2026-11-24 01:59:59", None),
        (NIGHTLY, "2026-11-24 02:00:00", "2026-11-24 03:00:00"),
        (NIGHTLY, "2026-11-24 02:59:59", "2026-11-24 03:00:00"),
        (NIGHTLY, "2026-11-24 03:00:00", None),
        (NIGHTLY, "2028-02-29 02:30:00", "2028-02-29 03:00:00"),
    ],
)
def test_a_freeze_holds_exactly_in_its_interval(freeze: Freeze, now: str, until: str | None) -> None:
    """Half-open intervals, in local time, over both changes of the clock and a leap day."""
    assert holds_until(freeze, _utc(now)) == (_utc(until) if until else None)


def test_a_single_span_is_half_open() -> None:
    """`to` is the first free moment."""
    freeze = Freeze("close", "UTC", span=(_utc("2026-12-24 00:00"), _utc("2027-01-02 00:00")))

    assert holds_until(freeze, _utc("2026-12-24 00:00")) == _utc("2027-01-02 00:00")
    assert holds_until(freeze, _utc("2027-01-02 00:00")) is None


def test_a_cron_freeze_in_the_doubled_hour_happens_once() -> None:
    """02:30 comes twice in the autumn night; the freeze holds for the first one only."""
    freeze = Freeze("batch", "Europe/Berlin", cron="30 2 * * *", duration=timedelta(minutes=30))

    assert holds_until(freeze, _utc("2026-10-25 00:30")) == _utc("2026-10-25 01:00")
    assert holds_until(freeze, _utc("2026-10-25 01:30")) is None
