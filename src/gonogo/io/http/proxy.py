"""The proxy of the environment, for those who ask for it: `proxy = "environment"` in their configuration.

With a proxy it is the proxy that looks names up, so the refusal of metadata addresses covers only what is
written as a number. The proxy's own address is checked like any other.
"""

import base64
import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import h11

from gonogo.errors import ConfigError
from gonogo.facts import Reason
from gonogo.io.http.wire import HEADER_LIMIT, INTERIM_LIMIT, Trouble, Wire
from gonogo.text import clean

Origin = tuple[str, str, int]
"""Scheme, host (IDNA-encoded), port."""


class Proxy(NamedTuple):
    """Where questions go instead of to their host."""

    host: str
    port: int
    authorization: bytes = b""
    """Value of Proxy-Authorization; b"" for none. Never shown: see `__repr__`."""

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the proxy itself is told."""
        return [(b"proxy-authorization", self.authorization)] if self.authorization else []


class EnvironmentProxies:
    """HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl and Python read them."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        found = {name.lower(): value for name, value in environ.items() if name.lower().endswith("_proxy")}
        if "REQUEST_METHOD" in environ:
            found.pop("http_proxy", None)  # under CGI a client's `Proxy:` header arrives under this name
        self._without = found.pop("no_proxy", "")
        self._proxies = {
            scheme: proxy
            for scheme in ("http", "https")
            if (proxy := _proxy(found.get(f"{scheme}_proxy") or found.get("all_proxy", "")))
        }

    def __call__(self, origin: Origin) -> Proxy | None:
        """The proxy for one origin; None when it is asked directly."""
        scheme, host, port = origin
        proxy = self._proxies.get(scheme)
        return None if proxy is None or _listed(self._without, host, port) else proxy


def _proxy(text: str) -> Proxy | None:
    """Raises ConfigError for what this version cannot go through; never quotes it, it may hold a password."""
    if not text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme != "http" or not host:
        raise ConfigError(
            "the proxy of the environment is none that gonogo can use",
            where="HTTP_PROXY, HTTPS_PROXY or ALL_PROXY",
            remedy="write it as http://HOST:PORT, or take `proxy` out of the configuration",
        )
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    authorization = b"" if user == ":" else b"Basic " + base64.b64encode(user.encode())
    return Proxy(host, port or 80, authorization)


def _listed(names: str, host: str, port: int) -> bool:
    """Whether NO_PROXY names this host, a domain above it, or everything."""
    for name in filter(None, (part.strip().lower() for part in names.split(","))):
        if name == "*":
            return True
        name = name.lstrip("*").lstrip(".")
        if host == name or host.endswith(f".{name}") or f"{host}:{port}" == name:
            return True
    return False


async def open_tunnel(wire: Wire, origin: Origin, proxy: Proxy) -> None:
    """Have the proxy connect `wire` with `origin`. Raises Trouble."""
    _, host, port = origin
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
    question = h11.Request(method="CONNECT", target=place, headers=[(b"host", place.encode()), *proxy.headers])
    wire.write((state.send(question) or b"") + (state.send(h11.EndOfMessage()) or b""))
    try:
        status = await _status(state, wire)
    except (OSError, h11.RemoteProtocolError) as error:
        raise Trouble(Reason.PROTOCOL, f"the proxy {proxy.host} does not speak HTTP/1") from error
    if not 200 <= status < 300:
        raise Trouble(
            Reason.DISCONNECTED, f"the proxy {clean(proxy.host, 80)} says {status} instead of connecting"
        )


async def _status(state: h11.Connection, wire: Wire) -> int:
    for _ in range(INTERIM_LIMIT + 1):
        while (event := state.next_event()) is h11.NEED_DATA:
            data = await wire.read()
            if not data:
                raise ConnectionResetError
            state.receive_data(data)
        if isinstance(event, h11.Response):
            return event.status_code
    raise Trouble(Reason.PROTOCOL, f"more than {INTERIM_LIMIT} interim answers (1xx) from the proxy")
