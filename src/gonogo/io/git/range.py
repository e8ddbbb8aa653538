"""The commits between what runs in a cell and what is planned, in both directions, by four calls of git.

Synchronous, and meant for a worker thread: a screen asks for it when somebody opens the details of a cell.
"""

from collections.abc import Sequence

from gonogo.commits import Commit
from gonogo.commits.shipping import CannotTell, Shipping, WhatShips
from gonogo.errors import UsageError
from gonogo.io.git.door import GitDoor, GitError, UnknownRevisionError, check_ref, is_object_id
from gonogo.io.git.history.records import LOG, reader, records
from gonogo.plan import ChangelogRules, Product
from gonogo.text import clean
from gonogo.versions import Version, parse

LIMIT = 200
"""Commits that are read of each direction; how many there are is counted to the end."""
_HEX = frozenset("0123456789abcdef")
_READ = reader(ChangelogRules())


def what_ships(product: Product, version: str, revision: str = "") -> WhatShips:
    """The commits between `version`, which runs somewhere, and what the plan ships of `product`.

    `revision` is the commit the source names for what runs; "" when it names none, then the version's tag counts.
    Never raises for what a repository holds or lacks.
    """
    if not product.repo:
        return CannotTell(product.name, "the plan names no repository of it", "name it: `repo:` in the plan")
    try:
        return _Difference(product).read(version, revision)
    except (GitError, UsageError) as error:
        where = f" ({clean(error.where, 200)})" if error.where else ""
        return CannotTell(product.name, f"{error.message}{where}", error.remedy)


class Ends:
    """The commits that running and planned versions of one product lead to in its repository."""

    def __init__(self, product: Product, git: GitDoor) -> None:
        self._product = product
        self._git = git

    def running(self, version: str, revision: str, doubts: list[str]) -> tuple[str, str] | None:
        """Name and commit of what runs: the revision its source or its build names, else the tag of its version.

        A build that is a counter names none: what was built under it is not known, whatever the tag of the version
        is (`way_to_tell`).
        """
        tag, tagged = self.tag_of(version)
        wanted = (revision or self._commit_in(version)).strip().lower()
        if 7 <= len(wanted) <= 64 and set(wanted) <= _HEX:
            [oid] = self.look_up([f"{wanted}^{{commit}}"])
            if oid and tagged and oid != tagged:
                doubts.append(f"what runs names the commit {oid[:9]}, while {tag} marks {tagged[:9]}")
            if oid:
                return (tag if oid == tagged else oid[:9]), oid
            doubts.append(f"the repository has no commit {wanted[:12]}, so the tag counts")
        elif wanted:
            doubts.append(f"'{clean(revision, 40)}' is no commit id, so the tag counts")
        return (tag, tagged) if tagged else None

    def way_to_tell(self, version: str) -> str:
        """What makes the commit of a running version known."""
        read = parse(version, self._product.scheme, self._product.name)
        if isinstance(read, Version) and read.build:
            tag = self._product.tag_of(version)
            return f"let the endpoint name its commit (`revision`), or tag that build: {tag}"
        return f"git -C {self._product.repo} fetch --tags"

    def way_to_find(self, version: str) -> str:
        """What makes a version known that is to be gone back to: of that, no endpoint tells."""
        read = parse(version, self._product.scheme, self._product.name)
        if isinstance(read, Version) and read.build:
            tag = self._product.tag_of(version)
            return f"tag that build: {tag}; or put `rollback: {{to: VERSION}}` into the plan"
        return f"git -C {self._product.repo} fetch --tags"

    def _commit_in(self, version: str) -> str:
        """The commit id that a build of a version is, such as of `1.4.0+9f1c2ab`; "" for a counter or a word."""
        read = parse(version, self._product.scheme, self._product.name)
        build = read.build if isinstance(read, Version) else ""
        is_id = 7 <= len(build) <= 64 and set(build.lower()) <= _HEX and not build.isdecimal()
        return build if is_id else ""

    def tag_of(self, version: str) -> tuple[str, str]:
        """The tag of a version, however its source writes it, and its commit; ("", "") when there is none."""
        read = parse(version, self._product.scheme, self._product.name)
        numbers = [version, read.number] if isinstance(read, Version) else [version]
        pattern = self._product.tag.replace("{product}", self._product.name)
        names = list(dict.fromkeys(pattern.replace("{version}", number) for number in numbers))
        usable = [name for name in names if _may_be_a_tag(name)]
        for name, oid in zip(
            usable, self.look_up([f"refs/tags/{name}^{{commit}}" for name in usable]), strict=True
        ):
            if oid:
                return name, oid
        return "", ""

    def planned(self, doubts: list[str]) -> tuple[str, str]:
        """What the plan ships: its target, else its tag, else HEAD; with a word when that may still move."""
        product = self._product
        tag = check_ref(product.tag_name)
        if product.target:
            kinds = ("refs/tags/", "refs/heads/", "refs/remotes/origin/", "")
            asked = [(product.target, f"{kind}{check_ref(product.target)}") for kind in kinds]
        else:
            asked = [(tag, f"refs/tags/{tag}"), ("HEAD", "HEAD")]
        found = self.look_up([f"{name}^{{commit}}" for _, name in asked])
        for (name, _), oid in zip(asked, found, strict=True):
            if oid:
                if name != tag:
                    doubts.append(f"the plan ships {name}, not the tag {tag}: that may still move")
                return name, oid
        raise UnknownRevisionError(
            f"there is no tag, branch or commit '{clean(product.target or product.tag_name, 80)}'",
            where=product.repo,
            remedy="git fetch --tags, or correct the plan",
        )

    def look_up(self, names: Sequence[str]) -> list[str]:
        """The commit behind each name; "" for what does not exist, is no commit, or is ambiguous."""
        if not names:
            return []
        feed = "".join(f"{name}\n" for name in names).encode()
        answer = self._git.run(["cat-file", "--batch-check=%(objecttype) %(objectname)"], feed=feed)
        found = []
        for line in answer.decode("utf-8", "replace").splitlines():
            kind, _, oid = line.partition(" ")
            found.append(oid if kind == "commit" and is_object_id(oid) else "")
        return found


class _Difference:
    """One repository and one product."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._git = GitDoor(product.repo)
        self._ends = Ends(product, self._git)

    def read(self, version: str, revision: str) -> WhatShips:
        """Both ends, then both directions. Raises GitError, UsageError."""
        doubts: list[str] = []
        start = self._ends.running(version, revision, doubts)
        if start is None:
            named = f"version {clean(version, 80)}" + (f" at {clean(revision, 40)}" if revision else "")
            return CannotTell(
                self._product.name,
                f"the repository knows no commit of {named}, which runs there",
                self._ends.way_to_tell(version),
            )
        end = self._ends.planned(doubts)
        if self._git.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true":
            doubts.append("the clone is shallow, so commits are missing: git fetch --unshallow --tags")
        return Shipping(
            self._product.name,
            *start,
            *end,
            commits=self._commits(start[1], end[1]),
            count=self._count(start[1], end[1]),
            lost=self._commits(end[1], start[1]),
            lost_count=self._count(end[1], start[1]),
            doubts=tuple(doubts),
        )

    def _count(self, start: str, end: str) -> int:
        return int(self._git.run(["rev-list", "--count", end, f"^{start}", "--", *self._product.paths]))

    def _commits(self, start: str, end: str) -> tuple[Commit, ...]:
        arguments = [*LOG, f"--max-count={LIMIT}", end, f"^{start}", "--", *self._product.paths]
        printed = iter([self._git.run(arguments)])
        return tuple(_READ(record) for some in records(printed) for record in some)


def _may_be_a_tag(name: str) -> bool:
    """Whether `name` may be asked for: what a source calls its version is hostile text."""
    try:
        check_ref(name)
    except UsageError:
        return False
    return True
