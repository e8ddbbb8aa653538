"""Which commits are one fix: picked from each other, as their `-x` trailers say; and which were taken back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gonogo.io.git.ledger.history import Told

_DEPTH = 20
"""Picks of picks, and reverts of reverts, that are followed: people tell no longer story than this."""


class Kinship:
    """Everything messages say, ready to be asked."""

    def __init__(
        self,
        every: Iterable[Told],
        is_ancestor: Callable[[str, str], bool],
        undoes: Callable[[str, str], bool] = lambda _revert, _oid: True,
    ) -> None:
        """`undoes` says whether git bears out that one commit takes another one back, as its message says."""
        self._by_oid = {one.oid: one for one in every}
        self._is_ancestor = is_ancestor
        self._undoes = undoes
        self._picks: dict[str, list[str]] = defaultdict(list)
        self._reverts: dict[str, list[Told]] = defaultdict(list)
        for one in self._by_oid.values():
            for origin in (origin for block in one.origins for origin in block):
                self._picks[origin].append(one.oid)
            for undone in one.undoes or ((one.undoes_title,) if one.undoes_title else ()):
                self._reverts[undone].append(one)

    def origins(self, oid: str) -> tuple[tuple[str, ...], ...]:
        """What a commit was picked from; see `Told.origins`."""
        known = self._by_oid.get(oid)
        return known.origins if known else ()

    def families(self, oid: str) -> tuple[tuple[str, ...], ...]:
        """Alternatives that prove a fix: of the first, or of each of the others, one commit must be there.

        The first is the fix, what it was picked from, and what was picked from those. A fix that joins several
        changes is also there when each of them is.
        """
        blocks = self.origins(oid)
        if len(blocks) <= 1:
            return (self._down(self._up(oid)),)
        return (self._down((oid,)), *(self._down(_flat(self._up(one) for one in block)) for block in blocks))

    def _up(self, oid: str) -> tuple[str, ...]:
        """A commit and what it was picked from, as long as that is one change."""
        found, ahead = [oid], [oid]
        for _ in range(_DEPTH):
            single = [self.origins(one)[0] for one in ahead if len(self.origins(one)) == 1]
            ahead = [one for one in _flat(single) if one not in found]
            found += ahead
        return tuple(found)

    def _down(self, oids: Sequence[str]) -> tuple[str, ...]:
        """Commits and what was picked from them."""
        found, ahead = list(dict.fromkeys(oids)), list(oids)
        for _ in range(_DEPTH):
            ahead = [one for one in _flat(self._picks.get(one, ()) for one in ahead) if one not in found]
            found += dict.fromkeys(ahead)
        return tuple(found)

    def stands(self, oid: str, family: Sequence[str], titles: Mapping[str, str], here: set[str]) -> bool:
        """Whether a commit that is in a branch was not taken back there. `here` are the reverts of that branch.

        Whoever takes back any commit of a fix takes the fix back: it counts again only by a commit made later.
        """
        for revert in self._reverting(family, titles, here):
            if revert.oid == oid or oid in revert.undoes or self._is_ancestor(oid, revert.oid):
                return False
        return True

    def taken_back_by(self, oid: str, titles: Mapping[str, str], here: set[str]) -> tuple[str, ...]:
        """The reverts among `here` that take back that very commit, made after it and not taken back in turn."""
        found = self._reverting((oid,), titles, here)
        return tuple(one.oid for one in found if oid in one.undoes or self._is_ancestor(oid, one.oid))

    def undone_by(self, oid: str) -> tuple[str, ...]:
        """The commits that it says it takes back, by id; empty when it takes none back."""
        known = self._by_oid.get(oid)
        return known.undoes if known else ()

    @property
    def reverts(self) -> Iterator[str]:
        """Every commit that takes another one back."""
        return (one.oid for one in self._by_oid.values() if one.undoes or one.undoes_title)

    def _reverting(
        self, family: Sequence[str], titles: Mapping[str, str], here: set[str], depth: int = 0
    ) -> Iterator[Told]:
        """The reverts in a branch that nobody took back in turn."""
        names = dict.fromkeys([*family, *(titles[oid] for oid in family if titles.get(oid))])
        for revert in _distinct(one for name in names for one in self._reverts.get(name, ())):
            if revert.oid not in here or not self._is_borne_out(revert, family, titles):
                continue
            own = {revert.oid: revert.title}
            again = self._reverting((revert.oid,), own, here, depth + 1) if depth < _DEPTH else ()
            if not any(self._is_ancestor(revert.oid, one.oid) for one in again):
                yield revert

    def _is_borne_out(self, revert: Told, family: Sequence[str], titles: Mapping[str, str]) -> bool:
        """Whether it takes back one of those that its message names."""
        title = revert.undoes_title
        named = [oid for oid in family if oid in revert.undoes or (title and titles.get(oid) == title)]
        return any(self._undoes(revert.oid, oid) for oid in named)


def _distinct(reverts: Iterable[Told]) -> list[Told]:
    return list({one.oid: one for one in reverts}.values())


def _flat(many: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for few in many for one in few))
