"""What is known from outside git when a hotfix is planned: from the matrix and the journal."""

from gonogo.events.state import ReleaseState
from gonogo.hotfix.lines import not_counted, observed_in_production
from gonogo.hotfix.wish import Seen
from gonogo.matrix import Matrix
from gonogo.plan import Plan, Product


def seen_of(plan: Plan, matrix: Matrix, state: ReleaseState, product: Product) -> Seen:
    """Everything that bears on a hotfix of `product`."""
    cells = [matrix.cell(product.name, environment.name) for environment in plan.environments]
    running = tuple(
        (running.version, cell.target.environment)
        for cell in cells
        for running in cell.versions
        if running.version
    )
    return Seen(
        observed_in_production(plan, matrix, product.name),
        running,
        _pins(state, product),
        tuple(
            (one.version, one.id)
            for one in state.hotfixes.values()
            if one.product == product.name and not one.is_over and one.tag
        ),
        tuple((one.version, one.actor.user) for one in state.bad.values() if one.product == product.name),
        not_counted(plan, matrix, product.name),
    )


def _pins(state: ReleaseState, product: Product) -> tuple[tuple[str, str, str], ...]:
    """Commits that a version's tag was agreed to be at."""
    pins = [(product.version, product.revision, "the plan")] if product.revision else []
    record = state.lifecycle.plan
    if record is not None and product.name in record.pins:
        pins.append((record.versions.get(product.name, ""), record.pins[product.name], "the start of the release"))
    pins += [
        (one.version, one.commit, f"the journal ({one.id})")
        for one in state.hotfixes.values()
        if one.product == product.name and one.tag_object and one.commit
    ]
    return tuple(pins)
