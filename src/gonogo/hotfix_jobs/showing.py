"""What a plan would come to: a temporary workspace to try it in, and what is shown of the result."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from gonogo.errors import ConfigError
from gonogo.hotfix.preview import Preview
from gonogo.hotfix.work import Identity, Work
from gonogo.hotfix_jobs.discovery import Found
from gonogo.hotfix_jobs.tree_edits import contents, write_tree
from gonogo.hotfix_jobs.trial import changed_paths
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import GitDoor
from gonogo.io.host.identity_unix import account_name
from gonogo.plan import Product
from gonogo.text import clean, clean_block

DIFF_LIMIT = 200_000
"""Characters of the resulting difference that are shown."""
_NO_IDENTITY = "git config --global user.name 'Your Name'; git config --global user.email you@example.com"


def identity(found: Found) -> Identity:
    """Whose name commits carry: what git is configured to say, else the account. Raises ConfigError."""
    door = GitDoor(found.path)
    name, email = (
        clean(door.run(["config", "--get", key], accept=(0, 1)).decode("utf-8", "replace").strip(), 200)
        for key in ("user.name", "user.email")
    )
    name = name or account_name(os.getuid())
    if not email:
        raise ConfigError("git does not know your e-mail address", where=found.path, remedy=_NO_IDENTITY)
    return Identity("".join(sign for sign in name if sign not in "<>"), email.strip("<>"))


@contextmanager
def trial_space(found: Found, who: Identity) -> Iterator[Workspace]:
    """A temporary workspace that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gonogo-trial-", ignore_cleanup_errors=True) as folder:
        space = Workspace(Path(folder) / "trial", who, 0)
        space.prepare()
        space.door.run(["init", "--quiet", "--template=", f"--object-format={found.object_format}"])
        space.borrow(found)
        yield space


def previewed(space: Workspace, work: Work, product: Product, tree: str) -> tuple[Preview, Work]:
    """Edits and difference, as far as they are known beforehand; the work with the tree that comes out.

    `tree` is the one after all picks, "" when a conflict makes it unknown.
    """
    files, edits = contents(space.door, tree or work.base_oid, work)
    blockers = tuple(f"{one.path}: {one.problem}" for one in edits if one.problem)
    if work.by_hand or not tree:
        return Preview(None, None, edits=edits, blockers=blockers), work
    result = write_tree(space.door, tree, files) if files else tree
    stat, diff = difference(space.door, work.base_oid, result)
    touched = changed_paths(space.door, f"{work.base_oid}^{{tree}}", result)
    migrations = tuple(path for path in touched if below(path, product.migration_paths))
    warnings = [f"it changes a migration: {path}" for path in migrations[:5]]
    preview = Preview(
        None, None, edits=edits, diffstat=stat, diff=diff, migrations=migrations,
        warnings=tuple(warnings), blockers=blockers,
    )  # fmt: skip
    return preview, replace(work, result_tree=result)


def difference(door: GitDoor, before: str, after: str) -> tuple[tuple[str, ...], str]:
    """The difference of two trees: lines of a statistic, and a patch of bounded length. Raises GitError."""
    plain = ["--no-ext-diff", "--no-textconv", "--no-color"]
    stat = door.run(["diff", *plain, "--stat=100", before, after, "--"]).decode("utf-8", "replace")
    patch = bytearray()
    for chunk in door.stream(["diff", *plain, before, after, "--"]):
        patch += chunk
        if len(patch) > DIFF_LIMIT:
            break
    return tuple(clean(line, 200) for line in stat.splitlines()), clean_block(
        bytes(patch).decode("utf-8", "replace"), DIFF_LIMIT
    )


def below(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a path is one of the folders, or lies below one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
