"""Can every host of the plan be reached? One of the plan's own questions to each origin, without credentials.

It is the question itself that is asked, as its preset puts it: a HEAD to the root of an API says nothing about it.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from gonogo.doctor.finding import Finding, Level
from gonogo.errors import ConfigError, GonogoError
from gonogo.facts import Reason
from gonogo.io.config import Config
from gonogo.io.config.credentials import is_bound
from gonogo.io.http.door import Door, origin_text
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.registry import asked_by
from gonogo.io.sharing.keys import keys_of
from gonogo.plan import Plan, Probe, Source
from gonogo.ports import Clock

GROUP = "endpoints"
AT_ONCE = 32
REQUESTS = 3
"""Of one question: some presets ask for a list and then for each entry."""


class Place(Struct, frozen=True):
    """One origin the plan asks."""

    origin: str
    """`https://pay.example.com`, as people would write it."""
    url: str
    """One of the plan's own questions to it."""
    timeout: timedelta
    verify: bool
    credentials: tuple[str, ...]
    """Names of those the plan sends there."""
    given: Probe | Source | None = None
    """Whose question it is."""


class HostAnswer(Struct, frozen=True):
    """What came of one question."""

    place: Place
    answer: Answer | Failure
    asked_at: datetime
    """UTC, halfway between question and answer."""
    understood: bool = False
    """Whether the preset read what it looks for out of it."""


def places(plan: Plan) -> tuple[Place, ...]:
    """Each origin once, in the order of the plan."""
    found: dict[str, Place] = {}
    for given, url in _questions(plan):
        origin = origin_text(url)
        if not origin:
            continue
        known = found.get(origin)
        names = tuple(
            dict.fromkeys((*(known.credentials if known else ()), *([given.auth] if given.auth else [])))
        )
        if known is None:
            found[origin] = Place(origin, url, given.timing.timeout, given.verify_tls, names, given)
        else:
            verify = known.verify and given.verify_tls
            found[origin] = Place(origin, known.url, known.timeout, verify, names, known.given)
    return tuple(found.values())


def _questions(plan: Plan) -> Iterator[tuple[Probe | Source, str]]:
    for product in plan.products:
        for probe in product.probes:
            for url in probe.urls or (probe.url or _usual(probe.use),):
                if url:
                    yield probe, url
    for source in plan.sources:
        if url := source.url or _usual(source.use):
            yield source, url


def _usual(use: str) -> str:
    """Where a preset asks when the plan names no address; "" for most."""
    preset = PRESETS.get(use)
    return preset.default_url if preset is not None else ""


async def ask(asked: Iterable[Place], config: Config, clock: Clock) -> tuple[HostAnswer, ...]:
    """Ask all of them. A proxy that cannot be used is every host's failure."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(door: Door, place: Place) -> HostAnswer:
        async with gate:
            return await _put(door, place, clock)

    try:
        door = Door.of(config)
    except ConfigError as error:
        failure = Failure(Reason.REFUSED_ADDRESS, f"{error.message}; {error.remedy}")
        return tuple(HostAnswer(place, failure, clock.now()) for place in asked)
    async with door:
        return tuple(await asyncio.gather(*(one(door, place) for place in asked)))


class _Overheard:
    """The door without credentials, and the last answer that came through it."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._left = REQUESTS
        self.last: tuple[Answer | Failure, datetime] | None = None

    async def fetch(self, request: Request) -> Answer | Failure:
        """Ask; nobody's secret goes with it, and no command is run for one."""
        if not self._left:
            return Failure(Reason.NO_DATA, "enough was asked to see that it answers")
        self._left -= 1
        started = self._clock.now()
        answer = await self._door.fetch(replace(request, credential=None, plugin=None))
        self.last = answer, started + (self._clock.now() - started) / 2
        return answer


async def _put(door: Door, place: Place, clock: Clock) -> HostAnswer:
    """Ask the question of the plan; where it cannot be asked so, whether anybody is there."""
    overheard = _Overheard(door, clock)
    request = Request(place.url, deadline=place.timeout.total_seconds(), verify=place.verify)
    understood = False
    try:
        if place.given is not None:
            async with asyncio.timeout(place.timeout.total_seconds()):
                understood = await asked_by(place.given, overheard.fetch, request)
    except (TimeoutError, GonogoError):
        pass
    if overheard.last is None:
        await overheard.fetch(replace(request, method="HEAD"))
    answer, at = overheard.last or (Failure(Reason.TIMEOUT, "no answer"), clock.now())
    return HostAnswer(place, answer, at, understood)


def findings(answers: Iterable[HostAnswer], plan: Plan, config: Config | None) -> Iterator[Finding]:
    """One line for each origin, and one for each credential, none where the configuration is not known."""
    told = False
    for found in answers:
        told = True
        yield _of(found)
    if not told and not any(asked.needs for asked in keys_of(plan).values()):
        yield Finding(
            GROUP, Level.WARN, "plan", "names no endpoint by URL", "gonogo matrix    shows what is asked"
        )
    if config is None:
        return
    asked = places(plan)
    for name in dict.fromkeys(name for place in asked for name in place.credentials):
        yield _credential(name, config, [place.origin for place in asked if name in place.credentials])


def _of(found: HostAnswer) -> Finding:
    origin, answer = found.place.origin, found.answer
    if isinstance(answer, Failure):
        return Finding(GROUP, Level.FAIL, origin, answer.detail, _REMEDIES.get(answer.reason, ""))
    took = f"answers {answer.status} within {answer.elapsed * 1000:.0f} ms"
    if answer.status >= 500 and not found.understood:
        remedy = f"ask whoever runs it: curl -i {found.place.url.partition('?')[0]}"
        return Finding(GROUP, Level.WARN, origin, took, remedy)
    if answer.status in {401, 403} and not found.place.credentials:
        remedy = "name a credential at its probe: `auth: NAME`, and define NAME in your configuration"
        return Finding(
            GROUP, Level.WARN, origin, f"{took}: it wants a credential, and the plan names none", remedy
        )
    return Finding(GROUP, Level.OK, origin, took)


_REMEDIES = {
    Reason.TIMEOUT: "a firewall that drops packets looks like this: try from another host, or raise `timeout:`",
    Reason.REFUSED: "nothing listens there: check the port, or start the service",
    Reason.UNRESOLVED: "check the name in the plan, and the name server in /etc/resolv.conf",
    Reason.DISCONNECTED: 'check the route; if it takes a proxy: `proxy = "environment"` in your configuration',
    Reason.TLS: "name its authority by `ca_file` in your configuration, or have the certificate renewed",
    Reason.PROTOCOL: "something else than HTTP listens there: check scheme and port",
    Reason.REDIRECT: "write the address it leads to into the plan",
    Reason.REFUSED_ADDRESS: "see `allow_addresses` and `proxy` in docs/probes.md",
}


def _credential(name: str, config: Config, origins: Sequence[str]) -> Finding:
    """Whether it can be found, and may go where the plan sends it; no command is run, it may count its calls."""
    subject = f"credential {name}"
    try:
        auth = config.where_to_find(name)
        if not auth.command:
            config.credential(name)
    except ConfigError as error:
        return Finding(GROUP, Level.FAIL, subject, error.message, error.remedy)
    elsewhere = [origin for origin in origins if not is_bound(auth.hosts, *_host_and_port(origin))]
    if elsewhere:
        what = f"is not bound to {', '.join(elsewhere)}, where the plan wants it sent: it is not"
        return Finding(GROUP, Level.FAIL, subject, what, f"add it to `hosts` of [auth.{name}] if it is meant")
    if auth.command:
        return Finding(GROUP, Level.OK, subject, f"comes from the command {auth.command[0]}, which was not run")
    return Finding(GROUP, Level.OK, subject, "can be read")


def _host_and_port(origin: str) -> tuple[str, int]:
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
