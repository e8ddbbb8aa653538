"""Writing: one write, made durable before anybody is told, or taken back. Only ever called with the lock held."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from gonogo.errors import GonogoError, NotPermittedError, StorageError
from gonogo.io.journal import layout
from gonogo.io.journal.trail import Trail

ROTATE_AT = 16 * 1024 * 1024
"""Bytes above which a file is left and a new one begun."""
_WORDS = {
    "ENOSPC": "no space left on",
    "EDQUOT": "disk quota used up on",
    "EFBIG": "no larger file is allowed on",
    "EROFS": "read-only file system:",
    "EIO": "input/output error on",
}


class Disk:
    """The system calls of the append path, in one place so that a test can make each of them fail."""

    open: Callable[..., int] = staticmethod(os.open)
    write: Callable[[int, bytes], int] = staticmethod(os.write)
    fsync: Callable[[int], None] = staticmethod(os.fsync)
    ftruncate: Callable[[int, int], None] = staticmethod(os.ftruncate)
    fchmod: Callable[[int, int], None] = staticmethod(os.fchmod)


class Appender:
    """Appends to the files of one account."""

    def __init__(
        self, directory: Path, uid: int, mode: int, disk: Disk, rotate_at: int = ROTATE_AT, prefix: str = ""
    ) -> None:
        self._prefix = prefix
        self._directory = directory
        self._uid = uid
        self._mode = mode
        self._disk = disk
        self._rotate_at = rotate_at
        self._closed: set[str] = set()
        self._durable = 0
        """Number of the record up to which everything is known to survive a power cut."""

    def append(self, trail: Trail, data: bytes, last_seq: int) -> tuple[str, os.stat_result]:
        """Write `data` behind the trail, durably. Returns the file's name and facts.

        Raises StorageError or NotPermittedError, whose message says whether anything may have been recorded.
        """
        name, offset = self._choose(trail, len(data))
        new = name is None
        name = name or layout.new_file_name(self._uid, self._prefix)
        try:
            self._settle(trail, name)
            descriptor = self._open(name, new=new)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            self._write(descriptor, offset, data)
            self._make_durable(descriptor, name, offset, new=new)
            facts = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        self._durable = last_seq
        return name, facts

    def _choose(self, trail: Trail, size: int) -> tuple[str | None, int]:
        """The account's newest file: many short processes share it, one at a time, under the lock."""
        for file in trail.files_of(self._uid):
            if file.writable and file.name not in self._closed and file.offset + size <= self._rotate_at:
                return file.name, file.offset
        return None, 0

    def _settle(self, trail: Trail, name: str) -> None:
        """Make the record we build on durable, wherever it stands.

        Its author may have been killed between write and fsync; after a power cut ours would follow nothing.
        """
        place = trail.head_place
        if place is None or place.name == name or trail.head.seq <= self._durable:
            return
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        self._sync(self._disk.open(self._directory / place.name, flags))
        if place.offset == 0:
            self._sync_directory()

    def _open(self, name: str, *, new: bool) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        if not new:
            return self._disk.open(self._directory / name, flags)
        descriptor = self._disk.open(self._directory / name, flags | os.O_CREAT | os.O_EXCL, self._mode)
        try:
            self._disk.fchmod(descriptor, self._mode)  # whatever the umask
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _write(self, descriptor: int, offset: int, data: bytes) -> None:
        try:
            if os.fstat(descriptor).st_size > offset:
                # truncate, not rewrite: only our own torn tail may go, and the lock is ours until it has
                self._disk.ftruncate(descriptor, offset)
        except OSError as error:
            raise self._refusal(error) from error
        rest = data
        try:
            while rest:
                # a second write only tells why the first fell short
                rest = rest[self._disk.write(descriptor, rest) :]
        except OSError as error:
            raise self._refusal(error, taken_back=self._take_back(descriptor, offset)) from error

    def _make_durable(self, descriptor: int, name: str, offset: int, *, new: bool) -> None:
        try:
            self._disk.fsync(descriptor)
            if new:
                self._sync_directory()
        except OSError as error:
            # what the kernel could not write it may have dropped: a second fsync would say yes to nothing
            taken_back = self._take_back(descriptor, offset)
            self._closed.add(name)
            with contextlib.suppress(OSError):
                self._disk.fchmod(descriptor, self._mode & ~stat.S_IWUSR)
            raise self._refusal(error, taken_back=taken_back, closed=name) from error

    def _take_back(self, descriptor: int, offset: int) -> bool:
        try:
            self._disk.ftruncate(descriptor, offset)
        except OSError:
            return False
        return True

    def _sync(self, descriptor: int) -> None:
        try:
            self._disk.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _sync_directory(self) -> None:
        self._sync(self._disk.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    def _refusal(self, error: OSError, *, taken_back: bool = True, closed: str = "") -> GonogoError:
        fate = "nothing was recorded" if taken_back else "it may or may not have been recorded"
        remedy = "" if taken_back else "look before trying again: gonogo log"
        if closed:
            remedy = (remedy or "try again") + f"; {closed} is left for good, the next event begins a new file"
        if isinstance(error, PermissionError):
            return NotPermittedError(
                f"this account may not write in {self._directory}: {fate}",
                remedy=remedy or "ask an administrator to look at the owner and mode of the directory",
            )
        code = errno.errorcode.get(error.errno or 0, "error")
        words = _WORDS.get(code, f"{error.strerror or code} on")
        return StorageError(f"{words} {self._directory}: {fate}", remedy=remedy)
