"""Sessions of one release on real processes, and a server that notes when it is asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from support.servers import Asked, Canned, Fixture, serving

EVERY = 2.0
PLAN = """\
release: shared
environments: [staging, production]
products:
  web: {{version: 1.3.0, probe: {{url: "{base}/{{environment}}/web", instances: 1, vary_query: false}}}}
  api: {{version: 1.3.0, probe: {{url: "{base}/{{environment}}/api", instances: 1, vary_query: false}}}}
defaults: {{every: 2s, timeout: 1s, stale_after: 8s, unknown_after: 30s}}
"""
SOURCES = 4


class Noted(list[Asked]):
    """What was asked, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, list[float]] = defaultdict(list)

    def append(self, one: Asked) -> None:
        """See list.append."""
        self.times[one.path].append(time.monotonic())
        super().append(one)

    def longest_gap(self, since: float) -> float:
        """Longest time between two questions to one source, of those that end after `since`."""
        gaps = [
            after - before for times in self.times.values() for before, after in pairwise(times) if after > since
        ]
        return max(gaps)


class Watch:
    """`gonogo watch --json` in a process of its own."""

    def __init__(self, release: "SharedRelease", number: int) -> None:
        self.out = release.directory / f"watch-{number}.txt"
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gonogo", "watch", "--json"],
                cwd=release.directory,
                env={**os.environ, **release.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.process.pid

    def told(self, kind: str) -> list[Any]:
        """The lines of one kind so far."""
        lines = self.out.read_text(encoding="utf-8").split("\n")[:-1]
        facts = [json.loads(line) for line in lines]
        return [one for one in facts if one["kind"] == kind]

    def pollers(self) -> list[Any]:
        """Who polls, as it said last."""
        told = self.told("polling")
        return list(told[-1]["pollers"]) if told else []

    def running(self) -> dict[str, list[str]]:
        """By cell: the versions it said last."""
        found = {}
        for one in self.told("cell"):
            cell = one["cell"]
            found[f"{cell['product']}/{cell['environment']}"] = [each["version"] for each in cell["versions"]]
        return found

    def end(self) -> None:
        """Kill it, stopped or not."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class SharedRelease:
    """A plan on a counting server, and whoever watches it."""

    def __init__(self, directory: Path, fleet: Fixture) -> None:
        self.directory = directory
        self.fleet = fleet
        self.noted = Noted()
        fleet.asked = self.noted
        self.env: Mapping[str, str] = {
            "XDG_STATE_HOME": str(directory / "state"),
            "XDG_CONFIG_HOME": str(directory / "config"),
        }
        (directory / "release.yaml").write_text(PLAN.format(base=fleet.url("").rstrip("/")), encoding="utf-8")
        for environment in ("staging", "production"):
            for product in ("web", "api"):
                self.runs(environment, product, "1.3.0")

    @property
    def journal(self) -> Path:
        """The directory of this release's journal."""
        return self.directory / "state" / "gonogo" / "journals" / "shared"

    def runs(self, environment: str, product: str, version: str) -> None:
        """Let an endpoint answer with this version from now on."""
        body = json.dumps({"version": version}).encode()
        self.fleet.answers[f"/{environment}/{product}"] = Canned(body, {"content-type": "application/json"})

    def history(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every recorded transition: cell and versions."""
        done = subprocess.run(
            [sys.executable, "-m", "gonogo", "log", "--json"],
            cwd=self.directory, env={**os.environ, **self.env}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        events = json.loads(done.stdout)["events"]
        return [(one["subject"], tuple(one["data"]["versions"])) for one in events if "versions" in one["data"]]


@contextmanager
def shared_release(directory: Path) -> Iterator[SharedRelease]:
    """The release on its server."""
    with serving({}) as fleet:
        yield SharedRelease(directory, fleet)


@contextmanager
def watches(release: SharedRelease, count: int) -> Iterator[list[Watch]]:
    """So many sessions; whatever became of them, they end."""
    started = [Watch(release, number) for number in range(count)]
    try:
        yield started
    finally:
        for one in started:
            one.end()


def send(pid: int, number: signal.Signals) -> float:
    """Send a signal; returns when, in monotonic seconds."""
    os.kill(pid, number)
    return time.monotonic()
