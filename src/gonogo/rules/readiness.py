"""May we go? The verdict per environment, with every reason: what was seen, when, who can clear it, what to type.

Unknown is never GO: a missing answer, a gate this version cannot judge, a plan that no longer matches the
file on disk each keep the verdict at UNKNOWN until somebody looks. The rules themselves are `rules`.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from gonogo.facts.history import is_planned
from gonogo.matrix import Cell
from gonogo.plan import Environment, Plan
from gonogo.rules import (
    advice,
    approvals,
    builds,
    cells,
    certificates,
    checklist,
    fixes,
    freezes,
    gates,
    going,
    ground,
    history,
    sources,
    way_back,
    weighing,
)
from gonogo.rules.facts import Facts, gather
from gonogo.rules.passing import in_force
from gonogo.rules.reason import ReasonLine, Waived, Weight

__all__ = [
    "Answer", "Facts", "ReasonLine", "Verdict", "Waived", "Weight", "gather", "next_environment",
    "verdict", "verdicts",
]  # fmt: skip


class Answer(StrEnum):
    """The three answers, in the order they win over each other."""

    NO_GO = "no_go"
    UNKNOWN = "unknown"
    GO = "go"


class Verdict(Struct, frozen=True):
    """The answer for one environment and all that led to it."""

    environment: str
    answer: Answer
    reasons: tuple[ReasonLine, ...] = ()
    arrived: bool = False
    """Every product already runs its planned version there, seen just now."""
    reached: bool = False
    """It has arrived, or was recorded so and nothing seen since says otherwise."""

    def of(self, weight: Weight) -> tuple[ReasonLine, ...]:
        """The reasons of one weight, in order."""
        return tuple(reason for reason in self.reasons if reason.weight is weight)


def verdict(facts: Facts, environment: Environment) -> Verdict:
    """Judge one environment. Blockers win over unknowns, unknowns over GO; the rest changes nothing."""
    plan = facts.plan
    found = weighing.once(
        [*weighing.levelled(plan, _built_in(facts, environment)), *gates.gates(facts, environment)]
    )
    found = (*found, *ground.judged_otherwise(facts, found))
    shared = facts.inputs.shared_accounts
    judged_by = (facts.now, environment.name, shared, facts.digest)
    given = in_force(plan, facts.state, *judged_by)
    reasons = sources.one_for_each_host(facts, tuple(weighing.let_pass(plan, given, found)))
    column = facts.matrix.column(environment.name)
    return Verdict(
        environment.name,
        _answer({reason.weight for reason in reasons}),
        tuple(sorted(reasons, key=lambda line: weighing.ORDER.index(line.weight))),
        arrived=all(cell.counts_as_match for cell in column),
        reached=all(_was_reached(plan, cell) for cell in column),
    )


def _built_in(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What every plan is judged by, in the order in which it is told."""
    yield from ground.footing(facts)
    yield from ground.life(facts)
    yield from way_back.triggers(facts)
    yield from way_back.incomplete(facts)
    yield from way_back.versions(facts, environment)
    yield from going.without_go(facts, environment)
    yield from cells.earlier_environments(facts, environment)
    yield from cells.own_cells(facts, environment)
    yield from cells.going_back(facts, environment)
    yield from builds.untried(facts, environment)
    yield from going.stalled(facts, environment)
    yield from going.unused(facts, environment)
    yield from sources.silent_sources(facts, environment)
    yield from checklist.earlier_phases(facts, environment)
    yield from approvals.asked_nowhere(facts, environment)
    yield from history.products(facts, environment)
    yield from fixes.contained(facts, environment)
    yield from freezes.freezes(facts, environment)
    yield from ground.live_hours(facts, environment)
    yield from certificates.unchecked(facts, environment)
    yield from advice.advice(facts, environment)


def _answer(weights: set[Weight]) -> Answer:
    if Weight.BLOCKER in weights:
        return Answer.NO_GO
    return Answer.UNKNOWN if Weight.UNKNOWN in weights else Answer.GO


def verdicts(facts: Facts) -> tuple[Verdict, ...]:
    """Judge every environment, in promotion order."""
    return tuple(verdict(facts, environment) for environment in facts.plan.environments)


def next_environment(judged: tuple[Verdict, ...]) -> Verdict:
    """The first environment the release has not reached; the last one when it is everywhere.

    A place it has reached and that is silent for a moment does not become the question again: its silence is told
    in its own verdict, and in that of the environment after it.
    """
    return next((one for one in judged if not one.reached), judged[-1])


def _was_reached(plan: Plan, cell: Cell) -> bool:
    if cell.is_known or not cell.history:
        return cell.counts_as_match
    last, product = cell.history[-1], plan.product(cell.target.product)
    return product is not None and is_planned(product, last.versions)
