"""The way back of each product: where to, what of it is there, and what stands in between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from gonogo.changelog import ProductChanges
from gonogo.events.people import named as named_person
from gonogo.events.people import why_no_word
from gonogo.events.rollbacks import Rollback
from gonogo.events.state import BadVersion, Deployed, ReleaseState
from gonogo.facts import Status
from gonogo.facts.ageing import why_old
from gonogo.facts.artifacts import Found
from gonogo.facts.evidence import NOTHING
from gonogo.facts.history import BackTo, NoWayBack, rollback_target
from gonogo.facts.inputs import Inputs
from gonogo.matrix import Matrix, Relation
from gonogo.plan import Item, Migration, Plan, Product, SchemeName, Target
from gonogo.rules.authority import agreed
from gonogo.text import describe_command
from gonogo.text.clocks import local_and_utc
from gonogo.versions import compare_texts, consistent, overlaps, same_version

_HARD = frozenset({Migration.CONTRACT, Migration.IRREVERSIBLE})
_NAMED = 5
"""Migrations that are named; the others are counted."""


class Readiness(StrEnum):
    """What one point says about going back; the first that applies decides for the product."""

    GONE = "gone"
    """The point of no return is behind us: the only way is forward."""
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"
    READY = "ready"


class Point(Struct, frozen=True):
    """One thing a way back needs."""

    name: str
    """target | artifact | migration | no return | triggers | command | flags | hold"""
    readiness: Readiness
    fact: str
    remedy: str = ""


class Place(Struct, frozen=True):
    """Where one product goes back to in one environment."""

    environment: str
    version: str
    """"" when nobody knows one."""
    why: str
    """Who says so, or why there is none."""
    observed: bool = False
    """Whether it rests on what was seen there, and not on what the plan says."""


class WayBack(Struct, frozen=True):
    """The way back of one product."""

    product: str
    target: str
    """The version to go back to; "" when nobody knows one. Where environments differ, that of the last one."""
    points: tuple[Point, ...]
    command: tuple[str, ...] = ()
    """As the plan gives it: shown and copied, never run. Empty when it would lead to another version."""
    places: tuple[Place, ...] = ()
    """In every production environment, in the plan's order."""

    def version_in(self, environment: str) -> str:
        """The version to go back to in `environment`; "" when nobody knows one."""
        return next((one.version for one in self.places if one.environment == environment), self.target)

    @property
    def shown_target(self) -> str:
        """`1.2.2`, or `1.2.2 in prod-eu, 1.2.1 in prod-us` where environments differ; "" when nobody knows one."""
        if len({one.version for one in self.places}) < 2:
            return self.target
        return ", ".join(f"{one.version or 'unknown'} in {one.environment}" for one in self.places)

    @property
    def readiness(self) -> Readiness:
        """Of all points: the first of GONE, NOT_READY, UNKNOWN that one of them says."""
        order = list(Readiness)
        return min((point.readiness for point in self.points), key=order.index)


def ways_back(inputs: Inputs, now: datetime) -> tuple[WayBack, ...]:
    """The way back of every product, in the plan's order, as far as it is known at `now` (UTC)."""
    return tuple(_way_back(inputs, product, now) for product in inputs.loaded.plan.products)


def bad_mark(state: ReleaseState, product: Product, version: str) -> BadVersion | None:
    """Who marked that version bad; versions are told apart by the product's scheme. None when nobody did."""
    return next(
        (
            mark
            for (name, text), mark in state.bad.items()
            if name == product.name and overlaps(text, version, product.scheme, name)
        ),
        None,
    )


def marks_elsewhere(inputs: Inputs, product: Product, version: str) -> Iterator[tuple[BadVersion, str]]:
    """Who marked that version bad in other releases, each with why it only warns here; "" when it counts.

    Whoever could have said it here has said it; warning is everybody's, so that others are heard too.
    """
    plan = agreed(inputs.loaded, inputs.state)
    for mark in inputs.bad_elsewhere.marks:
        if mark.product == product.name and overlaps(mark.version, version, product.scheme, product.name):
            yield mark, why_no_word(plan, mark.actor)


def counting_mark(inputs: Inputs, product: Product, version: str) -> BadVersion | None:
    """Who marked that version bad, in this release or, where it counts, in another one; None when nobody did."""
    here = bad_mark(inputs.state, product, version)
    return here or next((mark for mark, why in marks_elsewhere(inputs, product, version) if not why), None)


def unfinished(plan: Plan, state: ReleaseState, matrix: Matrix) -> tuple[Rollback, ...]:
    """Rollbacks that were decided and that nobody has seen arrive: the last one of each cell.

    One is over when its target runs there, alone and well, seen just now and often enough; or when the version is
    no longer held there, which is another decision.
    """
    last = {one.target: one for one in state.rollbacks}
    return tuple(one for one in last.values() if _is_unfinished(plan, state, matrix, one))


def _is_unfinished(plan: Plan, state: ReleaseState, matrix: Matrix, rollback: Rollback) -> bool:
    product, hold = plan.product(rollback.target.product), state.version_holds.get(rollback.target)
    cell = matrix.cells.get(rollback.target)
    if product is None or cell is None or hold is None:
        return False
    if not consistent(hold.version, rollback.to, product.scheme, product.name):
        return False
    arrived = cell.is_known and cell.relation is Relation.MATCH and cell.status is Status.SUCCEEDED
    return not arrived


def points_of_no_return(plan: Plan, state: ReleaseState) -> tuple[tuple[Item, bool], ...]:
    """The items that mark one, each with whether it is behind us."""
    return tuple((item, state.item(item.id).happened) for item in plan.items if item.point_of_no_return)


def target_of(inputs: Inputs, product: Product) -> tuple[str, str]:
    """The version to go back to in production and who says so; ("", why not) when nobody does.

    Where its environments differ, that of the last one which has been observed; `target_in` answers for each.
    """
    return _in_all(places_of(inputs, product))


def _in_all(places: tuple[Place, ...]) -> tuple[str, str]:
    return next(
        ((one.version, one.why) for one in reversed(places) if one.observed), (places[-1].version, places[-1].why)
    )


def places_of(inputs: Inputs, product: Product) -> tuple[Place, ...]:
    """Where to go back to in every production environment; one place without a name where the plan has none."""
    names = [one.name for one in inputs.loaded.plan.environments if one.production]
    return tuple(target_in(inputs, product, name) for name in names or [""])


def target_in(inputs: Inputs, product: Product, environment: str) -> Place:
    """Where to go back to in `environment`: what the plan states, else the newest version that ran well there.

    The plan's `previous` speaks only where nothing better was observed: what was seen running counts more than
    what the author believed to run, and a version that was seen there and never ran well is no target.
    """
    if product.rollback.to:
        return Place(environment, product.rollback.to, "the plan says so")
    previous, state = product.previous, inputs.state
    target = Target(product.name, environment)
    records = (*state.cells.get(target, ()), *_seen_now(inputs, target))
    left = tuple(
        (one.rolled_back, one.at)
        for one in state.rollbacks
        if one.target == target and not _is_same(product, one.rolled_back, one.to)
    )
    bad = tuple(dict.fromkeys(_bad_keys(inputs, product)))
    ran = tuple((one.since, one.versions, one.status) for one in records)
    found = _found(product.name, product.version, product.scheme, ran, bad, left)
    if isinstance(found, BackTo):
        passed = f", and {found.passed_over[0]} is marked bad" if found.passed_over else ""
        return Place(environment, found.version, f"it ran well in {environment}{passed}", observed=True)
    if not previous:
        return Place(environment, "", "neither the plan nor the journal names one")
    if counting_mark(inputs, product, previous) is None and any(_names(product, one, previous) for one in records):
        was_left = any(_is_same(product, version, previous) for version, _ in left)
        why = (
            "was left there by a rollback" if was_left else f"was seen in {environment}, and never alone and well"
        )
        return Place(environment, "", f"{previous} {why}", observed=True)
    return Place(environment, previous, "the plan comes from it")


def _bad_keys(inputs: Inputs, product: Product) -> Iterator[tuple[str, str]]:
    yield from (key for key in inputs.state.bad if key[0] == product.name)
    marks = [mark for mark in inputs.bad_elsewhere.marks if mark.product == product.name]
    if marks:
        plan = agreed(inputs.loaded, inputs.state)
        yield from ((mark.product, mark.version) for mark in marks if not why_no_word(plan, mark.actor))


def in_release(mark: BadVersion) -> str:
    """Where it was said, behind a name: ` in release 2026.10`; "" for this release."""
    return f" in release {mark.release}" if mark.release else ""


@lru_cache(maxsize=4096)
def _found(
    name: str,
    version: str,
    scheme: SchemeName,
    ran: tuple[tuple[datetime, tuple[str, ...], str], ...],
    bad: tuple[tuple[str, str], ...],
    left: tuple[tuple[str, datetime], ...],
) -> BackTo | NoWayBack:
    """Remembered: a history changes far more seldom than it is looked at."""
    records = [Deployed(since, versions, status, "") for since, versions, status in ran]
    return rollback_target(Product(name, version, scheme=scheme), records, bad, left)


_LATEST = datetime.max.replace(tzinfo=UTC)


def _seen_now(inputs: Inputs, target: Target) -> tuple[Deployed, ...]:
    """What this session sees running well there, as the last record: it may not be in the journal yet.

    Its time is that of no look, so that the next look at the same version is the same record.
    """
    strands = inputs.evidence.get(target, NOTHING).strands
    seen = [strand.seen for strand in strands if strand.seen is not None]
    alone = all(strand.firm and len(strand.versions) == 1 for strand in strands if strand.seen is not None)
    if not seen or not alone or any(one.status is not Status.SUCCEEDED for one in seen):
        return ()
    versions = {one.versions[0].version for one in seen}
    if len(versions) > 1:
        return ()
    return (Deployed(_LATEST, tuple(versions), Status.SUCCEEDED.value, ""),)


def _is_same(product: Product, a: str, b: str) -> bool:
    return consistent(a, b, product.scheme, product.name)


def _names(product: Product, record: Deployed, version: str) -> bool:
    return any(_is_same(product, one, version) for one in record.versions)


def _way_back(inputs: Inputs, product: Product, now: datetime) -> WayBack:
    places = places_of(inputs, product)
    versions = tuple(dict.fromkeys(one.version for one in places if one.version))
    points = (
        *(target_point(inputs, product, one, named=len({(each.version, each.why) for each in places}) > 1)
          for one in _distinct(places)),
        *(_artifact(inputs, product, version, now) for version in versions),
        *(_migration(inputs, product, version) for version in versions or ("",)),
        *_no_return(inputs, product),
        _triggers(inputs.loaded.plan),
        *(point for version in versions or ("",) for point in _command(product, version)),
        *_flags(product),
        *_holds(inputs, product),
    )  # fmt: skip
    fits = not any(point.name == "command" for point in points)
    target = _in_all(places)[0]
    return WayBack(
        product.name, target, tuple(dict.fromkeys(points)), product.rollback.command if fits else (), places
    )


def _distinct(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """One of each kind: environments that go back to the same version, for the same reason, are one point."""
    return tuple({(one.version, one.why): one for one in reversed(places)}.values())[::-1]


def target_point(inputs: Inputs, product: Product, place: Place, *, named: bool = True) -> Point:
    """Whether there is a version to go back to in `place`; its name is said where `named`."""
    version, here = place.version, f" in {place.environment}" if named and place.environment else ""
    if not version:
        fact = f"no version to go back to{here}: {place.why}"
        return Point("target", Readiness.NOT_READY, fact, f"put `previous:` at {product.name}")
    mark = counting_mark(inputs, product, version)
    if mark is not None:
        who = named_person(inputs.loaded.plan, mark.actor.user)
        fact = f"{version} is marked bad by {who}{in_release(mark)}: {mark.reason}"
        return Point("target", Readiness.NOT_READY, fact, f"put another `rollback.to` at {product.name}")
    if consistent(version, product.version, product.scheme, product.name):
        fact = f"the way back leads to {version}, which is the planned version itself"
        return Point("target", Readiness.NOT_READY, fact, f"put `previous:` at {product.name}")
    return Point("target", Readiness.READY, f"back to {version}{here}: {place.why}")


def _artifact(inputs: Inputs, product: Product, version: str, now: datetime) -> Point:
    found = inputs.artifacts.get((product.name, version))
    old = why_old(found.at, now) if found is not None else ""
    if found is not None and found.found is not Found.UNKNOWN and not old:
        if found.found is Found.THERE:
            return Point("artifact", Readiness.READY, f"{version} is there: {found.place}")
        fact = f"{version} is not there: nothing at {found.place}"
        return Point("artifact", Readiness.NOT_READY, fact, f"build {product.name} {version} again")
    changes = inputs.changes.get(product.name)
    if isinstance(changes, ProductChanges) and not why_old(inputs.histories_at.get(product.name), now):
        base = changes.range.base
        if base.version and same_version(base.version, version, product.scheme, product.name):
            return Point("artifact", Readiness.READY, f"{version} is tagged: {base.tag}")
    why = f" ({old or found.detail or found.place})" if found else ""
    fact = f"whether {version} can still be had is not known{why}"
    return Point("artifact", Readiness.UNKNOWN, fact, f"look for {product.name} {version} by hand")


def _between(inputs: Inputs, product: Product, version: str) -> str:
    """The migrations that lie between the old version and the planned one, as far as somebody has looked."""
    changes = inputs.changes.get(product.name)
    if not isinstance(changes, ProductChanges) or not changes.range.migrations:
        return ""
    base = changes.range.base.version
    if not base or not same_version(base, version, product.scheme, product.name):
        return ""
    paths = changes.range.migrations
    rest = len(paths) - _NAMED
    return f" ({', '.join(paths[:_NAMED])}{f' and {rest} more' if rest > 0 else ''})"


def _speaks_from(product: Product, version: str) -> str:
    """The plan's `previous` where `version` is older: what was migrated before it is in no plan; else ""."""
    older = bool(product.previous) and (
        compare_texts(version, product.previous, product.scheme, product.name) == -1
    )
    return product.previous if older else ""


def _migration(inputs: Inputs, product: Product, version: str) -> Point:
    kind, between = product.migration, _between(inputs, product, version)
    if kind is Migration.NONE and between:
        fact = f"the plan says migration none, but migrations lie between{between}"
        return Point("migration", Readiness.NOT_READY, fact, f"say `migration:` at {product.name}")
    if kind in {Migration.NONE, Migration.EXPAND} and version and (stated := _speaks_from(product, version)):
        fact = f"migration {kind} speaks of what came since {stated}: for {version} nobody can tell"
        return Point(
            "migration", Readiness.UNKNOWN, fact, f"look at the migrations between {version} and {stated}"
        )
    if kind in {Migration.NONE, Migration.EXPAND}:
        return Point("migration", Readiness.READY, f"migration {kind}: an older version can live with it{between}")
    lines = points_of_no_return(inputs.loaded.plan, inputs.state)
    if passed := _passed(inputs):
        fact = f"'{passed[0].title}' is done: after the {kind} migration{between} an older version cannot run"
        return Point("migration", Readiness.GONE, fact, inputs.loaded.plan.rollback_notes or "roll forward")
    if lines:
        ahead = lines[0][0]
        return Point(
            "migration", Readiness.READY, f"migration {kind}{between}: the way back ends with '{ahead.title}'"
        )
    fact = f"migration {kind}{between}: no item says from when on there is no way back"
    return Point("migration", Readiness.NOT_READY, fact, "give its item `point_of_no_return: true`")


def _no_return(inputs: Inputs, product: Product) -> list[Point]:
    """Behind a point of no return nothing is ready, also where the product's own migration would allow it."""
    passed = _passed(inputs)
    if not passed or product.migration in _HARD:
        return []  # there the point about the migration says it
    fact = f"point of no return '{passed[0].title}' is passed: fix forward only"
    return [Point("no return", Readiness.GONE, fact, inputs.loaded.plan.rollback_notes or "gonogo hotfix plan")]


def _passed(inputs: Inputs) -> list[Item]:
    """The points of no return of production that are behind us; one of staging alone takes nothing away there."""
    plan = inputs.loaded.plan
    others = {one.name for one in plan.environments if not one.production}
    found = points_of_no_return(plan, inputs.state)
    return [item for item, behind in found if behind and item.environment not in others]


def _triggers(plan: Plan) -> Point:
    if plan.triggers:
        return Point("triggers", Readiness.READY, f"agreed: {', '.join(one.id for one in plan.triggers)}")
    fact = "nobody has agreed on what means: go back"
    return Point("triggers", Readiness.NOT_READY, fact, "put `rollback: {triggers: [{when: TEXT}]}` into the plan")


def _command(product: Product, version: str) -> list[Point]:
    """Said only when the command leads elsewhere: typing it would bring the bad version back."""
    if not product.rollback.command or product.back_to in {"", version}:
        return []
    fact = (
        f"the command of the plan was written for {product.back_to}: {describe_command(product.rollback.command)}"
    )
    remedy = f"find out what brings {version} back, and put it into `rollback.command` at {product.name}"
    return [Point("command", Readiness.UNKNOWN, fact, remedy)]


def _flags(product: Product) -> list[Point]:
    """Flags that came with it may be what has to be switched off; nobody here knows how they stand."""
    if not product.flags:
        return []
    return [Point("flags", Readiness.READY, f"came with {product.version}: {', '.join(product.flags)}")]


def _holds(inputs: Inputs, product: Product) -> list[Point]:
    return [
        Point(
            "hold",
            Readiness.READY,
            f"{hold.version} is kept in {hold.target.environment} by {hold.actor.user} "
            f"since {local_and_utc(hold.at, 'UTC')}: {hold.reason}",
        )
        for hold in inputs.state.version_holds.values()
        if hold.target.product == product.name
    ]
