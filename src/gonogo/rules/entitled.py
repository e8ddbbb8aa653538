"""Authority judged again at reading: whether who recorded a decision had the right to it at that moment.

Anybody with write access can put a well-chained line into a file of their own. What needs the release lead, a
role or a named account counts only from who had it by the plan that was agreed on at that point of the journal.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import GONE, SIMULATED, Actor, Event, people
from gonogo.events.checklist import ItemState, ItemStatus, Vouch
from gonogo.events.checks import CheckOutcome
from gonogo.events.reading import name_of, number, rows, text
from gonogo.events.state import ReleaseState
from gonogo.plan import Plan, Target
from gonogo.rules import authority
from gonogo.rules.authority import Act

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
    kinds.TRIGGER_CLEARED: None,
    kinds.ROLLBACK_STARTED: None,
    kinds.VERSION_HELD: None,
    kinds.ITEM_VOUCHED: None,
    kinds.ITEM_TICKED: None,
    kinds.ITEM_SKIPPED: None,
    kinds.MERGE_EQUATED: None,
    kinds.MERGE_WAIVED: None,
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
    if event.kind in {kinds.ITEM_TICKED, kinds.ITEM_SKIPPED}:
        return _not_closed(event, actor, plan, state)
    if event.kind == kinds.VERSION_HELD and _target(event) not in state.version_holds:
        return ""  # stopping is everybody's; moving what holds already is not
    if event.kind == kinds.TRIGGER_CLEARED and not _was_to_go_back(event, state):
        return ""  # what a session sees ends it; an answer stays due
    if nobody := people.why_nobody(plan, actor):
        return f"{nobody}: it needs a person"
    if event.kind == kinds.BATON_TAKEN:
        return _no_lead(event, actor, plan, state)
    if not authority.is_named(plan, actor):
        return f"the plan that was agreed on does not name {actor.user}"
    if event.kind in {kinds.GLASS_REQUESTED, kinds.GLASS_BROKEN}:
        return _no_glass(event, actor, plan, state)
    if event.kind == kinds.ROLLBACK_STARTED:
        return _not_driving(actor, plan, state)
    act = JUDGED[event.kind]
    barrier = authority.barrier(plan, state, actor, act, event.at) if act else None
    return barrier.fact if barrier else ""


def _by_the_kernel(actor: Actor) -> Actor:
    """The actor without what the record only claims; an account that is gone by the name it had."""
    return replace(actor, user=actor.user.removesuffix(GONE), login="", via="")


def _was_to_go_back(event: Event, state: ReleaseState) -> bool:
    fired = state.triggers.get(name_of(event))
    return fired is not None and fired.answer == "roll_back"


def _target(event: Event) -> Target:
    product, _, environment = name_of(event).partition("/")
    return Target(product, environment)


def _not_driving(actor: Actor, plan: Plan, state: ReleaseState) -> str:
    """Why the way back is not theirs to choose: somebody has taken the lead by name."""
    baton = state.baton
    if baton is None or baton.by_start or not plan.people or authority.leads(plan, state, actor):
        return ""
    return f"{authority.lead_name(plan, state)} is the release lead, and the way back is theirs to choose"


def _not_closed(event: Event, actor: Actor, plan: Plan, state: ReleaseState) -> str:
    """Why a word does not close its item: it takes two persons, evidence or a check that passed."""
    item, before = name_of(event), state.item(name_of(event))
    terms = authority.terms(state).get(item)
    if terms is None:
        return ""
    if terms.two_person:
        return _no_second(event, actor, plan, before)
    if event.kind == kinds.ITEM_SKIPPED:
        return ""
    if terms.check and not _has_passed(state, item):
        return f"'{item}' is decided by its check, which has not passed"
    if terms.evidence and not rows(event.data, "evidence"):
        return f"'{item}' is ticked only with evidence"
    return ""


def _has_passed(state: ReleaseState, item: str) -> bool:
    result = state.checks.get(item)
    return result is not None and result.outcome is CheckOutcome.PASSED


def _no_second(event: Event, actor: Actor, plan: Plan, before: ItemState) -> str:
    """Why a word is not that of the second of two persons."""
    item, first, given = name_of(event), before.first, event.data.get("first")
    if _no_hand(plan, actor):
        return f"'{item}' takes two persons: {_no_hand(plan, actor)}"
    if first is None or before.status is not ItemStatus.OPEN:
        return f"'{item}' takes two persons, and nobody else had spoken before {actor.user}"
    if not isinstance(given, Mapping) or number(given, "seq") != first.seq:
        return f"'{item}' takes two persons, and this names another first one than #{first.seq}"
    if first.skip is not (event.kind == kinds.ITEM_SKIPPED):
        return f"'{item}' takes two persons who say the same: {first.actor.user} {first.words}"
    if people.same_human(plan, _by_the_kernel(first.actor), actor):
        return f"'{item}' takes two persons, and {first.actor.user} was the first one too"
    return ""


def _no_hand(plan: Plan, actor: Actor) -> str:
    """Why this account is not one of two persons; "" when it is."""
    if nobody := people.why_nobody(plan, actor):
        return nobody
    return "" if authority.is_named(plan, actor) else f"the plan does not name {actor.user}"


def why_no_start(event: Event, state: ReleaseState) -> str:
    """Why whoever starts starts nothing by the plan that they record, which `state` has already; "" where they do.

    Who starts asks for the approvals: a line by hand would let everybody give them.
    """
    if state.judged_by.edition < SINCE or event.actor.user.endswith(SIMULATED):
        return ""
    plan, actor = authority.recorded(state), _by_the_kernel(event.actor)
    if plan is None:
        return ""
    if nobody := people.why_nobody(plan, actor):
        return f"{nobody}: starting needs a person"
    return "" if authority.is_named(plan, actor) else f"the plan that it records does not name {actor.user}"


def leads_by_start(event: Event, state: ReleaseState) -> bool:
    """Whether who starts may lead by the plan that they record; a line by hand need not say that they may not."""
    if state.judged_by.edition < SINCE or event.actor.user.endswith(SIMULATED):
        return True
    plan = authority.recorded(state)
    return plan is None or authority.can_lead(plan, _by_the_kernel(event.actor).user)


def items_at_start(state: ReleaseState) -> Mapping[str, ItemState]:
    """Items that a draft closed by one person's word, as they stand once the plan of `state` asks two for them."""
    plan = authority.recorded(state)
    if plan is None or state.judged_by.edition < SINCE:
        return {}
    found: dict[str, ItemState] = {}
    for item, terms in authority.terms(state).items():
        before = state.item(item)
        if not terms.two_person or (before.first is None and before.actor is None):
            continue
        hands = _hands(plan, before)
        if before.status is not ItemStatus.OPEN and len(hands) < 2:
            found[item] = replace(before, status=ItemStatus.OPEN, first=hands[0] if hands else None)
        elif before.status is ItemStatus.OPEN and before.first is not None and not hands:
            found[item] = replace(before, first=None)
    return found


def _hands(plan: Plan, item: ItemState) -> list[Vouch]:
    """Who has said it, each as a first one would: persons that the plan names, and every human once."""
    said = [item.first] if item.first is not None else []
    if item.status is not ItemStatus.OPEN and item.actor is not None and item.at is not None:
        skip = item.status is ItemStatus.SKIPPED
        said.append(Vouch(item.actor, item.at, item.seq, skip, item.reason))
    found: list[Vouch] = []
    for one in said:
        actor = _by_the_kernel(one.actor)
        simulated = one.actor.user.endswith(SIMULATED)
        twice = any(people.same_human(plan, _by_the_kernel(other.actor), actor) for other in found)
        if simulated or not (twice or _no_hand(plan, actor)):
            found.append(one)
    return found


def _no_glass(event: Event, actor: Actor, plan: Plan, state: ReleaseState) -> str:
    """Why a request or a confirmation of break-glass waives nothing."""
    from gonogo.rules import glass  # a tick of every day asks for none

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
