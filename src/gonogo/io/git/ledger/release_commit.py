"""The release commit that `prepare` makes on a release branch, and whether its changelog entry is elsewhere.

It moves what waits under Unreleased into the entry of its version. Until the mainline has that, the next release
that is cut from it writes the same entries once more.
"""

from collections.abc import Collection, Mapping, Sequence

from gonogo.changelog.keepachangelog.reading import read
from gonogo.facts.ledger import Fix
from gonogo.hotfix.lines import line_branch, release_message
from gonogo.io.git.door import GitDoor
from gonogo.io.git.history import TagRef
from gonogo.plan import Branches, ChangelogRules, Product
from gonogo.text import clean

_CHANGELOG_LIMIT = 8 * 1024 * 1024
"""Bytes of a changelog that are looked through for one entry."""


def release_commit_of(
    git: GitDoor,
    product: Product,
    branches: Branches,
    rules: ChangelogRules,
    releases: Sequence[TagRef],
    commits: Mapping[str, tuple[str, int]],
    mainline: Collection[str],
) -> Fix | None:
    """The commit of the newest final release, when `prepare` made it beside the mainline. Raises GitError.

    None for a hotfix: its fixes travel, and the line it was made on keeps its entry.
    """
    newest = releases[-1]
    oid, _ = commits[newest.name]
    printed = git.run(["log", "-1", "--no-show-signature", "--format=%P%x00%s", oid]).decode("utf-8", "replace")
    parents, _, subject = printed.strip("\n").partition("\0")
    if subject != release_message(product.name, newest.version.number) or not parents:
        return None
    is_patch = any(tag.version.release[:2] == newest.version.release[:2] for tag in releases[:-1])
    if is_patch and parents.split()[0] not in mainline:
        return None
    argv = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", parents.split()[0], oid]
    changed = git.run(argv).decode("utf-8", "replace").split("\0")
    if rules.file_of(product.name) not in changed:
        return None
    version = newest.version
    names = (newest.name, version.number, line_branch(branches, product, version.number))
    return Fix(product.name, oid, clean(subject, 300), version.number, version.release, names=names)


def has_entry(git: GitDoor, commit: str, path: str, version: str) -> bool:
    """Whether the changelog at a commit has an entry of that version. Raises GitError."""
    answer = git.ask(["cat-file", "blob", f"{commit}:{path}"], limit=_CHANGELOG_LIMIT)
    if answer.code != 0:
        return False
    return read(answer.out.decode("utf-8", "replace")).part(version) is not None
