"""What each recorded go is still worth: it holds, it lost its ground, or it speaks of something else by now."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from gonogo.events.state import GoDecision, ReleaseState
from gonogo.plan import Plan
from gonogo.rules.digest import Content
from gonogo.rules.goes import is_rolled_back, stands
from gonogo.rules.readiness import ReasonLine, Verdict, Weight

WHEN_ARRIVED = frozenset(
    {
        "journal.alarm", "plan.amended", "plan.misrecorded", "decision.unsigned", "version.bad",
        "approval.rejected", "approval.void", "tag.moved", "trigger.asks", "trigger.roll-back",
    }
)  # fmt: skip
"""Rules that a go still rests on when everything has arrived: what was decided on, and what became of it. Hours,
soak time and what runs elsewhere were conditions of the moment of going."""


class Ground(StrEnum):
    """What a recorded go is still worth."""

    HOLDS = "holds"
    LOST = "lost"
    """Something blocks the environment now."""
    UNKNOWN = "unknown"
    """Nothing blocks it, and something it rests on is not known now."""
    OTHER_CONTENT = "other_content"
    """Something else ships now: another go is needed."""
    ROLLED_BACK = "rolled_back"
    """It was decided to go back since: another go is needed."""
    NOT_COUNTED = "not_counted"
    """Its signature is missing or does not count."""


_VOID = frozenset({Ground.OTHER_CONTENT, Ground.ROLLED_BACK, Ground.NOT_COUNTED})


class Given(Struct, frozen=True):
    """The last go of one environment."""

    decision: GoDecision
    ground: Ground
    blockers: tuple[ReasonLine, ...] = ()
    """What blocks now; each is new, or its waiver is over."""
    unknowns: tuple[ReasonLine, ...] = ()
    reached: bool = False
    """Whether everything has arrived there."""

    @property
    def environment(self) -> str:
        """Where it let the release in."""
        return self.decision.environment

    @property
    def is_lost(self) -> bool:
        """Whether people may still act on it although it does not hold any more."""
        return self.ground in {Ground.LOST, Ground.UNKNOWN}

    @property
    def is_void(self) -> bool:
        """Whether people may still act on it although it never counted, is used up, or speaks of something else.

        Once everything has arrived nobody acts on it any more: whether that was let in is `deployed.without-go`.
        """
        return self.ground in _VOID and not self.reached

    @property
    def listed(self) -> tuple[ReasonLine, ...]:
        """Of what stands against it now: what was on its list, and has no waiver any more."""
        return tuple(one for one in (*self.blockers, *self.unknowns) if self._was_listed(one))

    @property
    def fresh(self) -> tuple[ReasonLine, ...]:
        """Of what stands against it now: what was not on its list."""
        return tuple(one for one in (*self.blockers, *self.unknowns) if not self._was_listed(one))

    def _was_listed(self, reason: ReasonLine) -> bool:
        return any((one.rule, one.subject) == (reason.rule, reason.subject) for one in self.decision.reasons)


def given_goes(
    plan: Plan, state: ReleaseState, verdicts: Sequence[Verdict], content: Content | None
) -> tuple[Given, ...]:
    """The last go of each environment that has one, in promotion order."""
    found = []
    for environment in plan.environments:
        decision = state.go(environment.name)
        judged = next((one for one in verdicts if one.environment == environment.name), None)
        if decision is not None and judged is not None and content is not None:
            found.append(_given(plan, state, decision, judged, content))
    return tuple(found)


def _given(plan: Plan, state: ReleaseState, decision: GoDecision, judged: Verdict, content: Content) -> Given:
    void = _void(plan, state, decision, content)
    if state.lifecycle.is_over:
        return Given(decision, void or Ground.HOLDS, reached=True)
    if void and not judged.reached:
        return Given(decision, void)
    blockers = tuple(one for one in _each(judged, Weight.BLOCKER) if _counts(judged, one))
    unknowns = tuple(one for one in _each(judged, Weight.UNKNOWN) if not judged.reached)
    ground = Ground.LOST if blockers else Ground.UNKNOWN if unknowns else void or Ground.HOLDS
    return Given(decision, ground, blockers, unknowns, judged.reached)


def _void(plan: Plan, state: ReleaseState, decision: GoDecision, content: Content) -> Ground | None:
    """Why a go does not speak of what ships now; None where it does."""
    if decision.flaw:
        return Ground.NOT_COUNTED
    if not stands(decision, content):
        return Ground.OTHER_CONTENT
    if not state.lifecycle.is_over and is_rolled_back(plan, state, decision):
        return Ground.ROLLED_BACK
    return None


def _each(judged: Verdict, weight: Weight) -> tuple[ReasonLine, ...]:
    return tuple(member for one in judged.of(weight) for member in (one.members or (one,)))


def _counts(judged: Verdict, reason: ReasonLine) -> bool:
    """Whether a blocker takes the ground from a go. A deployment that has arrived can still turn out broken."""
    if not judged.reached or reason.rule in WHEN_ARRIVED:
        return True
    return reason.rule == "cell.status" and reason.subject.endswith(f"/{judged.environment}")
