"""One commit, read whole: message, files and how much of each changed. Two calls of git, in a worker thread.

Nothing of the repository runs for it: no external diff, no text conversion; and no content is fetched.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from gonogo.commits.whole_commit import CommitTold, NoCommit, TouchedFile, WholeCommit
from gonogo.errors import UsageError
from gonogo.io.git.door import GitDoor, GitError, UnknownRevisionError, is_object_id
from gonogo.io.git.history.records import told
from gonogo.plan import Product
from gonogo.text import clean, clean_block

FILES_KEPT = 500
_FORMAT = "%H%x00%P%x00%e%x00%an%x00%at%x00%cn%x00%ct%x00%B"
_FIELDS = 8
_DIFF = (
    "diff-tree", "--no-ext-diff", "--no-textconv", "--no-commit-id", "--find-renames", "-r", "--numstat", "-z",
)  # fmt: skip


def read_commit(product: Product, oid: str) -> CommitTold:
    """The commit `oid` of the product's repository. Never raises for what a repository holds or lacks."""
    try:
        return _read(GitDoor(product.repo), oid)
    except (GitError, UsageError) as error:
        return NoCommit(error.message, error.remedy)


def _read(git: GitDoor, oid: str) -> WholeCommit:
    if not is_object_id(oid):
        raise UnknownRevisionError(f"'{clean(oid, 80)}' is no object id")
    printed = git.run(
        ["log", "-z", "-1", "--no-decorate", "--no-notes", "--no-show-signature", f"--format={_FORMAT}", oid, "--"]
    )
    fields = printed.split(b"\0", _FIELDS - 1)
    if len(fields) != _FIELDS:
        raise UnknownRevisionError(f"there is no commit {oid[:12]}", where=git.repo)
    _, parents, encoding, author, authored, committer, committed, message = fields
    commit = WholeCommit(
        oid,
        clean_block(_text(told(message.rstrip(b"\0"), encoding, authored, author))).strip("\n"),
        clean(_text(author), 200),
        _seconds(authored),
        clean(_text(committer), 200),
        _seconds(committed),
        tuple(parents.decode("ascii", "replace").split()),
    )
    return _with_files(git, commit)


def _with_files(git: GitDoor, commit: WholeCommit) -> WholeCommit:
    """What it changed against its first parent; a root against nothing."""
    between = [commit.parents[0], commit.oid] if commit.parents else ["--root", commit.oid]
    kept: list[TouchedFile] = []
    count = added = removed = 0
    why = ""
    if not commit.parents and b"\nparent " in git.run(["cat-file", "commit", commit.oid]).partition(b"\n\n")[0]:
        # git calls it a root: against nothing, all its tree would look new
        return replace(commit, no_files="the clone is shallow, and its parent is missing")
    try:
        for file in touched(git.stream([*_DIFF, *between, "--"])):
            count += 1
            added += file.added or 0
            removed += file.removed or 0
            if len(kept) < FILES_KEPT:
                kept.append(file)
    except GitError as error:  # a partial clone lacks the contents
        why = error.message
    return replace(commit, files=tuple(kept), file_count=count, added=added, removed=removed, no_files=why)


def touched(chunks: Iterable[bytes]) -> Iterator[TouchedFile]:
    """The files of `--numstat -z`: numbers and path; after a rename an empty path, then the old and the new."""
    words = _words(chunks)
    for word in words:
        added, _, rest = word.partition(b"\t")
        removed, _, path = rest.partition(b"\t")
        before = b""
        if not path:
            before, path = next(words, b""), next(words, b"")
        yield TouchedFile(_path(path), _number(added), _number(removed), _path(before))


def _words(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _path(path: bytes) -> str:
    return clean(_text(path), 300)


def _text(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")


def _number(text: bytes) -> int | None:
    """None is git's `-`, for contents that are no text."""
    return int(text) if text.isdigit() else None


def _seconds(text: bytes) -> int | None:
    return int(text) if text.lstrip(b"-").isdigit() else None
