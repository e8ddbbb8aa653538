"""Which cells a verdict rests on. Pure."""

from typing import assert_never

from gonogo.plan import Plan, Target
from gonogo.plan.conditions import (
    ApprovalsGate,
    ChangelogGate,
    ChecklistGate,
    FilesGate,
    Gate,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    SoakGate,
    TagGate,
)


def cells_behind(plan: Plan, environment: str) -> frozenset[Target]:
    """The cells that the verdict of `environment` is judged by; every cell for "", as completing needs them.

    Its own, those of all environments before it, those its gates name, and production, which nothing that ships
    may be older than.
    """
    names = _environments(plan, environment) if environment else {one.name for one in plan.environments}
    return frozenset(Target(product.name, name) for product in plan.products for name in names)


def _environments(plan: Plan, environment: str) -> set[str]:
    names, waiting = {environment}, [environment]
    while waiting:
        known = plan.environment(waiting.pop())
        before = [name for name in (known.after if known else ()) if name not in names]
        names.update(before)
        waiting.extend(before)
    for gate in plan.gates:
        if gate.environment == environment:
            names.update(_other_places(gate))
    return {one.name for one in plan.environments if one.production or one.name in names}


def _other_places(gate: Gate) -> tuple[str, ...]:
    """The environments that a gate names besides its own. What judges each kind looks at no others."""
    match gate:
        case ObservedGate():
            return gate.seen_in
        case SoakGate():
            return gate.places
        case (
            ChecklistGate()
            | ApprovalsGate()
            | ChangelogGate()
            | MetricGate()
            | FilesGate()
            | TagGate()
            | MergesGate()
            | MigrationGate()
        ):
            return ()
        case _:
            assert_never(gate)
