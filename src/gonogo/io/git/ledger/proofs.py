"""In which branches a fix can be proven to be: by itself, by a pick of it, or by a commit with the same change.

Nothing counts that the fix's own line had before the fix: whatever it was, the line needed the fix all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gonogo.facts.ledger import Fix, Proof, Sighting
from gonogo.io.git.door import GitDoor
from gonogo.io.git.ledger.history import Change, same_title
from gonogo.io.git.ledger.kinship import Kinship
from gonogo.io.git.ledger.patches import equal_changes


class Wanted(Struct, frozen=True):
    """A fix, and where it must be."""

    fix: Fix
    before: int
    """Bit of the release before it, whose history proves nothing."""
    due: Mapping[str, int]
    """Branch to its bit."""


class Prover:
    """Proves fixes in branches, from what was read of the whole history."""

    def __init__(self, held: Mapping[str, int], kin: Kinship, every: Mapping[str, Change]) -> None:
        self._held = held
        self._kin = kin
        self._every = every
        self._titles = {oid: same_title(change.subject) for oid, change in every.items()}
        self._reverts = tuple(kin.reverts)
        self._here: dict[int, set[str]] = {}

    def by_kinship(self, wanted: Sequence[Wanted]) -> list[Sighting]:
        """What needs no look at contents."""
        return [
            sighting
            for one in wanted
            for branch, bit in one.due.items()
            if (sighting := self._seen(one, branch, bit, self._kin.families(one.fix.oid)))
        ]

    def by_content(self, git: GitDoor, wanted: Sequence[Wanted]) -> list[Sighting]:
        """What only a comparison of changes shows. Raises GitError."""
        families = {one.fix.oid: self._kin.families(one.fix.oid) for one in wanted}
        mine = {oid: self._own(oid) for oid in families}
        equal = equal_changes(git, (name for few in mine.values() for name in few), self._every)
        found = []
        for one in wanted:
            oid = one.fix.oid
            more = tuple(dict.fromkeys(same for name in mine[oid] for same in equal.get(name, ())))
            family = (*families[oid][0], *more)
            for branch, bit in one.due.items():
                here = self._standing(one, bit, family, more)
                if here:
                    found.append(Sighting(oid, branch, Proof.PATCH, here))
        return found

    def _own(self, oid: str) -> tuple[str, ...]:
        """The fix, and what it was picked from if that is one change: what equals that equals the fix."""
        blocks = self._kin.origins(oid)
        return (oid, *(blocks[0] if len(blocks) == 1 else ()))

    def alike(self, wanted: Sequence[Wanted]) -> list[Sighting]:
        """No proof, but where to look: a commit of the branch under the same title."""
        by_title: dict[str, list[str]] = defaultdict(list)
        for oid, title in self._titles.items():
            by_title[title].append(oid)
        found = []
        for one in wanted:
            others = by_title[same_title(one.fix.subject)]
            for branch, bit in one.due.items():
                here = next((oid for oid in others if self._in(oid, one, bit)), "")
                if here:
                    found.append(Sighting(one.fix.oid, branch, Proof.PATCH, here))
        return found

    def _seen(self, one: Wanted, branch: str, bit: int, families: tuple[tuple[str, ...], ...]) -> Sighting | None:
        oid, (family, *parts) = one.fix.oid, families
        if self._held.get(oid, 0) & bit and self._stands(oid, family, bit):
            return Sighting(oid, branch, Proof.REACHABLE)
        if here := self._standing(one, bit, family, family):
            return Sighting(oid, branch, Proof.TRAILER, here)
        found = [self._standing(one, bit, part, part) for part in parts]
        return Sighting(oid, branch, Proof.TRAILER, found[0]) if found and all(found) else None

    def _standing(self, one: Wanted, bit: int, family: Sequence[str], among: Iterable[str]) -> str:
        """The first commit among some of a family that the branch has and did not take back; "" for none."""
        found = (oid for oid in among if oid != one.fix.oid and self._in(oid, one, bit))
        return next((oid for oid in found if self._stands(oid, family, bit)), "")

    def _in(self, oid: str, one: Wanted, bit: int) -> bool:
        held = self._held.get(oid, 0)
        return bool(held & bit) and not held & one.before

    def _stands(self, oid: str, family: Sequence[str], bit: int) -> bool:
        return self._kin.stands(oid, family, self._titles, self._reverts_in(bit))

    def _reverts_in(self, bit: int) -> set[str]:
        if bit not in self._here:
            self._here[bit] = {oid for oid in self._reverts if self._held.get(oid, 0) & bit}
        return self._here[bit]


def left(wanted: Iterable[Wanted], seen: Iterable[Sighting]) -> Iterator[Wanted]:
    """What is not proven yet, each with the branches where it is not."""
    done = {(one.oid, one.branch) for one in seen}
    for one in wanted:
        due = {branch: bit for branch, bit in one.due.items() if (one.fix.oid, branch) not in done}
        if due:
            yield Wanted(one.fix, one.before, due)
