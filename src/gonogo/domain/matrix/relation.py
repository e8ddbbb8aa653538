"""How what runs stands to the planned version, and whether that should run there by now."""

from datetime import datetime

from gonogo.domain.history import same_set
from gonogo.domain.matrix.model import Cell, Matrix, Relation
from gonogo.domain.matrix.running import active, apart
from gonogo.domain.observation import Role, Running, Status
from gonogo.domain.plan import Plan, Product
from gonogo.domain.version import compare_texts


def relation(product: Product, versions: tuple[Running, ...], status: Status) -> Relation:
    """How the running versions stand to the planned one, by the product's own scheme."""
    serving = active(versions)
    if not serving:
        return Relation.ABSENT if status is Status.NOT_DEPLOYED else Relation.UNKNOWN
    if serving[0].role is Role.PREVIEW:
        return Relation.UNKNOWN  # only an idle side is known: nobody says what serves
    revisions = {running.revision for running in serving if running.revision}
    if len(serving) > 1 and (len(apart(product, serving)) > 1 or len(revisions) > 1):
        return Relation.MIXED
    order = compare_texts(serving[0].version, product.version, product.scheme, product.name)
    if order is None or (order == 0 and any(not _is_pinned(product, one) for one in revisions)):
        return Relation.DIFFERS
    return Relation.MATCH if order == 0 else Relation.BEHIND if order < 0 else Relation.AHEAD


_HEX = frozenset("0123456789abcdef")


def _is_pinned(product: Product, revision: str) -> bool:
    """Whether `revision` may be the pinned commit; True when nothing is pinned, or it is no commit id."""
    pinned, shown = product.revision.lower(), revision.lower()
    if not pinned or len(shown) < 7 or not set(shown) <= _HEX:
        return True
    return pinned.startswith(shown) or shown.startswith(pinned)


def expected_by_now(plan: Plan, named: Product, matrix: Matrix, cell: Cell, now: datetime) -> str:
    """Why the planned version should run in `cell` by now; "" while it need not yet."""
    product, environment = cell.target
    if any(same_set(named, one.versions, (named.version,)) for one in cell.history[:-1]):
        return f"{cell.planned} ran here before"
    for name in matrix.environments[matrix.environments.index(environment) + 1 :]:
        later = plan.environment(name)
        if later and environment in later.after and matrix.cell(product, name).relation is Relation.MATCH:
            return f"{name}, which comes after it, runs {cell.planned} already"
    if plan.window is not None and now >= plan.window.end:
        return "the release window is over"
    return ""
