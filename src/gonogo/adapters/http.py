"""The one HTTP door: httpx's client on a transport of our own. Nothing else imports httpx.

Why not httpx's own pool: its cost grows with the cube of the connections, and every setting of it is a
trap for a poller of many hosts. Here each origin has its own list of idle connections and nobody walks
all of them.

What holds for every call, whatever the endpoint does:

- one deadline over everything, one mebibyte of body after decoding, 64 KiB of headers;
- http and https only, and no address of a cloud's metadata service; what is checked is what is connected;
- at most three redirects and only within the origin; no credential leaves the hosts it is bound to;
- no proxy, netrc or other setting from the environment; no cookie is kept;
- every failure is a value with a reason; no text holds userinfo, query or a secret.
"""

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection
from contextvars import ContextVar
from types import TracebackType
from typing import Self

import h11
import httpx

from gonogo import __version__
from gonogo.adapters.addresses import Address, Resolve, Resolver, is_refused
from gonogo.adapters.http_wire import BODY_LIMIT, Connection, Progress, RawAnswer, Stale, Trouble, Wire
from gonogo.adapters.probes.interface import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.domain.observation import Reason
from gonogo.domain.text import clean

REDIRECT_LIMIT = 3
_IDLE_LIMIT = 60.0
"""Seconds a connection is kept; a plan's slowest back-off fits in."""
_IDLE_PER_ORIGIN = 4
_ATTEMPT = 1.0
"""Seconds for each address of a name but its last: a dead IPv6 route must not use up the deadline."""
_CLOSING = 1.0
_QUESTIONS_LIMIT = 4_096
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}

# httpx logs each URL, query and all, at INFO; a --debug log must not hold what a URL may hold
logging.getLogger("httpx").disabled = True

Origin = tuple[str, str, int]
"""Scheme, host (IDNA-encoded), port."""


def system_trust() -> ssl.SSLContext:
    """The certificates this machine trusts ($SSL_CERT_FILE included); certifi's where it has none."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        import certifi  # 300 KB of certificates, only for machines without their own

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def public_url(url: str) -> str:
    """`url` as it may be shown: without userinfo, query and fragment; what was cut leaves a mark."""
    try:
        return _public(httpx.URL(url))
    except httpx.InvalidURL:
        return "an invalid URL"


def _public(url: httpx.URL) -> str:
    query = "?…" if url.query else ""
    return clean(f"{_origin_text(_origin(url))}{url.path}{query}", 300)


def host_of(url: str) -> str:
    """Host and port, the unit of politeness; "" for what is no URL."""
    try:
        _, host, port = _origin(httpx.URL(url))
    except httpx.InvalidURL:
        return ""
    return f"{host}:{port}" if host else ""


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode("ascii", "replace"), url.port or _PORTS.get(url.scheme, 0)


def _origin_text(origin: Origin) -> str:
    scheme, host, port = origin
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if port == _PORTS.get(scheme) else f":{port}")


_RAW = "gonogo.raw"
_NO_BODY = httpx.ByteStream(b"")
_progress: ContextVar[Progress] = ContextVar("progress")
"""How far the call of this task has come. Not in the request: that is built once and asked many times."""


class _Transport(httpx.AsyncBaseTransport):
    """Connections by origin: taken from a free list, given back when they may carry another question."""

    def __init__(self, resolve: Resolve, allowed: Collection[str], trust: Callable[[], ssl.SSLContext]) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._trust = trust
        self._context: ssl.SSLContext | None = None
        self._idle: dict[Origin, list[Connection]] = {}
        self._wires: set[Wire] = set()
        self.opened = 0
        """Connections opened so far; a warm sweep opens none."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        question = h11.Request(
            method=request.method, target=request.url.raw_path or b"/", headers=request.headers.raw
        )
        raw = await self._exchange(_origin(request.url), question, _progress.get())
        # httpx gets to see no header of the answer: it would keep cookies for the next question, prepare
        # to follow redirects in its own way though told not to, and decode without a limit
        return httpx.Response(raw.status, stream=_NO_BODY, extensions={_RAW: raw})

    async def _exchange(self, origin: Origin, question: h11.Request, progress: Progress) -> RawAnswer:
        while True:
            connection = self._take(origin) or await self._open(origin, progress)
            try:
                raw = await connection.exchange(question, progress)
            except Stale:
                connection.wire.abort()
                continue
            except BaseException:
                connection.wire.abort()
                raise
            self._give_back(origin, connection)
            return raw

    def _take(self, origin: Origin) -> Connection | None:
        idle = self._idle.get(origin, [])
        oldest = time.monotonic() - _IDLE_LIMIT
        while idle:
            connection = idle.pop()
            if connection.is_reusable and connection.idle_since >= oldest:
                return connection
            connection.wire.abort()
        return None

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle.setdefault(origin, [])
        if connection.is_reusable and len(idle) < _IDLE_PER_ORIGIN:
            connection.idle_since = time.monotonic()
            idle.append(connection)
        else:
            connection.wire.abort()

    async def _open(self, origin: Origin, progress: Progress) -> Connection:
        scheme, host, port = origin
        progress.stage = "looking up the name"
        addresses = await self._addresses(host, port)
        progress.stage = "connecting"
        channel = await _connect(addresses)
        try:
            wire = await self._wire(channel, scheme, host, progress)
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
            raise Trouble(
                Reason.REFUSED_ADDRESS,
                f"{found[0].ip} is a link-local or metadata address; list it under allow_addresses"
                " in your configuration if it is meant",
            )
        if not usable:
            raise Trouble(Reason.UNRESOLVED, f"no address for {host}")
        return usable

    async def _wire(self, channel: socket.socket, scheme: str, host: str, progress: Progress) -> Wire:
        loop = asyncio.get_running_loop()
        if scheme == "http":
            _, wire = await loop.create_connection(Wire, sock=channel)
            return wire
        progress.stage = "negotiating TLS"
        if self._context is None:
            self._context = self._trust()
        try:
            _, wire = await loop.create_connection(
                Wire, sock=channel, ssl=self._context, server_hostname=host, ssl_shutdown_timeout=_CLOSING
            )
        except ssl.SSLCertVerificationError as error:
            raise Trouble(Reason.TLS, f"the certificate is not trusted: {error.verify_message}") from error
        except ssl.SSLError as error:
            words = (error.reason or "no TLS").replace("_", " ").lower()
            raise Trouble(Reason.TLS, f"the handshake failed: {words}") from error
        except OSError as error:
            raise Trouble(Reason.DISCONNECTED, "the connection was closed during the TLS handshake") from error
        return wire

    async def aclose(self) -> None:
        """Close every connection and wait until the sockets are gone."""
        self._idle.clear()
        wires = list(self._wires)
        for wire in wires:
            wire.abort()
        if wires:
            await asyncio.wait([wire.lost for wire in wires], timeout=_CLOSING)


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


class Door:
    """Fetches URLs. An async context manager; owned by the event loop it was entered in."""

    def __init__(
        self,
        *,
        allow_addresses: Collection[str] = (),
        resolve: Resolve | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._transport = _Transport(resolve or Resolver(), allow_addresses, trust)
        self._questions: dict[tuple[str, str, tuple[tuple[str, str], ...]], httpx.Request] = {}
        self._client = httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113  # one deadline over the whole call replaces httpx's per-read time-outs
            headers={"user-agent": f"gonogo/{__version__}", "accept-encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    @property
    def opened(self) -> int:
        """Connections opened so far."""
        return self._transport.opened

    async def fetch(self, request: Request) -> Answer | Failure:
        """Ask, and return what came or why nothing did. Raises nothing for what an endpoint does."""
        progress = Progress()
        _progress.set(progress)
        try:
            async with asyncio.timeout(request.deadline):
                return await self._follow(request)
        except TimeoutError:
            return Failure(Reason.TIMEOUT, f"no whole answer within {request.deadline:.3g} s, {progress.stage}")
        except Trouble as trouble:
            return Failure(trouble.reason, clean(trouble.detail, DETAIL_LIMIT))
        except httpx.InvalidURL:
            return Failure(Reason.REFUSED_ADDRESS, "not a valid URL")
        except (httpx.HTTPError, h11.ProtocolError) as error:
            # the text of these may quote the URL
            return Failure(Reason.PROTOCOL, f"the question cannot be sent ({type(error).__name__})")

    async def _follow(self, request: Request) -> Answer:
        started = time.monotonic()
        question = self._question(request)
        for _ in range(REDIRECT_LIMIT + 1):
            # stream: there is no body left to read, and reading nothing would cost ten microseconds
            response = await self._client.send(question, stream=True)
            raw: RawAnswer = response.extensions[_RAW]
            location = _header(raw, b"location")
            if raw.status not in _REDIRECTS or not location:
                return _answer(raw, question.url, time.monotonic() - started)
            question = self._build(request, _next_url(question.url, location, request))
        raise Trouble(Reason.REDIRECT, f"more than {REDIRECT_LIMIT} redirects")

    def _question(self, request: Request) -> httpx.Request:
        """The request as httpx wants it; built once for each URL, for building costs more than asking."""
        if request.credential is not None:
            return self._build(request, httpx.URL(request.url))  # never kept: a secret may change
        key = (request.method, request.url, request.headers)
        question = self._questions.get(key)
        if question is None:
            if len(self._questions) >= _QUESTIONS_LIMIT:
                self._questions.clear()
            question = self._questions[key] = self._build(request, httpx.URL(request.url))
        return question

    def _build(self, request: Request, url: httpx.URL) -> httpx.Request:
        _check(url)
        headers = list(request.headers)
        if request.credential is not None:
            _, host, port = _origin(url)
            if not request.credential.is_for(host, port):
                raise Trouble(
                    Reason.UNAUTHORIZED,
                    f"credential '{request.credential.name}' is not bound to {host}; add it to its hosts"
                    " in your configuration if it is meant",
                )
            headers.append((request.credential.header, request.credential.value.reveal()))
        return self._client.build_request(request.method, url, headers=headers)


def _check(url: httpx.URL) -> None:
    if url.scheme not in _PORTS:
        raise Trouble(Reason.REFUSED_ADDRESS, "only http and https URLs are asked")
    if not url.host:
        raise Trouble(Reason.REFUSED_ADDRESS, "the URL names no host")
    if url.userinfo:
        raise Trouble(
            Reason.REFUSED_ADDRESS, "the URL holds a user name or password; name a credential with `auth:` instead"
        )


def _next_url(url: httpx.URL, location: str, request: Request) -> httpx.URL:
    """Where a redirect leads, if it may be followed. Raises Trouble naming the other origin if not."""
    try:
        target = url.join(location)
        there = _origin(target)
    except (httpx.InvalidURL, ValueError):
        raise Trouble(Reason.REDIRECT, "redirects to an invalid URL") from None
    here = _origin(url)
    upgrade = here[:2] == ("http", here[1]) and there[:2] == ("https", here[1]) and request.credential is None
    if there != here and not upgrade:
        raise Trouble(Reason.REDIRECT, f"redirects to {_origin_text(there)}")
    return target


def _header(raw: RawAnswer, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in raw.headers if name.lower() == wanted), "")


def _answer(raw: RawAnswer, url: httpx.URL, elapsed: float) -> Answer:
    return Answer(
        status=raw.status,
        headers=tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw.headers),
        body=decoded(raw.body, _header(raw, b"content-encoding")),
        url=_public(url),
        elapsed=elapsed,
        phrase=clean(raw.phrase.decode("latin-1"), 80),
    )


_MEMBERS_LIMIT = 16
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


def decoded(raw: bytes, encoding: str) -> bytes:
    """Undo a compression nobody asked for, and stop at the limit. Raises Trouble.

    Not httpx's decoder: it expands a whole chunk before anyone can say stop, and half a megabyte of
    gzip can be half a gigabyte.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"} or not raw:
        return raw
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Trouble(Reason.PROTOCOL, f"encoded as {clean(encoding, 40)}, which was not asked for")
    try:
        return _inflated(raw)
    except zlib.error as error:
        raise Trouble(Reason.PROTOCOL, f"not valid {encoding}") from error


def _inflated(raw: bytes) -> bytes:
    out = b""
    for _ in range(_MEMBERS_LIMIT):
        engine = zlib.decompressobj(_ZLIB_OR_GZIP)
        out += engine.decompress(raw, BODY_LIMIT + 1 - len(out))
        if len(out) > BODY_LIMIT:
            raise Trouble(Reason.TOO_LARGE, f"more than {BODY_LIMIT // 1024} KiB after decompression")
        if not engine.eof:
            raise Trouble(Reason.PROTOCOL, "the compressed answer is cut off")
        raw = engine.unused_data
        if not raw:
            return out
    raise Trouble(Reason.TOO_LARGE, f"more than {_MEMBERS_LIMIT} compressed parts")
