"""What a server asks of us while it answers: to wait, and for how long; and another credential."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gonogo.io.config import Auth, Config
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.asking import RETRY_LIMIT, Asking, ask_as, asked_to_wait
from gonogo.testing.clock import FakeClock

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


def test_a_token_that_ran_out_is_renewed_within_the_question(tmp_path: Path) -> None:
    """Its command is run again and the question asked once more: a cell is not silent until its next turn."""
    runs = tmp_path / "runs"
    program = f"import os; open({str(runs)!r}, 'a').write('x'); print('token', os.path.getsize({str(runs)!r}))"
    auth = Auth("pay", ("pay.test",), command=(sys.executable, "-c", program))
    now, accepted, offered = [0.0], ["token 1"], list[str]()

    async def fetch(request: Request) -> Answer | Failure:
        assert request.credential is not None
        offered.append(request.credential.value.reveal())
        return Answer(200 if offered[-1] == accepted[0] else 401, (), b"", "", 0.0)

    async def question(asking: Asking, request: Request) -> int:
        answer = await asking(request)
        assert isinstance(answer, Answer)
        return answer.status

    async def scenario() -> list[object]:
        credentials, request = Credentials(Config(auth={"pay": auth}), lambda: now[0]), Request("", deadline=5.0)
        found: list[object] = []
        for seconds, token in ((0.0, "token 1"), (60.0, "token 2"), (61.0, "token 9")):
            now[0], accepted[0] = seconds, token
            found.append((await ask_as("pay", credentials, fetch, request, FakeClock(), question))[0])
        return found

    assert asyncio.run(scenario()) == [200, 200, 401]
    assert offered == ["token 1", "token 1", "token 2", "token 2"]
