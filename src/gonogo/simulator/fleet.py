"""The loopback fleet: one real HTTP server that serves what the scenario says, for every endpoint of a plan.

One thread with an event loop of its own: a hundred hanging answers cost a hundred coroutines and no thread.
Addresses are `/PRODUCT/ENVIRONMENT/...` for a target and `/-/source/ID/...` for a source that fills many cells.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import BusyError, StorageError
from gonogo.facts import Status
from gonogo.plan import Plan, Probe, Source, Target
from gonogo.plan.probes import AutoOptions, PrometheusTable, VersionerTable
from gonogo.ports import Clock
from gonogo.simulator.scenario import Fault, Scenario, answer
from gonogo.simulator.shapes import SHAPED, Endpoint, Page, json_page, page, prometheus

HOST = "127.0.0.1"
_CONNECTIONS = 512
"""Open at one time; what comes above is turned away, so that nobody can use up our descriptors."""
_HEAD_LIMIT = 16 * 1024
_BODY_LIMIT = 64 * 1024
_REQUEST_TIME = 10.0
"""Seconds a client has for its whole request."""
_LISTEN_EVERY = 0.05
"""Seconds between two looks at which targets have nobody listening."""


class Routes(Struct, frozen=True):
    """Who answers where. Replaced as a whole when the plan changes."""

    targets: Mapping[Target, Endpoint] = {}
    sources: Mapping[str, Source] = {}
    own: Mapping[tuple[int, str], Endpoint] = {}
    """(port, path) of probes whose plan names this machine itself."""


class Served(Struct, frozen=True):
    """What a request comes to: a page, or what happens in its place."""

    fault: Fault = Fault.NONE
    delay: float = 0.0
    page: Page | None = None


class Fleet:
    """A fleet that plays one scenario from `began` on, by `clock`. It serves while its context is entered."""

    def __init__(
        self,
        scenario: Scenario,
        clock: Clock,
        began: datetime,
        *,
        port: int = 0,
        own_ports: tuple[int, ...] = (),
    ) -> None:
        self.scenario = scenario
        self._clock = clock
        self._began = began
        self._port = port
        self._own_ports = own_ports
        self._routes = Routes()
        self._holders: dict[Target, socket.socket] = {}
        self._sockets: list[socket.socket] = []
        self._clients: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread: threading.Thread

    def __enter__(self) -> Self:
        try:
            for port in (self._port, *self._own_ports):
                self._sockets.append(_listening(port))  # what is open already must be closed on error
            self._port = int(self._sockets[0].getsockname()[1])
            for target in self.scenario.moments:
                self._hold_port(target)
        except OSError as error:
            self._close_sockets()
            if isinstance(error, PermissionError):
                raise StorageError(f"the fleet may not listen on {HOST}: {error.strerror}") from error
            remedy = "end the program that listens there, or change the port in the plan"
            raise BusyError(f"the fleet cannot listen on {HOST}: {error.strerror}", remedy=remedy) from error
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._close_sockets()

    @property
    def origin(self) -> str:
        """Where the fleet listens, such as `http://127.0.0.1:40123`."""
        return f"http://{HOST}:{self._port}"

    def elapsed(self) -> float:
        """Seconds since the curtain rose."""
        return (self._clock.now() - self._began).total_seconds()

    def url(self, target: Target, path: str = "/") -> str:
        """The address of a target; `path` is what its real address ends with."""
        holder = self._holders.get(target)
        origin = f"http://{HOST}:{holder.getsockname()[1]}" if holder else self.origin
        return f"{origin}/{quote(target.product, safe='')}/{quote(target.environment, safe='')}{path}"

    def source_url(self, source_id: str, path: str = "") -> str:
        """The address of a source that fills many cells."""
        return f"{self.origin}/-/source/{quote(source_id, safe='')}{path}"

    def publish(self, plan: Plan) -> None:
        """Answer the questions of `plan`: its probes and sources, in the shape each of them asks for."""
        probes = [probe for product in plan.products for probe in product.probes]
        own = {
            place: _endpoint(probe, plan)
            for probe in probes
            if (place := own_address(probe.url)) is not None and place[0] in self._own_ports
        }
        self._routes = Routes(
            {Target(probe.product, probe.environment): _endpoint(probe, plan) for probe in probes},
            {source.id: source for source in plan.sources},
            own,
        )

    def follow(self, scenario: Scenario) -> None:
        """Play another scenario from now on, on the same clock."""
        self.scenario = scenario

    def _hold_port(self, target: Target) -> None:
        """Keep a port without listening on it, so that nobody else can take it while the target is gone."""
        if not self.scenario.refuses(target) or target in self._holders:
            return
        holder = _bound(0)
        self._holders[target] = holder

    def _close_sockets(self) -> None:
        for one in (*self._sockets, *self._holders.values()):
            one.close()
        self._sockets.clear()
        self._holders.clear()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        servers = [
            await asyncio.start_server(self._client(listener.getsockname()[1]), sock=listener, limit=_HEAD_LIMIT)
            for listener in self._sockets
        ]
        doors = [asyncio.create_task(self._door(target)) for target in self._holders]
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in doors:
            task.cancel()
        await asyncio.gather(*doors, return_exceptions=True)
        # a connection accepted this very moment is still a task of the loop, and only then one of ours
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _door(self, target: Target) -> None:
        """Listen at the target's own port whenever the scenario does not refuse."""
        port = int(self._holders[target].getsockname()[1])
        server: asyncio.Server | None = None
        try:
            while True:
                refused = self._reply_fault(target) is Fault.REFUSED
                if refused and server is not None:
                    server.close()
                    server = None
                elif not refused and server is None:
                    listener = _bound(port)
                    server = await asyncio.start_server(self._client(0), sock=listener, limit=_HEAD_LIMIT)
                await asyncio.sleep(_LISTEN_EVERY)
        finally:
            if server is not None:
                server.close()

    def _client(self, port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        """What to do with a connection at `port`."""

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(self._clients) >= _CONNECTIONS:
                writer.transport.abort()
                return
            task = self._loop.create_task(self._converse(port, reader, writer))
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)

        return accept

    async def _converse(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection ends."""
        try:
            async with asyncio.timeout(_REQUEST_TIME):
                method, target = await _read_request(reader)
            served = self._respond(port, method, target)
            if served.fault is Fault.HANG:
                await reader.read(1)  # until the client gives up, or the fleet ends
            elif served.page is not None:
                await asyncio.sleep(served.delay)
                writer.write(_written(served.page, head_only=method == "HEAD"))
                await writer.drain()
        except (OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # a client that speaks no HTTP, or left: its own business
        except asyncio.CancelledError:
            writer.transport.abort()  # the fleet ends: what nobody reads is not waited for
            raise
        finally:
            await _hang_up(writer)

    def _respond(self, port: int, method: str, wanted: str) -> Served:
        if method not in {"GET", "HEAD", "POST"}:
            return Served(page=Page(405, "text/plain", b"method not allowed\n"))
        path = urlsplit(wanted).path
        own = port in self._own_ports and port != self._port
        if not own and path.startswith("/-/source/"):
            return self._source(path.removeprefix("/-/source/"))
        endpoint = self._own_endpoint(port, path) if own else self._endpoint_at(path)
        if endpoint is None:
            return Served(page=json_page({"error": "nothing is served here"}, 404))
        reply = answer(self.scenario, endpoint.target, self.elapsed())
        if reply.fault in {Fault.HANG, Fault.DISCONNECTED, Fault.REFUSED}:
            return Served(reply.fault)
        return Served(reply.fault, reply.delay, page(endpoint, path, reply, self._moment(reply.changed_at)))

    def _endpoint_at(self, path: str) -> Endpoint | None:
        parts = path.split("/", 3)
        if len(parts) < 3:
            return None
        return self._routes.targets.get(Target(unquote(parts[1]), unquote(parts[2])))

    def _own_endpoint(self, port: int, path: str) -> Endpoint | None:
        while path:
            found = self._routes.own.get((port, path))
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return None

    def _source(self, rest: str) -> Served:
        source = self._routes.sources.get(unquote(rest.partition("/")[0]))
        if source is None:
            return Served(page=json_page({"error": "nothing is served here"}, 404))
        now = self.elapsed()
        replies = [(target, answer(self.scenario, target, now)) for target in sorted(self.scenario.moments)]
        if isinstance(source.options, PrometheusTable):
            return Served(page=prometheus(replies, source.options.map, self._moment(now)))
        items = [
            {
                "product_name": target.product,
                "environment_name": target.environment,
                "status": _RECORDED.get(reply.status, "completed"),
                "version": reply.versions[0].version,
                "deployed_at": self._moment(reply.changed_at).isoformat(),
            }
            for target, reply in replies
            if reply.versions and reply.fault is Fault.NONE
        ]
        return Served(page=json_page({"items": items}))

    def _reply_fault(self, target: Target) -> Fault:
        return answer(self.scenario, target, self.elapsed()).fault

    def _moment(self, elapsed: float) -> datetime:
        return self._began + timedelta(seconds=elapsed)


_RECORDED = {Status.FAILED: "failed", Status.IN_PROGRESS: "started"}


def own_address(url: str) -> tuple[int, str] | None:
    """(port, path) when `url` names this machine itself by plain HTTP; None for all others."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost"} or not port:
        return None
    return port, parts.path.rstrip("/") or "/"


def aimed(plan: Plan, fleet: Fleet) -> Plan:
    """Return `plan` with every question pointed at the fleet, and without credentials: the fleet asks for none."""
    products = tuple(
        replace(product, probes=tuple(_aimed_probe(probe, fleet) for probe in product.probes))
        for product in plan.products
    )
    sources = tuple(_aimed_source(source, fleet) for source in plan.sources)
    return replace(plan, products=products, sources=sources)


def _aimed_source(source: Source, fleet: Fleet) -> Source:
    """The fleet is one Prometheus, or one list of deployments for every other kind; both use the plan's names."""
    aimed_at = replace(source, url=fleet.source_url(source.id, _path_of(source.url)), auth="")
    if isinstance(source.options, PrometheusTable):
        return replace(aimed_at, options=replace(source.options, products={}, environments={}, transform=()))
    return replace(aimed_at, options=VersionerTable())


def _aimed_probe(probe: Probe, fleet: Fleet) -> Probe:
    """One address for a target, also where the plan lists its instances."""
    first = probe.url or next(iter(probe.urls), "")
    url = fleet.url(Target(probe.product, probe.environment), _path_of(first))
    # one process, and no cache before it
    alone = {"instances": 1, "vary_query": False}
    if probe.use not in SHAPED:
        return replace(probe, options=AutoOptions(), url=url, urls=(), auth="", **alone)
    return replace(probe, url=url, urls=(), auth="", **alone)


def _path_of(url: str) -> str:
    """The path of an address, so that the fleet's own ends as the real one does; its query may hold a secret."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return path if path.startswith("/") else ""


def _endpoint(probe: Probe, plan: Plan) -> Endpoint:
    product = plan.product(probe.product)
    pin = (product.version, product.revision) if product else ("", "")
    return Endpoint(Target(probe.product, probe.environment), probe.options, pin)


def _listening(port: int) -> socket.socket:
    return socket.create_server((HOST, port), backlog=128)


def _bound(port: int) -> socket.socket:
    """A socket that shares its port with others of this account and does not listen yet."""
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((HOST, port))
    except OSError:
        one.close()
        raise
    return one


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str]:
    """Method and target of a request; its body is read and dropped.

    Raises ValueError, EOFError or asyncio.LimitOverrunError for what is no HTTP.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _protocol = first.split(" ")
    headers = dict(line.lower().split(":", 1) for line in lines if ":" in line)
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_LIMIT:
        raise ValueError("body too large")
    await reader.readexactly(length)
    return method, target


_PHRASES = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


def _written(answered: Page, *, head_only: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {answered.status} {_PHRASES.get(answered.status, '')}",
        f"Content-Type: {answered.content_type}",
        f"Content-Length: {len(answered.body)}",
        "Cache-Control: no-store",
        "Connection: close",
        *(f"{name}: {_header_text(value)}" for name, value in answered.headers),
    ]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if head_only else head + answered.body


def _header_text(value: str) -> str:
    return "".join(character for character in value if character.isprintable())


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
