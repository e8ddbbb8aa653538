"""What still counts after the plan was edited: answers to questions that are asked in the same way as before.

An address that was corrected must not be shown with what the wrong one said, nor a version with the commits of
another. What is left out here is unknown until somebody has answered the new question.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from gonogo.facts.evidence import Evidence
from gonogo.facts.inputs import Inputs
from gonogo.plan import Branches, LoadedPlan, Plan, Probe, Product, ProductBranches, Source, Target, Timing
from gonogo.plan.branches import branches_of


def under(loaded: LoadedPlan, inputs: Inputs) -> Inputs:
    """`inputs` with the plan `loaded`, less what was answered to questions that it does not ask."""
    before, after = inputs.loaded.plan, loaded.plan
    same = _same_histories(before, after)
    whole = {product.name for product in after.products} <= same
    measured = {one.name for one in after.metrics if _metric(before, one.name) == _metric(after, one.name)}
    return replace(
        inputs,
        loaded=loaded,
        evidence=dict(_evidence(before, after, inputs)),
        changes={name: one for name, one in inputs.changes.items() if name in same},
        histories_at={name: one for name, one in inputs.histories_at.items() if name in same},
        files={name: one for name, one in inputs.files.items() if name in same},
        files_at={name: one for name, one in inputs.files_at.items() if name in same},
        artifacts={key: one for key, one in inputs.artifacts.items() if key[0] in same},
        containment=None
        if inputs.containment is None
        else {key: one for key, one in inputs.containment.items() if key[0] in same},
        ledger=inputs.ledger if whole else None,
        check_files={},
        metrics={name: one for name, one in inputs.metrics.items() if name in measured},
    )


def _same_histories(before: Plan, after: Plan) -> set[str]:
    """The products whose repository is asked the same things."""
    if (before.changelog, before.target_date) != (after.changelog, after.target_date):
        return set()
    earlier = {product.name: _repository(before, product) for product in before.products}
    return {product.name for product in after.products if earlier.get(product.name) == _repository(after, product)}


def _repository(plan: Plan, product: Product) -> tuple[Product, Branches]:
    """The product without what says nothing about its repository, and its branches."""
    bare = replace(product, owner="", probes=(), flags=(), branches=ProductBranches())
    return bare, branches_of(plan, product)


def _evidence(before: Plan, after: Plan, inputs: Inputs) -> Iterable[tuple[Target, Evidence]]:
    for target, evidence in inputs.evidence.items():
        kept = tuple(
            strand
            for strand in evidence.strands
            if _question(before, target, strand.origin) == _question(after, target, strand.origin)
        )
        if kept:
            yield target, evidence if kept == evidence.strands else Evidence(kept)


def _question(plan: Plan, target: Target, origin: str) -> tuple[Any, ...]:
    """What is asked about a cell, by its own probes or by the source of that id."""
    if origin:
        return tuple(_bare(source) for source in plan.sources if source.id == origin)
    product = plan.product(target.product)
    probes = product.probes if product is not None else ()
    return tuple(_bare(probe) for probe in probes if probe.environment == target.environment)


def _bare(asked: Probe | Source) -> Probe | Source:
    """A question without its line in the file, and without its pace: neither changes the answer."""
    return replace(asked, where="", timing=Timing())


def _metric(plan: Plan, name: str) -> tuple[Any, ...]:
    metric = next((one for one in plan.metrics if one.name == name), None)
    if metric is None:
        return ()
    return (metric.query, tuple(_bare(source) for source in plan.sources if source.id == metric.source))
