"""Real git repositories, made in milliseconds by `git fast-import`; the same input makes the same object ids."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

START = 1_760_000_000
"""Author time of the first commit, seconds since 1970; each following one is a minute later."""


class CommitSpec(Struct, frozen=True):
    """One commit to make."""

    message: str | bytes
    files: Mapping[str, str] | None = None
    """Path to content; None writes a line of its own into `notes.txt`."""
    parents: tuple[int, ...] | None = None
    """Positions of the parents in the list; None means the commit before, () a root."""
    author: str | bytes = "Ana Ruiz <ana@example.com>"
    when: int | None = None
    """Seconds since 1970; None means a minute after the commit before."""
    encoding: str = ""


class Made(Struct, frozen=True):
    """A repository that was made."""

    path: Path
    oids: tuple[str, ...]
    """Object id of each commit, in the order they were listed."""


def git(path: Path, *argv: str, feed: bytes = b"") -> str:
    """Run git as the person who owns the repository would, and return what it prints."""
    home = {"HOME": os.environ.get("HOME", "/"), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-C", str(path), *argv], input=feed, env=home, capture_output=True, check=True, timeout=300
    )
    return done.stdout.decode("utf-8", "replace").strip()


def make_repository(
    path: Path,
    commits: Sequence[CommitSpec | str | bytes],
    *,
    tags: Mapping[str, int] | None = None,
    annotated: Mapping[str, int] | None = None,
    branches: Mapping[str, int] | None = None,
    bare: bool = False,
) -> Made:
    """Make a repository at `path` with `main` at the last commit; tags and branches name positions in the list."""
    specs = [spec if isinstance(spec, CommitSpec) else CommitSpec(spec) for spec in commits]
    _init(path, bare)
    marks = path.absolute() / "marks"
    refs = {"refs/heads/main": len(specs) - 1} if specs else {}
    refs |= {f"refs/heads/{name}": at for name, at in (branches or {}).items()}
    refs |= {f"refs/tags/{name}": at for name, at in (tags or {}).items()}
    feed = b"".join([*_commits(specs), *_resets(refs), *_tags(annotated or {}), b"done\n"])
    git(
        path,
        "fast-import",
        "--quiet",
        "--force",
        "--done",
        "--date-format=raw",
        f"--export-marks={marks}",
        feed=feed,
    )
    found = dict(line.split() for line in marks.read_text().splitlines()) if marks.exists() else {}
    marks.unlink(missing_ok=True)
    return Made(path, tuple(found[f":{at + 1}"] for at in range(len(specs))))


def make_large(path: Path, n: int, *, tag_every: int = 0, merge_every: int = 10) -> Made:
    """Make `n` commits with believable messages, some of them merges, tagged v0.1.0, v0.2.0, ... on the way."""
    tags = {f"v0.{at // tag_every}.0": at for at in range(tag_every, n, tag_every)} if tag_every else {}
    return make_repository(path, list(_large_history(n, merge_every)), tags=tags)


_TYPES = ("feat", "fix", "fix", "docs", "chore", "refactor", "perf", "test")
_SCOPES = ("", "(api)", "(ui)", "(core)", "(deps)")


def _large_history(n: int, merge_every: int) -> Iterator[CommitSpec]:
    for at in range(n):
        if at > 3 and at % merge_every == 0:
            yield CommitSpec(f"Merge branch 'topic-{at}'", parents=(at - 2, at - 1), files={})
            continue
        mark = "!" if at % 500 == 499 else ""
        subject = f"{_TYPES[at % 8]}{_SCOPES[at % 5]}{mark}: change number {at} of what the service does (#{at})"
        body = (
            f"\n\nWhy change {at} was needed, told in a sentence\nthat goes over two lines.\n" if at % 3 else "\n"
        )
        yield CommitSpec(subject + body, files={f"src/module{at % 40}.py": f"value = {at}\n"})


def _init(path: Path, bare: bool) -> None:
    path.mkdir(parents=True, exist_ok=True)
    git(path, "init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _commits(specs: Sequence[CommitSpec]) -> Iterator[bytes]:
    when = START
    for at, spec in enumerate(specs):
        when = spec.when if spec.when is not None else when + 60
        parents = spec.parents if spec.parents is not None else ((at - 1,) if at else ())
        stamp = b"%s %d +0000" % (_bytes(spec.author), when)
        # each commit starts from nothing on a scratch branch, so that `from` alone decides its parent
        yield b"reset refs/heads/main\n\ncommit refs/heads/main\nmark :%d\n" % (at + 1)
        yield b"author %s\ncommitter %s\n" % (stamp, stamp)
        yield b"encoding %s\n" % spec.encoding.encode() if spec.encoding else b""
        yield _data(_bytes(spec.message))
        for index, parent in enumerate(parents):
            yield b"%s :%d\n" % (b"merge" if index else b"from", parent + 1)
        yield from _files(spec, at)
        yield b"\n"


def _files(spec: CommitSpec, at: int) -> Iterable[bytes]:
    files = spec.files if spec.files is not None else {"notes.txt": f"{at}\n"}
    for name, content in files.items():
        yield b"M 100644 inline %s\n%s" % (name.encode(), _data(content.encode()))


def _resets(refs: Mapping[str, int]) -> Iterator[bytes]:
    for name, at in refs.items():
        yield b"reset %s\nfrom :%d\n\n" % (name.encode(), at + 1)


def _tags(annotated: Mapping[str, int]) -> Iterator[bytes]:
    for name, at in annotated.items():
        yield b"tag %s\nfrom :%d\ntagger Ana Ruiz <ana@example.com> %d +0000\n" % (name.encode(), at + 1, START)
        yield _data(f"Release {name}".encode())
