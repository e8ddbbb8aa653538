"""Evidence as somebody gives it: a link, a file by its digest, output. Nothing of it is trusted to be text."""

import hashlib
import os
import stat

from gonogo.errors import NotPermittedError, StorageError, UsageError
from gonogo.events.state import Proof
from gonogo.text import clean, clean_block

OUTPUT_LIMIT = 4_000
"""Characters of output that are kept; its digest is of all of it."""
_CHUNK = 1024 * 1024


def link(url: str) -> Proof:
    """Where to look. Raises UsageError."""
    text = clean(url.strip())
    if not is_link(text):
        raise UsageError(f"--link: '{clean(url, 80)}' is not a link", remedy="it begins with https://")
    return Proof("link", text)


def is_link(text: str) -> bool:
    """Whether somebody means a link by it."""
    return text.lower().startswith(("http://", "https://")) and " " not in text


def file(path: str) -> Proof:
    """A file's name, size and SHA-256. Raises UsageError, NotPermittedError, StorageError."""
    where = clean(path, 300)
    try:
        # a pipe would be waited for, and a device never ends
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise UsageError("the evidence is not a file", where=where)
            digest, size = hashlib.sha256(), 0
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except PermissionError as error:
        raise NotPermittedError("this account may not read the evidence", where=where) from error
    except (FileNotFoundError, ValueError) as error:
        raise UsageError("there is no such evidence", where=where) from error
    except OSError as error:
        raise StorageError(f"the evidence cannot be read: {error.strerror}", where=where) from error
    return Proof("file", where, digest.hexdigest(), size)


def output(text: str) -> Proof:
    """What was printed: its end, and the SHA-256 of all of it. Raises UsageError."""
    raw = text.encode("utf-8", "surrogateescape")
    if not text.strip():
        raise UsageError("--output: nothing was printed", remedy="pipe it in with --output -")
    kept = clean_block(text.strip()[-OUTPUT_LIMIT:], OUTPUT_LIMIT)
    return Proof("output", kept, hashlib.sha256(raw).hexdigest(), len(raw))
