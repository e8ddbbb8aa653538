"""Which changes of one commit are not in another one: what would be removed if the other one shipped.

A change is contained when its commit is reachable from what ships; when what ships has a commit with the same
change, one that was picked from it, or one that squashed it; or when the files it touches are the same in both.
What was reverted is not missed, whether beside it or in what ships. Everything is found out from the two commits
alone, so that an answer stays valid.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts.containment import LostFix
from gonogo.io.git.deeds import Deeds
from gonogo.io.git.door import GitDoor, GitError
from gonogo.io.git.ledger.history import Change, changes, same_title, told
from gonogo.io.git.ledger.kinship import Kinship
from gonogo.io.git.ledger.patches import equal_changes

_FILES_OF_A_RELEASE = 200
"""Files in which a release commit may write its version; one that touches more is looked at by a person."""
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

    def is_fix(self, names: Sequence[str]) -> bool:
        """Whether a commit that touches these paths changes the product."""
        return any(self._is_inside(name) and name not in self.own for name in names)

    def _is_inside(self, name: str) -> bool:
        paths = [path.removeprefix("./").rstrip("/") for path in self.paths]
        return not paths or any(path in {"", "."} or name == path or name.startswith(f"{path}/") for path in paths)


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
    if git.run(["rev-list", "--no-merges", "--max-count=1", *mine]).strip() == b"":
        return Compared()
    return _Comparison(git, scope, have, ships, mine).make()


class _Comparison:
    """One pair of commits, read once."""

    def __init__(self, git: GitDoor, scope: Scope, have: str, ships: str, mine: Sequence[str]) -> None:
        self._git = git
        self._scope = scope
        self._have = have
        self._ships = ships
        self._mine: Mapping[str, Change] = {one.oid: one for one in changes(git, mine)}
        self._theirs: Mapping[str, Change] = {one.oid: one for one in changes(git, [ships, f"^{have}"])}
        self._deeds = Deeds(git)
        self._kin = Kinship(told(git, [f"{have}...{ships}"]), self._is_ancestor, self._deeds.may_undo)
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
        left = [oid for oid in left if not self._only_writes_versions(oid)]
        missing = set(left)
        by_title = {self._titles[oid]: oid for oid in self._theirs}
        return Compared(
            tuple(self._fix(oid, by_title) for oid in left),
            tuple(self._fix(oid, {}) for oid in wanted if oid not in missing),
        )

    def _fix(self, oid: str, by_title: Mapping[str, str]) -> LostFix:
        change = self._mine[oid]
        return LostFix(oid, change.subject, change.author[0], by_title.get(self._titles[oid], ""))

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
            return False
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

    def _there(self, paths: Sequence[str]) -> set[str]:
        words = ["ls-tree", "-r", "--name-only", "--full-tree", "-z", self._ships, "--", *paths]
        return {one.decode("utf-8", "replace") for one in self._git.run(words).split(b"\0") if one}

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
        words = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", self._have, self._ships]
        differ = {name.decode("utf-8", "replace") for name in self._git.run(words).split(b"\0")}
        return [oid for oid in oids if not differ.isdisjoint(self._mine[oid].names)]

    def _only_writes_versions(self, oid: str) -> bool:
        """Whether its lines differ in the version's number alone, as in the commit of a release."""
        numbers = sorted(self._scope.numbers, key=len, reverse=True)
        if not numbers or len(self._mine[oid].names) > _FILES_OF_A_RELEASE:
            return False
        one = "|".join(re.escape(number) for number in numbers)
        number = re.compile(rf"(?<![0-9.])(?:{one})(?:-SNAPSHOT|-dev|\.dev\d*|-alpha|-beta|-rc)?(?![0-9]|\.[0-9])")
        names = [name for name in self._mine[oid].names if self._scope.is_fix([name])]
        words = ["diff-tree", "-p", "-U0", "-r", "--root", "--no-commit-id", "--no-renames", "--no-ext-diff",
                 "--no-textconv", "--no-color", oid, "--", *names]  # fmt: skip
        removed: list[str] = []
        added: list[str] = []
        any_number = False
        for line in self._git.run(words).decode("utf-8", "replace").splitlines():
            if line.startswith(("--- ", "+++ ", "@@ ", "diff ", "index ")):
                continue
            if line[:1] not in {"+", "-"}:
                return False  # a mode, a new file, a binary one
            masked, count = number.subn("VERSION", line[1:])
            any_number = any_number or bool(count)
            (added if line[0] == "+" else removed).append(masked)
        return any_number and removed == added


def _base_name(path: str) -> str:
    """Without its directories: files move between branches."""
    return path.rpartition("/")[2]
