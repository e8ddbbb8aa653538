"""What a verdict asks of the outside beyond cells and histories: only what the plan's gates and triggers name."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from msgspec.structs import replace

from gonogo.changelog import ProductChanges
from gonogo.events.checks import CheckOutcome, CheckResult
from gonogo.events.state import Hotfix, HotfixStatus, ReleaseState
from gonogo.facts.containment import ContainmentQuestion, RunningPair, made_hotfixes
from gonogo.facts.inputs import Inputs
from gonogo.plan import Level, Metric, Plan, Product
from gonogo.plan.conditions import BaseGate, FilesGate, MergesGate, MetricGate, RunCheck
from gonogo.rules.rollback import places_of

Kind = TypeVar("Kind", bound=BaseGate)
RUNNING_LIMIT = 100
"""Different builds of one product that are compared with what ships; those beyond it are unknown."""


def _gates(plan: Plan, kind: type[Kind]) -> tuple[Kind, ...]:
    return tuple(gate for gate in plan.gates if isinstance(gate, kind) and gate.level is not Level.OFF)


def metrics(plan: Plan) -> tuple[Metric, ...]:
    """The metrics that some gate or rollback trigger is judged by."""
    named = {gate.metric for gate in _gates(plan, MetricGate)} | {one.metric for one in plan.triggers}
    return tuple(metric for metric in plan.metrics if metric.name in named)


def watched_for(plan: Plan, metric: Metric) -> timedelta:
    """The longest time over which some gate or trigger judges a metric; zero when its newest number is enough."""
    lengths = [gate.duration for gate in _gates(plan, MetricGate) if gate.metric == metric.name]
    lengths += [one.duration for one in plan.triggers if one.metric == metric.name]
    return max(lengths, default=timedelta(0))


def check_files(plan: Plan, state: ReleaseState) -> tuple[tuple[RunCheck, CheckResult], ...]:
    """The checks that passed by a command which named files: those may be others by now."""
    found = [(item.check, state.checks.get(item.id)) for item in plan.items]
    return tuple(
        (check, result)
        for check, result in found
        if isinstance(check, RunCheck)
        and result is not None
        and result.files
        and result.outcome is CheckOutcome.PASSED
    )


def version_files(plan: Plan) -> tuple[Product, ...]:
    """The products whose version files some gate looks at."""
    gates = _gates(plan, FilesGate)
    everybody = any(not gate.products for gate in gates)
    named = {name for gate in gates for name in gate.products}
    return tuple(product for product in plan.products if product.files and (everybody or product.name in named))


def ledger(plan: Plan, state: ReleaseState | None = None) -> bool:
    """Whether some gate waits for the forward-merges, or a hotfix was made that must reach every branch."""
    made = state is not None and any(is_fix_on_its_way(one) for one in state.hotfixes.values())
    return made or bool(_gates(plan, MergesGate))


def ledger_to_complete(plan: Plan, state: ReleaseState) -> bool:
    """Whether completing waits for the forward-merges: always, unless the plan gives `merges.missing` less weight.

    What was hotfixed between two releases is in nobody's plan, and comes back as a bug with the next one.
    """
    stated = plan.rules.get("merges.missing", Level.BLOCK)
    return stated is Level.BLOCK and (ledger(plan, state) or any(product.repo for product in plan.products))


def is_fix_on_its_way(one: Hotfix) -> bool:
    """Whether it is a hotfix that nobody took back: its commits ship outside the mainline."""
    return one.kind == "hotfix" and one.status is not HotfixStatus.ABORTED


def artifacts(inputs: Inputs) -> tuple[tuple[Product, str], ...]:
    """The versions to go back to, of products whose repository can be asked for the tag."""
    products = [one for one in inputs.loaded.plan.products if one.repo]
    wanted = [(product, place.version) for product in products for place in places_of(inputs, product)]
    found = {(product.name, version): (product, version) for product, version in wanted if version}
    return tuple(found.values())


def containment(inputs: Inputs) -> tuple[ContainmentQuestion, ...]:
    """Of each product with a repository: does what ships, or would be rolled back to, contain every fix?"""
    plan = inputs.loaded.plan
    named = [product for product in plan.products if product.repo]
    if not named or inputs.containment is None or plan.rules.get("fix.lost") is Level.OFF:
        return ()
    running, ran = _running_pairs(inputs), _ran(inputs)
    return tuple(
        question
        for product in named
        for question in _containment(inputs, product, running.get(product.name, ()), ran.get(product.name, ()))
    )


def _containment(
    inputs: Inputs, product: Product, running: Iterable[RunningPair], ran: Iterable[str]
) -> Iterable[ContainmentQuestion]:
    changes = inputs.changes.get(product.name)
    read = changes.range if isinstance(changes, ProductChanges) and changes.complete else None
    pairs = tuple(sorted(running))[:RUNNING_LIMIT]
    base = read.base.version if read else ""
    earlier = (product.version, product.previous, base, *(version for version, _ in pairs), *ran)
    ships = ContainmentQuestion(
        product,
        product.version,
        pairs,
        tuple(dict.fromkeys(one for one in earlier if one)),
        product.version,
        made_hotfixes(inputs.state.hotfixes.values(), product.name),
        tuple(version for name, version in inputs.state.bad if name == product.name),
        read.target_oid if read else "",
    )
    yield ships
    for back in dict.fromkeys(place.version for place in places_of(inputs, product)):
        if back and back != product.version:
            yield replace(ships, version=back, earlier=(back,))


def _running_pairs(inputs: Inputs) -> dict[str, set[RunningPair]]:
    """By product: what every source says that runs, wherever and however old the answer is."""
    told: dict[str, set[RunningPair]] = {}
    for target, evidence in inputs.evidence.items():
        for strand in evidence.strands:
            for running in strand.versions:
                told.setdefault(target.product, set()).add((running.version, running.revision))
    return told


def _ran(inputs: Inputs) -> dict[str, dict[str, None]]:
    """By product: every version that the journal saw anywhere."""
    ran: dict[str, dict[str, None]] = {}
    for target, records in inputs.state.cells.items():
        for record in records:
            ran.setdefault(target.product, {}).update(dict.fromkeys(record.versions))
    return ran
