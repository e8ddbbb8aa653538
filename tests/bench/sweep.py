"""How fast and how quietly a thousand endpoints are asked: ratios to plain asyncio streams in the same run.

python tests/bench/sweep.py [--quick]

One server process answers on every address of 127.0.0.0/8 after 50 ms. All figures of one run come from the same
machine at the same time; milliseconds are for orientation, ratios are what counts. Exit code 1 when a target is
missed.
"""

import asyncio
import contextlib
import gc
import math
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from gonogo.engine.poller import Limits, Poller, timed_out
from gonogo.facts import Observation
from gonogo.io.config import Config
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.http.door import Door
from gonogo.io.http.question import Answer, Request
from gonogo.io.probes.probings import CellProbing
from gonogo.io.probes.registry import cell_probing
from gonogo.plan import Probe, Timing
from gonogo.plan.probes import JsonOptions

LATENCY = 0.05
IN_FLIGHT = Limits().in_flight
ENDPOINTS = 1_000
HOSTS = 200
TIMEOUT = timedelta(seconds=2)

Sweep = Callable[[], Awaitable[None]]


class Cost(NamedTuple):
    """What one sweep took."""

    wall: float
    """Seconds."""
    cpu: float
    """Microseconds of this process for each request."""


class Target(NamedTuple):
    """One line of the report that can be missed."""

    name: str
    found: float
    limit: float
    unit: str = "x"

    @property
    def met(self) -> bool:
        """Whether it is within its limit."""
        return self.found <= self.limit


def main() -> int:
    """Print the figures; 1 when a target is missed."""
    rounds = 3 if "--quick" in sys.argv else 7
    with fleet() as port:
        targets = [*costs(port, rounds), *flatness(port, rounds), *stalls(port, rounds), *hangers(port, rounds)]
    say("")
    for target in targets:
        word = "met   " if target.met else "MISSED"
        say(f"{word} {target.name}: {target.found:.2f} {target.unit} (at most {target.limit:g})")
    return int(not all(target.met for target in targets))


@contextlib.contextmanager
def fleet() -> Iterator[int]:
    """The server process; yields its port."""
    server = [sys.executable, str(Path(__file__).with_name("sweep_server.py")), str(LATENCY)]
    with subprocess.Popen(server, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def urls(port: int, count: int, hosts: int, hanging_hosts: int = 0) -> list[str]:
    """`count` endpoints spread over `hosts` addresses; those of the last `hanging_hosts` never answer."""
    made = []
    for number in range(count):
        host = number % hosts
        path = "hang" if host >= hosts - hanging_hosts else "v"
        made.append(f"http://127.0.{host // 250 + 1}.{host % 250 + 1}:{port}/{path}/{number}")
    random.Random(5).shuffle(made)  # hanging ones lie between the others, as in a plan
    return made


# --- the three clients


@contextlib.asynccontextmanager
async def plain_streams(places: Sequence[str]) -> AsyncIterator[Sweep]:
    """asyncio streams and fifteen lines of HTTP: no client in Python that does anything is cheaper."""
    idle: dict[str, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(url: str) -> None:
        host, _, path = url.removeprefix("http://").partition("/")
        async with gate:
            kept = idle.setdefault(host, [])
            name, _, port = host.partition(":")
            reader, writer = kept.pop() if kept else await asyncio.open_connection(name, int(port))
            writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            kept.append((reader, writer))

    async def sweep() -> None:
        await asyncio.gather(*(one(url) for url in places))

    yield sweep
    for kept in idle.values():
        for _, writer in kept:
            writer.close()


@contextlib.asynccontextmanager
async def our_door(places: Sequence[str]) -> AsyncIterator[Sweep]:
    """The HTTP door alone, under the same gate."""
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with Door() as door:

        async def one(request: Request) -> None:
            async with gate:
                answer = await door.fetch(request)
            assert isinstance(answer, Answer), answer

        requests = [Request(url) for url in places]

        async def sweep() -> None:
            await asyncio.gather(*(one(request) for request in requests))

        yield sweep


@contextlib.asynccontextmanager
async def our_poller(
    places: Sequence[str], sink: Callable[[tuple[Observation, ...]], None] = lambda _: None
) -> AsyncIterator[tuple[Poller, Door]]:
    """What the cockpit does: schedule, lanes, door, preset, observation."""
    async with Door() as door:
        yield Poller(questions(places, door), sink, monotonic=time.monotonic, rng=random.Random(1)), door


def questions(places: Sequence[str], door: Door) -> list[CellProbing]:
    """One probe for each URL, which may be asked again at once."""
    made = []
    for number, url in enumerate(places):
        probe = Probe(JsonOptions(), f"p{number}", "prod", url=url, timing=Timing(timeout=TIMEOUT))
        probing = cell_probing(probe, door, SystemClock(), Config())
        assert isinstance(probing, CellProbing)
        probing.floor = timedelta(0)
        made.append(probing)
    return made


# --- the figures


async def cost_of(sweep: Sweep, count: int) -> Cost:
    """One sweep."""
    wall, cpu = time.perf_counter(), time.process_time()
    await sweep()
    return Cost(time.perf_counter() - wall, (time.process_time() - cpu) / count * 1e6)


def median(costs: Sequence[Cost]) -> Cost:
    """Of wall and CPU apart."""
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


async def compare(
    port: int, count: int, hosts: int, rounds: int
) -> tuple[list[Cost], list[Cost], list[Cost], int]:
    """Warm sweeps of all three clients in turns; and the connections a warm sweep of the poller opened."""
    places = urls(port, count, hosts)
    found: tuple[list[Cost], list[Cost], list[Cost]] = ([], [], [])
    async with plain_streams(places) as plain, our_door(places) as ours, our_poller(places) as (poller, door):

        async def polled() -> None:
            await poller.sweep()

        sweeps: tuple[Sweep, ...] = (plain, ours, polled)
        for sweep in sweeps:
            await sweep()
        await warmed(poller, door)
        opened = door.opened
        for _ in range(rounds):
            for sweep, costs_found in zip(sweeps, found, strict=True):
                costs_found.append(await cost_of(sweep, count))
        return (*found, door.opened - opened)


async def warmed(poller: Poller, door: Door) -> None:
    """Sweep until every host has as many connections as it is ever asked over at once, at most ten times."""
    for _ in range(10):
        before = door.opened
        await poller.sweep()
        if door.opened == before:
            return


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost]) -> float:
    """Median of the ratios of CPU round by round: both sides of one saw the same neighbours."""
    return statistics.median(a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True))


def costs(port: int, rounds: int) -> list[Target]:
    """CPU and wall of warm sweeps against plain streams and against the latency itself."""
    plain, door, poller, opened = asyncio.run(compare(port, ENDPOINTS, HOSTS, rounds))
    floor = LATENCY * math.ceil(ENDPOINTS / IN_FLIGHT)
    say(f"{ENDPOINTS} endpoints on {HOSTS} hosts, {IN_FLIGHT} in flight, latency floor {floor * 1000:.0f} ms:")
    for name, found in (("plain streams", plain), ("door", door), ("poller and preset", poller)):
        cost = median(found)
        say(
            f"  {name:<18} {cost.wall * 1000:5.0f} ms = {cost.wall / floor:.2f}x the floor,"
            f" {cost.cpu:4.0f} us of CPU a request = {ratio(found, plain):.1f}x plain streams"
        )
    return [
        Target("CPU a request of the door, against plain streams", ratio(door, plain), 6),
        Target("CPU a request of poller and preset, against plain streams", ratio(poller, plain), 10),
        Target("wall of a warm sweep against the latency floor", median(poller).wall / floor, 1.3),
        Target("connections opened in warm sweeps", opened, 0, "connections"),
    ]


def flatness(port: int, rounds: int) -> list[Target]:
    """CPU a request by number of hosts, each against plain streams beside it."""
    by_hosts = {}
    for hosts in (50, 200, 1_000):
        plain, _, poller, _ = asyncio.run(compare(port, ENDPOINTS, hosts, rounds))
        by_hosts[hosts] = (median(poller).cpu, ratio(poller, plain))
        say(f"  {hosts:>5} hosts: {by_hosts[hosts][0]:4.0f} us, {by_hosts[hosts][1]:.1f}x plain streams")
    microseconds = [found for found, _ in by_hosts.values()]
    relative = [found for _, found in by_hosts.values()]
    # the smaller of two readings: neighbours on the machine disturb the first, plain streams' growth the second
    spread = min(max(microseconds) / min(microseconds), max(relative) / min(relative))
    return [Target("CPU a request from 50 to 1,000 hosts", spread, 1.3)]


def stalls(port: int, rounds: int) -> list[Target]:
    """How late the event loop comes to what is due while sweeps go on."""
    late, own = asyncio.run(lateness(port, rounds))
    for name, found in (("by the clock", late), ("of that by own work", own)):
        p50, p99 = percentile(found, 50), percentile(found, 99)
        say(f"  event loop late {name}: p50 {p50:.1f}, p99 {p99:.1f}, at most {found[-1] * 1000:.1f} ms")
    return [Target("stall of the event loop by own work, p99", percentile(own, 99), 16, "ms")]


def percentile(ordered: Sequence[float], share: int) -> float:
    """In milliseconds."""
    return ordered[len(ordered) * share // 100] * 1000


async def lateness(port: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds by which a tick every 2 ms was late, and how much of it this process computed; both sorted.

    A stall is every tick that would have been in it. The rest of the lateness is the kernel's, which gave the
    processor to a neighbour.
    """
    late: list[float] = []
    own: list[float] = []

    async def tick() -> None:
        due = time.perf_counter()
        while True:
            due += 0.002
            busy = time.process_time()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now, busy = time.perf_counter(), time.process_time() - busy
            while due <= now:
                late.append(now - due)
                own.append(min(now - due, busy))
                due += 0.002

    async with our_poller(urls(port, ENDPOINTS, HOSTS)) as (poller, door):
        await warmed(poller, door)
        gc.freeze()  # as `wiring.Polling` does
        ticking = asyncio.create_task(tick())
        for _ in range(rounds):
            await poller.sweep()
        ticking.cancel()
        gc.unfreeze()
    return sorted(late), sorted(own)


def hangers(port: int, rounds: int) -> list[Target]:
    """When the healthy ones are done while 5 % hang, against a sweep of the healthy ones alone."""
    first, later, alone = asyncio.run(with_hangers(port, rounds))
    say(
        f"  healthy endpoints done after {alone * 1000:.0f} ms alone; with 5 % hanging {later * 1000:.0f} ms"
        f" = {later / alone:.2f}x, in the very first sweep {first * 1000:.0f} ms = {first / alone:.2f}x"
    )
    return [
        Target("healthy ones beside hanging ones", later / alone, 1.3),
        Target("the same in the first warm sweep, before anybody is known to hang", first / alone, 1.3),
    ]


async def with_hangers(port: int, rounds: int) -> tuple[float, float, float]:
    """Seconds until every healthy endpoint has answered: at first, later, and without the others."""
    places = urls(port, ENDPOINTS, HOSTS, hanging_hosts=HOSTS // 20)
    done: list[float] = []

    def sink(observations: tuple[Observation, ...]) -> None:
        if not timed_out(observations):
            done.append(time.perf_counter())

    async def until_healthy(poller: Poller) -> float:
        done.clear()
        started = time.perf_counter()
        await poller.sweep()
        return max(done) - started

    firsts, laters, alones = [], [], []
    healthy = [url for url in places if "/hang/" not in url]
    for _ in range(max(2, rounds // 2)):
        async with our_poller(places, sink) as (poller, door), our_poller(healthy, sink) as (other, _):
            # connections are opened beforehand, so that first and later sweeps differ by what is known alone
            await Poller(
                questions(healthy, door), lambda _: None, monotonic=time.monotonic, rng=random.Random(2)
            ).sweep()
            await other.sweep()
            firsts.append(await until_healthy(poller))
            laters.append(await until_healthy(poller))
            alones.append(await until_healthy(other))
    return statistics.median(firsts), statistics.median(laters), statistics.median(alones)


def say(line: str) -> None:
    """One line of the report."""
    print(line, flush=True)  # noqa: T201  # the report is what the script is for


if __name__ == "__main__":
    sys.exit(main())
