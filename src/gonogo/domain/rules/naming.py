"""Who can clear something, in words."""

from gonogo.domain.plan import Plan


def person(plan: Plan, key: str) -> str:
    """`Ana Ruiz (aruiz)` of a key of `people`; the key itself when the plan names nobody by it."""
    person = plan.person(key)
    return f"{person.name} ({person.account})" if person else key


def owner_of_product(plan: Plan, name: str) -> str:
    """Who owns a product, as `person` says it."""
    product = plan.product(name)
    return person(plan, product.owner) if product else ""
