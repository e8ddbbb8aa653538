"""Which fixes were shipped outside the mainline, and in which branches they can be proven to be.

A hotfix is a final release that is no part of the mainline's own line of commits (its first parents). Its fixes
are the commits since the release before on its line, without merges and without commits that only touch version
files and the changelog. Which other releases are followed, and where to, `releases` says. Everything is read;
nothing is written, fetched or checked out.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import GonogoError, UsageError
from gonogo.facts.ledger import Fix, Proof, Sighting, Survey
from gonogo.io.git.deeds import Deeds
from gonogo.io.git.door import GitDoor, GitError, UnknownRevisionError
from gonogo.io.git.history import Repository, TagRef
from gonogo.io.git.ledger.branches import Branch, Found, look_for, no_branch, tips_of
from gonogo.io.git.ledger.history import Change, changes, containment, same_title, told
from gonogo.io.git.ledger.kinship import Kinship
from gonogo.io.git.ledger.proofs import Prover, Wanted, left
from gonogo.io.git.ledger.release_commit import has_entry, release_commit_of
from gonogo.io.git.ledger.releases import (
    Span,
    Upstream,
    commits_of,
    due_branches,
    finals,
    has_upstream,
    spans_of,
)
from gonogo.plan import Branches, ChangelogRules, Product
from gonogo.text import clean

FIX_LIMIT = 10_000
"""Fixes of one product that are followed; more are said to be left out."""


class _Known(Struct, frozen=True):
    """The history of a repository."""

    held: Mapping[str, int]
    """Each commit to the bits of what holds it: hotfixes first, then the releases before them, then branches."""
    every: Mapping[str, Change]
    bits: Mapping[str, int]
    """By name of a branch: of the one here and the remote's."""
    pushed: Mapping[str, int]
    """By name of a branch whose remote is at another commit: the bit of what the remote has."""
    remotes: Mapping[str, str]
    """By name of a branch: the remote that has it."""

    def holds(self, name: str, oid: str) -> bool:
        """Whether a branch has a commit, here or at its remote."""
        return bool(self.held.get(oid, 0) & self.bits[name])

    def holds_half(self, oids: Sequence[str], name: str) -> bool:
        """Whether a branch has half of some commits, or more."""
        return 2 * sum(self.holds(name, oid) for oid in oids) >= len(oids)

    def settled(self, name: str, oid: str) -> bool:
        """Whether a branch has a commit for everybody: at its remote, where it has one."""
        return bool(self.held.get(oid, 0) & self.pushed.get(name, self.bits[name]))


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
    tips = tips_of(git, branch) or tuple(filter(None, [_release_in_flight(repo, branch)]))
    if not any(git.succeeds(["merge-base", "--is-ancestor", oid, tip]) for tip in tips):
        raise UsageError(f"'{clean(commit, 80)}' is no part of {clean(branch, 80)}", remedy=remedy)
    return oid


def _release_in_flight(repo: str, name: str) -> str:
    """The commit of a tag or target of that name; "" for none."""
    try:
        return Repository(repo).resolve(name).oid
    except UsageError:
        return ""


@lru_cache(maxsize=8)
def _first_parents(repo: str, oid: str, *, cut_off: bool) -> tuple[str, ...]:
    """The line of commits of a branch that is at `oid`: the same for every product of a repository."""
    del cut_off  # a shallow clone has less of it
    return tuple(GitDoor(repo).run(["rev-list", "--first-parent", oid]).decode().split())


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
        self._contents: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def look(self) -> Survey:
        """Fixes, branches, proofs. Raises GitError, UsageError."""
        history = Repository(self._product.repo)
        if self._git.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true":
            self._problems.append("the clone is shallow, so commits are missing: git fetch --unshallow --tags")
        found = look_for(self._git, self._branches)
        self._problems += [no_branch(self._branches, name) for name in found.lacking]
        main = found.named(self._branches.main)
        if main is None:
            return Survey(self._product.name, problems=tuple(self._problems))
        releases = finals(history.tags(self._product))
        if not releases and self._product.previous:
            self._problems.append(_no_release(self._product))
        looked = Survey(
            self._product.name,
            retired=found.retired,
            mainline=main.name,
            branches=tuple(branch.name for branch in found.branches),
            unlisted=found.unlisted,
            releases=len(releases),
            newest=releases[-1].version.number if releases else "",
            repo=self._product.repo,
        )
        survey = self._follow(looked, found, main, releases) if releases else looked
        return replace(survey, problems=tuple(self._problems), old=self._old)

    def _follow(self, looked: Survey, found: Found, main: Branch, releases: Sequence[TagRef]) -> Survey:
        mainline = frozenset(oid for tip in main.tips for oid in self._own_line(tip))
        commits = commits_of(self._git, releases)
        upstream = has_upstream(found.branches, self._branches)
        pushed = frozenset(self._own_line(main.pushed)) if main.pushed else mainline
        spans = spans_of(releases, commits, mainline, self._branches, pushed=pushed, upstream=upstream)
        release = self._release_commit(releases, commits, mainline)
        if not spans and release is None:
            return looked
        known = self._read(spans, found.branches)
        kin = Kinship(told(self._git), self._is_ancestor, Deeds(self._git).may_undo)
        by_commit = {commits[tag.name][0]: tag for tag in releases}
        ahead = Upstream(self._branches, found.branches, by_commit, mainline, self._own_line, known.holds)
        followed = self._fixes(
            spans, known, kin, lambda span, has_half: due_branches(span, found.branches, ahead, has_half)
        )
        wanted = [one for one, _ in followed]
        if release is not None:
            names = [main.name, *ahead.gitflow_names]
            wanted.append(Wanted(release, 0, {name: known.bits[name] for name in names}))
        due = {one.fix.oid: tuple(one.due) for one in wanted}
        seen, alike = self._proven(wanted, Prover(known.held, kin, known.every), known)
        seen += self._whole_content(followed, seen, found)
        seen += self._entries(wanted[-1], seen, found) if release is not None else ()
        made = tuple(one.fix for one in wanted)
        return replace(looked, fixes=made, due=due, seen=tuple(seen), alike=tuple(alike))

    def _release_commit(
        self, releases: Sequence[TagRef], commits: Mapping[str, tuple[str, int]], mainline: Collection[str]
    ) -> Fix | None:
        oid, made = commits[releases[-1].name]
        if oid in mainline or made < _begin_of(self._branches.since):
            return None
        return release_commit_of(
            self._git, self._product, self._branches, self._rules, releases, commits, mainline
        )

    # -- releases and fixes --------------------------------------------------------------------------------------

    def _own_line(self, oid: str) -> Sequence[str]:
        return _first_parents(self._product.repo, oid, cut_off=bool(self._problems))

    def _read(self, spans: Sequence[Span], found: Sequence[Branch]) -> _Known:
        """The whole history, with a bit for each release, each release before one, and each branch."""
        count, tips = len(spans), defaultdict[str, int](int)
        for number, span in enumerate(spans):
            tips[span.oid] |= 1 << number
            tips[span.base] |= 1 << (count + number)
        bits, pushed = {}, {}
        for number, branch in enumerate(found):
            bit = 1 << (2 * (count + number))
            tips[branch.oid] |= bit
            bits[branch.name] = bit
            if branch.differs:
                tips[branch.pushed] |= bit << 1
                bits[branch.name] |= bit << 1
                pushed[branch.name] = bit << 1
        every = {change.oid: change for change in changes(self._git)}
        return _Known(containment(self._git, tips), every, bits, pushed, {one.name: one.remote for one in found})

    def _fixes(
        self,
        spans: Sequence[Span],
        known: _Known,
        kin: Kinship,
        due: Callable[[Span, Callable[[str], bool]], tuple[str, ...]],
    ) -> list[tuple[Wanted, Span]]:
        """Each fix and where it must be, with its release, oldest first.

        What only a release of the mainline brought is no fix of its own while every branch has that very commit.
        """
        made: list[tuple[Wanted, Span]] = []
        count = len(spans)
        own = {oid: number for oid in known.every if (number := _first_release(known, oid, count)) is not None}
        brought: dict[int, list[str]] = defaultdict(list)
        for oid, number in own.items():
            brought[number].append(oid)
        names = [due(span, partial(known.holds_half, brought[number])) for number, span in enumerate(spans)]
        begin = _begin_of(self._branches.since)
        self._old = sum(span.made < begin for span in spans if span.is_hotfix)
        for oid in _shipped(known, kin, own):
            change, number = known.every[oid], own[oid]
            # what an old hotfix brought is its own, although a later one has it too
            if spans[number].made < begin or not self._is_fix(change.names):
                continue
            span, bits = spans[number], {name: known.bits[name] for name in names[number]}
            if not span.is_hotfix and all(known.settled(name, oid) for name in bits):
                continue
            version = span.tag.version
            origins = tuple(one for block in kin.origins(oid) for one in block)
            fix = Fix(self._product.name, oid, change.subject, version.number, version.release, origins)
            made.append((Wanted(fix, 1 << (count + number), bits), span))
        if len(made) > FIX_LIMIT:
            self._problems.append(f"there are {len(made)} fixes; only the newest {FIX_LIMIT} were followed")
        order = {span.tag.version.number: number for number, span in enumerate(spans)}
        oldest_first = made[:FIX_LIMIT][::-1]
        return sorted(oldest_first, key=lambda one: order[one[0].fix.version])

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

    def _proven(
        self, wanted: Sequence[Wanted], prover: Prover, known: _Known
    ) -> tuple[list[Sighting], list[Sighting]]:
        """Proofs, and for what is left commits that look like it."""
        seen = self._sightings(wanted, prover)
        found = {(one.oid, one.branch) for one in seen}
        pushed = [
            replace(one, due={name: bit for name, bit in known.pushed.items() if (one.fix.oid, name) in found})
            for one in wanted
        ]
        there = {(one.oid, one.branch) for one in self._sightings([one for one in pushed if one.due], prover)}
        told = [
            one
            if one.branch not in known.pushed or (one.oid, one.branch) in there
            else replace(one, unpushed_to=known.remotes[one.branch])
            for one in seen
        ]
        return told, prover.alike(list(left(wanted, seen)))

    def _sightings(self, wanted: Sequence[Wanted], prover: Prover) -> list[Sighting]:
        seen = prover.by_kinship(wanted)
        try:
            seen += prover.by_content(self._git, list(left(wanted, seen)))
        except GitError as error:
            self._problems.append(f"what commits change cannot be compared: {error.message}")
        return seen

    def _whole_content(
        self, followed: Sequence[tuple[Wanted, Span]], seen: Sequence[Sighting], found: Found
    ) -> list[Sighting]:
        """Releases that the mainline took as one commit: a branch that had their very content has their fixes."""
        spans = {one.fix.oid: span for one, span in followed if span.on_mainline}
        made: list[Sighting] = []
        for one in left([one for one, span in followed if span.on_mainline], seen):
            span = spans[one.fix.oid]
            for name in one.due:
                branch = found.named(name)
                tips = (branch.pushed or branch.oid,) if branch else ()
                if holder := self._with_content(span.oid, span.base, tips):
                    made.append(Sighting(one.fix.oid, name, Proof.CONTENT, holder))
        return made

    def _entries(self, one: Wanted, seen: Sequence[Sighting], found: Found) -> Iterator[Sighting]:
        """Where the changelog has the entry of a prepared release, whoever wrote it there."""
        path, version = self._rules.file_of(self._product.name), one.fix.version
        for branch in (found.named(name) for still in left([one], seen) for name in still.due):
            if branch is None:
                continue
            there = [oid for oid in branch.tips if has_entry(self._git, oid, path, version)]
            if there:
                is_pushed = not branch.differs or branch.pushed in there
                remote = "" if is_pushed else branch.remote
                yield Sighting(one.fix.oid, branch.name, Proof.ENTRY, unpushed_to=remote)

    def _with_content(self, oid: str, base: str, tips: tuple[str, ...]) -> str:
        """A commit of a branch since `base` with the very content of another one; "" for none. Raises GitError."""
        if (key := (oid, base, tips)) not in self._contents:
            tree = self._git.run(["rev-parse", "--verify", f"{oid}^{{tree}}"]).decode().strip()
            rows = self._git.run(["log", "--format=%T %H", *tips, f"^{base}"]).decode().splitlines()
            same = (row.partition(" ")[2] for row in rows if row.startswith(tree))
            self._contents[key] = next(same, "")
        return self._contents[key]


def _no_release(product: Product) -> str:
    """Why nothing can be followed although something was released before."""
    pattern = clean(product.tag.replace("{product}", product.name), 80)
    return (
        f"there is no final release with a tag like {pattern}, although the plan says that "
        f"{clean(product.previous or '', 80)} was released before: git fetch --tags, or correct `tag` in the plan"
    )


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
