"""Whether a release can be finished: who can give what the plan asks for, given who asked for it?

Judged from the plan alone and from who started and who accepted: before somebody starts, and before an amendment
is accepted that would leave an approval to nobody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from gonogo.events import people
from gonogo.plan import ApprovalSlot, Environment, Freeze, Person, Plan
from gonogo.plan.conditions import SoakGate
from gonogo.rules import authority
from gonogo.rules.windows import next_allowed


class Gap(Struct, frozen=True):
    """One thing that nobody can give any more."""

    subject: str
    """`approval:qa`, `item:migrate`, `lead`, `waivers`, `environment:prod-eu`."""
    fact: str
    waivable: bool = False
    """Whether somebody the plan names can waive it instead."""


def persons(plan: Plan) -> tuple[Person, ...]:
    """Everybody the plan names who can decide: shared accounts, and root unless it is one person's, cannot."""
    return tuple(one for one in plan.people if not one.shared and (one.account != "root" or one.shared is False))


def gaps(plan: Plan, requesters: Sequence[str]) -> tuple[Gap, ...]:
    """What nobody could give, if the accounts `requesters` asked for the approvals; empty when nothing."""
    found: list[Gap] = []
    keys = {person.key for account in requesters if (person := plan.person_of(account)) is not None}
    can_waive = bool(waiver_holders(plan))
    for slot in not_to_be_given(plan, keys):
        asked = " and ".join(dict.fromkeys(people.named(plan, one) for one in requesters))
        without = f" other than {asked}" if asked else ""
        many = f"{slot.quorum} persons" if slot.quorum > 1 else "a person"
        found.append(
            Gap(
                f"approval:{slot.name}",
                f"approval '{slot.name}' needs {many} with role {slot.role}{without}, and too few are left for it",
                can_waive,
            )
        )
    return (*found, *_second_hands(plan, can_waive), *_lead(plan), *_waivers(plan))


def _second_hands(plan: Plan, can_waive: bool) -> Iterable[Gap]:
    if plan.people and len(persons(plan)) < 2:
        for item in plan.items:
            if item.two_person:
                fact = f"nobody can be the second person for '{item.id}': the plan names one person"
                yield Gap(f"item:{item.id}", fact, can_waive)


def _lead(plan: Plan) -> Iterable[Gap]:
    if plan.people and not any(authority.can_lead(plan, one.account) for one in persons(plan)):
        roles = " or ".join(plan.authority.take_lead)
        yield Gap(
            "lead", f"nobody can lead the release: no person has role {roles}" if roles else "nobody can lead"
        )


def _waivers(plan: Plan) -> Iterable[Gap]:
    if plan.waiver_roles and not waiver_holders(plan):
        roles = " or ".join(plan.waiver_roles)
        # nothing may ever need a waiver
        yield Gap("waivers", f"nobody can waive anything: no person has role {roles}", waivable=True)


def waiver_holders(plan: Plan) -> tuple[Person, ...]:
    """Who may waive, in the plan's order."""
    wanted = set(plan.waiver_roles)
    return tuple(one for one in persons(plan) if wanted & set(one.roles))


def not_to_be_given(plan: Plan, without: Iterable[str]) -> tuple[ApprovalSlot, ...]:
    """Approvals that the persons of the plan cannot all give, leaving out those with the keys `without`.

    One person counts for one approval, unless `same_person` lets them give it beside another: a matching of
    persons to votes, which is grown vote by vote along alternating paths.
    """
    left_out = set(without)
    voters = [one for one in persons(plan) if one.key not in left_out]
    taken: dict[str, int] = {}
    votes: list[ApprovalSlot] = []
    lacking: list[ApprovalSlot] = []

    def give(vote: int, tried: set[str]) -> bool:
        for person in voters:
            if votes[vote].role not in person.roles or person.key in tried:
                continue
            tried.add(person.key)
            if person.key not in taken or give(taken[person.key], tried):
                taken[person.key] = vote
                return True
        return False

    for slot in plan.approvals:
        if slot.same_person:
            if sum(slot.role in person.roles for person in voters) < slot.quorum:
                lacking.append(slot)
            continue
        for _ in range(slot.quorum):
            votes.append(slot)
            if not give(len(votes) - 1, set()):
                lacking.append(slot)
                break
    return tuple(lacking)


def hopeless(found: Iterable[Gap]) -> tuple[Gap, ...]:
    """Those that no waiver gets around."""
    return tuple(one for one in found if not one.waivable)


def possible_starters(plan: Plan) -> tuple[Person, ...]:
    """Who can start it so that it can be finished without a waiver; in the plan's order."""
    return tuple(one for one in persons(plan) if not gaps(plan, [one.account]))


def others_who_can(plan: Plan, asked: Sequence[str], but: str) -> tuple[Person, ...]:
    """Who else could ask for the approvals, beside the accounts `asked`, so that all can still be given."""
    return tuple(
        one
        for one in persons(plan)
        if one.account != but and but not in one.also and not hopeless(gaps(plan, [*asked, one.account]))
    )


# -- times --------------------------------------------------------------------------------------------------------


def shut_for_good(plan: Plan, now: datetime) -> tuple[Gap, ...]:
    """Environments that no moment from `now` (UTC) on is left for, by freezes, windows and soak.

    What may have soaked before is taken to have: only an environment that is itself entered at a certain time
    makes those after it wait for its soak.
    """
    entered: dict[str, datetime | None] = {}
    found: list[Gap] = []
    for environment in plan.environments:
        ready = [now]
        waits: list[str] = []
        for name, length in _soaks(plan, environment):
            if (before := entered.get(name)) is not None and length:
                ready.append(before + length)
                waits.append(f"the soak in {name}")
        denied, allowed = covering(plan, plan.freezes, environment), windows_of(plan, environment)
        window = plan.window if plan.window is not None and plan.window.covers(environment) else None
        earliest = max([*ready, *([window.start] if window else [])])
        moment = next_allowed(denied, allowed, earliest)
        if moment is None or (window is not None and not window.is_open(moment)):
            causes = [
                *(f"freeze '{one.name}'" for one in denied),
                *(f"window '{one.name}'" for some in allowed for one in some),
                *(["the release window"] if window else []),
                *waits,
            ]
            fact = f"no moment is left to enter {environment.name}: {', '.join(dict.fromkeys(causes))}"
            found.append(Gap(f"environment:{environment.name}", fact))
            entered[environment.name] = None
        else:
            entered[environment.name] = moment if denied or allowed or window else None
    return tuple(found)


def _soaks(plan: Plan, environment: Environment) -> Iterable[tuple[str, timedelta]]:
    """How long what was entered before must have run, by environment."""
    lengths = {one.name: one.soak for one in plan.environments}
    for name in environment.after:
        yield name, lengths.get(name, timedelta(0))
    for gate in plan.gates:
        if gate.environment == environment.name and isinstance(gate, SoakGate):
            yield from ((name, gate.length) for name in gate.places or environment.after)


def covering(plan: Plan, given: Sequence[Freeze], environment: Environment) -> tuple[Freeze, ...]:
    """Those times that speak of the environment and of a product of the plan."""
    products = {product.name for product in plan.products}
    return tuple(
        one
        for one in given
        if (not one.environments or environment.name in one.environments)
        and (not one.products or products & set(one.products))
    )


def windows_of(plan: Plan, environment: Environment) -> tuple[tuple[Freeze, ...], ...]:
    """The windows that speak of each product: each product needs one of its own that is open."""
    found = covering(plan, plan.windows, environment)
    by_product = [
        tuple(one for one in found if not one.products or product.name in one.products)
        for product in plan.products
    ]
    return tuple(dict.fromkeys(some for some in by_product if some))
