"""What cancels out: reverts with what they revert, and one change that stands in a range twice."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from gonogo.changelog.evidence import HEARSAY, Borne, Evidence
from gonogo.commits import Commit, Fate, Struck

_WHOLE = (40, 64)
"""Digits of a full object id."""


def strike(
    commits: Sequence[Commit], copies: Mapping[str, Struck], evidence: Evidence = HEARSAY
) -> Sequence[Commit]:
    """The same commits, those that are announced no more marked `struck`.

    `copies` are those that only their contents show, by object id. A copy of what was taken back counts:
    it is how a change is brought back. A merge that is taken back takes with it what it brought. What messages
    say is believed as far as the `evidence` bears it out; a break that may stand in part is one that looks so.
    """
    index = _Index(commits)
    pairs = _Pairs(commits, index, evidence)
    struck = pairs.struck
    for commit in commits:
        if commit.more.picked_from and commit.oid not in struck:
            originals = (index.named(oid) for oid in commit.picked_from)
            there = next((one for one in originals if one is not None and one is not commit), None)
            if there is not None and there.oid not in struck and is_copy(commit, there.oid, there, evidence):
                struck[commit.oid] = Struck(Fate.COPY, there.oid)
    for oid, why in copies.items():
        if oid not in struck and why.other not in struck and not index.hides_a_break(oid, why.other):
            struck[oid] = why
    if not struck and not pairs.doubts:
        return commits
    return [_marked(commit, struck, pairs.doubts) for commit in commits]


def _marked(commit: Commit, struck: Mapping[str, Struck], doubts: Mapping[str, Commit]) -> Commit:
    if commit.oid in struck:
        return commit.struck_out(struck[commit.oid])
    by = doubts.get(commit.oid)
    return commit.doubted(f"{by.short} says it takes this back, and does so in part") if by is not None else commit


def is_copy(copy: Commit, oid: str, original: Commit | None, evidence: Evidence) -> bool:
    """Whether a commit that says it was picked from `oid` may go unannounced for it.

    How a conflict was resolved is not judged, but a break needs an original that announces it. `original` is None
    where its message is not known: it came with the base.
    """
    borne = evidence.repeats(copy.oid, oid)
    if says_a_break(copy) and not (original is not None and says_a_break(original)):
        return original is None and borne is Borne.WHOLLY
    return borne is not Borne.NOT


def says_a_break(commit: Commit) -> bool:
    """Whether it announces a break, or looks so; in any of its lines."""
    return bool(commit.breaking or commit.looks_breaking) or any(line.breaking for line in commit.more.also)


def reverted(commits: Sequence[Commit], evidence: Evidence = HEARSAY) -> dict[str, Struck]:
    """Both halves of each pair within `commits` (newest first), by object id.

    Who is reverted himself reverts nothing: a revert of a revert brings the change back. What reverts a commit
    from before the range is a change of its own. The revert of a merge takes back all commits it brought.
    """
    return _Pairs(commits, _Index(commits), evidence).struck


class _Pairs:
    """What takes back what."""

    def __init__(self, commits: Sequence[Commit], index: "_Index", evidence: Evidence) -> None:
        self._index = index
        self._evidence = evidence
        self.struck: dict[str, Struck] = {}
        """Both halves of each pair, by object id."""
        self.doubts: dict[str, Commit] = {}
        """Breaks that are taken back in part at most, by object id, and what says that it takes them back."""
        for at, commit in enumerate(commits):
            if commit.more.reverts and commit.oid not in self.struck:
                self._pair(at, commit)

    def _pair(self, at: int, commit: Commit) -> None:
        taken_back = [self._taken_back(name, at, commit) for name in commit.reverts]
        for oid in (oid for oids in taken_back for oid in oids):
            self.struck.setdefault(oid, Struck(Fate.REVERTED, commit.oid))
        # what breaks something by taking something back is told, whatever it takes back
        if all(taken_back) and not commit.more.joined and not says_a_break(commit):
            self.struck[commit.oid] = Struck(Fate.REVERT, taken_back[0][0])

    def _taken_back(self, name: str, at: int, by: Commit) -> Sequence[str]:
        """The commit a revert named, and what came with it; none when it stands no more, or is not here."""
        found = self._named(name, at, by)
        if not found:
            return ()
        borne = self._evidence.undoes(by, found[0])
        if borne is Borne.WHOLLY:
            return found
        breaks = [one.oid for oid in found if (one := self._index.named(oid)) is not None and says_a_break(one)]
        if borne is Borne.PARTLY:
            self.doubts |= dict.fromkeys(breaks, by)
        return () if borne is Borne.NOT or breaks else found

    def _named(self, name: str, at: int, by: Commit) -> Sequence[str]:
        target = _target(name, at, self._index, self.struck)
        if target is not None:
            if target.oid in self.struck:
                return ()
            return (target.oid, *(self._evidence.brought(target.oid, by) if target.is_merge else ()))
        if len(name) not in _WHOLE or name.startswith('"'):
            return ()
        # below `paths` git leaves out merges that change nothing by themselves; what they brought is there
        came = [oid for oid in self._evidence.brought(name, by) if self._index.named(oid) is not None]
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

    def hides_a_break(self, oid: str, other: str) -> bool:
        """Whether one of two commits of this range announces a break, and the other one does not."""
        copy, original = self._by_oid.get(oid), self._by_oid.get(other)
        return copy is not None and original is not None and says_a_break(copy) and not says_a_break(original)

    def saying(self, subject: str, *, after: int) -> Iterator[Commit]:
        """Older commits of that subject, the newest first."""
        for at in self._by_subject.get(_bare(subject), ()):
            if at > after:
                yield self._commits[at]


def _bare(subject: str) -> str:
    """Without the number a forge appends when it merges."""
    return subject[: subject.rindex(" (#")] if subject.endswith(")") and " (#" in subject else subject
