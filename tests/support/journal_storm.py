"""Many sessions of several accounts that append to one journal at once, and a hand that kills them.

Each account has a nursery: a process with everything imported that forks its sessions, so that a killed one
is back at once and the machine spends its time on appends.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support.shared_install import Argument, popen_as

# A session writes the id of each acknowledged append, and the seconds it took, to a file of its own; when it is
# started again it goes on after the last one there.
NURSERY = """
import os, signal, sys, time
from pathlib import Path
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal
from gonogo.events import Draft, EventId

root, release, acks, count = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])

def session(name):
    path = acks / name
    ack = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    os.fchmod(ack, 0o644)
    done = path.read_bytes().count(b"\\n")
    journal = DirectoryJournal.open(root, release, UnixIdentity(), SystemClock(), "cli", lock_timeout=30)
    for number in range(done, count):
        draft = Draft(EventId(f"{name}-{number}"), "item.ticked", f"item:{name}", {"title": "x" * 100})
        started = time.monotonic()
        (event,) = journal.transact(lambda tail: [draft])
        os.write(ack, f"{event.id} {event.seq} {time.monotonic() - started:.6f}\\n".encode())

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        session(line.strip())
        os._exit(0)
    print(pid, flush=True)
"""


class Crew(NamedTuple):
    """Sessions of one account."""

    user: str | None
    """None: the account the tests run as."""
    umask: int
    sessions: tuple[str, ...]


class Outcome(NamedTuple):
    """What the storm left."""

    acknowledged: Mapping[str, int]
    """Id of each append whose author was told so, to its number."""
    latencies: Sequence[float]
    kills: int
    seconds: float


def storm(
    python: Argument,
    root: Path,
    release: str,
    acks: Path,
    crews: Sequence[Crew],
    appends: int,
    *,
    kill_every: float | None = 0.05,
    deadline: float = 900,
) -> Outcome:
    """Let every session make its appends to the end while one at random is killed every `kill_every` seconds."""
    argv = [python, "-c", NURSERY, str(root), release, str(acks), str(appends)]
    chance = random.Random(7)
    kills = 0
    with _nurseries(argv, crews) as start:
        names = [name for crew in crews for name in crew.sessions]
        started = time.monotonic()
        running = {name: start(name) for name in names}
        had = dict.fromkeys(names, 0)  # acknowledged when it was last killed
        due = started + (kill_every or 0)
        while running:
            for name in [name for name, pid in running.items() if not _alive(pid)]:
                if _acknowledged(acks / name) < appends:
                    raise AssertionError(f"session {name} ended by itself")
                del running[name]
            if time.monotonic() - started > deadline:
                raise AssertionError(f"not done after {deadline} s: {sorted(running)}")
            if kill_every and running and time.monotonic() >= due:
                # whoever has done nothing since its last death is spared: the last one left would never get on
                alive = [name for name in sorted(running) if _acknowledged(acks / name) > had[name]]
                due += kill_every
                if not alive:
                    continue
                victim = chance.choice(alive)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running[victim], signal.SIGKILL)
                    kills += 1
                _wait_until_gone(running[victim])
                had[victim] = _acknowledged(acks / victim)
                if _acknowledged(acks / victim) < appends:
                    running[victim] = start(victim)
            time.sleep(0.005)
        seconds = time.monotonic() - started
    acknowledged, latencies = _collect(acks)
    return Outcome(acknowledged, latencies, kills, seconds)


@contextlib.contextmanager
def _nurseries(argv: Sequence[Argument], crews: Sequence[Crew]) -> Iterator[Callable[[str], int]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        home: dict[str, subprocess.Popen[str]] = {}
        for crew in crews:
            nursery = _start(argv, crew, pipes)
            stack.enter_context(nursery)
            home |= dict.fromkeys(crew.sessions, nursery)

        def start(name: str) -> int:
            nursery = home[name]
            assert nursery.stdin is not None
            assert nursery.stdout is not None
            nursery.stdin.write(name + "\n")
            nursery.stdin.flush()
            return int(nursery.stdout.readline())

        yield start


def _start(argv: Sequence[Argument], crew: Crew, pipes: Mapping[str, Any]) -> "subprocess.Popen[str]":
    if crew.user is not None:
        return popen_as(crew.user, argv, umask=crew.umask, **pipes)
    return subprocess.Popen(
        [os.fspath(argument) for argument in argv],
        umask=crew.umask,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while _alive(pid):
        if time.monotonic() > end:
            raise AssertionError(f"process {pid} survived kill -9")
        time.sleep(0.001)


def _acknowledged(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def _collect(acks: Path) -> tuple[dict[str, int], list[float]]:
    acknowledged: dict[str, int] = {}
    latencies = []
    for path in acks.iterdir():
        for line in path.read_text().splitlines():
            name, seq, seconds = line.split()
            acknowledged[name] = int(seq)
            latencies.append(float(seconds))
    return acknowledged, sorted(latencies)
