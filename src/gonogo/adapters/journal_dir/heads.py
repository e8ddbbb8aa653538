"""The newest record this account has seen of each journal, kept in its own state directory.

A chain that was rewritten as a whole agrees with itself. Only somebody who remembers can tell.
"""

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from gonogo.adapters.atomic import make_private_directory, write_atomically
from gonogo.errors import GonogoError

_LIMIT = 4096


class Head(Struct, frozen=True):
    """The end of a trail."""

    seq: int
    hash: str


class _Memory(Struct, frozen=True):
    directory: str
    genesis: str
    seq: int
    hash: str


class HeadMemory:
    """What this account remembers of one journal. Without a state directory it remembers nothing."""

    def __init__(self, state_dir: Path | None, directory: Path, genesis: str) -> None:
        self._genesis = genesis
        self._directory = os.path.realpath(directory)
        name = hashlib.sha256(self._directory.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self.path = state_dir / "heads" / f"{name}.json" if state_dir else None

    def recall(self) -> Head | None:
        """The newest record seen, or None. Another genesis is remembered as another record 0."""
        memory = self._read()
        if memory is None:
            return None
        if memory.genesis != self._genesis:
            return Head(0, memory.genesis)
        return Head(memory.seq, memory.hash)

    def remember(self, head: Head) -> None:
        """Keep `head` unless a newer one is kept. Being unable to write it down is no reason to stop."""
        known = self._read()
        if self.path is None or (known is not None and (known.genesis != self._genesis or known.seq >= head.seq)):
            return
        memory = _Memory(self._directory, self._genesis, head.seq, head.hash)
        with contextlib.suppress(GonogoError, OSError):
            make_private_directory(self.path.parent)
            write_atomically(self.path, msgspec.json.encode(memory) + b"\n")

    def _read(self) -> _Memory | None:
        if self.path is None:
            return None
        try:
            return msgspec.json.decode(self.path.read_bytes()[:_LIMIT], type=_Memory)
        except (OSError, ValueError):
            return None
