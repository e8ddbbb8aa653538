"""Gates about what was seen outside of the plan: version files, numbers, what ran where, forward-merges."""

from collections.abc import Iterable

from gonogo.facts.ageing import why_old
from gonogo.facts.history import ran_well, transitions
from gonogo.facts.ledger import Arrival, Ledger, LedgerCell, push_command, where_it_is
from gonogo.facts.metric_series import Bound, Broken, NotKnown, figure, judge
from gonogo.facts.version_files import FileVerdict
from gonogo.matrix import Cell
from gonogo.plan import Environment, Metric, Product, Target
from gonogo.plan.conditions import FilesGate, MergesGate, MetricGate, ObservedGate, SoakGate
from gonogo.rules import history
from gonogo.rules.facts import Facts
from gonogo.rules.naming import manager, owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.soaking import soaked


def files(facts: Facts, _environment: Environment, gate: FilesGate) -> Iterable[ReasonLine]:
    """The version files of the named products, or of all, state the planned version at its tag."""
    wanted = set(gate.products)
    for product in facts.plan.products:
        if product.name in wanted or (not wanted and product.files):
            yield from _files(facts, product)


def _files(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    found = facts.inputs.files.get(product.name)
    remedy = f"correct the files of {product.name} and tag anew"
    if not product.files:
        fact = f"{product.name} names no version files"
        remedy = f"put `files:` at {product.name}"
        yield history.about(facts, product, "files.unknown", Weight.UNKNOWN, fact, remedy, "plan")
    elif found is None or found.planned != product.version:
        fact = f"the version files of {product.name} have not been read at {product.tag_name}"
        yield history.not_read(facts, product, "files.unknown", fact)
    elif found.at != f"tag {product.tag_name}" and not found.problem:
        fact = f"{product.name} has no tag {product.tag_name} yet; its version files were read at {found.at}"
        yield history.not_read(facts, product, "files.unknown", fact, f"git tag -a {product.tag_name}")
    elif old := why_old(facts.inputs.files_at.get(product.name), facts.now):
        fact = f"what the version files of {product.name} state is not known any more: {old}"
        yield history.not_read(facts, product, "files.unknown", fact)
    elif found.verdict is FileVerdict.UNKNOWN:
        yield history.not_read(facts, product, "files.unknown", f"{product.name}: {found.summary}")
    elif found.verdict is FileVerdict.DISAGREES:
        fact = f"{product.name}: {found.summary}"
        yield history.about(facts, product, "files.disagree", Weight.BLOCKER, fact, remedy)


def metric(facts: Facts, environment: Environment, gate: MetricGate) -> Iterable[ReasonLine]:
    """The number lies where the gate wants it, for as long as it wants it. No data is unknown."""
    named = next((one for one in facts.plan.metrics if one.name == gate.metric), None)
    if named is None:
        yield _no_metric(gate.metric)
        return
    bound = Bound(gate.above, gate.below, gate.duration)
    found = judge(facts.inputs.metrics.get(named.name, ()), bound, named.every, facts.now)
    if isinstance(found, NotKnown):
        fact = f"metric '{named.name}' must be {bound}, and nobody can tell: {found.reason}"
        subject = _subject(facts, environment, gate, bound)
        yield _about_metric(facts, named, "metric.unknown", Weight.UNKNOWN, fact, subject, found, bound)
    elif isinstance(found, Broken):
        fact = f"metric '{named.name}' must be {bound}, and it was {figure(found.number.value)}"
        subject = _subject(facts, environment, gate, bound)
        yield _about_metric(facts, named, "metric.breached", Weight.BLOCKER, fact, subject, found, bound)


def _subject(facts: Facts, environment: Environment, gate: MetricGate, bound: Bound) -> str:
    """The metric; with its limit where several gates ask for it: a waiver of one is none of the other."""
    same = [one for one in facts.gates(environment) if isinstance(one, MetricGate) and one.metric == gate.metric]
    side, limit = ("below", bound.below) if bound.above is None else ("above", bound.above)
    return f"metric:{gate.metric}" + (f"/{side}-{limit:g}" if len(same) > 1 and limit is not None else "")


def _no_metric(name: str) -> ReasonLine:
    fact = f"metric '{name}' is asked for, and the plan does not say where it comes from"
    remedy = f"put '{name}' into `metrics:`"
    return ReasonLine("metric.unknown", Weight.UNKNOWN, fact, f"metric:{name}", None, "plan", "", remedy)


def _about_metric(
    facts: Facts,
    named: Metric,
    rule: str,
    weight: Weight,
    fact: str,
    subject: str,
    found: NotKnown | Broken,
    bound: Bound,
) -> ReasonLine:
    at = found.number.at if isinstance(found, Broken) else found.at
    source = found.number.source if isinstance(found, Broken) else found.source
    return ReasonLine(
        rule,
        weight,
        fact,
        subject,
        at,
        source or named.source,
        manager(facts.plan),
        f"look at {named.source}: {named.query}",
        stands=str(bound),
    )


def observed(facts: Facts, _environment: Environment, gate: ObservedGate) -> Iterable[ReasonLine]:
    """Every planned version has been seen in the named environments at some time, alone and well."""
    for name in gate.seen_in:
        for product in facts.plan.products:
            if (product.name, name) in facts.matrix.cells:
                yield from _observed(facts, product, facts.matrix.cell(product.name, name))


def _observed(facts: Facts, product: Product, cell: Cell) -> Iterable[ReasonLine]:
    if cell.counts_as_match or _was_seen(facts, product, cell.target):
        return
    environment = cell.target.environment
    fact = f"{product.name} {product.version} was never seen running well in {environment}"
    if cell.is_known:
        rule, weight = "observed.missing", Weight.BLOCKER
        remedy = f"deploy {product.name} {product.version} to {environment}, then wait for its next answer"
    else:
        rule, weight = "observed.unknown", Weight.UNKNOWN
        fact += ", and it does not answer now"
        remedy = f"gonogo matrix {product.name} {environment}"
    yield ReasonLine(
        rule,
        weight,
        fact,
        f"cell:{cell.target}",
        cell.polled_at,
        cell.source or "journal",
        owner_of_product(facts.plan, product.name),
        remedy,
        stands=product.version,
    )


def _was_seen(facts: Facts, product: Product, target: Target) -> bool:
    return any(ran_well(product, record) for record in transitions(facts.state, target))


def soak(facts: Facts, environment: Environment, gate: SoakGate) -> Iterable[ReasonLine]:
    """Every planned version has run for the gate's length in the environments before, or in those it names."""
    for name in gate.places or environment.after:
        for cell in facts.matrix.column(name):
            yield from soaked(facts, cell, gate.length)


def merges(facts: Facts, _environment: Environment, _gate: MergesGate) -> Iterable[ReasonLine]:
    """Every fix of the release has reached every active branch."""
    ledger = facts.inputs.ledger
    why = _unread(ledger, facts) if ledger else "nobody has looked yet"
    if ledger is None or why:
        yield ReasonLine(
            "merges.unknown",
            Weight.UNKNOWN,
            f"whether every fix has reached every active branch is not known: {why}",
            "merges",
            ledger.read_at if ledger else None,
            "git",
            manager(facts.plan),
            "gonogo merges",
        )
        return
    for cell in ledger.open:
        # the release commit of what is shipped now need not be anywhere else before it ships
        if not cell.names and not cell.in_flight:
            yield _merge(facts, cell)


def _unread(ledger: Ledger, facts: Facts) -> str:
    """Why a ledger does not say whether every fix has arrived; "" when it does."""
    nothing = "no final release was found in any repository" if ledger.followed_nothing else ""
    return ledger.problem or nothing or why_old(ledger.read_at, facts.now)


def _next_act(cell: LedgerCell) -> str:
    if cell.arrival is Arrival.UNPUSHED:
        return push_command(cell)
    missing = cell.arrival is Arrival.MISSING
    return f"gonogo merges carry {cell.fix} {cell.branch}" if missing else f"gonogo merges {cell.product}"


def _merge(facts: Facts, cell: LedgerCell) -> ReasonLine:
    missing = cell.arrival is not Arrival.UNKNOWN
    detail = f": {cell.detail}" if cell.detail else ""
    ledger = facts.inputs.ledger
    return ReasonLine(
        "merges.missing" if missing else "merges.unknown",
        Weight.BLOCKER if missing else Weight.UNKNOWN,
        f"fix {cell.fix} of {cell.product} {where_it_is(cell)}{detail}",
        f"merge:{cell.product}/{cell.fix}/{cell.branch}",
        ledger.read_at if ledger else None,
        "git",
        owner_of_product(facts.plan, cell.product),
        _next_act(cell),
    )
