"""Break-glass with two real accounts: one asks, the other confirms, and every screen says so."""

import json

import pytest

from e2e.test_authority_forged import Desk
from support.shared_install import Accounts, SharedPython

pytestmark = pytest.mark.needs("accounts")


def test_two_accounts_break_the_glass_and_status_why_and_report_say_so(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """The request waives nothing; the second account's confirmation does."""
    desk = Desk(shared_python, accounts)
    found = json.loads(desk.gonogo(desk.alice, "why", "--env", "production", "--json").stdout)
    named = [f"{one['rule']}:{one['subject']}" for one in (*found["blockers"], *found["unknowns"])]
    words = ("break-glass", "production", *named, "--reason", "checkout is down, the fix is ready")
    asked = desk.gonogo(desk.alice, *words)
    assert asked.returncode == 0, asked.stderr
    waiting = json.loads(desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout)
    assert (waiting["break_glass"][0]["waits"], waiting["waived"]) == (True, [])
    own = desk.gonogo(desk.alice, "break-glass", "confirm", "production")
    assert own.returncode != 0

    shown = desk.gonogo(desk.bob, "break-glass", "confirm", "production", "--json")
    code = json.loads(shown.stdout)["confirm"]
    done = desk.gonogo(desk.bob, "break-glass", "confirm", "production", "--confirm", code)

    assert done.returncode == 0, done.stderr
    now = json.loads(desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout)
    assert now["break_glass"][0]["in_force"]
    assert all(one["waived"]["break_glass"] for one in now["waived"])
    assert len(now["waived"]) == len(named)
    assert "BREAK-GLASS" in desk.gonogo(desk.carol, "status").stdout
    report = json.loads(desk.gonogo(desk.carol, "report", "--json").stdout)
    assert "break_glass" in report["sections"]
