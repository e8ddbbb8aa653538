"""The plan file: found, read, watched. Never written."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import msgspec
from msgspec import Struct

from gonogo.adapters.plan_yaml.guard import SIZE_LIMIT, decode
from gonogo.adapters.plan_yaml.nodes import read_document
from gonogo.adapters.plan_yaml.problems import Problems, Stopped
from gonogo.adapters.plan_yaml.references import References
from gonogo.adapters.plan_yaml.resolve import resolve
from gonogo.adapters.plan_yaml.schema import fit
from gonogo.adapters.plan_yaml.secrets import find_secrets
from gonogo.adapters.plan_yaml.shape import PlanShape
from gonogo.domain.plan import LoadedPlan, Plan
from gonogo.domain.text import clean
from gonogo.errors import NotPermittedError, StorageError, UsageError

PLAN_NAME = "release.yaml"
_INIT = "`gonogo init` writes a plan to start from; `--plan PATH` names another one"


class _Seen(Struct, frozen=True):
    """What the file looked like; all 0 when it was not there."""

    mtime_ns: int = 0
    size: int = 0
    inode: int = 0


class PlanFile:
    """A plan file that may change under us. See `ports.PlanSource`."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._seen: _Seen | None = None

    def load(self) -> LoadedPlan:
        """Read and validate; the hash is that of the very bytes that were read.

        Raises PlanInvalid with every mistake, UsageError when it is missing or no file, NotPermittedError,
        StorageError.
        """
        self._seen = _seen_at(self._path)
        raw = _read(self._path)
        plan = parse_plan(raw, shown_path(self._path), self._path.absolute().parent)
        return LoadedPlan(plan, str(self._path.absolute()), hashlib.sha256(raw).hexdigest())

    def changed(self) -> bool:
        """Whether the file differs from what `load` last tried to read; one stat."""
        return _seen_at(self._path) != self._seen


def parse_plan(raw: bytes, file: str, directory: str | Path) -> Plan:
    """The plan these bytes state. `file` is its name in messages; relative clones start at `directory`.

    Touches neither disk nor network. Raises PlanInvalid with every mistake.
    """
    problems = Problems(file, raw[: SIZE_LIMIT + 1].decode("utf-8", "replace").removeprefix("\ufeff"))
    plan: Plan | None = None
    try:
        plan = _parse(decode(raw), problems, os.fspath(directory))
    except Stopped as stopped:
        problems.stop(stopped)
    if plan is None or len(problems):
        raise problems.invalid()
    return plan


def _parse(text: str, problems: Problems, directory: str) -> Plan | None:
    document = read_document(text, problems)
    find_secrets(document, text, problems)
    names = References(document, problems)
    shape: PlanShape | None
    try:
        shape = msgspec.convert(document.value, PlanShape, strict=False)
    except msgspec.ValidationError:
        shape = fit(document, problems)
    return resolve(shape, document, problems, names, directory) if shape is not None else None


def shown_path(path: Path) -> str:
    """The path as one would type it here: relative where that is shorter."""
    absolute = os.path.abspath(path)  # noqa: PTH100  # as it was typed: links are not followed
    relative = os.path.relpath(absolute)
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
