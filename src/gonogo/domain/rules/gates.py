"""What the plan states as gates before an environment."""

from collections.abc import Iterable

from gonogo.domain.changelog import ProductChanges
from gonogo.domain.plan import Environment, Gate, GateKind, Level
from gonogo.domain.rules.checklist import open_items
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.reason import ReasonLine, Weight

_LEVELS = {Level.BLOCK: Weight.BLOCKER, Level.WARN: Weight.WARNING}


def gates(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Every gate before `environment`, judged by its kind and weighed by its level."""
    for gate in facts.gates(environment):
        if gate.level is Level.OFF:
            continue
        weight = _LEVELS[gate.level]
        if gate.kind is GateKind.CHECKLIST:
            phases = [gate.argument] if isinstance(gate.argument, str) else list(gate.argument or ())
            yield from open_items(facts, phases, weight)
        elif gate.kind is GateKind.CHANGELOG:
            yield from _changelog_gate(facts, gate, weight)
        else:
            yield from _not_judged(gate, weight)


def _changelog_gate(facts: Facts, gate: Gate, weight: Weight) -> Iterable[ReasonLine]:
    for product in facts.plan.products:
        changes = facts.changes.get(product.name)
        if not isinstance(changes, ProductChanges):
            continue  # already listed as unknown by _products, or a product without a repository
        if gate.argument == "not-empty" and not changes.count:
            yield ReasonLine(
                "changelog.empty",
                weight,
                f"{product.name} has no commits since {changes.base or 'the beginning'}",
                f"product:{product.name}",
                facts.now,
                product.repo,
                remedy=f"gonogo changelog {product.name}",
            )
        elif gate.argument == "no-breaking-without-major" and changes.breaking_without_major:
            yield ReasonLine(
                "changelog.breaking",
                weight,
                f"{product.name}: {changes.contradiction}",
                f"product:{product.name}",
                facts.now,
                product.repo,
                remedy=f"gonogo next-version {product.name}",
            )


def _not_judged(gate: Gate, weight: Weight) -> Iterable[ReasonLine]:
    argument = ", ".join(gate.argument) if isinstance(gate.argument, list | tuple) else str(gate.argument or "")
    yield ReasonLine(
        f"gate.{gate.kind}",
        Weight.UNKNOWN if weight is Weight.BLOCKER else weight,
        f"gate '{gate.kind}: {argument}' is not judged by this version of gonogo",
        f"gate:{gate.environment}",
        remedy="judge it by hand, and set `level: off` in the plan once somebody has",
    )
