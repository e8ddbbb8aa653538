"""What a verdict asks of the outside beyond cells and histories: only what the plan's gates and triggers name."""

from gonogo.domain.plan import Gate, GateKind, Level, Metric, Plan, Product


def _gates(plan: Plan, kind: GateKind) -> tuple[Gate, ...]:
    return tuple(gate for gate in plan.gates if gate.kind is kind and gate.level is not Level.OFF)


def metrics(plan: Plan) -> tuple[Metric, ...]:
    """The metrics that some gate or rollback trigger is judged by."""
    named = {gate.argument for gate in _gates(plan, GateKind.METRIC)} | {one.metric for one in plan.triggers}
    return tuple(metric for metric in plan.metrics if metric.name in named)


def version_files(plan: Plan) -> tuple[Product, ...]:
    """The products whose version files some gate looks at."""
    gates = _gates(plan, GateKind.FILES)
    everybody = any(not gate.argument for gate in gates)
    named = {name for gate in gates for name in gate.argument or ()}
    return tuple(product for product in plan.products if product.files and (everybody or product.name in named))


def ledger(plan: Plan) -> bool:
    """Whether some gate waits for the forward-merges."""
    return bool(_gates(plan, GateKind.MERGES))
