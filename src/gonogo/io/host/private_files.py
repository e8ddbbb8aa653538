"""Small files that nobody else may have written, or read: configuration and secrets."""

import os
import stat
from pathlib import Path

from gonogo.errors import ConfigError
from gonogo.text import clean


def read_private(path: Path, *, forbidden: int, limit: int) -> str:
    """Read a small regular file of ours (or root's) that has none of the `forbidden` mode bits.

    Mode and owner are asked of the open descriptor, so that nothing can be exchanged in between.
    Raises ConfigError, or OSError when it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        check_private(os.fstat(descriptor), path, forbidden)
        raw = os.read(descriptor, limit + 1)
    finally:
        os.close(descriptor)
    if len(raw) > limit:
        raise ConfigError(f"larger than {limit // 1024} KiB", where=str(path))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ConfigError("not UTF-8", where=str(path)) from error


def check_private(facts: os.stat_result, path: Path, forbidden: int) -> None:
    """Raises ConfigError for what is no file of ours (or root's), or has one of the `forbidden` mode bits."""
    where = clean(str(path), 300)
    if not stat.S_ISREG(facts.st_mode):
        raise ConfigError("not a regular file", where=where)
    if facts.st_uid not in {os.geteuid(), 0}:
        raise ConfigError("belongs to somebody else", where=where, remedy="it must be yours, or root's")
    if facts.st_mode & forbidden:
        readable = forbidden & stat.S_IRGRP
        what, mode = ("read or written", "600") if readable else ("written", "go-w")
        raise ConfigError(f"can be {what} by others", where=where, remedy=f"chmod {mode} {where}")
