"""How cells stand to each other: to production, and to the environment before. Always by the product's scheme."""

from msgspec import Struct

from gonogo.facts.history import same_set
from gonogo.matrix import Cell, Matrix, Relation
from gonogo.plan import Plan, Product
from gonogo.versions import compare_texts


class Drift(Struct, frozen=True):
    """How one cell stands to the same product in an environment before it."""

    environment: str
    relation: Relation
    """MATCH: the same; AHEAD: this cell runs the newer one, which never ran before it; BEHIND: the usual case."""
    versions: tuple[str, ...]
    """What runs there."""


def older_than_live(plan: Plan, matrix: Matrix, product: Product) -> tuple[Cell, ...]:
    """Production cells that run something newer than the plan wants, as far as they are known."""
    found = []
    for environment in plan.environments:
        if environment.production:
            cell = matrix.cell(product.name, environment.name)
            if cell.is_known and any(_is_newer(product, one.version) for one in cell.judged):
                found.append(cell)
    return tuple(found)


def drift_from_before(plan: Plan, matrix: Matrix, cell: Cell) -> tuple[Drift, ...]:
    """How a known cell stands to each environment its own comes after."""
    product, environment = plan.product(cell.target.product), plan.environment(cell.target.environment)
    if product is None or environment is None or not cell.is_known or cell.relation is Relation.DISAGREE:
        return ()
    before = (matrix.cell(product.name, name) for name in environment.after if name in matrix.environments)
    return tuple(_drift(product, cell, other) for other in before)


def _is_newer(product: Product, version: str) -> bool:
    return compare_texts(version, product.version, product.scheme, product.name) == 1


def _drift(product: Product, cell: Cell, other: Cell) -> Drift:
    here, there = _texts(cell), _texts(other)
    return Drift(other.target.environment, _relation(product, other, here, there), there)


def _relation(product: Product, other: Cell, here: tuple[str, ...], there: tuple[str, ...]) -> Relation:
    if not other.is_known or other.relation is Relation.DISAGREE:
        return Relation.UNKNOWN
    if same_set(product, here, there):
        return Relation.MATCH
    if len(here) != 1 or len(there) != 1:
        return Relation.MIXED if here and there else Relation.ABSENT
    order = compare_texts(here[0], there[0], product.scheme, product.name)
    if not order:
        return Relation.DIFFERS  # no order, or two builds of one version
    return Relation.AHEAD if order > 0 else Relation.BEHIND


def _texts(cell: Cell) -> tuple[str, ...]:
    return tuple(dict.fromkeys(running.version for running in cell.judged))
