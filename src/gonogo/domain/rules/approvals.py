"""Approvals that are asked for and not given, as `domain.approvals` judges them."""

from collections.abc import Iterable

from gonogo.domain.approvals import SlotStanding, Standing, spoken_for
from gonogo.domain.people import with_role
from gonogo.domain.plan import Environment, Gate, GateKind, Plan
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.naming import owner_of_product
from gonogo.domain.rules.reason import ReasonLine, Weight


def asked_nowhere(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Approvals that no gate names are asked for before production: stated and not asked would be silence."""
    if environment.production:
        yield from missing(facts, _unnamed(facts.plan))


def asked(plan: Plan, environment: Environment) -> frozenset[str]:
    """The approvals that the verdict of an environment asks for.

    Those of its gates; for production also those of the gates of earlier environments, and those no gate names.
    """
    mine = [gate for gate in plan.gates if gate.environment == environment.name]
    named = {name for gate in (*mine, *inherited(plan, environment)) for name in _named(gate)}
    return frozenset({*named, *(_unnamed(plan) if environment.production else ())})


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
    if gate.kind is not GateKind.APPROVALS:
        return ()
    return (gate.argument,) if isinstance(gate.argument, str) else tuple(gate.argument or ())


def _unnamed(plan: Plan) -> list[str]:
    named = {name for gate in plan.gates for name in _named(gate)}
    return [slot.name for slot in plan.approvals if slot.name not in named]


def missing(facts: Facts, slots: Iterable[str]) -> Iterable[ReasonLine]:
    """Those of `slots` that are not given."""
    known = {one.slot.name: one for one in facts.approvals}
    for slot in slots:
        one = known.get(slot)
        if one is None:
            yield _not_defined(facts, slot)
        elif one.standing is not Standing.GIVEN:
            yield _reason(facts, one)


def _reason(facts: Facts, one: SlotStanding) -> ReasonLine:
    return ReasonLine(
        one.rule,
        Weight.UNKNOWN if one.standing is Standing.UNKNOWN else Weight.BLOCKER,
        one.fact,
        f"approval:{one.slot.name}",
        one.rejections[0].at if one.rejections else facts.now,
        "journal",
        _who(facts, one),
        one.remedy,
    )


def _who(facts: Facts, one: SlotStanding) -> str:
    """Who can clear it: whoever rejected, whoever owns what cannot be read, or those who may still approve."""
    if one.rejections:
        return one.rejections[0].actor.user
    if one.standing is Standing.UNKNOWN:
        return owner_of_product(facts.plan, one.unknown[0])
    return with_role(facts.plan, [one.slot.role], spoken_for(facts.state.lifecycle, facts.approvals, one))


def _not_defined(facts: Facts, slot: str) -> ReasonLine:
    """The loader refuses such a plan; should one come by another way, nobody passes on it."""
    fact = f"approval '{slot}' is asked for, and the plan does not say who gives it"
    remedy = f"put '{slot}' into `approvals:`"
    return ReasonLine("approval.unknown", Weight.UNKNOWN, fact, f"approval:{slot}", facts.now, "plan", "", remedy)
