"""Asks every URL of its standard input as the poller does, all at once and twice, and says what that cost.

python -m support.hostile_client DEADLINE < urls.json    prints {"slowest": seconds, "growth": bytes, "answers": n}
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from gonogo.io.config import Config
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.http.door import Door
from gonogo.io.probes.registry import cell_probing
from gonogo.plan import Probe, Timing
from gonogo.plan.probes import AutoOptions
from gonogo.ports import Probing


def main() -> None:
    """Ask, and print one line."""
    deadline = timedelta(seconds=float(sys.argv[1]))
    print(json.dumps(asyncio.run(asked(json.load(sys.stdin), deadline))))  # noqa: T201  # the answer of this program


async def asked(urls: Mapping[str, str], deadline: timedelta) -> Mapping[str, float]:
    """The slowest question, the growth of memory at its peak, and how many answers came."""
    async with Door() as door:
        # what is loaded and remembered at first use is not the endpoints' doing
        await _ask("http://127.0.0.1:1/", door, deadline).ask()
        before = _memory("VmRSS")
        times = []

        async def one(url: str) -> None:
            started = time.monotonic()
            (_,) = await _ask(url, door, deadline).ask()
            times.append(time.monotonic() - started)

        for _ in range(2):
            await asyncio.gather(*(one(url) for url in urls.values()))
    return {"slowest": max(times), "growth": _memory("VmHWM") - before, "answers": len(times)}


def _ask(url: str, door: Door, deadline: timedelta) -> Probing:
    probe = Probe(AutoOptions(), "web", "prod", url=url, timing=Timing(timeout=deadline))
    return cell_probing(probe, door, SystemClock(), Config())


def _memory(name: str) -> int:
    """Bytes, by the kernel's own account of this process: VmRSS now, VmHWM at its highest."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
