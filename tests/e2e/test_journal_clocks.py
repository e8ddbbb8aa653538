"""A wrong clock of one session satisfies no soak, outlives no expiry, and stops nobody else."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from e2e.test_journal_forgery import Desk
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = [pytest.mark.needs("accounts"), pytest.mark.needs("faketime")]

PLAN = """\
release: "2026.11"
environments:
  staging: {{soak: 24h}}
  production: {{after: [staging], production: true}}
products:
  web: {{version: 1.0.0, migration: none, probe: "http://127.0.0.1:{port}/{{environment}}"}}
people:
  ana: {{name: Ana, account: {alice}, roles: [quality]}}
checklist:
  Before:
    - {{id: smoke, title: Smoke}}
"""


class _Version(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = json.dumps({"version": "1.0.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """An endpoint at which the planned version runs everywhere."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Version) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts, port: int) -> Desk:
    """A plan with a soak of a day."""
    made = Desk(shared_python, accounts)
    made.plan.write_text(PLAN.format(alice=made.alice, port=port), encoding="utf-8")
    return made


def _under(desk: Desk, user: str, shift: str, *words: str) -> Any:
    words = (*words, "--plan", str(desk.plan), "--journal", str(desk.root))
    return as_user(user, ["faketime", "-f", shift, desk.python.gonogo, *words], timeout=60)


def _events(desk: Desk, kind: str) -> list[dict[str, Any]]:
    events = json.loads(desk.gonogo(desk.carol, "log", "--json").stdout)["events"]
    return [event for event in events if event["kind"] == kind]


def _why(desk: Desk, user: str) -> set[str]:
    done = desk.gonogo(user, "why", "--env", "production", "--json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    return {one["rule"] for name in ("blockers", "unknowns", "warnings") for one in found[name]}


def _transition(at: datetime) -> dict[str, object]:
    data = {"versions": ["1.0.0"], "status": "succeeded", "source": "http", "before": []}
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"kind": "cell.changed", "subject": "cell:web/staging", "data": data, "ts": stamp}


@pytest.mark.parametrize("shift", ["-2d", "+2d", "+10y"])
def test_a_session_with_a_wrong_clock_records_no_transition_and_no_decision(desk: Desk, shift: str) -> None:
    """It is told so, and holding is still everybody's; the others go on, and their soak has not begun."""
    looked = _under(desk, desk.bob, shift, "status")

    assert looked.returncode != 0
    assert "the clock of this session is" in looked.stdout
    assert _events(desk, "cell.changed") == []
    ticked = _under(desk, desk.bob, shift, "tick", "smoke")
    assert ticked.returncode == 3
    assert "nothing is decided by it" in ticked.stderr
    assert _events(desk, "item.ticked") == []
    assert _under(desk, desk.bob, shift, "note", "smoke", "strange").returncode == 0
    assert desk.gonogo(desk.alice, "tick", "smoke").returncode == 0
    desk.gonogo(desk.carol, "status")
    assert len(_events(desk, "cell.changed")) == 2
    assert {"soak.short", "clock.skew"} <= _why(desk, desk.carol)


def test_a_record_that_is_dated_back_by_hand_begins_no_soak_before_it_was_written(desk: Desk) -> None:
    """The kernel knows when the file was written last."""
    desk.forge(desk.bob, _transition(datetime.now(UTC) - timedelta(days=2)))

    assert {"soak.short", "clock.skew"} <= _why(desk, desk.carol)


def test_a_record_from_the_future_stops_nobody_and_advances_nothing(desk: Desk, accounts: Accounts) -> None:
    """It is marked, its author's alone; the chain goes on with the right time."""
    before = datetime.now(UTC)
    desk.forge(desk.bob, _transition(before + timedelta(days=10)))

    assert desk.gonogo(desk.alice, "tick", "smoke").returncode == 0
    assert desk.verify(desk.carol).returncode == 0
    (forged, *_), (ticked,) = _events(desk, "cell.changed"), _events(desk, "item.ticked")
    assert "ahead of the kernel's" in forged["flaw"]
    assert ticked["flaw"] == ""
    for event in (forged, ticked):
        assert before <= datetime.fromisoformat(event["at"]) + timedelta(seconds=1)
        assert datetime.fromisoformat(event["at"]) <= datetime.now(UTC)
    assert {"soak.short", "clock.skew"} <= _why(desk, desk.carol)


def test_the_modification_time_that_an_owner_can_set_is_not_believed(desk: Desk, accounts: Accounts) -> None:
    """`touch` sets mtime to any time; the kernel notes when."""
    desk.forge(desk.bob, _transition(datetime.now(UTC) - timedelta(days=2)))
    (file,) = desk.directory.glob(f"{accounts.uid(desk.bob)}-*.jsonl")
    assert as_user(desk.bob, ["touch", "-d", "2 days ago", file]).returncode == 0
    assert datetime.now(UTC).timestamp() - file.stat().st_mtime > 86400

    assert {"soak.short", "clock.skew"} <= _why(desk, desk.carol)
