"""How far a rollout has come: the shares of a split, and which change of one is worth a line of history."""

from collections.abc import Mapping

from gonogo.events.state import Deployed
from gonogo.matrix import Cell
from gonogo.plan import Product
from gonogo.versions import overlaps

STEP = 5.0
"""Percent: a share that a source states and that moved by less is no step of a rollout."""


def shares_of(cell: Cell) -> Mapping[str, float]:
    """The percentage of each version of a split, by version; empty where the source does not tell all of them."""
    live = cell.judged
    if len(live) < 2:
        return {}
    parts = [running.weight if running.weight is not None else running.replicas for running in live]
    told = [float(part) for part in parts if part is not None]
    if len(told) < len(live) or not sum(told):
        return {}
    shares: dict[str, float] = {}
    for running, part in zip(live, told, strict=True):
        shares[running.version] = round(shares.get(running.version, 0.0) + 100 * part / sum(told), 1)
    return shares


def share_of(product: Product, shares: Mapping[str, float]) -> float | None:
    """The percentage of the planned version, in all its spellings; None where none is told."""
    told = [
        share for text, share in shares.items() if overlaps(text, product.version, product.scheme, product.name)
    ]
    return sum(told) if told else None


def is_step(product: Product, before: Deployed, shares: Mapping[str, float], *, sampled: bool) -> bool:
    """Whether the planned version's share in a split moved enough since `before` to be recorded.

    A share that is counted from answers flutters: only that it is told at all, and that it passes what may run
    before a go, is news.
    """
    share, recorded = share_of(product, shares), share_of(product, before.shares)
    if share is None:
        return False
    if recorded is None:
        return True
    limit = product.canary.before_go
    if limit is not None and recorded <= limit < share:
        return True
    return not sampled and abs(share - recorded) >= STEP
