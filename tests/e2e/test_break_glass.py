"""Break-glass with two real accounts: one asks, the other confirms, and every screen says so."""

import json
import subprocess

import pytest

from e2e.test_authority_forged import Desk
from support.shared_install import Accounts, SharedPython, as_user

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


def _blockers(desk: Desk) -> tuple[str, ...]:
    """What stands against production, each by its name."""
    found = json.loads(desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout)
    return tuple(f"{one['rule']}:{one['subject']}" for one in (*found["blockers"], *found["unknowns"]))


def _ask(desk: Desk) -> tuple[str, ...]:
    return ("break-glass", "production", *_blockers(desk), "--reason", "checkout is down, the fix is ready")


def _waived(desk: Desk) -> list[object]:
    found = json.loads(desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout)
    return list(found["waived"])


CONFIRM = ("break-glass", "confirm", "production")


def test_the_second_account_of_one_human_cannot_confirm_its_own_request(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """Two accounts of one person in `people` are one human, whichever of the two asks; a second human can."""
    desk = Desk(shared_python, accounts, start=False)
    ana, ben = (f"account: {desk.alice}", f"account: {desk.bob}")
    text = desk.plan.read_text(encoding="utf-8")
    text = text.replace(ana, f"{ana}, also: [{desk.bob}]").replace(ben, f"account: {desk.carol}")
    desk.plan.write_text(text, encoding="utf-8")
    assert desk.gonogo(desk.alice, "start").returncode == 0
    assert desk.gonogo(desk.bob, *_ask(desk)).returncode == 0

    code = json.loads(desk.gonogo(desk.carol, *CONFIRM, "--json").stdout)["confirm"]
    refused = desk.gonogo(desk.alice, *CONFIRM, "--confirm", code)

    assert refused.returncode == 77, refused.stderr
    assert "break-glass needs a second person" in refused.stderr
    assert _waived(desk) == []
    done = desk.gonogo(desk.carol, *CONFIRM, "--confirm", code)
    assert done.returncode == 0, done.stderr
    assert _waived(desk)


def _under(desk: Desk, user: str, shift: str, *words: str) -> "subprocess.CompletedProcess[str]":
    words = (*words, "--plan", str(desk.plan), "--journal", str(desk.root))
    return as_user(user, ["faketime", "-f", shift, desk.python.gonogo, *words], timeout=60)


@pytest.mark.needs("faketime")
@pytest.mark.parametrize("shift", ["-20m", "+20m"])
def test_a_session_with_a_wrong_clock_neither_asks_nor_confirms(
    shared_python: SharedPython, accounts: Accounts, shift: str
) -> None:
    """Neither does it keep a request alive that has expired, nor end one early; ending stays everybody's."""
    desk = Desk(shared_python, accounts)
    refused = _under(desk, desk.alice, shift, *_ask(desk))
    assert (refused.returncode, "clock" in refused.stderr) == (3, True), refused.stderr
    assert desk.gonogo(desk.alice, *_ask(desk)).returncode == 0
    shown = json.loads(desk.gonogo(desk.bob, *CONFIRM, "--json").stdout)

    refused = _under(desk, desk.bob, shift, *CONFIRM, "--confirm", shown["confirm"])

    assert refused.returncode == 3, refused.stderr
    assert _waived(desk) == []
    assert desk.gonogo(desk.bob, *CONFIRM, "--confirm", shown["confirm"]).returncode == 0
    assert _waived(desk)
    assert _under(desk, desk.bob, shift, "break-glass", "end", "production").returncode == 0
    assert _waived(desk) == []
