"""Version lines: where a hotfix starts, and the version it gets.

A hotfix belongs to the line of what runs, never to mainline: from 1.9.3 comes the next free 1.9.x, although
1.10 is out. A version that exists anywhere - as a tag here or on a remote, as a branch, in an environment, in
the plan - is taken for good, whether it was ever released or not.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from gonogo.facts import Running, Status
from gonogo.facts.pins import revision_of
from gonogo.matrix import Cell, Freshness, Matrix
from gonogo.plan import Branches, Plan, Product
from gonogo.versions import (
    Unparsed,
    Version,
    finalised,
    is_newer,
    next_patch,
    parse,
    same_build,
    same_version,
)


class Observed(Struct, frozen=True):
    """A version that runs in production, by an observation that succeeded."""

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


def observed_in_production(plan: Plan, matrix: Matrix, name: str) -> tuple[Observed, ...]:
    """Every version of product `name` that was seen running well in production, the widest spread first.

    What waits for an approval, or is being rolled out, does not run yet: `not_counted` tells of it. Two versions
    at once are two entries: somebody has to choose.
    """
    product = plan.product(name)
    if product is None:
        return ()
    found: list[list[Observed]] = []
    for cell in _production(plan, matrix, product):
        age = cell.age.total_seconds() if cell.age is not None else None
        fresh = cell.freshness is Freshness.FRESH
        for running in _runs_well(product, cell):
            revision = revision_of(product, running)
            one = Observed(
                running.version,
                (cell.target.environment,),
                age,
                cell.source,
                (revision,) if revision else (),
                fresh,
            )
            same = next((group for group in found if _is_build(product, group[0].version, one.version)), None)
            if same is None:
                found.append([one])
            else:
                same.append(one)
    return tuple(sorted(map(_merged, found), key=lambda one: (not one.fresh, -len(one.environments))))


def not_counted(plan: Plan, matrix: Matrix, name: str) -> tuple[str, ...]:
    """What production says besides and no hotfix starts from, a sentence for each: what it is and why."""
    product = plan.product(name)
    if product is None:
        return ()
    told = []
    for cell in _production(plan, matrix, product):
        place = cell.target.environment
        well = _runs_well(product, cell)
        others = [one.version for one in cell.judged if one not in well]
        told += [f"{place}: {one} is '{cell.status.replace('_', ' ')}' there" for one in others]
        if not cell.judged and cell.status is not Status.NOT_DEPLOYED:
            told.append(f"{place} does not say what runs there")
        elif well and cell.status is not Status.SUCCEEDED and cell.message and not others:
            told.append(f"{place} reports '{cell.status.replace('_', ' ')}': {cell.message}")
    return tuple(told)


def _production(plan: Plan, matrix: Matrix, product: Product) -> Iterable[Cell]:
    return (matrix.cell(product.name, one.name) for one in plan.environments if one.production)


def _runs_well(product: Product, cell: Cell) -> tuple[Running, ...]:
    """What runs by an observation that succeeded: this one, or the last one on record while it still runs.

    A version that ran well and is degraded since is what runs; one that is only on its way has never run well.
    """
    if cell.status is Status.SUCCEEDED:
        return cell.judged
    last = next((one for one in reversed(cell.history) if one.status == Status.SUCCEEDED), None)
    if last is None or len(last.versions) != 1:
        return ()
    return tuple(one for one in cell.judged if _is_build(product, last.versions[0], one.version))


def _is_build(product: Product, a: str, b: str) -> bool:
    return same_build(a, b, product.scheme, product.name)


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


def release_message(product: str, version: str) -> str:
    """What a release commit says: by this the merge status knows it again."""
    return f"chore(release): {product} {version}"


def tag_name(product: Product, version: str) -> str:
    """The tag of a version of `product`."""
    return product.tag.replace("{version}", version).replace("{product}", product.name)


def line_branch(branches: Branches, product: Product, version: str) -> str:
    """The release branch that `version` belongs to."""
    return branch_name(branches.release, product, version)
