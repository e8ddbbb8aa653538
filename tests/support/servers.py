"""Real servers on loopback for tests: http.server with canned answers, raw sockets, and real programs.

Ports are given by the kernel; readiness is a state that is waited for with a deadline, never a time.
"""

import contextlib
import http.server
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Key and self-signed certificate of localhost and 127.0.0.1, for tests only; nobody trusts it."""

READY_WITHIN = 30.0


class Canned(NamedTuple):
    """One answer of a fixture."""

    body: bytes = b""
    headers: Mapping[str, str] = {}
    status: int = 200


class Asked(NamedTuple):
    """One request a fixture saw."""

    method: str
    path: str
    headers: Mapping[str, str]


class Fixture:
    """A running http.server: `url(path)` asks it, `asked` is what it saw."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.asked: list[Asked] = []
        self.answers: dict[str, Canned] = {}
        self.connections = 0
        self.strict = False
        """Whether a query it does not know is 404, as some endpoints have it."""
        self.stop: Callable[[], None] = lambda: None
        """Close the port before the block ends."""

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return self._base + path


@contextlib.contextmanager
def serving(
    answers: Mapping[str, Canned],
    *,
    tls: bool = False,
    host: str = "127.0.0.1",
    head: bool = True,
    wants_certificate: bool = False,
) -> Iterator[Fixture]:
    """Serve canned answers by path over real HTTP/1.1 with keep-alive; other paths are 404.

    One that `wants_certificate` lets in who shows the one there is here.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            fixture.connections += 1

        def do_GET(self) -> None:
            fixture.asked.append(Asked(self.command, self.path, dict(self.headers.items())))
            path, _, query = self.path.partition("?")
            canned = fixture.answers.get(path, Canned(b"not found", status=404))
            if query and fixture.strict:
                canned = Canned(b"no such parameter", status=404)
            if self.command == "HEAD" and not head:
                canned = Canned(status=405)
            self.send_response(canned.status)
            for name, value in canned.headers.items():
                self.send_header(name, value)
            if canned.status != 204:
                self.send_header("Content-Length", str(len(canned.body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(canned.body)

        do_HEAD = do_GET  # noqa: N815  # http.server's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
            """A test's output belongs to the test."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away in the middle is what many tests are about."""

    server = Server((host, 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        if wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if tls else "http"
    fixture = Fixture(f"{scheme}://{host}:{server.server_port}")
    fixture.answers = dict(answers)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    fixture.stop = stop
    with _running(server):
        yield fixture


Behaviour = Callable[[socket.socket, threading.Event], None]
"""What a raw endpoint does with a connection, until it is done or the event says stop."""


@contextlib.contextmanager
def raw_endpoint(behaviour: Behaviour) -> Iterator[int]:
    """Accept connections and let `behaviour` do as it likes with each; yields the port."""
    stop = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(READY_WITHIN)
            with contextlib.suppress(OSError):
                behaviour(self.request, stop)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    with _running(server):
        yield server.server_address[1]
        stop.set()


@contextlib.contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(READY_WITHIN)


def free_port() -> int:
    """A port nobody listens on now; the one who takes it should take it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def program(argv: Sequence[str], ready_url: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a real server until the block ends; it is ready when it answers HTTP at `ready_url`."""
    with open(cwd / "output.log", "wb") as log:
        process = subprocess.Popen([tool(argv[0]), *argv[1:]], cwd=cwd, stdout=log, stderr=log)
        try:
            _wait_until_answers(ready_url, process, cwd / "output.log")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def tool(name: str) -> str:
    """The path of a program that may live in an administrator's directory."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    assert found is not None, f"{name} is not here: mark the test with needs({name!r})"
    return found


def _wait_until_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, f"ended with {process.returncode}: {log.read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except urllib.error.HTTPError as answered:
            answered.close()
            if answered.code != HTTPStatus.SERVICE_UNAVAILABLE:  # what still starts says that, Prometheus for one
                return
            threading.Event().wait(0.02)
        except OSError:
            threading.Event().wait(0.02)
    raise AssertionError(f"{url} did not answer within {READY_WITHIN:g} s: {log.read_text()[-2000:]}")
