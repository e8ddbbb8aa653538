"""Can every host of the plan be reached? One HEAD for each origin, without credentials."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from gonogo.adapters.config_toml import Config
from gonogo.adapters.credentials import is_bound
from gonogo.adapters.doctor.finding import Finding, Level
from gonogo.adapters.http import Door, origin_text
from gonogo.adapters.probes.catalogue import PRESETS
from gonogo.adapters.probes.interface import Answer, Failure, Request
from gonogo.adapters.sharing.keys import keys_of
from gonogo.domain.observation import Reason
from gonogo.domain.plan import Plan, Probe, Source
from gonogo.errors import ConfigError
from gonogo.ports import Clock

GROUP = "endpoints"
AT_ONCE = 32


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


class HostAnswer(Struct, frozen=True):
    """What came of one question."""

    place: Place
    answer: Answer | Failure
    asked_at: datetime
    """UTC, halfway between question and answer."""


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
            found[origin] = Place(origin, url, given.timing.timeout, given.verify_tls, names)
        else:
            found[origin] = Place(origin, known.url, known.timeout, known.verify and given.verify_tls, names)
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
            started = clock.now()
            request = Request(place.url, "HEAD", deadline=place.timeout.total_seconds(), verify=place.verify)
            answer = await door.fetch(request)
            return HostAnswer(place, answer, started + (clock.now() - started) / 2)

    try:
        door = Door.of(config)
    except ConfigError as error:
        failure = Failure(Reason.REFUSED_ADDRESS, f"{error.message}; {error.remedy}")
        return tuple(HostAnswer(place, failure, clock.now()) for place in asked)
    async with door:
        return tuple(await asyncio.gather(*(one(door, place) for place in asked)))


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
    if answer.status >= 500:
        remedy = f"ask whoever runs it: curl -I {origin}"
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
