"""A small release in a directory: a plan, endpoints on loopback, nobody else's state."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from support.pty_screen import PtyScreen, gonogo
from support.servers import Canned, Fixture, serving

PRODUCTS = {"user-service": "1.2.3", "payment-api": "4.5.6", "web-frontend": "2026.11.0"}
ENVIRONMENTS = ("staging", "prod-eu")
_PLAN = """\
release: 2026.11
environments: [staging, prod-eu]
defaults: {{every: 2s, timeout: 1s, stale_after: 6s, unknown_after: 20s}}
products:
{products}
checklist:
  Pre-release:
{items}
"""
TITLES = ("Run the test suite", "Announce the window")


class World(NamedTuple):
    """Where the plan lies and what answers for it."""

    directory: Path
    endpoints: Fixture

    def open(self, *options: str, size: tuple[int, int] = (80, 24), env: Mapping[str, str] = {}) -> PtyScreen:
        """The cockpit on this release, on a terminal of its own."""
        return PtyScreen(gonogo(*options), size=size, env={**self.home, **env}, cwd=self.directory)

    def run(self, *arguments: str) -> str:
        """What a command on this release prints; fails unless it ends with 0."""
        return subprocess.run(
            gonogo(*arguments),
            cwd=self.directory,
            env={**os.environ, **self.home},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        ).stdout

    @property
    def home(self) -> Mapping[str, str]:
        """A home of its own, whatever the scope of the fixture that made it."""
        home = self.directory / "home"
        names = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
        return {"HOME": str(home), **{name: str(home / part) for name, part in names.items()}}

    def polls(self) -> int:
        """How many requests the endpoints have seen."""
        return len(self.endpoints.asked)


@contextlib.contextmanager
def release_world(
    directory: Path, answers: Mapping[str, str] = {}, titles: Sequence[str] = TITLES
) -> Iterator[World]:
    """Three products in two environments that run what is planned; `answers` are others, by target.

    The items with these titles are called item-1, item-2 and so on.
    """
    canned = {
        f"/{environment}/{product}": Canned(
            json.dumps({"version": answers.get(f"{product}/{environment}", version)}).encode(),
            {"Content-Type": "application/json"},
        )
        for product, version in PRODUCTS.items()
        for environment in ENVIRONMENTS
    }
    with serving(canned) as endpoints:
        base = endpoints.url("/{environment}")
        products = "\n".join(
            f"  {product}: {{version: {version}, scheme: opaque,"
            f' probe: {{url: "{base}/{product}", instances: 1}}}}'
            for product, version in PRODUCTS.items()
        )
        # JSON is YAML: escapes carry what no YAML file may contain as it is
        items = "\n".join(
            f"    - {{id: item-{number}, title: {json.dumps(title)}}}" for number, title in enumerate(titles, 1)
        )
        (directory / "release.yaml").write_text(_PLAN.format(products=products, items=items))
        yield World(directory, endpoints)
