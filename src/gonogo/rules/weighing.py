"""How much a reason weighs in the end: what the plan's rules say, and who let it pass."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from gonogo.events.people import named
from gonogo.events.state import Waiver
from gonogo.plan import Level, Plan
from gonogo.rules.reason import ReasonLine, Waived, Weight
from gonogo.rules.registry import RULES
from gonogo.rules.waivers import kept, waiver_for

ORDER = (Weight.BLOCKER, Weight.UNKNOWN, Weight.WAIVED, Weight.WARNING)
"""From what decides most to what only tells."""
_BY_LEVEL = {Level.BLOCK: Weight.BLOCKER, Level.WARN: Weight.WARNING}


def levelled(plan: Plan, reasons: Iterable[ReasonLine]) -> Iterable[ReasonLine]:
    """The reasons with the weight the plan's `rules:` give them; those that are off are gone.

    An answer that is missing stays missing, whatever the plan says.
    """
    for reason in reasons:
        rule = RULES[reason.rule]
        stated = plan.rules.get(rule.id)
        if not rule.adjustable or reason.weight is Weight.UNKNOWN:
            yield reason
        elif stated is not None and stated is not Level.OFF:
            yield replace(reason, weight=_BY_LEVEL[stated])
        elif stated is None and rule.level is not Level.OFF:
            yield reason


def once(reasons: Iterable[ReasonLine]) -> tuple[ReasonLine, ...]:
    """What two rules or a rule and a gate say in the same words stands once, with the greater weight."""
    kept: dict[tuple[str, str, str], ReasonLine] = {}
    for reason in reasons:
        key = (reason.rule, reason.subject, reason.fact)
        before = kept.get(key)
        if before is None or ORDER.index(reason.weight) < ORDER.index(before.weight):
            kept[key] = reason
    return tuple(kept.values())


def let_pass(plan: Plan, waivers: Sequence[Waiver], reasons: Iterable[ReasonLine]) -> Iterable[ReasonLine]:
    """The reasons, with those that one of `waivers` (in force, of this environment) names as waived."""
    for reason in reasons:
        waiver = _waiver(waivers, reason)
        if waiver is None:
            yield reason
        else:
            by = waiver.by or named(plan, waiver.actor.user)
            waived = Waived(waiver.seq, by, waiver.reason, waiver.until, reason.weight, bool(waiver.by))
            yield replace(reason, weight=Weight.WAIVED, waived=waived)


def _waiver(waivers: Sequence[Waiver], reason: ReasonLine) -> Waiver | None:
    if reason.weight not in {Weight.BLOCKER, Weight.UNKNOWN}:
        return None
    unknown = reason.weight is Weight.UNKNOWN
    asked = (reason.rule, reason.subject)
    return waiver_for(waivers, *asked, unknown=unknown, fact=kept(reason), seq=reason.seq)
