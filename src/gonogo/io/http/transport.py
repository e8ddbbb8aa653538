"""Connections by origin, under httpx's client: each origin has its own list, and nobody walks all of them.

httpx's own pool is not used: its cost grows with the cube of the connections, and every setting of it is a trap
for a poller of many hosts.
"""

import asyncio
import contextlib
import os
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from ipaddress import ip_address

import h11
import httpx

from gonogo.facts import Reason
from gonogo.io.config.tls import Tls
from gonogo.io.http.addresses import Address, Resolve, is_refused, numeric_address
from gonogo.io.http.proxy import Origin, Proxy, open_tunnel
from gonogo.io.http.wire import Connection, Progress, RawAnswer, Stale, Trouble, Turns, Wire

PORTS = {"http": 80, "https": 443}
IDLE_LIMIT = 75.0
"""Seconds a connection is kept; the slowest back-off with its jitter fits in."""
_IDLE_PER_ORIGIN = 4
_ATTEMPT = 1.0
"""Seconds for each address of a name but its last: a dead IPv6 route must not use up the deadline."""
_CLOSING = 1.0
RAW = "gonogo.raw"
_NO_BODY = httpx.ByteStream(b"")

Trust = Callable[[bool, Tls | None], ssl.SSLContext]
"""Whether certificates are checked, and what one server needs besides -> how to speak TLS."""

_Lane = tuple[Origin, bool, Tls | None]
"""Connections whose peer was checked, or that showed a certificate, and others are never mixed."""
_CONTEXTS_LIMIT = 256


class Call(Progress):
    """What one call asks of the transport besides the question itself, and how far it has come."""

    __slots__ = ("apart", "conditions", "tls", "verify")

    def __init__(self) -> None:
        super().__init__()
        self.verify = True
        self.apart = False
        """On a connection of its own."""
        self.tls: Tls | None = None
        self.conditions: list[tuple[bytes, bytes]] = []
        """Sent with this one question; the request is built once and asked many times."""


call: ContextVar[Call] = ContextVar("call")
"""The call of this task."""


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port; port 0 for a scheme that is never asked."""
    return url.scheme, url.raw_host.decode("ascii", "replace"), url.port or PORTS.get(url.scheme, 0)


class Transport(httpx.AsyncBaseTransport):
    """Connections by origin: taken from a free list, given back when they may carry another question."""

    def __init__(
        self,
        resolve: Resolve,
        allowed: Collection[str],
        trust: Trust,
        proxies: Callable[[Origin], Proxy | None] | None = None,
    ) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._trust = trust
        self._proxies = proxies
        self._contexts: dict[tuple[bool, Tls | None], ssl.SSLContext] = {}
        self._idle: dict[_Lane, list[Connection]] = {}
        self._wires: set[Wire] = set()
        self._turns: Turns | None = None
        self.opened = 0
        """Connections opened so far; a warm sweep opens none."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Exchange question and answer; the body is in the extension `RAW`."""
        current = call.get()
        origin = origin_of(request.url)
        headers = request.headers.raw
        target = request.url.raw_path or b"/"
        proxy = self._proxies(origin) if self._proxies is not None else None
        if proxy is not None:
            self._check_number(origin[1])
            if origin[0] == "http":
                target = b"http://" + request.url.netloc + target
                headers = [*headers, *proxy.headers]
        if current.conditions:
            headers = [*headers, *current.conditions]
        question = h11.Request(method=request.method, target=target, headers=headers)
        raw = await self._exchange((origin, current.verify, current.tls), question, current, proxy)
        # httpx gets to see no header of the answer: it would keep cookies for the next question, prepare
        # to follow redirects in its own way though told not to, and decode without a limit
        return httpx.Response(raw.status, stream=_NO_BODY, extensions={RAW: raw})

    async def _exchange(
        self, lane: _Lane, question: h11.Request, progress: Call, proxy: Proxy | None
    ) -> RawAnswer:
        while True:
            kept = None if progress.apart else self._take(lane)
            connection = kept or await self._open(lane, progress, proxy)
            try:
                raw = await connection.exchange(question, progress)
            except Stale:
                connection.wire.abort()
                continue
            except BaseException:
                connection.wire.abort()
                raise
            if progress.apart:
                connection.wire.abort()
            else:
                self._give_back(lane, connection)
            return raw

    def _take(self, lane: _Lane) -> Connection | None:
        idle = self._idle.get(lane, [])
        oldest = time.monotonic() - IDLE_LIMIT
        while idle:
            connection = idle.pop()
            if connection.is_reusable and connection.idle_since >= oldest:
                return connection
            connection.wire.abort()
        return None

    def _give_back(self, lane: _Lane, connection: Connection) -> None:
        idle = self._idle.setdefault(lane, [])
        if connection.is_reusable and len(idle) < _IDLE_PER_ORIGIN:
            connection.idle_since = time.monotonic()
            idle.append(connection)
        else:
            connection.wire.abort()

    async def _open(self, lane: _Lane, progress: Progress, proxy: Proxy | None) -> Connection:
        (_, host, port), _, _ = lane
        progress.stage = "looking up the name"
        addresses = await self._addresses(*(proxy[:2] if proxy else (host, port)))
        progress.stage = "connecting"
        channel = await _connect(addresses)
        try:
            wire = await self._wire(channel, lane, progress, proxy)
        except BaseException:
            channel.close()
            raise
        self.opened += 1
        self._wires.add(wire)
        wire.lost.add_done_callback(lambda _: self._wires.discard(wire))
        return Connection(wire)

    async def _addresses(self, host: str, port: int) -> tuple[Address, ...]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Trouble(Reason.UNRESOLVED, f"no address for {host}: {_os_words(error)}") from error
        usable = tuple(address for address in found if not is_refused(address, self._allowed))
        if found and not usable:
            raise _refused(str(found[0].ip))
        if not usable:
            raise Trouble(Reason.UNRESOLVED, f"no address for {host}")
        return usable

    def _check_number(self, host: str) -> None:
        """Refuse a metadata address written as a number; behind a proxy no more can be known."""
        with contextlib.suppress(ValueError):
            if is_refused(numeric_address(ip_address(host), 0), self._allowed):
                raise _refused(host)

    async def _wire(self, channel: socket.socket, lane: _Lane, progress: Progress, proxy: Proxy | None) -> Wire:
        (scheme, host, _), verify, tls = lane
        loop = asyncio.get_running_loop()
        if scheme == "http":
            _, wire = await loop.create_connection(self._new_wire, sock=channel)
            return wire
        context = self._context(verify, tls)
        if proxy is None:
            progress.stage = "negotiating TLS"
            with _tls_words():
                _, wire = await loop.create_connection(
                    self._new_wire, sock=channel, ssl=context, server_hostname=host, ssl_shutdown_timeout=_CLOSING
                )
            return wire
        progress.stage = "asking the proxy"
        _, wire = await loop.create_connection(self._new_wire, sock=channel)
        try:
            await open_tunnel(wire, lane[0], proxy)
            progress.stage = "negotiating TLS"
            with _tls_words():
                await wire.start_tls(context, host, _CLOSING)
        except BaseException:
            wire.abort()
            raise
        return wire

    def _new_wire(self) -> Wire:
        if self._turns is None:
            self._turns = Turns()
        return Wire(self._turns)

    def _context(self, verify: bool, tls: Tls | None) -> ssl.SSLContext:
        """One for all connections of a kind: making one costs 15 ms."""
        context = self._contexts.get((verify, tls))
        if context is None:
            if len(self._contexts) >= _CONTEXTS_LIMIT:
                self._contexts.clear()  # certificates that are made anew all the time
            context = self._contexts[verify, tls] = self._trust(verify, tls)
        return context

    async def aclose(self) -> None:
        """Close every connection and wait until the sockets are gone."""
        self._idle.clear()
        wires = list(self._wires)
        for wire in wires:
            wire.abort()
        if wires:
            await asyncio.wait([wire.lost for wire in wires], timeout=_CLOSING)


def _refused(ip: str) -> Trouble:
    return Trouble(
        Reason.REFUSED_ADDRESS,
        f"{ip} is a link-local or metadata address; list it under allow_addresses"
        " in your configuration if it is meant",
    )


@contextlib.contextmanager
def _tls_words() -> Iterator[None]:
    """Why there is no TLS, in words."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Trouble(Reason.TLS, f"the certificate is not trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        words = (error.reason or "no TLS").replace("_", " ").lower()
        raise Trouble(Reason.TLS, f"the handshake failed: {words}") from error
    except OSError as error:
        raise Trouble(Reason.DISCONNECTED, "the connection was closed during the TLS handshake") from error


async def _connect(addresses: tuple[Address, ...]) -> socket.socket:
    """Connect to the first address that answers. Raises Trouble."""
    *others, last = addresses
    for address in others:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ATTEMPT):
                return await _connect_one(address)
    try:
        return await _connect_one(last)
    except OSError as error:
        reason = Reason.REFUSED if isinstance(error, ConnectionRefusedError) else Reason.DISCONNECTED
        raise Trouble(reason, _os_words(error)) from error


async def _connect_one(address: Address) -> socket.socket:
    channel = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        channel.setblocking(False)
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(channel, address.sockaddr)
    except BaseException:
        channel.close()
        raise
    return channel


def _os_words(error: OSError | UnicodeError) -> str:
    """The system's own sentence, which names neither URL nor path."""
    if isinstance(error, UnicodeError):
        return "not a valid host name"
    if error.errno is None or isinstance(error, socket.gaierror):
        return (error.strerror or type(error).__name__).lower()
    return os.strerror(error.errno).lower()
