"""Which changes of one commit are not in another one: what would be removed if the other one shipped.

A change is contained when its commit is reachable from what ships; when what ships has a commit with the same
change, one that was picked from it, or one that squashed it; or when the files it touches are the same in both.
What was reverted is not missed, whether beside it or in what ships. That a commit is reachable is no proof where
a merge left its files out. What a merge brings by itself is a change too. Everything is found out from the two
commits alone, so that an answer stays valid.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog.evidence import Borne
from gonogo.facts.containment import LostFix
from gonogo.io.git.deeds import Deeds
from gonogo.io.git.door import GitDoor, GitError
from gonogo.io.git.ledger.history import Change, changes, same_title, told
from gonogo.io.git.ledger.kinship import Kinship
from gonogo.io.git.ledger.left_out import LeftOut, left_out
from gonogo.io.git.ledger.own_lines import are_there, evil_merges, text_of
from gonogo.io.git.ledger.patches import equal_changes
from gonogo.io.git.ledger.version_lines import DOCUMENTS, MARK, is_own

_FILES_OF_A_RELEASE = 200
"""Files in which a release commit may write its version; one that touches more is looked at by a person."""
_AT_ONCE = 480
"""Ids of one call."""
_PAIRS = 1024
"""Answers that are kept; those asked for longest ago go first."""


class Scope(Struct, frozen=True):
    """What of a repository belongs to the product."""

    paths: tuple[str, ...] = ()
    """Folders or files; empty means everything."""
    own: tuple[str, ...] = ()
    """Files that say which version it is: a commit that touches no others is no fix."""
    numbers: tuple[str, ...] = ()
    """Versions that a release commit writes into any file: what differs in nothing else is no fix."""

    ships: tuple[str, ...] = ()
    """Numbers of the version that ships."""
    name: str = ""
    """Of the product."""

    def is_fix(self, names: Sequence[str]) -> bool:
        """Whether a commit that touches these paths changes the product."""
        return any(self._is_inside(name) and name not in self.own for name in names)

    def _is_inside(self, name: str) -> bool:
        paths = [path.removeprefix("./").rstrip("/") for path in self.paths]
        return not paths or any(path in {"", "."} or name == path or name.startswith(f"{path}/") for path in paths)


class _Written(Struct, frozen=True):
    """A line in which a commit writes another number of a version."""

    path: str
    masked: str
    """With `MARK` for the number."""
    old: str
    """As it was before."""
    own: bool
    """Whether it says the version of the product."""
    new: str = ""
    """As the commit has it."""


class Compared(Struct, frozen=True):
    """The changes of a commit that are not reachable from what ships."""

    lost: tuple[LostFix, ...] = ()
    """Those that are not in it at all, newest first."""
    kept: tuple[LostFix, ...] = ()
    """Those whose change is in it all the same."""


@lru_cache(maxsize=_PAIRS)
def compare(repo: str, scope: Scope, have: str, ships: str, base: str = "") -> Compared:
    """What `have` brought since `base` ("" for all of it) and `ships` lacks. Raises GitError.

    All three are full object ids of commits.
    """
    git = GitDoor(repo)
    mine = [have, f"^{ships}", *([f"^{base}"] if base else [])]
    dropped = tuple(left_out(git, have, ships, base))
    if not dropped and git.run(["rev-list", "--max-count=1", *mine]).strip() == b"":
        return Compared()
    return _Comparison(git, scope, have, ships, mine, dropped).make()


class _Comparison:
    """One pair of commits, read once."""

    def __init__(
        self,
        git: GitDoor,
        scope: Scope,
        have: str,
        ships: str,
        mine: Sequence[str],
        dropped: Sequence[LeftOut] = (),
    ) -> None:
        self._git = git
        self._known: dict[tuple[str, str], frozenset[str]] = {}
        self._texts: dict[str, Sequence[str]] = {}
        self._bases: dict[tuple[str, str], str] = {}
        self._scope = scope
        self._have = have
        self._ships = ships
        self._evil = {one.oid: one for one in evil_merges(git, mine)}
        self._dropped: dict[str, str] = {}
        away = {one.oid: one for one in self._left_out(dropped)}
        apart = {one.oid: one for one in changes(git, mine)}
        self._mine: Mapping[str, Change] = {**apart, **away, **self._evil}
        self._theirs: Mapping[str, Change] = {one.oid: one for one in changes(git, [ships, f"^{have}"])}
        self._deeds = Deeds(git)
        said = {one.oid: one for one in told(git, [f"{have}...{ships}"])}
        for some in _portions(away):
            said |= {one.oid: one for one in told(git, ["--no-walk=unsorted", *some])}
        self._kin = Kinship(said.values(), self._is_ancestor, self._deeds.may_undo)
        every = {**self._mine, **self._theirs}
        self._titles = {oid: same_title(change.subject) for oid, change in every.items()}
        reverts = [oid for oid in self._kin.reverts if oid in every]
        self._deeds.look_ahead(one for oid in reverts for one in (oid, *self._kin.undone_by(oid)) if one in every)
        self._shipped_reverts = {oid for oid in reverts if oid in self._theirs}

    def make(self) -> Compared:
        """Raises GitError."""
        standing = list(self._standing())
        wanted = [oid for oid in standing if self._scope.is_fix(self._mine[oid].names)]
        if not wanted:
            # a release of the product with nothing but changes outside its paths was made for those: a library
            everywhere = replace(self._scope, paths=())
            wanted = [oid for oid in standing if everywhere.is_fix(self._mine[oid].names)]
        left = [oid for oid in wanted if not self._is_told(oid)]
        left = self._with_no_equal(left) if left and self._theirs else left
        left = [oid for oid in left if not self._reverts_what_is_not_there(oid)]
        left = self._with_other_files(left) if left else left
        left = [oid for oid in left if not self._was_picked_elsewhere(oid)]
        left = [oid for oid in left if not self._has_its_lines(oid)]
        left = [oid for oid in left if not self._only_writes_versions(oid)]
        left = [oid for oid in left if not self._was_raised_further(oid)]
        missing = set(left)
        by_title = {self._titles[oid]: oid for oid in self._theirs}
        return Compared(
            tuple(self._fix(oid, by_title) for oid in left),
            tuple(self._fix(oid, {}) for oid in wanted if oid not in missing),
        )

    def _fix(self, oid: str, by_title: Mapping[str, str]) -> LostFix:
        change = self._mine[oid]
        alike = by_title.get(self._titles[oid], "")
        return LostFix(oid, change.subject, change.author[0], alike, self._dropped.get(oid, ""))

    def _left_out(self, dropped: Sequence[LeftOut]) -> Iterator[Change]:
        """The commits none of whose files a merge took, though the side that brings them has others there."""
        by_oid: dict[str, list[LeftOut]] = {}
        for one in dropped:
            by_oid.setdefault(one.oid, []).append(one)
        for some in _portions(by_oid):
            among = ["--no-walk=unsorted", *some]
            for change in (*changes(self._git, among), *evil_merges(self._git, among)):
                names = {name for name in change.names if self._scope.is_fix([name])}
                merge = next((one.merge for one in by_oid[change.oid] if self._leaves_out(one, names)), "")
                if merge:
                    self._dropped[change.oid] = merge
                    yield change

    def _leaves_out(self, one: LeftOut, names: Set[str]) -> bool:
        others = self._differing(one.line, one.side)
        base = self._merge_base(one.line, one.side)
        brought = {name for name in self._differing(base, one.side) & others if self._scope.is_fix([name])}
        taken = self._differing(one.line, one.merge)
        # where it took some of that, somebody looked at what it did not take
        if brought.isdisjoint(names) or not brought.isdisjoint(taken):
            return False
        if not {_base_name(name) for name in brought}.isdisjoint(map(_base_name, taken)):
            return False  # it took it to another directory
        # what is gone or has another name on that line: git followed it, or nobody needs it there
        gone = self._there(sorted(brought), base) - self._there(sorted(brought), one.line)
        return not (brought - gone).isdisjoint(names)

    def _merge_base(self, one: str, other: str) -> str:
        """Where two histories part; the empty tree where they never met."""
        if (one, other) not in self._bases:
            found = self._git.run(["merge-base", one, other], accept=(0, 1)).decode("ascii").strip()
            self._bases[one, other] = (
                found or self._git.run(["hash-object", "-t", "tree", "--stdin"]).decode().strip()
            )
        return self._bases[one, other]

    def _differing(self, one: str, other: str) -> frozenset[str]:
        """Paths of files that are others in two commits."""
        if (one, other) not in self._known:
            words = ["diff-tree", "-r", "--name-only", "--no-renames", "-z", one, other]
            names = self._git.run(words).split(b"\0")
            self._known[one, other] = frozenset(name.decode("utf-8", "replace") for name in names if name)
        return self._known[one, other]

    def _was_picked_elsewhere(self, oid: str) -> bool:
        """Whether what ships has it by the same author of the same moment, line by line, in other files."""
        change = self._mine[oid]
        alike = self._by_author.get((change.author, change.subject), ())
        return any(self._deeds.moves(oid, one) is Borne.WHOLLY for one in alike)

    @cached_property
    def _by_author(self) -> Mapping[tuple[tuple[str, str, str], str], list[str]]:
        found: dict[tuple[tuple[str, str, str], str], list[str]] = {}
        for one in self._theirs.values():
            found.setdefault((one.author, one.subject), []).append(one.oid)
        return found

    def _has_its_lines(self, oid: str) -> bool:
        """Whether what ships has what a merge brought by itself, or what a merge seems to have left out."""
        if oid not in self._evil and oid not in self._dropped:
            return False
        names = [name for name in self._mine[oid].names if self._scope.is_fix([name])]
        return are_there(self._git, oid, names, self._ships)

    def _standing(self) -> Iterator[str]:
        """The commits that were not taken back where they are, without the reverts that did it."""
        reverts = {oid for oid in self._kin.reverts if oid in self._mine}
        gone: set[str] = set()
        for oid in self._mine if reverts else ():
            by = self._kin.taken_back_by(oid, self._titles, reverts)
            gone |= {oid, *by} if by else set()
        return (oid for oid in self._mine if oid not in gone)

    def _is_told(self, oid: str) -> bool:
        """Whether messages say that what ships has it: picked, or squashed; taken back there counts as well."""
        family, *parts = self._kin.families(oid)
        if self._has_any(family):
            return self._is_borne_out(oid, family)
        joined = [one for part in parts for one in part]
        return bool(parts) and all(self._has_any(part) for part in parts) and self._is_borne_out(oid, joined)

    def _is_borne_out(self, oid: str, named: Iterable[str]) -> bool:
        """Whether what messages say can be: such commits touch a file of the change, and bring each that it adds.

        How a conflict was resolved is not judged: such a pick is another change in the same files.
        """
        touched = {_base_name(path) for one in named if one in self._theirs for path in self._theirs[one].names}
        names = self._mine[oid].names
        if not names or not touched:
            return True  # an empty commit, or one that only its reverts tell of
        if touched.isdisjoint(map(_base_name, names)):
            # a file may have another name there
            return any(self._deeds.moves(oid, one) is not Borne.NOT for one in named if one in self._theirs)
        beside = [path for path in names if _base_name(path) not in touched]
        return not beside or not self._adds(oid, beside) - self._there(beside)

    def _adds(self, oid: str, paths: Sequence[str]) -> set[str]:
        words = [
            "diff-tree",
            "-r",
            "--root",
            "--no-commit-id",
            "--no-renames",
            "--diff-filter=A",
            "--name-only",
            "-z",
        ]
        return {
            one.decode("utf-8", "replace")
            for one in self._git.run([*words, oid, "--", *paths]).split(b"\0")
            if one
        }

    def _there(self, paths: Sequence[str], at: str = "") -> set[str]:
        found: set[str] = set()
        for some in _portions(paths):
            words = ["ls-tree", "-r", "--name-only", "--full-tree", "-z", at or self._ships, "--", *some]
            found |= {one.decode("utf-8", "replace") for one in self._git.run(words).split(b"\0") if one}
        return found

    def _with_no_equal(self, oids: list[str]) -> list[str]:
        """Those whose change no commit of what ships makes, nor the change of what they were picked from."""
        # what ships of one that was picked and brought something of its own is no proof of it
        whole = [oid for oid in oids if not self._has_any(self._kin.families(oid)[0])]
        sources = {**{oid: (oid,) for oid in oids}, **self._with_origins(whole)}
        every = {**self._mine, **self._theirs}
        away = [one for few in sources.values() for one in few if one not in every]
        every |= {one.oid: one for one in changes(self._git, ["--no-walk", *away])} if away else {}
        equal = equal_changes(self._git, [one for few in sources.values() for one in few], every)
        return [oid for oid in oids if not any(self._has_any(equal.get(one, ())) for one in sources[oid])]

    def _with_origins(self, oids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Each with what it was picked from, where that is one change and the repository has it."""
        blocks = {oid: self._kin.origins(oid) for oid in oids}
        origins = {oid: few[0] if len(few) == 1 else () for oid, few in blocks.items()}
        asked = sorted({one for few in origins.values() for one in few})
        feed = "".join(f"{one}^{{commit}}\n" for one in asked).encode()
        answer = self._git.run(["cat-file", "--batch-check=%(objecttype)"], feed=feed) if asked else b""
        here = {one for one, kind in zip(asked, answer.splitlines(), strict=True) if kind == b"commit"}
        return {oid: (oid, *(one for one in few if one in here)) for oid, few in origins.items()}

    def _has_any(self, oids: Iterable[str]) -> bool:
        return any(oid in self._theirs for oid in oids)

    def _reverts_what_is_not_there(self, oid: str) -> bool:
        """Whether it takes back what does not ship: what ships never had it, or took it back itself."""
        undone = self._kin.undone_by(oid)
        return bool(undone) and all(not self._ships_it(one) for one in undone)

    def _ships_it(self, oid: str) -> bool:
        family = tuple(dict.fromkeys(one for block in self._kin.families(oid) for one in block))
        here = [one for one in family if one in self._theirs or self._is_ancestor(one, self._ships)]
        titles = {**self._titles, oid: self._title(oid)}
        return any(not self._kin.taken_back_by(one, titles, self._shipped_reverts) for one in here)

    def _title(self, oid: str) -> str:
        try:
            return same_title(self._git.run(["log", "-1", "--format=%s", oid]).decode("utf-8", "replace").strip())
        except GitError:
            return ""

    def _is_ancestor(self, older: str, newer: str) -> bool:
        try:
            return self._git.succeeds(["merge-base", "--is-ancestor", older, newer])
        except GitError:
            return False  # what the repository does not have is part of no history

    def _with_other_files(self, oids: list[str]) -> list[str]:
        """Those that touch a file which is another one in what ships."""
        differ = self._differing(self._have, self._ships)
        return [oid for oid in oids if not differ.isdisjoint(self._mine[oid].names)]

    def _only_writes_versions(self, oid: str) -> bool:
        """Whether its lines differ in the product's own version alone, as in the commit of a release.

        A dependency that is raised between the very same numbers is a fix. Lines that do not say whose version it
        is are the product's where what ships has its own number there; or beside lines that are the product's,
        unless what ships has moved on there and left these behind.
        """
        names = [name for name in self._mine[oid].names if self._scope.is_fix([name])]
        numbers = _ANY_NUMBER if oid in self._dropped else _numbers(self._scope.numbers)
        few = numbers is not None and len(self._mine[oid].names) <= _FILES_OF_A_RELEASE
        written = self._written(oid, names, numbers) if few and numbers is not None else ()
        if not written:
            return False
        others = [one for one in written if not one.own and not one.path.lower().endswith(DOCUMENTS)]
        if not others or all(self._has_own_number(one) for one in others):
            return True
        owns = [one for one in written if one.own]
        if not owns and names == list(self._mine[oid].names):
            return False
        moved_on = not any(self._is_left_behind(one) for one in owns)
        return not (moved_on and any(self._is_left_behind(one) for one in others))

    def _was_raised_further(self, oid: str) -> bool:
        """Whether it only raises numbers, as of dependencies, and what ships has raised each as far or further.

        What lowers one does so for a reason: a newer number is not what it brought.
        """
        names = [name for name in self._mine[oid].names if self._scope.is_fix([name])]
        few = len(self._mine[oid].names) <= _FILES_OF_A_RELEASE
        written = self._written(oid, names, _ANY_NUMBER) if few else ()
        return bool(written) and all(self._is_above(one) for one in written)

    def _is_above(self, one: _Written) -> bool:
        before, after = _only_number(one.old), _only_number(one.new)
        if before is None or after is None or after <= before:
            return False
        # two lines that read alike but for their numbers may speak of two things
        rows = [row for row in self._rows(one.path) if _ANY_NUMBER.sub(MARK, row) == one.masked]
        ships = _only_number(rows[0]) if len(rows) == 1 else None
        return ships is not None and ships >= after

    def _written(self, oid: str, names: Sequence[str], numbers: re.Pattern[str]) -> tuple[_Written, ...]:
        """The lines of a commit that only writes other numbers of versions; none for any other commit."""
        found: list[_Written] = []
        for name in names:
            words = ["diff-tree", "-p", "-U25", "-r", "--root", "--no-commit-id", "--no-renames", "--no-ext-diff",
                     "--no-textconv", "--no-color", oid, "--", name]  # fmt: skip
            printed = self._git.run(words).decode("utf-8", "replace").split("\n")
            removed: list[tuple[str, str]] = []
            added: list[_Written] = []
            before: list[str] = []
            for line in printed:
                if line.startswith(("--- ", "+++ ", "diff ", "index ", "\\")) or not line:
                    continue
                if line.startswith("@@ "):
                    before = []
                elif line[0] == " ":
                    before.append(line[1:])
                elif line[0] == "-":
                    removed.append((numbers.sub(MARK, line[1:]), line[1:]))
                elif line[0] == "+":
                    masked = numbers.sub(MARK, line[1:])
                    own = is_own(masked, before, self._scope.name)
                    added.append(_Written(name, masked, "", own, line[1:]))
                    before.append(line[1:])
                else:
                    return ()  # a mode, a new file, a binary one
            if [masked for masked, _ in removed] != [one.masked for one in added]:
                return ()
            if any(MARK not in one.masked for one in added):
                return ()
            found += [replace(one, old=old) for one, (_, old) in zip(added, removed, strict=True)]
        return tuple(found)

    def _has_own_number(self, one: _Written) -> bool:
        """Whether what ships has its own number in that line."""
        numbers = _numbers(self._scope.ships)
        rows = self._rows(one.path)
        return numbers is not None and any(
            row != one.old and numbers.search(row) and numbers.sub(MARK, row) == one.masked for row in rows
        )

    def _is_left_behind(self, one: _Written) -> bool:
        """Whether what ships has the line as it was before."""
        return one.old in self._rows(one.path)

    def _rows(self, path: str) -> Sequence[str]:
        if path not in self._texts:
            text = text_of(self._git, self._ships, path) or b""
            self._texts[path] = text.decode("utf-8", "replace").split("\n")
        return self._texts[path]


_ANY_NUMBER = re.compile(r"(?<![0-9.])\d+(?:\.\d+){1,3}(?:[-.]?[A-Za-z]+[0-9A-Za-z.-]*)?(?![0-9]|\.[0-9])")
"""Of a release between: what a merge left out may be any of them."""


def _only_number(row: str) -> tuple[int, ...] | None:
    """The number of a line that holds one, as a number of a release; None where it holds others, or none."""
    found = _ANY_NUMBER.findall(row)
    if len(found) != 1 or not all(part.isdecimal() for part in found[0].split(".")):
        return None
    return tuple(int(part) for part in found[0].split("."))


def _numbers(numbers: Sequence[str]) -> re.Pattern[str] | None:
    """What finds one of these versions, also with the word of a version that is not out yet."""
    if not numbers:
        return None
    one = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    return re.compile(rf"(?<![0-9.])(?:{one})(?:-SNAPSHOT|-dev|\.dev\d*|-alpha|-beta|-rc)?(?![0-9]|\.[0-9])")


def _portions(oids: Iterable[str]) -> Iterator[list[str]]:
    every = list(oids)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _base_name(path: str) -> str:
    """Without its directories: files move between branches."""
    return path.rpartition("/")[2]
