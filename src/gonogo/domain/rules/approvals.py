"""Approvals that are asked for and not given, as `domain.approvals` judges them."""

from collections.abc import Iterable

from gonogo.domain.approvals import SlotStanding, Standing, spoken_for
from gonogo.domain.people import with_role
from gonogo.domain.plan import Environment, GateKind, Plan
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.naming import owner_of_product
from gonogo.domain.rules.reason import ReasonLine, Weight


def asked_nowhere(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Approvals that no gate names are asked for before production: stated and not asked would be silence."""
    if environment.production:
        yield from missing(facts, _unnamed(facts.plan))


def asked(plan: Plan, environment: Environment) -> frozenset[str]:
    """The approvals that the verdict of an environment asks for: its gates', and before production the rest."""
    mine = {slot for where, slot in _named(plan) if where == environment.name}
    return frozenset({*mine, *(_unnamed(plan) if environment.production else ())})


def _named(plan: Plan) -> Iterable[tuple[str, str]]:
    """Each environment with each approval that one of its gates names."""
    for gate in plan.gates:
        if gate.kind is GateKind.APPROVALS:
            names = (gate.argument,) if isinstance(gate.argument, str) else gate.argument or ()
            yield from ((gate.environment, name) for name in names)


def _unnamed(plan: Plan) -> list[str]:
    named = {slot for _, slot in _named(plan)}
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
