"""Which addresses may be asked, and how a name becomes addresses without holding up the event loop's end."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from msgspec import Struct

from gonogo.io.http.not_asked import is_not_asked, unwrapped

SockAddr = tuple[str, int] | tuple[str, int, int, int]


class Address(Struct, frozen=True):
    """One numeric address a socket can be connected to."""

    family: int
    sockaddr: SockAddr

    @property
    def ip(self) -> IPv4Address | IPv6Address:
        """The address that counts: an IPv4 address wrapped into an IPv6 one is unwrapped."""
        return unwrapped(ip_address(self.sockaddr[0]))


Resolve = Callable[[str, int], Awaitable[tuple[Address, ...]]]
"""(host, port) -> addresses in the order to try them. Raises OSError (gaierror) or UnicodeError."""


def is_refused(address: Address, allowed: Iterable[str]) -> bool:
    """Whether this address is one gonogo does not ask: link-local or a cloud's metadata service, unless listed."""
    return is_not_asked(address.ip, allowed)


class Resolver:
    """Looks names up in daemon threads, one per host at a time, shared by all who wait for that host.

    Not the loop's executor: `asyncio.run` waits for its threads, and a dead name server would hold
    up the end of the program for as long as the C library is patient.
    """

    def __init__(self) -> None:
        self._running: dict[tuple[str, int], asyncio.Future[tuple[Address, ...]]] = {}

    async def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the addresses of `host`. Raises OSError or UnicodeError."""
        with contextlib.suppress(ValueError):
            return (numeric_address(ip_address(host), port),)
        key = (host, port)
        future = self._running.get(key)
        if future is None:
            future = self._running[key] = self._start(key)
        # shielded: one caller's deadline must not end the look-up of the others
        return await asyncio.shield(future)

    def _start(self, key: tuple[str, int]) -> asyncio.Future[tuple[Address, ...]]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Address, ...]] = loop.create_future()
        future.add_done_callback(lambda done: self._forget(key, done))

        def look_up() -> None:
            outcome: tuple[Address, ...] | OSError | UnicodeError
            try:
                outcome = _addresses(*key)
            except (OSError, UnicodeError) as error:
                outcome = error
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile; nobody waits any more
                loop.call_soon_threadsafe(_settle, future, outcome)

        threading.Thread(target=look_up, name=f"resolve {key[0][:40]}", daemon=True).start()
        return future

    def _forget(self, key: tuple[str, int], done: "asyncio.Future[tuple[Address, ...]]") -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()  # all who waited may be gone; an unread error would be reported as lost


def _settle(
    future: "asyncio.Future[tuple[Address, ...]]", outcome: tuple[Address, ...] | OSError | UnicodeError
) -> None:
    if future.done():
        return
    if isinstance(outcome, tuple):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)


def numeric_address(ip: IPv4Address | IPv6Address, port: int) -> Address:
    """An address that needs no look-up."""
    if isinstance(ip, IPv4Address):
        return Address(socket.AF_INET, (str(ip), port))
    return Address(socket.AF_INET6, (str(ip), port, 0, 0))


def _addresses(host: str, port: int) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    unique = dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in found)
    inet = (socket.AF_INET, socket.AF_INET6)
    return tuple(Address(family, _sockaddr(sockaddr)) for family, sockaddr in unique if family in inet)


def _sockaddr(raw: tuple[object, ...]) -> SockAddr:
    host, port = str(raw[0]), int(str(raw[1]))
    return (host, port) if len(raw) == 2 else (host, port, int(str(raw[2])), int(str(raw[3])))
