"""Endpoints that lie, drip, flood or vanish: raw sockets on loopback, each with the reason it must get."""

import gzip
import socket
import struct
import threading
from collections.abc import Mapping
from typing import NamedTuple

from gonogo.facts import Reason
from support.servers import Behaviour

Outcome = Reason | str
"""The reason it must be refused with, or the version it must be read as."""


class Hostile(NamedTuple):
    """One endpoint."""

    behaviour: Behaviour
    outcome: Outcome
    scheme: str = "http"


def _question(channel: socket.socket) -> bytes:
    """Read one request head, as a polite server would."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = channel.recv(65_536)
        if not piece:
            break
        head += piece
    return head


def says(raw: bytes) -> Behaviour:
    """Answer every question with these bytes and close."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        _question(channel)
        channel.sendall(raw)

    return behaviour


def says_and_stays(raw: bytes) -> Behaviour:
    """Send these bytes and then neither more nor the end."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        _question(channel)
        channel.sendall(raw)
        _until_gone(channel, stop)

    return behaviour


def drips(start: bytes, drop: bytes) -> Behaviour:
    """Send `start`, then a drop every hundredth of a second, for ever: each read gets something in time."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        _question(channel)
        channel.sendall(start)
        while not stop.wait(0.01):
            channel.sendall(drop)

    return behaviour


def floods(start: bytes, wave: bytes) -> Behaviour:
    """Send `start`, then waves as fast as they are taken, for ever."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        _question(channel)
        channel.sendall(start)
        while not stop.is_set():
            channel.sendall(wave)

    return behaviour


def resets(before: bytes = b"") -> Behaviour:
    """Break the connection with a reset."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        _question(channel)
        if before:
            channel.sendall(before)
            stop.wait(0.05)  # let the bytes arrive: a reset overtakes what is still in the peer's buffer
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        channel.close()

    return behaviour


def _until_gone(channel: socket.socket, stop: threading.Event) -> None:
    channel.settimeout(0.05)
    while not stop.is_set():
        try:
            if not channel.recv(65_536):
                return
        except TimeoutError:
            continue


def _never(channel: socket.socket, stop: threading.Event) -> None:
    _until_gone(channel, stop)


def _garbage_first(channel: socket.socket, stop: threading.Event) -> None:
    channel.sendall(bytes(range(200, 256)) * 20)
    _until_gone(channel, stop)


def _vanishes(channel: socket.socket, stop: threading.Event) -> None:
    _question(channel)


def head(status: str = "200 OK", *headers: str) -> bytes:
    """A response head."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole well-formed response."""
    return head(status, f"Content-Length: {len(body)}", *headers) + body


def _json(body: bytes) -> Behaviour:
    return says(answer(body, "Content-Type: application/json"))


def _text(body: bytes) -> Behaviour:
    return says(answer(body, "Content-Type: text/plain"))


def _redirect(location: str) -> Behaviour:
    return says(answer(b"", f"Location: {location}", status="302 Found"))


GOOD = b'{"version": "1.2.3"}'
_BOMB = gzip.compress(b"\0" * 64 * 1024 * 1024)
_LOGIN = b"\n<!-- sso -->\n<!DOCTYPE html><html><title>Sign in</title><form></form></html>"
_WAVE = b"x" * 65_536
_CHUNK = b"10000\r\n" + _WAVE + b"\r\n"


def hostile_endpoints() -> Mapping[str, Hostile]:
    """Name -> endpoint. What can be read is read; what cannot gets a named reason."""
    r = Reason
    table: dict[str, tuple[Behaviour, Outcome]] = {
        # time
        "never answers": (_never, r.TIMEOUT),
        "drips headers": (drips(b"HTTP/1.1 200 OK\r\nX: ", b"y"), r.TIMEOUT),
        "drips the status line": (drips(b"HTTP/1.1 200 ", b"O"), r.TIMEOUT),
        "drips the body": (drips(head("200 OK", "Content-Length: 100000"), b" "), r.TIMEOUT),
        "drips chunks": (drips(head("200 OK", "Transfer-Encoding: chunked"), b"1\r\n \r\n"), r.TIMEOUT),
        "announces more and waits": (says_and_stays(head("200 OK", "Content-Length: 1000") + GOOD), r.TIMEOUT),
        "stops in the headers": (says_and_stays(b"HTTP/1.1 200 OK\r\nContent-Le"), r.TIMEOUT),
        # size
        "announces 10 GB": (floods(head("200 OK", "Content-Length: 10000000000"), _WAVE), r.TOO_LARGE),
        "sends without end": (floods(head("200 OK", "Connection: close"), _WAVE), r.TOO_LARGE),
        "endless chunks": (floods(head("200 OK", "Transfer-Encoding: chunked"), _CHUNK), r.TOO_LARGE),
        "endless tiny chunks": (
            floods(head("200 OK", "Transfer-Encoding: chunked"), b"1\r\n \r\n" * 4_096), r.TOO_LARGE,
        ),
        "gzip bomb": (says(answer(_BOMB, "Content-Encoding: gzip")), r.TOO_LARGE),
        "gzip members without end": (
            says(answer(gzip.compress(b"") * 20_000, "Content-Encoding: gzip")), r.TOO_LARGE,
        ),
        "huge header": (says(head("200 OK", "X-Big: " + "a" * 200_000)), r.TOO_LARGE),
        "headers without end": (floods(b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n" * 4_096), r.TOO_LARGE),
        "too many headers": (says(answer(GOOD, *(f"X-{n}: 1" for n in range(2_000)))), r.TOO_LARGE),
        "huge chunk extension": (
            floods(head("200 OK", "Transfer-Encoding: chunked") + b"5;", _WAVE), r.TOO_LARGE,
        ),
        # redirects
        "redirects to itself for ever": (_redirect("/again"), r.REDIRECT),
        "redirects to another host": (_redirect("https://login.example.com/sso?token=secret"), r.REDIRECT),
        "redirects to another port": (_redirect("http://127.0.0.1:9/"), r.REDIRECT),
        "redirects to a metadata address": (_redirect("http://169.254.169.254/latest/"), r.REDIRECT),
        "redirects to a file": (_redirect("file:///etc/passwd"), r.REDIRECT),
        "redirects to nonsense": (_redirect("http://[::1"), r.REDIRECT),
        # connections
        "resets": (resets(), r.DISCONNECTED),
        "resets in the body": (resets(head("200 OK", "Content-Length: 1000") + GOOD), r.DISCONNECTED),
        "closes without a word": (_vanishes, r.DISCONNECTED),
        "closes in the headers": (says(b"HTTP/1.1 200 OK\r\nContent-"), r.DISCONNECTED),
        # HTTP
        "HTTP/0.9": (says(b"1.2.3\n"), r.PROTOCOL),
        "speaks another protocol": (_garbage_first, r.PROTOCOL),
        "SSH": (says_and_stays(b"SSH-2.0-OpenSSH_9.2p1\r\n"), r.PROTOCOL),
        "invalid status line": (says(b"HTTP/1.1 abc OK\r\n\r\n"), r.PROTOCOL),
        "HTTP/2 without asking": (says(b"HTTP/2 200\r\n\r\n"), r.PROTOCOL),
        "interim answers without end": (floods(b"", head("103 Early Hints") * 200), r.PROTOCOL),
        "switches protocols": (says_and_stays(head("101 Switching Protocols", "Upgrade: x")), r.PROTOCOL),
        "announces less": (says(head("200 OK", "Content-Length: 5") + GOOD), r.PROTOCOL),
        "announces more and closes": (says(head("200 OK", "Content-Length: 1000") + GOOD), r.PROTOCOL),
        "negative length": (says(head("200 OK", "Content-Length: -1") + GOOD), r.PROTOCOL),
        "length that is no number": (says(head("200 OK", "Content-Length: many") + GOOD), r.PROTOCOL),
        "two lengths": (
            says(head("200 OK", "Content-Length: 20", "Content-Length: 5") + GOOD), r.PROTOCOL,
        ),
        "bad chunk": (says(head("200 OK", "Transfer-Encoding: chunked") + b"zz\r\nhello\r\n"), r.PROTOCOL),
        "negative chunk": (says(head("200 OK", "Transfer-Encoding: chunked") + b"-5\r\nhello\r\n"), r.PROTOCOL),
        "unknown transfer coding": (says(head("200 OK", "Transfer-Encoding: gzip") + GOOD), r.PROTOCOL),
        "control characters in a header": (says(head("200 OK", "X-A: a\0b") + GOOD), r.PROTOCOL),
        "header without a name": (says(head("200 OK", ": nothing") + GOOD), r.PROTOCOL),
        "two answers at once": (says(answer(GOOD) + answer(b'{"version": "6.6.6"}')), r.PROTOCOL),
        "gzip that is none": (says(answer(GOOD, "Content-Encoding: gzip")), r.PROTOCOL),
        "gzip cut off": (says(answer(gzip.compress(GOOD)[:-9], "Content-Encoding: gzip")), r.PROTOCOL),
        "brotli": (says(answer(GOOD, "Content-Encoding: br")), r.PROTOCOL),
        # status
        "204": (says(head("204 No Content")), r.HTTP_STATUS),
        "404": (says(answer(b"", status="404 Not Found")), r.HTTP_STATUS),
        "503 with a version": (says(answer(GOOD, status="503 Service Unavailable")), r.HTTP_STATUS),
        "status 999": (says(answer(GOOD, status="999 Whatever")), r.HTTP_STATUS),
        "redirect without a place": (says(answer(GOOD, status="302 Found")), r.HTTP_STATUS),
        "401": (says(answer(b"", "WWW-Authenticate: Basic", status="401 Unauthorized")), r.UNAUTHORIZED),
        "403": (says(answer(b"", status="403 Forbidden")), r.UNAUTHORIZED),
        # content
        "log-in page": (says(answer(_LOGIN, "Content-Type: text/html")), r.HTML),
        "log-in page that says JSON": (_json(_LOGIN), r.HTML),
        "log-in page that says text": (_text(_LOGIN), r.HTML),
        "empty": (says(answer(b"")), r.EMPTY),
        "blank": (says(answer(b" \r\n\t ")), r.EMPTY),
        "byte order mark and nothing": (_json(b"\xef\xbb\xbf"), r.EMPTY),
        "cut JSON": (_json(b'{"version": "1.2'), r.NOT_JSON),
        "text that says JSON": (_json(b"v1.2.3"), r.NOT_JSON),
        "deep JSON": (_json(b"[" * 500_000), r.NOT_JSON),
        "deep objects": (_json(b'{"version":' * 80_000), r.NOT_JSON),
        "NUL in JSON": (_json(b'{"version": "1.2\x00.3"}'), r.NOT_JSON),
        "array": (_json(b'["1.2.3"]'), r.NO_VERSION),
        "null": (_json(b"null"), r.NO_VERSION),
        "NaN": (_json(b'{"version": NaN}'), r.NO_VERSION),
        "1e999": (_json(b'{"version": 1e999}'), r.NO_VERSION),
        "a number of 5000 digits": (_json(b'{"version": ' + b"7" * 5_000 + b"}"), r.NO_VERSION),
        "a version of 100 kB": (_json(b'{"version": "' + b"7" * 100_000 + b'"}'), r.NO_VERSION),
        "a word of 100 kB": (_text(b"1." * 50_000), r.NO_VERSION),
        "prose": (_text(b"Service is up"), r.NO_VERSION),
        "neither UTF-8 nor text": (_text(b"\xe9\xff\xfe\xe9\xe9\xe9"), r.NO_VERSION),
        "a megabyte of numbers": (_json(b"[" + b"1e5," * 250_000 + b"1]"), r.NO_VERSION),
        "duplicate keys": (_json(b'{"version": "1.0", "version": "2.0"}'), r.NOT_JSON),
        "control characters": (_json(rb'{"version": "1.2\u001b[31m\u0007"}'), r.NO_VERSION),
        "bidi in the version": (_json(rb'{"version": "1.2\u202e3"}'), r.NO_VERSION),
        "lone surrogate": (_json(rb'{"version": "1.2\ud800"}'), r.NO_VERSION),
        # odd, and still readable: shown, harmless
        "byte order mark": (_json(b"\xef\xbb\xbf" + GOOD), "1.2.3"),
        "UTF-16 that says Latin-1": (
            says(answer(GOOD.decode().encode("utf-16"), "Content-Type: application/json; charset=latin-1")),
            "1.2.3",
        ),
        "gzip unasked": (says(answer(gzip.compress(GOOD), "Content-Encoding: gzip")), "1.2.3"),
        "1.10 as a number": (_json(b'{"version": 1.10}'), "1.10"),
        "a cookie for every domain": (says(answer(GOOD, "Set-Cookie: a=b; Domain=.com; Expires=\x80")), "1.2.3"),
        "no length, HTTP/1.0": (says(b"HTTP/1.0 200 OK\r\n\r\n" + GOOD), "1.2.3"),
    }  # fmt: skip
    named = {name: Hostile(*entry) for name, entry in table.items()}
    return named | {
        "TLS: garbage": Hostile(_garbage_first, r.TLS, "https"),
        "TLS: plain HTTP": Hostile(_plain_http, r.TLS, "https"),
        "TLS: never shakes hands": Hostile(_never, r.TIMEOUT, "https"),
        "TLS: closes": Hostile(_closes_at_once, r.DISCONNECTED, "https"),
    }


def _plain_http(channel: socket.socket, stop: threading.Event) -> None:
    channel.recv(65_536)
    channel.sendall(answer(b"speak HTTP", status="400 Bad Request"))


def _closes_at_once(channel: socket.socket, stop: threading.Event) -> None:
    channel.recv(10)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    channel.close()
