"""Handing over: new objects as one pack, then references in one transaction, each with the value it must have.

The person's repository gets nothing before and nothing else. A pack is put there whole, under the name of its
content, so that doing it again changes nothing. Taking it back removes the references, if they still are what
was put there, and the pack, if nobody has come to rely on it.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from gonogo.errors import ConflictError, StorageError
from gonogo.hotfix_jobs.bench import Bench, Delivered
from gonogo.hotfix_jobs.discovery import Found
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import GitDoor, is_object_id
from gonogo.io.host.atomic import sync_directory

_PACKED = (".pack", ".idx")
"""In this order: git sees a pack by its index, and must not see one without the other."""


def put_objects(space: Workspace, bench: Bench, found: Found, argv: Sequence[str], feed: str) -> None:
    """Pack what `argv` selects and put it into the person's object store. Raises GitError, StorageError."""
    base = space.path / ".git" / "gonogo"
    filled = [str(base) if word == "{pack}" else word for word in argv]
    name = space.door.run(filled, feed=feed.encode()).decode().strip()
    if not name:
        return  # everything is there already
    target = Path(found.objects) / "pack"
    bench.remember(Delivered(f"pack-{name}"))
    try:
        for suffix in _PACKED:
            _place(Path(f"{base}-{name}{suffix}"), target / f"pack-{name}{suffix}")
        sync_directory(target)
        bench.remember(Delivered(f"pack-{name}", (target / f"pack-{name}.pack").stat().st_mtime_ns))
    except OSError as error:
        raise StorageError(f"objects cannot be written: {error.strerror}", where=str(target)) from error


def _place(source: Path, target: Path) -> None:
    if target.exists():
        return
    # git removes a forgotten tmp_ file by itself, should nobody come back
    temporary = target.with_name(f"tmp_{target.name}")
    temporary.unlink(missing_ok=True)
    shutil.copyfile(source, temporary)
    temporary.chmod(0o444)
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    temporary.rename(target)


def change_refs(door: GitDoor, found: Found, lines: Sequence[str], expected: Sequence[str]) -> None:
    """One transaction of `update-ref --stdin`: all of it or nothing.

    `expected` are the references and the objects it puts there; a lock that a killed git of ours left on one of
    them is removed. Raises ConflictError when one of them is not what it must be.
    """
    for ref in expected:
        drop_traces(found, ref)
    drop_stale_lock(Path(found.common_dir) / "packed-refs.lock")
    argv = ["update-ref", "-m", "gonogo", "--stdin"]
    answer = door.ask(argv, feed="".join(f"{line}\n" for line in lines).encode())
    if answer.code == 0:
        return
    error = door.refusal(argv, answer)
    if "already exists" in error.message or "is at" in error.message or "unable to resolve" in error.message:
        raise ConflictError(
            f"a reference is not what it was when this was planned: {error.message}",
            where=found.path,
            remedy="abort it, then plan it anew; gonogo hotfix status names it",
        )
    raise error


def drop_traces(found: Found, ref: str) -> None:
    """Remove what a killed git left of a reference it did not make: the lock, and the log, written before it."""
    drop_stale_lock(Path(found.common_dir) / f"{ref}.lock")
    log = Path(found.common_dir) / "logs" / ref
    door = GitDoor(found.path)
    exists = door.succeeds(["show-ref", "--verify", "--quiet", ref])
    if log.is_file() and not exists and all(old.strip("0") == "" for old in _column(log, 0)):
        log.unlink(missing_ok=True)


def drop_stale_lock(lock: Path) -> None:
    """Remove a lock of git's that no process holds; one that is held is left, and git will say so.

    A living git has the file open while it is empty, and holds it for milliseconds once it is filled. Ours has
    ended: the caller has the lock that our gits inherit.
    """
    if not lock.exists() or _is_open(lock):
        return
    content = lock.read_text(encoding="utf-8", errors="replace").strip()
    if content and not is_object_id(content) and lock.name != "packed-refs.lock":
        return
    lock.unlink(missing_ok=True)


def _is_open(path: Path) -> bool:
    """Whether a process we may look at has it open; of other accounts nobody can tell."""
    wanted = str(path.resolve())
    for process in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(entry.readlink()) == wanted for entry in process.iterdir()):
                return True
        except OSError:
            continue
    return False


def take_objects_back(bench: Bench, found: Found) -> tuple[str, ...]:
    """Remove the packs we put there that nobody uses; returns the names of those that stay.

    When git is asked to write an object that a pack has, it moves the pack's time forward and writes nothing. A
    pack whose time is ours has therefore never been relied on by a write; whether a reference, an index or a
    reflog does is looked at, too.
    """
    stays = []
    for pack in bench.delivered():
        files = [Path(found.objects) / "pack" / f"{pack.name}{suffix}" for suffix in _PACKED]
        temporary = [file.with_name(f"tmp_{file.name}") for file in files]
        touched = files[0].exists() and pack.mtime_ns and files[0].stat().st_mtime_ns != pack.mtime_ns
        if files[0].exists() and (touched or _is_used(found, files[1])):
            stays.append(pack.name)
            continue
        # the index first: a pack without one is invisible, an index without its pack is an error
        for file in (files[1], files[0], *temporary):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(f"cannot be removed: {error.strerror}", where=str(file)) from error
    return tuple(stays)


def _is_used(found: Found, index: Path) -> bool:
    """Whether an object of the pack is named by a reference, a HEAD, a reflog or an index."""
    if not index.exists():
        return False
    door = GitDoor(found.path, timeout=120)
    listed = door.run(["verify-pack", "-v", "--", str(index)]).decode("ascii", "replace").splitlines()
    mine = {line.split()[0] for line in listed if is_object_id(line.partition(" ")[0])}
    argv = ["for-each-ref", "--format=%(objectname)"]
    named = set(door.run(argv).decode().split())
    for line in door.run(["ls-files", "-s", "-z"], accept=(0, 128)).split(b"\0"):
        if line:
            named.add(line.split()[1].decode())
    return bool(mine & named) or _in_reflogs(found, mine)


def _in_reflogs(found: Found, mine: set[str]) -> bool:
    for folder in {found.git_dir, found.common_dir}:
        for log in Path(folder, "logs").rglob("*"):
            if log.is_file() and any(oid in mine for oid in _column(log, 1)):
                return True
    return False


def _column(log: Path, index: int) -> set[str]:
    """The old (0) or the new (1) values of a reflog."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return {line.split(" ", 2)[index] for line in file if line.count(" ") >= 2}
