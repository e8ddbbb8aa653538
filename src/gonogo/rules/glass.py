"""Break-glass: whether one is in force, who may take part, and which blockers it waives.

Two persons, one reason, a named set of blockers of one environment, a short time. The first asks, the second
confirms within 15 minutes. Rules that always count are never part of it. An expired one stays on record.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from gonogo.events import Actor, people
from gonogo.events.glass import Glass, Pane
from gonogo.events.state import ReleaseState, Waiver
from gonogo.plan import BREAK_GLASS_LONGEST, Person, Plan
from gonogo.rules import authority
from gonogo.rules.authority import Barrier
from gonogo.rules.waivers import BY_ITS_FACT, NEVER, is_approval

PATIENCE = timedelta(minutes=15)
"""How long a request waits for the second person."""


def able(plan: Plan) -> tuple[Person, ...]:
    """Everybody the plan names who may be one of the two, whoever leads; in its order."""
    roles = set(plan.authority.break_glass.roles)
    return tuple(one for one in plan.people if not one.shared and (not roles or roles & set(one.roles)))


def alone(plan: Plan, state: ReleaseState) -> str:
    """Why nobody can break the glass with this plan; "" where two persons can."""
    lead = plan.person_of(state.baton.driver) if state.baton else None
    who = {one.key for one in able(plan)} | ({lead.key} if lead is not None and not lead.shared else set())
    if len(who) > 1:
        return ""
    roles = plan.authority.break_glass.roles
    of_role = f" of role {' or '.join(roles)}" if roles else ""
    names = ", ".join(people.named(plan, one.account) for one in plan.people if one.key in who)
    return f"break-glass needs two persons{of_role}, and the plan names {f'only {names}' if names else 'none'}"


def barrier(plan: Plan, state: ReleaseState, actor: Actor) -> Barrier | None:
    """Why `actor` may not be one of the two; None when they may. `plan` is the agreed one."""
    roles = plan.authority.break_glass.roles
    named = plan.person_of(actor.user) is not None
    if named and (not roles or authority.leads(plan, state, actor)):
        return None
    if named and set(roles) & set(people.roles_of(plan, actor)):
        return None
    asked = ", ".join(people.named(plan, one.account) for one in able(plan)[:4])
    if not named:
        return Barrier(
            f"break-glass is for accounts of `people`, and {actor.user} is not named there", f"ask {asked}"
        )
    of_role = f"role {' or '.join(roles)}"
    fact = f"break-glass is for the release lead or {of_role}, which the plan does not give to {actor.user}"
    return Barrier(fact, f"ask {asked}")


def seconds(plan: Plan, state: ReleaseState, first: Actor) -> tuple[Person, ...]:
    """Who may be the second person for what `first` asked: the lead alone, where one of the two must be."""
    others = tuple(one for one in able(plan) if not people.is_account_of(plan, one.account, first))
    if plan.authority.break_glass.roles or authority.leads(plan, state, first) or state.baton is None:
        return others
    return tuple(one for one in others if plan.person_of(state.baton.driver) == one)


def pair_barrier(plan: Plan, state: ReleaseState, first: Actor, second: Actor) -> Barrier | None:
    """Why these two cannot do it together; None when they can."""
    others = ", ".join(people.named(plan, one.account) for one in seconds(plan, state, first))
    if people.same_human(plan, first, second):
        return Barrier(f"break-glass needs a second person, and {first.user} asked for it", f"ask {others}")
    led = authority.leads(plan, state, first) or authority.leads(plan, state, second)
    if not plan.authority.break_glass.roles and not led:
        lead = authority.lead_name(plan, state)
        whoever = f"the release lead ({lead})" if lead else "the release lead"
        return Barrier(f"one of the two must be {whoever}", f"ask {lead}" if lead else "gonogo drive")
    return None


def longest(plan: Plan) -> timedelta:
    """How long it lasts with this plan."""
    return min(plan.authority.break_glass.expires, BREAK_GLASS_LONGEST)


def ends(plan: Plan, one: Glass) -> datetime | None:
    """UTC, when it is over at the latest, whatever its record says; None for a request."""
    if one.until is None or one.broken_at is None:
        return None
    return min(one.until, one.broken_at + longest(plan))


def is_open(one: Glass, now: datetime) -> bool:
    """Whether it is a request that still waits for the second person."""
    return one.broken_by is None and one.ended is None and not one.flaw and now < one.asked_at + PATIENCE


def holds(plan: Plan, one: Glass, now: datetime, shared_accounts: Sequence[str] = ()) -> bool:
    """Whether its blockers are waived at `now` (UTC), whoever wrote it into the journal."""
    end = ends(plan, one)
    if one.broken_by is None or one.broken_at is None or end is None:
        return False
    both = (one.asked_by, one.broken_by)
    roles = set(plan.authority.break_glass.roles)
    return (
        one.ended is None
        and not one.flaw
        and now < end
        and one.broken_at - one.asked_at <= PATIENCE
        and not people.same_human(plan, *both)
        and all(plan.person_of(who.user) is not None for who in both)
        and not any(people.why_nobody(plan, who, shared_accounts) for who in both)
        and (not roles or any(roles & set(people.roles_of(plan, who)) for who in both))
    )


def in_force(
    plan: Plan, state: ReleaseState, now: datetime, environment: str = "", shared_accounts: Sequence[str] = ()
) -> tuple[Glass, ...]:
    """Those that waive something at `now`, of one environment when it is named."""
    return tuple(
        one
        for one in state.glasses
        if (not environment or one.environment == environment) and holds(plan, one, now, shared_accounts)
    )


def requests(state: ReleaseState, now: datetime, environment: str = "") -> tuple[Glass, ...]:
    """Those that wait for the second person at `now`."""
    return tuple(
        one for one in state.glasses if (not environment or one.environment == environment) and is_open(one, now)
    )


def standing(
    plan: Plan, state: ReleaseState, now: datetime, environment: str = "", shared_accounts: Sequence[str] = ()
) -> tuple[Glass, ...]:
    """Those in force, then those that wait for the second person."""
    return (
        *in_force(plan, state, now, environment, shared_accounts),
        *requests(state, now, environment),
    )


def stage(one: Glass) -> str:
    """What a standing one is, as the record of its end says it."""
    return "in force" if one.broken_by else "requested"


def by(plan: Plan, one: Glass) -> str:
    """`break-glass #12 by Ana Ruiz (aruiz) and Ben Okafor (bokafor)`."""
    both = [who.user for who in (one.asked_by, one.broken_by) if who is not None]
    return f"break-glass #{one.seq} by {' and '.join(people.named(plan, user) for user in both)}"


def as_waivers(
    plan: Plan,
    state: ReleaseState,
    now: datetime,
    environment: str = "",
    shared_accounts: Sequence[str] = (),
    digest: str = "",
) -> tuple[Waiver, ...]:
    """What those in force waive, each blocker as a waiver of its own, so that it is weighed like one."""
    return tuple(
        _waiver(plan, one, pane)
        for one in in_force(plan, state, now, environment, shared_accounts)
        for pane in one.panes
        if pane.rule not in NEVER and not (digest and is_approval(pane.rule) and one.digest != digest)
    )


def ever_as_waivers(plan: Plan, state: ReleaseState) -> tuple[Waiver, ...]:
    """What was ever waived by one that two persons confirmed and that counted, whether or not it is over."""
    return tuple(
        _waiver(plan, one, pane)
        for one in state.glasses
        if one.broken_at is not None and holds(plan, replace(one, ended=None), one.broken_at)
        for pane in one.panes
        if pane.rule not in NEVER
    )


def kept(pane: Pane) -> str:
    """As `waivers.kept`, of what was asked for."""
    return pane.fact if pane.rule in BY_ITS_FACT else pane.stands


def _waiver(plan: Plan, one: Glass, pane: Pane) -> Waiver:
    end = ends(plan, one)
    assert end is not None  # it was confirmed
    return Waiver(
        pane.rule,
        pane.subject if pane.named else "",
        one.environment,
        one.asked_by,
        one.asked_at,
        one.seq,
        one.reason,
        end,
        pane.fact,
        one.ended,
        covers=() if pane.named else (pane.subject,),
        facts={pane.subject: fact} if (fact := kept(pane)) else {},
        digest=one.digest,
        by=by(plan, one),
    )
