"""What kind of repository the plan names, and what in it belongs to somebody: branches checked out, remotes.

GitPython reads the repository's configuration, from the file and without running anything. Its `Repo` is not
used: it obeys GIT_DIR, GIT_OBJECT_DIRECTORY and their like from the environment, wherever it is told to look
(measured), and its objects and worktrees start a git without our safe configuration. Layout, references and
worktrees are therefore asked of git itself, through the one door, which drops those variables.
"""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from gonogo.io.git.door import GitDoor, GitError, NotARepositoryError
from gonogo.text import clean


class Remote(Struct, frozen=True):
    """Where a push could go."""

    name: str
    url: str
    """As configured for pushing; may hold a secret, and is never shown."""

    @property
    def shown(self) -> str:
        """The URL without the user's name and password."""
        scheme, mark, rest = self.url.partition("://")
        if not mark:
            return clean(self.url, 200)
        host, slash, path = rest.partition("/")
        return clean(f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}", 200)


class Found(Struct, frozen=True):
    """One repository."""

    path: str
    git_dir: str
    common_dir: str
    """Holds objects and references; differs from `git_dir` in a linked worktree."""
    bare: bool
    submodule: bool
    shallow: bool
    partial: bool
    object_format: str
    checked_out: Mapping[str, str] = {}
    """Branch (full name) to the folder it is checked out in: never moved behind somebody's back."""
    remotes: tuple[Remote, ...] = ()

    @property
    def objects(self) -> str:
        """The object directory."""
        return f"{self.common_dir}/objects"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person must know about a repository of this kind."""
        found = []
        if self.shallow:
            found.append("the clone is shallow: history before it is not known; git fetch --unshallow --tags")
        if self.partial:
            found.append("the clone is partial: objects may be missing; git fetch --refetch --filter=tree:999999")
        if self.submodule:
            found.append(
                "it is a submodule: the repository around it records its commit, and will not move by itself"
            )
        return tuple(found)

    def remote(self, name: str) -> Remote | None:
        """The remote of that name; without a name `origin`, or the only one."""
        wanted = name or "origin"
        named = next((one for one in self.remotes if one.name == wanted), None)
        return named or (self.remotes[0] if not name and len(self.remotes) == 1 else None)


def discover(repo: str) -> Found:
    """Look at the repository at `repo`.

    Raises NotARepositoryError, DubiousOwnershipError with git's own advice, GitMissingError, GitError.
    """
    door = GitDoor(repo)
    # git itself first: it is the one that refuses the repository of another account
    asked = ["--is-shallow-repository", "--is-bare-repository", "--show-object-format"]
    told = door.run(["rev-parse", *asked, "--absolute-git-dir", "--path-format=absolute", "--git-common-dir"])
    shallow, bare, object_format, git_dir, common = told.decode("utf-8", "surrogateescape").splitlines()[:5]
    common = os.path.realpath(common)
    return Found(
        path=os.path.realpath(repo),
        git_dir=git_dir,
        common_dir=common,
        bare=bare == "true",
        submodule=_is_submodule(Path(git_dir), Path(common)),
        shallow=shallow == "true",
        partial=_is_partial(door),
        object_format=object_format,
        checked_out=_checked_out(door),
        remotes=_remotes(repo, Path(common) / "config"),
    )


def _remotes(repo: str, config: Path) -> tuple[Remote, ...]:
    import git  # 60 ms: only for those who change something

    found = []
    try:
        # no includes: the file of the repository speaks for itself, and leads to no other
        with git.GitConfigParser(str(config), read_only=True, merge_includes=False) as settings:
            for name in settings.sections():
                if name.startswith('remote "'):
                    url = settings.get_value(name, "pushurl", "") or settings.get_value(name, "url", "")
                    found.append(_from(repo, Remote(name[8:-1], str(url))))
    except (configparser.Error, OSError, ValueError) as error:
        raise NotARepositoryError(
            f"its configuration cannot be read: {clean(str(error), 200)}", where=str(config)
        ) from error
    return tuple(one for one in found if one.url)


def _from(repo: str, remote: Remote) -> Remote:
    """A path is relative to the repository, also where git runs somewhere else."""
    if "://" in remote.url or ":" in remote.url.partition("/")[0] or remote.url.startswith(("/", "~")):
        return remote
    return Remote(remote.name, os.path.normpath(f"{os.path.realpath(repo)}/{remote.url}"))


def _is_submodule(git_dir: Path, common: Path) -> bool:
    return "modules" in git_dir.parts[:-1] and ".git" in git_dir.parts and git_dir == common


def _is_partial(door: GitDoor) -> bool:
    try:
        return bool(door.run(["config", "--local", "--get-regexp", r"^remote\..*\.promisor$"], accept=(0, 1)))
    except GitError:
        return False


def _checked_out(door: GitDoor) -> dict[str, str]:
    found: dict[str, str] = {}
    folder = ""
    for field in door.run(["worktree", "list", "--porcelain", "-z"]).decode("utf-8", "replace").split("\0"):
        word, _, rest = field.partition(" ")
        if word == "worktree":
            folder = rest
        elif word == "branch":
            found[rest] = folder
    return found
