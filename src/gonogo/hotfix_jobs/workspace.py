"""A repository of our own that borrows another one's objects: where commits are made, and nobody is disturbed."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from gonogo.errors import StorageError
from gonogo.hotfix.work import Identity
from gonogo.hotfix_jobs.discovery import Found
from gonogo.io.git.door import GitDoor, Manner, Ran
from gonogo.io.host.atomic import make_private_directory
from gonogo.text import clean

_TIMEOUT = 300.0
"""Seconds: a checkout of a large tree takes a while."""

LOOK_TIMEOUT = 20.0
"""Seconds a remote has to name its references."""

_CONFIG = (
    "rerere.enabled=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.logAllRefUpdates=false",
    "advice.detachedHead=false",
    "merge.conflictStyle=merge",
    "merge.directoryRenames=conflict",
)


class Workspace:
    """One such repository. What git does there depends on nobody's configuration, and on no clock."""

    def __init__(
        self,
        path: Path,
        identity: Identity,
        at: int,
        *,
        git: str = "git",
        log: Callable[[Ran], None] | None = None,
        inherits: Sequence[int] = (),
    ) -> None:
        self.path = path
        self._at = at
        self._identity = identity
        self._git = git
        self._log = log
        self._inherits = tuple(inherits)
        self.door = self._door(self._signature("COMMITTER"))
        """For everything that takes its author from somewhere else."""
        self.authoring = self._door({**self._signature("COMMITTER"), **self._signature("AUTHOR")})
        """For commits of our own."""

    def _signature(self, role: str) -> dict[str, str]:
        return {
            f"GIT_{role}_NAME": self._identity.name,
            f"GIT_{role}_EMAIL": self._identity.email,
            f"GIT_{role}_DATE": f"@{self._at} +0000",
        }

    def _door(
        self, environment: dict[str, str], *, reaches: bool = False, own: bool = True, timeout: float = _TIMEOUT
    ) -> GitDoor:
        manner = Manner(
            reaches=reaches,
            own_config_only=own,
            environment=environment,
            config=_CONFIG,
            inherits=self._inherits,
        )
        return GitDoor(str(self.path), git=self._git, timeout=timeout, manner=manner, log=self._log)

    def as_author_of(self, commit: str) -> GitDoor:
        """For a commit whose author is that of another one."""
        told = self.door.run(["log", "-1", "-z", "--date=raw", "--format=%an%x00%ae%x00%ad", commit])
        name, email, date = told.decode("utf-8", "surrogateescape").rstrip("\0\n").split("\0")
        author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": f"@{date}"}
        return self._door({**self._signature("COMMITTER"), **author})

    def signing(self) -> GitDoor:
        """With the person's own configuration, which names their key, and none of the repository's."""
        return self._door({**self._signature("COMMITTER"), **self._signature("AUTHOR")}, reaches=True, own=False)

    def reaching(self, timeout: float = _TIMEOUT) -> GitDoor:
        """Talks to remotes, as the person's own configuration says; never asks anybody anything.

        `timeout` in seconds: a push may take long, a look must not.
        """
        return self._door({}, reaches=True, own=False, timeout=timeout)

    def prepare(self) -> None:
        """Make the empty folder in which `git init` runs; what a killed attempt left there goes."""
        self.remove()
        try:
            make_private_directory(self.path)
        except OSError as error:
            raise StorageError(f"cannot be made: {error.strerror}", where=str(self.path)) from error

    def borrow(self, found: Found) -> None:
        """Let the objects of the person's repository be seen here. Nothing is copied."""
        if "\n" in found.objects or found.objects.startswith(('"', "#")):
            raise StorageError(
                "git cannot borrow objects from a folder of this name", where=clean(found.path, 200)
            )
        git_dir = self.path / ".git"
        try:
            info = git_dir / "objects" / "info"
            info.mkdir(parents=True, exist_ok=True)
            (info / "alternates").write_text(f"{found.objects}\n", encoding="utf-8", errors="surrogateescape")
            if found.shallow:
                shutil.copyfile(Path(found.common_dir) / "shallow", git_dir / "shallow")
        except OSError as error:
            raise StorageError(f"cannot be written: {error.strerror}", where=str(self.path)) from error

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return (self.path / ".git" / "HEAD").is_file()

    def remove(self) -> None:
        """Take it away, whatever state it is in. Raises StorageError."""
        if not self.path.exists():
            return
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise StorageError(f"cannot be removed: {error.strerror}", where=str(self.path)) from error

    def unlock(self) -> None:
        """Remove what a killed git left locked. Only ours work here, and the caller's lock says none is left."""
        for lock in (self.path / ".git").rglob("*.lock"):
            lock.unlink(missing_ok=True)

    def head(self) -> str:
        """The commit that is checked out; "" before the first one."""
        answer = self.door.ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        return answer.out.decode().strip() if answer.code == 0 else ""

    def tree(self, commit: str) -> str:
        """The tree of a commit."""
        return self.door.run(["rev-parse", "--verify", f"{commit}^{{tree}}"]).decode().strip()
