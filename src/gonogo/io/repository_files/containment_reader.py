"""Whether what ships, and what one would roll back to, contains every change that runs and every hotfix.

References are resolved at each look; which changes one commit has that another one lacks is kept for good. Meant
for the thread that reads git, and for verbs that ask once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from gonogo.errors import GonogoError
from gonogo.events import people
from gonogo.events.merges import MergeWord, newest
from gonogo.facts.containment import (
    Carrier,
    Containment,
    ContainmentQuestion,
    LostFix,
    MadeHotfix,
    RunningPair,
)
from gonogo.facts.ledger import Fix, Proof, Sighting, Survey
from gonogo.io.git.door import GitDoor
from gonogo.io.git.history import Repository, TagRef
from gonogo.io.git.ledger.lost_fixes import Scope, compare
from gonogo.io.git.range import Ends
from gonogo.io.host.side_by_side import side_by_side
from gonogo.io.journal.elsewhere import Elsewhere, merge_words
from gonogo.plan import ChangelogRules, Plan, Product
from gonogo.ports import Clock
from gonogo.text import clean
from gonogo.versions import Version, compare_texts, parse, same_version
from gonogo.versions import compare as order

_GIT_AT_ONCE = 4
"""Histories read at the same time; each is a process of its own."""
_AT_ONCE = 480
"""Ids that fit into one feed."""
HOTFIX_LIMIT = 200
"""Hotfixes that are compared; more are said to be too many."""


def read_containment(
    plan: Plan,
    questions: Sequence[ContainmentQuestion],
    words: Iterable[MergeWord],
    clock: Clock,
    journal: str = "",
    state_dir: Path | None = None,
) -> tuple[Containment, ...]:
    """An answer to each question. Never raises for what a repository holds or lacks.

    `words` are those of this release; with the directory of its `journal`, other releases beside it count as well.
    """
    elsewhere = merge_words(Path(journal), state_dir) if journal and questions else Elsewhere()
    counting = [word for word in elsewhere.words if not people.why_no_word(plan, word.actor)]
    said = [word for word in newest((*words, *counting)).values() if word.names_equal]
    return side_by_side(lambda one: _answer(plan, one, said, elsewhere, clock.now()), questions, _GIT_AT_ONCE)


def _answer(
    plan: Plan, question: ContainmentQuestion, said: Sequence[MergeWord], elsewhere: Elsewhere, at: datetime
) -> Containment:
    product = question.product
    try:
        return _Reader(plan, question, said, elsewhere, at).read()
    except GonogoError as error:
        where = f" ({clean(error.where, 200)})" if error.where else ""
        told = clean(f"{error.message}{where}", 500)
        return Containment(product.name, question.version, "", "", at, told, error.remedy or "")


def with_release_in_flight(
    plan: Plan, products: Sequence[Product], surveys: Sequence[Survey], elsewhere: Elsewhere, at: datetime
) -> list[Survey]:
    """The surveys with what the plan ships as a place that fixes must have reached. `surveys` as `products`."""
    return [
        _with_release(_answer(plan, question, (), elsewhere, at), product, survey)
        for product, survey in zip(products, surveys, strict=True)
        for question in [ContainmentQuestion(product, product.version, (), _planned(product), product.version)]
    ]


def _planned(product: Product) -> tuple[str, ...]:
    return tuple(one for one in (product.version, product.previous) if one)


def _with_release(found: Containment, product: Product, survey: Survey) -> Survey:
    """The survey with a cell for each fix that is known to be in what ships, or not to be."""
    if found.problem or found.name in {"", "HEAD"}:
        return survey
    name = found.name
    lost = {fix.oid: (fix, carrier) for carrier in found.hotfixes for fix in carrier.lost}
    kept = {fix.oid: (fix, carrier) for carrier in found.hotfixes for fix in carrier.kept}
    known = {fix.oid for fix in survey.fixes}
    more = tuple(_fix(product, *one) for oid, one in {**lost, **kept}.items() if oid not in known)
    asked = [fix.oid for fix in survey.fixes if not fix.names and fix.oid not in lost]
    part = _reachable(product, asked, found.oid)
    seen = [Sighting(oid, name, Proof.REACHABLE) for oid in part]
    seen += [Sighting(oid, name, Proof.PATCH) for oid in kept if oid not in part]
    alike = [Sighting(oid, name, Proof.PATCH, fix.alike) for oid, (fix, _) in lost.items() if fix.alike]
    due = {oid: (*survey.due.get(oid, ()), name) for oid in dict.fromkeys((*part, *kept, *lost))}
    return replace(
        survey,
        fixes=(*survey.fixes, *more),
        due={**survey.due, **due},
        seen=(*survey.seen, *seen),
        alike=(*survey.alike, *alike),
        release=name,
    )


def _fix(product: Product, fix: LostFix, carrier: Carrier) -> Fix:
    read = parse(carrier.version, product.scheme, product.name)
    line = read.release if isinstance(read, Version) else ()
    return Fix(product.name, fix.oid, fix.subject, carrier.version, line)


def _reachable(product: Product, oids: Sequence[str], ships: str) -> tuple[str, ...]:
    """Those that are part of what ships; none where the repository does not say."""
    git, missing = GitDoor(product.repo), set[str]()
    try:
        for start in range(0, len(oids), _AT_ONCE):
            feed = "".join(f"{oid}\n" for oid in (*oids[start : start + _AT_ONCE], f"^{ships}")).encode()
            missing |= set(git.run(["rev-list", "--stdin"], feed=feed).decode("ascii").split())
    except GonogoError:
        return ()
    return tuple(oid for oid in oids if oid not in missing)


class _Reader:
    """One question, put to one repository."""

    def __init__(
        self,
        plan: Plan,
        question: ContainmentQuestion,
        said: Sequence[MergeWord],
        elsewhere: Elsewhere,
        at: datetime,
    ) -> None:
        self._question = question
        self._product = question.product
        self._rules: ChangelogRules = plan.changelog
        self._said = [word for word in said if word.product == question.product.name]
        self._elsewhere = elsewhere
        self._at = at
        self._git = GitDoor(question.product.repo)
        self._ends = Ends(question.product, self._git)

    def read(self) -> Containment:
        """Raises GitError, UsageError."""
        name, oid = self._shipped()
        told = Containment(self._product.name, self._question.version, name, oid, self._at)
        if not oid:
            why = f"the repository has no tag of {self._question.version}"
            return replace(told, problem=why, remedy=self._ends.way_to_find(self._question.version))
        shallow = self._git.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true"
        running = {pair: self._running(pair, oid) for pair in self._question.running}
        hotfixes = tuple(self._hotfixes(oid))
        if shallow and any(one.lost for one in (*running.values(), *hotfixes)):
            why = "the clone is shallow, so commits are missing"
            remedy = f"git -C {self._product.repo} fetch --unshallow --tags"
            return replace(told, problem=why, remedy=remedy)
        return replace(told, running=running, hotfixes=hotfixes)

    def _shipped(self) -> tuple[str, str]:
        """Name and commit of the version that is asked about; ("", "") where the repository has none."""
        if not self._question.is_rollback:
            name, oid = self._ends.planned([])
            return name, self._question.ships or oid
        return self._ends.tag_of(self._question.version)

    def _running(self, pair: RunningPair, ships: str) -> Carrier:
        """What runs, compared with what ships."""
        version, revision = pair
        found = self._ends.running(version, revision, [])
        if found is None:
            named = f"{clean(version, 80)}" + (f" at {clean(revision, 12)}" if revision else "")
            return Carrier(
                version, revision, "", f"the repository knows no commit of {named}",
                self._ends.way_to_tell(version),
            )  # fmt: skip
        return self._carrier(Carrier(version, revision, found[1]), ships)

    def _hotfixes(self, ships: str) -> Iterator[Carrier]:
        """The hotfixes by tags of their lines and by journals; of those that are part of it, what is lost."""
        seen: set[str] = set()
        yield from self._left_out(ships)
        for version, oid, base in (*self._tagged(ships), *self._made()):
            if not oid:
                why = f"hotfix {clean(version, 80)} is recorded, and the repository does not have its commit"
                yield Carrier(version, problem=why, remedy=f"git -C {self._product.repo} fetch --tags")
            elif oid not in seen and len(seen) >= HOTFIX_LIMIT:
                why = (
                    f"there are more than {HOTFIX_LIMIT} hotfixes to compare with, {clean(version, 80)} among them"
                )
                yield Carrier(version, "", oid, why, f"gonogo merges {self._product.name}")
                return
            elif oid not in seen:
                seen.add(oid)
                yield self._carrier(Carrier(version, "", oid), ships, base)

    def _left_out(self, ships: str) -> Iterator[Carrier]:
        """The hotfixes that are part of what ships, and of which a merge left something out."""
        for version, oid, base in self._patches():
            if self._is_ancestor(oid, ships):
                found = self._carrier(Carrier(version, "", oid), ships, base)
                if found.lost:
                    yield found

    def _carrier(self, carrier: Carrier, ships: str, base: str = "") -> Carrier:
        compared = compare(self._product.repo, self._scope(carrier.version), carrier.oid, ships, base)
        lost = tuple(one for one in compared.lost if not self._is_said(one.oid, ships))
        equated = tuple(one for one in compared.lost if one not in lost)
        return replace(carrier, lost=lost, kept=(*compared.kept, *equated))

    def _scope(self, version: str) -> Scope:
        product = self._product
        read = parse(version, product.scheme, product.name)
        numbers = {read.number} if isinstance(read, Version) else set()
        numbers |= {one.version.number for one in self._before(version)[:1]}
        own = (self._rules.file_of(product.name), *(file.path for file in product.files))
        planned = parse(self._question.version, product.scheme, product.name)
        ships = (planned.number,) if isinstance(planned, Version) else ()
        return Scope(product.paths, own, tuple(sorted(numbers)), ships, product.name)

    def _is_said(self, fix: str, ships: str) -> bool:
        """Whether somebody asserted that a commit which ships does the same."""
        commits = [word.commit for word in self._said if word.oid == fix]
        return any(self._is_ancestor(one, ships) for one in commits)

    # -- hotfixes ------------------------------------------------------------------------------------------------

    @cached_property
    def _finals(self) -> list[TagRef]:
        """The final releases that nobody marked bad, newest first."""
        tags = Repository(self._product.repo).tags(self._product)
        return [
            tag for tag in tags if not tag.version.prerelease and tag.version.release and not self._is_bad(tag)
        ]

    def _is_bad(self, tag: TagRef) -> bool:
        product = self._product
        return any(
            same_version(bad, tag.version.number, product.scheme, product.name) for bad in self._question.bad
        )

    def _before(self, version: str) -> list[TagRef]:
        """The final releases older than a version, newest first."""
        read = parse(version, self._product.scheme, self._product.name)
        if not isinstance(read, Version):
            return []
        return [tag for tag in self._finals if order(tag.version, read) == -1]

    def _tagged(self, ships: str) -> Iterator[tuple[str, str, str]]:
        """Version, commit and base of each patch release of the lines that is not part of what ships."""
        return (one for one in self._patches() if not self._is_part(one[1], ships))

    def _patches(self) -> Iterator[tuple[str, str, str]]:
        """Version, commit and base of each patch release of the lines."""
        finals = self._finals
        lines = self._lines(finals)
        pairs = [(new, old) for new, old in pairwise(finals) if new.version.release[:2] == old.version.release[:2]]
        asked = [(new, old) for new, old in pairs if new.version.release[:2] in lines and self._counts(new)]
        oids = self._ends.look_up([f"{tag.ref}^{{commit}}" for pair in asked for tag in pair])
        for (new, _), oid, base in zip(asked, oids[::2], oids[1::2], strict=True):
            if oid and base:
                yield new.version.number, oid, base

    def _is_part(self, oid: str, ships: str) -> bool:
        """Whether it is part of what ships; an ordinary patch release on the way there is no hotfix either."""
        ends = (ships, self._question.ships) if self._question.is_rollback else (ships,)
        return any(end and self._is_ancestor(oid, end) for end in ends)

    def _is_ancestor(self, oid: str, of: str) -> bool:
        return self._git.succeeds(["merge-base", "--is-ancestor", oid, of])

    def _lines(self, finals: Sequence[TagRef]) -> set[tuple[int, ...]]:
        """The lines whose hotfixes count: those that run, ran or are planned, and that of the release before."""
        texts = list(self._question.earlier)
        if not self._question.is_rollback:
            before = (tag.version.number for tag in finals if self._counts(tag))
            texts += list(before)[:1]
        return {line for text in texts if (line := self._line(text))}

    def _line(self, text: str) -> tuple[int, ...]:
        read = parse(text, self._product.scheme, self._product.name)
        return read.release[:2] if isinstance(read, Version) else ()

    def _counts(self, tag: TagRef) -> bool:
        """Whether a hotfix is older than what is planned."""
        product, number = self._product, tag.version.number
        return compare_texts(number, self._question.below, product.scheme, product.name) == -1

    def _made(self) -> Iterator[tuple[str, str, str]]:
        """Hotfixes that journals record as made; without commit where the repository has the base alone."""
        product = self._product
        made = (*self._question.made, *self._elsewhere.hotfixes.get(product.name, ()))
        wanted = [one for one in made if self._is_asked(one)]
        oids = self._ends.look_up([f"{one.commit}^{{commit}}" for one in wanted])
        bases = self._ends.look_up([f"{one.base}^{{commit}}" for one in wanted])
        for one, oid, base in zip(wanted, oids, bases, strict=True):
            if base:  # else it is a hotfix of another repository
                yield one.version, oid, base

    def _is_asked(self, made: MadeHotfix) -> bool:
        product = self._product
        lines = self._lines(self._finals)
        older = compare_texts(made.version, self._question.below, product.scheme, product.name) == -1
        bad = any(same_version(bad, made.version, product.scheme, product.name) for bad in self._question.bad)
        return older and not bad and self._line(made.version) in lines
