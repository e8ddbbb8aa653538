"""Which probes ask one of several instances, for all the plan says, and which key would make one look enough."""

from collections.abc import Iterator

from gonogo.doctor.finding import Finding, Level
from gonogo.io.probes.catalogue import is_sampled
from gonogo.plan import Plan, Target
from gonogo.plan.sampling import looks_for

_SHOWN = 4


def findings(plan: Plan) -> Iterator[Finding]:
    """One line for all of them; none where every probe says how many answer."""
    sampled = [probe for product in plan.products for probe in product.probes if is_sampled(probe)]
    open_ones = [probe for probe in sampled if probe.instances is None]
    if not open_ones:
        return
    names = [str(Target(probe.product, probe.environment)) for probe in open_ones]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    looks = max(looks_for(probe.timing.confidence) for probe in open_ones)
    yield Finding(
        "endpoints",
        Level.OK,
        f"{len(names)} sampled",
        f"{', '.join(names[:_SHOWN])}{more}: one URL each, and a decision takes {looks} looks at it",
        "`instances: 1` at a probe where one process answers; a source that counts them where there are more",
    )
