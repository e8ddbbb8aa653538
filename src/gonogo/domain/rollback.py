"""The way back of each product: where to, what of it is there, and what stands in between."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.ageing import why_old
from gonogo.domain.artifacts import Found
from gonogo.domain.changelog import ProductChanges
from gonogo.domain.checks import describe_command
from gonogo.domain.clocks import local_and_utc
from gonogo.domain.history import BackTo, rollback_target
from gonogo.domain.inputs import Inputs
from gonogo.domain.observation import Target
from gonogo.domain.people import named
from gonogo.domain.plan import Item, Migration, Plan, Product
from gonogo.domain.state import BadVersion, ReleaseState
from gonogo.domain.version import consistent, overlaps, same_version

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
    """target | artifact | migration | triggers | command | flags | hold"""
    readiness: Readiness
    fact: str
    remedy: str = ""


class WayBack(Struct, frozen=True):
    """The way back of one product."""

    product: str
    target: str
    """The version to go back to; "" when nobody knows one."""
    points: tuple[Point, ...]
    command: tuple[str, ...] = ()
    """As the plan gives it: shown and copied, never run. Empty when it would lead to another version."""

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


def points_of_no_return(plan: Plan, state: ReleaseState) -> tuple[tuple[Item, bool], ...]:
    """The items that mark one, each with whether it is behind us."""
    return tuple((item, state.item(item.id).happened) for item in plan.items if item.point_of_no_return)


def target_of(inputs: Inputs, product: Product) -> tuple[str, str]:
    """The version to go back to and who says so; ("", why not) when nobody does.

    A version that was stated as the way back stands, whatever became of it; one that is only where the plan comes
    from gives way, once it is marked bad, to the last good one of the journal.
    """
    if product.rollback.to:
        return product.rollback.to, "the plan says so"
    is_bad = bool(product.previous) and bad_mark(inputs.state, product, product.previous) is not None
    if product.previous and not is_bad:
        return product.previous, "the plan comes from it"
    plan, state = inputs.loaded.plan, inputs.state
    for environment in reversed([one for one in plan.environments if one.production]):
        records = state.cells.get(Target(product.name, environment.name), ())
        found = rollback_target(product, records, state.bad)
        if isinstance(found, BackTo):
            passed = f", and {product.previous} is marked bad" if is_bad else ""
            return found.version, f"it ran well in {environment.name}{passed}"
    if is_bad:
        return product.previous, "the plan comes from it"
    return "", "neither the plan nor the journal names one"


def _way_back(inputs: Inputs, product: Product, now: datetime) -> WayBack:
    version, why = target_of(inputs, product)
    points = (
        _target(inputs, product, version, why),
        *([_artifact(inputs, product, version, now)] if version else []),
        _migration(inputs, product, version),
        _triggers(inputs.loaded.plan),
        *_command(product, version),
        *_flags(product),
        *_holds(inputs, product),
    )
    fits = not any(point.name == "command" for point in points)
    return WayBack(product.name, version, points, product.rollback.command if fits else ())


def _target(inputs: Inputs, product: Product, version: str, why: str) -> Point:
    if not version:
        return Point(
            "target", Readiness.NOT_READY, f"no version to go back to: {why}", f"put `previous:` at {product.name}"
        )
    mark = bad_mark(inputs.state, product, version)
    if mark is not None:
        who = named(inputs.loaded.plan, mark.actor.user)
        fact = f"{version} is marked bad by {who}: {mark.reason}"
        return Point("target", Readiness.NOT_READY, fact, f"put another `rollback.to` at {product.name}")
    if consistent(version, product.version, product.scheme, product.name):
        fact = f"the way back leads to {version}, which is the planned version itself"
        return Point("target", Readiness.NOT_READY, fact, f"put `previous:` at {product.name}")
    return Point("target", Readiness.READY, f"back to {version}: {why}")


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


def _migration(inputs: Inputs, product: Product, version: str) -> Point:
    kind, between = product.migration, _between(inputs, product, version)
    if kind is Migration.NONE and between:
        fact = f"the plan says migration none, but migrations lie between{between}"
        return Point("migration", Readiness.NOT_READY, fact, f"say `migration:` at {product.name}")
    if kind in {Migration.NONE, Migration.EXPAND}:
        return Point("migration", Readiness.READY, f"migration {kind}: an older version can live with it{between}")
    lines = points_of_no_return(inputs.loaded.plan, inputs.state)
    passed = [item for item, behind in lines if behind]
    if passed:
        fact = f"'{passed[0].title}' is done: after the {kind} migration{between} an older version cannot run"
        return Point("migration", Readiness.GONE, fact, inputs.loaded.plan.rollback_notes or "roll forward")
    if lines:
        ahead = lines[0][0]
        return Point(
            "migration", Readiness.READY, f"migration {kind}{between}: the way back ends with '{ahead.title}'"
        )
    fact = f"migration {kind}{between}: no item says from when on there is no way back"
    return Point("migration", Readiness.NOT_READY, fact, "give its item `point_of_no_return: true`")


def _triggers(plan: Plan) -> Point:
    if plan.triggers:
        return Point("triggers", Readiness.READY, f"agreed: {', '.join(one.id for one in plan.triggers)}")
    fact = "nobody has agreed on what means: go back"
    return Point("triggers", Readiness.NOT_READY, fact, "put `rollback: {triggers: [...]}` into the plan")


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
