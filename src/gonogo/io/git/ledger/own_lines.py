"""Lines that commits bring by themselves, merges included, and whether a version has them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct, field

from gonogo.io.git.door import GitDoor, GitError
from gonogo.io.git.ledger.history import Change, changes

_MERGES = 5_000
"""Merges whose own lines are looked for; more of them raise GitError, and are unknown."""
_AT_ONCE = 480
_TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes of a file whose lines are compared."""


class Lines(Struct):
    """What a commit changes in one file."""

    added: Counter[bytes] = field(default_factory=Counter)
    removed: Counter[bytes] = field(default_factory=Counter)


def evil_merges(git: GitDoor, among: Sequence[str]) -> Iterator[Change]:
    """Merges with lines that none of their parents has, or lacks. Raises GitError.

    A conflict that was resolved by hand looks so too: it is a change like any other.
    """
    oids = git.run(["rev-list", "--merges", f"--max-count={_MERGES}", *among]).decode("ascii").split()
    if len(oids) >= _MERGES:
        raise GitError(f"more than {_MERGES} merges are not in what ships", where=git.repo)
    for start in range(0, len(oids), _AT_ONCE):
        feed = "".join(f"{oid}\n" for oid in oids[start : start + _AT_ONCE]).encode()
        printed = git.run([*_COMBINED, "--stdin"], feed=feed)
        evil = {oid: tuple(files) for oid, files in _by_commit(printed) if files}
        if not evil:
            continue
        told = {one.oid: one for one in changes(git, ["--no-walk=unsorted", *evil], merges=True)}
        for oid, files in evil.items():
            known = told[oid]
            yield Change(oid, known.author, known.subject, files)


def are_there(git: GitDoor, oid: str, paths: Iterable[str], ships: str) -> bool:
    """Whether `ships` has the lines that `oid` brings into these files, and none that it takes. Raises GitError.

    Lines are counted as the commit left them; what only moves lines about is there in whole files alone.
    """
    changed = _changed(git, oid)
    return all(_is_there(git, oid, path, ships, changed.get(path, Lines())) for path in paths)


def _is_there(git: GitDoor, oid: str, path: str, ships: str, lines: Lines) -> bool:
    added, removed = lines.added - lines.removed, lines.removed - lines.added
    after, now = text_of(git, oid, path), text_of(git, ships, path)
    if after == now:
        return True
    if after is None or now is None or not (added or removed):
        return False
    was, here = Counter(_rows(after)), Counter(_rows(now))
    return all(here[row] >= was[row] for row in added) and all(here[row] <= was[row] for row in removed)


def _rows(text: bytes) -> Iterator[bytes]:
    return (row.strip() for row in text.split(b"\n"))


def text_of(git: GitDoor, oid: str, path: str) -> bytes | None:
    """A file of a commit; None where there is none."""
    listed = git.run(["ls-tree", "-z", "--full-tree", oid, "--", path])
    if not listed:
        return None
    _, kind, blob = listed.partition(b"\t")[0].decode().split()
    return git.run(["cat-file", "blob", blob], limit=_TEXT_LIMIT) if kind == "blob" else blob.encode()


_COMBINED = ("diff-tree", "--cc", "-r", "-p", "-U0", "--no-renames", "--no-ext-diff", "--no-textconv",
             "--no-color", "--root")  # fmt: skip


def _changed(git: GitDoor, oid: str) -> Mapping[str, Lines]:
    """By path: the lines of a commit; of a merge those that are in none of its parents."""
    found = dict(_by_commit(git.run([*_COMBINED, "--stdin"], feed=f"{oid}\n".encode())))
    return found.get(oid, {})


def _by_commit(printed: bytes) -> Iterator[tuple[str, Mapping[str, Lines]]]:
    """Each commit of what `git diff-tree --cc --stdin` prints; files without a line of its own are left out."""
    oid, files, here, columns = "", dict[str, Lines](), Lines(), 0
    for row in printed.split(b"\n"):
        if row.startswith((b"diff --cc ", b"diff --combined ", b"diff --git ")):
            path = _path(row)
            here, columns = Lines(), 0
            whole = (path, here)
        elif row.startswith(b"@@"):
            columns = len(row) - len(row.lstrip(b"@")) - 1
        elif columns and row[:columns] == b"+" * columns:
            here.added[row[columns:].strip()] += 1
            files[whole[0]] = whole[1]
        elif columns and row[:columns] == b"-" * columns:
            here.removed[row[columns:].strip()] += 1
            files[whole[0]] = whole[1]
        elif not columns and row.startswith(b"Binary files "):
            files[whole[0]] = whole[1]
        elif row[:1] not in {b" ", b"+", b"-", b"\\"} and _is_id(row):
            if oid:
                yield oid, files
            oid, files, columns = row.decode("ascii"), {}, 0
    if oid:
        yield oid, files


@cache
def _letters() -> frozenset[int]:
    return frozenset(b"0123456789abcdef")


def _is_id(row: bytes) -> bool:
    return len(row) in {40, 64} and _letters().issuperset(row)


def _path(row: bytes) -> str:
    """The path of a header: `diff --cc PATH`, or `diff --git a/PATH b/PATH` with one path twice."""
    kind, _, rest = row.removeprefix(b"diff --").partition(b" ")
    if kind == b"git":
        rest = rest[: (len(rest) - 1) // 2]
        rest = b'"' + rest[3:] if rest.startswith(b'"') else rest[2:]
    if rest.startswith(b'"'):
        rest = rest[1:-1].decode("unicode_escape").encode("latin-1")
    return rest.decode("utf-8", "replace")
