"""One number from a source of the plan: what gates, checks and rollback triggers are judged by.

    question = metric_question(plan, plan.metrics[0], door, clock, credentials)
    reading = await question.ask()          # Number | NoData, never an exception

A number is given only when the source answered with exactly one finite number, whole and taken now. Everything
else is `NoData` with the reason: an empty result, NaN, several series, a warning, an answer of yesterday.
"""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from gonogo.facts import Reason
from gonogo.facts.metric import NoData, Number, Reading
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.asking import Asking, ask_as
from gonogo.io.probes.interface import NotUnderstood
from gonogo.io.probes.probings import Fetcher
from gonogo.io.probes.prometheus import Sample, Samples, query, query_range
from gonogo.plan import Metric, Plan, Source
from gonogo.ports import Clock
from gonogo.text import clean

GIVES_NUMBERS = ("prometheus",)
"""Presets of sources that can be asked for a number."""

_POINTS = 1_900
"""Samples of a length of time that are asked for at most: fewer than are kept of a metric."""


class MetricQuestion:
    """A metric of the plan with its source, the door and the clock; may be asked again and again."""

    def __init__(
        self, metric: Metric, source: Source, door: Fetcher, clock: Clock, credentials: Credentials
    ) -> None:
        from gonogo.io.http.door import host_of, public_url  # httpx comes with the first question, not before

        self.metric = metric
        self.name = metric.name
        self.every: timedelta = metric.every
        self.host = host_of(source.url)
        self.source = f"{source.use} {public_url(source.url)}"
        self._given = source
        self._door = door
        self._clock = clock
        self._credentials = credentials

    async def ask(self) -> Reading:
        """Ask once, within the source's time-out, and never raise for what an endpoint does."""
        found = await self._asked(lambda fetch, request: query(fetch, request, self.metric.query))
        return found if isinstance(found, NoData) else self._judged(found)

    async def ask_over(self, length: timedelta) -> tuple[Reading, ...]:
        """As `ask`, with what the source itself remembers of the last `length`: oldest first, now is the last.

        Whoever looks once would otherwise have to watch for so long before anything could be said about it.
        """
        now = self._clock.now()
        step = max(self.every, length / _POINTS)
        found = await self._asked(
            lambda fetch, request: query_range(fetch, request, self.metric.query, now - length - step, now, step)
        )
        if isinstance(found, NoData):
            return (found,)
        if found.warnings or not found.samples:
            return (self._judged(found),)
        return tuple(self._remembered(sample) for sample in found.samples)

    def _remembered(self, sample: Sample) -> Reading:
        at = sample.at or self._clock.now()
        if not math.isfinite(sample.value):
            return NoData(
                self.name, Reason.NO_DATA, f"it was {sample.value:g}, which is no number", at, self.source
            )
        return Number(self.name, sample.value, at, self.source, sample.at)

    async def _asked(
        self, question: Callable[[Asking, Request], Awaitable[Samples | NotUnderstood]]
    ) -> Samples | NoData:
        """Ask with the credential, and translate what went wrong."""
        if self._given.use not in GIVES_NUMBERS:
            return self._nothing(Reason.NOT_SUPPORTED, f"`use: {self._given.use}` gives no numbers")
        given = self._given
        request = Request(given.url, deadline=given.timing.timeout.total_seconds(), verify=given.verify_tls)
        found, came = await ask_as(given.auth, self._credentials, self._door.fetch, request, self._clock, question)
        if isinstance(found, NotUnderstood):
            return self._nothing(found.reason, found.detail, came.retry_after)
        return found

    def _judged(self, found: Samples) -> Reading:
        sample = _only(found)
        if isinstance(sample, str):
            return self._nothing(Reason.NO_DATA, sample)
        now = self._clock.now()
        if sample.at is None:
            return self._nothing(Reason.NO_DATA, "the answer does not say when the number was taken")
        if abs(now - sample.at) > self._given.timing.unknown_after:
            return self._nothing(Reason.NO_DATA, f"the answer is from {_stamp(sample.at)}, it is {_stamp(now)}")
        return Number(self.name, sample.value, now, self.source, sample.at)

    def _nothing(self, reason: Reason, detail: str, retry_after: timedelta | None = None) -> NoData:
        told = clean(detail, DETAIL_LIMIT)
        return NoData(self.name, reason, told, self._clock.now(), self.source, retry_after)


def metric_question(
    plan: Plan, metric: Metric, door: Fetcher, clock: Clock, credentials: Credentials
) -> MetricQuestion:
    """The question behind one of `plan.metrics`; the loader has made sure that its source is there."""
    source = next(source for source in plan.sources if source.id == metric.source)
    return MetricQuestion(metric, source, door, clock, credentials)


def _only(found: Samples) -> Sample | str:
    """The one number, or why there is none."""
    if found.warnings:
        return f"the answer may be incomplete: {found.warnings[0]}"
    if not found.samples:
        return "the query has no result; no data is not a good value"
    if len(found.samples) > 1:
        return f"the query gives {len(found.samples)} series, one number is needed: aggregate it, sum(...)"
    (sample,) = found.samples
    return sample if math.isfinite(sample.value) else f"the query gives {sample.value:g}, which is no number"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
