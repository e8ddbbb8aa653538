"""Several workers share one machine: how many they are, who has it for himself, and who runs which file.

Most tests wait for a program, a screen or a state, so two workers a core keep the cores busy. What compares how
fast something answers is marked `alone`: nothing else runs meanwhile.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS_A_CORE = 2
MOST_WORKERS = 8
"""More of them wait for the same few programs, and would share the names of their unix accounts."""


def how_many() -> int:
    """Workers for `-n auto`: by the cores this process may use, not by those the machine has."""
    return min(MOST_WORKERS, WORKERS_A_CORE * len(os.sched_getaffinity(0)))


class Machine:
    """Who runs now, by two locks in a folder that all workers of a run know."""

    def __init__(self, folder: Path) -> None:
        self._door = folder / "door"
        self._room = folder / "room"

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Waits only while somebody is alone, or waits to be."""
        with _held(self._door, fcntl.LOCK_EX):
            room = self._room.open("w")
            fcntl.flock(room, fcntl.LOCK_SH)
        with room:
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps the door, so that nobody else comes in, and waits until the last one is out."""
        with _held(self._door, fcntl.LOCK_EX), _held(self._room, fcntl.LOCK_EX):
            yield


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    # closing it lets go; a program that a test starts does not inherit it
    with path.open("w") as lock:
        fcntl.flock(lock, how)
        yield
