"""One connection that speaks HTTP/1.1, parsed by h11, every byte of it bounded.

httpcore's connection is not used, though it has the same h11 inside: it does not tell whether a server
sent more than its answer, and such leftovers would be read as the answer to the next question. A poller
must never take an answer for one that was given before the question.
"""

import asyncio
import select
import ssl
from collections import deque
from typing import cast

import h11
from msgspec import Struct

from gonogo.facts import Reason

BODY_LIMIT = 1024 * 1024
"""Bytes of a body, before and after decoding."""
HEADER_LIMIT = 64 * 1024
HEADER_COUNT_LIMIT = 256
INTERIM_LIMIT = 8
"""Interim (1xx) answers before the real one."""
PIECES_LIMIT = 8_192
"""Chunks of one body. A megabyte in one-byte chunks would be a minute of parsing."""

_HTTP_1 = b"HTTP/1."
_READ = 64 * 1024
_BUFFER = 128 * 1024
_READERS_PER_TURN = 4
_EVENTS_PER_TURN = 32
"""Parsed events between two turns of the event loop: about a millisecond."""


class Trouble(Exception):  # noqa: N818  # a named outcome on its way to becoming a Failure, not a fault of ours
    """Why there is no answer, in the words of `Reason`. Raised and caught inside the HTTP door only."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Stale(Exception):  # noqa: N818  # as above
    """A kept connection was closed before a byte of the answer came: ask again on a new one."""


class Progress:
    """How far a call has come, so that a time-out can say what it waited for."""

    __slots__ = ("stage",)

    def __init__(self) -> None:
        self.stage = "starting"


class RawAnswer(Struct, frozen=True):
    """Status line, headers and undecoded body."""

    status: int
    phrase: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Turns:
    """Lets readers go on a few at a time.

    Sixty answers that arrive together would otherwise be read, parsed and handed on within one turn of the event
    loop, and everything else, a key press too, would wait for the last of them: 30 ms, measured.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._due = False

    def wake(self, waiter: asyncio.Future[None]) -> None:
        """Let this reader go on when its turn comes, which is at once when there is no crowd."""
        self._waiting.append(waiter)
        if not self._due:
            self._due = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        for _ in range(min(_READERS_PER_TURN, len(self._waiting))):
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
        self._due = bool(self._waiting)
        if self._due:
            self._loop.call_soon(self._turn)


class Wire(asyncio.Protocol):
    """The transport's other end: a bounded buffer one reader waits on."""

    def __init__(self, turns: Turns) -> None:
        self._loop = asyncio.get_running_loop()
        self._turns = turns
        self._woken = False
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._paused = False
        self._error: Exception | None = None
        self.lost: asyncio.Future[None] = self._loop.create_future()
        """Done when the socket is really closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came; beyond the limit the socket waits until somebody read."""
        self._buffer += data
        if len(self._buffer) >= _BUFFER and self._transport is not None and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The peer will send no more; let the transport close."""
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is closed, with the error that closed it."""
        self._ended = True
        self._error = error
        self._wake()
        if not self.lost.done():
            self.lost.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._woken:
            self._woken = True
            self._turns.wake(self._waiter)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come in unasked and the peer is still there.

        The socket itself is asked as well: a busy loop may not have read yet what the peer has sent.
        """
        if self._buffer or self._ended or self._transport is None or self._transport.is_closing():
            return False
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    def write(self, data: bytes) -> None:
        """Send; a question is small, so there is nothing to wait for."""
        if self._transport is not None:
            self._transport.write(data)

    async def read(self) -> bytes:
        """Return what came, at most 64 KiB; b"" at the end. Raises OSError when the connection broke."""
        if not (self._buffer or self._ended):
            self._waiter = self._loop.create_future()
            self._woken = False
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self._buffer and self._error is not None:
            raise self._error
        data = bytes(self._buffer[:_READ])
        del self._buffer[:_READ]
        if self._paused and len(self._buffer) < _READ and self._transport is not None and not self._ended:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def start_tls(self, context: ssl.SSLContext, host: str, closing: float) -> None:
        """Go on encrypted, through a tunnel that now stands. Raises ssl.SSLError or OSError."""
        if self._transport is None or self._buffer:
            raise ConnectionResetError  # bytes before the handshake are not of the peer we want to talk to
        self._transport = await self._loop.start_tls(
            self._transport, self, context, server_hostname=host, ssl_shutdown_timeout=closing
        )
        if self._transport is None:
            raise ConnectionResetError

    def abort(self) -> None:
        """Close at once, without goodbye: a peer that hangs must not keep us."""
        if self._transport is not None:
            self._transport.abort()
        elif not self.lost.done():
            self.lost.set_result(None)


class Connection:
    """HTTP/1.1 over one wire, one question at a time."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self._events = 0
        self._start = b""
        self.answers = 0
        """Complete answers so far."""
        self.idle_since = 0.0

    @property
    def is_reusable(self) -> bool:
        """Whether the next question may go over this connection."""
        return self._state.our_state is h11.IDLE and self.wire.is_quiet

    async def exchange(self, request: h11.Request, progress: Progress) -> RawAnswer:
        """Ask and read the whole answer.

        Raises Trouble with the reason, or Stale when a kept connection turned out to be closed.
        """
        self._events = 0
        self._start = b""
        progress.stage = "waiting for an answer"
        try:
            self.wire.write((self._state.send(request) or b"") + (self._state.send(h11.EndOfMessage()) or b""))
            head = await self._head(progress)
            body = await self._body(head, request.method == b"HEAD")
        except h11.LocalProtocolError as error:
            # its text may quote a header, and so a credential
            raise Trouble(
                Reason.PROTOCOL, "the question cannot be sent: its target or a header is not HTTP"
            ) from error
        except h11.RemoteProtocolError as error:
            raise _not_http(error) from error
        except OSError as error:
            raise self._broken() from error
        self._finish()
        return RawAnswer(head.status_code, bytes(head.reason), head.headers.raw_items(), body)

    async def _head(self, progress: Progress) -> h11.Response:
        interim = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                progress.stage = "reading the answer"
                if len(event.headers) > HEADER_COUNT_LIMIT:
                    raise Trouble(Reason.TOO_LARGE, f"more than {HEADER_COUNT_LIMIT} headers")
                return event
            interim += 1
            if interim > INTERIM_LIMIT:
                raise Trouble(Reason.PROTOCOL, f"more than {INTERIM_LIMIT} interim answers (1xx)")

    async def _body(self, head: h11.Response, head_only: bool) -> bytes:
        if not head_only:
            _refuse_announced(head)
        pieces: list[bytes] = []
        size = 0
        while True:
            event = await self._next()
            if not isinstance(event, h11.Data):
                return b"".join(pieces)
            pieces.append(bytes(event.data))
            size += len(event.data)
            if size > BODY_LIMIT:
                raise Trouble(Reason.TOO_LARGE, f"more than {BODY_LIMIT // 1024} KiB")
            if len(pieces) > PIECES_LIMIT:
                raise Trouble(Reason.TOO_LARGE, f"more than {PIECES_LIMIT} chunks")

    async def _next(self) -> h11.Event:
        self._events += 1
        if self._events % _EVENTS_PER_TURN == 0:
            await asyncio.sleep(0)
        while (event := self._state.next_event()) is h11.NEED_DATA:
            data = await self.wire.read()
            if not data and self._state.their_state is h11.SEND_RESPONSE:
                raise self._broken()
            self._check_start(data)
            self._state.receive_data(data)
        if isinstance(event, h11.Response | h11.InformationalResponse | h11.Data | h11.EndOfMessage):
            return event
        raise Trouble(Reason.PROTOCOL, "the answer ended in the middle")

    def _check_start(self, data: bytes) -> None:
        """Name what is not HTTP at its first bytes; h11 would wait for a line's end that may never come."""
        if len(self._start) >= len(_HTTP_1):
            return
        self._start += data[: len(_HTTP_1) - len(self._start)]
        if not _HTTP_1.startswith(self._start):
            raise Trouble(Reason.PROTOCOL, f"not HTTP/1: the answer starts with {self._start!r}")

    def _broken(self) -> Exception:
        """The peer went away: before it said anything, or in the middle."""
        silent = not self._start
        if silent and self.answers:
            return Stale()
        return Trouble(
            Reason.DISCONNECTED,
            "the connection was closed without an answer"
            if silent
            else "the connection broke in the middle of the answer",
        )

    def _finish(self) -> None:
        """Prepare for the next question, or refuse an answer that was longer than it said."""
        extra, _ = self._state.trailing_data
        if extra.strip():
            raise Trouble(Reason.PROTOCOL, "more bytes came than the answer announced")
        self.answers += 1
        if not extra and self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()


def _refuse_announced(head: h11.Response) -> None:
    for name, value in head.headers:
        if name == b"content-length" and int(value[:20]) > BODY_LIMIT:
            raise Trouble(Reason.TOO_LARGE, f"announces {int(value[:20]):,} bytes; the limit is {BODY_LIMIT:,}")


_LARGE = 431
"""h11's own hint for a line or header block beyond the limit."""


def _not_http(error: h11.RemoteProtocolError) -> Trouble:
    if error.error_status_hint == _LARGE:
        return Trouble(Reason.TOO_LARGE, f"headers larger than {HEADER_LIMIT // 1024} KiB")
    return Trouble(Reason.PROTOCOL, f"not valid HTTP: {error}")
