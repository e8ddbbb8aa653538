"""What is left after an unexpected error: a file for whoever repairs it, one line for whoever suffered it."""

import os
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gonogo.text import clean_block


def state_directory(environ: Mapping[str, str]) -> Path:
    """gonogo's own directory under XDG_STATE_HOME."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "gonogo"


def write(error: BaseException, directory: Path, now: datetime) -> Path | None:
    """Write where the error came from, readable for this account only; None when it cannot be written.

    Never the values of local variables: a token in one of them has been printed by others' reports.
    """
    name = f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(clean_block("".join(traceback.format_exception(error))))
    return path


def describe(error: BaseException) -> str:
    """An unexpected error in one line, without anything it carries along."""
    return f"{type(error).__name__}: {error}"[:300]


def sentence(error: BaseException, path: Path | None) -> str:
    """One line for the person."""
    where = f"a report without any data is in {path}" if path else "no report could be written"
    return f"gonogo ended on an error of its own ({type(error).__name__}); {where}"
