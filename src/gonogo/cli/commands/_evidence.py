"""Evidence from the command line: links, files by their digest, output."""

import hashlib
import os
import stat
import sys
from collections.abc import Iterable

from gonogo.domain.state import Proof
from gonogo.domain.text import clean, clean_block
from gonogo.errors import NotPermittedError, StorageError, UsageError

OUTPUT_LIMIT = 4_000
"""Characters of output that are kept; its digest is of all of it."""
_CHUNK = 1024 * 1024
_STDIN_LIMIT = 16 * _CHUNK


def proofs(links: Iterable[str], files: Iterable[str], outputs: Iterable[str]) -> tuple[Proof, ...]:
    """Everything that was given, in that order. Raises UsageError, NotPermittedError, StorageError."""
    return (
        *(_link(one) for one in links),
        *(_file(one) for one in files),
        *(_output(one) for one in outputs),
    )


def _link(url: str) -> Proof:
    text = clean(url.strip())
    if not text.lower().startswith(("http://", "https://")) or " " in text:
        raise UsageError(f"--link: '{clean(url, 80)}' is not a link", remedy="it begins with https://")
    return Proof("link", text)


def _file(path: str) -> Proof:
    where = clean(path, 300)
    try:
        # a pipe would be waited for, and a device never ends
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise UsageError("the evidence is not a file", where=where)
            digest, size = hashlib.sha256(), 0
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except PermissionError as error:
        raise NotPermittedError("this account may not read the evidence", where=where) from error
    except (FileNotFoundError, ValueError) as error:
        raise UsageError("there is no such evidence", where=where) from error
    except OSError as error:
        raise StorageError(f"the evidence cannot be read: {error.strerror}", where=where) from error
    return Proof("file", where, digest.hexdigest(), size)


def _output(text: str) -> Proof:
    if text == "-":
        text = sys.stdin.read(_STDIN_LIMIT)
    raw = text.encode("utf-8", "surrogateescape")
    if not text.strip():
        raise UsageError("--output: nothing was printed", remedy="pipe it in with --output -")
    kept = clean_block(text.strip()[-OUTPUT_LIMIT:], OUTPUT_LIMIT)
    return Proof("output", kept, hashlib.sha256(raw).hexdigest(), len(raw))
