"""What a verdict asks of the outside beyond cells and histories: only what the plan's gates and triggers name."""

from datetime import timedelta

from gonogo.domain.inputs import Inputs
from gonogo.domain.plan import Gate, GateKind, Level, Metric, Plan, Product
from gonogo.domain.rollback import places_of
from gonogo.domain.state import Hotfix, HotfixStatus, ReleaseState


def _gates(plan: Plan, kind: GateKind) -> tuple[Gate, ...]:
    return tuple(gate for gate in plan.gates if gate.kind is kind and gate.level is not Level.OFF)


def metrics(plan: Plan) -> tuple[Metric, ...]:
    """The metrics that some gate or rollback trigger is judged by."""
    named = {gate.argument for gate in _gates(plan, GateKind.METRIC)} | {one.metric for one in plan.triggers}
    return tuple(metric for metric in plan.metrics if metric.name in named)


def watched_for(plan: Plan, metric: Metric) -> timedelta:
    """The longest time over which some gate or trigger judges a metric; zero when its newest number is enough."""
    gates = [gate.options.get("for") for gate in _gates(plan, GateKind.METRIC) if gate.argument == metric.name]
    lengths = [length for length in gates if isinstance(length, timedelta)]
    lengths += [one.duration for one in plan.triggers if one.metric == metric.name]
    return max(lengths, default=timedelta(0))


def version_files(plan: Plan) -> tuple[Product, ...]:
    """The products whose version files some gate looks at."""
    gates = _gates(plan, GateKind.FILES)
    everybody = any(not gate.argument for gate in gates)
    named = {name for gate in gates for name in gate.argument or ()}
    return tuple(product for product in plan.products if product.files and (everybody or product.name in named))


def ledger(plan: Plan, state: ReleaseState | None = None) -> bool:
    """Whether some gate waits for the forward-merges, or a hotfix was made that must reach every branch."""
    made = state is not None and any(is_fix_on_its_way(one) for one in state.hotfixes.values())
    return made or bool(_gates(plan, GateKind.MERGES))


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
