"""Replace a file as a whole or not at all: temporary file, fsync, rename, fsync of the directory."""

import contextlib
import os
import stat
from pathlib import Path

from gonogo.errors import ConflictError, NotPermittedError, StorageError


def write_atomically(
    path: Path, content: bytes, *, mode: int = 0o600, within: Path | None = None, expected: bytes | None = None
) -> None:
    """Make `path` hold `content`, durably.

    An existing file keeps its mode and, where this account may give it away, its owner; a new one gets `mode`
    whatever the umask. A symbolic link is followed to a target below `within` (by default the link's own
    directory) and refused elsewhere. With `expected` the file must still hold just that.

    Raises ConflictError (changed since it was read), NotPermittedError, StorageError. The old content stays then.
    """
    target = _inside(path, within or path.parent)
    try:
        _replace(target, content, mode, expected)
    except PermissionError as error:
        raise NotPermittedError(f"cannot write: {error.strerror}", where=str(path)) from error
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror}", where=str(path)) from error


def make_private_directory(path: Path) -> None:
    """Make `path`, and what is missing above it, for this account alone (0700). Raises OSError."""
    if path.is_dir():
        return
    make_private_directory(path.parent)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return  # another process was first
    path.chmod(0o700)  # whatever the umask


def sync_directory(path: str | Path) -> None:
    """Make new and renamed names in `path` durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _inside(path: Path, tree: Path) -> Path:
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(tree)):
        raise NotPermittedError(f"is a link that leads out of {tree}", where=str(path))
    return target


def _replace(target: Path, content: bytes, mode: int, expected: bytes | None) -> None:
    old = _facts(target)
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            _take_after(descriptor, old, mode)
            os.fsync(descriptor)
        if expected is not None and (not old or target.read_bytes() != expected):
            raise ConflictError("was changed by somebody else meanwhile; nothing was written", where=str(target))
        temporary.replace(target)
    except (OSError, ConflictError):
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)


def _facts(target: Path) -> os.stat_result | None:
    try:
        facts = target.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        raise NotPermittedError("is not a regular file", where=str(target))
    return facts


def _take_after(descriptor: int, old: os.stat_result | None, mode: int) -> None:
    """Owner before mode, and both after the content: giving away and writing take set-id bits from a file."""
    if old is not None:
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (old.st_uid, old.st_gid):
            # the content matters more than whose it is
            with contextlib.suppress(PermissionError):
                os.chown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode) if old else mode)
