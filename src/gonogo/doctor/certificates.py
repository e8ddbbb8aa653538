"""How long do the certificates last? A handshake with each https origin, without a question."""

import asyncio
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from gonogo.doctor.endpoints import AT_ONCE, Place
from gonogo.doctor.finding import Finding, Level
from gonogo.errors import ConfigError
from gonogo.io.config import Config
from gonogo.io.http.addresses import Resolver, is_refused
from gonogo.io.http.door import system_trust
from gonogo.plan import Plan

GROUP = "certificates"
SOON = timedelta(days=21)
"""Below this a certificate that renews itself has missed its turn."""


async def findings(asked: Iterable[Place], plan: Plan, config: Config, now: datetime) -> tuple[Finding, ...]:
    """One line for each https origin."""
    safe = [place for place in asked if place.origin.startswith("https:")]
    if not safe:
        return ()
    if config.proxy:
        return (Finding(GROUP, Level.OK, "proxy", "certificates are checked through it when endpoints are asked"),)
    try:
        trust = system_trust(config.ca_file)
    except ConfigError as error:
        return (Finding(GROUP, Level.FAIL, error.where, error.message, error.remedy),)
    gate, resolve = asyncio.Semaphore(AT_ONCE), Resolver()

    async def one(place: Place) -> Finding:
        async with gate:
            return await _look(place, plan, config, trust, resolve, now)

    return tuple(await asyncio.gather(*(one(place) for place in safe)))


async def _look(
    place: Place, plan: Plan, config: Config, trust: ssl.SSLContext, resolve: Resolver, now: datetime
) -> Finding:
    if not place.verify:
        what = "is not checked (`verify_tls: false`)"
        remedy = "name its authority by `ca_file` in your configuration, and take verify_tls out of the plan"
        return Finding(GROUP, Level.WARN, place.origin, what, remedy)
    parts = urlsplit(place.url)
    try:
        async with asyncio.timeout(place.timeout.total_seconds()):
            until = await _valid_until(parts.hostname or "", parts.port or 443, config, trust, resolve)
    except ssl.SSLCertVerificationError as error:
        remedy = "have it renewed, or name its authority by `ca_file` in your configuration"
        return Finding(GROUP, Level.FAIL, place.origin, f"is not trusted: {error.verify_message}", remedy)
    except (OSError, UnicodeError, ValueError):
        return Finding(
            GROUP, Level.WARN, place.origin, "could not be seen: no TLS connection", "see endpoints above"
        )
    return _judged(place.origin, until, plan, now)


async def _valid_until(
    host: str, port: int, config: Config, trust: ssl.SSLContext, resolve: Resolver
) -> datetime | None:
    """The end of the certificate's life, UTC; None when it does not say. Raises OSError."""
    usable = [one for one in await resolve(host, port) if not is_refused(one, config.allow_addresses)]
    if not usable:
        raise OSError(f"no address of {host} may be asked")
    transport, _ = await asyncio.get_running_loop().create_connection(
        asyncio.Protocol, usable[0].sockaddr[0], port, ssl=trust, server_hostname=host
    )
    try:
        ends = (transport.get_extra_info("peercert") or {}).get("notAfter")
    finally:
        transport.abort()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None


def _judged(origin: str, until: datetime | None, plan: Plan, now: datetime) -> Finding:
    if until is None:
        return Finding(GROUP, Level.OK, origin, "trusted")
    what = f"trusted until {until:%Y-%m-%d %H:%M} UTC, {(until - now).days} days from now"
    if plan.window is not None and until < plan.window.end:
        return Finding(
            GROUP, Level.FAIL, origin, f"{what}: it ends before the release window does", "have it renewed"
        )
    if until - now < SOON:
        return Finding(GROUP, Level.WARN, origin, what, "have it renewed")
    return Finding(GROUP, Level.OK, origin, what)
