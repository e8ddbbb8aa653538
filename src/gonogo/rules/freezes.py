"""Times in which nothing may go: freezes of the plan, freezes by hand, and windows that are not open."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from gonogo.events.freezes import FreezeNow
from gonogo.plan import Environment, Freeze
from gonogo.rules.authority import Act, clears, typed_for
from gonogo.rules.facts import Facts, planned_span
from gonogo.rules.naming import manager, named
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.windows import holds_until, is_open, next_allowed, next_start, overlaps
from gonogo.text.clocks import local_and_utc
from gonogo.text.spans import span


def freezes(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What the calendar says about going into `environment` at the judged moment, and at the planned one."""
    denied = _covering(facts, facts.plan.freezes, environment)
    allowed = _windows(facts, environment)
    active = [one for one in denied if holds_until(one, facts.at) is not None]
    shut = [windows for windows in allowed if not is_open(windows, facts.at)]
    if active or shut:
        moment = _next_allowed(facts, environment, denied, tuple(allowed))
        free = _next_free(facts, environment, (*denied, *itertools.chain(*allowed)), moment)
        yield from (_active(facts, one, free) for one in active)
        yield from (
            _not_open(facts, environment, windows, () if len(allowed) == 1 else allowed[windows], free)
            for windows in shut
        )
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


def _windows(facts: Facts, environment: Environment) -> Mapping[tuple[Freeze, ...], Sequence[str]]:
    """The windows that speak of each product, and the products they speak of; without any, it may always go.

    Every product goes, so that each needs a window of its own that is open: one's window is no other's.
    """
    covering = _covering(facts, facts.plan.windows, environment)
    found: dict[tuple[str, ...], list[str]] = {}
    for product in facts.plan.products:
        names = tuple(one.name for one in covering if not one.products or product.name in one.products)
        if names:
            found.setdefault(names, []).append(product.name)
    by_name = {one.name: one for one in covering}
    return {tuple(by_name[name] for name in names): products for names, products in found.items()}


def _next_allowed(
    facts: Facts, environment: Environment, denied: Sequence[Freeze], allowed: Sequence[Sequence[Freeze]]
) -> datetime | None:
    """The next moment that freezes, windows and the window of the release allow; None when there is none."""
    window = facts.plan.window
    if window is None or not window.covers(environment):
        return next_allowed(denied, allowed, facts.at)
    moment = next_allowed(denied, allowed, max(facts.at, window.start))
    return moment if moment is not None and window.is_open(moment) else None


class _Free(NamedTuple):
    """When it may go again: in the words of the fact, and of what to do about it."""

    fact: str
    remedy: str


def _next_free(facts: Facts, environment: Environment, times: Sequence[Freeze], moment: datetime | None) -> _Free:
    """`moment` is the next one the calendar allows; a line that was stopped by hand may hold at it, too."""
    held = [one for one in facts.state.stopped_at(moment or facts.at) if _stops(facts, one, environment)]
    stopped = bool(held)
    if moment is None:
        return _Free("no free moment in sight", "put other times into the plan")
    once = ", once the line runs again" if stopped else ""
    shown = local_and_utc(moment, times[0].zone)
    distance = moment - facts.now
    ahead = f", in {span(distance)}" if distance > timedelta(0) else ""
    return _Free(f"next allowed {shown}{ahead}{once}", f"wait until {shown}")


def _active(facts: Facts, freeze: Freeze, free: _Free) -> ReasonLine:
    until = holds_until(freeze, facts.at)
    assert until is not None
    reason = f": {freeze.reason}" if freeze.reason else ""
    scope = f" for {', '.join(freeze.products)}" if freeze.products else ""
    return ReasonLine(
        "freeze.active",
        Weight.BLOCKER,
        f"freeze '{freeze.name}'{scope} holds until {local_and_utc(until, freeze.zone)}{reason}; {free.fact}",
        f"freeze:{freeze.name}",
        None,
        "plan",
        who=manager(facts.plan),
        remedy=free.remedy,
        stands=f"until {until.isoformat()}",
    )


def _not_open(
    facts: Facts, environment: Environment, windows: Sequence[Freeze], products: Sequence[str], free: _Free
) -> ReasonLine:
    """`products` are those the windows speak of; empty: they speak of all."""
    names = ", ".join(f"'{one.name}'" for one in windows)
    starts = [(start, one.zone) for one in windows if (start := next_start(one, facts.at)) is not None]
    opens = f"; the next opens {local_and_utc(*min(starts))}" if starts else "; none opens any more"
    scope = f" by {', '.join(products)}" if products else ""
    place = f"/{products[0]}" if products else ""
    return ReasonLine(
        "window.not-open",
        Weight.BLOCKER,
        f"{environment.name} may be entered{scope} in {names} only, and none is open{opens}; {free.fact}",
        f"window:{windows[0].name}{place}",
        None,
        "plan",
        who=manager(facts.plan),
        remedy=free.remedy,
        stands=f"until {min(starts)[0].isoformat()}" if starts else "for good",
    )


def _stops(facts: Facts, one: FreezeNow, environment: Environment) -> bool:
    """Whether the line that was stopped is this one."""
    return any(one.covers(environment.name, product.name) for product in facts.plan.products)


def _by_hand(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """The stopped line. Without an end it holds at every planned time too."""
    for one in facts.state.stopped_at(facts.at):
        if _stops(facts, one, environment):
            scope = f" for {', '.join(one.products)}" if one.products else ""
            yield ReasonLine(
                "freeze.now",
                Weight.BLOCKER,
                f"{named(facts.plan, one.actor.user)} stopped the line{scope}{_end(one)}: {one.reason}",
                f"freeze:#{one.seq}",
                one.at,
                "journal",
                who=clears(facts.plan, facts.state, Act.UNFREEZE),
                remedy=typed_for(facts.plan, facts.state, Act.UNFREEZE, f"gonogo thaw {one.seq}"),
            )


def _end(one: FreezeNow) -> str:
    return f" until {local_and_utc(one.until, 'UTC')}" if one.until is not None else ""


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
                None,
                "plan",
                who=manager(facts.plan),
                remedy="choose another time in `window:` or `target_date:`",
            )
