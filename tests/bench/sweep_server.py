"""The fleet that `sweep.py` asks: one process, every address of 127.0.0.0/8, answers after a fixed latency.

python tests/bench/sweep_server.py LATENCY_SECONDS    prints its port
"""

import asyncio
import sys

HANGING = b"GET /hang"
_BODY = b'{"version":"4.5.6","build":{"commit":"0123456789abcdef","time":"2026-11-20T10:00:00Z"},"pad":"%s"}' % (
    b"x" * 190
)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_ANSWER = _HEAD % len(_BODY) + _BODY


class Endpoint(asyncio.Protocol):
    """One connection: each question is answered after the latency, unless its path hangs."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole question."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            question, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
            if not question.startswith(HANGING):
                self._loop.call_later(self._latency, self._answer)

    def _answer(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_ANSWER)


async def serve(latency: float) -> None:
    """Listen on every loopback address until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Endpoint(latency), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # the port is the script's answer
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
