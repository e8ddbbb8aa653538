"""How what runs stands to the planned version, and whether that should run there by now."""

from collections.abc import Sequence
from datetime import datetime

from gonogo.facts import Role, Running, Status
from gonogo.facts.history import is_planned
from gonogo.facts.pins import Proof, proof_of, revision_of
from gonogo.matrix.model import Cell, Matrix, Relation
from gonogo.matrix.running import active, apart
from gonogo.plan import Plan, Product
from gonogo.versions import compare_texts, is_ordered


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
    if is_planned(product, (serving[0].version,)):
        return _by_revision(product, serving)
    named = (serving[0].version, product.version, product.scheme, product.name)
    order = compare_texts(*named)
    if not order or not is_ordered(product.version, serving[0].version, product.scheme, product.name):
        return Relation.DIFFERS
    return Relation.BEHIND if order < 0 else Relation.AHEAD


def _by_revision(product: Product, serving: Sequence[Running]) -> Relation:
    """How the planned version stands to the pinned commit: what serves must prove that it was built from it."""
    if not product.revision:
        return Relation.MATCH
    proofs = {proof_of(product.revision, revision_of(product, one)) for one in serving}
    if Proof.ANOTHER in proofs:
        return Relation.DIFFERS
    return Relation.UNKNOWN if Proof.NONE in proofs else Relation.MATCH


def expected_by_now(plan: Plan, named: Product, matrix: Matrix, cell: Cell, now: datetime) -> str:
    """Why the planned version should run in `cell` by now; "" while it need not yet."""
    product, environment = cell.target
    if any(is_planned(named, one.versions) for one in cell.history[:-1]):
        return f"{cell.planned} ran here before"
    for name in matrix.environments[matrix.environments.index(environment) + 1 :]:
        later = plan.environment(name)
        if later and environment in later.after and matrix.cell(product, name).relation is Relation.MATCH:
            return f"{name}, which comes after it, runs {cell.planned} already"
    if plan.window is not None and now >= plan.window.end:
        return "the release window is over"
    return ""
