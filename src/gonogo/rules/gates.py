"""What the plan states as gates before an environment: each is judged by its kind and weighed by its own level."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec.structs import replace

from gonogo.plan import Environment, Level
from gonogo.plan.conditions import (
    GATES,
    ApprovalsGate,
    BaseGate,
    ChangelogGate,
    ChecklistGate,
    FilesGate,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    SoakGate,
    TagGate,
)
from gonogo.plan.kinds import for_every
from gonogo.rules import approvals, gate_git, gate_outside
from gonogo.rules.asked import inherited
from gonogo.rules.checklist import open_items
from gonogo.rules.facts import Facts
from gonogo.rules.reason import ReasonLine, Weight

Kind = TypeVar("Kind", bound=BaseGate)


def gates(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Every gate before `environment`, with the approvals that gates of earlier environments ask for."""
    for gate in (*facts.gates(environment), *inherited(facts.plan, environment)):
        if gate.level is not Level.OFF:
            yield from (weighed(gate.level, one) for one in _JUDGED[type(gate)](facts, environment, gate))


def weighed(level: Level, reason: ReasonLine) -> ReasonLine:
    """A reason with the weight its gate gives it: what only warns does not become a riddle either."""
    return replace(reason, weight=Weight.WARNING) if level is Level.WARN else reason


def _checklist(facts: Facts, _environment: Environment, gate: ChecklistGate) -> Iterable[ReasonLine]:
    return open_items(facts, gate.phases)


def _approvals(facts: Facts, _environment: Environment, gate: ApprovalsGate) -> Iterable[ReasonLine]:
    return approvals.missing(facts, gate.approvals)


def _row(kind: type[Kind], judge: Callable[[Facts, Environment, Kind], Iterable[ReasonLine]]) -> "_Row":
    """A kind and what judges it: whether they fit is checked here, the table goes by the type of the gate."""
    return kind, judge


_Row = tuple[type[BaseGate], Callable[[Facts, Environment, Any], Iterable[ReasonLine]]]
_JUDGED = for_every(
    GATES,
    (
        _row(ChecklistGate, _checklist),
        _row(ApprovalsGate, _approvals),
        _row(ChangelogGate, gate_git.changelog),
        _row(TagGate, gate_git.tag),
        _row(MigrationGate, gate_git.migration),
        _row(FilesGate, gate_outside.files),
        _row(MetricGate, gate_outside.metric),
        _row(ObservedGate, gate_outside.observed),
        _row(SoakGate, gate_outside.soak),
        _row(MergesGate, gate_outside.merges),
    ),
)
