"""Which phases of the checklist must be over before an environment is entered."""

from gonogo.plan import Environment, Plan

_ENTERED_IN = ("deploy", "production", "rollout", "go-live", "go live")
_AFTERWARDS = ("post", "after")


def phases_before(plan: Plan, environment: Environment) -> tuple[str, ...]:
    """The phases that must have no open item before `environment`, in the plan's order.

    An environment is entered in the phase of the first item that names it (`environment:`). Production is
    otherwise entered in the phase called Deployment (Production, Rollout, Go-live); where there is no such phase,
    in the first one called Post-something. A checklist without phases is a list of what comes before production.
    What an earlier environment demands, a later one demands too.
    """
    own = _entered_in(plan, environment)
    earlier = [phases_before(plan, other) for name in environment.after if (other := plan.environment(name))]
    length = max([own, *(len(phases) for phases in earlier)])
    return plan.phases[:length]


def _entered_in(plan: Plan, environment: Environment) -> int:
    """Index of the phase in which the environment is entered: so many phases come before it."""
    for item in plan.items:
        if item.environment == environment.name:
            return plan.phases.index(item.phase)
    if not environment.production:
        return 0
    if plan.phases == ("",):
        return 1
    for words in (_ENTERED_IN, _AFTERWARDS):
        for index, phase in enumerate(plan.phases):
            if phase.lower().startswith(words):
                return index
    return len(plan.phases)
