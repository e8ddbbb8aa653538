"""What an account has seen is remembered: whoever cuts it off later is told, whatever it was seen with."""

import os
import select
import time
from collections.abc import Callable

import pytest

from e2e.test_journal_forgery import Desk
from support.shared_install import Accounts, SharedPython, popen_as

pytestmark = pytest.mark.needs("accounts")

NEWEST = 3
"""Events that bob has recorded last, in a row: all of them are his to cut."""


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Desk:
    """Bob's are the newest events, and nobody else has looked since."""
    made = Desk(shared_python, accounts)
    for number in range(1, NEWEST):
        assert made.gonogo(made.bob, "note", "smoke", f"more {number}").returncode == 0
    return made


def _command(*words: str) -> Callable[[Desk], None]:
    def look(desk: Desk) -> None:
        desk.gonogo(desk.alice, *words)

    return look


def _cockpit(desk: Desk) -> None:
    """Open it, see the checklist, and lose the terminal and the process at once."""
    main, terminal = os.openpty()
    argv: list[str | os.PathLike[str]] = [desk.python.gonogo, "--plan", desk.plan, "--journal", desk.root]
    child = popen_as(desk.alice, argv, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
    with child:
        os.close(terminal)
        try:
            _read_until(main, b"Smoke")
        finally:
            child.kill()
            os.close(main)


def _read_until(descriptor: int, wanted: bytes) -> None:
    shown, end = b"", time.monotonic() + 60
    while wanted not in shown:
        assert time.monotonic() < end, shown[-2000:]
        if select.select([descriptor], [], [], 1)[0]:
            shown += os.read(descriptor, 65536)


LOOKS: dict[str, Callable[[Desk], None]] = {
    "verify": _command("journal", "verify"),
    "status": _command("status"),
    "log": _command("log"),
    "go": _command("go", "production"),
    "tick": _command("tick"),
    "note": _command("note", "smoke", ""),
    "cockpit": _cockpit,
}


@pytest.mark.parametrize("name", LOOKS)
def test_every_suffix_that_is_cut_after_a_look_is_named(desk: Desk, accounts: Accounts, name: str) -> None:
    """One event, two, all of them: who saw the last one is told that it is gone, and records nothing on top."""
    (file,) = desk.directory.glob(f"{accounts.uid(desk.bob)}-*.jsonl")
    LOOKS[name](desk)
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) == NEWEST
    last = 1 + NEWEST
    for kept in range(NEWEST):
        os.truncate(file, len(b"".join(lines[:kept])))

        checked = desk.verify(desk.alice)
        assert checked.returncode == 6
        gone = f"#{last} ({desk.bob}, item.noted item:smoke) was seen here and is gone"
        if name == "go":  # that it was refused is an event of alice's, after those that are cut
            gone = f"event {2 + kept} is missing"
        assert gone in checked.stdout
        refused = desk.gonogo(desk.alice, "note", "smoke", "on top")
        assert refused.returncode == 6
        assert gone in refused.stderr
        file.write_bytes(whole)
        assert desk.verify(desk.alice).returncode == 0


def test_another_event_in_its_place_is_told(desk: Desk, accounts: Accounts) -> None:
    """Cut, and written anew before anybody looks again: the number is there, what was seen is not."""
    (file,) = desk.directory.glob(f"{accounts.uid(desk.bob)}-*.jsonl")
    desk.gonogo(desk.alice, "log")
    os.truncate(file, len(b"".join(file.read_bytes().splitlines(keepends=True)[:-1])))
    assert desk.gonogo(desk.carol, "note", "smoke", "I have never seen it").returncode == 0

    checked = desk.verify(desk.alice)

    assert checked.returncode == 6
    assert "was seen here and is gone: another event 4 stands in its place" in checked.stdout


def test_a_memory_that_cannot_be_kept_is_a_warning(desk: Desk) -> None:
    """Looking goes on, and says what it can no longer promise."""
    looked = desk.gonogo(desk.alice, "log", env={"XDG_STATE_HOME": "/proc"})

    assert looked.returncode == 0
    assert "what was seen cannot be remembered in /proc/gonogo/heads/" in looked.stderr
