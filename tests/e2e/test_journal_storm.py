"""No acknowledged event is lost or doubled, whoever is killed whenever."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, init_shared, verify
from support.journal_storm import Crew, Outcome, storm
from support.shared_install import Accounts, SharedPython

pytestmark = pytest.mark.timeout(
    1_000
)  # thousands of durable appends: how long they take says how busy the disk is

RELEASE = "2026.11"
UMASKS = (0o007, 0o022, 0o077, 0o002)


def _assert_nothing_lost_or_doubled(root: Path, sessions: list[str], appends: int, outcome: Outcome) -> None:
    journal = DirectoryJournal.open(root, RELEASE, UnixIdentity(), SystemClock(), "cli", create=False)
    tail = journal.tail()
    assert tail.alarms == ()
    assert verify(journal.directory) == ()
    assert [event.seq for event in tail.events] == list(range(1, len(tail.events) + 1))
    expected = {f"{name}-{number}" for name in sessions for number in range(appends)}
    assert sorted(event.id for event in tail.events) == sorted(expected)
    assert {event.id: event.seq for event in tail.events} == outcome.acknowledged


def _room(tmp: Path) -> tuple[Path, Path]:
    acks, root = tmp / "acks", tmp / "journals"
    acks.mkdir()
    acks.chmod(0o1777)
    return acks, root


def test_sessions_of_one_account_survive_kill_9(tmp_path: Path) -> None:
    """Eight sessions share the account's one file; dead ones come back and go on."""
    acks, root = _room(tmp_path)
    sessions = [f"s{number}" for number in range(8)]
    crews = [Crew(None, umask, tuple(sessions[index::4])) for index, umask in enumerate(UMASKS)]

    outcome = storm(sys.executable, root, RELEASE, acks, crews, 50)

    assert outcome.kills > 0
    _assert_nothing_lost_or_doubled(root, sessions, 50, outcome)
    assert (root / RELEASE).stat().st_mode & 0o777 == 0o700


@pytest.mark.needs("accounts")
def test_sixteen_sessions_of_four_accounts_survive_kill_9(
    tmp_path_factory: pytest.TempPathFactory, shared_python: SharedPython, accounts: Accounts
) -> None:
    """200 appends each by 16 processes under four umasks, one of them killed every 50 ms."""
    acks, root = _room(_open_to_all(shared_python.root / f"storm-{os.urandom(4).hex()}"))
    init_shared(root, accounts.group, RELEASE, datetime(2026, 11, 24, tzinfo=UTC))
    crews = [
        Crew(user, umask, tuple(f"{user}-{number}" for number in range(4)))
        for user, umask in zip(accounts.names, UMASKS, strict=True)
    ]

    outcome = storm(shared_python.python, root, RELEASE, acks, crews, 200)

    sessions = [name for crew in crews for name in crew.sessions]
    assert outcome.kills > 0
    _assert_nothing_lost_or_doubled(root, sessions, 200, outcome)
    owners = {path.stat().st_uid for path in (root / RELEASE).glob("*.jsonl")}
    assert owners == {accounts.uid(name) for name in accounts.names}


def _open_to_all(path: Path) -> Path:
    path.mkdir()
    path.chmod(0o755)
    return path
