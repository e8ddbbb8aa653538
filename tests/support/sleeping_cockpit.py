"""The cockpit on a made-up release by the real clock, whose endpoints answer once and never again.

python -m support.sleeping_cockpit STALE_AFTER
"""

import sys
from datetime import timedelta

from msgspec.structs import replace

from gonogo.io.host.clock_system import SystemClock
from gonogo.plan import Plan, Timing
from gonogo.tui.app import run_cockpit
from tui.stage import Stage, make_plan


def quick(plan: Plan, stale_after: float) -> Plan:
    """The plan with other clocks for every probe."""
    timing = Timing(stale_after=timedelta(seconds=stale_after), unknown_after=timedelta(seconds=60))
    products = tuple(
        replace(product, probes=tuple(replace(probe, timing=timing) for probe in product.probes))
        for product in plan.products
    )
    return replace(plan, products=products, timing=timing)


def main() -> int:
    """Run it until it is left."""
    clock = SystemClock()
    stage = Stage(quick(make_plan(), float(sys.argv[1])), clock)
    stage.begin()
    return run_cockpit(stage.wiring(steady=clock.steady))


if __name__ == "__main__":
    sys.exit(main())
