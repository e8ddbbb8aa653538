"""The matrix: products x environments, every cell dated, sourced, and honest about what it does not know.

Built anew from evidence and `now` each time, so that a cell grows stale by the clock and not by somebody's
tick: a terminal that slept shows the truth at its first repaint.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.evidence import NOTHING, Evidence
from gonogo.domain.observation import Reason, Running, Status, Target
from gonogo.domain.plan import Plan, Probe, Product, Timing
from gonogo.domain.state import Deployed, ReleaseState
from gonogo.domain.version import compare_texts


class Freshness(StrEnum):
    """What an answer is still worth."""

    FRESH = "fresh"
    STALE = "stale"
    """Older than the plan's `stale_after`: shown, and no longer counted."""
    UNKNOWN = "unknown"
    """Older than `unknown_after`, or never there."""


class Relation(StrEnum):
    """How what runs stands to the planned version."""

    MATCH = "match"
    BEHIND = "behind"
    AHEAD = "ahead"
    MIXED = "mixed"
    """More than one version: not done, whatever the share."""
    DIFFERS = "differs"
    """Another version, and the scheme knows no order between the two."""
    ABSENT = "absent"
    """The source says that nothing is deployed."""
    UNKNOWN = "unknown"


class Cell(Struct, frozen=True):
    """One product in one environment."""

    target: Target
    planned: str
    freshness: Freshness
    relation: Relation
    status: Status
    versions: tuple[Running, ...] = ()
    sampled: bool = False
    """Shares counted from answers, not stated by the source."""
    polled_at: datetime | None = None
    """UTC, end of the last answer; None when it never answered."""
    updated_at: datetime | None = None
    """UTC, when the source says it changed."""
    since: datetime | None = None
    """UTC, since when the journal knows these versions here."""
    previous: tuple[str, ...] = ()
    age: timedelta | None = None
    """Of the last answer; None when there is none."""
    silent_since: datetime | None = None
    reason: Reason | None = None
    """Why the newest attempt brought nothing; None when it did."""
    detail: str = ""
    source: str = ""
    message: str = ""
    excerpt: str = ""
    timing: Timing = Timing()
    history: tuple[Deployed, ...] = ()

    @property
    def counts_as_match(self) -> bool:
        """Whether a gate may rely on this cell running the planned version, and it alone."""
        return self.relation is Relation.MATCH and self.status is Status.SUCCEEDED

    @property
    def is_known(self) -> bool:
        """Whether there is an answer worth judging."""
        return self.freshness is Freshness.FRESH and self.status not in {Status.UNKNOWN, Status.UNREACHABLE}


class Matrix(Struct, frozen=True):
    """All cells of a release at one moment."""

    products: tuple[str, ...]
    environments: tuple[str, ...]
    cells: Mapping[Target, Cell]

    def cell(self, product: str, environment: str) -> Cell:
        """The cell of a product in an environment; every pair has one."""
        return self.cells[Target(product, environment)]

    def column(self, environment: str) -> tuple[Cell, ...]:
        """The cells of one environment, in the plan's order."""
        return tuple(self.cell(product, environment) for product in self.products)


def build(plan: Plan, state: ReleaseState, evidence: Mapping[Target, Evidence], now: datetime) -> Matrix:
    """Return every cell of `plan` as it stands at `now` (UTC)."""
    cells = {}
    for product in plan.products:
        probes = {probe.environment: probe for probe in product.probes}
        for environment in plan.environments:
            target = Target(product.name, environment.name)
            found = evidence.get(target, NOTHING)
            cells[target] = _cell(plan, product, target, probes.get(environment.name), found, state, now)
    return Matrix(
        tuple(product.name for product in plan.products),
        tuple(environment.name for environment in plan.environments),
        cells,
    )


def _cell(
    plan: Plan,
    product: Product,
    target: Target,
    probe: Probe | None,
    evidence: Evidence,
    state: ReleaseState,
    now: datetime,
) -> Cell:
    timing = probe.timing if probe else plan.timing
    history = state.cells.get(target, ())
    missing = evidence.missing
    seen = evidence.seen
    detail = missing.detail if missing else ""
    if probe is None and seen is None and missing is None and not plan.sources:
        detail = "the plan names no probe for it"
    if seen is None:
        return Cell(
            target,
            product.version,
            Freshness.UNKNOWN,
            Relation.UNKNOWN,
            Status.UNREACHABLE if missing else Status.UNKNOWN,
            silent_since=evidence.silent_since,
            reason=missing.reason if missing else None,
            detail=detail,
            source=missing.source if missing else "",
            excerpt=missing.excerpt if missing else "",
            timing=timing,
            history=history,
        )
    age = now - seen.polled_at
    fresh = freshness(age, timing)
    versions = evidence.versions
    return Cell(
        target,
        product.version,
        fresh,
        relation(product, versions, seen.status) if fresh is Freshness.FRESH else Relation.UNKNOWN,
        seen.status if fresh is not Freshness.UNKNOWN else Status.UNKNOWN,
        versions=versions,
        sampled=evidence.sampled,
        polled_at=seen.polled_at,
        updated_at=seen.updated_at,
        since=_since(history, versions),
        previous=_previous(history, versions),
        age=age,
        silent_since=evidence.silent_since,
        reason=missing.reason if missing else None,
        detail=detail,
        source=seen.source,
        message=seen.message,
        excerpt=missing.excerpt if missing else seen.excerpt,
        timing=timing,
        history=history,
    )


def freshness(age: timedelta, timing: Timing) -> Freshness:
    """What an answer of that age is worth.

    A negative age means that the clock went back after the answer came: its true age cannot be told,
    so it is not fresh.
    """
    if age > timing.unknown_after:
        return Freshness.UNKNOWN
    if age > timing.stale_after or age < timedelta(0):
        return Freshness.STALE
    return Freshness.FRESH


def relation(product: Product, versions: tuple[Running, ...], status: Status) -> Relation:
    """How the running versions stand to the planned one, by the product's own scheme."""
    if not versions:
        return Relation.ABSENT if status is Status.NOT_DEPLOYED else Relation.UNKNOWN
    if len(versions) > 1:
        return Relation.MIXED
    order = compare_texts(versions[0].version, product.version, product.scheme, product.name)
    if order is None:
        return Relation.DIFFERS
    return Relation.MATCH if order == 0 else Relation.BEHIND if order < 0 else Relation.AHEAD


def _names(versions: tuple[Running, ...]) -> tuple[str, ...]:
    return tuple(sorted(running.version for running in versions))


def _since(history: tuple[Deployed, ...], versions: tuple[Running, ...]) -> datetime | None:
    """Start of the unbroken run of these versions at the end of the history.

    A change of the status alone does not interrupt it; another version in between does.
    """
    since = None
    for deployed in reversed(history):
        if tuple(sorted(deployed.versions)) != _names(versions):
            break
        since = deployed.since
    return since


def _previous(history: tuple[Deployed, ...], versions: tuple[Running, ...]) -> tuple[str, ...]:
    now_running = _names(versions)
    for deployed in reversed(history):
        if deployed.versions and tuple(sorted(deployed.versions)) != now_running:
            return deployed.versions
    return ()
