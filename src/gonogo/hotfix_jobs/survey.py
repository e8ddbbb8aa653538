"""What the person's repository knows about a line of versions. Reading only, by the one door.

GitPython stays out of it: a tag opened as an object costs 3 ms, and a repository may have 11,815 of them; commit
walks by object are an order of magnitude slower than one `git log`; and both start a git of their own kind.
"""

from collections.abc import Container, Sequence

from gonogo.changelog.pairing import reverted
from gonogo.commits import Commit, Fate
from gonogo.errors import UsageError
from gonogo.hotfix.lines import Origin, Taken, branch_name, is_same_line, tag_name
from gonogo.hotfix.preview import BranchNeed, Candidate, Candidates, Pick, TagCheck
from gonogo.hotfix_jobs.discovery import Found, Remote
from gonogo.io.git.door import GitDoor, UnknownRevisionError, check_ref, is_object_id
from gonogo.io.git.history import Repository
from gonogo.io.git.history.records import is_garbled
from gonogo.io.git.history.taken_back import TakenBack
from gonogo.plan import Branches, Product
from gonogo.plan.branches import must_reach
from gonogo.text import clean
from gonogo.versions import Version, fulfils, is_newer, parse

CANDIDATES = 500
"""Commits of mainline that are offered; a fix older than that is named by its id."""
_MARKED = 2_000
"""Commits on both sides up to which equal changes are looked for: each costs a diff."""
_TRAILER = b"(cherry picked from commit "


class Survey:
    """One repository, read for one product."""

    def __init__(self, found: Found, product: Product, branches: Branches, *, git: str = "git") -> None:
        self.found = found
        self.product = product
        self.branches = branches
        self.door = GitDoor(found.path, git=git)
        self.history = Repository(found.path)

    def commit(self, name: str) -> str:
        """The full id of what a tag, branch or (short) id names. Raises UnknownRevisionError, UsageError."""
        return self.history.resolve(name).oid

    def look_up(self, ref: str) -> str:
        """The commit at a full reference name; "" when there is none."""
        argv = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
        return self.door.run(argv, accept=(0, 1)).decode().strip()

    def mainline(self) -> tuple[str, str]:
        """Name and commit of mainline: the local branch or the remote's, whichever is ahead. Raises GitError."""
        name = check_ref(self.branches.main)
        known = [
            (shown, oid)
            for shown, ref in ((name, f"refs/heads/{name}"), (f"origin/{name}", f"refs/remotes/origin/{name}"))
            if (oid := self.look_up(ref))
        ]
        if not known:
            raise UnknownRevisionError(
                f"there is no branch {name}", where=self.found.path, remedy="correct `branches.main` in the plan"
            )
        if len(known) == 2 and self.contains(known[1][1], known[0][1]):
            return known[1]
        return known[0]

    def contains(self, branch_oid: str, commit: str) -> bool:
        """Whether history leads from `branch_oid` back to `commit`."""
        return self.door.succeeds(["merge-base", "--is-ancestor", commit, branch_oid])

    def taken(self, remote_tags: Sequence[str] = ()) -> tuple[Taken, ...]:
        """Every version of the product that tags and branches name."""
        listed = self.door.run(
            ["for-each-ref", "--format=%(refname)", "refs/tags/", "refs/heads/", "refs/remotes/"]
        )
        names = listed.decode("utf-8", "replace").splitlines()
        found = [
            self._as_tag(ref.removeprefix("refs/tags/"), Origin.TAG) for ref in names if ref[:10] == "refs/tags/"
        ]
        found += [self._as_tag(name, Origin.REMOTE_TAG) for name in remote_tags]
        found += [self._as_branch(ref) for ref in names if ref[:10] != "refs/tags/"]
        return tuple(one for one in found if one is not None)

    def _as_tag(self, name: str, origin: Origin) -> Taken | None:
        return self._matching(name, tag_name(self.product, "{version}"), origin, name)

    def _as_branch(self, ref: str) -> Taken | None:
        short = ref.removeprefix("refs/heads/")
        if ref.startswith("refs/remotes/"):
            short = ref.removeprefix("refs/remotes/").partition("/")[2]
        pattern = self.branches.hotfix.replace("{product}", self.product.name)
        return self._matching(short, pattern, Origin.BRANCH, ref) if "{version}" in pattern else None

    def _matching(self, name: str, pattern: str, origin: Origin, shown: str) -> Taken | None:
        before, _, after = pattern.partition("{version}")
        if not name.startswith(before) or not name.endswith(after) or len(name) <= len(before) + len(after):
            return None
        text = name[len(before) : len(name) - len(after)]
        read = parse(text, self.product.scheme, self.product.name)
        return Taken(clean(text, 128), origin, clean(shown, 200)) if isinstance(read, Version) else None

    def check_tag(self, version: str, pins: Sequence[tuple[str, str]], remote: dict[str, str]) -> TagCheck:
        """The tag of `version`, judged. `pins` are commits it should be at, with who says so.

        Raises UnknownRevisionError when there is no such tag.
        """
        name = self._tag_of(version)
        ref = f"refs/tags/{check_ref(name)}"
        oid = self.look_up(ref)
        if not oid:
            raise UnknownRevisionError(
                f"there is no tag {name}, so nobody knows what {clean(version, 80)} was made of",
                where=self.found.path,
                remedy=f"git -C {self.found.path} fetch --tags",
            )
        tag_object = self.door.run(["rev-parse", "--verify", "--end-of-options", ref]).decode().strip()
        agreed = {who: pin for pin, who in pins if pin and _names(pin, oid)}
        problems = [
            f"{name} is at {oid[:10]}, {who} names {pin[:10]}" for pin, who in pins if pin and not _names(pin, oid)
        ]
        there = remote.get(ref, "")
        witnesses = (*agreed, *(["the remote"] if there == tag_object else []))
        if there not in {"", tag_object}:
            problems.append(f"{name} is another one on the remote ({there[:10]}): one of the two was moved")
        annotated = tag_object != oid
        warnings = [] if annotated else [f"{name} is a light tag: nobody is named as having made it"]
        branches = self._branches_with(oid)
        if not branches:
            warnings.append(f"no branch contains {name} (squash-merged, or its branch is gone)")
        later, unreleased = self._rest_of_line(version, oid)
        return TagCheck(
            name, oid, annotated, branches, later, unreleased, tuple(problems), tuple(warnings), witnesses
        )

    def _tag_of(self, version: str) -> str:
        """The tag of `version`; of a build that has none of its own, that of the version it is a build of."""
        product, number = self.product, _number(version, self.product)
        name, plain = tag_name(product, number), number.partition("+")[0]
        is_built = plain != number and fulfils(plain, number, product.scheme, product.name)
        if is_built and not self.look_up(f"refs/tags/{check_ref(name)}"):
            return tag_name(product, plain)
        return name

    def _branches_with(self, oid: str) -> tuple[str, ...]:
        argv = ["for-each-ref", "--format=%(refname)", f"--contains={oid}", "refs/heads/", "refs/remotes/"]
        names = self.door.run(argv).decode("utf-8", "replace").splitlines()
        return tuple(clean(_short_ref(name), 120) for name in names if not name.endswith("/HEAD"))

    def _rest_of_line(self, version: str, oid: str) -> tuple[tuple[Taken, ...], int]:
        start = parse(version, self.product.scheme, self.product.name)
        if not isinstance(start, Version):
            return (), 0
        later = []
        for one in self.taken():
            read = parse(one.version, self.product.scheme, self.product.name)
            if isinstance(read, Version) and is_same_line(read, start) and is_newer(read, start):
                later.append(one)
        line = branch_name(self.branches.release, self.product, start.number)
        tip = self.look_up(f"refs/heads/{line}") or self.look_up(f"refs/remotes/origin/{line}")
        if not tip:
            return tuple(later), 0
        pattern = tag_name(self.product, "*").replace("[", "?")
        argv = ["rev-list", "--count", tip, f"^{oid}", "--not", f"--glob=refs/tags/{pattern}"]
        return tuple(later), int(self.door.run(argv))

    def candidates(self, base_oid: str, line_oid: str = "") -> Candidates:
        """What mainline has and the base has not, fixes first; already picked ones are marked. Raises GitError."""
        name, tip = self.mainline()
        line = line_oid or base_oid
        found = self._newest(base_oid, tip)
        gone = self._taken_back(found)
        total = int(self.door.run(["rev-list", "--count", tip, f"^{base_oid}", "--", *self.product.paths]))
        picked, problem = self._picked(line, tip)
        rows = [Candidate(one, picked.get(one.oid, ""), gone.get(one.oid, "")) for one in found]
        ordered = sorted(rows, key=lambda one: (not one.is_fix, one.commit.is_merge and not one.commit.type))
        return Candidates(name, tuple(ordered), max(0, total - len(found)), problem)

    def taken_back(self, base_oid: str) -> dict[str, str]:
        """What mainline took back of what it made since the base: by object id, the commit that did.

        As far back as candidates are offered. Raises GitError.
        """
        return self._taken_back(self._newest(base_oid, self.mainline()[1]))

    def _newest(self, base_oid: str, tip: str) -> list[Commit]:
        found: list[Commit] = []
        for batch in self.history.read_range(base_oid, tip, self.product.paths):
            found += batch[: CANDIDATES - len(found)]
            if len(found) >= CANDIDATES:
                break
        return found

    def _taken_back(self, newest: Sequence[Commit]) -> dict[str, str]:
        struck = reverted(newest, TakenBack(self.history, newest, self.product.paths))
        return {oid: why.other for oid, why in struck.items() if why.fate is Fate.REVERTED}

    def _picked(self, line: str, tip: str) -> tuple[dict[str, str], str]:
        """By id: how the line has a commit of mainline already."""
        marks: dict[str, str] = {}
        argv = ["log", "-z", "--no-decorate", "--no-notes", "--format=%H%x20%at%x20%e%n%B",
                "--grep=cherry picked from commit", "--fixed-strings", line, f"^{tip}", "--"]  # fmt: skip
        for record in self.door.run(argv).split(b"\0"):
            head, _, body = record.partition(b"\n")
            holder, _, more = head.partition(b" ")
            at, _, encoding = more.partition(b" ")
            if not is_object_id(holder.decode("ascii", "replace")) or is_garbled(encoding, at, b""):
                continue  # the words are not its own
            for text in body.split(b"\n"):
                origin = text.partition(_TRAILER)[2][:-1].decode("ascii", "replace")
                if text.startswith(_TRAILER) and is_object_id(origin):
                    marks[origin] = f"-x trailer of {holder[:8].decode()}"
        count = self.door.run(["rev-list", "--count", f"{line}...{tip}"])
        if int(count) > _MARKED:
            return marks, f"{int(count)} commits lie between the two: equal changes were not looked for"
        if self.door.run(["rev-list", "--count", line, f"^{tip}"]).strip() != b"0":
            argv = ["rev-list", "--cherry-mark", "--right-only", "--no-merges", f"{line}...{tip}"]
            for row in self.door.run(argv).decode().splitlines():
                if row.startswith("="):
                    marks.setdefault(row[1:], "the same change")
        return marks, ""

    def pick(self, name: str, mainline: str) -> tuple[Pick, Commit]:
        """The commit a person names. Raises UnknownRevisionError, UsageError."""
        oid = self.commit(name)
        commit = self.history.commit(oid)
        parent = 1 if commit.is_merge else 0
        on_mainline = self.contains(mainline, oid)
        return Pick(oid, clean(commit.subject, 200), commit.author, parent, on_mainline), commit

    def brought_by(self, pick: Pick, commit: Commit) -> tuple[Commit, ...]:
        """What a pick tells a changelog: the commit, or those that a merge brought."""
        if not pick.mainline_parent:
            return (commit,)
        [first] = self.door.run(["rev-parse", "--verify", f"{pick.oid}^1^{{commit}}"]).decode().split()
        inside = [one for batch in self.history.read_range(first, pick.oid) for one in batch]
        return tuple(one for one in inside if not one.is_merge) or (commit,)

    def touched(self, pick: Pick) -> tuple[str, ...]:
        """Paths that a commit changes."""
        argv = ["diff-tree", "-r", "-z", "--root", "--name-only", "--no-commit-id", "--no-renames", "-m",
                "--first-parent", pick.oid]  # fmt: skip
        return tuple(path.decode("utf-8", "replace") for path in self.door.run(argv).split(b"\0") if path)

    def needs(self, base_version: str, picks: Sequence[Pick], gone: Container[str] = ()) -> tuple[BranchNeed, ...]:
        """Mainline, `active:` and every newer release branch in use, as the ledger has it, and what each lacks.

        `gone` are those that mainline took back.
        """
        found = []
        for name, tip in self._must_reach(base_version):
            away = gone if name == self.branches.main else ()
            missing = [pick.oid[:10] for pick in picks if pick.oid in away or not self.contains(tip, pick.oid)]
            found.append(BranchNeed(clean(name, 120), tuple(missing), unmade=not picks))
        return tuple(found)

    def _must_reach(self, base_version: str) -> list[tuple[str, str]]:
        read = parse(base_version, self.product.scheme, self.product.name)
        release = read.release if isinstance(read, Version) else ()
        refs = self.door.run(["for-each-ref", "--format=%(refname)", "refs/heads/", "refs/remotes/origin/"])
        short = [_short_ref(ref).removeprefix("origin/") for ref in refs.decode("utf-8", "replace").splitlines()]
        named = [self.branches.main, *self.branches.active]
        named += [name for name in short if must_reach(self.branches, name, release)]
        tips = []
        for name in dict.fromkeys(named):
            if _unusable(name):
                continue
            tip = self.look_up(f"refs/heads/{name}") or self.look_up(f"refs/remotes/origin/{name}")
            if tip:
                tips.append((name, tip))
        return tips


def remote_refs(door: GitDoor, remote: Remote) -> dict[str, str]:
    """Reference to object id, as the remote has them now. Raises GitError when it does not answer.

    `door` belongs to a repository of our own: the person's repository must not name the programs that reach out.
    """
    return read_refs(door.run(["ls-remote", "--quiet", "--heads", "--tags", "--", remote.url]))


def read_refs(printed: bytes) -> dict[str, str]:
    """The output of ls-remote: reference to object id."""
    rows = (line.partition("\t") for line in printed.decode("utf-8", "replace").splitlines())
    return {ref: oid for oid, _, ref in rows if is_object_id(oid) and not ref.endswith("^{}")}


def _names(pin: str, oid: str) -> bool:
    return oid.startswith(pin.lower()) or pin.lower().startswith(oid)


def _number(version: str, product: Product) -> str:
    read = parse(version, product.scheme, product.name)
    return read.number if isinstance(read, Version) else version


def _short_ref(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _unusable(name: str) -> bool:
    try:
        check_ref(name)
    except UsageError:
        return True
    return False
