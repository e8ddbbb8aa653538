"""What runs: in the environments before, in the environment itself, and in production."""

from collections.abc import Iterable

from gonogo.facts import Status
from gonogo.facts.hearsay import Contest
from gonogo.facts.history import is_planned
from gonogo.facts.pins import Proof, proof_of, revision_of
from gonogo.matrix import Cell, Freshness, Relation
from gonogo.matrix.drift import older_than_live
from gonogo.plan import Environment, Plan, Product
from gonogo.plan.sampling import few_looks
from gonogo.rules.facts import Facts
from gonogo.rules.naming import owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.soaking import soaked
from gonogo.text import clean
from gonogo.text.spans import span


def earlier_environments(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """The environments before must run the plan, seen just now, and long enough."""
    for name in environment.after:
        earlier = facts.plan.environment(name)
        if earlier is None:
            continue
        for cell in facts.matrix.column(name):
            yield from must_match(facts.plan, cell)
            if cell.counts_as_match and earlier.soak:
                yield from soaked(facts, cell, earlier.soak)


def _shape(plan: Plan, cell: Cell) -> str:
    """What runs there and what should, in any order of its instances: another one is another risk."""
    runs = " + ".join(sorted(running.version for running in cell.judged)) or "nothing"
    return f"{runs}{_built(plan, cell)}, planned {cell.planned}"


def _built(plan: Plan, cell: Cell) -> str:
    """From which commit, where another one is pinned; or that the endpoint says it is another one."""
    product = plan.product(cell.target.product)
    if cell.elsewhere:
        return f" of {cell.elsewhere}"
    if product is None or not product.revision:
        return ""
    return "".join(f" from {clean(one, 24)}" for one in sorted({revision_of(product, one) for one in cell.judged}))


def must_match(plan: Plan, cell: Cell) -> Iterable[ReasonLine]:
    """The environment before must run the planned version, seen just now, and healthy."""
    product, environment = cell.target
    if cell.contests:
        yield _contested(plan, cell)
    if not cell.is_known:
        yield unknown_cell(plan, cell)
        return
    shown = " + ".join(running.version for running in cell.judged) or "nothing"
    words = {
        Relation.BEHIND: f"still runs {shown}, planned is {cell.planned}",
        Relation.AHEAD: f"runs {shown}, which is newer than the planned {cell.planned}",
        Relation.MIXED: f"runs {shown} side by side: not done until only {cell.planned} is left",
        Relation.DIFFERS: _another(plan, cell, shown),
        Relation.DISAGREE: f"runs {shown}, as its sources disagree: {cell.source}",
        Relation.ABSENT: f"does not run there at all, planned is {cell.planned}",
    }
    if cell.relation is Relation.UNKNOWN:
        if not cell.contests:
            yield _nothing_to_compare(plan, cell)
        return
    if cell.relation is not Relation.MATCH:
        fact = f"{product} in {environment} {words[cell.relation]}"
        yield about_cell(plan, cell, f"cell.{cell.relation}", fact, _shape(plan, cell))
    if cell.held:
        yield about_cell(
            plan,
            cell,
            "version.held",
            f"{product} {cell.held} is kept in {environment} instead of the planned version",
            cell.held,
        )
    if cell.status is not Status.SUCCEEDED:
        status = cell.status.replace("_", " ")
        message = f": {cell.message}" if cell.message else ""
        fact = f"{product} in {environment} reports '{status}'{message}"
        yield about_cell(plan, cell, "cell.status", fact, f"{cell.status}: {_shape(plan, cell)}")


def _another(plan: Plan, cell: Cell, shown: str) -> str:
    """What runs there instead: another version, or the planned one built from another commit."""
    product = plan.product(cell.target.product)
    if cell.elsewhere:
        return f"runs {shown}, but this endpoint says it is {cell.elsewhere}"
    if product is None or cell.held or not _is_planned(product, cell):
        return f"runs {shown}, which is not the planned {cell.planned}"
    built = (revision_of(product, running) for running in cell.judged)
    other = next((one for one in built if proof_of(product.revision, one) is Proof.ANOTHER), "")
    return f"runs {shown} built from {clean(other, 24)}, but the plan pins {product.revision[:10]}"


def _is_planned(product: Product, cell: Cell) -> bool:
    return all(is_planned(product, (running.version,)) for running in cell.judged)


def _nothing_to_compare(plan: Plan, cell: Cell) -> ReasonLine:
    product, environment = cell.target
    told, remedy = "answers with nothing to compare", f"gonogo matrix {product} {environment}"
    stands = "nothing to compare"
    planned = plan.product(product)
    if planned and planned.revision and cell.judged and _is_planned(planned, cell):
        told = f"runs {cell.planned}, and nothing proves that it was built from the pinned {planned.revision[:10]}"
        remedy = "let the endpoint state its commit, and say in its probe where (`revision:`)"
        stands = f"not proven: {cell.planned}"
    if cell.is_doubtful and len(cell.judged) == 1:
        told = f"runs {cell.judged[0].version} in {few_looks(cell.looks, cell.needed)}"
        remedy = (
            f"gonogo matrix {product} {environment}    asks again; "
            f"or set `instances: 1` at its probe, if one process answers there"
        )
        stands = f"few looks: {cell.judged[0].version}"
    if cell.awaits:
        told = f"is not told by all its sources yet: {', '.join(one or 'its own probe' for one in cell.awaits)}"
        stands = "not told by all"
    return ReasonLine(
        "cell.unknown",
        Weight.UNKNOWN,
        f"{product} in {environment} {told}",
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=owner_of_product(plan, product),
        remedy=remedy,
        stands=stands,
    )


def about_cell(plan: Plan, cell: Cell, rule: str, fact: str, stands: str) -> ReasonLine:
    """A blocker about one cell; a deployment clears it. `stands` as in `ReasonLine`."""
    product, environment = cell.target
    return ReasonLine(
        rule,
        Weight.BLOCKER,
        fact,
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=owner_of_product(plan, product),
        remedy=f"deploy {product} {cell.planned} to {environment}, then wait for its next answer",
        stands=stands,
    )


def unknown_cell(plan: Plan, cell: Cell) -> ReasonLine:
    """A cell nobody can judge now, with why and since when."""
    product, environment = cell.target
    why = cell.detail or (cell.reason.replace("_", " ") if cell.reason else "no answer yet")
    stands = "silent"  # how long, why and what it last ran each process knows in its own way
    if cell.freshness is Freshness.FRESH and cell.status is Status.UNKNOWN:
        told = f": {cell.message}" if cell.message else ""
        fact = f"{product} in {environment} answers, and its state cannot be told{told}"
        stands = f"no state: {_shape(plan, cell)}"
    elif cell.freshness is Freshness.STALE and cell.age is not None:
        fact = f"{product} in {environment} was last seen {span(abs(cell.age))} ago ({why})"
    elif cell.age is not None:
        fact = f"{product} in {environment} is silent for {span(abs(cell.age))} ({why})"
    else:
        fact = f"{product} in {environment} is unknown: {why}"
    return ReasonLine(
        "cell.unknown",
        Weight.UNKNOWN,
        fact,
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source or "probe",
        who=owner_of_product(plan, product),
        remedy=f"gonogo matrix {product} {environment}",
        stands=stands,
    )


def own_cells(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What stands in the environment itself: it may be behind, but it may not be a mystery or broken."""
    for cell in facts.matrix.column(environment.name):
        product = cell.target.product
        if cell.contests:
            yield _contested(facts.plan, cell)
        if not cell.is_known:
            yield unknown_cell(facts.plan, cell)
        elif cell.status in {Status.FAILED, Status.DEGRADED}:
            fact = f"{product} in {environment.name} reports '{cell.status}'"
            yield about_cell(facts.plan, cell, "cell.status", fact, f"{cell.status}: {_shape(facts.plan, cell)}")
        elif cell.relation is Relation.UNKNOWN and cell.contests:
            continue
        elif cell.relation is Relation.UNKNOWN:
            yield _nothing_to_compare(facts.plan, cell)
        elif cell.elsewhere:
            fact = f"{product} in {environment.name}: this endpoint says it is {cell.elsewhere}"
            yield about_cell(facts.plan, cell, "cell.differs", fact, _shape(facts.plan, cell))
        elif cell.relation is Relation.DISAGREE:
            yield _disagreement(facts.plan, cell)
        elif cell.relation is Relation.AHEAD:
            yield _newer_runs(facts.plan, cell)


def _newer_runs(plan: Plan, cell: Cell) -> ReasonLine:
    """One goes back here, be it by the plan or because an older version is held."""
    product, environment = cell.target
    than, remedy = f"the planned {cell.planned}", "raise the plan's version, or make sure that going back is meant"
    if cell.held:
        than = f"{cell.held}, at which it is held"
        remedy = f"deploy {product} {cell.held} to {environment}, or end the hold"
    return ReasonLine(
        "cell.older-than-live",
        Weight.WARNING,
        f"{environment} runs {product} {cell.versions[0].version}, newer than {than}",
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=owner_of_product(plan, product),
        remedy=remedy,
    )


def _contested(plan: Plan, cell: Cell) -> ReasonLine:
    """Another account's session on this machine observed something else: one of the two answers is wrong."""
    product, environment = cell.target
    first = cell.contests[0]
    return ReasonLine(
        "source.contested",
        Weight.UNKNOWN,
        f"{product} in {environment}: {contest_words(first)}",
        f"cell:{product}/{environment}",
        first.at,
        cell.source,
        who=owner_of_product(plan, product),
        remedy=f"compare with {first.by} (gonogo matrix {product} {environment}); gonogo status asks by itself",
        stands=contest_words(first),
    )


def contest_words(contest: Contest) -> str:
    """`account ana observed 1.3.0, this account observed 1.2.0`."""
    return f"account {contest.by} observed {contest.theirs}, this account observed {contest.ours}"


def _disagreement(plan: Plan, cell: Cell) -> ReasonLine:
    """Nobody knows what runs where one is about to go."""
    product, environment = cell.target
    shown = " + ".join(running.version for running in cell.versions)
    return ReasonLine(
        "cell.disagree",
        Weight.UNKNOWN,
        f"{product} in {environment} runs {shown}, as its sources disagree: {cell.source}",
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=owner_of_product(plan, product),
        remedy=f"gonogo matrix {product} {environment}",
        stands=_shape(plan, cell),
    )


def going_back(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A plan that would take production back says so in every environment on the way there."""
    for product in facts.plan.products:
        for cell in older_than_live(facts.plan, facts.matrix, product):
            if cell.target.environment != environment.name:
                newer = " + ".join(running.version for running in cell.judged)
                yield ReasonLine(
                    "cell.older-than-live",
                    Weight.WARNING,
                    f"{cell.target.environment} PRODUCTION runs {product.name} {newer}, "
                    f"newer than the planned {cell.planned}",
                    f"cell:{product.name}/{cell.target.environment}",
                    cell.polled_at,
                    cell.source,
                    who=owner_of_product(facts.plan, product.name),
                    remedy="raise the plan's version, or make sure that going back is meant",
                )
