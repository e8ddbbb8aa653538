"""The matrix: products x environments, every cell dated, sourced, and honest about what it does not know.

Built anew from evidence and `now` each time, so that a cell grows stale by the clock and not by somebody's
tick: a terminal that slept shows the truth at its first repaint.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo.domain.evidence import NOTHING, Evidence, Strand
from gonogo.domain.history import same_set
from gonogo.domain.observation import Reason, Role, Running, Status, Target
from gonogo.domain.plan import Plan, Probe, Product, Timing
from gonogo.domain.state import Deployed, ReleaseState
from gonogo.domain.version import compare_texts, same_version


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
    DISAGREE = "disagree"
    """Two sources that both answered just now say different things: nobody knows, and it is never a match."""
    ABSENT = "absent"
    """The source says that nothing is deployed."""
    UNKNOWN = "unknown"


class Account(Struct, frozen=True):
    """What one source says about a cell, and what that is still worth."""

    origin: str
    """Id of a source of the plan; "" for the cell's own probe."""
    source: str
    freshness: Freshness
    status: Status
    versions: tuple[Running, ...] = ()
    sampled: bool = False
    polled_at: datetime | None = None
    updated_at: datetime | None = None
    age: timedelta | None = None
    silent_since: datetime | None = None
    reason: Reason | None = None
    detail: str = ""
    message: str = ""
    link: str = ""
    excerpt: str = ""
    host: str = ""
    """Host and port that were asked in vain; "" when it answered."""
    timing: Timing = Timing()
    by: str = ""
    """Account whose session asked last, when it was another session; else ""."""


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
    accounts: tuple[Account, ...] = ()
    """What each source says; the cell itself shows what they add up to."""
    expected: str = ""
    """Why the planned version should run here by now, when it does not; "" while it need not yet."""
    held: str = ""
    """Another version than the planned one that is kept here, as after a rollback: the relation is to it then."""
    awaits: tuple[str, ...] = ()
    """Sources that are asked about it and were not heard yet, by id; "" for its own probe."""

    @property
    def counts_as_match(self) -> bool:
        """Whether a gate may rely on this cell running the planned version, and it alone."""
        return self.relation is Relation.MATCH and self.status is Status.SUCCEEDED and not self.held

    @property
    def is_known(self) -> bool:
        """Whether there is an answer worth judging."""
        return self.freshness is Freshness.FRESH and self.status not in {Status.UNKNOWN, Status.UNREACHABLE}

    @property
    def judged(self) -> tuple[Running, ...]:
        """The versions that count: of a blue-green pair the active side."""
        return active(self.versions)

    @property
    def instances(self) -> int | None:
        """How many instances answer in all; None when the source does not count them."""
        counts = [running.replicas for running in self.judged]
        return sum(count for count in counts if count) if counts and None not in counts else None


class Matrix(Struct, frozen=True):
    """All cells of a release at one moment."""

    products: tuple[str, ...]
    environments: tuple[str, ...]
    cells: Mapping[Target, Cell]
    troubled: tuple[Cell, ...] = ()
    """Those of which some source gave no answer when it was asked last; usually few."""

    def cell(self, product: str, environment: str) -> Cell:
        """The cell of a product in an environment; every pair has one."""
        return self.cells[Target(product, environment)]

    def row(self, product: str) -> tuple[Cell, ...]:
        """The cells of one product, in promotion order."""
        return tuple(self.cell(product, environment) for environment in self.environments)

    def column(self, environment: str) -> tuple[Cell, ...]:
        """The cells of one environment, in the plan's order."""
        return tuple(self.cell(product, environment) for product in self.products)


def build(
    plan: Plan,
    state: ReleaseState,
    evidence: Mapping[Target, Evidence],
    now: datetime,
    steady: float | None = None,
) -> Matrix:
    """Return every cell of `plan` as it stands at `now` (UTC).

    `steady` is the reading of a clock nobody can put back, of the same kind as `Strand.heard`: an answer is as old
    as the older of the two clocks says.
    """
    cells = {}
    shared = {source.id: source.timing for source in plan.sources}
    for product in plan.products:
        probes = {probe.environment: probe for probe in product.probes}
        for environment in plan.environments:
            target = Target(product.name, environment.name)
            probe = probes.get(environment.name)
            own = probe.timing if probe else plan.timing
            known = evidence.get(target, NOTHING)
            accounts = _accounts(own, shared, known, now, steady)
            held = _held(state, product, target)
            expected = replace(product, version=held) if held else product
            cell = _cell(plan, expected, target, probe, accounts, state.cells.get(target, ()), held)
            awaits = silent_yet(plan, probe, known)
            cells[target] = _held_back(cell, awaits) if awaits else cell
    found = Matrix(
        tuple(product.name for product in plan.products),
        tuple(environment.name for environment in plan.environments),
        cells,
    )
    for product in plan.products:
        for cell in found.row(product.name):
            if cell.relation in _NOT_THERE_YET and (why := expected_by_now(plan, product, found, cell, now)):
                cells[cell.target] = replace(cell, expected=why)
    silent = (cell for cell in cells.values() if any(one.reason is not None for one in cell.accounts))
    return replace(found, troubled=tuple(silent))


def cell_at(
    plan: Plan, state: ReleaseState, target: Target, evidence: Evidence, now: datetime, steady: float | None = None
) -> Cell | None:
    """One cell as `build` makes it, without what depends on other cells; None when the plan has none such."""
    product = plan.product(target.product)
    if product is None or plan.environment(target.environment) is None:
        return None
    probe = next((one for one in product.probes if one.environment == target.environment), None)
    own = probe.timing if probe else plan.timing
    accounts = _accounts(own, {source.id: source.timing for source in plan.sources}, evidence, now, steady)
    held = _held(state, product, target)
    expected = replace(product, version=held) if held else product
    cell = _cell(plan, expected, target, probe, accounts, state.cells.get(target, ()), held)
    awaits = silent_yet(plan, probe, evidence)
    return _held_back(cell, awaits) if awaits else cell


def silent_yet(plan: Plan, probe: Probe | None, evidence: Evidence) -> tuple[str, ...]:
    """Who is asked about a target and has neither answered nor failed to since this session began.

    Until then nobody knows whether they agree: what the first one says alone is no match, and no change either.
    """
    if not evidence.strands or not plan.sources:
        return ()
    heard = {strand.origin for strand in evidence.strands}
    asked = [source.id for source in plan.sources if source.fills_cells]
    return tuple(one for one in ([""] if probe else []) + asked if one not in heard)


def _held_back(cell: Cell, awaits: tuple[str, ...]) -> Cell:
    """A cell of which not everybody was heard: whatever is wrong already counts, what is right does not yet."""
    standing = Relation.UNKNOWN if cell.relation is Relation.MATCH else cell.relation
    return replace(cell, relation=standing, awaits=awaits)


def _held(state: ReleaseState, product: Product, target: Target) -> str:
    """The version that is kept there instead of the planned one; "" when none is."""
    hold = state.version_holds.get(target)
    if hold is None or same_version(hold.version, product.version, product.scheme, product.name):
        return ""
    return hold.version


_NOT_THERE_YET = frozenset({Relation.BEHIND, Relation.ABSENT, Relation.DIFFERS, Relation.MIXED})


def _accounts(
    own: Timing, shared: Mapping[str, Timing], evidence: Evidence, now: datetime, steady: float | None
) -> tuple[Account, ...]:
    """What every source says, the cell's own probe first, then the plan's sources in their order.

    `own` is the timing of the cell's probe, `shared` those of the plan's sources by id.
    """
    if len(evidence.strands) < 2:
        return tuple(_account(strand, shared.get(strand.origin, own), now, steady) for strand in evidence.strands)
    places = {origin: place for place, origin in enumerate(("", *shared))}
    strands = sorted(evidence.strands, key=lambda strand: places.get(strand.origin, len(places)))
    return tuple(_account(strand, shared.get(strand.origin, own), now, steady) for strand in strands)


def _account(strand: Strand, timing: Timing, now: datetime, steady: float | None) -> Account:
    seen, missing = strand.seen, strand.missing
    if seen is None:
        return Account(
            strand.origin,
            missing.source if missing else "",
            Freshness.UNKNOWN,
            Status.UNREACHABLE if missing else Status.UNKNOWN,
            silent_since=strand.silent_since,
            reason=missing.reason if missing else None,
            detail=missing.detail if missing else "",
            excerpt=missing.excerpt if missing else "",
            host=missing.host if missing else "",
            timing=timing,
            by=missing.by if missing else "",
        )
    age = now - seen.polled_at
    fresh = freshness(age, timing)
    if steady is not None and strand.heard is not None:
        ticked = timedelta(seconds=steady - strand.heard)
        fresh = max(fresh, freshness(max(ticked, timedelta(0)), timing), key=_WORTH.index)
        age = max(age, ticked)
    return Account(
        strand.origin,
        seen.source,
        fresh,
        seen.status if fresh is not Freshness.UNKNOWN else Status.UNKNOWN,
        strand.versions,
        strand.sampled,
        seen.polled_at,
        seen.updated_at,
        age,
        strand.silent_since,
        missing.reason if missing else None,
        missing.detail if missing else "",
        seen.message,
        seen.link,
        missing.excerpt if missing else seen.excerpt,
        missing.host if missing else "",
        timing,
        missing.by if missing else seen.by,
    )


_WORTH = (Freshness.FRESH, Freshness.STALE, Freshness.UNKNOWN)


def _cell(
    plan: Plan,
    product: Product,
    target: Target,
    probe: Probe | None,
    accounts: tuple[Account, ...],
    history: tuple[Deployed, ...],
    held: str = "",
) -> Cell:
    timing = probe.timing if probe else plan.timing
    if not accounts:
        unasked = "the plan names no probe for it" if probe is None and not plan.sources else ""
        return Cell(
            target, product.version, Freshness.UNKNOWN, Relation.UNKNOWN, Status.UNKNOWN,
            detail=unasked, timing=timing, history=history, held=held,
        )  # fmt: skip
    fresh = [one for one in accounts if one.freshness is Freshness.FRESH]
    if len(accounts) == 1:
        first, disagree = accounts[0], False
    else:
        first = _speaker(product, fresh) if fresh else _latest(accounts)
        disagree = bool(fresh) and not _agree(product, first, fresh)
    versions = _union(product, fresh) if disagree else first.versions
    status = _worst(fresh) if fresh else first.status
    if disagree:
        standing = Relation.DISAGREE
    else:
        standing = relation(product, versions, status) if fresh else Relation.UNKNOWN
    texts = texts_of(active(versions))
    return Cell(
        target,
        product.version,
        first.freshness,
        standing,
        status,
        versions=versions,
        sampled=first.sampled and not disagree,
        polled_at=first.polled_at,
        updated_at=first.updated_at,
        since=_since(product, history, texts) if first.polled_at else None,
        previous=_previous(product, history, texts) if first.polled_at else (),
        age=first.age,
        silent_since=first.silent_since,
        reason=first.reason,
        detail=first.detail,
        source=" and ".join(one.source for one in fresh) if disagree else first.source,
        message=first.message,
        excerpt=first.excerpt,
        timing=first.timing,
        history=history,
        accounts=accounts,
        held=held,
    )


def _latest(accounts: Sequence[Account]) -> Account:
    """Of sources that all are old or silent: the one that was heard last; the first when none ever was."""
    heard = [one for one in accounts if one.polled_at is not None]
    return (
        max(heard, key=lambda one: one.polled_at.timestamp() if one.polled_at else 0.0) if heard else accounts[0]
    )


def _speaker(product: Product, fresh: Sequence[Account]) -> Account:
    """Whose words the cell shows: of those that answer, the first that names most versions.

    A URL that answers with one version at a time is no contradiction to a source that counts both.
    """
    return max(fresh, key=lambda one: len(_apart(product, active(one.versions))))


def _agree(product: Product, first: Account, fresh: Sequence[Account]) -> bool:
    spoken = _apart(product, active(first.versions))
    for other in fresh:
        heard = _apart(product, active(other.versions))
        one_of_a_split = len(heard) == 1 < len(spoken) and not first.sampled
        if not (same_set(product, spoken, heard) or (one_of_a_split and _holds(product, spoken, heard[0]))):
            return False
    return True


def _holds(product: Product, texts: Sequence[str], wanted: str) -> bool:
    return any(same_version(text, wanted, product.scheme, product.name) for text in texts)


def _apart(product: Product, versions: Sequence[Running]) -> tuple[str, ...]:
    """The versions that differ by the product's scheme, each once."""
    found: list[str] = []
    for running in versions:
        if not _holds(product, found, running.version):
            found.append(running.version)
    return tuple(found)


def _union(product: Product, accounts: Sequence[Account]) -> tuple[Running, ...]:
    """Every version some source names, without shares: they belong to different counts."""
    found: list[Running] = []
    for running in (running for one in accounts for running in active(one.versions)):
        if not _holds(product, [one.version for one in found], running.version):
            found.append(replace(running, weight=None, replicas=None))
    return tuple(found)


_GRAVITY = (
    Status.FAILED, Status.DEGRADED, Status.PAUSED, Status.IN_PROGRESS, Status.NOT_DEPLOYED, Status.SUCCEEDED,
    Status.UNKNOWN, Status.UNREACHABLE,
)  # fmt: skip


def _worst(accounts: Sequence[Account]) -> Status:
    """The gravest status somebody reports; a source that does not know takes nothing from one that does."""
    return min((one.status for one in accounts), key=_GRAVITY.index)


def active(versions: Sequence[Running]) -> tuple[Running, ...]:
    """What serves: everything but the idle side of a blue-green pair, as long as there is another side."""
    if len(versions) < 2:
        return tuple(versions)
    return tuple(running for running in versions if running.role is not Role.PREVIEW) or tuple(versions)


def texts_of(versions: Sequence[Running]) -> tuple[str, ...]:
    """The versions' texts in the order in which they are recorded."""
    if len(versions) == 1:
        return (versions[0].version,)
    return tuple(sorted({running.version for running in versions}))


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
    serving = active(versions)
    if not serving:
        return Relation.ABSENT if status is Status.NOT_DEPLOYED else Relation.UNKNOWN
    if serving[0].role is Role.PREVIEW:
        return Relation.UNKNOWN  # only an idle side is known: nobody says what serves
    revisions = {running.revision for running in serving if running.revision}
    if len(serving) > 1 and (len(_apart(product, serving)) > 1 or len(revisions) > 1):
        return Relation.MIXED
    order = compare_texts(serving[0].version, product.version, product.scheme, product.name)
    if order is None or (order == 0 and any(not _is_pinned(product, one) for one in revisions)):
        return Relation.DIFFERS
    return Relation.MATCH if order == 0 else Relation.BEHIND if order < 0 else Relation.AHEAD


_HEX = frozenset("0123456789abcdef")


def _is_pinned(product: Product, revision: str) -> bool:
    """Whether `revision` may be the pinned commit; True when nothing is pinned, or it is no commit id."""
    pinned, shown = product.revision.lower(), revision.lower()
    if not pinned or len(shown) < 7 or not set(shown) <= _HEX:
        return True
    return pinned.startswith(shown) or shown.startswith(pinned)


def expected_by_now(plan: Plan, named: Product, matrix: Matrix, cell: Cell, now: datetime) -> str:
    """Why the planned version should run in `cell` by now; "" while it need not yet."""
    product, environment = cell.target
    if any(same_set(named, one.versions, (named.version,)) for one in cell.history[:-1]):
        return f"{cell.planned} ran here before"
    for name in matrix.environments[matrix.environments.index(environment) + 1 :]:
        later = plan.environment(name)
        if later and environment in later.after and matrix.cell(product, name).relation is Relation.MATCH:
            return f"{name}, which comes after it, runs {cell.planned} already"
    if plan.window is not None and now >= plan.window.end:
        return "the release window is over"
    return ""


def _since(product: Product, history: tuple[Deployed, ...], texts: tuple[str, ...]) -> datetime | None:
    """Start of the unbroken run of these versions at the end of the history.

    A change of the status alone does not interrupt it; another version in between does.
    """
    since = None
    for deployed in reversed(history):
        if not same_set(product, deployed.versions, texts):
            break
        since = deployed.since
    return since


def _previous(product: Product, history: tuple[Deployed, ...], texts: tuple[str, ...]) -> tuple[str, ...]:
    for deployed in reversed(history):
        if deployed.versions and not same_set(product, deployed.versions, texts):
            return deployed.versions
    return ()
