"""Which fixes were shipped outside the mainline, and in which branches they can be proven to be.

A hotfix is a final release that is no part of the mainline's own line of commits (its first parents). Its fixes
are the commits since the release before on its line, without merges and without commits that only touch version
files and the changelog. Everything is read; nothing is written, fetched or checked out.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gonogo.adapters.git_door import GitDoor, GitError, UnknownRevisionError, check_ref
from gonogo.adapters.git_history import Repository, TagRef
from gonogo.domain.ledger import Fix, Proof, Sighting, Survey
from gonogo.domain.plan import Branches, ChangelogRules, Product
from gonogo.domain.text import clean
from gonogo.errors import GonogoError

FIX_LIMIT = 2_000
"""Fixes of one product that are followed; more are said to be left out."""

_PICKED = re.compile(rb"^\(cherry picked from commit ([0-9a-f]{40,64})\)\s*$", re.MULTILINE)
_REVERTED = re.compile(rb"^This reverts commit ([0-9a-f]{40,64})", re.MULTILINE)
_REVERT_DEPTH = 20
"""Reverts of reverts that are followed: people tell no longer story than this."""
_EXCLUDED = 100
"""Releases whose history is left out of a walk: what they hold is older than any fix, and feeds stay small."""
_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"


class Branch(Struct, frozen=True):
    """A branch a fix may have to reach."""

    name: str
    ref: str
    """Its full name: the local one, or that of a remote when there is no local one."""
    oid: str
    line: tuple[int, ...] | None = None
    """The release line it is for; None for the mainline and for further active branches."""


def survey(product: Product, branches: Branches, rules: ChangelogRules) -> Survey:
    """Look for the fixes of `product` in its branches. Never raises for what a repository holds or lacks."""
    if not product.repo:
        return Survey(product.name)
    try:
        return _Surveyor(product, branches, rules).look()
    except GonogoError as error:
        return Survey(product.name, problems=(clean(error.message, 300),))


class _Surveyor:
    """One product's repository, read once."""

    def __init__(self, product: Product, branches: Branches, rules: ChangelogRules) -> None:
        self._product = product
        self._branches = branches
        self._rules = rules
        self._git = GitDoor(product.repo)
        self._problems: list[str] = []
        self._spans: dict[str, tuple[TagRef, TagRef]] = {}
        """By version of a hotfix: the release before, and its own tag."""

    def look(self) -> Survey:
        """Fixes, branches, proofs. Raises GitError, UsageError."""
        history = Repository(self._product.repo)
        if self._git.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true":
            self._problems.append("the clone is shallow, so commits are missing: git fetch --unshallow --tags")
        found = self._active()
        main = next((branch for branch in found if branch.name == self._branches.main), None)
        if main is None:
            self._problems.append(f"there is no branch {clean(self._branches.main, 80)}")
            return Survey(self._product.name, problems=tuple(self._problems))
        fixes = self._fixes(history.tags(self._product), main)
        due = {fix.oid: tuple(branch.name for branch in found if _is_due(fix, branch)) for fix in fixes}
        seen = [sighting for branch in found for sighting in self._proven(fixes, due, branch)]
        return Survey(self._product.name, tuple(fixes), due, tuple(seen), tuple(self._problems))

    # -- branches ------------------------------------------------------------------------------------------------

    def _active(self) -> list[Branch]:
        """Mainline, release branches and what the plan lists; local ones first, else those of a remote."""
        listed = self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", _HEADS, _REMOTES]).decode(
            "utf-8", "replace"
        )
        known: dict[str, Branch] = {}
        pattern = _line_pattern(self._branches.release)
        for entry in listed.splitlines():
            oid, _, ref = entry.partition(" ")
            name = _short(ref)
            if not name or (name in known and not ref.startswith(_HEADS)):
                continue
            line = pattern.fullmatch(name) if pattern else None
            numbers = tuple(int(part) for part in line.groups()) if line else None
            if numbers is not None or name == self._branches.main or name in self._branches.active:
                known[name] = Branch(name, ref, oid, None if name in self._branches.active else numbers)
        for name in self._branches.active:
            if name not in known:
                self._problems.append(f"there is no branch {clean(name, 80)}")
        return sorted(known.values(), key=lambda branch: (branch.name != self._branches.main, branch.name))

    # -- fixes ---------------------------------------------------------------------------------------------------

    def _fixes(self, tags: Sequence[TagRef], main: Branch) -> list[Fix]:
        mainline = set(self._git.run(["rev-list", "--first-parent", main.oid]).decode().split())
        finals = [tag for tag in reversed(tags) if not tag.version.prerelease and tag.version.release]
        commits = self._commits_of(finals)
        made: dict[str, Fix] = {}
        before: dict[tuple[int, ...], TagRef] = {}
        for tag in finals:
            line = tag.version.release[:2]
            base = before.get(line)
            before[line] = tag
            if base is None or commits[tag.name] in mainline:
                continue
            self._spans[tag.version.number] = (base, tag)
            for fix in self._since(base, tag):
                made.setdefault(fix.oid, fix)
        if len(made) > FIX_LIMIT:
            self._problems.append(f"there are {len(made)} fixes; only the newest {FIX_LIMIT} were followed")
        return list(made.values())[-FIX_LIMIT:]

    def _commits_of(self, tags: Sequence[TagRef]) -> dict[str, str]:
        found = self._git.run(["for-each-ref", "--format=%(refname) %(objectname) %(*objectname)", "refs/tags/"])
        by_ref: dict[str, str] = {}
        for entry in found.decode("utf-8", "replace").splitlines():
            ref, _, objects = entry.partition(" ")
            by_ref[ref] = objects.split()[-1]
        return {tag.name: by_ref[tag.ref] for tag in tags}

    def _since(self, base: TagRef, tag: TagRef) -> Iterator[Fix]:
        """The fixes of one hotfix, oldest first."""
        paths = ["--", *self._product.paths] if self._product.paths else ["--"]
        mark = secrets.token_hex(8)
        words = ["log", "-z", "--reverse", "--no-merges", f"--format={mark}%H%x00%s%x00%B", "--name-only"]
        listed = self._git.run([*words, tag.ref, f"^{base.ref}", *paths])
        for oid, subject, body, names in _records(listed, mark):
            if self._is_bookkeeping(names):
                continue
            origins = tuple(one.decode() for one in _PICKED.findall(body))
            yield Fix(
                self._product.name, oid, clean(subject, 300), tag.version.number, tag.version.release, origins
            )

    def _is_bookkeeping(self, names: Sequence[str]) -> bool:
        """Whether a commit only says which version it is: that must not travel to other branches."""
        own = {self._rules.file, *(file.path for file in self._product.files)}
        return bool(names) and set(names) <= own

    # -- proofs --------------------------------------------------------------------------------------------------

    def _proven(self, fixes: Sequence[Fix], due: dict[str, tuple[str, ...]], branch: Branch) -> Iterator[Sighting]:
        wanted = [fix for fix in fixes if branch.name in due[fix.oid]]
        if not wanted:
            return
        outside = self._outside(wanted, branch)
        undone = self._undone(wanted, branch)
        for fix in wanted:
            if fix.oid not in outside and fix.oid not in undone:
                yield Sighting(fix.oid, branch.name, Proof.REACHABLE)
        left = [fix for fix in wanted if fix.oid in outside]
        if not left:
            return
        picks = self._picks(left, branch)
        origins = self._outside_origins(left, branch)
        patches = self._same_change(left, branch)
        undone_subjects = self._subjects(undone)
        for fix in left:
            pick = picks.get(fix.oid, "")
            if pick and pick not in undone:
                yield Sighting(fix.oid, branch.name, Proof.TRAILER, pick)
            elif origin := next((one for one in fix.origins if origins.get(one) and one not in undone), ""):
                yield Sighting(fix.oid, branch.name, Proof.TRAILER, origin)
            elif fix.oid in patches and fix.subject not in undone_subjects:
                # git does not name the equal commit; one of that subject that was taken back leaves it open
                yield Sighting(fix.oid, branch.name, Proof.PATCH)

    def _outside(self, fixes: Sequence[Fix], branch: Branch) -> set[str]:
        """Which of the fixes are no part of the branch."""
        feed = "".join(f"{fix.oid}\n" for fix in fixes[:700])
        found: set[str] = set()
        for start in range(0, len(fixes), 700):
            feed = "".join(f"{fix.oid}\n" for fix in fixes[start : start + 700]) + f"^{branch.oid}\n"
            found |= set(self._git.run(["rev-list", "--stdin"], feed=feed.encode()).decode().split())
        return found

    def _picks(self, fixes: Sequence[Fix], branch: Branch) -> dict[str, str]:
        """Fix to the commit of the branch that was picked from it, or from what the fix was picked from."""
        wanted = {name: fix.oid for fix in fixes for name in (fix.oid, *fix.origins)}
        feed = "".join(f"^{fix.oid}\n" for fix in fixes[:_EXCLUDED]).encode()
        words = [
            "log",
            "-z",
            "--format=%H%n%B",
            "--fixed-strings",
            "--grep=(cherry picked from commit ",
            "--stdin",
        ]
        found: dict[str, str] = {}
        for record in self._git.run(words, feed=f"{branch.oid}\n".encode() + feed).split(b"\0"):
            oid, _, body = record.partition(b"\n")
            for origin in _PICKED.findall(body):
                if fix := wanted.get(origin.decode()):
                    found.setdefault(fix, oid.decode())
        return found

    def _outside_origins(self, fixes: Sequence[Fix], branch: Branch) -> dict[str, bool]:
        """Each commit a fix was picked from to whether it is part of the branch."""
        found: dict[str, bool] = {}
        for origin in dict.fromkeys(one for fix in fixes for one in fix.origins):
            try:
                found[origin] = self._git.succeeds(["merge-base", "--is-ancestor", origin, branch.oid])
            except (UnknownRevisionError, GitError):
                found[origin] = False  # a commit nobody has here any more proves nothing
        return found

    def _same_change(self, fixes: Iterable[Fix], branch: Branch) -> set[str]:
        """Fixes whose very change a commit of the branch makes; git compares them by patch-id."""
        found: set[str] = set()
        for version in dict.fromkeys(fix.version for fix in fixes):
            base, tag = self._spans[version]
            for entry in self._git.run(["cherry", branch.oid, tag.ref, base.ref]).decode().splitlines():
                if entry.startswith("- "):
                    found.add(entry[2:])
        return found

    def _subjects(self, oids: Iterable[str]) -> set[str]:
        feed = "".join(f"{oid}\n" for oid in sorted(oids)[:500])
        if not feed:
            return set()
        said = self._git.run(["log", "-z", "--no-walk", "--format=%s", "--stdin"], feed=feed.encode())
        return {clean(one.decode("utf-8", "replace"), 300) for one in said.split(b"\0")}

    def _undone(self, fixes: Sequence[Fix], branch: Branch) -> set[str]:
        """Commits that the branch took back: what was reverted has not arrived, whatever else is said of it.

        A revert that was itself reverted undoes nothing.
        """
        versions = sorted({fix.version for fix in fixes})[:_EXCLUDED]
        since = "".join(f"^{self._spans[version][0].ref}\n" for version in versions)
        words = ["log", "-z", "--format=%H%n%B", "--fixed-strings", "--grep=This reverts commit ", "--stdin"]
        by: dict[str, list[str]] = {}
        for record in self._git.run(words, feed=f"{branch.oid}\n{since}".encode()).split(b"\0"):
            oid, _, body = record.partition(b"\n")
            for target in _REVERTED.findall(body):
                by.setdefault(target.decode(), []).append(oid.decode())

        def stands(oid: str, depth: int = 0) -> bool:
            return depth > _REVERT_DEPTH or not any(stands(one, depth + 1) for one in by.get(oid, ()))

        return {oid for oid in by if not stands(oid)}


def _is_due(fix: Fix, branch: Branch) -> bool:
    """A fix travels forward: to the mainline, to lines newer than its own, and to what the plan lists."""
    return branch.line is None or branch.line > fix.line[: len(branch.line)]


def _line_pattern(pattern: str) -> re.Pattern[str] | None:
    """Names of release branches, with one group for each number of the line."""
    if "{major}" not in pattern:
        return None
    check_ref(re.sub(r"\{(?:major|minor|patch|product|version)\}", "1", pattern))
    escaped = re.escape(pattern)
    for number in ("major", "minor", "patch"):
        escaped = escaped.replace(re.escape(f"{{{number}}}"), r"(\d{1,9})")
    return re.compile(escaped)


def _short(ref: str) -> str:
    if ref.startswith(_HEADS):
        return ref.removeprefix(_HEADS)
    name = ref.removeprefix(_REMOTES).partition("/")[2]
    return "" if name == "HEAD" else name


def _records(listed: bytes, mark: str) -> Iterator[tuple[str, str, bytes, tuple[str, ...]]]:
    """(object id, subject, message, touched files) of each commit of a `log -z --name-only`.

    The files of one commit and the id of the next stand in one row, so each commit begins with `mark`, which
    nobody who names a file can know.
    """
    for record in listed.split(b"\0" + mark.encode()) if listed else ():
        oid, subject, body, *names = record.removeprefix(mark.encode()).split(b"\0")
        files = tuple(name.lstrip(b"\n").decode("utf-8", "replace") for name in names if name.strip(b"\n"))
        yield oid.decode(), subject.decode("utf-8", "replace"), body, files
