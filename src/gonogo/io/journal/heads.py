"""The newest record this account has seen of each journal, kept in its own state directory.

A chain that was rewritten as a whole agrees with itself. Only somebody who remembers can tell.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from gonogo.errors import GonogoError
from gonogo.io.host.atomic import make_private_directory, write_atomically

_LIMIT = 4096
_TRIES, _NAP = 50, 0.01
"""Half a second at most: a colleague's stopped process must not keep a reader waiting."""


class Head(Struct, frozen=True):
    """The end of a trail."""

    seq: int
    hash: str
    what: str = ""
    """Who did what, for whoever asks where it has gone: `bob, go.decided go:production`."""
    proven: bool = True
    """Whether it is known to be on disk; a power cut may still take what is not."""


class _Memory(Struct, frozen=True):
    directory: str
    genesis: str
    seq: int
    hash: str
    what: str = ""
    proven: bool = True


class HeadMemory:
    """What this account remembers of one journal. Without a state directory it remembers nothing."""

    def __init__(self, state_dir: Path | None, directory: Path, genesis: str, prefix: str = "") -> None:
        self._genesis = genesis
        self._directory = f"{os.path.realpath(directory)}/{prefix}" if prefix else os.path.realpath(directory)
        name = hashlib.sha256(self._directory.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self.path = state_dir / "heads" / f"{name}.json" if state_dir else None

    def recall(self) -> Head | None:
        """The newest record seen, or None. Another genesis is remembered as another record 0."""
        memory = self._read()
        if memory is None:
            return None
        if memory.genesis != self._genesis:
            return Head(0, memory.genesis)
        return Head(memory.seq, memory.hash, memory.what, memory.proven)

    def remember(self, head: Head) -> str:
        """Keep `head` unless a newer one is kept. Returns why it cannot be kept; "" when it is."""
        if self.path is None:
            return ""
        memory = _Memory(self._directory, self._genesis, head.seq, head.hash, head.what, head.proven)
        try:
            make_private_directory(self.path.parent)
            with _one_at_a_time(self.path.parent):
                if not self._knows(head):
                    write_atomically(self.path, msgspec.json.encode(memory) + b"\n")
        except GonogoError as error:
            return error.message
        except OSError as error:
            return error.strerror or type(error).__name__
        return ""

    def _knows(self, head: Head) -> bool:
        known = self._read()
        if known is None:
            return False
        newer = (known.seq, known.proven) >= (head.seq, head.proven)
        return known.genesis != self._genesis or newer

    def _read(self) -> _Memory | None:
        if self.path is None:
            return None
        try:
            return msgspec.json.decode(self.path.read_bytes()[:_LIMIT], type=_Memory)
        except (OSError, ValueError):
            return None


@contextlib.contextmanager
def _one_at_a_time(directory: Path) -> Iterator[None]:
    """Two processes of one account must not replace the newer memory by the older. Never waits for long."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for _ in range(_TRIES):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(_NAP)
        yield
    finally:
        os.close(descriptor)
