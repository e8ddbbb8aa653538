"""Who may do what with the release: the release lead, a role the plan names for the act, named accounts.

Stopping is everybody's. What lets a release go, ends it or ends a stop needs the release lead or a role that
`authority` names for it. While an edit of the plan waits to be accepted, the plan that was agreed on says who may:
nobody gets a right by writing it into the file.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, people
from gonogo.events.state import ReleaseState, ReleaseStatus
from gonogo.plan import Authority, BreakGlass, LoadedPlan, Person, Plan
from gonogo.text import clean
from gonogo.text.durations import parse_duration

SILENCE = timedelta(minutes=15)
"""Without a sign of the lead for so long, any account may take over in a plan that names nobody."""

_BY_ITSELF = frozenset(
    {kinds.CELL_CHANGED, kinds.CHECK_FINISHED, kinds.TRIGGER_FIRED, kinds.TRIGGER_CLEARED, kinds.ACT_REFUSED}
)
"""Events a session records without anybody at the keyboard, and refusals: no sign of a person at work."""


class Act(StrEnum):
    """What needs the release lead, or a role that `authority` names under this key."""

    GO = "go"
    COMPLETE = "complete"
    CANCEL = "cancel"
    RESUME = "resume"
    UNFREEZE = "unfreeze"


_WORDS = {
    Act.GO: "give GO",
    Act.COMPLETE: "complete the release",
    Act.CANCEL: "cancel the release",
    Act.RESUME: "resume the release",
    Act.UNFREEZE: "lift a freeze",
}


class Barrier(Struct, frozen=True):
    """Why an account may not, and who may."""

    fact: str
    remedy: str


def agreed(loaded: LoadedPlan, state: ReleaseState) -> Plan:
    """The plan with the people and the authority that were agreed on; as it is where no edit waits."""
    record = state.lifecycle.plan
    if record is None or record.sha256 == loaded.sha256:
        return loaded.plan
    outline = _unpacked(record.outline)
    if outline is None:
        return loaded.plan
    named, roles, manager = outline
    return replace(loaded.plan, people=named, authority=roles, manager=manager)


def recorded(state: ReleaseState) -> Plan | None:
    """The people and the authority that were agreed on, in a plan of nothing else; None where none was kept."""
    record = state.lifecycle.plan
    outline = _unpacked(record.outline) if record is not None else None
    if outline is None:
        return None
    named, roles, manager = outline
    return Plan("", (), (), people=named, authority=roles, manager=manager)


@lru_cache(maxsize=4)
def _outline(parts: tuple[str, ...]) -> Mapping[str, str] | None:
    from gonogo.rules.outline import unpack  # only a started release needs it

    return unpack(parts)


@lru_cache(maxsize=4)
def _unpacked(parts: tuple[str, ...]) -> tuple[tuple[Person, ...], Authority, str] | None:
    outline = _outline(parts)
    if outline is None:
        return None
    found = tuple(_person(outline, key) for key in _texts(outline, "people/order"))
    roles = {act.value: _texts(outline, f"authority/{act}") for act in Act}
    authority = Authority(
        **roles, take_lead=_texts(outline, "authority/take_lead"), break_glass=_break_glass(outline)
    )
    return found, authority, outline.get("manager", "")


def _break_glass(outline: Mapping[str, str]) -> BreakGlass:
    roles = _texts(outline, "authority/break_glass/roles")
    said = outline.get("authority/break_glass/expires", "")
    try:
        return BreakGlass(roles, parse_duration(said.replace(" ", ""))) if said else BreakGlass(roles)
    except ValueError:
        return BreakGlass(roles)


def _person(outline: Mapping[str, str], key: str) -> Person:
    path = f"people/{key}"
    shared = outline.get(f"{path}/shared")
    return Person(
        key,
        outline.get(f"{path}/name", key),
        outline.get(f"{path}/account", ""),
        _texts(outline, f"{path}/roles"),
        _texts(outline, f"{path}/also"),
        None if shared is None else shared == "yes",
    )


def _texts(outline: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(one for one in outline.get(name, "").split(", ") if one)


def misrecorded(loaded: LoadedPlan, state: ReleaseState) -> str:
    """Why the plan that was recorded under the hash of this one says something else; "" where it says the same.

    What counts from whom is judged by the record. Whoever writes a start by hand could put their own name into it.
    """
    record = state.lifecycle.plan
    if record is None or record.sha256 != loaded.sha256:
        return ""  # an edit: what it changes is shown, and waits to be accepted
    said, plan = _deciding_in(record.outline), _deciding_of(_ByIdentity(loaded.plan))
    if said is None:
        return "the plan was not recorded with it"
    if said == plan:
        return ""
    wrong = sorted(name for name in {*said, *plan} if said.get(name) != plan.get(name))
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return f"it says otherwise than the plan of that hash: {', '.join(clean(one, 60) for one in wrong[:3])}{more}"


def _deciding(outline: Mapping[str, str]) -> Mapping[str, str]:
    """What an outline tells of who may do something, and of what closes an item.

    Not the whole of it: another program may spell other values otherwise.
    """
    found: dict[str, str] = {}
    for name, value in outline.items():
        head, _, rest = name.partition("/")
        item, _, field = rest.partition("/")
        if head in {"manager", "authority", "people"} or (head == "items" and field in _CLOSES):
            found[name] = value
        elif head == "items" and field.startswith("check/"):
            found[f"items/{item}/check"] = "yes"
    return found


_CLOSES = ("two_person", "evidence_required")


class _ByIdentity:
    """A plan that goes by its identity, so that its outline is made once: plans hold what cannot be hashed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.plan is self.plan

    def __hash__(self) -> int:
        return id(self.plan)


@lru_cache(maxsize=4)
def _deciding_of(one: _ByIdentity) -> Mapping[str, str]:
    from gonogo.rules.outline import outline_of  # only a started release needs it

    return _deciding(outline_of(one.plan))


@lru_cache(maxsize=4)
def _deciding_in(parts: tuple[str, ...]) -> Mapping[str, str] | None:
    outline = _outline(parts)
    return None if outline is None else _deciding(outline)


class Terms(Struct, frozen=True):
    """What closes an item beside somebody's word."""

    two_person: bool = False
    evidence: bool = False
    check: bool = False


def terms(state: ReleaseState) -> Mapping[str, Terms]:
    """By item of the recorded plan: what closes it beside one word; empty where no plan was kept."""
    record = state.lifecycle.plan
    return _terms(record.outline) if record is not None else {}


@lru_cache(maxsize=4)
def _terms(parts: tuple[str, ...]) -> Mapping[str, Terms]:
    found: dict[str, Terms] = {}
    for name, value in (_outline(parts) or {}).items():
        kind, _, rest = name.partition("/")
        item, _, field = rest.partition("/")
        if kind != "items":
            continue
        known = found.get(item, Terms())
        if field == "two_person" and value == "yes":
            found[item] = replace(known, two_person=True)
        elif field == "evidence_required" and value == "yes":
            found[item] = replace(known, evidence=True)
        elif field.startswith("check/"):
            found[item] = replace(known, check=True)
    return found


def is_named(plan: Plan, actor: Actor) -> bool:
    """Whether the plan names the account; everybody counts as named where it names nobody."""
    return not plan.people or plan.person_of(actor.user) is not None


def leads(plan: Plan, state: ReleaseState, actor: Actor) -> bool:
    """Whether the human behind `actor` is the release lead."""
    return state.baton is not None and people.is_account_of(plan, state.baton.driver, actor)


def lead_name(plan: Plan, state: ReleaseState) -> str:
    """The release lead as people call them; "" while there is none."""
    return people.named(plan, state.baton.driver) if state.baton else ""


def can_lead(plan: Plan, account: str) -> bool:
    """Whether the plan lets this account be the release lead."""
    person = plan.person_of(account)
    if person is None:
        return not plan.people
    if person.shared:
        return False
    wanted = set(plan.authority.take_lead)
    return not wanted or bool(wanted & set(person.roles)) or person.key == plan.manager


def leaders(plan: Plan) -> tuple[Person, ...]:
    """Everybody the plan names who may take the lead, in its order."""
    return tuple(one for one in plan.people if can_lead(plan, one.account))


def roles_for(plan: Plan, act: Act) -> tuple[str, ...]:
    """Roles that may `act` beside the release lead."""
    found: tuple[str, ...] = getattr(plan.authority, act.value)
    return found


def who_may(plan: Plan, state: ReleaseState, act: Act) -> tuple[str, ...]:
    """Everybody who may `act` now, as people call them: the lead first, then who has a role for it."""
    wanted = set(roles_for(plan, act))
    holders = [
        people.named(plan, one.account) for one in plan.people if wanted & set(one.roles) and not one.shared
    ]
    lead = lead_name(plan, state)
    return tuple(dict.fromkeys([*([lead] if lead else []), *holders]))


def clears(plan: Plan, state: ReleaseState, act: Act) -> str:
    """Who can `act`, for a reason that waits for it: those who may now, else those who may take the lead first."""
    names = who_may(plan, state, act) or tuple(people.named(plan, one.account) for one in leaders(plan))
    return ", ".join(names[:4])


def typed_for(plan: Plan, state: ReleaseState, act: Act, command: str) -> str:
    """The next command for a reason that waits for `act`: where nobody may, the lead is taken first."""
    draft = state.lifecycle.status is ReleaseStatus.DRAFT
    return command if draft or who_may(plan, state, act) else f"gonogo drive    takes the lead, then: {command}"


def barrier(plan: Plan, state: ReleaseState, actor: Actor, act: Act, now: datetime) -> Barrier | None:
    """Why `actor` may not `act` at `now` (UTC), and what helps; None when they may. `plan` is the agreed one."""
    if leads(plan, state, actor) or set(roles_for(plan, act)) & set(people.roles_of(plan, actor)):
        return None
    if state.baton is None and state.lifecycle.status is ReleaseStatus.DRAFT and is_named(plan, actor):
        return None
    lead = lead_name(plan, state)
    roles = roles_for(plan, act)
    or_role = f" or role {' or '.join(roles)}" if roles else ""
    whoever = f"the release lead, {lead},{or_role}" if lead else f"the release lead{or_role}"
    has_none = "" if lead else "; the release has no lead yet"
    return Barrier(f"only {whoever} can {_WORDS[act]}{has_none}", _remedy(plan, state, actor, act, now))


def _remedy(plan: Plan, state: ReleaseState, actor: Actor, act: Act, now: datetime) -> str:
    asked = ", ".join(who_may(plan, state, act)[:4])
    if not can_lead(plan, actor.user):
        names = asked or ", ".join(people.named(plan, one.account) for one in leaders(plan)[:4])
        return f"ask {names}" if names else "name an account that may in `people` of the plan"
    free = takeover_from(plan, state, now)
    if free is not None and free > now:
        return f"ask {asked}, or take over the lead from {free:%H:%M} UTC on: gonogo drive --note '...'"
    note = " --note '...'" if asked else ""
    ask = f"ask {asked}, or " if asked else ""
    return f"gonogo drive{note}    {ask}take the lead"


def last_sign(plan: Plan, state: ReleaseState) -> datetime | None:
    """UTC, when the release lead last did something themselves; None while there is no lead."""
    baton = state.baton
    if baton is None:
        return None
    for event in reversed(state.events):
        if event.at <= baton.at:
            break
        if event.kind not in _BY_ITSELF and people.is_account_of(plan, baton.driver, event.actor):
            return event.at
    return baton.at


def takeover_from(plan: Plan, state: ReleaseState, now: datetime) -> datetime | None:
    """UTC, from when on others may take over the lead; None for at once: the plan names who may."""
    if plan.people:
        return None
    seen = last_sign(plan, state)
    return None if seen is None or seen > now else seen + SILENCE


def offered(plan: Plan, state: ReleaseState) -> str:
    """The manager the lead is offered to, as people call them; "" when there is none, or they lead."""
    manager = plan.person(plan.manager) if plan.manager else None
    baton = state.baton
    if manager is None or (baton is not None and (not baton.by_start or plan.person_of(baton.driver) == manager)):
        return ""
    return people.named(plan, manager.account)


def accepts_offer(plan: Plan, state: ReleaseState, actor: Actor) -> bool:
    """Whether `actor` is the manager, and the one who leads does so only because they started the release."""
    person = plan.person_of(actor.user)
    return person is not None and person.key == plan.manager and state.baton is not None and state.baton.by_start
