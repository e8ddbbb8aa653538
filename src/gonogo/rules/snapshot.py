"""The one frozen value that a pane or a command ever sees."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo import matrix
from gonogo.changelog import Changes
from gonogo.events.state import ReleaseState
from gonogo.facts.inputs import Inputs
from gonogo.facts.ledger import Ledger
from gonogo.facts.named_files import NamedFiles
from gonogo.facts.pollers import PolledBy
from gonogo.matrix import Matrix
from gonogo.plan import LoadedPlan, Plan
from gonogo.rules import readiness, rollback
from gonogo.rules.readiness import Verdict
from gonogo.rules.rollback import WayBack
from gonogo.rules.standing_go import Given, given_goes
from gonogo.rules.undecided import Undecided
from gonogo.rules.votes import SlotStanding

__all__ = ["Inputs", "Snapshot", "build"]


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
    at: datetime | None = None
    """UTC, the moment of going that freezes and windows were judged for; `now` unless somebody asked otherwise."""
    ways_back: tuple[WayBack, ...] = ()
    """By product, in the plan's order."""
    pollers: tuple[PolledBy, ...] = ()
    ledger: Ledger | None = None
    """The forward-merges; None until somebody has looked."""
    approvals: tuple[SlotStanding, ...] = ()
    """In the plan's order, as the verdicts counted them."""
    shared_accounts: tuple[str, ...] = ()
    """As in `Inputs`."""
    journal_unread: tuple[str, ...] = ()
    """As in `Inputs`."""
    digest: str = ""
    """Of what approvals sign; "" where the plan asks for none."""
    goes: tuple[Given, ...] = ()
    """The last go of each environment that has one, and what it is still worth; in promotion order."""
    undecided: tuple[Undecided, ...] = ()
    """Deployments without a go, whether or not a waiver answers for them."""
    check_files: Mapping[str, NamedFiles] = {}
    """As in `Inputs`."""

    @property
    def plan(self) -> Plan:
        """The last good plan."""
        return self.loaded.plan

    @property
    def next(self) -> Verdict:
        """The verdict that matters now: of the first environment the release has not arrived in."""
        return readiness.next_environment(self.verdicts)

    def go(self, environment: str) -> Given | None:
        """The last go of one environment; None while there is none."""
        return next((one for one in self.goes if one.environment == environment), None)

    def verdict(self, environment: str) -> Verdict | None:
        """The verdict of one environment."""
        return next((one for one in self.verdicts if one.environment == environment), None)


def build(inputs: Inputs, now: datetime, steady: float | None = None, at: datetime | None = None) -> Snapshot:
    """Judge `inputs` at `now` (UTC); `steady` as in `matrix.build`.

    `at` (UTC) is the moment of going that freezes and windows are judged for, when it is not now.
    """
    built = matrix.build(inputs.loaded.plan, inputs.state, inputs.evidence, now, steady)
    facts = readiness.gather(inputs, built, now, at)
    judged = readiness.verdicts(facts)
    return Snapshot(
        now,
        inputs.loaded,
        inputs.state,
        built,
        inputs.changes,
        judged,
        inputs.plan_problem,
        inputs.journal_problems,
        inputs.journal_read_at,
        inputs.here,
        inputs.read_only,
        facts.at,
        rollback.ways_back(inputs, now),
        inputs.pollers,
        inputs.ledger,
        facts.approvals,
        inputs.shared_accounts,
        inputs.journal_unread,
        facts.digest,
        given_goes(inputs.loaded.plan, inputs.state, judged, facts.content),
        facts.undecided,
        inputs.check_files,
    )
