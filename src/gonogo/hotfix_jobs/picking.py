"""Picks in the workspace: done, found done after an interruption, or stopped and resolved by hand."""

from collections.abc import Sequence

from msgspec import Struct

from gonogo.errors import RefusedError, StorageError, UsageError
from gonogo.hotfix.preview import Conflict, Pick
from gonogo.hotfix_jobs.trial import hunks
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.text import clean

_MARKERS = (b"<<<<<<< ", b">>>>>>> ")


class Stopped(Struct, frozen=True):
    """A pick that needs a person."""

    pick: Pick
    conflicts: tuple[Conflict, ...]


def trailer(pick: Pick) -> str:
    """The line by which a picked commit names where it comes from."""
    return f"(cherry picked from commit {pick.oid})"


def do_pick(space: Workspace, argv: Sequence[str], pick: Pick) -> str | Stopped:
    """Pick it; returns the new commit, or where it stopped. Raises GitError."""
    # a pick keeps its author, a merge is a commit of our own
    door = space.authoring if argv[0] == "merge" else space.door
    answer = door.ask(argv)
    if answer.code == 0:
        return space.head()
    stopped = unmerged(space)
    if stopped:
        return Stopped(pick, stopped)
    raise space.door.refusal(argv, answer)


def unmerged(space: Workspace) -> tuple[Conflict, ...]:
    """What waits to be resolved in the workspace."""
    stages: dict[str, set[str]] = {}
    for entry in space.door.run(["ls-files", "--unmerged", "-z"]).split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if path:
            stages.setdefault(path.decode("utf-8", "surrogateescape"), set()).add(head.split()[2].decode())
    return tuple(_conflict(space, path, found) for path, found in stages.items())


def _conflict(space: Workspace, path: str, stages: set[str]) -> Conflict:
    kinds = {
        ("1", "2", "3"): "contents",
        ("2", "3"): "add/add",
        ("1", "2"): "deleted there",
        ("1", "3"): "deleted here",
    }
    kind = kinds.get(tuple(sorted(stages)), "rename")
    return Conflict(path, kind, hunks(_content(space, path)))


def _content(space: Workspace, path: str) -> bytes:
    file = space.path / path
    try:
        return file.read_bytes() if file.is_file() and not file.is_symlink() else b""
    except OSError:
        return b""


def took_effect(space: Workspace, before: str, pick: Pick) -> str:
    """The commit that the pick made on `before`, if it got that far; "" when it did not."""
    head = space.head()
    if not head or head == before:
        return ""
    if head == pick.oid:  # moved forward to it
        return head
    found = space.door.run(["rev-list", "--parents", "-1", head]).decode().split()
    message = space.door.run(["log", "-1", "--format=%B", head]).decode("utf-8", "replace")
    merged = found[1:] == [before, pick.oid]
    return head if merged or (found[1:] == [before] and trailer(pick) in message) else ""


def recover(space: Workspace, to: str) -> None:
    """Bring the workspace back to a commit: what a killed git left half-done goes."""
    space.unlock()
    space.door.run(["reset", "--quiet", "--hard", to])
    space.door.run(["clean", "--quiet", "-ffdx"])


def is_merging(space: Workspace) -> bool:
    """Whether what stopped is a merge, and no pick."""
    return (space.path / ".git" / "MERGE_HEAD").exists()


class Resolution(Struct, frozen=True):
    """How a person resolved what stopped a pick: the files they edited, and those where the line's own stays."""

    edited: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()

    @property
    def named(self) -> set[str]:
        """All of them."""
        return {*self.edited, *self.ours}


def check_named(conflicts: Sequence[str], resolution: Resolution, command: str) -> None:
    """Every file that conflicted is named, and no other. Raises RefusedError, UsageError."""
    strangers = resolution.named - set(conflicts)
    if strangers:
        raise UsageError(
            f"{clean(min(strangers), 200)} has no conflict", remedy=f"these have: {', '.join(conflicts[:12])}"
        )
    missing = [path for path in conflicts if path not in resolution.named]
    if missing:
        words = " ".join(f"--resolved {clean(path, 200)}" for path in missing[:12])
        named = ", ".join(missing[:12])
        raise RefusedError(
            f"{len(missing)} of {len(conflicts)} conflicting files are not confirmed by name: {named}",
            remedy=f"resolve and test them, then: {command} {words}",
        )


def check_no_markers(space: Workspace, resolution: Resolution) -> None:
    """No file that is called resolved still has conflict markers. Raises RefusedError."""
    for path in resolution.edited:
        lines = _content(space, path).splitlines()
        marked = [number for number, line in enumerate(lines, 1) if line.startswith(_MARKERS)]
        if marked:
            raise RefusedError(
                f"{clean(path, 200)}:{marked[0]}: a conflict marker is left",
                where=str(space.path),
                remedy="resolve it, then continue",
            )


def check_something_left(space: Workspace, pick: Pick, before: str, resolution: Resolution, remedy: str) -> None:
    """The pick still changes something on `before`: what keeps nothing of a fix would be announced as that fix.

    Looks only; raises RefusedError with `remedy`, and GitError.
    """
    # paths that conflict are in this list as well
    touched = space.door.run(["diff-index", "--cached", "--name-only", "--no-renames", "-z", before, "--"])
    names = {path.decode("utf-8", "surrogateescape") for path in touched.split(b"\0") if path}
    edited = set(resolution.edited) - set(resolution.ours)
    if names - resolution.named or any(_is_changed(space, before, path) for path in edited):
        return
    raise RefusedError(
        f"resolved like this, nothing of {pick.oid[:10]} is left: it would be announced, and not be in it",
        where=str(space.path),
        remedy=remedy,
    )


def _is_changed(space: Workspace, before: str, path: str) -> bool:
    """Whether the file in the work tree is another one than at `before`."""
    file = space.path / path
    if file.is_symlink():
        return True
    was = space.door.ask(["rev-parse", "--verify", "--quiet", f"{before}:{path}"])
    had = was.out.decode().strip() if was.code == 0 else ""
    if not file.is_file():
        return bool(had)
    return space.door.run(["hash-object", "--no-filters", "--", path]).decode().strip() != had


def commit_resolution(space: Workspace, pick: Pick, before: str, resolution: Resolution) -> str:
    """Commit what a person made of a conflict, under the author and the message of the pick; returns the commit.

    A commit that the person made of it by themselves is taken as it is. Raises GitError, RefusedError.
    """
    if done := took_effect(space, before, pick):
        return done
    if space.head() != before:
        raise RefusedError(
            "the workspace is not where the pick stopped: commits were added or removed",
            where=str(space.path),
            remedy=f"git -C {space.path} reset --hard {before[:12]}, resolve it again, or abort",
        )
    space.unlock()
    for path in resolution.ours:
        _keep_ours(space, path)
    edited = [path for path in resolution.edited if path not in resolution.ours]
    if edited:
        space.door.run(["add", "--force", "--all", "--", *edited])
    message = _message(space, pick, sorted(resolution.named))
    file = space.path / ".git" / "gonogo-message"
    try:
        file.write_bytes(message)
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror}", where=str(file)) from error
    # not `cherry-pick --continue`: it would take lines that begin with # out of the message
    commit = ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim", "--allow-empty"]
    space.as_author_of(pick.oid).run([*commit, f"--file={file}"])
    return space.head()


def _keep_ours(space: Workspace, path: str) -> None:
    answer = space.door.ask(["checkout", "--ours", "--", path])
    if answer.code == 0:
        space.door.run(["add", "--force", "--", path])
    else:  # the line does not have the file
        space.door.run(["rm", "--quiet", "--force", "--", path])


def _message(space: Workspace, pick: Pick, paths: Sequence[str]) -> bytes:
    """The original message, git's own `-x` line, and which files were resolved by hand: reviewers look there."""
    original = space.door.run(["log", "-1", "--format=%B", pick.oid]).rstrip(b"\n")
    conflicts = "".join(f"\t{clean(path, 300)}\n" for path in paths)
    separator = b"\n\n"
    if is_merging(space):
        head = f"Merge {pick.oid[:10]}\n\n".encode()
        return head + original + separator + f"Conflicts resolved by hand:\n{conflicts}".encode()
    return original + separator + f"{trailer(pick)}\n\nConflicts resolved by hand:\n{conflicts}".encode()
