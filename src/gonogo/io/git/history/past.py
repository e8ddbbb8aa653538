"""A whole history, release by release: one walk that keeps no more than the releases it is in."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from gonogo.changelog import Unreadable, arrange
from gonogo.changelog.evidence import Evidence
from gonogo.changelog.listing import release_lines
from gonogo.changelog.pairing import strike
from gonogo.commits import Commit
from gonogo.errors import UsageError
from gonogo.io.git.door import GitError
from gonogo.io.git.history.kept import Kept, Store
from gonogo.io.git.history.labels import PENDING, Labels
from gonogo.io.git.history.layout import is_shallow
from gonogo.io.git.history.reading import unreadable
from gonogo.io.git.history.records import LOG, Record, reader, records
from gonogo.io.git.history.repository import Repository, full, walk_options
from gonogo.io.git.history.survey import tag_and_target
from gonogo.io.git.history.tags import names_a_release, releases_by_commit
from gonogo.io.git.history.taken_back import TakenBack
from gonogo.plan import ChangelogRules, Product, SchemeName

_TIPS = 8
"""Lines of releases side by side; more are read anew each time."""


class Release(Struct, frozen=True):
    """What came with one release."""

    tag: str
    """"" for what no release contains yet."""
    count: int
    lines: bytes
    """UTF-8, harmless, ready to be shown."""


class Past(Struct, frozen=True):
    """Every release of a product that the target contains, newest version first, what is pending before them."""

    product: str
    target: str
    releases: tuple[Release, ...]
    problems: tuple[str, ...] = ()
    reused: bool = False
    """The releases come from an earlier reading; only what is pending was read."""


def read_past(
    product: Product,
    rules: ChangelogRules,
    store: Store | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Past | Unreadable:
    """Read the whole history. Never raises for what a repository holds or lacks.

    With a `store`, releases are read once: what a tag contains does not change. Raises AbandonedError.
    """
    try:
        return _Reading(product, rules, store, cancelled).past()
    except (GitError, UsageError) as error:
        return unreadable(product, error)


class _Reading:
    def __init__(
        self, product: Product, rules: ChangelogRules, store: Store | None, cancelled: Callable[[], bool]
    ) -> None:
        self._product = product
        self._rules = rules
        self._store = store
        self._cancelled = cancelled
        self._repository = Repository(product.repo)
        self._read = reader(rules, with_issues=False)

    def past(self) -> Past:
        _, target = tag_and_target(self._repository, self._product)
        # show-ref takes what a tag leads to from the packed list, where for-each-ref opens each of them
        listed = self._repository.git.run(["show-ref", "--tags", "--dereference"], accept=(0, 1))
        shallow = is_shallow(self._repository.path)
        problems = (
            ("the clone is shallow, so commits are missing: git fetch --unshallow --tags",) if shallow else ()
        )
        kept = self._store.load(listed) if self._store and not shallow else None
        if kept is not None and (pending := self._pending(target.oid, kept, listed)) is not None:
            releases = (*pending, *(Release(*one) for one in kept.releases))
            return Past(self._product.name, target.name, releases, problems, reused=True)
        names, of_commits = self._releases(listed, target.oid)
        found, tips = self._walk(target.oid, names, of_commits, ())
        releases = tuple(found[label] for label in sorted(found, reverse=True))
        if self._store and not shallow and 0 < len(tips) <= _TIPS:
            past = [(one.tag, one.count, one.lines) for one in releases if one.tag]
            self._store.save(listed, Kept(tuple(tips), tuple(past)))
        return Past(self._product.name, target.name, releases, problems)

    def _releases(self, listed: bytes, target_oid: str) -> tuple[Sequence[str], Mapping[bytes, int]]:
        """Names of the final releases, oldest first, and the position in it of each tagged commit."""
        found = releases_by_commit(self._product, listed)
        if self._product.scheme is SchemeName.OPAQUE:
            found = self._by_history(found, target_oid)
        at: dict[bytes, int] = {}
        for position, (_, oid) in enumerate(found):
            at.setdefault(oid, position)
        return [name for name, _ in found], at

    def _by_history(self, found: Sequence[tuple[str, bytes]], target_oid: str) -> list[tuple[str, bytes]]:
        """Opaque versions have no order: of two releases the one that the other contains is the older one."""
        tagged = {oid for _, oid in found}
        at: dict[bytes, int] = {}
        rest = b""
        walk = ["rev-list", "--topo-order", full(target_oid), "--"]
        for chunk in self._repository.git.stream(walk, cancelled=self._cancelled):
            *rows, rest = (rest + chunk).split(b"\n")
            at |= {oid: -len(at) - number for number, oid in enumerate(row for row in rows if row in tagged)}
        return sorted((one for one in found if one[1] in at), key=lambda one: at[one[1]])

    def _pending(self, target_oid: str, kept: Kept, listed: bytes) -> tuple[Release, ...] | None:
        """What the target has beyond the releases that were kept; None when these are not all it has."""
        if not all(self._repository.contains(target_oid, full(tip)) for tip in kept.tips):
            return None
        commits: list[Commit] = []
        for record in self._stream(target_oid, kept.tips, self._product.paths):
            if record[0] in listed and names_a_release(self._product, listed, record[0]):
                return None  # another line with releases of its own has been merged
            commits.append(self._read(record))
        return (self._arranged("", commits),) if commits else ()

    def _walk(
        self, target_oid: str, names: Sequence[str], of_commits: Mapping[bytes, int], options: Sequence[str]
    ) -> tuple[dict[int, Release], Sequence[str]]:
        labels = Labels(of_commits)
        walk = self._by_paths if self._product.paths else self._by_all
        found = walk(target_oid, labels, names, options)
        if labels.left and not options:
            # a clock went back: in this order git shows no parent before its children, but begins later
            return self._walk(target_oid, names, of_commits, ("--topo-order",))
        return found, labels.tips

    def _by_all(
        self, target_oid: str, labels: Labels, names: Sequence[str], options: Sequence[str]
    ) -> dict[int, Release]:
        """Each release is arranged as soon as no commit of it can follow, and its commits are let go."""
        growing: dict[int, list[Commit]] = {}
        found: dict[int, Release] = {}
        read = self._read
        before = PENDING
        for record in self._stream(target_oid, (), (), options):
            label = labels.label(record[0], record[1])
            if label != before:
                if before in growing and labels.is_closed(before):
                    found[before] = self._arranged(_name(names, before), growing.pop(before))
                before = label
            commits = growing.get(label)
            if commits is None:
                commits = growing[label] = []
            commits.append(read(record))
        found |= {label: self._arranged(_name(names, label), commits) for label, commits in growing.items()}
        return found

    def _by_paths(
        self, target_oid: str, labels: Labels, names: Sequence[str], options: Sequence[str]
    ) -> dict[int, Release]:
        """With `paths` git shows only some commits: a walk over all of them tells where these belong."""
        graph = ["log", "-z", "--format=%H%x00%P", *options, full(target_oid), "--"]
        of: dict[bytes, int] = {}
        rest: list[bytes] = []
        for chunk in self._repository.git.stream(graph, cancelled=self._cancelled):
            parts = b"".join([*rest, chunk]).split(b"\0")
            whole = (len(parts) - 1) // 2 * 2
            for at in range(0, whole, 2):
                of[parts[at]] = labels.label(parts[at], parts[at + 1])
            rest = [b"\0".join(parts[whole:])]
        grouped: dict[int, list[Commit]] = {}
        for record in self._stream(target_oid, (), self._product.paths):
            grouped.setdefault(of.get(record[0], PENDING), []).append(self._read(record))
        return {label: self._arranged(_name(names, label), some) for label, some in grouped.items()}

    def _arranged(self, tag: str, commits: Sequence[Commit]) -> Release:
        return _arranged(tag, commits, self._rules, TakenBack(self._repository, commits, self._product.paths))

    def _stream(
        self, target_oid: str, tips: Sequence[str], paths: Sequence[str], options: Sequence[str] = ()
    ) -> Iterator[Record]:
        arguments = [*LOG, *options, *walk_options(paths, self._rules), full(target_oid)]
        arguments += [*(f"^{full(tip)}" for tip in tips), "--", *paths]
        for some in records(self._repository.git.stream(arguments, cancelled=self._cancelled)):
            yield from some


def _name(names: Sequence[str], label: int) -> str:
    return "" if label == PENDING else names[label]


def _arranged(tag: str, commits: Sequence[Commit], rules: ChangelogRules, evidence: Evidence) -> Release:
    entries = (entry for commit in strike(commits, {}, evidence) for entry in commit.parts())
    lines = release_lines(tag, len(commits), arrange(entries, rules))
    return Release(tag, len(commits), "\n".join([*lines, ""]).encode())
