"""Times in which nothing may go."""

from collections.abc import Iterable

from gonogo.domain.freeze import holds_until
from gonogo.domain.plan import Environment
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.spans import span


def freezes(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """The plan's freezes that hold for this environment and a product of the plan."""
    products = {product.name for product in facts.plan.products}
    for freeze in facts.plan.freezes:
        if freeze.environments and environment.name not in freeze.environments:
            continue
        if freeze.products and not products & set(freeze.products):
            continue
        until = holds_until(freeze, facts.now)
        if until is not None:
            reason = f": {freeze.reason}" if freeze.reason else ""
            scope = f" for {', '.join(freeze.products)}" if freeze.products else ""
            yield ReasonLine(
                "freeze.active",
                Weight.BLOCKER,
                f"freeze '{freeze.name}'{scope} holds until {until:%Y-%m-%d %H:%M} UTC{reason}",
                f"freeze:{freeze.name}",
                facts.now,
                "plan",
                remedy=f"wait {span(until - facts.now)}",
            )
