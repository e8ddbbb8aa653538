"""Questions as the poller asks them: a preset with its target, the door, the clock and the credential's name."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from msgspec import Struct

from gonogo.adapters.credentials import Credentials
from gonogo.adapters.probes.asking import Asking, ask_as
from gonogo.adapters.probes.interface import (
    Answer,
    Failure,
    NotUnderstood,
    Outcome,
    Preset,
    Request,
)
from gonogo.adapters.probes.table import Gaps, MatrixPreset, Table
from gonogo.domain.observation import Missing, Observation, Reason, Seen, Target
from gonogo.domain.pace import floor_of
from gonogo.domain.plan import Probe, Source
from gonogo.domain.spans import span
from gonogo.ports import Clock

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
    ) -> tuple[_T | NotUnderstood, timedelta | None]:
        """What came of it, and how long the server asks to be left alone."""
        given, outside = self._given, self._outside
        request = Request(given.url, deadline=given.timing.timeout.total_seconds(), verify=given.verify_tls)
        return await ask_as(given.auth, outside.credentials, outside.door.fetch, request, outside.clock, question)

    def _observed(
        self, target: Target, outcome: Outcome, retry_after: timedelta | None, origin: str = ""
    ) -> Observation:
        now = self._outside.clock.now()
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
            polled_at=_dated(now, outcome.taken_at),
            source=f"{self.source} ({outcome.place})" if outcome.place else self.source,
            updated_at=outcome.updated_at,
            message=outcome.message,
            link=outcome.link,
            excerpt=outcome.excerpt,
            origin=origin,
        )


def _dated(now: datetime, taken_at: datetime | None) -> datetime:
    """When an answer was taken: now, or when its source took it if that is long ago. Old is never shown as new."""
    return taken_at if taken_at is not None and now - taken_at > SKEW else now


class CellProbing(_Question):
    """One probe of the plan."""

    def __init__(self, probe: Probe, preset: Preset, host: str, source: str, outside: Outside) -> None:
        super().__init__(probe, host, source, outside)
        self.target = Target(probe.product, probe.environment)
        self.name = str(self.target)
        self.targets = (self.target,)
        self._preset = preset

    async def ask(self) -> tuple[Observation, ...]:
        """Ask once; whatever the endpoint does comes back as an observation."""
        outcome, retry_after = await self._asked(self._preset.ask)
        return (self._observed(self.target, outcome, retry_after),)


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
        found, retry_after = await self._asked(
            lambda fetch, request: self._preset.ask(fetch, request, self.targets)
        )
        if isinstance(found, NotUnderstood):
            return self._nothing(found, retry_after)
        self.table = found
        gaps = Gaps(found)
        return tuple(
            self._observed(target, found.cells.get(target) or gaps.at(target), None, self._origin)
            for target in self.targets
        )

    def _nothing(self, why: NotUnderstood, retry_after: timedelta | None) -> tuple[Observation, ...]:
        self.table = None
        return tuple(self._observed(target, why, retry_after, self._origin) for target in self.targets)
