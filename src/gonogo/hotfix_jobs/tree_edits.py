"""What the release commit changes, worked out from a tree: version files and the changelog."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from gonogo.changelog.keepachangelog.releasing import NotReleased
from gonogo.errors import GonogoError, StorageError
from gonogo.facts.version_files import place_of
from gonogo.hotfix.notes import entered
from gonogo.hotfix.preview import EditPreview
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs.edits import CannotEdit, state_version
from gonogo.io.git.door import GitDoor
from gonogo.text import clean

SIZE_LIMIT = 4 * 1024 * 1024
"""Bytes of a file that is edited; a changelog of ten years stays below."""
_PLAIN = {"100644", "100755"}


class NewContent(Struct, frozen=True):
    """One file as the release commit has it."""

    path: str
    mode: str
    content: bytes
    what: tuple[str, ...]


class UnreadableFileError(GonogoError):
    """A file of the tree that cannot be edited; the message says why."""


def read_file(door: GitDoor, tree: str, path: str) -> tuple[str, bytes] | None:
    """Mode and content of a plain file; None when there is none. Raises UnreadableFileError for others."""
    listed = door.run(["ls-tree", "-z", "--full-tree", "--long", tree, "--", path])
    if not listed:
        return None
    mode, kind, oid, size = listed.partition(b"\t")[0].decode().split()
    if mode not in _PLAIN or kind != "blob":
        raise UnreadableFileError(f"{clean(path, 200)} is no plain file")
    if int(size) > SIZE_LIMIT:
        raise UnreadableFileError(f"{clean(path, 200)} is larger than {SIZE_LIMIT // 1024} KiB")
    return mode, door.run(["cat-file", "blob", oid])


def contents(door: GitDoor, tree: str, work: Work) -> tuple[tuple[NewContent, ...], tuple[EditPreview, ...]]:
    """Every file the release commit changes, and the same in words with what cannot be done. Raises GitError."""
    made: dict[str, NewContent] = {}
    told = tuple(_wanted(door, tree, work, made))
    return tuple(made.values()), told


def _wanted(door: GitDoor, tree: str, work: Work, made: dict[str, NewContent]) -> Iterator[EditPreview]:
    for file in work.files:
        place = place_of(file)
        try:
            before = made.get(file.path) or _loaded(door, tree, file.path)
            edited = state_version(_text(before), file, work.version, work.scheme)
        except UnreadableFileError as error:
            yield EditPreview(file.path, place, str(error))
            continue
        if isinstance(edited, CannotEdit):
            yield EditPreview(file.path, place, f"{file.path} {edited.reason}")
            continue
        what = f"{place}: {edited.before} -> {edited.after}"
        made[file.path] = NewContent(
            file.path, before.mode, edited.text.encode("utf-8", "surrogateescape"), (*before.what, what)
        )
        yield EditPreview(file.path, what)
    if work.changelog and work.entry:
        try:
            before = made.get(work.changelog) or _loaded(door, tree, work.changelog)
        except UnreadableFileError as error:
            yield EditPreview(work.changelog, "changelog entry", str(error))
            return
        day = datetime.fromtimestamp(work.started_at, UTC).date()
        entry = entered(_text(before), work.version, day, work.tag, work.base_tag, work.entry, work.changelog)
        if isinstance(entry, NotReleased):
            yield EditPreview(work.changelog, "changelog entry", f"{work.changelog}: {entry.reason}")
            return
        content = entry.text.encode("utf-8", "surrogateescape")
        made[work.changelog] = NewContent(work.changelog, before.mode, content, ("changelog entry",))
        yield EditPreview(work.changelog, f"entry of {work.version}, {entry.origin.value}")


def _loaded(door: GitDoor, tree: str, path: str) -> NewContent:
    found = read_file(door, tree, path)
    if found is None:
        raise UnreadableFileError(f"{clean(path, 200)} is not there")
    return NewContent(path, found[0], found[1], ())


def _text(file: NewContent) -> str:
    # bytes that are no UTF-8 come back as the bytes they were
    return file.content.decode("utf-8", "surrogateescape")


def write_tree(door: GitDoor, tree: str, files: tuple[NewContent, ...]) -> str:
    """The tree with these contents instead. Writes objects, and the index of the workspace."""
    door.run(["read-tree", tree])
    scratch = f"{door.repo}/.git/gonogo-content"
    for file in files:
        try:
            with open(scratch, "wb") as handle:
                handle.write(file.content)
        except OSError as error:
            raise StorageError(f"cannot be written: {error.strerror}", where=scratch) from error
        oid = door.run(["hash-object", "-w", "--no-filters", "--", scratch]).decode().strip()
        door.run(["update-index", "--add", "--cacheinfo", f"{file.mode},{oid},{file.path}"])
    return door.run(["write-tree"]).decode().strip()
