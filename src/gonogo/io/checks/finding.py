"""How a check tells of itself while it runs, and what is kept of what it said."""

import hashlib
from collections.abc import Callable
from time import monotonic

from gonogo.facts.finding import Progress
from gonogo.text import clean, clean_block

OUTPUT_KEPT = 8 * 1024
"""Characters of the output's end that are recorded; the whole is only named by its digest."""
TELL = 1.0
"""Seconds between two words about progress."""


OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]


class Watched:
    """Whether the result of a running check is not wanted any more; asked again and again, it tells progress."""

    def __init__(self, cancelled: Cancelled, progress: OnProgress, line: Callable[[], str]) -> None:
        self._cancelled = cancelled
        self._progress = progress
        self._line = line
        self._began = self._told = monotonic()

    def __call__(self) -> bool:
        """Look, and tell where it is time to."""
        now = monotonic()
        if now - self._told >= TELL:
            self._told = now
            self.tell()
        return self._cancelled()

    def tell(self) -> None:
        """How far it is, now."""
        self._progress(Progress(int(monotonic() - self._began), self._line()))


class Said:
    """The output of a check, as it comes: all of it is counted and hashed, only its end is kept."""

    def __init__(self, keep: int = OUTPUT_KEPT) -> None:
        self._keep = keep
        self._hash = hashlib.sha256()
        self._tail = b""
        self.size = 0

    def add(self, chunk: bytes) -> None:
        """Some more of it."""
        self._hash.update(chunk)
        self.size += len(chunk)
        self._tail = (self._tail + chunk)[-4 * self._keep :]

    @property
    def sha256(self) -> str:
        """Of everything; "" when there was nothing."""
        return self._hash.hexdigest() if self.size else ""

    @property
    def end(self) -> str:
        """Its end, cleaned, and saying so when something is missing before it."""
        text = clean_block(self._tail.decode("utf-8", "replace"), 4 * self._keep)
        if len(text) <= self._keep and len(self._tail) == self.size:
            return text
        return f"[the last part of {self.size} bytes]\n{text[-self._keep :]}"

    @property
    def last_line(self) -> str:
        """The last line that says something."""
        lines = self._tail.decode("utf-8", "replace").splitlines()
        return next((clean(line, 200) for line in reversed(lines) if line.strip()), "")
