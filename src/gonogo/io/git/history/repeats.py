"""One change, several commits: cherry-picks, so that nothing is announced twice.

A pick says so by its `-x` line. Without one, only commits of equal author date and subject are candidates, and
equal contents decide; that needs diffs, so it is asked of candidates only.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from gonogo.changelog import Range
from gonogo.changelog.evidence import Borne
from gonogo.changelog.pairing import is_copy, reverted
from gonogo.commits import Commit, Fate, Struck
from gonogo.io.git.door import GitError
from gonogo.io.git.history.records import LOG, reader, records
from gonogo.io.git.history.repository import Repository, full
from gonogo.io.git.history.tags import TagRef
from gonogo.io.git.history.taken_back import TakenBack
from gonogo.plan import ChangelogRules

_OTHERS = 2_000
"""Commits of another branch, or from before the base, that are looked through at most."""
_CANDIDATES = 200
"""Commits whose contents are compared at most; 780 would fit into one call."""
_PICKS = 20
_SLOTS = 262_139
"""A prime, so that dates an even time apart do not meet."""

_Likeness = tuple[int | None, str]


def find_copies(
    repository: Repository,
    found: Range,
    outside: Sequence[TagRef],
    commits: Sequence[Commit],
    rules: ChangelogRules,
) -> Mapping[str, Struck]:
    """The commits of a range whose change is announced elsewhere, by object id. Raises GitError."""
    search = _Search(repository, found, commits)
    search.by_x_line_in_base()
    for tag, other in _of_releases(repository, found, outside, rules):
        search.released(tag, other)
    before = list(_before(repository, found, commits, rules))
    gone = reverted(before, TakenBack(repository, before))
    search.alike(one for one in before if one.oid not in gone)
    if not found.partial:
        search.decide()
    return search.struck


class _Search:
    def __init__(self, repository: Repository, found: Range, commits: Sequence[Commit]) -> None:
        self._repository = repository
        self._range = found
        self._commits = commits
        self._picks: dict[str, list[str]] = {}
        for commit in commits:
            for origin in commit.more.picked_from:
                self._picks.setdefault(origin, []).append(commit.oid)
        self._others: dict[_Likeness, list[Struck]] = {}
        self._pairs: list[tuple[str, Struck]] = []
        self.struck: dict[str, Struck] = {}
        self._evidence = TakenBack(repository, commits)

    @cached_property
    def _by_oid(self) -> Mapping[str, Commit]:
        return {commit.oid: commit for commit in self._commits}

    @cached_property
    def _oids(self) -> frozenset[str]:
        """Made when somebody picked something: most ranges need none."""
        return frozenset(self._by_oid)

    def by_x_line_in_base(self) -> None:
        """Picks of commits that came with the base already."""
        if not self._range.base.oid:
            return
        named = [oid for oid in self._picks if oid not in self._oids and len(oid) in {40, 64}][:_PICKS]
        there = [oid for kind, oid in self._repository.look_up(named) if kind == "commit"] if named else []
        for origin in there:
            if not self._repository.contains(self._range.base.oid, origin):
                continue
            for oid in self._picks[origin]:
                # picked onto a line that has it already: it had been taken back there, and comes again
                if self._repository.contains(oid, origin) or self._was_taken_back(origin):
                    continue
                if self._is_copy(oid, origin, None):
                    self.struck[oid] = Struck(Fate.COPY, origin)

    def released(self, tag: TagRef, other: Commit) -> None:
        """`other` is part of a release outside the target: what it is a copy of, or what is a copy of it."""
        why = Struck(Fate.RELEASED, other.oid, tag.name)
        for oid in (*other.picked_from, *self._picks.get(other.oid, ())):
            if oid in self._oids and oid not in self.struck and self._is_copy(oid, other.oid, other):
                self.struck[oid] = why
        if not other.is_merge:
            self._others.setdefault(_likeness(other), []).append(why)

    def _was_taken_back(self, origin: str) -> bool:
        """Whether the base took a commit of its own back: a pick of it comes again, wherever it was made."""
        said = ["--fixed-strings", f"--grep=This reverts commit {origin}", f"--max-count={_PICKS}"]
        base = full(self._range.base.oid)
        printed = self._repository.git.run(["log", "--format=%H", *said, base, f"^{origin}", "--"])
        return any(
            self._evidence.undoes(self._repository.commit(oid), origin) is not Borne.NOT
            for oid in printed.decode("ascii").split()
        )

    def _is_copy(self, oid: str, origin: str, original: Commit | None) -> bool:
        return is_copy(self._by_oid[oid], origin, original, self._evidence)

    def alike(self, before: Iterable[Commit]) -> None:
        """Candidates by author date and subject: among themselves, and with those from elsewhere."""
        for other in before:
            self._others.setdefault(_likeness(other), []).append(Struck(Fate.COPY, other.oid))
        close = sorted(filter(_is_plain, _of_one_date(self._commits)), key=lambda commit: commit.authored or 0)
        for newer, older in pairwise(close):  # of one date they stay as git has them, newest first
            if older.authored == newer.authored and older.subject == newer.subject:
                self._pairs.append((newer.oid, Struck(Fate.COPY, older.oid)))
        if self._others:
            for commit in filter(_is_plain, self._commits):
                self._pairs += [(commit.oid, why) for why in self._others.get(_likeness(commit), ())]

    def decide(self) -> None:
        """Equal contents make candidates copies."""
        pairs = [(oid, why) for oid, why in self._pairs if oid not in self.struck][:_CANDIDATES]
        if not pairs:
            return
        contents = _contents(self._repository, {oid for one, why in pairs for oid in (one, why.other)})
        for oid, why in pairs:
            same = oid in contents and contents[oid] == contents.get(why.other)
            if same and oid not in self.struck and not self._repository.contains(oid, why.other):
                self.struck[oid] = why


def _is_plain(commit: Commit) -> bool:
    return not commit.is_merge and not commit.more.reverts


def _of_one_date(commits: Sequence[Commit]) -> Iterator[Commit]:
    """Those that share an author date with another one, and a few more.

    A mark for each date in a row of slots, not a key: 64,000 keys would be the largest thing in memory.
    """
    seen = bytearray(_SLOTS)
    for commit in commits:
        slot = (commit.authored or 0) % _SLOTS
        seen[slot] = min(seen[slot] + 1, 2)
    return (commit for commit in commits if seen[(commit.authored or 0) % _SLOTS] > 1)


def _likeness(commit: Commit) -> _Likeness:
    return commit.authored, commit.subject


def _of_releases(
    repository: Repository, found: Range, outside: Sequence[TagRef], rules: ChangelogRules
) -> Iterable[tuple[TagRef, Commit]]:
    """What releases outside the target brought, oldest release first; without what they took back again."""
    seen: list[str] = []
    read = reader(rules)
    for tag in reversed(outside):
        excluded = [f"^{ref}" for ref in (*seen, found.target_oid)]
        arguments = [*LOG, f"--max-count={_OTHERS}", tag.ref, *excluded, "--"]
        try:
            chunks = [repository.git.run(arguments)]
        except GitError:
            continue  # a tag that leads to no commit brought nothing
        commits = [read(record) for some in records(iter(chunks)) for record in some]
        gone = reverted(commits, TakenBack(repository, commits))
        yield from ((tag, commit) for commit in commits if commit.oid not in gone)
        seen.append(tag.ref)


def _before(
    repository: Repository, found: Range, commits: Sequence[Commit], rules: ChangelogRules
) -> Iterable[Commit]:
    """Commits of the base that are no older than the range's oldest author date: a copy keeps that date.

    A commit is never committed before it is authored, so the walk may stop at that date.
    """
    dates = [commit.authored for commit in commits if commit.authored]
    if not found.base.oid or not dates:
        return
    arguments = [*LOG, "--no-merges", f"--max-count={_OTHERS}", f"--max-age={min(dates)}"]
    printed = repository.git.run([*arguments, full(found.base.oid), "--"])
    read = reader(rules, with_issues=False)
    for some in records(iter([printed])):
        # without a date it is like no other commit
        yield from (commit for commit in map(read, some) if commit.authored is not None)


def _contents(repository: Repository, oids: Iterable[str]) -> Mapping[str, bytes]:
    """A hash of what each commit changes, without line numbers and blanks; none for what changes nothing."""
    options = ["--stdin", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-renames", "--full-index", "--binary"]
    feed = "".join(f"{oid}\n" for oid in oids).encode()
    try:
        printed = repository.git.run(["diff-tree", *options], feed=feed)
    except GitError:
        return {}  # too much to compare, or objects missing: then they are told twice, which is no lie
    found: dict[str, bytes] = {}
    heads = list(re.finditer(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\n", printed, re.MULTILINE))
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(printed)
        changed = _NOISE.sub(b"", printed[head.end() : end])
        if changed.strip():
            found[head[1].decode("ascii")] = hashlib.sha256(b"".join(changed.split())).digest()
    return found


_NOISE = re.compile(rb"^(?:index [0-9a-f]+\.\.[0-9a-f]+.*|@@ .*)\n", re.MULTILINE)
