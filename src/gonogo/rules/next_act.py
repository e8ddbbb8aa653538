"""Who can do what next: an act is only printed with somebody who can carry it out."""

from collections.abc import Sequence

from msgspec import Struct

from gonogo.events import Actor, people
from gonogo.events.lifecycle import Lifecycle
from gonogo.plan import Person, Plan
from gonogo.rules import finishing
from gonogo.rules.asked import asked
from gonogo.rules.votes import SlotStanding, Standing, requesters, spoken_for


class NextAct(Struct, frozen=True):
    """What to type, and who can."""

    who: str
    """As people call them; "" when anybody can."""
    remedy: str


def approval(plan: Plan, lifecycle: Lifecycle, among: Sequence[SlotStanding], one: SlotStanding) -> NextAct:
    """What brings the approval `one` of `among` further."""
    if one.rejections:
        return NextAct(one.rejections[0].actor.user, one.remedy)
    if one.standing is Standing.UNKNOWN:
        return NextAct("", one.remedy)
    free = _with_role(plan, one, spoken_for(lifecycle, among, one))
    if free:
        return NextAct(_names(plan, free), one.remedy)
    return _by_revoking(plan, lifecycle, among, one) or without_voters(
        plan, one.slot.name, one.slot.role, one.rule
    )


def without_voters(plan: Plan, slot: str, role: str, rule: str = "approval.missing") -> NextAct:
    """What helps where nobody can give an approval any more: a waiver, or another person in the plan."""
    if holders := finishing.waiver_holders(plan):
        where = next(
            (one.name for one in plan.environments if slot in asked(plan, one)), plan.environments[-1].name
        )
        typed = f"gonogo waive {rule}:approval:{slot} --env {where} --reason '...' --until 2h"
        return NextAct(_names(plan, holders), typed)
    remedy = f"name another person with role {role} in `people` of the plan, then: gonogo amend accept"
    return NextAct(_names(plan, finishing.persons(plan)), remedy)


def missing_in_flight(plan: Plan, product: str, fix: str) -> NextAct | None:
    """What lets a fix be missing in the release in flight; None where nobody may waive."""
    holders = finishing.waiver_holders(plan)
    if not holders:
        return None
    where = plan.environments[-1].name
    typed = f"gonogo waive fix.lost:fix:{product}/{fix} --env {where} --reason '...' --until 2h"
    return NextAct(_names(plan, holders), typed)


def _by_revoking(
    plan: Plan, lifecycle: Lifecycle, among: Sequence[SlotStanding], one: SlotStanding
) -> NextAct | None:
    """Whoever counts for another approval takes that back and gives this one, where others can give that."""
    asked_by = requesters(lifecycle)
    keys = {person.key for actor in asked_by if (person := plan.person_of(actor.user)) is not None}
    if any(slot.name == one.slot.name for slot in finishing.not_to_be_given(plan, keys)):
        return None
    own = [vote.actor for vote in one.counted]
    able = {person.key for person in _with_role(plan, one, (*asked_by, *own))}
    others = [other for other in among if other.slot.name != one.slot.name and not other.slot.same_person]
    bound = [(other, person) for other in others for person in _who_counts(plan, other) if person.key in able]
    if not bound:
        return None
    other, person = next(
        (
            (other, person)
            for other, person in bound
            if _with_role(plan, other, (*spoken_for(lifecycle, among, other),))
        ),
        bound[0],
    )
    remedy = f"gonogo revoke {other.slot.name}    then: gonogo approve {one.slot.name}"
    return NextAct(people.named(plan, person.account), remedy)


def _who_counts(plan: Plan, one: SlotStanding) -> list[Person]:
    found = (plan.person_of(vote.actor.user) for vote in one.counted)
    return [person for person in found if person is not None]


def _with_role(plan: Plan, one: SlotStanding, but: Sequence[Actor]) -> tuple[Person, ...]:
    left_out = {name for actor in but for name in people.human(plan, actor)}
    return tuple(
        person
        for person in finishing.persons(plan)
        if one.slot.role in person.roles and f"person:{person.key}" not in left_out
    )


def _names(plan: Plan, found: Sequence[Person]) -> str:
    return ", ".join(people.named(plan, person.account) for person in found)
