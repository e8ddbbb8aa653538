"""Which release the changes are counted from."""

from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog import Base, Choice, Tag
from gonogo.io.git.door import UnknownRevisionError, check_ref
from gonogo.io.git.history.repository import Repository
from gonogo.io.git.history.tags import Known, TagRef, candidates, numbers_of, release_tags, tag_pattern
from gonogo.plan import Product, SchemeName
from gonogo.text import clean
from gonogo.versions import Version, compare, parse

_SKIPPED = 5
"""Tags that cannot be read and are told."""
_FIRST_TRIES = 3
"""Tags asked one by one whether the target contains them; past that one walk answers for all."""


class FoundBase(Struct, frozen=True):
    """The base, and what is odd about it."""

    base: Base = Base()
    notes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    outside: tuple[TagRef, ...] = ()
    """Releases below the planned one that the target does not contain: hotfixes, squash-merged releases."""
    known: tuple[TagRef, ...] = ()
    """All release tags of the product, newest first."""


def find_base(repository: Repository, product: Product, target_oid: str, tag: Tag, start: str = "") -> FoundBase:
    """The release that `target_oid` comes from. Raises GitError, UsageError.

    What `from` names; else the plan's `previous` when its tag is part of the target; else the newest release
    tag by version order that is. A final version is compared with the last final one, a pre-release with any.
    """
    every = repository.known_tags(product) if product.scheme is not SchemeName.OPAQUE else Known()
    found = _found_base(repository, product, target_oid, tag, start, every.releases)
    skipped = _skipped(repository, product, target_oid, every.unread, found.base)
    return replace(found, notes=(*found.notes, *skipped)) if skipped else found


def _found_base(
    repository: Repository, product: Product, target_oid: str, tag: Tag, start: str, known: tuple[TagRef, ...]
) -> FoundBase:
    if start:
        return _named(repository, product, target_oid, start, known)
    if product.scheme is SchemeName.OPAQUE:
        return _nearest(repository, product, target_oid, tag)
    if not known:
        return FoundBase(notes=_no_tag_fits(repository, product))
    search = _Search(repository, product, target_oid)
    stated = search.stated(known) if product.previous else None
    newest = search.newest(candidates(known, product, tagged=bool(tag.oid)))
    if stated is None:
        base = _base(repository, newest) if newest and not search.parted.oid else search.parted
        return FoundBase(base, (*search.notes, *search.doubts), search.choices, tuple(search.outside), known)
    if newest is not None and compare(newest.version, stated.version) == 1:
        search.notes.append(f"{newest.name} came after {stated.name}, which the plan names as previous")
    return FoundBase(_base(repository, stated), tuple(search.notes), (), tuple(search.outside), known)


def _named(
    repository: Repository, product: Product, target_oid: str, start: str, known: tuple[TagRef, ...]
) -> FoundBase:
    found = repository.resolve(start)
    notes = []
    if not repository.contains(target_oid, found.oid):
        notes.append(f"{start}, which `from` names, is not part of the target's history")
    tag = next((one for one in known if start in {one.name, one.ref}), None)
    if tag is None and product.scheme is not SchemeName.OPAQUE:
        tag = _newest_in(repository, product, found.oid)
        if tag is None:
            notes.append(f"{start}, which `from` names, contains no release: no version follows from it")
        elif _base(repository, tag).oid != found.oid:
            notes.append(
                f"{start}, which `from` names, is no release: the next version is the one after {tag.name}"
            )
    version = tag.version.number if tag else ""
    return FoundBase(Base(found.name, found.oid, version), tuple(notes), known=known)


def _newest_in(repository: Repository, product: Product, oid: str) -> TagRef | None:
    """The newest release that the commit contains, its own tag first of all."""
    contained = release_tags(repository.git, product, f"--merged={oid}")
    return next(iter(candidates(contained, product, tagged=False)), None)


def _base(repository: Repository, tag: TagRef) -> Base:
    [(_, oid)] = repository.look_up([f"{tag.ref}^{{commit}}"])
    return Base(tag.name, oid, tag.version.number)


class _Search:
    """The search for a base among the tags of a product."""

    def __init__(self, repository: Repository, product: Product, target_oid: str) -> None:
        self._repository = repository
        self._product = product
        self._target_oid = target_oid
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self.choices: tuple[Choice, ...] = ()
        self.outside: list[TagRef] = []
        self.parted = Base()
        """Where the newest release left the target's history, when that is after all that the target has."""

    def stated(self, known: Iterable[TagRef]) -> TagRef | None:
        """The tag of the plan's `previous`, when it can be the base."""
        previous = parse(self._product.previous, self._product.scheme, self._product.name)
        if not isinstance(previous, Version):
            return None
        tag = next((one for one in known if compare(one.version, previous) == 0), None)
        if tag is None:
            self.notes.append(_no_previous(previous.text, ""))
        elif not self._contains(tag):
            self.notes.append(_no_previous(previous.text, tag.name))
            return None
        return tag

    def newest(self, tags: Sequence[TagRef]) -> TagRef | None:
        """The newest of `tags` that is part of the target; newer ones outside it are told, not used."""
        planned = parse(self._product.version, self._product.scheme, self._product.name)
        above = [tag for tag in tags if isinstance(planned, Version) and compare(tag.version, planned) == 1]
        newer = {tag.name for tag in above}
        below = [tag for tag in tags if tag.name not in newer]
        if (past := self._newest_contained(above)) is not None:
            return past  # the target is already past the planned version
        found = None
        for tag in islice(below, _FIRST_TRIES):
            if self._contains(tag):
                found = tag
                break
            self.outside.append(tag)
        if found is None and len(below) > _FIRST_TRIES:
            found = self._by_walk(below)
        if self.outside:
            self._tell(found)
        return found

    def _newest_contained(self, tags: Sequence[TagRef]) -> TagRef | None:
        """The first of `tags` that is part of the target: by one walk where asking for each would take long."""
        if len(tags) > _FIRST_TRIES:
            return self._by_walk(tags)
        return next((tag for tag in tags if self._contains(tag)), None)

    def _tell(self, found: TagRef | None) -> None:
        """A release outside the target is a hotfix or was squash-merged: each base gives another changelog."""
        names = ", ".join(tag.name for tag in self.outside)
        newest = self.outside[0]
        oid = self._where_it_parts(newest, found)
        if oid:
            self.parted = Base(newest.name, oid, newest.version.number)
        chosen, other = self._count(found.ref if found and not oid else oid), self._count(newest.ref)
        self.choices = (Choice(oid[:12] if oid or not found else found.name, chosen), Choice(newest.name, other))
        verb = "is" if len(self.outside) == 1 else "are"
        instead = f"counted from {found.name}" if found else "counted from the first commit"
        if oid:
            instead = f"counted from {oid[:8]}, where {newest.name} parts from it"
        self.doubts.append(
            f"{names} {verb} not part of the target's history (another branch, or a squash-merged release): "
            f"{instead}, {_commits(chosen)}; since {newest.name} it would be {_commits(other)} "
            f"(`from: {newest.name}` in the plan, or --from {newest.name})"
        )

    def _where_it_parts(self, newest: TagRef, found: TagRef | None) -> str:
        """The commit from which the changes since `newest` are counted; "" where `found` is as near.

        An old release that the target contains is no base while newer ones stand on branches that left it later.
        """
        oid = self._repository.merge_base(newest.ref, self._target_oid)
        if not oid or found is None:
            return oid
        at = _base(self._repository, found).oid
        return oid if oid != at and self._repository.contains(oid, at) else ""

    def _count(self, start: str) -> int:
        try:
            return self._repository.count(start, self._target_oid, self._product.paths)
        except UnknownRevisionError:
            return 0  # a tag that leads to no commit

    def _by_walk(self, tags: Iterable[TagRef]) -> TagRef | None:
        contained = {
            tag.name for tag in release_tags(self._repository.git, self._product, f"--merged={self._target_oid}")
        }
        return next((tag for tag in tags if tag.name in contained), None)

    def _contains(self, tag: TagRef) -> bool:
        return self._repository.contains(self._target_oid, tag.ref)


def _skipped(
    repository: Repository, product: Product, target_oid: str, unread: Sequence[str], base: Base
) -> tuple[str, ...]:
    """Tags of the target that begin like a release after its base and cannot be read."""
    prefix, _ = tag_pattern(product)
    since = numbers_of(base.version)
    after = [name for name in unread if numbers_of(name.removeprefix(prefix)) >= since]
    named = [name for name in after[-_SKIPPED:] if repository.contains(target_oid, f"refs/tags/{name}")]
    if not named:
        return ()
    verb = "begins" if len(named) == 1 else "begin"
    them = "it is" if len(named) == 1 else "they are"
    told = ", ".join(clean(name, 60) for name in named)
    return (
        f"{told} {verb} like a version and cannot be read as {product.scheme.value}: {them} skipped as a base",
    )


def _commits(count: int) -> str:
    return f"{count} commit{'' if count == 1 else 's'}"


def _nearest(repository: Repository, product: Product, target_oid: str, tag: Tag) -> FoundBase:
    """Without an order of versions: the plan's previous one, else the tag fewest commits away.

    Which tag is near is a matter of history, not of text.
    """
    notes: tuple[str, ...] = ()
    if product.previous:
        name = product.tag_of(product.previous)
        [(_, oid)] = repository.look_up([f"refs/tags/{check_ref(name)}^{{commit}}"])
        if oid and repository.contains(target_oid, oid):
            return FoundBase(Base(name, oid, product.previous))
        notes = (_no_previous(product.previous, name if oid else ""),)
    prefix, suffix = tag_pattern(product)
    other = [f"--exclude={tag.name}"] if tag.oid else []
    arguments = ["describe", "--tags", "--abbrev=0", f"--match={prefix}*{suffix}", *other, target_oid]
    try:
        name = repository.git.run(arguments).decode("utf-8", "replace").strip()
    except UnknownRevisionError:
        return FoundBase(notes=notes)
    [(_, oid)] = repository.look_up([f"refs/tags/{check_ref(name)}^{{commit}}"])
    return FoundBase(Base(name, oid, name.removeprefix(prefix).removesuffix(suffix)), notes)


def _no_previous(previous: str, tag: str) -> str:
    """Why what the plan names as previous is no base: it has no tag, or the target does not contain it."""
    if not tag:
        return f"the plan's previous version {previous} has no tag"
    return f"{tag}, the plan's previous version, is not part of the target's history"


def _no_tag_fits(repository: Repository, product: Product) -> tuple[str, ...]:
    """A repository with tags of which none is ours is more often a wrong pattern than a first release."""
    if not repository.git.run(["for-each-ref", "--format=%(refname)", "--count=1", "refs/tags/"]):
        return ()
    pattern = "{version}".join(tag_pattern(product))
    return (f"no tag of this repository reads {pattern}; `tag:` in the plan names the pattern",)
