"""Waiting for the journal: bounded, told in words, never broken by force."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.errors import BusyError, ConfigError
from gonogo.io.host.identity_unix import account_name
from gonogo.io.journal import lock

HOLDER = """
import sys, time
from pathlib import Path
from gonogo.io.journal import lock
with lock.held(Path(sys.argv[1]), 5, create=True):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def _holder(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(directory)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()


def _take(directory: Path, timeout: float = 0.05) -> None:
    with lock.held(directory, timeout):
        pass


def _wait_until_stopped(pid: int) -> None:
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_stopped_holder_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Somebody pressed Ctrl-Z in the middle of an append: who, which process, and how to go on."""
    with _holder(tmp_path) as child:
        child.send_signal(signal.SIGSTOP)
        _wait_until_stopped(child.pid)

        with pytest.raises(BusyError) as caught:
            _take(tmp_path)

        user = account_name(os.getuid())
        assert f"the journal is held by {user}, pid {child.pid}, stopped, started 00:0" in caught.value.message
        assert caught.value.message.endswith(" ago; nothing was recorded")
        assert (
            caught.value.remedy == f"{user} resumes it (fg) or ends it: kill -CONT {child.pid} or kill {child.pid}"
        )


def test_the_wait_ends_at_its_deadline(tmp_path: Path) -> None:
    """Not at the holder's pleasure."""
    with _holder(tmp_path):
        started = time.monotonic()

        with pytest.raises(BusyError):
            _take(tmp_path, 0.3)

        assert time.monotonic() - started >= 0.3


def test_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    """No file must ever be removed by hand."""
    with _holder(tmp_path) as child:
        child.kill()
        child.wait()

        _take(tmp_path, 5)


def test_the_wait_can_be_interrupted(tmp_path: Path) -> None:
    """Signals are held back while the lock is held, not while it is waited for."""
    with _holder(tmp_path):
        waiting = subprocess.Popen(
            [sys.executable, "-c", HOLDER.replace("5, create", "60, create"), str(tmp_path)],
            stderr=subprocess.PIPE,
        )
        with waiting:
            try:
                _wait_until_it_waits(waiting.pid)
                waiting.send_signal(signal.SIGTERM)
                assert waiting.wait(10) == -signal.SIGTERM
            finally:
                waiting.kill()


def _wait_until_it_waits(pid: int) -> None:
    end = time.monotonic() + 10
    while not any(_leads_to_lock(one) for one in Path(f"/proc/{pid}/fd").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.005)


def _leads_to_lock(descriptor: Path) -> bool:
    try:
        return str(descriptor.readlink()).endswith("/.lock")
    except FileNotFoundError:
        return False  # closed since it was listed


def test_a_holder_that_cannot_be_seen_is_somebody(tmp_path: Path) -> None:
    """In another namespace, or already gone: no guess is made."""
    path = tmp_path / ".lock"
    path.touch()
    inode = path.stat().st_ino
    text = (
        f"1: FLOCK  ADVISORY  WRITE 0 00:2a:{inode} 0 EOF\n"
        f"1: -> FLOCK  ADVISORY  WRITE 17 00:2a:{inode} 0 EOF\n"
        f"2: POSIX  ADVISORY  WRITE 18 00:2a:{inode} 0 EOF\n"
        "3: FLOCK  ADVISORY  WRITE 19 00:2a:1 0 EOF\nnonsense\n"
    )

    assert lock.holders(path, text, tmp_path) == (lock.Holder("somebody", 0, "", 0.0),)
    assert lock.holders(tmp_path / "missing", text) == ()


def test_a_missing_lock_file_is_no_lock(tmp_path: Path) -> None:
    """In a shared journal a participant must not make one: whoever owns it could exchange it."""
    with pytest.raises(ConfigError, match="no lock file"):
        _take(tmp_path)


def test_a_lock_file_exchanged_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    """Two people must never hold locks on two different files."""
    path = tmp_path / ".lock"
    path.touch()
    with lock.held(tmp_path, 1):
        path.unlink()
        path.touch()
        _take(tmp_path, 1)
    with lock.held(tmp_path, 1), pytest.raises(BusyError):
        _take(tmp_path)
