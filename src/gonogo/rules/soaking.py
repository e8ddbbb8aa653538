"""How long a version has run in an environment, from recorded transitions."""

from collections.abc import Iterable
from datetime import timedelta

from gonogo.facts.history import NotSoaking, soak
from gonogo.matrix import Cell
from gonogo.rules.facts import Facts
from gonogo.rules.naming import owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.text.clocks import local_and_utc
from gonogo.text.spans import span


def soaked(facts: Facts, cell: Cell, wanted: timedelta) -> Iterable[ReasonLine]:
    """Nothing when the planned version has run in `cell` for `wanted`, alone and well."""
    name, environment = cell.target
    product = facts.plan.product(name)
    if product is None:
        return
    shows = tuple(dict.fromkeys(one.version for one in cell.judged))
    until = cell.polled_at if cell.counts_as_match else None
    found = soak(product, product.version, cell.history, until, shows)
    subject, who = f"cell:{name}/{environment}", owner_of_product(facts.plan, name)
    if isinstance(found, NotSoaking):
        yield ReasonLine(
            "soak.unknown",
            Weight.UNKNOWN,
            f"how long {name} {cell.planned} has soaked in {environment} is not known: {found.reason}",
            subject,
            cell.polled_at,
            "journal",
            who,
            "gonogo matrix    records what runs; the soak time counts from then",
            stands=cell.planned,
        )
    elif found.length < wanted:
        left = wanted - found.length
        yield ReasonLine(
            "soak.short",
            Weight.BLOCKER,
            f"{name} {cell.planned} soaks in {environment} for another {span(left)} of {span(wanted)}",
            subject,
            found.since,
            "journal",
            who,
            f"wait {span(left)}",
            stands=f"{cell.planned}, {span(wanted)}",
        )
    elif facts.plan.people and facts.plan.person_of(found.by) is None:
        # it counts: a watch may well run as a service account; but a record can be made by hand, and nobody
        # answers for this one
        yield ReasonLine(
            "soak.unnamed",
            Weight.WARNING,
            f"that {name} {cell.planned} has soaked in {environment} since {local_and_utc(found.since, 'UTC')} "
            f"rests on a record of {found.by}, whom the plan does not name",
            subject,
            found.since,
            "journal",
            who,
            f"gonogo log    shows it; or name {found.by} in `people`",
        )
