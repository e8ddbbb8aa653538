"""May we go? The verdict per environment, with every reason: what was seen, when, who can clear it, what to type.

Unknown is never GO: a missing answer, a gate this version cannot judge, a plan that no longer matches the
file on disk each keep the verdict at UNKNOWN until somebody looks. The rules themselves are `domain.rules`.
"""

from enum import StrEnum

from msgspec import Struct

from gonogo.domain.matrix import Cell
from gonogo.domain.plan import Environment, Plan
from gonogo.domain.rules import cells, checklist, freezes, gates, ground, history, sources
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.version import same_version

__all__ = ["Answer", "Facts", "ReasonLine", "Verdict", "Weight", "next_environment", "verdict", "verdicts"]


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
    """Judge one environment. Blockers win over unknowns, unknowns over GO; warnings change nothing."""
    reasons = (
        *ground.footing(facts),
        *ground.window(facts),
        *cells.earlier_environments(facts, environment),
        *cells.own_cells(facts, environment),
        *cells.going_back(facts, environment),
        *sources.silent_sources(facts, environment),
        *checklist.earlier_phases(facts, environment),
        *history.products(facts, environment),
        *gates.gates(facts, environment),
        *freezes.freezes(facts, environment),
    )
    reasons = sources.one_for_each_host(facts, reasons)
    weights = {reason.weight for reason in reasons}
    if Weight.BLOCKER in weights:
        answer = Answer.NO_GO
    elif Weight.UNKNOWN in weights:
        answer = Answer.UNKNOWN
    else:
        answer = Answer.GO
    column = facts.matrix.column(environment.name)
    order = [Weight.BLOCKER, Weight.UNKNOWN, Weight.WARNING]
    return Verdict(
        environment.name,
        answer,
        tuple(sorted(reasons, key=lambda line: order.index(line.weight))),
        arrived=all(cell.counts_as_match for cell in column),
        reached=all(_was_reached(facts.plan, cell) for cell in column),
    )


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
    if product is None or len(last.versions) != 1:
        return False
    return same_version(last.versions[0], product.version, product.scheme, product.name)
