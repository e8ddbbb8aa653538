"""Picking commits without picking them: what git would make of them, in a workspace nobody checks out.

git 2.39 has no `merge-tree --merge-base`. A pick is a merge whose base is the commit's parent, so three commits
are made of three trees - the parent's, ours, the commit's - and the ordinary `merge-tree --write-tree` joins them.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from gonogo.hotfix.preview import Conflict, Needs, Outcome, Pick, PickPreview
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import GitDoor, GitError
from gonogo.text import clean, clean_block

_TRIED = 8
"""Commits before a conflicting one that are tried on the line."""
_COUNTED = 200
_TRIED_PATHS = 50
_FIELDS = 2
"""Separators in a line of such a commit."""
_HUNKS = 20
_HUNK_LIMIT = 4_000
_SHOWN_LIMIT = 256 * 1024
"""Bytes of a conflicting file that are looked at."""
_CONFLICT = re.compile(rb"^<{7} .*?^>{7} [^\n]*$", re.MULTILINE | re.DOTALL)


class Merged(Struct, frozen=True):
    """What one merge of trees came to."""

    tree: str
    conflicts: tuple[Conflict, ...] = ()


def try_picks(
    space: Workspace, base: str, picks: Sequence[Pick], known: dict[str, str]
) -> tuple[tuple[PickPreview, ...], str]:
    """Each pick after those before it, and the tree at the end ("" when a conflict makes it unknown).

    `known` maps paths to what is known about them, for proposals.
    """
    door = space.authoring
    _attributes(door, base)
    tree, certain = space.tree(base), True
    found: list[PickPreview] = []
    for pick in picks:
        try:
            merged = _pick(door, tree, pick, known)
            files = changed_paths(door, _parent_tree(door, pick), f"{pick.oid}^{{tree}}")
        except GitError as error:
            found.append(PickPreview(pick, Outcome.UNKNOWN, conflicts=(Conflict("", clean(error.message, 200)),)))
            certain = False
            continue
        if merged.conflicts:
            outcome, certain_now = Outcome.CONFLICT, False
        else:
            outcome, certain_now = (Outcome.EMPTY if merged.tree == tree else Outcome.CLEAN), certain
        told = merged.tree if certain_now else ""
        needs = _needs(door, base, tree, pick, merged) if merged.conflicts else Needs()
        found.append(PickPreview(pick, outcome, told, merged.conflicts, files, certain, needs))
        tree, certain = merged.tree, certain_now
    return tuple(found), tree if certain else ""


def _needs(door: GitDoor, base: str, tree: str, pick: Pick, merged: Merged) -> Needs:
    """Which commits before `pick` touch what conflicts and are not on the line; one alone where one is enough."""
    paths = [one.path for one in merged.conflicts[:_TRIED_PATHS] if one.path]
    parent = f"{pick.oid}^{pick.mainline_parent or 1}"
    if not paths or door.ask(["rev-parse", "--verify", "--quiet", parent]).code:
        return Needs()
    limits = ["--no-merges", f"--max-count={_COUNTED}", "--format=%H%x00%s%x00%an"]
    listed = door.run(["log", *limits, parent, f"^{base}", "--", *paths]).decode("utf-8", "replace").splitlines()
    every = [
        Pick(oid, clean(subject, 200), clean(author, 80))
        for oid, subject, author in (line.split("\0") for line in listed if line.count("\0") == _FIELDS)
    ]
    tried = every[:_TRIED]
    for one in tried:
        if _joins(door, tree, (one, pick)):
            return Needs((one,), enough=True)
    oldest_first = tuple(reversed(tried))
    enough = len(tried) > 1 and _joins(door, tree, (*oldest_first, pick))
    return Needs(oldest_first, enough, len(every) - len(tried))


def _joins(door: GitDoor, tree: str, picks: Sequence[Pick]) -> bool:
    """Whether git picks all of them on `tree` without a conflict."""
    for pick in picks:
        merged = _pick(door, tree, pick, {})
        if merged.conflicts:
            return False
        tree = merged.tree
    return True


def predicted_tree(space: Workspace, parent: str, pick: Pick) -> str:
    """The tree that picking it on `parent` makes by itself; "" when it conflicts."""
    merged = _pick(space.authoring, space.tree(parent), pick, {})
    return "" if merged.conflicts else merged.tree


def conflicting_hunks(space: Workspace, parent: str, pick: Pick) -> dict[str, int]:
    """How many pieces of each file git could not join by itself."""
    merged = _pick(space.authoring, space.tree(parent), pick, {})
    return {one.path: max(1, len(one.hunks)) for one in merged.conflicts}


def try_merge(space: Workspace, branch: str, pick: Pick) -> tuple[PickPreview, str]:
    """What merging the commit into `branch` would come to, and the tree it leads to ("" with a conflict)."""
    door = space.authoring
    _attributes(door, branch)
    argv = ["merge-tree", "--write-tree", "-z", "--messages", branch, pick.oid]
    answer = door.ask(argv)
    if answer.code not in {0, 1}:
        raise door.refusal(argv, answer)
    merged = _read(door, answer.out, {}, {branch: "the branch", pick.oid: pick.oid[:10]})
    files = changed_paths(door, f"{branch}^{{tree}}", merged.tree)
    outcome = Outcome.CONFLICT if merged.conflicts else Outcome.CLEAN if files else Outcome.EMPTY
    tree = "" if merged.conflicts else merged.tree
    return PickPreview(pick, outcome, tree, merged.conflicts, files), tree


def try_forward(space: Workspace, branch: str, pick: Pick) -> tuple[PickPreview, str]:
    """What moving `branch` forward to the commit would come to, and the tree it leads to."""
    tree = space.tree(pick.oid)
    files = changed_paths(space.door, f"{branch}^{{tree}}", tree)
    return PickPreview(pick, Outcome.CLEAN if files else Outcome.EMPTY, tree, (), files), tree


def _attributes(door: GitDoor, base: str) -> None:
    """Lay out the base's `.gitattributes`: they say how files merge, and git reads only those in the work tree."""
    names = door.run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", base]).split(b"\0")
    wanted = [
        name.decode("utf-8", "surrogateescape") for name in names if name.rsplit(b"/", 1)[-1] == b".gitattributes"
    ]
    if wanted:
        door.run(["read-tree", base])
        door.run(["checkout-index", "--force", "--", *wanted[:200]])


def _parent_tree(door: GitDoor, pick: Pick) -> str:
    answer = door.ask(["rev-parse", "--verify", "--quiet", f"{pick.oid}^{pick.mainline_parent or 1}^{{tree}}"])
    if answer.code == 0:
        return answer.out.decode().strip()
    # a root commit adds everything it has to nothing; `mktree` of no input is that nothing in every object format
    return door.run(["mktree"]).decode().strip()


def _pick(door: GitDoor, tree: str, pick: Pick, known: dict[str, str]) -> Merged:
    base = _commit(door, _parent_tree(door, pick))
    ours = _commit(door, tree, base)
    theirs = _commit(door, door.run(["rev-parse", "--verify", f"{pick.oid}^{{tree}}"]).decode().strip(), base)
    # the commits are named by nobody: unrelated histories are a matter of commits, not of these
    argv = ["merge-tree", "--write-tree", "-z", "--messages", ours, theirs]
    answer = door.ask(argv)
    if answer.code not in {0, 1}:
        raise door.refusal(argv, answer)
    labels = {ours: "the line", theirs: pick.oid[:10]}
    return _read(door, answer.out, known, labels)


def _commit(door: GitDoor, tree: str, parent: str = "") -> str:
    parents = ("-p", parent) if parent else ()
    return door.run(["commit-tree", *parents, "-m", "trial", tree]).decode().strip()


def _read(door: GitDoor, out: bytes, known: dict[str, str], labels: dict[str, str]) -> Merged:
    """`-z`: the tree, then `mode oid stage TAB path` of what conflicts, an empty field, then messages."""
    fields = out.split(b"\0")
    tree, at = fields[0].decode(), 1
    paths: dict[str, None] = {}
    while at < len(fields) and fields[at]:
        paths[fields[at].partition(b"\t")[2].decode("utf-8", "surrogateescape")] = None
        at += 1
    kinds = _kinds(fields[at + 1 :])
    conflicts = (_conflict(door, tree, path, kinds.get(path, "content"), known, labels) for path in paths)
    return Merged(tree, tuple(conflicts))


def _kinds(fields: Sequence[bytes]) -> dict[str, str]:
    """Messages: number of paths, the paths, the kind, the sentence."""
    found: dict[str, str] = {}
    at = 0
    while at < len(fields) and fields[at].isdigit():
        count = int(fields[at])
        names = [name.decode("utf-8", "surrogateescape") for name in fields[at + 1 : at + 1 + count]]
        kind = fields[at + 1 + count].decode("utf-8", "replace") if at + 1 + count < len(fields) else ""
        if kind.startswith("CONFLICT"):
            word = clean(kind.removeprefix("CONFLICT").strip(" ()"), 60)
            found |= {name: word for name in names if name not in found}
        at += count + 3
    return found


def _conflict(
    door: GitDoor, tree: str, path: str, kind: str, known: dict[str, str], labels: dict[str, str]
) -> Conflict:
    answer = door.ask(["cat-file", "blob", f"{tree}:{path}"], limit=64 * _SHOWN_LIMIT)
    pieces = hunks(answer.out) if answer.code == 0 else ()
    for oid, label in labels.items():
        pieces = tuple(piece.replace(oid, label) for piece in pieces)
    return Conflict(clean(path, 300), kind, pieces, known.get(path, ""))


def hunks(content: bytes) -> tuple[str, ...]:
    """The conflicting pieces of a file, with their markers."""
    found = _CONFLICT.findall(content[:_SHOWN_LIMIT])[:_HUNKS]
    return tuple(clean_block(one[:_HUNK_LIMIT].decode("utf-8", "replace"), _HUNK_LIMIT) for one in found)


def changed_paths(door: GitDoor, before: str, after: str) -> tuple[str, ...]:
    """Paths that differ between two trees or commits."""
    printed = door.run(["diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after])
    return tuple(name.decode("utf-8", "surrogateescape") for name in printed.split(b"\0") if name)
