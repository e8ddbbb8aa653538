"""Asking anew, for a decision: now, in this session, whatever others on this machine have observed."""

import asyncio
import random
import time
from collections.abc import Callable, Collection, Sequence

from gonogo.engine.poller import Counting, Poller
from gonogo.facts import Missing, Observation, Reason
from gonogo.io.config import Config
from gonogo.io.config.kube_plugin import TIMEOUT
from gonogo.io.probes.catalogue import is_sampled
from gonogo.io.sharing.keys import KUBECONFIG, keys_of
from gonogo.plan import Plan, Target
from gonogo.ports import Clock, Probing

_MORE = 1.0
"""Seconds more than the longest question may take, before it is given up."""


def patience(plan: Plan, config: Config) -> float:
    """Seconds within which every question of `plan` has its answer, or never will.

    The time-out of the slowest, with that of the command which gives its credential, since that one has its own;
    as long again for the looks that follow an answer which is a sample.
    """
    times = [
        asked.timeout + sum(_proving(need, config) for need in asked.needs) for asked in keys_of(plan).values()
    ]
    looks = [
        probe.timing.timeout.total_seconds()
        for product in plan.products
        for probe in product.probes
        if is_sampled(probe)
    ]
    return max(times, default=plan.timing.timeout.total_seconds()) + max(looks, default=0.0) + _MORE


def _proving(need: str, config: Config) -> float:
    """Seconds until it is clear whether this account has what it needs."""
    if need.startswith(KUBECONFIG):
        return TIMEOUT.total_seconds()
    auth = config.auth.get(need)
    return auth.timeout.total_seconds() if auth is not None and auth.command else 0.0


def _nobody(_answered: int, _of: int) -> None:
    """Nobody wants to know."""


async def ask_within(
    probings: Sequence[Probing], seconds: float, clock: Clock, progress: Callable[[int, int], None] = _nobody
) -> tuple[Observation, ...]:
    """Every answer that came within `seconds`, and for each cell without one that it did not come.

    `progress` is told how many of how many questions were answered so far, many looks at one endpoint among them.
    """
    heard: list[Observation] = []
    counting = Counting(len(probings), progress)

    def hear(answer: tuple[Observation, ...]) -> None:
        heard.extend(answer)
        counting.hear(answer)

    progress(0, len(probings))
    poller = Poller(probings, hear, monotonic=time.monotonic, rng=random.Random(), on_look=counting.looked)  # noqa: S311  # jitter
    try:
        async with asyncio.timeout(seconds):
            await poller.sweep()
    except TimeoutError:
        pass  # what is missing is told below, cell by cell
    answered = {(one.target, one.origin) for one in heard}
    now, detail = clock.now(), f"no answer within {seconds:g} s"
    for probing in probings:
        origin = _origin(probing)
        heard.extend(
            Missing(target, Reason.TIMEOUT, now, probing.name, detail, origin=origin, host=probing.host)
            for target in probing.targets
            if (target, origin) not in answered
        )
    return tuple(heard)


def about(probings: Sequence[Probing], targets: Collection[Target]) -> list[Probing]:
    """The questions whose answers fill one of `targets`."""
    return [probing for probing in probings if not set(targets).isdisjoint(probing.targets)]


def _origin(probing: Probing) -> str:
    """Id of the source in the plan; "" for a cell's own probe, whose question is called as its cell."""
    own = len(probing.targets) == 1 and probing.name == str(probing.targets[0])
    return "" if own else probing.name.removeprefix("source ")
