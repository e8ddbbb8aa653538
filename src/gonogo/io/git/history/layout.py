"""What a clone shows without git being run: where its references are, whether they moved, what it leaves out."""

import os
from pathlib import Path

from gonogo.io.host.looking import is_file, is_folder, is_there


def fingerprint(repo: str) -> str:
    """Changes when a reference of `repo` moves; by a few `stat` calls, without running git.

    git replaces a reference by renaming a lock file onto it, so each move shows in the time of its folder.
    """
    git_dir, common = layout(Path(repo))
    marks = [_stamp(git_dir / "HEAD"), *(_stamp(common / name) for name in ("packed-refs", "shallow"))]
    for folder, _, _ in os.walk(common / "refs"):
        marks.append(_stamp(Path(folder)))
    return " ".join(marks)


def _stamp(path: Path) -> str:
    try:
        seen = path.stat()
    except OSError:
        return "-"
    return f"{seen.st_ino:x}.{seen.st_mtime_ns:x}.{seen.st_size:x}"


def layout(repo: Path) -> tuple[Path, Path]:
    """The git directory of a clone, a worktree or a bare repository, and the one that holds its references."""
    git_dir = repo / ".git"
    if is_file(git_dir):
        git_dir = repo / _first_line(git_dir).removeprefix("gitdir:").strip()
    elif not is_folder(git_dir):
        git_dir = repo
    common = _first_line(git_dir / "commondir")
    return git_dir, git_dir / common if common else git_dir


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.readline(4096).strip()
    except OSError:
        return ""


def is_shallow(repo: str) -> bool:
    """Whether history was cut off when the clone was made (`--depth`)."""
    return is_there(layout(Path(repo))[1] / "shallow")


def is_partial(repo: str) -> bool:
    """Whether the clone leaves contents for later (`--filter`): its packs say so by a file beside them."""
    try:
        with os.scandir(layout(Path(repo))[1] / "objects" / "pack") as packs:
            return any(entry.name.endswith(".promisor") for entry in packs)
    except OSError:
        return False
