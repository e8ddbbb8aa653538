"""What this session observed, for the others: a file of its own, only ever appended to, held while it lives.

Nothing here is synced: after a power cut nobody misses it. A file that has grown is left for a new one, which
begins with the newest answer of each source.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from gonogo.io.sharing.record import Header, header_line

PREFIX = ".polls-"
GROWN = 4 * 1024 * 1024


class Publication:
    """This session's file. Made with the first answer. Not thread-safe."""

    def __init__(self, directory: Path, header: Header, mode: int, *, grown: int = GROWN) -> None:
        self._directory = directory
        self._header = header
        self._mode = mode
        self._grown = grown
        self._newest: dict[str, Sequence[bytes]] = {}
        self._descriptor = -1
        self._size = self._begun = 0
        self.path: Path | None = None
        """None before the first answer."""
        remove_leftovers(directory)

    def publish(self, key: str, lines: Sequence[bytes]) -> bool:
        """Write one answer as a whole; False when it could not be: no space, no permission, the directory gone."""
        self._newest[key] = lines
        try:
            if self._descriptor < 0:
                self._begin([*self._newest.values()])
            elif self._size + sum(map(len, lines)) > max(self._grown, 2 * self._begun) or self._is_gone():
                self._begin_anew()
            else:
                self._append(b"".join(lines))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Take the file away: who polls next has said all of it again by then, or it is old."""
        self._leave()

    def _begin_anew(self) -> None:
        old, path = self._descriptor, self.path
        self._descriptor, self.path = -1, None
        try:
            self._begin([*self._newest.values()])
        finally:
            if path is not None:
                path.unlink(missing_ok=True)
            os.close(old)

    def _begin(self, answers: Sequence[Sequence[bytes]]) -> None:
        path = self._directory / f"{PREFIX}{os.getuid()}-{secrets.token_hex(6)}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(path, flags, 0o600)
        self.path, self._size = path, 0
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)  # only our own account can have it, and only for a moment
            if self._is_gone():  # another start of ours took it for a leftover, just before it was held
                raise FileNotFoundError(path)
            os.fchmod(self._descriptor, self._mode)  # whatever the umask: the others must be able to read it
            self._append(header_line(self._header) + b"".join(line for lines in answers for line in lines))
            self._begun = self._size
        except OSError:
            self._leave()
            raise

    def _is_gone(self) -> bool:
        """Whether the file has lost its name: nobody would find what is written to it."""
        return os.fstat(self._descriptor).st_nlink == 0

    def _append(self, data: bytes) -> None:
        written = os.write(self._descriptor, data)
        if written != len(data):
            # half a line would spoil the next one for all readers
            os.ftruncate(self._descriptor, self._size)
            raise OSError("short write")
        self._size += written

    def _leave(self) -> None:
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self.path = -1, None


def remove_leftovers(directory: Path) -> None:
    """Remove what killed sessions of this account left; the files of others are theirs."""
    try:
        with os.scandir(directory) as entries:
            found = [entry.path for entry in entries if entry.name.startswith(f"{PREFIX}{os.getuid()}-")]
    except OSError:
        return
    for path in found:
        with contextlib.suppress(OSError):
            _remove_unheld(path)


def _remove_unheld(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            os.unlink(path)  # noqa: PTH108  # a path as scandir gave it
    finally:
        os.close(descriptor)
