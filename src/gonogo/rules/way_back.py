"""Versions nobody ships any more, versions that stay, and triggers that ask."""

from collections.abc import Iterable

from gonogo.events.rollbacks import Rollback
from gonogo.events.state import TriggerState
from gonogo.facts.ageing import why_old
from gonogo.facts.metric_series import NotKnown
from gonogo.matrix import Cell, Relation
from gonogo.plan import Environment, Plan, Product
from gonogo.plan.sampling import few_looks
from gonogo.rules.facts import Facts
from gonogo.rules.naming import manager, named, or_manager, owner_of_product, person
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.rollback import bad_mark, counting_mark, in_release, marks_elsewhere, target_of, unfinished
from gonogo.rules.triggers import judged, watched
from gonogo.text import describe_command
from gonogo.versions import same_build

ELSEWHERE = "version.bad-elsewhere"


def versions(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Planned versions that are marked bad, everywhere; and what is held in this environment."""
    yield from _marks_unknown(facts)
    for doubt in facts.inputs.bad_elsewhere.doubts:
        yield ReasonLine(
            ELSEWHERE, Weight.WARNING, doubt, "releases:marks", None, "journal",
            manager(facts.plan), "look into that release: gonogo journal verify",
        )  # fmt: skip
    for product in facts.plan.products:
        yield from _bad(facts, product)
        yield from _bad_elsewhere(facts, product)
        yield from _bad_target(facts, product)
    for target, hold in facts.state.version_holds.items():
        held = facts.plan.product(target.product)
        if held is None or target.environment != environment.name:
            continue
        if not same_build(hold.version, held.version, held.scheme, held.name):
            who = named(facts.plan, hold.actor.user)
            yield ReasonLine(
                "version.held",
                Weight.BLOCKER,
                f"{who} keeps {target.product} {hold.version} in {target.environment}: {hold.reason}",
                f"cell:{target}",
                hold.at,
                "journal",
                or_manager(facts.plan, hold.actor),
                f"gonogo resume --product {target.product} --env {target.environment}",
                stands=hold.version,
            )


def _marks_unknown(facts: Facts) -> Iterable[ReasonLine]:
    """A version may be marked bad in a release beside this one: before anybody has looked, nobody knows."""
    looked = facts.inputs.marks_at
    why = why_old(looked, facts.now) if looked else "nobody has looked yet"
    if facts.inputs.journal and why:
        yield ReasonLine(
            "version.marks-unknown",
            Weight.UNKNOWN,
            f"whether other releases here mark a planned version bad is not known: {why}",
            "releases:marks",
            looked,
            "journal",
            manager(facts.plan),
            "gonogo status",
        )


def _bad(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    mark = bad_mark(facts.state, product, product.version)
    if mark is not None:
        who = named(facts.plan, mark.actor.user)
        yield ReasonLine(
            "version.bad",
            Weight.BLOCKER,
            f"{product.name} {product.version} is marked bad by {who}: {mark.reason}",
            f"product:{product.name}",
            mark.at,
            "journal",
            who,
            f"put another version of {product.name} into the plan",
        )


def _bad_elsewhere(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    """Marked in a release beside this one: by somebody whom this plan names it blocks, by others it warns."""
    if bad_mark(facts.state, product, product.version) is not None:
        return
    found = sorted(
        marks_elsewhere(facts.inputs, product, product.version), key=lambda one: (one[1] != "", one[0].at)
    )
    for mark, why in found[:1]:
        who = named(facts.plan, mark.actor.user)
        said = f"{product.name} {product.version} is marked bad by {who}{in_release(mark)}: {mark.reason}"
        typed = f"gonogo mark-bad {product.name} {mark.version}"
        withdraw = f"or withdraw it in release {mark.release}: {typed} --withdraw --reason '...'"
        yield ReasonLine(
            ELSEWHERE,
            Weight.WARNING if why else Weight.BLOCKER,
            f"{said} (only warns: {why})" if why else said,
            f"product:{product.name}",
            mark.at,
            "journal",
            who,
            f"ask {who}; who agrees marks it here: {typed} --reason '...'"
            if why
            else f"put another version of {product.name} into the plan; {withdraw}",
        )


def _bad_target(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    """Where the plan goes back to is bad: without another one it blocks, and another one is told."""
    planned = product.back_to
    mark = counting_mark(facts.inputs, product, planned) if planned else None
    if mark is None:
        yield from _doubted_target(facts, product, planned)
        return
    back, _ = target_of(facts.inputs, product)
    who = named(facts.plan, mark.actor.user)
    weight = Weight.BLOCKER if back == planned else Weight.WARNING
    where = in_release(mark)
    which = f"{planned}, which {who} marked bad{where}"
    if back != planned:
        which = f"{back}: {who} marked {planned} bad{where}"
    yield ReasonLine(
        "rollback.target-bad",
        weight,
        f"{product.name} would be rolled back to {which}: {mark.reason}",
        f"product:{product.name}",
        mark.at,
        "journal",
        owner_of_product(facts.plan, product.name),
        f"put another `rollback.to` at {product.name}",
    )


def _doubted_target(facts: Facts, product: Product, planned: str) -> Iterable[ReasonLine]:
    """Somebody whom this plan does not name warned of it in another release."""
    for mark, why in list(marks_elsewhere(facts.inputs, product, planned))[:1] if planned else ():
        who = named(facts.plan, mark.actor.user)
        marked = f"which {who} marked bad{in_release(mark)}: {mark.reason}"
        yield ReasonLine(
            "rollback.target-bad",
            Weight.WARNING,
            f"{product.name} would be rolled back to {planned}, {marked} (only warns: {why})",
            f"product:{product.name}",
            mark.at,
            "journal",
            owner_of_product(facts.plan, product.name),
            f"ask {who}, or put another `rollback.to` at {product.name}",
        )


def incomplete(facts: Facts) -> Iterable[ReasonLine]:
    """A rollback that was started is over when what runs is its target, in each environment it was decided for."""
    for one in unfinished(facts.plan, facts.state, facts.matrix):
        yield not_arrived(facts.plan, facts.matrix.cells[one.target], one)


def not_arrived(plan: Plan, cell: Cell, rollback: Rollback) -> ReasonLine:
    """What runs in `cell` instead of the target of `rollback`, and how to get it there."""
    (name, environment), product = rollback.target, plan.product(rollback.target.product)
    if not cell.is_known:
        state = "does not answer"
    elif cell.relation is Relation.UNKNOWN and cell.is_doubtful:
        state = f"runs it in {few_looks(cell.looks, cell.needed)}"
    elif cell.relation is Relation.MATCH:
        state = f"reports '{cell.status.replace('_', ' ')}'"
    else:
        state = f"runs {' + '.join(one.version for one in cell.judged) or 'nothing'}"
    command = product.rollback.command if product and product.back_to == rollback.to else ()
    deploy = describe_command(command) if command else f"deploy {name} {rollback.to} to {environment}"
    return ReasonLine(
        "rollback.incomplete",
        Weight.BLOCKER,
        f"{name} is being rolled back to {rollback.to} in {environment}, and {environment} {state}",
        f"rollback:{rollback.target}",
        rollback.at,
        cell.source or "journal",
        named(plan, rollback.actor.user),
        f"{deploy}, then wait for its next answer",
        seq=rollback.seq,
    )


def triggers(facts: Facts) -> Iterable[ReasonLine]:
    """Incidents that are not over, and triggers whose metric nobody can read."""
    for trigger in facts.plan.triggers:
        fired = facts.state.triggers.get(trigger.id)
        if fired is not None and (fired.asks or fired.cleared_at is None):
            yield _incident(facts, fired, person(facts.plan, trigger.owner) or manager(facts.plan))
    for trigger in watched(facts.plan):
        says = judged(facts.plan, trigger, facts.inputs.metrics, facts.now)
        if isinstance(says, NotKnown):
            yield ReasonLine(
                "trigger.blind",
                Weight.WARNING,
                f"rollback trigger '{trigger.id}' sees nothing: {says.reason}",
                f"trigger:{trigger.id}",
                says.at,
                says.source or trigger.metric,
                person(facts.plan, trigger.owner) or manager(facts.plan),
                "watch for it by hand: " + trigger.when,
            )


def _incident(facts: Facts, fired: TriggerState, who: str) -> ReasonLine:
    subject = f"trigger:{fired.trigger}"
    seen = f"rollback trigger '{fired.trigger}' fired: {fired.observation}"
    if fired.asks:
        remedy = f"gonogo trigger answer {fired.trigger} roll_back --reason '...'    or  go_on"
        return ReasonLine(
            "trigger.asks",
            Weight.BLOCKER,
            f"{seen}{'; over by now' if fired.cleared_at else ''}; nobody has answered",
            subject,
            fired.fired_at,
            "journal",
            who,
            remedy,
            seq=fired.seq,
        )
    by = named(facts.plan, fired.answered_by.user) if fired.answered_by else "somebody"
    if fired.answer == "roll_back":
        return ReasonLine(
            "trigger.roll-back",
            Weight.BLOCKER,
            f"{by} decided to go back: {fired.reason}; {seen}",
            subject,
            fired.answered_at,
            "journal",
            who,
            f"roll back; gonogo trigger over {fired.trigger}    once it is",
            seq=fired.seq,
        )
    return ReasonLine(
        "trigger.go-on",
        Weight.WARNING,
        f"{by} decided to go on: {fired.reason}; {seen}",
        subject,
        fired.answered_at,
        "journal",
        who,
        "keep an eye on it",
    )
