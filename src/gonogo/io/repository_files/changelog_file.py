"""The changelog file of a product's repository: read, released into, written whole or not at all."""

import os
import re
from datetime import date
from pathlib import Path

from msgspec import Struct

from gonogo.changelog import ProductChanges
from gonogo.changelog.keepachangelog.releasing import NotReleased, Release, Released, release
from gonogo.errors import GonogoError, RefusedError, StorageError
from gonogo.io.git.door import GitDoor, GitError
from gonogo.io.host.atomic import write_atomically
from gonogo.plan import Plan, Product
from gonogo.view.notes import entry_body

SIZE_LIMIT = 4 * 1024 * 1024

_REMOTE = re.compile(
    r"^(?:(?:(?P<web>https?)|ssh|git)://(?:[^/@\s]*@)?|[\w.-]+@)"
    r"(?P<host>[\w.-]+)(?P<port>:\d+)?[:/](?P<path>[\w./~-]+?)(?:\.git)?/?$"
)


class Edit(Struct, frozen=True):
    """A changelog before and after, and the bytes it was read as."""

    path: Path
    before: bytes
    released: Released

    @property
    def after(self) -> bytes:
        """What is to be written."""
        return self.released.text.encode()


def propose(product: Product, file: str, new: Release) -> Edit:
    """What entering `new` would make of the file. Nothing is written.

    Raises RefusedError with file and line when there is nothing to enter or it is there already, StorageError.
    """
    path = Path(product.repo) / file
    _check_place(Path(product.repo), path)
    before = _read(path)
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError as error:
        line = before[: error.start].count(b"\n") + 1
        raise GonogoError(
            "is not UTF-8; writing it would change bytes nobody asked to change", where=f"{path}:{line}:1"
        ) from error
    result = release(text, new)
    if isinstance(result, NotReleased):
        where = f"{path}:{result.line}:1" if result.line else str(path)
        raise RefusedError(result.reason, where=where, remedy=result.remedy)
    return Edit(path, before, result)


def entry_of(plan: Plan, product: Product, changes: ProductChanges, day: date) -> Edit:
    """What entering the planned version of `product` would make of its changelog. Raises as `propose` does."""
    file = plan.changelog.file_of(product.name)
    if others := _sharing(plan, product, file):
        raise RefusedError(
            f"{product.name} and {', '.join(others)} have versions of their own, but one changelog",
            where=str(Path(product.repo) / file),
            remedy='give each its own in the plan: changelog: {file: "packages/{product}/CHANGELOG.md"}',
        )
    new = Release(
        product.version,
        day,
        product.tag_name,
        changes.base,
        entry_body(changes, plan.changelog),
        compare_base(product.repo),
        file,
    )
    return propose(product, file, new)


def _sharing(plan: Plan, product: Product, file: str) -> list[str]:
    """Other products whose entries would stand in the same file under versions that are not the same product's."""
    return [
        other.name
        for other in plan.products
        if (other.repo, plan.changelog.file_of(other.name)) == (product.repo, file)
        and other.tag.replace("{product}", other.name) != product.tag.replace("{product}", product.name)
    ]


def write(product: Product, edit: Edit) -> None:
    """Write the proposal. Raises ConflictError when the file changed since, NotPermittedError, StorageError."""
    expected = edit.before if edit.path.exists() or edit.before else None
    write_atomically(edit.path, edit.after, mode=0o644, within=Path(product.repo), expected=expected)


def _check_place(repo: Path, path: Path) -> None:
    """A changelog is a file of the work tree, and none of git's own. Raises RefusedError."""
    if not (repo / ".git").exists():
        raise RefusedError(
            "is no clone with files in it, so that there is no place for a changelog",
            where=str(repo),
            remedy="git clone it, and name that clone in `repo:`",
        )
    # also where a link leads, for whoever commits to the repository makes links
    steps = {step.lower() for step in (*path.relative_to(repo).parts, *_below(repo, path))}
    if ".git" in steps:
        raise RefusedError(
            "belongs to git itself", where=str(path), remedy="name another one: changelog: {file: CHANGELOG.md}"
        )


def _below(repo: Path, path: Path) -> tuple[str, ...]:
    top, real = os.path.realpath(repo), Path(os.path.realpath(path))
    return real.relative_to(top).parts if real.is_relative_to(top) else ()


def _read(path: Path) -> bytes:
    """The file; empty when there is none yet."""
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StorageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > SIZE_LIMIT:
        raise GonogoError(f"is larger than {SIZE_LIMIT} bytes", where=str(path))
    return content


def compare_base(repo: str) -> str:
    """`https://HOST/PATH/compare/` of the remote called origin; "" when there is none a browser could open.

    User names and passwords of the remote's address never get into it.
    """
    try:
        said = (
            GitDoor(repo).run(["config", "--get", "remote.origin.url"], accept=(0, 1)).decode("utf-8", "replace")
        )
    except GitError:
        return ""
    found = _REMOTE.match(said.strip())
    if not found:
        return ""
    middle = "/-/compare/" if "gitlab" in found["host"] else "/compare/"
    # the port of a browser's own address is part of it, that of ssh is not
    place = (
        f"{found['web']}://{found['host']}{found['port'] or ''}" if found["web"] else f"https://{found['host']}"
    )
    return f"{place}/{found['path'].strip('/')}{middle}"
