"""The plan file: found, read, watched. Never written."""

import errno
import hashlib
import os
import stat
from pathlib import Path

from msgspec import Struct

from gonogo.errors import NotPermittedError, StorageError, UsageError
from gonogo.io.plan_file.kept import KeptPlans
from gonogo.plan import LoadedPlan, Plan
from gonogo.text import clean

PLAN_NAME = "release.yaml"
SIZE_LIMIT = 1024 * 1024
"""Bytes of a plan; a million are more than people write."""
_INIT = "`gonogo init` writes a plan to start from; `--plan PATH` names another one"


class _Seen(Struct, frozen=True):
    """What the file looked like; all 0 when it was not there."""

    mtime_ns: int = 0
    size: int = 0
    inode: int = 0


class PlanFile:
    """A plan file that may change under us. See `ports.PlanSource`."""

    def __init__(self, path: str | Path, kept: KeptPlans | None = None) -> None:
        self._path = Path(path)
        self._kept = kept
        self._seen: _Seen | None = None

    def load(self) -> LoadedPlan:
        """Read and validate; the hash is that of the very bytes that were read.

        Raises PlanInvalid with every mistake, UsageError when it is missing or no file, NotPermittedError,
        StorageError.
        """
        self._seen = _seen_at(self._path)
        raw = _read(self._path)
        sha256 = hashlib.sha256(raw).hexdigest()
        return LoadedPlan(self._plan(raw, sha256), str(self._path.absolute()), sha256)

    def _plan(self, raw: bytes, sha256: str) -> Plan:
        told_as, directory = shown_path(self._path), str(self._path.absolute().parent)
        if self._kept and (plan := self._kept.find(sha256, told_as, directory)):
            return plan
        from gonogo.io.plan_file.parsing import parse_plan  # a third of what a whole tick costs

        plan = parse_plan(raw, told_as, directory)
        if self._kept:
            self._kept.keep(sha256, told_as, directory, plan)
        return plan

    def changed(self) -> bool:
        """Whether the file differs from what `load` last tried to read; one stat."""
        return _seen_at(self._path) != self._seen


def shown_path(path: Path) -> str:
    """The path as one would type it here: relative where that is shorter."""
    absolute = os.path.abspath(path)  # noqa: PTH100  # as it was typed: links are not followed
    try:
        relative = os.path.relpath(absolute)
    except FileNotFoundError:  # the directory one works in was removed
        return clean(absolute, 400)
    return clean(relative if not relative.startswith("..") else absolute, 400)


def _seen_at(path: Path) -> _Seen:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return _Seen()
    return _Seen(found.st_mtime_ns, found.st_size, found.st_ino)


def _read(path: Path) -> bytes:
    """At most one byte more than the limit, from a regular file: a pipe would be waited for."""
    where = shown_path(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                kind = "a directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "not a file"
                raise UsageError(f"the plan is {kind}", where=where, remedy="name the file itself: --plan PATH")
            return file.read(SIZE_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError("there is no such plan", where=where, remedy=_INIT) from error
    except IsADirectoryError as error:
        raise UsageError(
            "the plan is a directory", where=where, remedy="name the file itself: --plan PATH"
        ) from error
    except PermissionError as error:
        remedy = "ask its owner for read access"
        raise NotPermittedError("this account may not read the plan", where=where, remedy=remedy) from error
    except ValueError as error:  # a path with a NUL in it
        raise UsageError("there is no such plan", where=where, remedy=_INIT) from error
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise StorageError(f"the plan cannot be read: {reason}", where=where, remedy="read it again") from error


def find_plan(cwd: Path, explicit: str = "", env: str = "") -> Path:
    """The plan's path: `explicit` (--plan), else `env` (GONOGO_PLAN), else the nearest release.yaml.

    The search goes upwards from `cwd` and ends at the root of its repository, or of the file system.
    Raises UsageError when there is none; a named one is not looked at here.
    """
    if named := explicit or env:
        return Path(named)
    start = cwd.absolute()
    for directory in (start, *start.parents):
        if (directory / PLAN_NAME).is_file():
            return directory / PLAN_NAME
        if (directory / ".git").exists():
            break
    raise UsageError(f"there is no {PLAN_NAME} here or above, up to {clean(str(directory), 200)}", remedy=_INIT)
