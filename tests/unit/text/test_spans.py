"""Lengths of time as people say them."""

from datetime import timedelta

import pytest

from gonogo.text.spans import age, span


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "0s", "0s"),
        (59, "59s", "59s"),
        (60, "1m", "1m"),
        (61, "1m 01s", "1m"),
        (3599, "59m 59s", "59m"),
        (3600, "1h", "1h"),
        (3600 * 2 + 300, "2h 05m", "2h"),
        (86400, "1d", "1d"),
        (86400 * 9 + 3600 * 5, "9d 5h", "9d"),
    ],
)
def test_a_length_is_said_in_at_most_two_units(seconds: int, long: str, short: str) -> None:
    """Never rounded up: an age is not older and a wait not shorter than it is."""
    assert span(timedelta(seconds=seconds)) == long
    assert age(timedelta(seconds=seconds)) == short
