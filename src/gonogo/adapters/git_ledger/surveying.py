"""Which fixes were shipped outside the mainline, and in which branches they can be proven to be.

A hotfix is a final release that is no part of the mainline's own line of commits (its first parents). Its fixes
are the commits since the release before on its line, without merges and without commits that only touch version
files and the changelog. Everything is read; nothing is written, fetched or checked out.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache

from msgspec import Struct

from gonogo.adapters.git_door import GitDoor, GitError, UnknownRevisionError
from gonogo.adapters.git_history import Repository, TagRef
from gonogo.adapters.git_ledger.history import Change, changes, containment, same_title, told
from gonogo.adapters.git_ledger.kinship import Kinship
from gonogo.adapters.git_ledger.proofs import Prover, Wanted, left
from gonogo.domain.branches import is_active, is_listed, is_newer_line, line_of
from gonogo.domain.ledger import Fix, Sighting, Survey
from gonogo.domain.plan import Branches, ChangelogRules, Product
from gonogo.domain.text import clean
from gonogo.errors import GonogoError, UsageError

FIX_LIMIT = 10_000
"""Fixes of one product that are followed; more are said to be left out."""

_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"


class Branch(Struct, frozen=True):
    """A branch a fix may have to reach."""

    name: str
    ref: str
    """Its full name: the local one, or that of a remote when there is no local one."""
    oid: str
    line: tuple[int, ...] | None = None
    """The release line it is for; None for the mainline and for further active branches."""


class _Span(Struct, frozen=True):
    """One hotfix: its tag, the commit of the release before, and its own."""

    tag: TagRef
    base: str
    oid: str
    made: int = 0
    """Seconds since 1970 at which its tag was made, or its commit, whichever came later."""


class _Known(Struct, frozen=True):
    """The history of a repository."""

    held: Mapping[str, int]
    """Each commit to the bits of what holds it: hotfixes first, then the releases before them, then branches."""
    every: Mapping[str, Change]
    bits: Mapping[str, int]
    """By name of a branch."""


def survey(product: Product, branches: Branches, rules: ChangelogRules) -> Survey:
    """Look for the fixes of `product` in its branches. Never raises for what a repository holds or lacks."""
    if not product.repo:
        return Survey(product.name)
    try:
        return _Surveyor(product, branches, rules).look()
    except GonogoError as error:
        remedy = f": {error.remedy}" if error.remedy else ""
        return Survey(product.name, problems=(clean(f"{error.message}{remedy}", 500),))


def references(repo: str) -> str:
    """Differs when any reference of `repo` leads elsewhere, or more of its history is there. Raises GitError."""
    git = GitDoor(repo)
    listed = git.run(["for-each-ref", "--format=%(objectname) %(refname)"])
    shallow = git.run(["rev-parse", "--is-shallow-repository"])
    return hashlib.sha256(listed + shallow).hexdigest()


def commit_in(repo: str, branch: str, commit: str) -> str:
    """The full id of a commit that `branch` has. Raises UsageError for any other, GitError."""
    remedy = "name the commit of that branch that does it, or none, and say so in the reason"
    git = GitDoor(repo)
    try:
        oid = Repository(repo).resolve(commit).oid
    except UnknownRevisionError as error:
        raise UsageError(error.message, remedy=remedy) from error
    listed = git.run(["for-each-ref", "--format=%(objectname) %(refname)", _HEADS, _REMOTES])
    tips = {_short(ref): tip for tip, _, ref in _rows(listed)} | {
        _short(ref): tip for tip, _, ref in _rows(listed) if ref.startswith(_HEADS)
    }
    tip = tips.get(branch, "")
    if not tip or not git.succeeds(["merge-base", "--is-ancestor", oid, tip]):
        raise UsageError(f"'{clean(commit, 80)}' is no part of {clean(branch, 80)}", remedy=remedy)
    return oid


@lru_cache(maxsize=8)
def _mainline(repo: str, oid: str, *, cut_off: bool) -> frozenset[str]:
    """The line of commits of a branch that is at `oid`: the same for every product of a repository."""
    del cut_off  # a shallow clone has less of it
    return frozenset(GitDoor(repo).run(["rev-list", "--first-parent", oid]).decode().split())


def _rows(listed: bytes) -> list[tuple[str, str, str]]:
    return [entry.partition(" ") for entry in listed.decode("utf-8", "replace").splitlines()]


class _Surveyor:
    """One product's repository, read once."""

    def __init__(self, product: Product, branches: Branches, rules: ChangelogRules) -> None:
        self._product = product
        self._branches = branches
        self._rules = rules
        self._git = GitDoor(product.repo)
        self._problems: list[str] = []
        self._old = 0
        """Hotfixes from before the day from which on the plan wants them followed."""
        self._retired: set[str] = set()
        """Release branches that are there, and of which the plan says that no fix must reach them."""

    def look(self) -> Survey:
        """Fixes, branches, proofs. Raises GitError, UsageError."""
        history = Repository(self._product.repo)
        if self._git.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true":
            self._problems.append("the clone is shallow, so commits are missing: git fetch --unshallow --tags")
        found = self._active()
        main = next((branch for branch in found if branch.name == self._branches.main), None)
        if main is None:
            missing = f"there is no branch {clean(self._branches.main, 80)}"
            self._problems.append(f"{missing}: say in `branches.main` what the mainline is called")
            return Survey(self._product.name, problems=tuple(self._problems))
        spans = self._spans(history.tags(self._product), main)
        if not spans:
            return Survey(self._product.name, problems=tuple(self._problems), retired=tuple(sorted(self._retired)))
        known = self._read(spans, found)
        kin = Kinship(told(self._git), self._is_ancestor)
        fixes = self._fixes(spans, known, kin)
        due = {fix.oid: tuple(branch.name for branch in found if _is_due(fix, branch)) for fix, _ in fixes}
        wanted = [Wanted(fix, before, {name: known.bits[name] for name in due[fix.oid]}) for fix, before in fixes]
        seen, alike = self._proven(wanted, Prover(known.held, kin, known.every))
        made = tuple(fix for fix, _ in fixes)
        return Survey(
            self._product.name,
            made,
            due,
            tuple(seen),
            tuple(self._problems),
            tuple(alike),
            tuple(sorted(self._retired)),
            self._old,
        )

    # -- branches ------------------------------------------------------------------------------------------------

    def _active(self) -> list[Branch]:
        """Mainline, release branches and what the plan lists; local ones first, else those of a remote."""
        listed = self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", _HEADS, _REMOTES]).decode(
            "utf-8", "replace"
        )
        known: dict[str, Branch] = {}
        for entry in listed.splitlines():
            oid, _, ref = entry.partition(" ")
            name = _short(ref)
            if not name or (name in known and not ref.startswith(_HEADS)):
                continue
            line = None if is_listed(self._branches, name) else line_of(self._branches, name)
            if is_active(self._branches, name):
                known[name] = Branch(name, ref, oid, line)
            elif line is not None:
                self._retired.add(name)
        for name in self._branches.active:
            if name not in known:
                self._problems.append(f"there is no branch {clean(name, 80)}")
        return sorted(known.values(), key=lambda branch: (branch.name != self._branches.main, branch.name))

    # -- fixes ---------------------------------------------------------------------------------------------------

    def _spans(self, tags: Sequence[TagRef], main: Branch) -> list[_Span]:
        """The hotfixes, oldest version first: final releases beside the mainline, with the release before each."""
        mainline = _mainline(self._product.repo, main.oid, cut_off=bool(self._problems))
        finals = [tag for tag in reversed(tags) if not tag.version.prerelease and tag.version.release]
        commits = self._commits_of(finals)
        made: list[_Span] = []
        before: dict[tuple[int, ...], TagRef] = {}
        for tag in finals:
            base = before.get(tag.version.release[:2])
            before[tag.version.release[:2]] = tag
            if base is not None and commits[tag.name][0] not in mainline:
                made.append(_Span(tag, commits[base.name][0], *commits[tag.name]))
        return made

    def _commits_of(self, tags: Sequence[TagRef]) -> dict[str, tuple[str, int]]:
        """Commit and time of each tag."""
        wanted = "%(refname) %(objectname) %(*objectname) at %(creatordate:unix) %(*committerdate:unix)"
        by_ref: dict[str, tuple[str, int]] = {}
        found = self._git.run(["for-each-ref", f"--format={wanted}", "refs/tags/"])
        for entry in found.decode("utf-8", "replace").splitlines():
            ref, _, rest = entry.partition(" ")
            objects, _, times = rest.partition(" at ")
            by_ref[ref] = (objects.split()[-1], max((int(one) for one in times.split()), default=0))
        return {tag.name: by_ref[tag.ref] for tag in tags}

    def _read(self, spans: Sequence[_Span], found: Sequence[Branch]) -> _Known:
        """The whole history, with a bit for each release, each release before one, and each branch."""
        count, tips = len(spans), defaultdict[str, int](int)
        for number, span in enumerate(spans):
            tips[span.oid] |= 1 << number
            tips[span.base] |= 1 << (count + number)
        bits = {branch.name: 1 << (2 * count + number) for number, branch in enumerate(found)}
        for branch in found:
            tips[branch.oid] |= bits[branch.name]
        every = {change.oid: change for change in changes(self._git)}
        return _Known(containment(self._git, tips), every, bits)

    def _fixes(self, spans: Sequence[_Span], known: _Known, kin: Kinship) -> list[tuple[Fix, int]]:
        """Each fix with the bit of the release before it, oldest first."""
        made: list[tuple[Fix, int]] = []
        count = len(spans)
        own = {oid: number for oid in known.every if (number := _first_release(known, oid, count)) is not None}
        begin = _begin_of(self._branches.since)
        self._old = sum(span.made < begin for span in spans)
        for oid in _shipped(known, kin, own):
            change, number = known.every[oid], own[oid]
            # what an old hotfix brought is its own, although a later one has it too
            if spans[number].made < begin or not self._is_fix(change.names):
                continue
            version = spans[number].tag.version
            origins = tuple(one for block in kin.origins(oid) for one in block)
            fix = Fix(self._product.name, oid, change.subject, version.number, version.release, origins)
            made.append((fix, 1 << (count + number)))
        if len(made) > FIX_LIMIT:
            self._problems.append(f"there are {len(made)} fixes; only the newest {FIX_LIMIT} were followed")
        order = {span.tag.version.number: number for number, span in enumerate(spans)}
        oldest_first = made[:FIX_LIMIT][::-1]
        return sorted(oldest_first, key=lambda one: order[one[0].version])

    def _is_fix(self, names: Sequence[str]) -> bool:
        """Whether a commit touches the product, and more of it than the files that say which version it is."""
        own = {self._rules.file_of(self._product.name), *(file.path for file in self._product.files)}
        inside = [name for name in names if self._is_inside(name)]
        return bool(set(inside) - own)

    def _is_inside(self, name: str) -> bool:
        paths = [path.removeprefix("./").rstrip("/") for path in self._product.paths]
        return not paths or any(path in {"", "."} or name == path or name.startswith(f"{path}/") for path in paths)

    # -- proofs --------------------------------------------------------------------------------------------------

    def _is_ancestor(self, older: str, newer: str) -> bool:
        return self._git.succeeds(["merge-base", "--is-ancestor", older, newer])

    def _proven(self, wanted: Sequence[Wanted], prover: Prover) -> tuple[list[Sighting], list[Sighting]]:
        """Proofs, and for what is left commits that look like it."""
        seen = prover.by_kinship(wanted)
        try:
            seen += prover.by_content(self._git, list(left(wanted, seen)))
        except GitError as error:
            self._problems.append(f"what commits change cannot be compared: {error.message}")
        return seen, prover.alike(list(left(wanted, seen)))


def _begin_of(day: str) -> int:
    """The first second of a day in UTC; 0 for no day."""
    return int(datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()) if day else 0


def _first_release(known: _Known, oid: str, count: int) -> int | None:
    """The first hotfix that brought a commit: one that holds it, while the release before does not."""
    bits = known.held.get(oid, 0)
    brought = bits & ((1 << count) - 1) & ~(bits >> count)
    return (brought & -brought).bit_length() - 1 if brought else None


def _shipped(known: _Known, kin: Kinship, own: Mapping[str, int]) -> Iterator[str]:
    """The commits of hotfixes, without those that the very same hotfix took back, and without their reverts."""
    reverts: dict[int, set[str]] = defaultdict(set)
    for oid in kin.reverts:
        if oid in own:
            reverts[own[oid]].add(oid)
    gone: set[str] = set()
    for oid, number in own.items():
        if reverts[number]:
            titles = {oid: same_title(known.every[oid].subject)}
            undone = kin.taken_back_by(oid, titles, reverts[number])
            gone |= {oid, *undone} if undone else set()
    return (oid for oid in own if oid not in gone)


def _is_due(fix: Fix, branch: Branch) -> bool:
    """A fix travels forward: to the mainline, to lines newer than its own, and to what the plan lists."""
    return branch.line is None or is_newer_line(branch.line, fix.line)


def _short(ref: str) -> str:
    if ref.startswith(_HEADS):
        return ref.removeprefix(_HEADS)
    name = ref.removeprefix(_REMOTES).partition("/")[2]
    return "" if name == "HEAD" else name
