"""Made-up repositories, written by `git fast-import` in one go."""

import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from gonogo.errors import StorageError
from gonogo.simulator import scratch_git
from gonogo.simulator.histories import Entry, History, narrate


def generate(path: Path, histories: Sequence[History], until: datetime) -> None:
    """Make a repository at `path` whose last commit was made at `until`.

    Raises StorageError when it cannot be written, ConfigError without git.
    """
    scratch_git.run("init", "-q", "--template=", "-b", "main", "--", str(path))
    _import(path, narrate(histories), until)
    scratch_git.run("-C", str(path), "reset", "-q", "--hard")


def _import(path: Path, entries: Sequence[Entry], until: datetime) -> None:
    at = until.astimezone(UTC) - timedelta(seconds=sum(entry.pause for entry in entries[1:]))
    try:
        with subprocess.Popen(
            scratch_git.command("-C", str(path), "fast-import", "--quiet", "--done", "--date-format=raw"),
            env=scratch_git.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            failed = _feed(process, entries, int(at.timestamp()))
            complaint = process.stderr.read() if process.stderr else b""
    except FileNotFoundError as error:
        raise scratch_git.no_git() from error
    except BrokenPipeError as error:
        raise StorageError("git fast-import ended before its time", where=str(path)) from error
    if failed or process.returncode:
        raise StorageError(f"git fast-import failed: {scratch_git.last_words(complaint)}", where=str(path))


def _feed(process: subprocess.Popen[bytes], entries: Sequence[Entry], at: int) -> bool:
    """Hand the story over. Returns whether git stopped listening before its end."""
    if process.stdin is None or process.stdout is None:
        return True
    try:
        for position, entry in enumerate(entries):
            at += entry.pause if position else 0
            oid = _oid(process.stdin, process.stdout, entry.reverts + 1) if entry.reverts >= 0 else ""
            process.stdin.write(_commit_text(position, entry, at, oid))
        process.stdin.write(b"done\n")
        process.stdin.close()
    except BrokenPipeError:
        return True
    return False


def _oid(commands: IO[bytes], answers: IO[bytes], mark: int) -> str:
    commands.write(b"get-mark :%d\n" % mark)
    commands.flush()
    return answers.readline().decode("ascii", "replace").strip()


def _commit_text(position: int, entry: Entry, at: int, oid: str) -> bytes:
    mark = position + 1
    person = f"{entry.author.name} <{entry.author.email}> {at} +0000"
    parts = [f"commit refs/heads/main\nmark :{mark}\nauthor {person}\ncommitter {person}\n".encode()]
    parts.append(_data(entry.message.replace("{oid}", oid) if oid else entry.message))
    for word, parent in zip(("from", "merge"), entry.parents, strict=False):
        parts.append(f"{word} :{parent + 1}\n".encode())
    for path, text in entry.files:
        if _is_plain_path(path):
            parts.append(f'M 100644 inline "{path}"\n'.encode() + _data(text))
    branches = (branch for branch in entry.branches if _is_plain_ref(branch))
    parts.extend(f"reset refs/heads/{branch}\nfrom :{mark}\n\n".encode() for branch in branches)
    if _is_plain_ref(entry.tag):
        parts.append(
            f"tag {entry.tag}\nfrom :{mark}\ntagger {person}\n".encode() + _data(f"Release {entry.tag}\n")
        )
    return b"".join(parts)


_REF = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9+_-]|[./](?![./]))*", re.ASCII)


def _is_plain_ref(name: str) -> bool:
    """Whether a name from a plan may become a ref; git takes more, and a made-up history needs no more."""
    steps = name.split("/")
    return _REF.fullmatch(name) is not None and not any(step.endswith((".lock", ".")) for step in steps)


def _is_plain_path(path: str) -> bool:
    """Whether a path from a plan may stand in the tree: inside it, outside .git, nothing to be escaped."""
    steps = path.split("/")
    hidden = any(step in {"", ".", ".."} or step.lower().startswith(".git") for step in steps)
    return not hidden and path.isprintable() and not set(path) & {'"', "\\"}


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
