"""The time of an event lies between its predecessor's and what the kernel says of the files."""

from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.events import Event
from gonogo.io.host.clock_system import SystemClock, kernel_now, skew
from gonogo.io.journal.times import Times
from gonogo.testing.clock import START
from gonogo.testing.events import make_event

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def _at(seq: int, at: datetime) -> Event:
    return replace(make_event(seq), at=at)


def test_times_that_agree_with_the_kernel_stay_as_they_are() -> None:
    """Nothing is said of them, however long ago they were written."""
    events = [_at(1, START), _at(2, START + DAY), _at(3, START + DAY + MINUTE / 2)]

    assert Times().judge(events, {2: START + DAY, 3: START + DAY + MINUTE}) == events


def test_an_event_from_the_future_is_cut_to_the_change_of_its_file_and_decides_nothing() -> None:
    """Only that one: what follows keeps its time."""
    first, future, after = Times().judge(
        [_at(1, START), _at(2, START + 10 * DAY), _at(3, START + 2 * MINUTE)],
        {2: START + MINUTE, 3: START + 2 * MINUTE},
    )

    assert (future.at, bool(future.doubt), future.flaw) == (START + MINUTE, True, future.doubt)
    assert future.skew.startswith("its time is 9d 23h ahead of the kernel's")
    assert (first.skew, after.skew, after.at) == ("", "", START + 2 * MINUTE)


def test_a_file_that_ends_later_bounds_what_was_written_before_it() -> None:
    """The author went on writing: the file of a colleague who wrote next tells when that was at the latest."""
    (event, _, _) = Times().judge(
        [_at(1, START + DAY), _at(2, START), _at(3, START + 2 * DAY)], {2: START, 3: START + 2 * DAY}
    )

    assert (event.at, bool(event.doubt)) == (START, True)


def test_an_event_before_its_predecessor_takes_that_ones_time() -> None:
    """It is marked, and what it decides still counts: its author may be right and the other one wrong."""
    _, late = Times().judge([_at(1, START), _at(2, START - DAY)], {1: START, 2: START})

    assert (late.at, late.flaw) == (START, "")
    assert late.skew.startswith("its time is 1d before that of the event it follows")


def test_the_newest_event_of_a_file_has_lasted_only_since_the_file_changed() -> None:
    """Dated back two days and written now: a soak counts from now."""
    (event,) = Times().judge([_at(1, START - 2 * DAY)], {1: START})

    assert (event.at, event.counts_from, event.flaw) == (START - 2 * DAY, START, "")
    assert "its file was changed 2d after the time it gives" in event.skew


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=20), st.integers(0, 20))
def test_no_time_goes_back_and_none_is_after_the_last_change(hours: list[int], bound: int) -> None:
    """Whatever their authors claim."""
    events = [_at(number, START + timedelta(hours=hour)) for number, hour in enumerate(hours, 1)]
    changed = START + timedelta(hours=bound)

    judged = Times().judge(events, {len(events): changed})

    times = [event.at for event in judged]
    assert times == sorted(times)
    assert max(times) <= changed


def test_the_kernel_keeps_the_time_of_this_host(tmp_path: Path) -> None:
    """Read from its files; where it tells none nothing is said."""
    now = SystemClock().now()

    assert skew(now) == timedelta(0)
    assert abs(skew(now + DAY) - DAY) < MINUTE
    assert abs(skew(now - DAY) + DAY) < MINUTE
    assert kernel_now(tmp_path) is None
    assert skew(now + DAY, tmp_path) == timedelta(0)
