"""What is read: target, base and tag of a product, and everything odd about them."""

from msgspec import Struct

from gonogo.changelog import Range, Tag
from gonogo.io.git.door import UnknownRevisionError, check_ref
from gonogo.io.git.history.bases import FoundBase, find_base
from gonogo.io.git.history.layout import is_partial, is_shallow
from gonogo.io.git.history.repository import Found, Repository, possible_refs
from gonogo.plan import Migration, Product
from gonogo.text import clean
from gonogo.versions import Version, compare, parse

_PATHS_KEPT = 200
_PATHS_NAMED = 3


class Survey(Struct, frozen=True):
    """A range, and how it was found."""

    range: Range
    found: FoundBase

    def taken(self, product: Product) -> tuple[Version, ...]:
        """The versions that are tagged; those before the planned one only, once that is tagged itself."""
        planned = parse(product.version, product.scheme, product.name)
        if not isinstance(planned, Version):
            return ()
        allowed = {-1} if self.range.tag.oid else {-1, 1}
        return tuple(tag.version for tag in self.found.known if compare(tag.version, planned) in allowed)


def survey(repository: Repository, product: Product, start: str = "") -> Survey:
    """Find target, base and tag of `product`; `start` is what the base is to be. Raises GitError, UsageError."""
    tag, target = tag_and_target(repository, product)
    found = find_base(repository, product, target.oid, tag, start)
    problems = list(found.notes)
    shallow, partial = is_shallow(repository.path), is_partial(repository.path)
    if shallow:
        problems.append("the clone is shallow, so commits are missing: git fetch --unshallow --tags")
    if partial:
        problems.append(
            "the clone is partial (--filter): copies of commits are recognised by their `-x` lines only, "
            "for comparing contents needs a clone that has them"
        )
    if tag.oid and tag.oid != target.oid:
        problems.append(f"{target.name} is not the commit that {tag.name} marks")
    touched = _migrations(repository, product, found.base.oid, target.oid)
    problems += _risks(product, touched)
    pinned = product.revision.lower()
    return Survey(
        Range(
            base=found.base,
            target=target.name,
            target_oid=target.oid,
            tag=tag,
            pin_mismatch=bool(pinned and tag.oid and not tag.oid.startswith(pinned)),
            shallow=shallow,
            problems=tuple(problems),
            partial=partial,
            choices=found.choices,
            migrations=touched,
            stated=bool(start),
        ),
        found,
    )


def tag_and_target(repository: Repository, product: Product) -> tuple[Tag, Found]:
    """The planned version's tag, and what ships; one call for all names in question.

    HEAD counts only while neither a target is named nor the tag is there: whatever is checked out, the tag ships.
    """
    tag_ref = f"refs/tags/{check_ref(product.tag_name)}"
    names = possible_refs(product.target) if product.target else ["HEAD"]
    asked = [tag_ref, *(f"{name}^{{commit}}" for name in (tag_ref, *names))]
    kinds = repository.look_up(asked)
    tag = Tag(product.tag_name, kinds[1][1], annotated=kinds[0][0] == "tag")
    if tag.oid and not product.target:
        return tag, Found(tag.name, tag.oid)
    oid = next((oid for _, oid in kinds[2:] if oid), "")
    if oid:
        return tag, Found(product.target or "HEAD", oid)
    if product.target:
        raise UnknownRevisionError(
            f"there is no tag, branch or commit '{clean(product.target, 80)}'",
            where=repository.path,
            remedy="git fetch --tags, or correct `target:` in the plan",
        )
    raise UnknownRevisionError(
        "the repository has no commits yet", where=repository.path, remedy="commit something"
    )


def _migrations(repository: Repository, product: Product, base_oid: str, target_oid: str) -> tuple[str, ...]:
    """Paths below the product's migrations that differ between base and target."""
    if not product.migration_paths:
        return ()
    between = ["diff-tree", "--no-renames", base_oid] if base_oid else ["ls-tree"]
    printed = repository.git.run([*between, "-r", "--name-only", "-z", target_oid, "--", *product.migration_paths])
    names = printed.decode("utf-8", "backslashreplace").split("\0")
    return tuple(clean(name, 300) for name in names if name)[:_PATHS_KEPT]


def _risks(product: Product, touched: tuple[str, ...]) -> list[str]:
    """What the plan says of migrations and what the repository shows, where they disagree."""
    if touched and product.migration is Migration.NONE:
        more = len(touched) - _PATHS_NAMED
        named = ", ".join(touched[:_PATHS_NAMED]) + (f" and {more} more" if more > 0 else "")
        return [f"the plan says `migration: none`, but migrations change: {named}"]
    if product.migration_paths and not touched and product.migration is not Migration.NONE:
        where = ", ".join(product.migration_paths)
        return [f"the plan says `migration: {product.migration.value}`, but nothing below {where} changes"]
    return []
