"""The one frozen value that a pane or a command ever sees."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo.domain import matrix, readiness
from gonogo.domain.changelog import Changes
from gonogo.domain.evidence import Evidence
from gonogo.domain.matrix import Matrix
from gonogo.domain.observation import Target
from gonogo.domain.plan import LoadedPlan, Plan
from gonogo.domain.readiness import Facts, Verdict
from gonogo.domain.state import ReleaseState


class Inputs(Struct, frozen=True):
    """Everything known at one moment, before it is judged."""

    loaded: LoadedPlan
    state: ReleaseState = ReleaseState()
    evidence: Mapping[Target, Evidence] = {}
    changes: Mapping[str, Changes] = {}
    plan_problem: str = ""
    """What is wrong with the file on disk since the last good plan; "" when nothing is."""
    journal_problems: tuple[str, ...] = ()
    journal_read_at: datetime | None = None
    """UTC, last time the journal could be read; None before the first time."""
    here: tuple[str, ...] = ()
    """Who has this release open, this session included."""
    read_only: str = ""
    """Why nothing can be recorded; "" when it can."""
    shared_accounts: tuple[str, ...] = ()
    """Accounts that several people use, as this host's configuration says, besides those the plan names."""


class Snapshot(Struct, frozen=True):
    """A release at one moment, judged."""

    now: datetime
    loaded: LoadedPlan
    state: ReleaseState
    matrix: Matrix
    changes: Mapping[str, Changes]
    verdicts: tuple[Verdict, ...]
    plan_problem: str = ""
    journal_problems: tuple[str, ...] = ()
    journal_read_at: datetime | None = None
    here: tuple[str, ...] = ()
    read_only: str = ""

    @property
    def plan(self) -> Plan:
        """The last good plan."""
        return self.loaded.plan

    @property
    def next(self) -> Verdict:
        """The verdict that matters now: of the first environment the release has not arrived in."""
        return readiness.next_environment(self.verdicts)

    def verdict(self, environment: str) -> Verdict | None:
        """The verdict of one environment."""
        return next((one for one in self.verdicts if one.environment == environment), None)


def build(inputs: Inputs, now: datetime, steady: float | None = None) -> Snapshot:
    """Judge `inputs` at `now` (UTC); `steady` as in `matrix.build`."""
    built = matrix.build(inputs.loaded.plan, inputs.state, inputs.evidence, now, steady)
    facts = Facts(
        inputs.loaded.plan,
        inputs.state,
        built,
        inputs.changes,
        now,
        inputs.plan_problem,
        inputs.journal_problems,
    )
    return Snapshot(
        now,
        inputs.loaded,
        inputs.state,
        built,
        inputs.changes,
        readiness.verdicts(facts),
        inputs.plan_problem,
        inputs.journal_problems,
        inputs.journal_read_at,
        inputs.here,
        inputs.read_only,
    )
