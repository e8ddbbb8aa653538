"""Deployments that nobody decided: the planned version where no go was recorded for it.

Judged on what the journal says of cells, goes and rollbacks, and on the cells of this moment. Nothing is said of a
version that ran before the release was started, of a share that the plan lets run before a go, and of a version
that a recorded rollback brought back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.events.cells import Entry
from gonogo.events.state import GoDecision, ReleaseState, ReleaseStatus
from gonogo.matrix import Cell, Matrix
from gonogo.matrix.rollouts import share_of, shares_of
from gonogo.plan import Environment, Level, Plan, Product, Target
from gonogo.rules.goes import covers, last_left, voided
from gonogo.versions import overlaps

RULE = "deployed.without-go"
"""The rule that says so: a team whose plan turns it off works without recorded goes."""


class Undecided(Struct, frozen=True):
    """The planned version of one product in an environment, without a go."""

    target: Target
    version: str
    at: datetime | None
    """UTC, when it was first seen; None when only this session sees it, and it is not on record yet."""
    by: str = ""
    """Account whose session saw it."""
    first: bool = False
    """Nothing was recorded there before: how long it has run is not known."""
    share: float | None = None
    """Percent, as far as it came; None where no source tells one."""
    until: datetime | None = None
    """UTC, when it was gone; None while it is there."""
    seq: int = 0
    """Number of the record that first shows it; 0 when it is not on record yet."""
    other: GoDecision | None = None
    """The last go for the same version of another commit; None where there is none."""


def needs_go(plan: Plan, environment: Environment) -> bool:
    """Whether a deployment there needs a go: in production always, elsewhere where the plan has gates."""
    gated = any(gate.environment == environment.name and gate.level is not Level.OFF for gate in plan.gates)
    return environment.production or gated


def without_go(
    plan: Plan, state: ReleaseState, matrix: Matrix | None = None, tagged: Mapping[str, str] | None = None
) -> tuple[Undecided, ...]:
    """Every deployment without a go, in promotion order; with `matrix` also those that are not on record yet.

    `tagged` is, by product, the commit that its tag names: a go for another one let nothing of it in.
    """
    if state.lifecycle.status is ReleaseStatus.DRAFT or plan.rules.get(RULE) is Level.OFF:
        return ()
    commits = tagged or {}
    return tuple(
        found
        for environment in plan.environments
        if needs_go(plan, environment)
        for product in plan.products
        if (found := _found(state, product, environment, matrix, commits.get(product.name, ""))) is not None
    )


def _found(
    state: ReleaseState, product: Product, environment: Environment, matrix: Matrix | None, tagged: str
) -> Undecided | None:
    target = Target(product.name, environment.name)
    found = _find(state, product, target, matrix, "" if state.lifecycle.is_over else tagged)
    if found is None or not tagged:
        return found
    others = (one for one in reversed(state.decisions) if one.environment == environment.name)
    return replace(found, other=next((one for one in others if covers(one, product)), None))


def _find(
    state: ReleaseState, product: Product, target: Target, matrix: Matrix | None, tagged: str
) -> Undecided | None:
    cell = matrix.cells.get(target) if matrix is not None and not state.lifecycle.is_over else None
    entry = _entry(state, product, target)
    seen = _live(product, cell) if cell is not None else None
    share = entry.share if entry is not None else None
    if entry is not None and entry.until is None and seen is not None and seen.share is not None:
        share = max(share or 0.0, seen.share)
    if entry is not None and (entry.until is None or seen is None):
        found = _recorded(state, product, target, entry, share, tagged)
    elif seen is not None and _is_decided(state, product, target, state.seq + 1, tagged):
        found = None
    else:
        found = seen
    limit = product.canary.before_go
    if found is None or (limit is not None and found.share is not None and found.share <= limit):
        return None
    return found


def _recorded(
    state: ReleaseState, product: Product, target: Target, entry: Entry, share: float | None, tagged: str
) -> Undecided | None:
    """What the journal says; a part that ran before the start is its beginning only where it became all since."""
    seq, at = entry.seq, entry.at
    if seq < state.lifecycle.started_seq:
        seq, at = entry.alone_seq, entry.alone_at or entry.at
    if seq <= state.lifecycle.started_seq or _is_decided(state, product, target, seq, tagged):
        return None
    return Undecided(target, entry.version, at, entry.by, entry.first, share, entry.until, seq)


def _live(product: Product, cell: Cell) -> Undecided | None:
    """What answers just now. A single answer that contradicts the ones before it is no sighting yet."""
    shares = shares_of(cell)
    if not cell.is_known or cell.awaits or (cell.sampled and len(cell.judged) > 1 and not shares):
        return None
    running = next((one.version for one in cell.judged if _same(product, one.version)), "")
    if not running:
        return None
    share = share_of(product, shares) if len(cell.judged) > 1 else 100.0
    return Undecided(cell.target, running, None, share=share)


def _entry(state: ReleaseState, product: Product, target: Target) -> Entry | None:
    """The last time the planned version came there. Another spelling of what ran before is no coming."""
    known = [
        entry
        for text, entry in state.entries.get(target, {}).items()
        if _same(product, text) and not any(_same(product, one) for one in entry.before)
    ]
    return max(known, key=lambda entry: entry.seq) if known else None


def _is_decided(state: ReleaseState, product: Product, target: Target, seq: int, tagged: str) -> bool:
    """Whether somebody decided that the planned version may be there, seen at number `seq` of the journal.

    A go does not outlive a rollback, decided or only seen, nor an accepted edit of what ships: who goes on after
    it needs another one.
    """
    rolled_back = [one for one in state.rollbacks if one.target == target and one.seq < seq]
    if any(_same(product, one.to) and _was_let_in(state, product, target, one.seq) for one in rolled_back):
        return True
    left = last_left(state, product, target)
    since = max((one.seq for one in rolled_back), default=0)
    since = max(since, left if left < seq else 0)
    return any(
        covers(one, product, tagged)
        for one in state.decisions
        if one.environment == target.environment and one.seq > since and not voided(state, one, seq)
    )


def _was_let_in(state: ReleaseState, product: Product, target: Target, seq: int) -> bool:
    """Whether the planned version was there before number `seq`, by a go or since before the start.

    A rollback brings back, it lets nothing in.
    """
    started = state.lifecycle.started_seq
    ran_before = any(
        one.seq < min(seq, started) and any(_same(product, version) for version in one.versions)
        for one in state.cells.get(target, ())
    )
    return ran_before or any(
        covers(one, product) for one in state.decisions if one.environment == target.environment and one.seq < seq
    )


def _same(product: Product, text: str) -> bool:
    return overlaps(text, product.version, product.scheme, product.name)


def in_environment(found: Iterable[Undecided], environment: str) -> tuple[Undecided, ...]:
    """Those of one environment."""
    return tuple(one for one in found if one.target.environment == environment)
