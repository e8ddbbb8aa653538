"""What git says when it says no, as errors that tell what to do."""

import re
from collections.abc import Sequence
from pathlib import Path

from gonogo.errors import GonogoError
from gonogo.io.host.looking import is_there
from gonogo.text import clean, clean_block

ERRORS_KEPT = 8 * 1024
"""Bytes of a complaint; the rest of it is dropped."""
_UNKNOWN = re.compile(
    r"unknown revision|bad revision|bad object|Needed a single revision|Not a valid (?:object|commit) name"
    r"|No names found|No tags can describe|No annotated tags can describe"
)


class GitError(GonogoError):
    """git said no; `message` is one cleaned line."""


class GitMissingError(GitError):
    """There is no git on PATH."""


class NotARepositoryError(GitError):
    """The path is no repository, or not the top of one."""


class DubiousOwnershipError(GitError):
    """The repository belongs to another account, and git refuses to trust its configuration."""


class GitTimeoutError(GitError):
    """git did not answer in time."""


class UnknownRevisionError(GitError):
    """No such tag, branch or commit."""


class AbandonedError(GonogoError):
    """Whoever asked does not want the answer any more."""


def translated(repo: str, argv: Sequence[str], code: int, errors: bytes) -> GitError:
    """What the exit code and the words of an answer mean."""
    said = clean_block(errors.decode("utf-8", "backslashreplace"), ERRORS_KEPT)
    first = first_words(errors)
    if "dubious ownership" in said:
        advice = re.search(r"git config --global --add safe\.directory .+", said)
        command = clean(advice[0], 300) if advice else "git help config   (safe.directory)"
        fact = "the repository belongs to another account, and git does not trust it"
        return DubiousOwnershipError(fact, where=repo, remedy=f"if you trust its owner: {command}")
    if "not a git repository" in said.lower():
        fact = "it is not a git repository"
        return NotARepositoryError(fact, where=repo, remedy=_repository_around(Path(repo)))
    if _UNKNOWN.search(said):
        return UnknownRevisionError(first, where=repo, remedy="git fetch --tags, or correct the plan")
    return GitError(first or f"git {argv[0]} ended with exit code {code}", where=repo)


def first_words(errors: bytes) -> str:
    """The first line of a complaint, without git's own prefix, cleaned."""
    said = clean_block(errors.decode("utf-8", "backslashreplace"), ERRORS_KEPT)
    return clean(said.strip().partition("\n")[0].removeprefix("fatal: ").removeprefix("error: "), 300)


def _repository_around(path: Path) -> str:
    """The advice for a folder inside a repository: name the repository and limit it by `paths:`."""
    folder = path.resolve()
    for above in folder.parents:
        if is_there(above / ".git"):
            return f"it lies inside {above}: say `repo: {above}` and `paths: [{folder.relative_to(above)}]`"
    return "correct `repo:` in the plan"
