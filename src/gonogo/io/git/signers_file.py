"""The file that says whose keys count: beside the plan, or as a branch of a local clone has it.

A branch that not everybody may push to keeps it out of the reach of those who decide. It is read from the object
database, never from a work tree: what lies there anybody with the clone may have edited.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gonogo.errors import GonogoError, StorageError
from gonogo.io.git.door import GitDoor, UnknownRevisionError, check_ref
from gonogo.plan import SignersFile
from gonogo.text import clean

_LIMIT = 1024 * 1024
_PLAIN = {b"100644", b"100755"}
"""Modes of a file that is no link."""


def read(signers: SignersFile) -> bytes:
    """Its content. Raises GonogoError."""
    if signers.ref:
        return _at_ref(signers)
    try:
        with open(signers.path, "rb") as file:
            return file.read(_LIMIT)
    except OSError as error:
        raise StorageError(f"the allowed signers cannot be read: {error.strerror}", where=signers.path) from error


def stamp(signers: SignersFile) -> str:
    """Differs when it may have changed; a few `stat` calls."""
    if signers.ref:
        from gonogo.io.git.history.layout import fingerprint  # with all that reads histories

        return f"{signers} {fingerprint(signers.repo)}"
    try:
        facts = Path(signers.path).stat()
    except OSError as error:
        return f"{signers} {error.errno}"
    return f"{signers} {facts.st_ino} {facts.st_size} {facts.st_mtime_ns}"


@contextmanager
def as_file(signers: SignersFile) -> Iterator[Path]:
    """A copy that stays as it is while it is used: file and branch may move meanwhile. Raises GonogoError."""
    content = read(signers)
    with tempfile.TemporaryDirectory(prefix="gonogo-signers-") as folder:
        copy = Path(folder) / "allowed_signers"
        copy.write_bytes(content)
        yield copy


def _at_ref(signers: SignersFile) -> bytes:
    door = GitDoor(signers.repo)
    commit = _commit(door, check_ref(signers.ref))
    listed = door.run(["ls-tree", "-z", "--full-tree", commit, "--", signers.path])
    words = listed.partition(b"\t")[0].split()
    if len(words) != 3 or words[0] not in _PLAIN:
        raise GonogoError(
            f"{clean(str(signers), 200)} is no file",
            where=signers.repo,
            remedy="correct `allowed_signers:` in the plan, or git fetch",
        )
    return door.run(["cat-file", "blob", words[2].decode()], limit=_LIMIT)


def _commit(door: GitDoor, ref: str) -> str:
    """A remote's branch before one of the clone's own: that one anybody with the clone may move."""
    names = [ref] if ref.startswith("refs/") else [f"refs/remotes/{ref}", f"refs/heads/{ref}", f"refs/tags/{ref}"]
    for name in names:
        found = door.run(
            ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], accept=(0, 1)
        )
        if found.strip():
            return found.decode().strip()
    raise UnknownRevisionError(
        f"there is no branch {clean(ref, 80)} with the allowed signers", where=door.repo, remedy="git fetch"
    )
