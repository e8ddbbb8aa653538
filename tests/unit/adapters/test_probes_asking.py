"""What a server asks of us while it answers: to wait, and how long that counts."""

from datetime import UTC, datetime, timedelta

import pytest

from gonogo.adapters.probes.asking import RETRY_LIMIT, asked_to_wait
from gonogo.adapters.probes.interface import Answer

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
SOON = "Tue, 24 Nov 2026 20:31:00 GMT"
RESET = str(int((NOW + timedelta(seconds=30)).timestamp()))


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"retry-after": "7"}, 7),
        (503, {"retry-after": SOON}, 60),
        (503, {"retry-after": SOON, "date": "Tue, 24 Nov 2026 20:30:50 GMT"}, 10),
        (503, {"retry-after": "99999999999999999999"}, RETRY_LIMIT.total_seconds()),
        (503, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, RETRY_LIMIT.total_seconds()),
        (503, {"retry-after": "Tue, 24 Nov 2020 20:31:00 GMT"}, None),
        (503, {"retry-after": "-5"}, None),
        (503, {"retry-after": "soon"}, None),
        (503, {"retry-after": "٣"}, None),
        (503, {"retry-after": "0"}, None),
        (503, {}, None),
        (200, {"retry-after": "7"}, None),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}, 30),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": RESET}, 30),
        (403, {"x-ratelimit-remaining": "9", "x-ratelimit-reset": RESET}, None),
        (404, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}, None),
    ],
)
def test_a_server_may_ask_to_be_left_alone(status: int, headers: dict[str, str], expected: float | None) -> None:
    """By seconds, by a date of its own clock, or by an account of requests that is spent; within bounds."""
    found = asked_to_wait(Answer(status, tuple(headers.items()), b"", "", 0.0), NOW)
    assert (found.total_seconds() if found else None) == expected
