"""Which command sets this account has looked at and allowed to be run: one small file for each plan, in its state.

Trust is by content. A plan whose commands change, by as much as a word, is a plan nobody has trusted yet. It is
kept for each account by itself: what a colleague allowed to run under his name says nothing about mine.
"""

import hashlib
import os
import stat
from pathlib import Path

from gonogo.errors import NotPermittedError, StorageError
from gonogo.io.host.atomic import make_private_directory, write_atomically

_SIZE_LIMIT = 200


class TrustStore:
    """The decisions of this account."""

    def __init__(self, state_dir: Path) -> None:
        self._directory = state_dir / "trust"

    def trusts(self, plan_path: str, digest: str) -> bool:
        """Whether this account has trusted the command set of that digest, of the plan at that path.

        Raises NotPermittedError when the record is not this account's alone, StorageError when it cannot be read.
        """
        path = self._path(plan_path)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"cannot be read: {error.strerror}", where=str(path)) from error
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o022:
                raise NotPermittedError(
                    "somebody else can write this record of trust", where=str(path), remedy=f"rm {path}"
                )
            return file.read(_SIZE_LIMIT).split() == [digest.encode()]

    def trust(self, plan_path: str, digest: str) -> None:
        """Record that this account trusts that command set. Raises StorageError, NotPermittedError."""
        try:
            make_private_directory(self._directory)
        except OSError as error:
            raise StorageError(f"cannot be made: {error.strerror}", where=str(self._directory)) from error
        write_atomically(self._path(plan_path), f"{digest}\n".encode(), mode=0o600)

    def _path(self, plan_path: str) -> Path:
        """By the plan's real path: two plans with equal commands in different directories are two trusts."""
        return self._directory / hashlib.sha256(os.path.realpath(plan_path).encode()).hexdigest()
