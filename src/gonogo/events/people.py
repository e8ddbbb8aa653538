"""Who somebody is: which person stands behind an account, and who may decide at all.

An account is what the kernel names. Two accounts are one human when the plan lists both for one person, or when
the kernel's log-in record says so. What sudo or the environment claims decides nothing.
"""

from collections.abc import Iterable, Sequence

from gonogo.events import Actor
from gonogo.plan import Plan

ROOT = 0


def human(plan: Plan, actor: Actor) -> frozenset[str]:
    """Everything that names the human behind `actor`; two actors who share one name are one human."""
    accounts = [actor.user, *([actor.login] if actor.login else [])]
    names = {_person_or_account(plan, account) for account in accounts}
    # by number too: an account that was renamed in between is still the same one
    return frozenset({*names, f"uid:{actor.uid}"})


def same_human(plan: Plan, one: Actor, other: Actor) -> bool:
    """Whether both are one human, as far as the plan and the kernel know."""
    return bool(human(plan, one) & human(plan, other))


def is_account_of(plan: Plan, account: str, actor: Actor) -> bool:
    """Whether that account belongs to the human behind `actor`."""
    return _person_or_account(plan, account) in human(plan, actor)


def _person_or_account(plan: Plan, account: str) -> str:
    person = plan.person_of(account)
    return f"person:{person.key}" if person else f"account:{account}"


def why_nobody(plan: Plan, actor: Actor, shared_accounts: Sequence[str] = ()) -> str:
    """Why `actor` is not one certain person, and so cannot decide anything; "" when it is one.

    Decided from what the kernel says: the account, and who logged in.
    """
    person = plan.person_of(actor.user)
    if actor.via == "ci":
        return f"{actor.user} acts from a CI job, and a job is not a person"
    if person is not None and person.shared:
        return f"{actor.user} is an account that several people use"
    named_as_own = person is not None and person.shared is False
    if actor.uid == ROOT and not named_as_own:
        behind = f" (logged in as {actor.login})" if actor.login and actor.login != actor.user else ""
        return f"root{behind} may be anybody"
    if actor.user in shared_accounts and not named_as_own:
        return f"{actor.user} is an account that several people use"
    if actor.login and actor.login != actor.user and not _same_person(plan, actor):
        return f"you are {actor.user} by way of {actor.login}"
    return ""


def why_no_word(plan: Plan, actor: Actor) -> str:
    """Why what `actor` said in another release does not count in the one of `plan`; "" when it does.

    Whoever could not have said it here has not said it here, whatever the other plan gives them.
    """
    if nobody := why_nobody(plan, actor):
        return nobody
    is_named = not plan.people or plan.person_of(actor.user) is not None
    return "" if is_named else f"the plan does not name {actor.user}"


def _same_person(plan: Plan, actor: Actor) -> bool:
    return _person_or_account(plan, actor.user) == _person_or_account(plan, actor.login)


def roles_of(plan: Plan, actor: Actor) -> tuple[str, ...]:
    """The roles the plan gives to the person behind the account; none for somebody it does not name."""
    person = plan.person_of(actor.user)
    return person.roles if person else ()


def named(plan: Plan, account: str) -> str:
    """`Ana Ruiz (aruiz)` for somebody the plan names, the bare account otherwise."""
    person = plan.person_of(account)
    return f"{person.name} ({account})" if person else account


def with_role(plan: Plan, roles: Iterable[str], but: Sequence[Actor] = ()) -> str:
    """Who has one of these roles, for a sentence, leaving some out; the roles themselves when nobody has."""
    wanted = set(roles)
    left_out = {name for actor in but for name in human(plan, actor)}
    found = [
        f"{person.name} ({person.account})"
        for person in plan.people
        if wanted & set(person.roles) and not person.shared and f"person:{person.key}" not in left_out
    ]
    return ", ".join(found) if found else f"somebody with role {' or '.join(sorted(wanted))}"
