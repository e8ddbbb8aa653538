"""Who has the release open: a file per open cockpit, held by a kernel lock that dies with the process.

Presence is a courtesy, not a fact: it is never recorded, and a directory one may not write in only means that
one is not seen by others.
"""

import fcntl
import os
import pwd
from collections import Counter
from pathlib import Path

PREFIX = ".here-"
_SHOWN = 12
"""Names shown at most; more would push the verdict off the screen."""


class DirectoryPresence:
    """Presence beside the journal of one release."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: int | None = None
        self._path: Path | None = None

    def join(self) -> None:
        """Be seen. Does nothing where this account may not write."""
        self._sweep_own()
        path = self._directory / f"{PREFIX}{os.getuid()}-{os.urandom(6).hex()}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, 0o640)
        except OSError:
            return
        os.fchmod(descriptor, 0o640)  # whatever the umask: the group must be able to ask for the lock
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._held, self._path = descriptor, path

    def leave(self) -> None:
        """Be gone."""
        if self._held is None or self._path is None:
            return
        self._path.unlink(missing_ok=True)
        os.close(self._held)
        self._held = self._path = None

    def here(self) -> tuple[str, ...]:
        """Account names of everybody with an open cockpit, oneself included; `ana x2` for two of them."""
        counts: Counter[str] = Counter()
        for entry in self._entries():
            if entry == self._path or _is_held(entry):
                counts[_owner(entry)] += 1
        names = [f"{name} x{count}" if count > 1 else name for name, count in sorted(counts.items()) if name]
        return tuple(names[:_SHOWN])

    def _entries(self) -> list[Path]:
        try:
            with os.scandir(self._directory) as entries:
                return [Path(entry.path) for entry in entries if entry.name.startswith(PREFIX)]
        except OSError:
            return []

    def _sweep_own(self) -> None:
        """Remove what killed cockpits of this account left; nobody else may, and nobody is hurt by it."""
        for entry in self._entries():
            try:
                if entry.lstat().st_uid == os.getuid() and not _is_held(entry):
                    entry.unlink(missing_ok=True)
            except OSError:
                continue


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _owner(path: Path) -> str:
    """The account the kernel says the file belongs to; its content is never asked."""
    try:
        uid = path.lstat().st_uid
    except OSError:
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid:{uid}"
