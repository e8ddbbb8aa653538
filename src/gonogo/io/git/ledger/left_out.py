"""Commits that are part of a history while their changes are not: a merge took the other side's files.

`git merge -s ours`, or a conflict that was resolved by leaving a file as it was, makes a fix reachable without
bringing it. What such a merge left out is found from the graph and from whole files; whether the change came in
another way, its lines tell (`lost_fixes`).
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gonogo.io.git.door import GitDoor, GitError

_COMMITS = 100_000
"""Commits of a history that are walked; a longer one raises GitError, and is unknown."""
_MERGES = 200
"""Merges whose files are compared."""


class LeftOut(Struct, frozen=True):
    """A commit of what runs that a merge on the way to what ships may have left out."""

    oid: str
    merge: str
    line: str
    """The parent whose files the merge has."""
    side: str
    """The parent that brought the commit."""


def left_out(git: GitDoor, have: str, ships: str, base: str = "") -> Iterator[LeftOut]:
    """The commits of `have` since `base` that merges of `ships` joined from one side alone. Raises GitError."""
    entries = _entries(git, have, ships)
    joins = [(oid, parents) for oid, parents in entries.merges if _differ(entries.of, parents)]
    if not joins:
        return
    bits = {oid: 1 << at for at, oid in enumerate(entries.doors)}
    masks = _masks(git, bits, base)
    known: dict[tuple[int, int], tuple[str, ...]] = {}
    asked = 0
    for merge, parents in joins:
        reach = [sum(bits[door] for door in entries.of[parent]) for parent in parents]
        for line, own in zip(parents, reach, strict=True):
            for side, its in zip(parents, reach, strict=True):
                if side == line or not its & ~own:
                    continue
                if (key := (its, own)) not in known:
                    known[key] = tuple(oid for oid, mask in masks.items() if mask & its and not mask & own)
                asked += bool(known[key])
                if asked > _MERGES:
                    raise GitError(f"more than {_MERGES} merges bring what runs", where=git.repo)
                yield from (LeftOut(oid, merge, line, side) for oid in known[key])


class _Entries(Struct, frozen=True):
    """Where a history enters another one."""

    of: Mapping[str, frozenset[str]]
    """Each commit to the commits of the other history by which it enters it."""
    merges: Sequence[tuple[str, Sequence[str]]]
    doors: Sequence[str]


def _entries(git: GitDoor, have: str, ships: str) -> _Entries:
    words = ["rev-list", "--topo-order", "--reverse", "--parents", f"--max-count={_COMMITS}", ships, f"^{have}"]
    rows = git.run(words).decode("ascii").splitlines()
    if len(rows) >= _COMMITS:
        raise GitError(f"more than {_COMMITS} commits lie between what runs and what ships", where=git.repo)
    of: dict[str, frozenset[str]] = {}
    merges = []
    doors: dict[str, None] = {}
    for row in rows:
        oid, *parents = row.split()
        for parent in parents:
            if parent not in of:  # it is part of `have`: everything else came before it
                of[parent] = frozenset((parent,))
                doors[parent] = None
        met = {of[parent] for parent in parents}
        of[oid] = met.pop() if len(met) == 1 else frozenset().union(*met)
        if len(parents) > 1:
            merges.append((oid, parents))
    return _Entries(of, merges, tuple(doors))


def _differ(of: Mapping[str, frozenset[str]], parents: Sequence[str]) -> bool:
    return len({of[parent] for parent in parents}) > 1


def _masks(git: GitDoor, bits: Mapping[str, int], base: str) -> Mapping[str, int]:
    """The commits that some of these commits reach and others do not, each to who reaches it."""
    common = git.run(["merge-base", "--octopus", *bits], accept=(0, 1)).decode("ascii").split()
    out = [f"^{oid}" for oid in (*common, *([base] if base else []))]
    words = ["rev-list", "--topo-order", "--parents", f"--max-count={_COMMITS}", *bits, *out]
    reached = dict(bits)
    found: dict[str, int] = {}
    for row in git.run(words).decode("ascii").splitlines():
        oid, *parents = row.split()
        mask = reached.get(oid, 0)
        found[oid] = mask
        for parent in parents:
            reached[parent] = reached.get(parent, 0) | mask
    return found
