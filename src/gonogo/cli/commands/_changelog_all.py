"""`changelog --all`: the whole history, release by release; what was read once is kept for next time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gonogo.changelog import Unreadable
from gonogo.errors import ExitCode
from gonogo.io.git.history.kept import Store
from gonogo.io.git.history.past import Past, read_past
from gonogo.io.host.own_cache import cache_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.cli.context import Context
    from gonogo.plan import Plan, Product


def run(context: Context, plan: Plan, products: Sequence[Product]) -> int:
    """Print every release of each product; one history that cannot be read makes the answer incomplete."""
    directory = cache_directory(os.environ, "histories")
    code, found = ExitCode.OK, []
    for product in products:
        store = Store(directory, product, plan.changelog) if directory else None
        past = read_past(product, plan.changelog, store)
        if isinstance(past, Unreadable):
            context.say.warning(f"{past.product}: {past.reason}\n  {past.remedy}".rstrip())
            code = ExitCode.UNKNOWN
        found.append(past)
    if context.options.json:
        context.out.json({"release": plan.release, "products": [_facts(past) for past in found]})
        return code
    for index, past in enumerate(past for past in found if isinstance(past, Past)):
        if index:
            context.out.line()
        _print(context, past, named=len(products) > 1)
    return code


def _print(context: Context, past: Past, *, named: bool) -> None:
    for problem in past.problems:
        context.say.warning(f"{past.product}: {problem}")
    if named:
        context.out.line(past.product)
        context.out.line()
    context.out.block("\n".join(release.lines.decode() for release in past.releases).rstrip("\n"))


def _facts(past: Past | Unreadable) -> dict[str, object]:
    if isinstance(past, Unreadable):
        return {"product": past.product, "readable": False, "reason": past.reason, "remedy": past.remedy}
    return {
        "product": past.product,
        "readable": True,
        "target": past.target,
        "problems": list(past.problems),
        "releases": [
            {"tag": one.tag, "count": one.count, "lines": one.lines.decode().split("\n")} for one in past.releases
        ],
    }
