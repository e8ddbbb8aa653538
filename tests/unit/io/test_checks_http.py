"""`http` checks over real connections: what an answer is, and that waiting for one is seen and can be stopped."""

import socket
import threading
from collections.abc import Callable

import pytest

from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding, Progress
from gonogo.io.checks.http import ask
from gonogo.io.http.door import Door
from gonogo.testing.clock import FakeClock
from support.servers import Canned, raw_endpoint, serving


def _asked(url: str, expect: int = 200, contains: str = "", **more: Callable[..., object]) -> Finding:
    return ask(Door(), url, expect, contains, 20.0, FakeClock(), **more)  # type: ignore[arg-type]  # one dict, two types


@pytest.mark.parametrize(
    ("path", "expect", "outcome", "summary"),
    [
        ("/health", 200, CheckOutcome.PASSED, "200 OK"),
        ("/gone", 200, CheckOutcome.FAILED, "404 Not Found, expected 200"),
        ("/gone", 404, CheckOutcome.PASSED, "404 Not Found"),
        ("/moved", 302, CheckOutcome.PASSED, "302 Found"),
        ("/moved", 200, CheckOutcome.FAILED, "302 Found, expected 200: it leads to /login"),
        (
            "/away",
            200,
            CheckOutcome.FAILED,
            "301 Moved Permanently, expected 200: it leads to https://sso.example/in?…",
        ),
    ],
)
def test_a_redirect_is_an_answer_and_no_way_to_another_one(
    path: str, expect: int, outcome: CheckOutcome, summary: str
) -> None:
    """A log-in page that says 200 is not the health of a service."""
    moved = Canned(status=302, headers={"Location": "/login?next=secret"})
    away = Canned(status=301, headers={"Location": "https://sso.example/in?token=secret"})
    answers = {"/health": Canned(b"ok"), "/login": Canned(b"please log in"), "/moved": moved, "/away": away}
    with serving(answers) as fixture:
        finding = _asked(fixture.url(path), expect)

    assert (finding.outcome, finding.summary) == (outcome, summary)


def test_waiting_is_told_and_can_be_stopped() -> None:
    """Whoever waits for a server that says nothing sees for how long, and need not wait to the end."""
    stop = threading.Event()
    told: list[Progress] = []

    def hear(progress: Progress) -> None:
        told.append(progress)
        stop.set()

    def says_nothing(_: socket.socket, over: threading.Event) -> None:
        over.wait(60)

    with raw_endpoint(says_nothing) as port:
        finding = _asked(f"http://127.0.0.1:{port}/", cancelled=stop.is_set, progress=hear)

    assert (finding.outcome, finding.summary) == (CheckOutcome.UNKNOWN, "stopped by hand before it answered")
    assert [(one.seconds >= 1, one.line) for one in told] == [(True, "no answer yet")]
