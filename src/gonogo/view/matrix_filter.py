"""Which products of the matrix a person asked to see. Shared by the pane and the command line."""

from collections.abc import Callable, Mapping

from gonogo.facts import Status
from gonogo.matrix import Cell, Freshness, Matrix, Relation

_SOUND = frozenset({Status.SUCCEEDED, Status.IN_PROGRESS, Status.NOT_DEPLOYED})


def drifts(cell: Cell) -> bool:
    """Whether something else than the planned version is known to run there."""
    return cell.is_known and cell.relation not in {Relation.MATCH, Relation.UNKNOWN}


def is_problem(cell: Cell) -> bool:
    """Whether somebody must look: it failed, degraded or paused, or what it says is not worth relying on.

    So do sources that disagree or have fallen silent, and a cell that should have the planned version by now.
    """
    if cell.freshness is not Freshness.FRESH or cell.status not in _SOUND or cell.relation is Relation.DISAGREE:
        return True
    return bool(cell.expected) or any(account.reason is not None for account in cell.accounts)


WORDS: Mapping[str, Callable[[Cell], bool]] = {"drift": drifts, "problem": is_problem}
"""Words with a meaning of their own in a filter; every other word is a part of a product's name."""


def kept_products(matrix: Matrix, text: str) -> tuple[str, ...]:
    """The products for which every word of `text` holds, in the plan's order; all of them for an empty text."""
    words = text.casefold().split()
    return tuple(product for product in matrix.products if all(_holds(matrix, product, word) for word in words))


def _holds(matrix: Matrix, product: str, word: str) -> bool:
    question = WORDS.get(word)
    if question is None:
        return word in product.casefold()
    return any(question(matrix.cell(product, environment)) for environment in matrix.environments)
