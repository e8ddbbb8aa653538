"""What every rule looks at."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo.domain.changelog import Changes
from gonogo.domain.matrix import Matrix
from gonogo.domain.plan import Environment, Gate, Plan
from gonogo.domain.state import ReleaseState


class Facts(Struct, frozen=True):
    """What a verdict is made from, besides the environment in question."""

    plan: Plan
    state: ReleaseState
    matrix: Matrix
    changes: Mapping[str, Changes]
    """By product; a product that is missing here has not been read yet."""
    now: datetime
    plan_problem: str = ""
    """Why the plan on disk is not the plan judged here; "" when it is."""
    journal_problems: tuple[str, ...] = ()

    def gates(self, environment: Environment) -> tuple[Gate, ...]:
        """The plan's gates before an environment, in their order."""
        return tuple(gate for gate in self.plan.gates if gate.environment == environment.name)
