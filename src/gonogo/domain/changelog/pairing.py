"""What cancels out: reverts with what they revert, and one change that stands in a range twice."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from gonogo.domain.commits import Commit, Fate, Struck

_WHOLE = (40, 64)
"""Digits of a full object id."""


def strike(commits: Sequence[Commit], copies: Mapping[str, Struck]) -> Sequence[Commit]:
    """The same commits, those that are announced no more marked `struck`.

    `copies` are those that only their contents show, by object id. A copy of what was taken back counts:
    it is how a change is brought back.
    """
    index = _Index(commits)
    struck = reverted(commits, index)
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
    return [replace(commit, struck=struck[commit.oid]) if commit.oid in struck else commit for commit in commits]


def reverted(commits: Sequence[Commit], index: "_Index | None" = None) -> dict[str, Struck]:
    """Both halves of each pair within `commits` (newest first), by object id.

    Who is reverted himself reverts nothing: a revert of a revert brings the change back. What reverts a commit
    from before the range is a change of its own.
    """
    index = index or _Index(commits)
    struck: dict[str, Struck] = {}
    for at, commit in enumerate(commits):
        if not commit.more.reverts or commit.oid in struck:
            continue
        named = [_target(name, at, index, struck) for name in commit.reverts]
        found = [target for target in named if target is not None and target.oid not in struck]
        for target in found:
            struck[target.oid] = Struck(Fate.REVERTED, commit.oid)
        if found and len(found) == len(named):
            struck[commit.oid] = Struck(Fate.REVERT, found[0].oid)
    return struck


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
