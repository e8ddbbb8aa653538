"""Items of the phases that come before an environment: open ones, and those whose check says nothing good."""

from collections.abc import Iterable
from datetime import datetime

from gonogo.events.checks import CheckResult
from gonogo.events.state import ItemState, ItemStatus, ReleaseState
from gonogo.facts.named_files import NamedFiles
from gonogo.plan import Environment, Item, Plan
from gonogo.plan.conditions import Check, ChecklistGate
from gonogo.plan.phases import phases_before
from gonogo.rules.checks import Standing, about_files, standing
from gonogo.rules.facts import Facts
from gonogo.rules.naming import manager, person
from gonogo.rules.reason import ReasonLine, Weight


def earlier_phases(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Items of earlier phases; a `checklist` gate of this environment names its own phases instead."""
    if any(isinstance(gate, ChecklistGate) for gate in facts.gates(environment)):
        return
    yield from open_items(facts, phases_before(facts.plan, environment))


def open_items(facts: Facts, phases: Iterable[str]) -> Iterable[ReasonLine]:
    """The items of these phases that are not over."""
    wanted = set(phases)
    for item in facts.plan.items:
        if item.phase in wanted:
            yield from item_reasons(
                facts.plan, facts.state, item, facts.now, facts.inputs.check_files.get(item.id)
            )


def item_reasons(
    plan: Plan, state: ReleaseState, item: Item, now: datetime, files: NamedFiles | None = None
) -> Iterable[ReasonLine]:
    """What speaks against taking `item` for over: it is open, or its check says nothing good at `now` (UTC).

    `files` are what the command of its check names now.
    """
    status = state.item(item.id).status
    if status is ItemStatus.OPEN:
        yield _open_item(plan, state, item, now, files)
    elif status is ItemStatus.DONE and item.check is not None:
        yield from _checked(plan, state, item, item.check, now, files)


def _open_item(plan: Plan, state: ReleaseState, item: Item, now: datetime, files: NamedFiles | None) -> ReasonLine:
    """Open, and what is known about why: what its check found, else who is at it."""
    found = state.item(item.id)
    result = state.checks.get(item.id) if item.check else None
    says = standing(plan, item.check, result, now, files) if item.check else Standing.NEVER
    file = about_files(plan, item.check, result, now, files) if item.check else ""
    waits, seen = "", now
    if result is not None and says in _WORDS:
        waits = f": {_found(says, result, file)}"
        seen = result.finished_at or result.at
    elif found.first is not None:
        waits = f": {found.first.actor.user} {found.first.words}, a second person must say so too"
    elif found.claim is not None:
        waits = f": {found.claim.actor.user} is at it"
    phase = f" ({item.phase})" if item.phase else ""
    late = f", it was due {item.due:%Y-%m-%d %H:%M} UTC" if item.due and now > item.due else ""
    # a check that passed leaves the last word to people where the plan wants two of them, or another item first
    by_hand = item.check is None or says is Standing.PASSED
    return ReasonLine(
        "item.open",
        Weight.BLOCKER,
        f"'{item.title}'{phase} is open{late}{waits}",
        f"item:{item.id}",
        seen,
        "journal",
        who=f"anybody but {found.first.actor.user}" if found.first else person(plan, item.owner) or manager(plan),
        remedy=_next_step(item, found) if by_hand else _run_again(item, file),
        stands="failed" if says is Standing.FAILED else "open",
        # opened again after it was done it is not what was waived
        seq=found.seq if found.first is None else 0,
    )


def _next_step(item: Item, found: ItemState) -> str:
    """What closes it; where the first of two has spoken, what says the same."""
    skipped = found.first is not None and found.first.skip
    return f"gonogo skip {item.id} --reason '...'" if skipped else f"gonogo tick {item.id}"


_WORDS = {
    Standing.FAILED: ("check.failed", Weight.BLOCKER, "its check failed"),
    Standing.UNKNOWN: ("check.unknown", Weight.UNKNOWN, "its check found nothing out"),
    Standing.STALE: ("check.stale", Weight.UNKNOWN, "its check passed too long ago"),
    Standing.CHANGED: ("check.stale", Weight.UNKNOWN, "its check was run before the plan asked something else"),
}
"""What a check may say that is not good: its rule, how much that weighs when the item is ticked, and the words."""


def _run_again(item: Item, file: str) -> str:
    """How the check is run again; a file that is not the trusted one has to be looked at before."""
    again = f"gonogo check run {item.id}"
    return f"gonogo trust    then  {again}" if file else again


def _found(says: Standing, result: CheckResult, file: str) -> str:
    if file:
        return f"its check must be run again: {file}"
    return _WORDS[says][2] + (f": {result.summary}" if result.summary else "")


def _checked(
    plan: Plan, state: ReleaseState, item: Item, check: Check, now: datetime, files: NamedFiles | None
) -> Iterable[ReasonLine]:
    """An item that is done by its check is done only as long as the result is good."""
    result = state.checks.get(item.id)
    says = standing(plan, check, result, now, files)
    if result is None or says not in _WORDS:
        return  # passed; or never run, and then a person's word stands
    rule, weight, _ = _WORDS[says]
    file = about_files(plan, check, result, now, files)
    yield ReasonLine(
        rule,
        weight,
        f"'{item.title}' is ticked, and {_found(says, result, file)}",
        f"item:{item.id}",
        result.finished_at or result.at,
        "check",
        who=person(plan, item.owner) or manager(plan),
        remedy=_run_again(item, file),
        stands=f"{says}: {file}" if file else says.value,
    )
