"""The release tags of a product: by name only, for opening each costs 4 ms."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gonogo.io.git.door import GitDoor, check_ref
from gonogo.plan import Product, SchemeName
from gonogo.versions import Version, channel, compare, parse
from gonogo.versions.calver import follows

_V = ("v", "V")
_LIKE_A_VERSION = re.compile(r"[vV]*(\d{1,8}(?:[._-]\d{1,8})+)")
_WHOLE = 2
"""Dots of a version that names all three of its numbers."""


class TagRef(Struct, frozen=True):
    """A release tag of a product."""

    name: str
    version: Version

    @property
    def ref(self) -> str:
        """The full name, which nothing can take for an option or a branch."""
        return f"refs/tags/{self.name}"


def tag_pattern(product: Product) -> tuple[str, str]:
    """What stands before and after the version in the product's tags. Raises UsageError."""
    pattern = product.tag.replace("{product}", product.name)
    check_ref(pattern.replace("{version}", "0"))
    prefix, _, suffix = pattern.partition("{version}")
    return prefix, suffix


class Known(Struct, frozen=True):
    """What the tags of a product say."""

    releases: tuple[TagRef, ...] = ()
    """Newest version first."""
    unread: tuple[str, ...] = ()
    """Names of tags that begin like a version and are none: `vv3.0.0`, `v2026.11.2x`; as git lists them."""


def release_tags(git: GitDoor, product: Product, *conditions: str) -> tuple[TagRef, ...]:
    """The release tags of `product`, newest version first; those of other products are left out."""
    return known_tags(git, product, *conditions).releases


def known_tags(git: GitDoor, product: Product, *conditions: str) -> Known:
    """The release tags of `product`, and those that were probably meant to be some."""
    prefix, suffix = tag_pattern(product)
    # %(refname), not %(refname:short): the short form is 12 times slower, for it looks for ambiguities
    listed = git.run(["for-each-ref", "--format=%(refname)", *conditions, f"refs/tags/{prefix}*"])
    unread: list[str] = []
    return Known(_ordered(_read(listed, prefix, suffix, product, unread)), tuple(unread))


def numbers_of(text: str) -> tuple[int, ...]:
    """The numbers that a tag which cannot be read begins with; none where it does not begin like a version."""
    found = _LIKE_A_VERSION.match(text)
    return tuple(int(one) for one in re.split("[._-]", found[1])) if found else ()


def _read(
    listed: bytes, prefix: str, suffix: str, product: Product, unread: list[str] | None = None
) -> Iterator[TagRef]:
    """The releases among the tags that are listed; `unread` takes in the names of slips."""
    begin, end = f"refs/tags/{prefix}", -len(suffix) or None
    start = len(begin)
    # `vv3.0.0` is a slip of the pen: taken for 3.0.0, it would be the base of all that comes after
    doubled = prefix[-1:] in _V
    for ref in listed.decode("utf-8", "replace").splitlines():
        if not ref.startswith(begin) or not ref.endswith(suffix):
            continue
        text = ref[start:end]
        # a prefix of another product does not parse: its releases are not ours
        version = None if doubled and text[:1] in _V else parse(text, product.scheme, product.name)
        if isinstance(version, Version):
            if _is_ours(version, product):
                yield TagRef(ref[len("refs/tags/") :], version)
        elif unread is not None and numbers_of(text):
            unread.append(ref[len("refs/tags/") :])


def _is_ours(version: Version, product: Product) -> bool:
    """A calendar version that does not follow the plan's pattern is another product's, or no release."""
    return not product.calver or product.scheme is not SchemeName.CALVER or follows(product.calver, version.number)


def _ordered(tags: Iterable[TagRef]) -> tuple[TagRef, ...]:
    """Newest first; of two tags of one version the one with more fields: `v2` often moves, `v2.0.0` does not."""
    return tuple(
        sorted(tags, key=lambda tag: (tag.version.key or ((), ()), tag.version.number.count(".")), reverse=True)
    )


def releases_by_commit(product: Product, listed: bytes) -> list[tuple[str, bytes]]:
    """(tag, commit) of each final release in what `git show-ref --tags --dereference` lists, oldest first.

    Pre-releases count only while there is no final one: the notes of a final release tell theirs too.
    """
    prefix, suffix = tag_pattern(product)
    commits: dict[str, bytes] = {}
    for line in listed.split(b"\n"):
        oid, _, ref = line.partition(b" ")
        # the line of what an annotated tag leads to follows its own, and takes its place
        commits[ref.decode("utf-8", "replace").removesuffix("^{}")] = oid
    found = _ordered(_read("\n".join(ref for ref in commits if ref).encode(), prefix, suffix, product))
    finals = [tag for tag in found if not tag.version.prerelease]
    releases = [(tag, commits[tag.ref]) for tag in reversed(finals or found) if tag.ref in commits]
    return [(tag.name, oid) for tag, oid in _without_pointers(releases)]


def _without_pointers(releases: Sequence[tuple[TagRef, bytes]]) -> list[tuple[TagRef, bytes]]:
    """Without tags such as `v1` and `v1.2`, which move on to the newest release of their line.

    They stand beside a whole version: the same one, or one of their line on the same commit. Taken for the release
    1.0.0, a `v1` of today would contain all that came before.
    """
    whole = {tag.version.key for tag, _ in releases if tag.version.number.count(".") >= _WHOLE}
    beside: dict[bytes, list[str]] = {}
    for tag, oid in releases:
        beside.setdefault(oid, []).append(tag.version.number)
    return [
        (tag, oid)
        for tag, oid in releases
        if tag.version.number.count(".") >= _WHOLE
        or (
            tag.version.key not in whole
            and not any(other.startswith(f"{tag.version.number}.") for other in beside[oid])
        )
    ]


def names_a_release(product: Product, listed: bytes, oid: bytes) -> bool:
    """Whether a release tag of `product` leads to the commit `oid`."""
    lines = b"\n".join(line for line in listed.split(b"\n") if line.startswith(oid))
    return bool(releases_by_commit(product, lines.replace(b"^{}", b"")))


def candidates(known: Sequence[TagRef], product: Product, *, tagged: bool) -> list[TagRef]:
    """The tags a base may be chosen from, newest first.

    Never the planned version itself; nothing newer once it is tagged, for then an old release is looked at;
    no pre-release for a final version, whose notes tell everything since the last final one; and no newer
    pre-release of another channel, which is another line.
    """
    planned = parse(product.version, product.scheme, product.name)
    if not isinstance(planned, Version) or planned.key is None:
        return [tag for tag in known if tag.version.key is not None]
    return [tag for tag in known if _may_be_base(tag.version, planned, tagged=tagged)]


def _may_be_base(version: Version, planned: Version, *, tagged: bool) -> bool:
    order = compare(version, planned)
    if version.prerelease and not planned.prerelease:
        return False
    if order == 1 and not tagged:
        return not version.prerelease or channel(version) == channel(planned)
    return order == -1
