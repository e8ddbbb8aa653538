"""A metric over time: whether a bound held for so long. No data is never good news, and never bad news either."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from gonogo.facts.metric import NoData, Number, Reading
from gonogo.text.spans import span

KEPT = 2_000
"""Readings kept of one metric: more than an hour at the shortest interval."""
_MISSED = 3
"""So many questions in a row may go by without a number before nothing can be said any more."""
_SLACK = timedelta(seconds=10)


class Bound(Struct, frozen=True):
    """What is asked of a metric: beyond one limit, for so long."""

    above: float | None = None
    below: float | None = None
    """Exactly one of the two is given."""
    duration: timedelta = timedelta(0)

    def holds(self, value: float) -> bool:
        """Whether one number lies beyond the limit; the limit itself does not."""
        if self.above is not None and not value > self.above:
            return False
        return self.below is None or value < self.below

    def __str__(self) -> str:
        sides = [
            f"{word} {figure(limit)}"
            for word, limit in (("above", self.above), ("below", self.below))
            if limit is not None
        ]
        return " and ".join(sides) + (f" for {span(self.duration)}" if self.duration else "")


class Held(Struct, frozen=True):
    """The bound was met by every number, for as long as asked."""

    number: Number
    """The newest one."""
    since: datetime
    """UTC of the first number of the unbroken run."""


class Broken(Struct, frozen=True):
    """A number within the asked time does not meet the bound."""

    number: Number
    """The newest such one."""


class NotKnown(Struct, frozen=True):
    """Nobody can tell, and why."""

    reason: str
    at: datetime | None = None
    """UTC of the last attempt; None when there was none."""
    source: str = ""


Judgement = Held | Broken | NotKnown


def follow(readings: Sequence[Reading], *newer: Reading) -> tuple[Reading, ...]:
    """`readings`, oldest first, with newer ones; the oldest go when there are too many.

    An answer may tell the past again: what the source says about it now is put in place of what was known.
    """
    known = readings if len(newer) < 2 else [one for one in readings if one.at < newer[0].at]
    return (*known, *newer)[-KEPT:]


def judge(readings: Sequence[Reading], bound: Bound, every: timedelta, now: datetime) -> Judgement:
    """Whether `bound` holds at `now` (UTC), by readings taken `every` so often.

    The newest answer must be a number and young, and no gap may be longer than a few questions: what nobody saw
    did not hold.
    """
    patience = _MISSED * every + _SLACK
    if not readings:
        return NotKnown("nobody has asked yet")
    newest = readings[-1]
    if isinstance(newest, NoData):
        return NotKnown(newest.detail or newest.reason.replace("_", " "), newest.at, newest.source)
    age = now - newest.at
    if age > patience or age < -_SLACK:
        return NotKnown(f"the last number is {span(abs(age))} old", newest.at, newest.source)
    if not bound.holds(newest.value):
        return Broken(newest)
    return _back_from(newest, readings, bound, patience)


def _back_from(newest: Number, readings: Sequence[Reading], bound: Bound, patience: timedelta) -> Judgement:
    oldest = newest
    for reading in reversed(readings[:-1]):
        if newest.at - oldest.at >= bound.duration:
            break
        if isinstance(reading, NoData):
            continue  # a gap that is too long is found by the number before it
        if oldest.at - reading.at > patience:
            return NotKnown(f"nothing was seen for {span(oldest.at - reading.at)}", newest.at, newest.source)
        if not bound.holds(reading.value):
            return Broken(reading)
        oldest = reading
    seen = newest.at - oldest.at
    if seen < bound.duration:
        return NotKnown(f"watched for {span(seen)} of {span(bound.duration)}", newest.at, newest.source)
    return Held(newest, oldest.at)


def figure(value: float) -> str:
    """A number as people read it: `0.0123`, `250`."""
    return f"{value:.4g}"
