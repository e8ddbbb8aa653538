"""Rollback triggers that watch a metric: when one fires, when its incident is over, and when nobody can tell.

Nothing here acts. A trigger that fires becomes an event once for each incident, and a question to people.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from gonogo.events.state import ReleaseState, ReleaseStatus
from gonogo.facts.metric import Reading
from gonogo.facts.metric_series import Bound, Broken, Held, Judgement, figure, judge
from gonogo.plan import Plan, Trigger
from gonogo.text.spans import span


class Fires(Struct, frozen=True):
    """What was agreed to mean "go back" holds now."""

    trigger: str
    observation: str
    """The number, since when, and where it comes from."""


class Over(Struct, frozen=True):
    """A trigger that fired sees its condition gone: it may fire again."""

    trigger: str


def watched(plan: Plan) -> tuple[Trigger, ...]:
    """The triggers that watch a metric; the others are for people to call."""
    return tuple(one for one in plan.triggers if one.metric)


def judged(
    plan: Plan, trigger: Trigger, metrics: Mapping[str, Sequence[Reading]], now: datetime
) -> Judgement | None:
    """What the trigger's metric says at `now` (UTC); None when the plan has no such metric."""
    metric = next((one for one in plan.metrics if one.name == trigger.metric), None)
    if metric is None:
        return None
    bound = Bound(trigger.above, trigger.below, trigger.duration)
    return judge(metrics.get(metric.name, ()), bound, metric.every, now)


def due(
    plan: Plan, state: ReleaseState, metrics: Mapping[str, Sequence[Reading]], now: datetime
) -> tuple[Fires | Over, ...]:
    """What has to be recorded now: triggers that fire and incidents that are over. Empty unless in progress.

    An incident fires once: while the last one is not over, nothing is due, also not after a restart. One that was
    answered with going back is over when people say so.
    """
    if state.lifecycle.status is not ReleaseStatus.IN_PROGRESS:
        return ()
    found: list[Fires | Over] = []
    for trigger in watched(plan):
        last = state.triggers.get(trigger.id)
        burning = last is not None and last.cleared_at is None
        says = judged(plan, trigger, metrics, now)
        if isinstance(says, Held) and not burning:
            found.append(Fires(trigger.id, _observation(trigger, says)))
        elif isinstance(says, Broken) and burning and says.number == _newest(metrics, trigger):
            # somebody decided to go back: a number that got better by itself does not undo that
            found += [Over(trigger.id)] if last is not None and last.answer != "roll_back" else []
    return tuple(found)


def _newest(metrics: Mapping[str, Sequence[Reading]], trigger: Trigger) -> Reading:
    return metrics[trigger.metric][-1]


def _observation(trigger: Trigger, says: Held) -> str:
    bound = Bound(trigger.above, trigger.below)
    length = span(says.number.at - says.since)
    lasted = f" for {length}" if says.number.at > says.since else ""
    return f"{trigger.metric} is {figure(says.number.value)}, {bound}{lasted} ({says.number.source})"
