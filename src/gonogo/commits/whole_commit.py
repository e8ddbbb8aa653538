"""One commit with everything git knows of it, for whoever wants to look at it."""

from typing import TypeAlias

from msgspec import Struct


class TouchedFile(Struct, frozen=True):
    """One file and how much of it changed."""

    path: str
    added: int | None
    """Lines; None for contents that are no text."""
    removed: int | None
    before: str = ""
    """Its path before it was renamed; "" when it was not."""


class WholeCommit(Struct, frozen=True):
    """A commit. All text is cleaned and bounded."""

    oid: str
    message: str
    """Whole, with its line breaks."""
    author: str
    authored: int | None
    """Seconds since 1970; None when the commit claims a time that is no number."""
    committer: str
    committed: int | None
    parents: tuple[str, ...] = ()
    files: tuple[TouchedFile, ...] = ()
    """Against the first parent; at most as many as a person reads."""
    file_count: int = 0
    """All of them."""
    added: int = 0
    removed: int = 0
    no_files: str = ""
    """Why the files cannot be told, such as a clone without contents; "" when they can."""


class NoCommit(Struct, frozen=True):
    """It cannot be read, and why."""

    reason: str
    remedy: str = ""


CommitTold: TypeAlias = WholeCommit | NoCommit
