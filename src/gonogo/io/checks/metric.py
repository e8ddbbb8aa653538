"""`metric`: a number on the right side of its bound, for as long as the check says, sample after sample."""

import asyncio
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from gonogo.errors import UsageError
from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding
from gonogo.facts.metric import NoData, Number
from gonogo.io.checks.finding import Cancelled, OnProgress, Watched
from gonogo.io.checks.waiting import Stopped, wait_for
from gonogo.io.config.credentials import Credentials
from gonogo.io.probes.metrics import MetricQuestion, metric_question
from gonogo.plan import Plan
from gonogo.plan.conditions import MetricCheck
from gonogo.ports import Clock
from gonogo.text import clean

if TYPE_CHECKING:
    from gonogo.io.config import Config
    from gonogo.io.http.door import Door


def ask(
    door: "Door",
    config: "Config",
    plan: Plan,
    check: MetricCheck,
    clock: Clock,
    *,
    cancelled: Cancelled,
    progress: OnProgress,
) -> Finding:
    """Take samples on the metric's own interval until they cover `for`, or until one of them decides.

    A sample on the wrong side fails, a sample without a number is UNKNOWN: no data is not a good value.
    Raises UsageError when the plan has no such metric any more.
    """
    metric = next((one for one in plan.metrics if one.name == check.metric), None)
    if metric is None:
        raise UsageError(f"the plan has no metric '{clean(check.metric, 80)}'")
    started_at = clock.now()

    async def sampled() -> tuple[CheckOutcome, str]:
        async with door:
            question = metric_question(plan, metric, door, clock, Credentials(config))
            return await _sample(question, check, cancelled, progress)

    try:
        outcome, summary = asyncio.run(sampled())
    except Stopped:
        outcome, summary = CheckOutcome.UNKNOWN, "stopped by hand before it answered"
    return Finding(outcome, clean(summary, 300), started_at, clock.now())


async def _sample(
    question: MetricQuestion, check: MetricCheck, cancelled: Cancelled, progress: OnProgress
) -> tuple[CheckOutcome, str]:
    wanted = samples_for(check.duration or timedelta(0), question.every)
    line = ""
    watched = Watched(cancelled, progress, lambda: line)
    for number in range(1, wanted + 1):
        line = f"sample {number} of {wanted}"
        match await wait_for(question.ask(), watched):
            case NoData(detail=detail):
                return CheckOutcome.UNKNOWN, f"{line}: {detail}"
            case Number(value=value) if wrong := _wrong(value, check):
                return CheckOutcome.FAILED, f"{line} is {value:g}, {wrong}"
            case Number(value=value):
                line = f"{line}: {value:g}"
                watched.tell()
        pause = question.every.total_seconds()
        if number < wanted and not await _wait(pause, watched):
            return CheckOutcome.UNKNOWN, f"stopped by hand after {number} of {wanted} samples"
    return CheckOutcome.PASSED, f"{wanted} of {wanted} samples {_bound(check)}, the last is {value:g}"


def samples_for(duration: timedelta, every: timedelta) -> int:
    """How many consecutive samples cover `duration`: one at each end, none missing between."""
    return math.ceil(duration / every) + 1 if duration else 1


def _wrong(value: float, check: MetricCheck) -> str:
    """Which bound the value does not keep; "" when it keeps both. The bound itself is on the wrong side."""
    if check.above is not None and not value > check.above:
        return f"not above {check.above:g}"
    return f"not below {check.below:g}" if check.below is not None and not value < check.below else ""


def _bound(check: MetricCheck) -> str:
    sides = (("above", check.above), ("below", check.below))
    return " and ".join(f"{side} {limit:g}" for side, limit in sides if limit is not None)


async def _wait(seconds: float, unwanted: Cancelled) -> bool:
    """Wait for the next sample; returns whether it is still wanted."""
    try:
        await wait_for(asyncio.sleep(seconds), unwanted)
    except Stopped:
        return False
    return not unwanted()
