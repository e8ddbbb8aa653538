"""Version lines: where a hotfix starts, and the version it gets.

A hotfix belongs to the line of what runs, never to mainline: from 1.9.3 comes the next free 1.9.x, although
1.10 is out. A version that exists anywhere - as a tag here or on a remote, as a branch, in an environment, in
the plan - is taken for good, whether it was ever released or not.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.matrix import Freshness, Matrix
from gonogo.domain.observation import Target
from gonogo.domain.plan import Branches, Plan, Product
from gonogo.domain.version import Unparsed, Version, finalised, is_newer, next_patch, parse, same_version


class Observed(Struct, frozen=True):
    """A version that runs in production, as it was seen."""

    version: str
    environments: tuple[str, ...]
    age_s: float | None
    """Seconds since the last answer; None when there never was one."""
    source: str
    revisions: tuple[str, ...] = ()
    """Commits that the sources name for it."""
    fresh: bool = True
    """Whether the answer is young enough to count."""


class Origin(StrEnum):
    """Who says that a version exists."""

    TAG = "tag"
    REMOTE_TAG = "tag on the remote"
    BRANCH = "branch"
    RUNNING = "runs somewhere"
    PLANNED = "planned"
    BAD = "marked bad"


class Taken(Struct, frozen=True):
    """A version that exists."""

    version: str
    origin: Origin
    name: str
    """The tag, branch, place or person."""


class NextVersion(Struct, frozen=True):
    """The version a hotfix gets."""

    version: str
    above: tuple[Taken, ...] = ()
    """Versions of the same line that exist above the base: why it is not simply the next number."""


class NoNextVersion(Struct, frozen=True):
    """Why there is none."""

    reason: str
    remedy: str = ""


def observed_in_production(plan: Plan, matrix: Matrix, product: str) -> tuple[Observed, ...]:
    """Every version of `product` that production answers with, the widest spread first.

    Two versions at once are two entries: somebody has to choose.
    """
    seen: dict[str, list[Observed]] = {}
    for environment in plan.environments:
        if not environment.production:
            continue
        cell = matrix.cells[Target(product, environment.name)]
        for running in cell.judged:
            age = cell.age.total_seconds() if cell.age is not None else None
            fresh = cell.freshness is Freshness.FRESH
            revisions = (running.revision,) if running.revision else ()
            seen.setdefault(running.version, []).append(
                Observed(running.version, (environment.name,), age, cell.source, revisions, fresh)
            )
    merged = [_merged(entries) for entries in seen.values()]
    return tuple(sorted(merged, key=lambda one: (not one.fresh, -len(one.environments))))


def _merged(entries: Sequence[Observed]) -> Observed:
    ages = [one.age_s for one in entries if one.age_s is not None]
    return Observed(
        entries[0].version,
        tuple(name for one in entries for name in one.environments),
        max(ages) if ages else None,
        " and ".join(dict.fromkeys(one.source for one in entries)),
        tuple(dict.fromkeys(revision for one in entries for revision in one.revisions)),
        any(one.fresh for one in entries),
    )


def is_same_line(a: Version, b: Version) -> bool:
    """Whether both are patches of one line: 1.9.3 and 1.9.4 are, 1.9.3 and 1.10.0 are not."""
    first, second = finalised(a).release, finalised(b).release
    return a.scheme is b.scheme and first[:-1] == second[:-1] and len(first) > 0


def next_on_line(product: Product, base: str, taken: Iterable[Taken]) -> NextVersion | NoNextVersion:
    """The lowest free version above `base` and above everything that exists on its line."""
    start = parse(base, product.scheme, product.name)
    if isinstance(start, Unparsed) or start.key is None:
        return NoNextVersion(
            f"'{base}' has no successor: a {product.scheme.value} version is not ordered",
            "name the new version: --as VERSION",
        )
    line: list[tuple[Version, Taken]] = []
    for one in taken:
        version = parse(one.version, product.scheme, product.name)
        if isinstance(version, Version) and is_same_line(version, start):
            line.append((version, one))
    newer = [(version, one) for version, one in line if is_newer(version, start)]
    highest = start
    for version, _ in newer:
        if is_newer(version, highest):
            highest = version
    following = next_patch(
        finalised(highest) if highest.prerelease and highest is not start else highest,
        [version for version, _ in line],
    )
    if isinstance(following, Unparsed):
        return NoNextVersion(following.reason, "name the new version: --as VERSION")
    return NextVersion(following.number, tuple(one for _, one in newer))


def may_be_called(product: Product, base: str, wanted: str, taken: Iterable[Taken]) -> NextVersion | NoNextVersion:
    """Whether a version that a person chose can be given: free, and above the base."""
    version, start = (parse(text, product.scheme, product.name) for text in (wanted, base))
    if isinstance(version, Unparsed):
        return NoNextVersion(f"'{version.text}': {version.reason}", "choose another version: --as VERSION")
    for one in taken:
        if same_version(one.version, wanted, product.scheme, product.name):
            exists = f"exists already: {one.origin.value} {one.name}"
            said = f"is marked bad by {one.name}" if one.origin is Origin.BAD else exists
            return NoNextVersion(f"{wanted} {said}", "leave --as out for the next free one")
    if isinstance(start, Version) and is_newer(version, start) is False:
        return NoNextVersion(f"{wanted} is not newer than {base}", "leave --as out for the next free one")
    return NextVersion(version.number)


def branch_name(pattern: str, product: Product, version: str) -> str:
    """A pattern of `branches:` filled in: {version}, {major}, {minor}, {patch}, {product}."""
    read = parse(version, product.scheme, product.name)
    numbers = read.release if isinstance(read, Version) else ()
    fields = [str(number) for number in (*numbers[:3], *(0,) * (3 - len(numbers[:3])))]
    filled = pattern
    for name, value in zip(("{major}", "{minor}", "{patch}"), fields, strict=True):
        filled = filled.replace(name, value)
    return filled.replace("{version}", version).replace("{product}", product.name)


def tag_name(product: Product, version: str) -> str:
    """The tag of a version of `product`."""
    return product.tag.replace("{version}", version).replace("{product}", product.name)


def line_branch(branches: Branches, product: Product, version: str) -> str:
    """The release branch that `version` belongs to."""
    return branch_name(branches.release, product, version)
