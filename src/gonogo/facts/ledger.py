"""The forward-merge ledger: whether every fix has reached every active branch, as far as somebody has looked.

A fix counts as arrived only on proof: the commit itself is part of the branch, or a commit with the same change,
or one that says by its `-x` trailer that it was picked from it. Somebody may record by name and reason that
another commit does the same, or that the fix need not go there. Everything else is missing, or not known.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo.events.merges import MergeWord, Word, newest


class Arrival(StrEnum):
    """Whether one fix is in one branch."""

    PRESENT = "present"
    MISSING = "missing"
    UNPUSHED = "unpushed"
    """It is in the branch of this clone only: the remote's branch lacks it."""
    WAIVED = "waived"
    """Somebody signed that it need not go there."""
    UNKNOWN = "unknown"
    """Nobody could tell."""


OPEN = frozenset({Arrival.MISSING, Arrival.UNPUSHED, Arrival.UNKNOWN})
"""What is not proven for everybody, and nobody has answered for."""


class Fix(Struct, frozen=True):
    """One commit that was shipped outside the mainline."""

    product: str
    oid: str
    subject: str
    version: str
    """The first version that has it."""
    line: tuple[int, ...] = ()
    """Release numbers of that version."""
    origins: tuple[str, ...] = ()
    """Commits it says it was picked from."""
    names: tuple[str, ...] = ()
    """Of the release commit of a prepared release: its tag, its version, its branch; () for a fix."""

    @property
    def short(self) -> str:
        """What people call it."""
        return self.oid[:8]


class Proof(StrEnum):
    """How a fix was found in a branch."""

    REACHABLE = "is part of it"
    PATCH = "the same change is in it"
    TRAILER = "a pick of it is in it"
    ENTRY = "its changelog has the entry"
    CONTENT = "the whole content of its release was in it"


class Sighting(Struct, frozen=True):
    """A fix, seen in a branch."""

    oid: str
    branch: str
    proof: Proof
    commit: str = ""
    """The commit of the branch that proves it; "" when git names none."""
    unpushed_to: str = ""
    """The remote whose branch of that name lacks it, as of the last fetch; "" where none does."""


class Survey(Struct, frozen=True):
    """What git says about one product: its fixes, the branches each must reach, and what was seen where."""

    product: str
    fixes: tuple[Fix, ...] = ()
    due: Mapping[str, tuple[str, ...]] = {}
    """By object id of a fix: the branches it must reach."""
    seen: tuple[Sighting, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read: nothing is concluded from what is missing then."""
    alike: tuple[Sighting, ...] = ()
    """No proofs: commits under the same title, where a fix was not proven."""
    retired: tuple[str, ...] = ()
    """Release branches that are there and that no fix must reach any more, as the plan says."""
    old: int = 0
    """Hotfixes from before the day from which on the plan wants them followed."""
    mainline: str = ""
    """The branch called mainline; "" when there is no repository, or no such branch."""
    branches: tuple[str, ...] = ()
    """Every branch that was looked at, the mainline first."""
    unlisted: tuple[str, ...] = ()
    """Branches with a name of development, such as `develop`, that the plan does not name."""
    releases: int = 0
    """Final releases that were looked at."""
    newest: str = ""
    """The newest of them; "" for none."""
    repo: str = ""
    """Path of the clone."""
    release: str = ""
    """What the plan ships, where it has a name of its own (its tag or target): one of the places in `due`."""


class Looked(Struct, frozen=True):
    """What was looked at of one product."""

    product: str
    mainline: str
    branches: tuple[str, ...]
    releases: int
    newest: str
    unlisted: tuple[str, ...]


class LedgerCell(Struct, frozen=True):
    """One fix on one branch."""

    product: str
    fix: str
    """What people call it: a short commit id, or the hotfix's version."""
    branch: str
    arrival: Arrival
    detail: str = ""
    """How it was proven, or why it could not be."""
    oid: str = ""
    """Full object id of the fix."""
    subject: str = ""
    version: str = ""
    """The hotfix that shipped it."""
    alike: str = ""
    """A commit of the branch under the same title, which proves nothing; "" for none."""
    said: MergeWord | None = None
    """The word it rests on; None where git proves it, or nobody has said anything."""
    remote: str = ""
    """The remote it must be pushed to; "" unless it is unpushed."""
    repo: str = ""
    """Path of the clone it was looked for in."""
    in_flight: bool = False
    """Whether `branch` is the release in flight, which no fix can be merged into: `fix.lost` judges it."""
    names: tuple[str, ...] = ()
    """As of its `Fix`."""

    @property
    def called(self) -> str:
        """How it is named on a command line: a prepared release by its tag, a fix by its commit."""
        return self.names[0] if self.names else self.fix

    @property
    def what(self) -> str:
        """The noun and name of it."""
        return f"release commit of {self.names[0]}" if self.names else f"fix {self.fix}"


class Ledger(Struct, frozen=True):
    """Every fix of the release against every active branch, read at one moment."""

    cells: tuple[LedgerCell, ...] = ()
    read_at: datetime | None = None
    """UTC."""
    problem: str = ""
    """Why it could not be read completely; "" when it could."""
    retired: tuple[str, ...] = ()
    """Release branches that are there and that no fix must reach any more, as the plan says."""
    notes: tuple[str, ...] = ()
    """Words of other releases that do not count here, and why: a sentence each."""
    old: int = 0
    """Hotfixes from before the day from which on the plan wants them followed."""
    looked: tuple[Looked, ...] = ()
    """What was looked at, by product."""

    @property
    def open(self) -> tuple[LedgerCell, ...]:
        """The cells that are not proven and that nobody has answered for."""
        return tuple(cell for cell in self.cells if cell.arrival in OPEN)

    @property
    def followed_nothing(self) -> bool:
        """Whether no release of any product was found, so that no fix can be called arrived."""
        return not self.cells and not any(one.releases for one in self.looked)


def build(
    surveys: Iterable[Survey], words: Iterable[MergeWord], read_at: datetime, notes: Iterable[str] = ()
) -> Ledger:
    """Put together what git proves and what people have said, here and elsewhere. Proof wins over a word."""
    said = newest(words)
    cells: list[LedgerCell] = []
    looked: list[Looked] = []
    problems: list[str] = []
    retired: set[str] = set()
    old = 0
    for survey in surveys:
        retired |= set(survey.retired)
        old += survey.old
        looked.append(
            Looked(
                survey.product, survey.mainline, survey.branches, survey.releases, survey.newest, survey.unlisted
            )
        )
        problems += [f"{survey.product}: {problem}" for problem in survey.problems]
        seen = {(sighting.oid, sighting.branch): sighting for sighting in survey.seen}
        alike = {(sighting.oid, sighting.branch): sighting.commit for sighting in survey.alike}
        for fix in survey.fixes:
            for branch in survey.due.get(fix.oid, ()):
                word = said.get((fix.product, fix.oid, branch))
                if branch == survey.release and word is not None and not word.names_equal:
                    word = None  # a fix may be missing in what ships by a waiver of `fix.lost` alone
                cell = _cell(fix, branch, seen.get((fix.oid, branch)), word, unsure=bool(survey.problems))
                cell = replace(_with_hint(cell, alike.get((fix.oid, branch), "")), repo=survey.repo)
                cells.append(replace(cell, in_flight=True) if branch == survey.release else cell)
    return Ledger(
        tuple(cells), read_at, "; ".join(problems), tuple(sorted(retired)), tuple(notes), old, tuple(looked)
    )


def _cell(fix: Fix, branch: str, seen: Sighting | None, word: MergeWord | None, *, unsure: bool) -> LedgerCell:
    arrival, detail = Arrival.MISSING, "no such change, and no commit that says it was picked from it"
    if fix.names:
        detail = "until it is there, the next release repeats its changelog"
    word = word if seen is None or seen.unpushed_to else None
    remote = ""
    if seen is not None and word is None:
        by = f" ({seen.commit[:8]})" if seen.commit and seen.proof is not Proof.REACHABLE else ""
        arrival, detail = Arrival.PRESENT, f"{seen.proof}{by}"
        if remote := seen.unpushed_to:
            arrival, detail = Arrival.UNPUSHED, f"merged here, not pushed to {remote}: {detail}"
    elif word is not None and word.word is Word.EQUIVALENT:
        by = f" ({word.commit[:8]})" if word.commit else ""
        arrival, detail = Arrival.PRESENT, f"{_who(word)} says another commit does it{by}: {word.reason}"
    elif word is not None:
        arrival, detail = Arrival.WAIVED, f"{_who(word)} says it need not go there: {word.reason}"
    elif unsure:
        arrival, detail = Arrival.UNKNOWN, "the history could not be read completely"
    return LedgerCell(
        fix.product,
        fix.short,
        branch,
        arrival,
        detail,
        fix.oid,
        fix.subject,
        fix.version,
        said=word,
        remote=remote,
        names=fix.names,
    )


def where_it_is(cell: LedgerCell) -> str:
    """What is known of an open cell, as the end of a sentence about its fix."""
    if cell.arrival is Arrival.UNPUSHED:
        return f"is in {cell.branch} of this clone only, not pushed to {cell.remote}"
    return f"{'is not in' if cell.arrival is Arrival.MISSING else 'may or may not be in'} {cell.branch}"


def push_command(cell: LedgerCell) -> str:
    """What brings an unpushed cell to its remote."""
    return f"git -C {cell.repo} push {cell.remote} {cell.branch}"


def _who(word: MergeWord) -> str:
    return f"{word.actor.user} (in release {word.release})" if word.release else word.actor.user


def _with_hint(cell: LedgerCell, alike: str) -> LedgerCell:
    if not alike or cell.arrival not in OPEN:
        return cell
    detail = f"{cell.detail}; {alike[:8]} has the same title: resolved by hand?"
    return replace(cell, detail=detail, alike=alike)
