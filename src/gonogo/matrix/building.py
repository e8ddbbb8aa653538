"""Cells made from evidence, history and the time it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.events.state import Deployed, ReleaseState
from gonogo.facts import Running, Status
from gonogo.facts.evidence import NOTHING, Evidence
from gonogo.facts.history import is_planned, same_set
from gonogo.matrix.accounts import accounts_of, agree, latest, speaker, union, worst
from gonogo.matrix.model import Account, Cell, Freshness, Matrix, Relation
from gonogo.matrix.relation import expected_by_now, relation
from gonogo.matrix.running import active, texts_of
from gonogo.plan import Plan, Probe, Product, Target, Timing
from gonogo.versions import same_build


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
    look = _Look(plan, state, now, steady)
    times = look.times
    for product in plan.products:
        probes = {probe.environment: probe for probe in product.probes}
        for environment in plan.environments:
            target = Target(product.name, environment.name)
            probe = probes.get(environment.name)
            known = evidence.get(target, NOTHING)
            cells[target] = _standing(look, times, product, probe, target, known)
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


def asked_about(plan: Plan) -> frozenset[Target]:
    """The cells that somebody is asked about: by a probe of their own, or by a source that fills all cells."""
    filled = any(source.fills_cells for source in plan.sources)
    names = [environment.name for environment in plan.environments]
    return frozenset(
        Target(product.name, name)
        for product in plan.products
        for name in (names if filled else [probe.environment for probe in product.probes])
    )


_NOT_THERE_YET = frozenset({Relation.BEHIND, Relation.ABSENT, Relation.DIFFERS, Relation.MIXED})


def cell_at(
    plan: Plan, state: ReleaseState, target: Target, evidence: Evidence, now: datetime, steady: float | None = None
) -> Cell | None:
    """One cell as `build` makes it, without what depends on other cells; None when the plan has none such."""
    product = plan.product(target.product)
    if product is None or plan.environment(target.environment) is None:
        return None
    probe = next((one for one in product.probes if one.environment == target.environment), None)
    look = _Look(plan, state, now, steady)
    return _standing(look, look.times, product, probe, target, evidence)


class _Look(Struct, frozen=True):
    """What all cells of one moment are made from."""

    plan: Plan
    state: ReleaseState
    now: datetime
    steady: float | None

    @property
    def times(self) -> Mapping[str, Timing]:
        """Of the plan's sources, by id."""
        return {source.id: source.timing for source in self.plan.sources}


def _standing(
    look: _Look,
    times: Mapping[str, Timing],
    product: Product,
    probe: Probe | None,
    target: Target,
    known: Evidence,
) -> Cell:
    """One cell by itself."""
    own = probe.timing if probe else look.plan.timing
    accounts = accounts_of(own, times, known, look.now, look.steady)
    held = _held(look.state, product, target)
    expected = replace(product, version=held, revision="") if held else product
    cell = _cell(look.plan, expected, target, probe, accounts, look.state.cells.get(target, ()), held)
    cell = _looked_at(cell)
    if cell.contests and cell.relation is Relation.MATCH:
        cell = replace(cell, relation=Relation.UNKNOWN)
    awaits = _silent_yet(look.plan, probe, known)
    return _held_back(cell, awaits) if awaits else cell


def _silent_yet(plan: Plan, probe: Probe | None, evidence: Evidence) -> tuple[str, ...]:
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


def _looked_at(cell: Cell) -> Cell:
    """A cell whose answers are samples: what is wrong counts at the first, what is right after enough of them.

    A source that counts and says the same is proof by itself, and so is one process.
    """
    fresh = [one for one in cell.accounts if one.freshness is Freshness.FRESH]
    if not fresh or cell.relation is Relation.DISAGREE or any(not one.looks for one in fresh):
        return cell
    best = max(fresh, key=lambda one: one.looks - one.needed)
    seen = replace(cell, looks=best.looks, needed=best.needed, counted=best.counted if cell.sampled else 0)
    if seen.relation is Relation.MATCH and seen.is_doubtful:
        return replace(seen, relation=Relation.UNKNOWN)
    return seen


def _held(state: ReleaseState, product: Product, target: Target) -> str:
    """The version that is kept there instead of the planned one; "" when none is."""
    hold = state.version_holds.get(target)
    if hold is None or same_build(hold.version, product.version, product.scheme, product.name):
        return ""
    return hold.version


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
        first = speaker(product, fresh) if fresh else latest(accounts)
        disagree = bool(fresh) and not agree(product, first, fresh)
    versions = union(product, fresh) if disagree else first.versions
    status = worst(fresh) if fresh else first.status
    elsewhere = next((one.elsewhere for one in fresh if one.elsewhere), "")
    if disagree:
        standing = Relation.DISAGREE
    elif elsewhere:
        standing = Relation.DIFFERS
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
        way=first.way,
        elsewhere=elsewhere,
        arrived=_arrived(product, active(versions)),
    )


def _arrived(product: Product, serving: Sequence[Running]) -> tuple[Running, ...]:
    if len(serving) < 2:
        return ()
    return tuple(one for one in serving if is_planned(product, (one.version,)))


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
