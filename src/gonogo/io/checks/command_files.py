"""Which files the commands of a plan name: what a script says now is part of what a person trusts.

A word counts when it names a file below the plan's directory or a product's repository, as the command would find
it from the plan's directory; so does what stands behind `=` in an option. What a program opens beyond its words (a
Makefile, an imported module) is not seen here: docs/deciding.md says so.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gonogo.errors import StorageError
from gonogo.events.checks import CheckResult
from gonogo.facts.named_files import NamedFiles
from gonogo.plan import LoadedPlan
from gonogo.plan.conditions import RunCheck
from gonogo.rules.checks import commands
from gonogo.text import clean

_BLOCK = 1024 * 1024
LARGEST = 64 * _BLOCK
"""Bytes: what is larger is no script, and reading it would keep a person waiting."""


def named_files(loaded: LoadedPlan, argv: Sequence[str] | None = None) -> Mapping[str, str]:
    """SHA-256 by word: of the files that `argv` names, or any command of the plan where it is None.

    Raises StorageError for a file that is there and cannot be read: what cannot be seen cannot be trusted.
    """
    words = [word for one in commands(loaded.plan) for word in one.argv] if argv is None else argv
    directory = Path(loaded.path).absolute().parent
    places = [str(directory), *(product.repo for product in loaded.plan.products if product.repo)]
    roots = [os.path.realpath(place) for place in places]
    found = {}
    for word in dict.fromkeys(str(word) for word in words):
        for path in _paths(word, directory):
            if any(os.path.commonpath((root, path)) == root for root in roots) and (digest := _sha256(path)):
                found[word] = digest
                break
    return found


def read_anew(loaded: LoadedPlan, passed: Iterable[tuple[RunCheck, CheckResult]]) -> tuple[NamedFiles, ...]:
    """What the files are now that the commands of these checks name, each beside its recorded result."""
    return tuple(_read_anew(loaded, check, result) for check, result in passed)


def _read_anew(loaded: LoadedPlan, check: RunCheck, result: CheckResult) -> NamedFiles:
    try:
        found = named_files(loaded, check.argv)
    except (StorageError, OSError) as error:
        told = f"{error.where}: {error.message}" if isinstance(error, StorageError) else str(error)
        return NamedFiles(result.item, result.seq, problem=clean(told, 300))
    return NamedFiles(result.item, result.seq, {clean(word, 300): digest for word, digest in found.items()})


def _paths(word: str, directory: Path) -> Iterator[str]:
    """Where the word may lead, links followed."""
    for name in _names(word):
        if name and "\0" not in name:
            yield os.path.realpath(directory / name)


def _names(word: str) -> Iterable[str]:
    return (word, word.partition("=")[2]) if word.startswith("-") else (word,)


_NO_FILE = (errno.ENXIO, errno.ENODEV, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)
"""A socket, a device that is not there, a word no file can be called by."""


def _sha256(path: str) -> str:
    """Of a regular file's bytes; "" where there is none. Raises StorageError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        if error.errno in _NO_FILE:
            return ""
        raise StorageError(f"named by a command, and cannot be read: {error.strerror}", where=path) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return ""
        if facts.st_size > LARGEST:
            raise StorageError(
                f"named by a command, and larger than {LARGEST // _BLOCK} MiB",
                where=path,
                remedy="keep it outside the plan's directory and the repositories",
            )
        digest = hashlib.sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
        return digest.hexdigest()
