"""Times in which nothing may go: freezes of the plan, freezes by hand, and windows that are not open."""

from collections.abc import Iterable, Sequence

from gonogo.domain.clocks import local_and_utc
from gonogo.domain.freeze import holds_until, next_allowed, next_start, overlaps
from gonogo.domain.plan import Environment, Freeze
from gonogo.domain.rules.facts import Facts, planned_span
from gonogo.domain.rules.naming import manager, named
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.spans import span


def freezes(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What the calendar says about going into `environment` at the judged moment, and at the planned one."""
    denied = _covering(facts, facts.plan.freezes, environment)
    allowed = _covering(facts, facts.plan.windows, environment)
    active = [one for one in denied if holds_until(one, facts.at) is not None]
    shut = bool(allowed) and all(holds_until(one, facts.at) is None for one in allowed)
    free = _next_free(facts, denied, allowed) if active or shut else ""
    for one in active:
        yield _active(facts, one, free)
    if shut:
        yield _not_open(facts, environment, allowed, free)
    yield from _by_hand(facts, environment)
    yield from _planned_into(facts, denied, active)


def _covering(facts: Facts, given: Sequence[Freeze], environment: Environment) -> list[Freeze]:
    """Those that speak of the environment and of a product of the plan."""
    products = {product.name for product in facts.plan.products}
    return [
        one
        for one in given
        if (not one.environments or environment.name in one.environments)
        and (not one.products or products & set(one.products))
    ]


def _next_free(facts: Facts, denied: Sequence[Freeze], allowed: Sequence[Freeze]) -> str:
    if facts.state.freezes_now:
        return "once the line runs again"
    moment = next_allowed(denied, allowed, facts.at)
    if moment is None:
        return "no free moment in sight"
    zone = next((one.zone for one in (*denied, *allowed)), "UTC")
    return f"next allowed {local_and_utc(moment, zone)}, in {span(moment - facts.at)}"


def _active(facts: Facts, freeze: Freeze, free: str) -> ReasonLine:
    until = holds_until(freeze, facts.at)
    assert until is not None
    reason = f": {freeze.reason}" if freeze.reason else ""
    scope = f" for {', '.join(freeze.products)}" if freeze.products else ""
    return ReasonLine(
        "freeze.active",
        Weight.BLOCKER,
        f"freeze '{freeze.name}'{scope} holds until {local_and_utc(until, freeze.zone)}{reason}; {free}",
        f"freeze:{freeze.name}",
        facts.at,
        "plan",
        who=manager(facts.plan),
        remedy=f"wait {span(until - facts.at)}",
    )


def _not_open(facts: Facts, environment: Environment, allowed: Sequence[Freeze], free: str) -> ReasonLine:
    names = ", ".join(f"'{one.name}'" for one in allowed)
    starts = [(start, one.zone) for one in allowed if (start := next_start(one, facts.at)) is not None]
    opens = f"; the next opens {local_and_utc(*min(starts))}" if starts else ""
    return ReasonLine(
        "window.not-open",
        Weight.BLOCKER,
        f"{environment.name} may be entered in {names} only, and none is open{opens}; {free}",
        f"window:{allowed[0].name}",
        facts.at,
        "plan",
        who=manager(facts.plan),
        remedy=f"wait {span(min(starts)[0] - facts.at)}" if starts else "put another time into `windows:`",
    )


def _by_hand(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """The stopped line. It has no end, so it holds at every planned time too."""
    products = [product.name for product in facts.plan.products]
    for one in facts.state.freezes_now:
        if any(one.covers(environment.name, product) for product in products):
            scope = f" for {', '.join(one.products)}" if one.products else ""
            yield ReasonLine(
                "freeze.now",
                Weight.BLOCKER,
                f"{named(facts.plan, one.actor.user)} stopped the line{scope}: {one.reason}",
                f"freeze:#{one.seq}",
                one.at,
                "journal",
                who=named(facts.plan, one.actor.user),
                remedy=f"gonogo thaw {one.seq}",
            )


def _planned_into(facts: Facts, denied: Sequence[Freeze], active: Sequence[Freeze]) -> Iterable[ReasonLine]:
    """A release planned into a freeze: better known today than in that night."""
    planned = planned_span(facts.plan)
    if planned is None or facts.at >= planned[1]:
        return
    start, end, zone = planned
    for one in denied:
        if one not in active and overlaps(one, start, end):
            yield ReasonLine(
                "freeze.planned",
                Weight.WARNING,
                f"the release is planned for {local_and_utc(start, zone)}, into freeze '{one.name}'"
                + (f": {one.reason}" if one.reason else ""),
                f"freeze:{one.name}",
                facts.now,
                "plan",
                who=manager(facts.plan),
                remedy="choose another time in `window:` or `target_date:`",
            )
