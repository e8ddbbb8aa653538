"""Who can clear something, in words."""

from gonogo.events import Actor
from gonogo.events.people import named, why_nobody, with_role
from gonogo.plan import Plan
from gonogo.rules.authority import is_named

__all__ = ["manager", "named", "or_manager", "owner_of_product", "person", "waivers_by", "with_role"]


def person(plan: Plan, key: str) -> str:
    """`Ana Ruiz (aruiz)` of a key of `people`; the key itself when the plan names nobody by it."""
    found = plan.person(key)
    return f"{found.name} ({found.account})" if found else key


def owner_of_product(plan: Plan, name: str) -> str:
    """Who owns a product, as `person` says it; the release manager where nobody does."""
    product = plan.product(name)
    return person(plan, product.owner) if product and product.owner else manager(plan)


def manager(plan: Plan) -> str:
    """Who manages the release; "" when the plan names nobody."""
    return person(plan, plan.manager)


def or_manager(plan: Plan, actor: Actor) -> str:
    """Whoever said it, where that is one certain person who can take it back; else the release manager."""
    return manager(plan) if why_nobody(plan, actor) or not is_named(plan, actor) else named(plan, actor.user)


def waivers_by(plan: Plan) -> str:
    """Who may let a rule pass; "" when the plan lets nobody."""
    return with_role(plan, plan.waiver_roles) if plan.waiver_roles else ""
