"""Items of the phases that come before an environment: open ones, and those whose check says nothing good."""

from collections.abc import Iterable

from gonogo.domain.checks import Standing, standing
from gonogo.domain.phases import phases_before
from gonogo.domain.plan import Environment, GateKind, Item
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.naming import manager, person
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.state import ItemStatus


def earlier_phases(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Items of earlier phases; a `checklist` gate of this environment names its own phases instead."""
    if any(gate.kind is GateKind.CHECKLIST for gate in facts.gates(environment)):
        return
    yield from open_items(facts, phases_before(facts.plan, environment))


def open_items(facts: Facts, phases: Iterable[str]) -> Iterable[ReasonLine]:
    """The items of these phases that are not over."""
    wanted = set(phases)
    for item in facts.plan.items:
        if item.phase not in wanted:
            continue
        status = facts.state.item(item.id).status
        if status is ItemStatus.OPEN:
            yield _open_item(facts, item)
        elif status is ItemStatus.DONE and item.check is not None:
            yield from _checked(facts, item)


def _open_item(facts: Facts, item: Item) -> ReasonLine:
    phase = f" ({item.phase})" if item.phase else ""
    state = facts.state.item(item.id)
    waits = ""
    if state.first is not None:
        waits = f": {state.first.actor.user} {state.first.words}, a second person must say so too"
    elif state.claim is not None:
        waits = f": {state.claim.actor.user} is at it"
    result = facts.state.checks.get(item.id) if item.check else None
    if result is not None and result.outcome != "passed":
        waits = f": its check {result.outcome}: {result.summary}"
    return ReasonLine(
        "item.open",
        Weight.BLOCKER,
        f"'{item.title}'{phase} is open{waits}",
        f"item:{item.id}",
        facts.now,
        "journal",
        who=person(facts.plan, item.owner) or manager(facts.plan),
        remedy=f"gonogo check run {item.id}" if item.check else f"gonogo tick {item.id}",
    )


_SAYS = {
    Standing.FAILED: ("check.failed", Weight.BLOCKER, "its check fails now"),
    Standing.UNKNOWN: ("check.unknown", Weight.UNKNOWN, "its check found nothing out"),
    Standing.STALE: ("check.stale", Weight.UNKNOWN, "its check passed too long ago"),
    Standing.CHANGED: ("check.stale", Weight.UNKNOWN, "the plan has changed its check since"),
}


def _checked(facts: Facts, item: Item) -> Iterable[ReasonLine]:
    """An item that is done by its check is done only as long as the result is good."""
    assert item.check is not None
    result = facts.state.checks.get(item.id)
    said = _SAYS.get(standing(item.check, result, facts.now))
    if said is None:
        return  # passed; or never run, and then a person's word stands
    rule, weight, words = said
    summary = f": {result.summary}" if result and result.summary else ""
    yield ReasonLine(
        rule,
        weight,
        f"'{item.title}' is ticked, and {words}{summary}",
        f"item:{item.id}",
        result.finished_at or result.at if result else facts.now,
        "check",
        who=person(facts.plan, item.owner) or manager(facts.plan),
        remedy=f"gonogo check run {item.id}",
    )
