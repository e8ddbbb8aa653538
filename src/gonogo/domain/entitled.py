"""Authority judged again at reading: whether who recorded a decision had the right to it at that moment.

Anybody with write access can put a well-chained line into a file of their own. What needs the release lead, a
role or a named account counts only from who had it by the plan that was agreed on at that point of the journal.
"""

from datetime import timedelta

from msgspec.structs import replace

from gonogo.domain import authority, glass, people
from gonogo.domain import events as kinds
from gonogo.domain.authority import Act
from gonogo.domain.events import GONE, SIMULATED, Actor, Event
from gonogo.domain.folds.reading import number, text
from gonogo.domain.plan import Plan
from gonogo.domain.state import ReleaseState

SINCE = 2
"""Edition of the rules that ask for authority: what was decided by an older program stays as it is."""
JUDGED = {
    kinds.GO_DECIDED: Act.GO,
    kinds.RELEASE_COMPLETED: Act.COMPLETE,
    kinds.RELEASE_CANCELLED: Act.CANCEL,
    kinds.RELEASE_RESUMED: Act.RESUME,
    kinds.FREEZE_THAWED: Act.UNFREEZE,
    kinds.BATON_TAKEN: None,
    kinds.PLAN_AMENDED: None,
    kinds.GLASS_REQUESTED: None,
    kinds.GLASS_BROKEN: None,
    kinds.VERSION_CLEARED: None,
    kinds.VERSION_RELEASED: None,
    kinds.TRIGGER_ANSWERED: None,
    kinds.ROLLBACK_STARTED: None,
    kinds.ITEM_VOUCHED: None,
}
"""By kind: the act it records; None for what needs a named person alone, or has a rule of its own."""
_PATIENCE = timedelta(minutes=1)
"""Effective times may lie a little before the clock a take-over was judged by."""


def why_not(event: Event, state: ReleaseState) -> str:
    """Why the author of `event` had no right to it in `state`, the moment before it; "" where nothing says so.

    Without a recorded plan there is nothing to judge by: in a draft, or where the plan was not kept completely.
    """
    if state.judged_by.edition < SINCE or event.actor.user.endswith(SIMULATED):
        return ""
    plan = authority.recorded(state)
    if plan is None:
        return ""
    actor = _by_the_kernel(event.actor)
    if nobody := people.why_nobody(plan, actor):
        return f"{nobody}: it needs a person"
    if event.kind == kinds.BATON_TAKEN:
        return _no_lead(event, actor, plan, state)
    if not authority.is_named(plan, actor):
        return f"the plan that was agreed on does not name {actor.user}"
    if event.kind in {kinds.GLASS_REQUESTED, kinds.GLASS_BROKEN}:
        return _no_glass(event, actor, plan, state)
    act = JUDGED[event.kind]
    barrier = authority.barrier(plan, state, actor, act, event.at) if act else None
    return barrier.fact if barrier else ""


def _by_the_kernel(actor: Actor) -> Actor:
    """The actor without what the record only claims; an account that is gone by the name it had."""
    return replace(actor, user=actor.user.removesuffix(GONE), login="", via="")


def _no_glass(event: Event, actor: Actor, plan: Plan, state: ReleaseState) -> str:
    """Why a request or a confirmation of break-glass waives nothing."""
    barrier = glass.barrier(plan, state, actor)
    asked = next((one for one in state.glasses if one.seq == number(event.data, "request")), None)
    if barrier is None and event.kind == kinds.GLASS_BROKEN and asked is not None:
        barrier = glass.pair_barrier(plan, state, _by_the_kernel(asked.asked_by), actor)
    return barrier.fact if barrier else ""


def _no_lead(event: Event, actor: Actor, plan: Plan, state: ReleaseState) -> str:
    """Why a take-over or a handover changes nothing."""
    driver = text(event.data, "driver") or actor.user
    if not authority.can_lead(plan, driver):
        return f"the plan that was agreed on does not let {driver} lead the release"
    if state.baton is None or authority.leads(plan, state, actor):
        return "" if authority.can_lead(plan, actor.user) else f"{actor.user} may not hand over the lead"
    if not people.is_account_of(plan, driver, actor):
        return f"only the release lead ({authority.lead_name(plan, state)}) hands over the lead"
    free = authority.takeover_from(plan, state, event.at)
    if free is not None and free > event.at + _PATIENCE:
        return f"{authority.lead_name(plan, state)} led the release and was at work"
    return ""
