"""From the plan to questions that can be asked: every `use:` name, its module, and what is not there yet.

A preset is one module with a function `preset(probe) -> Preset`, imported when a plan first names it.
What the plan names and this version cannot ask is answered too, with the reason: never with silence.
"""

import importlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from gonogo.adapters.config_toml import Config
from gonogo.adapters.credentials import Credential, Credentials
from gonogo.adapters.probes.asking import Asking
from gonogo.adapters.probes.interface import (
    DETAIL_LIMIT,
    Fetch,
    NotUnderstood,
    Outcome,
    Preset,
    Request,
    Understood,
)
from gonogo.domain.observation import Missing, Observation, Reason, Seen, Target
from gonogo.domain.pace import floor_of
from gonogo.domain.plan import Plan, Probe, Source
from gonogo.domain.text import clean
from gonogo.errors import ConfigError, UsageError
from gonogo.ports import Clock, Probing

if TYPE_CHECKING:
    from gonogo.adapters.http import Door

_HERE = "gonogo.adapters.probes"

PRESETS: Final[Mapping[str, str]] = {
    "auto": f"{_HERE}.auto",
    "json": f"{_HERE}.json_path",
    "text": f"{_HERE}.text",
    "header": f"{_HERE}.header",
}
"""`use:` name of a cell probe -> module."""

ANNOUNCED: Final = frozenset(
    {
        "health-json", "spring-info", "prometheus", "kubernetes", "argo-rollout", "argocd", "flux-helm", "helm",
        "github", "gitlab", "consul", "vault", "versioner",
    }
)  # fmt: skip
"""Names a plan may use already and that this version cannot ask yet."""


def build_probings(plan: Plan, door: "Door", clock: Clock, config: Config) -> list[Probing]:
    """Return one question for each probe of the plan, and the honest answer for what cannot be asked yet.

    A source (one request that fills many cells) of a preset this version cannot ask speaks for the cells
    that have no probe of their own; which of them it would fill only its answer could tell. A product
    and environment that nothing in the plan asks about has no question here.
    """
    probings: list[Probing] = []
    credentials = Credentials(config)
    for product in plan.products:
        for probe in product.probes:
            probings.append(cell_probing(probe, door, clock, config, credentials))  # noqa: PERF401  # reads better as it is
    asked = {target for probing in probings for target in probing.targets}
    every = (Target(product.name, env.name) for product in plan.products for env in plan.environments)
    probings.extend(_unsupported_sources(plan.sources, [target for target in every if target not in asked], clock))
    return probings


def cell_probing(
    probe: Probe, door: "Door", clock: Clock, config: Config, credentials: Credentials | None = None
) -> Probing:
    """The question one probe asks; a probe that cannot be asked answers with the reason."""
    from gonogo.adapters.http import host_of, public_url  # httpx comes with the first question, not before

    target = Target(probe.product, probe.environment)
    source = f"{probe.use} {public_url(probe.url)}" if probe.url else probe.use
    module = PRESETS.get(probe.use)
    if module is None:
        detail = f"this version cannot ask `use: {clean(probe.use, 40)}` yet"
        return Unaskable(str(target), (target,), probe.timing.every, clock, Reason.NOT_SUPPORTED, source, detail)
    try:
        preset: Preset = importlib.import_module(module).preset(probe)
    except UsageError as error:
        detail = clean(error.message, DETAIL_LIMIT)
        return Unaskable(str(target), (target,), probe.timing.every, clock, Reason.NOT_SUPPORTED, source, detail)
    return CellProbing(
        probe, preset, door.fetch, host_of(probe.url), source, clock, credentials or Credentials(config)
    )


def _unsupported_sources(sources: Iterable[Source], left: list[Target], clock: Clock) -> list[Probing]:
    sources = [source for source in sources if source.use not in PRESETS]
    if not sources or not left:
        return []
    names = ", ".join(f"'{clean(source.id, 40)}' (`use: {clean(source.use, 40)}`)" for source in sources)
    detail = clean(f"this version cannot ask the source {names} yet", DETAIL_LIMIT)
    first = sources[0]
    name = f"source {first.id}"
    return [Unaskable(name, tuple(left), first.timing.every, clock, Reason.NOT_SUPPORTED, name, detail)]


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
    ) -> None:
        self.name = name
        self.host = ""
        self.targets = targets
        self.every = every
        self._clock = clock
        self._reason = reason
        self._source = source
        self._detail = detail

    async def ask(self) -> tuple[Observation, ...]:
        """Say why, for each target."""
        now = self._clock.now()
        return tuple(Missing(target, self._reason, now, self._source, self._detail) for target in self.targets)


class CellProbing:
    """One probe of the plan with its preset, the door and the credential's name."""

    def __init__(
        self,
        probe: Probe,
        preset: Preset,
        fetch: Fetch,
        host: str,
        source: str,
        clock: Clock,
        credentials: Credentials,
    ) -> None:
        self.target = Target(probe.product, probe.environment)
        self.name = str(self.target)
        self.host = host
        self.targets = (self.target,)
        self.every = probe.timing.every
        self.floor = floor_of(probe.use)
        self.source = source
        self._probe = probe
        self._preset = preset
        self._fetch = fetch
        self._clock = clock
        self._credentials = credentials

    async def ask(self) -> tuple[Observation, ...]:
        """Ask once; whatever the endpoint does comes back as an observation."""
        asking = Asking(self._fetch, self._probe.timing.timeout, self._clock.now())
        outcome = await self._outcome(asking)
        now = self._clock.now()
        match outcome:
            case Understood():
                return (
                    Seen(
                        target=self.target,
                        versions=outcome.versions,
                        status=outcome.status,
                        polled_at=now,
                        source=f"{self.source} ({outcome.place})" if outcome.place else self.source,
                        updated_at=outcome.updated_at,
                        message=outcome.message,
                        excerpt=outcome.excerpt,
                    ),
                )
            case NotUnderstood():
                return (
                    Missing(
                        self.target,
                        outcome.reason,
                        now,
                        self.source,
                        outcome.detail,
                        outcome.excerpt,
                        host=self.host,
                        retry_after=asking.retry_after,
                    ),
                )

    async def _outcome(self, asking: Asking) -> Outcome:
        credential: Credential | None = None
        if self._probe.auth:
            try:
                credential = await self._credentials.get(self._probe.auth)
            except ConfigError as error:
                return NotUnderstood(Reason.UNAUTHORIZED, clean(error.message, DETAIL_LIMIT))
        request = Request(
            self._probe.url,
            deadline=self._probe.timing.timeout.total_seconds(),
            credential=credential,
            verify=self._probe.verify_tls,
        )
        outcome = await self._preset.ask(asking, request)
        if asking.turned_down:
            self._credentials.turned_down(self._probe.auth)
        return outcome
