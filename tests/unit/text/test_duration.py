"""Lengths, local times, times of the week and numbers, as a plan writes them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.text.durations import (
    duration_text,
    parse_day,
    parse_duration,
    parse_local,
    parse_number,
    parse_past,
    parse_week_point,
    parse_zone,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h30m", timedelta(minutes=90)),
        ("10s", timedelta(seconds=10)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("500ms", timedelta(milliseconds=500)),
        ("1.5h", timedelta(minutes=90)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time(text: str, length: timedelta) -> None:
    """A number and a unit, several in a row."""
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "10", "10 s", "-5s", "1y", "s", "10s\n", "１０s", "1h,30m", "9999999s"])
def test_what_is_no_length_of_time(text: str) -> None:
    """A number alone could be seconds or minutes: nobody guesses."""
    with pytest.raises(ValueError, match="is not a length of time"):
        parse_duration(text)


def test_a_length_of_more_than_ten_years_is_a_slip() -> None:
    """And would not fit into a date when added to one."""
    with pytest.raises(ValueError, match="longer than ten years"):
        parse_duration("999999w")


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3000)))
def test_a_length_is_read_back_as_written(length: timedelta) -> None:
    """`duration_text` writes what `parse_duration` reads, to the millisecond."""
    rounded = timedelta(milliseconds=length // timedelta(milliseconds=1))
    if duration_text(rounded).count("s") + sum(map(duration_text(rounded).count, "dhm")) <= 4:
        assert parse_duration(duration_text(rounded)) == rounded


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24 21:00", datetime(2026, 11, 24, 20, 0, tzinfo=UTC)),
        ("2026-11-24T21:00", datetime(2026, 11, 24, 20, 0, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # does not exist: 03:30 summer time
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # exists twice: the first
    ],
)
def test_a_local_time_is_a_moment(text: str, moment: datetime) -> None:
    """Also in the hour that is missing in spring and in the one that comes twice in autumn."""
    assert parse_local(text, BERLIN) == moment


@pytest.mark.parametrize("text", ["2026-02-30", "2026-11-24 25:00", "0000-01-01", "0001-01-01"])
def test_a_time_no_calendar_has(text: str) -> None:
    """Refused, also where only the zone pushes it out of the calendar."""
    with pytest.raises(ValueError, match="is not a moment of the calendar"):
        parse_local(text, BERLIN)


@pytest.mark.parametrize("text", ["tomorrow", "24.11.2026", "2026-11-24 9:00", "2026-11-24 21:00:00Z", ""])
def test_what_is_no_local_time(text: str) -> None:
    """One way to write it."""
    with pytest.raises(ValueError, match="is not a local time"):
        parse_local(text, BERLIN)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24 02:13", datetime(2026, 11, 24, 1, 13, tzinfo=UTC)),
        ("2026-11-24 02:13:05", datetime(2026, 11, 24, 1, 13, 5, tzinfo=UTC)),
        ("2026-11-24T02:13:05.120Z", datetime(2026, 11, 24, 2, 13, 5, 120_000, tzinfo=UTC)),
        ("2026-11-24 02:13:05 UTC", datetime(2026, 11, 24, 2, 13, 5, tzinfo=UTC)),
        ("2026-11-24T02:13+05:30", datetime(2026, 11, 23, 20, 43, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
        ("00:30", datetime(2026, 11, 24, 23, 30, tzinfo=UTC)),  # it is 00:40 there, of the day after
        ("00:45", datetime(2026, 11, 23, 23, 45, tzinfo=UTC)),
        ("23:59:30", datetime(2026, 11, 24, 22, 59, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_somebody_asks_back_to(text: str, moment: datetime) -> None:
    """As people type it in the night, or copy it from the screen or from JSON."""
    assert parse_past(text, BERLIN, datetime(2026, 11, 24, 23, 40, tzinfo=UTC)) == moment


@pytest.mark.parametrize(
    "text", ["2:13", "25:00", "2026-02-30 02:13", "02:13 Z", "2026-11-24 02:13 CET", "now", ""]
)
def test_what_is_no_moment_to_ask_back_to(text: str) -> None:
    """Refused with a sentence."""
    with pytest.raises(ValueError, match=r"is not a (time|moment of the calendar)"):
        parse_past(text, BERLIN, datetime(2026, 11, 24, 23, 40, tzinfo=UTC))


def test_a_day_of_the_calendar() -> None:
    """A day is a day of the calendar or none."""
    assert parse_day("2026-11-24").isoformat() == "2026-11-24"
    with pytest.raises(ValueError, match="2026-02-30 is not a day"):
        parse_day("2026-02-30")


@pytest.mark.parametrize(
    "name", ["Europe/Berln", "Europe", "../etc/passwd", "/etc/passwd", "", "UTC\x00", "a" * 5_000]
)
def test_what_is_no_zone(name: str) -> None:
    """A directory, a path, nothing: no zone, and no other error."""
    with pytest.raises(ValueError, match="is not a time zone"):
        parse_zone(name)


def test_a_time_of_the_week() -> None:
    """Three letters and a time, in any case."""
    assert parse_week_point("FRI 16:00") == (4, 16, 0)
    assert parse_week_point("mon 08:30") == (0, 8, 30)


@pytest.mark.parametrize("text", ["FRIDAY 16:00", "FRI", "FRI 24:00", "FRI 16:60", "16:00 FRI", ""])
def test_what_is_no_time_of_the_week(text: str) -> None:
    """24:00 is the next day's 00:00."""
    with pytest.raises(ValueError, match="is not a time of the week"):
        parse_week_point(text)


@pytest.mark.parametrize(
    ("text", "number"), [("1%", 0.01), ("0.01", 0.01), ("250", 250.0), ("-1", -1.0), ("0", 0.0)]
)
def test_a_number_or_a_share(text: str, number: float) -> None:
    """1% is 0.01, as a rate of errors is."""
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e9", "1 %", "%", "1,5", "9" * 20])
def test_what_is_no_number(text: str) -> None:
    """Nothing a comparison would be surprised by."""
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text)
