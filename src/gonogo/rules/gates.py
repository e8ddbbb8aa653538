"""What the plan states as gates before an environment: each is judged by its kind and weighed by its own level."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from gonogo.plan import Environment, Gate, GateKind, Level
from gonogo.rules import approvals, gate_git, gate_outside
from gonogo.rules.asked import inherited
from gonogo.rules.checklist import open_items
from gonogo.rules.facts import Facts
from gonogo.rules.reason import ReasonLine, Weight


def gates(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Every gate before `environment`, with the approvals that gates of earlier environments ask for."""
    for gate in (*facts.gates(environment), *inherited(facts.plan, environment)):
        if gate.level is not Level.OFF:
            yield from (weighed(gate.level, one) for one in _JUDGED[gate.kind](facts, environment, gate))


def weighed(level: Level, reason: ReasonLine) -> ReasonLine:
    """A reason with the weight its gate gives it: what only warns does not become a riddle either."""
    return replace(reason, weight=Weight.WARNING) if level is Level.WARN else reason


def listed(argument: Any) -> tuple[str, ...]:
    """One or several names, as several."""
    return (argument,) if isinstance(argument, str) else tuple(argument or ())


def _checklist(facts: Facts, _environment: Environment, gate: Gate) -> Iterable[ReasonLine]:
    return open_items(facts, listed(gate.argument))


def _approvals(facts: Facts, _environment: Environment, gate: Gate) -> Iterable[ReasonLine]:
    return approvals.missing(facts, listed(gate.argument))


_JUDGED: Mapping[GateKind, Callable[[Facts, Environment, Gate], Iterable[ReasonLine]]] = {
    GateKind.CHECKLIST: _checklist,
    GateKind.APPROVALS: _approvals,
    GateKind.CHANGELOG: gate_git.changelog,
    GateKind.TAG: gate_git.tag,
    GateKind.MIGRATION: gate_git.migration,
    GateKind.FILES: gate_outside.files,
    GateKind.METRIC: gate_outside.metric,
    GateKind.OBSERVED: gate_outside.observed,
    GateKind.SOAK: gate_outside.soak,
    GateKind.MERGES: gate_outside.merges,
}
"""By kind; a test makes sure that every kind of the format is here."""
