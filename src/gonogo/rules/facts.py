"""What every rule looks at."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from gonogo.changelog import Changes
from gonogo.events.state import ReleaseState
from gonogo.facts.inputs import Inputs
from gonogo.matrix import Matrix
from gonogo.plan import Environment, Plan
from gonogo.plan.conditions import Gate
from gonogo.rules import digest
from gonogo.rules import votes as approvals
from gonogo.rules.digest import Content
from gonogo.rules.goes import tagged_commits
from gonogo.rules.undecided import Undecided, without_go
from gonogo.rules.votes import SlotStanding


class Facts(Struct, frozen=True):
    """What a verdict is made from, besides the environment in question."""

    inputs: Inputs
    matrix: Matrix
    now: datetime
    at: datetime
    """UTC, the moment of going that is judged: `now`, unless somebody asked about another one."""
    approvals: tuple[SlotStanding, ...] = ()
    digest: str = ""
    """Of what approvals sign; "" where the plan asks for none."""
    undecided: tuple[Undecided, ...] = ()
    """Deployments without a go."""
    content: Content | None = None
    """What ships; None where neither an approval nor a go speaks of it."""

    @property
    def plan(self) -> Plan:
        """The last good plan."""
        return self.inputs.loaded.plan

    @property
    def state(self) -> ReleaseState:
        """What the journal says."""
        return self.inputs.state

    @property
    def changes(self) -> Mapping[str, Changes]:
        """By product; a product that is missing here has not been read yet."""
        return self.inputs.changes

    def gates(self, environment: Environment) -> tuple[Gate, ...]:
        """The plan's gates before an environment, in their order."""
        return tuple(gate for gate in self.plan.gates if gate.environment == environment.name)


def gather(inputs: Inputs, matrix: Matrix, now: datetime, at: datetime | None = None) -> Facts:
    """The facts of one look; what is the same for all environments is worked out once."""
    plan = inputs.loaded.plan
    tagged = tagged_commits(plan, inputs.changes) if inputs.state.decisions else None
    undecided = without_go(plan, inputs.state, matrix, tagged)
    if not plan.approvals and not inputs.state.decisions:
        return Facts(inputs, matrix, now, at or now, undecided=undecided)
    content = digest.content_of(plan, inputs.changes)
    if not plan.approvals:
        return Facts(inputs, matrix, now, at or now, undecided=undecided, content=content)
    standings = approvals.standings(plan, inputs.state, content, now, inputs.shared_accounts)
    return Facts(inputs, matrix, now, at or now, standings, content.digest, undecided, content)


def planned_span(plan: Plan) -> tuple[datetime, datetime, str] | None:
    """When the release is meant to go: [start, end) in UTC and the zone people think in; None when nobody said.

    The window, or else the whole target day, in UTC where no zone is named.
    """
    if plan.window is not None:
        return plan.window.start, plan.window.end, plan.window.zone
    if not plan.target_date:
        return None
    start = datetime.fromisoformat(plan.target_date).replace(tzinfo=ZoneInfo("UTC")).astimezone(UTC)
    return start, start + timedelta(days=1), "UTC"
