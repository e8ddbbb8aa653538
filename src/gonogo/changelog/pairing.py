"""What cancels out: reverts with what they revert, and one change that stands in a range twice."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property

from gonogo.commits import Commit, Fate, Struck

_WHOLE = (40, 64)
"""Digits of a full object id."""

Brought = Callable[[str, Commit], Collection[str]]
"""What a merge brought onto its line, by object id; asked with its own id and the commit that takes it back."""


def nothing(_merge: str, _by: Commit) -> Collection[str]:
    """Where nobody can be asked what a merge brought."""
    return ()


def strike(
    commits: Sequence[Commit], copies: Mapping[str, Struck], brought: Brought = nothing
) -> Sequence[Commit]:
    """The same commits, those that are announced no more marked `struck`.

    `copies` are those that only their contents show, by object id. A copy of what was taken back counts:
    it is how a change is brought back. A merge that is taken back takes with it what it `brought`.
    """
    index = _Index(commits)
    struck = reverted(commits, index, brought)
    for commit in commits:
        if commit.more.picked_from and commit.oid not in struck:
            originals = (index.named(oid) for oid in commit.picked_from)
            there = next((one for one in originals if one is not None and one is not commit), None)
            if there is not None and there.oid not in struck:
                struck[commit.oid] = Struck(Fate.COPY, there.oid)
    for oid, why in copies.items():
        if oid not in struck and why.other not in struck:
            struck[oid] = why
    if not struck:
        return commits
    return [commit.struck_out(struck[commit.oid]) if commit.oid in struck else commit for commit in commits]


def reverted(
    commits: Sequence[Commit], index: "_Index | None" = None, brought: Brought = nothing
) -> dict[str, Struck]:
    """Both halves of each pair within `commits` (newest first), by object id.

    Who is reverted himself reverts nothing: a revert of a revert brings the change back. What reverts a commit
    from before the range is a change of its own. The revert of a merge takes back all commits it `brought`.
    """
    index = index or _Index(commits)
    struck: dict[str, Struck] = {}
    for at, commit in enumerate(commits):
        if not commit.more.reverts or commit.oid in struck:
            continue
        taken_back = [_taken_back(name, at, commit, index, struck, brought) for name in commit.reverts]
        for oid in (oid for oids in taken_back for oid in oids):
            struck.setdefault(oid, Struck(Fate.REVERTED, commit.oid))
        if all(taken_back) and not commit.more.joined:
            struck[commit.oid] = Struck(Fate.REVERT, taken_back[0][0])
    return struck


def _taken_back(
    name: str, at: int, by: Commit, index: "_Index", struck: Mapping[str, Struck], brought: Brought
) -> Sequence[str]:
    """The commit a revert named, and what came with it; none when it stands no more, or is not of this range."""
    target = _target(name, at, index, struck)
    if target is not None:
        if target.oid in struck:
            return ()
        return (target.oid, *(brought(target.oid, by) if target.is_merge else ()))
    if len(name) not in _WHOLE or name.startswith('"'):
        return ()
    # below `paths` git leaves out merges that change nothing by themselves; what they brought is there
    came = [oid for oid in brought(name, by) if index.named(oid) is not None]
    return (name, *came) if came else ()


def _target(name: str, at: int, index: "_Index", struck: Mapping[str, Struck]) -> Commit | None:
    if not name.startswith('"'):
        return index.named(name)
    return next((commit for commit in index.saying(name[1:], after=at) if commit.oid not in struck), None)


class _Index:
    """Commits by id and by subject; made when the first is looked for, for most ranges need neither."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self._commits = commits

    @cached_property
    def _by_oid(self) -> Mapping[str, Commit]:
        return {commit.oid: commit for commit in self._commits}

    @cached_property
    def _oids(self) -> Sequence[str]:
        return sorted(self._by_oid)

    @cached_property
    def _by_subject(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for at, commit in enumerate(self._commits):
            for text in {_bare(commit.subject), _bare(commit.description)}:
                found.setdefault(text, []).append(at)
        return found

    def named(self, oid: str) -> Commit | None:
        """The commit of a full or abbreviated id; None when it is not here, or when two may be meant."""
        if len(oid) in _WHOLE:
            return self._by_oid.get(oid)
        at = bisect_left(self._oids, oid)
        fitting = [one for one in self._oids[at : at + 2] if one.startswith(oid)]
        return self._by_oid[fitting[0]] if len(fitting) == 1 else None

    def saying(self, subject: str, *, after: int) -> Iterator[Commit]:
        """Older commits of that subject, the newest first."""
        for at in self._by_subject.get(_bare(subject), ()):
            if at > after:
                yield self._commits[at]


def _bare(subject: str) -> str:
    """Without the number a forge appends when it merges."""
    return subject[: subject.rindex(" (#")] if subject.endswith(")") and " (#" in subject else subject
