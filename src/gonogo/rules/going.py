"""What was decided against what runs: deployments without a go, goes nobody used, rollouts that stand still."""

from collections.abc import Iterable
from datetime import timedelta

from gonogo.events.state import GoDecision
from gonogo.facts import Status
from gonogo.matrix import Cell
from gonogo.matrix.rollouts import share_of, shares_of
from gonogo.plan import Environment, Product
from gonogo.rules.authority import Act, clears, typed_for
from gonogo.rules.facts import Facts
from gonogo.rules.goes import is_rolled_back, let_in, stands
from gonogo.rules.naming import named, owner_of_product
from gonogo.rules.passing import in_force, waiver_for
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.undecided import Undecided
from gonogo.text.clocks import local_and_utc
from gonogo.text.spans import span

WITHOUT_GO = "deployed.without-go"
UNUSED_AFTER = timedelta(minutes=20)
"""Time after a go in which something moves as a rule."""
_ON_ITS_WAY = frozenset({Status.IN_PROGRESS, Status.PAUSED})


def without_go(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """The planned version runs, or ran, here or in an environment before, and nobody gave a go for it there."""
    if facts.state.lifecycle.is_over:
        return
    names = [one.name for one in facts.plan.environments]
    until_here = set(names[: names.index(environment.name) + 1])
    for one in facts.undecided:
        place = one.target.environment
        if place == environment.name or (place in until_here and not _is_waived(facts, one)):
            yield _reason(facts, one)


def _is_waived(facts: Facts, one: Undecided) -> bool:
    """Where it was deployed: a waiver or a break-glass there answers for it everywhere."""
    given = in_force(
        facts.plan, facts.state, facts.now, one.target.environment, facts.inputs.shared_accounts, facts.digest
    )
    return waiver_for(given, WITHOUT_GO, f"cell:{one.target}", unknown=False, seq=one.seq) is not None


def _reason(facts: Facts, one: Undecided) -> ReasonLine:
    place = one.target.environment
    return ReasonLine(
        WITHOUT_GO,
        Weight.BLOCKER,
        fact_of(facts.plan.product(one.target.product), one),
        f"cell:{one.target}",
        one.at or facts.now,
        "journal" if one.at else "probe",
        clears(facts.plan, facts.state, Act.GO),
        typed_for(facts.plan, facts.state, Act.GO, f"gonogo go {place} --late --reason '...'"),
        seq=one.seq,
    )


def fact_of(product: Product | None, one: Undecided) -> str:
    """What was deployed where without a go, and since when, in one sentence."""
    name, place = one.target
    seen = f"first seen at {local_and_utc(one.at, 'UTC')}" if one.at else "seen just now"
    gone = f", gone at {local_and_utc(one.until, 'UTC')}" if one.until else ""
    unsure = "; nothing was recorded there before" if one.first else ""
    limit = product.canary.before_go if product else None
    part = ""
    if limit is not None:
        part = f"; the plan allows {limit:g}% before a GO"
        part = f" to {one.share:g}%{part}" if one.share is not None else f"{part}, and its share is not known"
    lacks = "without a GO"
    if one.other is not None and product is not None:
        # "without" alone would send people looking for a go that they remember
        given = f"GO #{one.other.seq} was for {let_in(one.other, product)[:8]}"
        lacks = f"without a GO for the commit that is tagged now: {given}"
    return f"{name} {one.version} was deployed to {place} {lacks}{part} ({seen}{gone}{unsure})"


def unused(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A go was given a while ago, and nothing has moved there since."""
    decision = facts.state.go(environment.name)
    if decision is None or decision.late or facts.state.lifecycle.is_over or facts.content is None:
        return
    column = facts.matrix.column(environment.name)
    waited = facts.now - decision.at
    if (
        waited < UNUSED_AFTER
        or not stands(decision, facts.content)
        or is_rolled_back(facts.plan, facts.state, decision)
        or any(_has_moved(cell, decision) for cell in column)
    ):
        return
    yield ReasonLine(
        "go.unused",
        Weight.WARNING,
        f"GO for {environment.name} was given {span(waited)} ago, and nothing has moved there since",
        f"environment:{environment.name}",
        decision.at,
        "journal",
        named(facts.plan, decision.actor.user),
        "deploy, or put the release on hold: gonogo hold --reason '...'",
    )


def _has_moved(cell: Cell, decision: GoDecision) -> bool:
    """Whether something happened there since the go, had happened before it, or cannot be told."""
    if not cell.is_known or cell.counts_as_match or cell.status in _ON_ITS_WAY or len(cell.judged) > 1:
        return True
    return bool(cell.history) and cell.history[-1].seq > decision.seq


def stalled(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A rollout that has been where it is for longer than the plan gives it."""
    if facts.state.lifecycle.is_over:
        return
    for cell in facts.matrix.column(environment.name):
        product = facts.plan.product(cell.target.product)
        if product is None or not cell.history or not _is_rolling(cell):
            continue
        stood = facts.now - cell.history[-1].since
        if stood < product.rollout.stalled_after:
            continue
        estimate = product.rollout.estimate
        says = f", and the plan estimates {span(estimate)}" if estimate else ""
        yield ReasonLine(
            "rollout.stalled",
            Weight.WARNING,
            f"{product.name} in {environment.name} has been at {_progress(product, cell)} for {span(stood)}{says}",
            f"cell:{cell.target}",
            cell.history[-1].since,
            cell.source,
            owner_of_product(facts.plan, product.name),
            f"look at the deployment of {product.name}; go on, or gonogo rollback plan",
        )


def _is_rolling(cell: Cell) -> bool:
    """Whether the planned version is on its way there: beside others, or reported as being deployed."""
    return cell.is_known and (bool(cell.arrived) or cell.status in _ON_ITS_WAY)


def _progress(product: Product, cell: Cell) -> str:
    share = share_of(product, shares_of(cell))
    if share is not None:
        return f"{share:g}% {cell.planned}"
    if len(cell.judged) > 1:
        return f"a split with {cell.planned}"
    return f"'{cell.status.replace('_', ' ')}'"
