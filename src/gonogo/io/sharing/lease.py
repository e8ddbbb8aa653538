"""Leases on sources: kernel locks on ranges of one file, one for each source, that die with the process.

Locks of open file descriptions (fcntl(2), F_OFD_SETLK): a thousand leases need one descriptor, two plans in one
process do not share them, and they have nothing to do with the flock that a journal uses on the same file.
"""

import contextlib
import fcntl
import os
import struct
from enum import IntEnum
from pathlib import Path

_BITS = 56
"""Bits of a source's key that choose its place in the file; the file itself stays empty."""


class Rank(IntEnum):
    """What is leased of a source."""

    POLLER = 0
    """To ask it."""
    SUBSTITUTE = 1
    """To ask it instead of whoever holds the other and is silent."""


class Leases:
    """The leases of one session on one lock file. Not thread-safe."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file at `path`; with `create` for this account alone. Raises OSError."""
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | (os.O_CREAT if create else 0)
        self._descriptor = os.open(path, flags, 0o600)

    def works(self) -> bool:
        """Whether the file system has such locks."""
        try:
            self._lock(fcntl.F_UNLCK, "0" * 32, Rank.POLLER)
        except OSError:
            return False
        return True

    def take(self, key: str, rank: Rank) -> bool:
        """Whether the lease is ours now. Never waits; what the kernel cannot give us is not ours."""
        try:
            self._lock(fcntl.F_WRLCK, key, rank)
        except OSError:
            return False
        return True

    def give_back(self, key: str, rank: Rank) -> None:
        """Let another session have it."""
        with contextlib.suppress(OSError):  # no memory for the rest of a range: then it goes with this process
            self._lock(fcntl.F_UNLCK, key, rank)

    def close(self) -> None:
        """Give back everything."""
        os.close(self._descriptor)

    def _lock(self, kind: int, key: str, rank: Rank) -> None:
        start = int(key[: _BITS // 4], 16) * len(Rank) + rank
        # struct flock: type, whence, (padding), start, length, pid (0 for these locks), padding to its end
        fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi0q", kind, os.SEEK_SET, start, 1, 0))
