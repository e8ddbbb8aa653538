"""Open items of the phases that come before an environment."""

from collections.abc import Iterable

from gonogo.domain.phases import phases_before
from gonogo.domain.plan import Environment, GateKind, Item
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.naming import person
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.state import ItemStatus


def earlier_phases(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Items of earlier phases; a `checklist` gate of this environment names its own phases instead."""
    if any(gate.kind is GateKind.CHECKLIST for gate in facts.gates(environment)):
        return
    yield from open_items(facts, phases_before(facts.plan, environment), Weight.BLOCKER)


def open_items(facts: Facts, phases: Iterable[str], weight: Weight) -> Iterable[ReasonLine]:
    """The items of these phases that are not over."""
    wanted = set(phases)
    for item in facts.plan.items:
        if item.phase in wanted and facts.state.item(item.id).status is ItemStatus.OPEN:
            yield _open_item(facts, item, weight)


def _open_item(facts: Facts, item: Item, weight: Weight) -> ReasonLine:
    phase = f" ({item.phase})" if item.phase else ""
    return ReasonLine(
        "item.open",
        weight,
        f"'{item.title}'{phase} is open",
        f"item:{item.id}",
        facts.now,
        "journal",
        who=person(facts.plan, item.owner),
        remedy=f"gonogo tick {item.id}",
    )
