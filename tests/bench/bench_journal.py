"""Figures of the journal on this machine; as root, since it needs four accounts.

python tests/bench/bench_journal.py
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, init_shared, verify
from support.journal_storm import Crew, Outcome, storm
from support.shared_install import Accounts, SharedPython, shared_install, unix_accounts

UMASKS = (0o007, 0o022, 0o077, 0o002)


def main() -> None:
    """Print one line per figure."""
    with shared_install() as python, unix_accounts() as accounts:
        _appends(python, accounts, "1 session", sessions=1, appends=1_000)
        _appends(python, accounts, "16 sessions, kill -9 every 50 ms", sessions=16, appends=200, kill_every=0.05)
        root = _appends(python, accounts, "16 sessions", sessions=16, appends=625)
        _reads(root)


def _appends(
    python: SharedPython,
    accounts: Accounts,
    label: str,
    *,
    sessions: int,
    appends: int,
    kill_every: float | None = None,
) -> Path:
    room = python.root / label.partition(",")[0].replace(" ", "-")
    room = room.with_name(f"{room.name}-{kill_every}")
    acks, root = room / "acks", room / "journals"
    acks.mkdir(parents=True)
    acks.chmod(0o1777)
    init_shared(root, accounts.group, "r", datetime.now(UTC))
    names = [f"s{number}" for number in range(sessions)]
    crews = [
        Crew(user, umask, tuple(names[index::4]))
        for index, (user, umask) in enumerate(zip(accounts.names, UMASKS, strict=True))
    ]
    outcome = storm(python.python, root, "r", acks, crews, appends, kill_every=kill_every)
    _say(f"{label}: {_figures(outcome)}; {len(verify(root / 'r'))} alarms")
    return root


def _figures(outcome: Outcome) -> str:
    count, waits = len(outcome.acknowledged), [seconds * 1000 for seconds in outcome.latencies]
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    rate = count / outcome.seconds
    return (
        f"{count} acknowledged, {outcome.kills} kills, {rate:.0f}/s, "
        f"p50 {p50:.1f} p99 {p99:.0f} worst {waits[-1]:.0f} ms"
    )


def _reads(root: Path) -> None:
    """Cold replay against the least anybody could do with the same bytes."""
    files = list((root / "r").glob("*.jsonl"))

    def open_cold() -> DirectoryJournal:
        return DirectoryJournal.open(root, "r", UnixIdentity(), SystemClock(), "cli")

    bare = _best(lambda: [_fold(path) for path in files])
    cold = _best(lambda: open_cold().tail())
    checked = _best(lambda: verify(root / "r"))
    journal = open_cold()
    events = len(journal.tail().events)
    quiet = _best(lambda: [journal.tail() for _ in range(1_000)]) / 1_000
    _say(f"cold replay of {events} events: {cold * 1000:.0f} ms, {cold / bare:.2f} x a bare json.loads fold")
    _say(f"full check: {checked * 1000:.0f} ms; a look when nothing changed: {quiet * 1e6:.0f} us")


def _fold(path: Path) -> dict[str, object]:
    last: dict[str, object] = {}
    for line in path.read_bytes().splitlines():
        record = json.loads(line)
        last[record["subject"]] = record
    return last


def _best(act: Callable[[], object], rounds: int = 5) -> float:
    def once() -> float:
        started = time.perf_counter()
        act()
        return time.perf_counter() - started

    return min(once() for _ in range(rounds))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
