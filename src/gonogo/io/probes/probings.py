"""Questions as the poller asks them: a preset with its target, the door, the clock and the credential's name."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Reason, Seen
from gonogo.facts.pollers import Window
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.asking import Asking, Came, ask_as
from gonogo.io.probes.catalogue import SAMPLING, is_sampled
from gonogo.io.probes.interface import Claim, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.looks import Burst, Enough
from gonogo.io.probes.past_caches import PastCaches, apart, varied
from gonogo.io.probes.table import Gaps, MatrixPreset, Table
from gonogo.plan import Probe, Product, Source, Target
from gonogo.plan.pace import floor_of
from gonogo.plan.sampling import looks_for
from gonogo.ports import Clock, Looks
from gonogo.text import clean
from gonogo.text.spans import span

_WORTH_TELLING = 1.0
_JUST_STALE = timedelta(seconds=1)
_WAY_LIMIT = 300
SKEW = timedelta(seconds=60)
"""How far a source's clock may be from ours before its own time of an answer counts instead of ours."""


_T = TypeVar("_T")


class Fetcher(Protocol):
    """What of the HTTP door is needed here."""

    async def fetch(self, request: Request) -> Answer | Failure:
        """Ask, and return what came or why nothing did."""
        ...


class Outside(Struct, frozen=True):
    """What every question needs of the world."""

    door: Fetcher
    clock: Clock
    credentials: Credentials


class Unaskable:
    """A question that is answered without asking: why it cannot be asked."""

    def __init__(
        self,
        name: str,
        targets: tuple[Target, ...],
        every: timedelta,
        clock: Clock,
        reason: Reason,
        source: str,
        detail: str,
        origin: str = "",
    ) -> None:
        self.name = name
        self.host = ""
        self.targets = targets
        self.every = every
        self._clock = clock
        self._reason = reason
        self._source = source
        self._detail = detail
        self._origin = origin

    async def ask(self) -> tuple[Observation, ...]:
        """Say why, for each target."""
        now = self._clock.now()
        return tuple(
            Missing(target, self._reason, now, self._source, self._detail, origin=self._origin)
            for target in self.targets
        )


class _Question:
    """What a probe and a source have in common."""

    def __init__(self, given: Probe | Source, host: str, source: str, outside: Outside) -> None:
        self.host = host
        self.every = given.timing.every
        self.floor = floor_of(given.use)
        self.source = source
        self._given = given
        self._outside = outside

    async def _asked(
        self, question: Callable[[Asking, Request], Awaitable[_T]]
    ) -> tuple[_T | NotUnderstood, Came]:
        """What came of it, and how."""
        given, outside = self._given, self._outside
        times = given.timing
        whole = times.stale_after - times.every - times.timeout
        request = Request(
            given.url,
            deadline=times.timeout.total_seconds(),
            verify=given.verify_tls,
            whole_within=max(whole.total_seconds(), 0.0),
        )
        return await ask_as(given.auth, outside.credentials, outside.door.fetch, request, outside.clock, question)

    def _observed(self, target: Target, outcome: Outcome, came: Came, origin: str = "") -> Observation:
        now, retry_after = self._outside.clock.now(), came.retry_after
        if isinstance(outcome, NotUnderstood):
            # else nobody would know why the cell is not asked again meanwhile
            wish = f"; it wants to be left alone for {span(retry_after)}" if retry_after else ""
            return Missing(
                target,
                outcome.reason,
                now,
                self.source,
                f"{outcome.detail}{wish}",
                outcome.excerpt,
                retry_after,
                origin,
                self.host,
            )
        return Seen(
            target=target,
            versions=outcome.versions,
            status=outcome.status,
            polled_at=min(_dated(now, outcome.taken_at), now - self._age(came)),
            source=f"{self.source} ({outcome.place})" if outcome.place else self.source,
            updated_at=outcome.updated_at,
            message=outcome.message,
            link=outcome.link,
            excerpt=outcome.excerpt,
            origin=origin,
            way=clean("; ".join((*_told_age(came), *came.way)), _WAY_LIMIT),
        )

    def _age(self, came: Came) -> timedelta:
        """How long ago the endpoint itself said this; what a cache calls stale is stale."""
        age = timedelta(seconds=came.age)
        return max(age, self._given.timing.stale_after + _JUST_STALE) if came.called_stale else age


def _dated(now: datetime, taken_at: datetime | None) -> datetime:
    """When an answer was taken: now, or when its source took it if that is long ago. Old is never shown as new."""
    return taken_at if taken_at is not None and now - taken_at > SKEW else now


def _told_age(came: Came) -> tuple[str, ...]:
    """What is worth a word about the age of an answer that came just now."""
    if came.called_stale:
        return ("called stale by a cache (Warning)",)
    return (f"{span(timedelta(seconds=came.age))} old when it came",) if came.age >= _WORTH_TELLING else ()


def _nobody(_claim: Claim) -> bool:
    return False


class CellProbing(_Question):
    """One probe of the plan."""

    def __init__(
        self,
        probe: Probe,
        preset: Preset,
        host: str,
        source: str,
        outside: Outside,
        product: Product | None = None,
        known: Window | None = None,
        others: Callable[[Claim], bool] = _nobody,
    ) -> None:
        """`product` says which version is worth many looks; without it none is.

        `known` is what another session of this account has looked at already. `others` says whether a claim names
        another cell of the plan.
        """
        super().__init__(probe, host, source, outside)
        self._is_sample = is_sampled(probe)
        self._past_caches = PastCaches(probe.vary_query and probe.use in SAMPLING and not probe.urls)
        self._enough = Enough(product, looks_for(probe.timing.confidence))
        self._known = known
        self._others = others
        self.target = Target(probe.product, probe.environment)
        self.name = str(self.target)
        self.targets = (self.target,)
        self._preset = preset

    async def ask(self) -> tuple[Observation, ...]:
        """Ask once; whatever the endpoint does comes back as an observation."""
        outcome, came = await self._past_caches.ask(self._put)
        seen, known = self._seen(outcome, came), self._known
        self._known = None
        if isinstance(seen, Seen) and seen.looks and known is not None and known.agrees_with(seen):
            seen = replace(seen, looks=seen.looks + known.looks)
        return (self._enough.take(seen),)

    def looks(self, answered: Sequence[Observation]) -> Looks | None:
        """See `ports.Sampled`."""
        seen = answered[0]
        wanted = self._enough.wanted(seen)
        return Burst(seen, wanted, self._look, self._enough) if wanted and isinstance(seen, Seen) else None

    async def _look(self) -> Observation:
        return self._seen(*await self._put(self._past_caches.varies))

    async def _put(self, past_caches: bool) -> tuple[Outcome, Came]:
        """Put the question once; a sample on a connection of its own."""
        door = varied if past_caches else apart if self._is_sample else None
        return await self._asked(
            lambda fetch, request: self._preset.ask(door(fetch) if door is not None else fetch, request)
        )

    def _seen(self, outcome: Outcome, came: Came) -> Observation:
        seen = self._observed(self.target, outcome, came)
        if isinstance(seen, Seen) and isinstance(outcome, Understood):
            elsewhere = next((claim.name for claim in outcome.claims if self._others(claim)), "")
            seen = replace(seen, elsewhere=elsewhere) if elsewhere else seen
        if isinstance(seen, Missing) or not self._is_sample or not _is_one_answer(seen):
            return seen
        return replace(seen, looks=1)


def _is_one_answer(seen: Seen) -> bool:
    """Whether the answer speaks for nobody but the instance that gave it."""
    return len(seen.versions) == 1 and seen.versions[0].weight is None and seen.versions[0].replicas is None


class SourceProbing(_Question):
    """One source of the plan: a question that fills many cells, and says for each why it does not."""

    def __init__(
        self,
        given: Source,
        preset: MatrixPreset,
        targets: Iterable[Target],
        host: str,
        source: str,
        outside: Outside,
    ) -> None:
        super().__init__(given, host, source, outside)
        self.name = f"source {given.id}"
        self.targets = tuple(targets)
        self.table: Table | None = None
        """The last answer; None before the first and after a failure."""
        self._origin = given.id
        self._preset = preset

    async def ask(self) -> tuple[Observation, ...]:
        """Ask once; one observation for each target, whatever the answer holds."""
        found, came = await self._asked(lambda fetch, request: self._preset.ask(fetch, request, self.targets))
        if isinstance(found, NotUnderstood):
            return self._nothing(found, came)
        self.table = found
        gaps = Gaps(found)
        return tuple(
            self._observed(
                target, found.cells.get(target) or gaps.at(target), replace(came, retry_after=None), self._origin
            )
            for target in self.targets
        )

    def _nothing(self, why: NotUnderstood, came: Came) -> tuple[Observation, ...]:
        self.table = None
        return tuple(self._observed(target, why, came, self._origin) for target in self.targets)
