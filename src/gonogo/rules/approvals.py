"""Approvals that are asked for and not given, as `rules.votes` judges them."""

from collections.abc import Iterable

from gonogo.plan import Environment
from gonogo.rules import next_act
from gonogo.rules.asked import unnamed
from gonogo.rules.facts import Facts
from gonogo.rules.naming import owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.votes import SlotStanding, Standing


def asked_nowhere(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Approvals that no gate names are asked for before production: stated and not asked would be silence."""
    if environment.production:
        yield from missing(facts, unnamed(facts.plan))


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
    following = next_act.approval(facts.plan, facts.state.lifecycle, facts.approvals, one)
    unknown = one.standing is Standing.UNKNOWN and not one.rejections
    return ReasonLine(
        one.rule,
        Weight.UNKNOWN if one.standing is Standing.UNKNOWN else Weight.BLOCKER,
        one.fact,
        f"approval:{one.slot.name}",
        one.rejections[0].at if one.rejections else facts.now,
        "journal",
        owner_of_product(facts.plan, one.unknown[0]) if unknown else following.who,
        following.remedy,
        seq=one.rejected_at,
    )


def _not_defined(facts: Facts, slot: str) -> ReasonLine:
    """The loader refuses such a plan; should one come by another way, nobody passes on it."""
    fact = f"approval '{slot}' is asked for, and the plan does not say who gives it"
    remedy = f"put '{slot}' into `approvals:`"
    return ReasonLine("approval.unknown", Weight.UNKNOWN, fact, f"approval:{slot}", facts.now, "plan", "", remedy)
