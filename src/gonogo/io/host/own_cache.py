"""Files in the user's cache directory that save work: believed only when they are ours alone, never depended on.

Whoever keeps something here checks what it reads: a file may be torn (nothing is flushed to disk), old, or gone.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path


def cache_directory(environ: Mapping[str, str], topic: str) -> Path | None:
    """gonogo's own directory for `topic` under XDG_CACHE_HOME; None when there is no home."""
    base = environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):
        home = environ.get("HOME", "")
        if not home.startswith("/"):
            return None
        base = f"{home}/.cache"
    return Path(base) / "gonogo" / topic


class OwnCache:
    """The files of one directory; those used longest ago go first."""

    def __init__(self, directory: Path, *, files: int, largest: int) -> None:
        self._directory = directory
        self._files = files
        self._largest = largest
        """Bytes; what is larger is neither kept nor read."""

    def read(self, name: str) -> bytes:
        """The bytes of our own file, "" for one that is too large. Raises OSError also for one not ours alone."""
        _check_ours(self._directory.lstat(), directory=True)
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(self._directory / name, flags), "rb") as file:
            facts = os.fstat(file.fileno())
            _check_ours(facts, directory=False)
            os.utime(file.fileno())  # used last: the others go first
            return file.read(self._largest) if facts.st_size <= self._largest else b""

    def write(self, name: str, content: bytes) -> None:
        """Keep `content` for next time; where that is not possible, the next time takes as long again."""
        if len(content) > self._largest:
            return
        try:
            self._write(self._directory / name, content)
            self._prune()
        except OSError:
            return

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all, and not flushed to disk."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_ours(self._directory.lstat(), directory=True)
        temporary = path.with_suffix(f".{os.urandom(6).hex()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(content)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def _prune(self) -> None:
        with os.scandir(self._directory) as entries:
            files = sorted(entries, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime)
        for entry in files[: -self._files]:
            Path(entry.path).unlink(missing_ok=True)


def _check_ours(facts: os.stat_result, *, directory: bool) -> None:
    """Raises PermissionError for what others may have made or changed."""
    kind = stat.S_ISDIR(facts.st_mode) if directory else stat.S_ISREG(facts.st_mode)
    if not kind or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise PermissionError("not ours alone")
