"""Where one hotfix lies on disk: its plan, its workspace, its command log, and the lock of whoever works on it."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from gonogo.errors import BusyError, IntegrityError, StorageError
from gonogo.hotfix.work import Work
from gonogo.io.git.door import Ran
from gonogo.io.host.atomic import make_private_directory, write_atomically
from gonogo.text import clean, describe_command

_LOCK_DEADLINE = 10.0
_LOOK_AGAIN = 0.05
_LOG_LIMIT = 4_000_000
"""Bytes of a command log that are read."""


class Delivered(msgspec.Struct, frozen=True):
    """A pack that was put into the person's repository."""

    name: str
    """`pack-<hash>`."""
    mtime_ns: int = 0
    """As we left it: git moves it forward when somebody else comes to rely on what is in it."""


class Bench:
    """One folder below the state directory, for one account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        """The workspace."""

    @classmethod
    def of(cls, state_home: Path, work: Work) -> "Bench":
        """The folder of `work`; it need not exist yet."""
        return cls.at(state_home, work.release, work.kind.value, work.product, work.version)

    @classmethod
    def at(cls, state_home: Path, release: str, kind: str, product: str, version: str) -> "Bench":
        """As `of`, by what names it."""
        name = quote(f"{kind}-{product}-{version}", safe="+~")
        return cls(state_home / "hotfix" / quote(release, safe="+~") / name)

    def save(self, work: Work) -> str:
        """Keep the plan; returns its SHA-256. Raises StorageError."""
        raw = msgspec.json.encode(work)
        try:
            make_private_directory(self.folder)
        except OSError as error:
            raise StorageError(f"cannot be made: {error.strerror}", where=str(self.folder)) from error
        self.forget()
        write_atomically(self.folder / "plan.json", raw)
        return hashlib.sha256(raw).hexdigest()

    def load(self, sha256: str) -> Work:
        """The plan that the journal names. Raises IntegrityError, StorageError."""
        path = self.folder / "plan.json"
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise StorageError(
                f"the plan of the hotfix cannot be read: {error.strerror}", where=str(path)
            ) from error
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise IntegrityError("this is not the plan that was started", where=str(path))
        return msgspec.json.decode(raw, type=Work)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Work on it alone; yields the lock's descriptor, which git inherits.

        A gonogo that was killed may have left a git that still runs: the lock is free when that one has ended,
        and not before. Raises BusyError.
        """
        make_private_directory(self.folder)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _take(descriptor, self.folder)
            yield descriptor
        finally:
            os.close(descriptor)

    def log(self, ran: Ran) -> None:
        """Add one call of git to the command log."""
        where = "workspace" if ran.repo == str(self.tree) else clean(ran.repo, 300)
        line = {
            "where": where,
            "command": clean(describe_command(("git", *ran.argv)), 2_000),
            "code": ran.code,
            "ms": round(ran.seconds * 1000, 1),
            "said": ran.said,
        }
        with open(self.folder / "commands.jsonl", "ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def commands(self) -> tuple[dict[str, object], ...]:
        """The command log, oldest first."""
        try:
            with open(self.folder / "commands.jsonl", "rb") as file:
                lines = file.read(_LOG_LIMIT).splitlines()
        except FileNotFoundError:
            return ()
        return tuple(msgspec.json.decode(line) for line in lines if line.endswith(b"}"))

    def delivered(self) -> tuple[Delivered, ...]:
        """The packs that were put into the person's repository, or were about to be."""
        try:
            raw = (self.folder / "delivered.json").read_bytes()
        except FileNotFoundError:
            return ()
        return msgspec.json.decode(raw, type=tuple[Delivered, ...])

    def remember(self, pack: Delivered) -> None:
        """Note a pack before, and again after, it is put there."""
        others = tuple(one for one in self.delivered() if one.name != pack.name)
        write_atomically(self.folder / "delivered.json", msgspec.json.encode((*others, pack)))

    @property
    def aborting(self) -> bool:
        """Whether an abort was begun: nothing but an abort goes on from there."""
        return (self.folder / "aborting").exists()

    def begin_abort(self) -> None:
        """Remember that."""
        write_atomically(self.folder / "aborting", b"")

    def clear(self) -> None:
        """Leave nothing but the command log: it is over."""
        self.forget()
        for name in ("plan.json", "lock"):
            (self.folder / name).unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove the notes of an earlier attempt of the same version; the command log stays."""
        for name in ("aborting", "delivered.json"):
            (self.folder / name).unlink(missing_ok=True)


def _take(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _LOCK_DEADLINE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BusyError(
                    "somebody works on this hotfix right now", where=str(folder), remedy="gonogo hotfix status"
                ) from None
            time.sleep(_LOOK_AGAIN)
        else:
            return
