"""The sequencer: a kernel lock on a file that is never written.

It dies with the process that holds it and is never broken by age.
"""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from msgspec import Struct

from gonogo.errors import BusyError, ConfigError, NotPermittedError, StorageError
from gonogo.io.host.identity_unix import account_name
from gonogo.io.journal.layout import LOCK
from gonogo.text import clean

_HELD_BACK = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGTSTP}
"""Signals that wait until the lock is given back: half an append helps nobody, a stopped holder hurts all."""
_Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | signal.Handlers | None
_NAP, _SHORT_NAP, _PATIENCE = 0.008, 0.004, 0.1
"""Seconds. Longer naps, or such that grow with the wait, starve whoever was unlucky (16 busy sessions: worst wait
1.3 s instead of 0.5 s); shorter ones eat the processor that the holder needs."""
_STATES = {"T": "stopped", "t": "stopped by a debugger", "D": "waiting for the disk", "Z": "dead"}


class Holder(Struct, frozen=True):
    """Who has the lock, as far as the kernel tells."""

    user: str
    pid: int
    state: str
    """Why it does not go on, such as `stopped`; "" when it runs."""
    age: float
    """Seconds since the process was started."""


@contextmanager
def held(directory: Path, timeout: float, *, create: bool = False) -> Iterator[None]:
    """Hold the journal's lock. Signals that would end or stop this thread wait meanwhile.

    Raises BusyError after `timeout` seconds, NotPermittedError, ConfigError (no lock file), StorageError.
    """
    path = directory / LOCK
    deadline = time.monotonic() + timeout
    while True:
        descriptor = _open(path, create=create)
        try:
            with _taken(descriptor, path, deadline) as taken:
                if taken:
                    yield
                    return
        finally:
            os.close(descriptor)


def holders(path: Path, locks: str | None = None, proc: Path = Path("/proc")) -> tuple[Holder, ...]:
    """Who holds a kernel lock on `path`; empty when it cannot be told. `locks` is the text of /proc/locks."""
    try:
        facts = path.stat()
        text = (proc / "locks").read_text(encoding="ascii", errors="replace") if locks is None else locks
    except OSError:
        return ()
    found = []
    for line in text.splitlines():
        fields = line.split()
        # 1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF; a waiter has `->` in second place.
        # The device is not compared: some file systems show another one here than to stat.
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(facts.st_ino):
            found.append(_holder(int(fields[4]) if fields[4].isdecimal() else 0, proc))
    return tuple(found)


def _open(path: Path, *, create: bool) -> int:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | (os.O_CREAT if create else 0)
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError as error:
        raise ConfigError(
            "the journal has no lock file", where=str(path), remedy="run gonogo journal init again, as root"
        ) from error
    except PermissionError as error:
        raise NotPermittedError(
            "this account may not record anything here",
            where=str(path.parent),
            remedy=f"ask an administrator to put {account_name(os.getuid())} into the journal's group",
        ) from error
    except OSError as error:
        raise StorageError(f"the lock cannot be opened: {error.strerror}", where=str(path)) from error


@contextmanager
def _taken(descriptor: int, path: Path, deadline: float) -> Iterator[bool]:
    """Whether the lock is ours; not when the file at `path` has become another one. Raises BusyError."""
    started = time.monotonic()
    while True:
        # between two attempts nothing is held, so ^C may end the wait
        with _signals_wait():
            if _try(descriptor):
                try:
                    yield _is_at(descriptor, path)
                finally:
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
                return
        now = time.monotonic()
        if now >= deadline:
            raise _busy(path, now - started)
        time.sleep(min(_nap(now - started), deadline - now))


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let what would end or stop the program wait until the end of the block, and then happen.

    This thread's mask is not enough: with a second thread the kernel gives the signal to that one, and Python runs
    the handler in the main thread all the same. There each signal is noted meanwhile, and raised again afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    noted: list[int] = []
    handlers = _noted_in(noted)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number in dict.fromkeys(noted):
            signal.raise_signal(number)


def _noted_in(noted: list[int]) -> dict[int, _Handler]:
    """Note the signals in `noted` from now on; the handlers they had. None where this is not the main thread.

    None either where an event loop has them: it is told by the kernel's own handler, and would hear of each twice.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    loop = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(loop)
    if loop != -1:
        return {}
    had: dict[int, _Handler] = {}
    for number in _HELD_BACK:
        handler = signal.getsignal(number)
        # what is ignored stays so; a handler that Python did not set (None) cannot be set again
        if handler not in (signal.SIG_IGN, None):
            signal.signal(number, lambda number, _frame: noted.append(number))
            had[number] = handler
    return had


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StorageError(f"the lock cannot be had: {error.strerror}") from error
    return True


def _nap(waited: float) -> float:
    """Seconds to the next attempt: never the same for two who wait, and shorter for who has waited long."""
    jitter = (1 + os.urandom(1)[0]) / 256
    return jitter * (_NAP if waited < _PATIENCE else _SHORT_NAP)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False


def _busy(path: Path, waited: float) -> BusyError:
    who = holders(path)
    if not who:
        return BusyError(
            f"the journal is held by somebody for more than {waited:.0f} s; nothing was recorded",
            where=str(path.parent),
            remedy="try again; the lock goes with the process that holds it",
        )
    first = who[0]
    state = f", {first.state}" if first.state else ""
    minutes, seconds = divmod(int(first.age), 60)
    since = f", started {minutes:02d}:{seconds:02d} ago" if first.pid else ""
    remedy = "try again; the lock goes with the process that holds it"
    if first.state.startswith("stopped"):
        remedy = f"{first.user} resumes it (fg) or ends it: kill -CONT {first.pid} or kill {first.pid}"
    return BusyError(
        f"the journal is held by {first.user}, pid {first.pid}{state}{since}; nothing was recorded",
        where=str(path.parent),
        remedy=remedy,
    )


def _holder(pid: int, proc: Path) -> Holder:
    """Facts of a process; unknown ones are left out when it is gone, hidden or in another namespace."""
    place = proc / str(pid)
    try:
        user = account_name(place.stat().st_uid)
        fields = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()
        ticks, uptime = int(fields[19]), float((proc / "uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return Holder("somebody", pid, "", 0.0)
    state = _STATES.get(fields[0], "")
    return Holder(clean(user, 64), pid, state, max(0.0, uptime - ticks / os.sysconf("SC_CLK_TCK")))
