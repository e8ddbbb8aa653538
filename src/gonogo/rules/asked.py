"""Which approvals an environment asks for, by its gates and those before it."""

from gonogo.plan import Environment, Plan
from gonogo.plan.conditions import ApprovalsGate, Gate


def asked(plan: Plan, environment: Environment) -> frozenset[str]:
    """The approvals that the verdict of an environment asks for.

    Those of its gates; for production also those of the gates of earlier environments, and those no gate names.
    """
    mine = [gate for gate in plan.gates if gate.environment == environment.name]
    named = {name for gate in (*mine, *inherited(plan, environment)) for name in _named(gate)}
    return frozenset({*named, *(unnamed(plan) if environment.production else ())})


def inherited(plan: Plan, environment: Environment) -> tuple[Gate, ...]:
    """The approval gates of earlier environments that a production environment is judged by as well.

    An approval speaks for what ships, not for one place: when it becomes void, no later production environment may
    go, whether or not it has a gate of its own. Earlier means: listed before it in the plan.
    """
    names = [one.name for one in plan.environments]
    if not environment.production or environment.name not in names:
        return ()
    earlier = set(names[: names.index(environment.name)])
    return tuple(gate for gate in plan.gates if gate.environment in earlier and _named(gate))


def _named(gate: Gate) -> tuple[str, ...]:
    """The approvals that a gate names; none where it asks for something else."""
    return gate.approvals if isinstance(gate, ApprovalsGate) else ()


def unnamed(plan: Plan) -> list[str]:
    """Approvals that no gate names; production asks for them all the same."""
    known = {name for gate in plan.gates for name in _named(gate)}
    return [slot.name for slot in plan.approvals if slot.name not in known]
