"""What the files that a check's command names are now, beside what they were when it passed."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo.events.checks import CheckResult
from gonogo.facts.ageing import why_old


class NamedFiles(Struct, frozen=True):
    """One look at the files that the command of one item names."""

    item: str
    seq: int
    """Of the recorded result that this was read for; beside a newer one it says nothing."""
    digests: Mapping[str, str] = {}
    """SHA-256 by the word that names the file; a word that names none is missing."""
    problem: str = ""
    """Why one of them could not be read; "" when all could."""
    at: datetime | None = None
    """UTC, when they were read; None until a session has taken it in."""


def why_unseen(result: CheckResult, files: NamedFiles | None, now: datetime) -> str:
    """Why it is not known at `now` (UTC) whether the files are still those that passed; "" when it is known."""
    if not result.files:
        return ""
    if files is None or files.seq != result.seq:
        return f"{_first(result)} was not read yet"
    if files.problem:
        return files.problem
    old = why_old(files.at, now)
    return f"{_first(result)}: {old}" if old else ""


def what_changed(result: CheckResult, files: NamedFiles | None) -> str:
    """Which file is not the one that passed, in words; "" when none is known to be another."""
    if not result.files or files is None or files.seq != result.seq or files.problem:
        return ""
    for word, digest in result.files.items():
        if word not in files.digests:
            return f"{word} was removed"
        if files.digests[word] != digest:
            return f"{word} was changed"
    return next((f"{word} was added" for word in files.digests if word not in result.files), "")


def _first(result: CheckResult) -> str:
    return next(iter(result.files), "")
