"""Ninety endpoints that lie, drip, flood or vanish, all at once: in time, in bounds, and keys answer meanwhile."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.hostile_fleet import hostile_fleet
from support.pty_screen import PtyScreen, gonogo

pytestmark = pytest.mark.alone

DEADLINE = 3.0
MEGABYTE = 1024 * 1024
KEYS = "the quick brown fox jumps over"
PLAN = """\
release: 2026.11
environments: [prod]
defaults: {{every: 2s, timeout: 1s, stale_after: 6s, unknown_after: 20s}}
products:
{products}
checklist:
  - {{id: item-1, title: Run the test suite}}
"""


def test_each_ends_soon_after_its_deadline_in_fifty_megabytes() -> None:
    """All of them asked together, twice, by a process that does nothing else; its peak counts."""
    with hostile_fleet() as urls:
        assert len(urls) >= 40
        done = subprocess.run(
            [sys.executable, "-m", "support.hostile_client", str(DEADLINE)],
            input=json.dumps(urls),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=True,
        )
    found = json.loads(done.stdout)
    assert found["answers"] == 2 * len(urls)
    assert found["slowest"] < 2 * DEADLINE
    assert found["growth"] < 50 * MEGABYTE


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """How long keys take while nothing listens: what this machine can do right now."""
    urls = {f"p{number}": "http://127.0.0.1:1/" for number in range(48)}
    return latencies(tmp_path_factory.mktemp("quiet"), urls)


def test_keys_answer_while_hostile_endpoints_are_asked(
    tmp_path_factory: pytest.TempPathFactory, quiet: list[float]
) -> None:
    """What is typed stands on the screen about as fast as where no endpoint answers at all.

    Nine keys of ten, in the best of three tries: what else runs on the machine only ever makes it slower.
    """
    limit = 4 * nine_of_ten(quiet)
    tries: list[list[float]] = []
    with hostile_fleet() as urls:
        while len(tries) < 3 and (not tries or nine_of_ten(tries[-1]) >= limit):
            tries.append(latencies(tmp_path_factory.mktemp("hostile"), urls))
    assert nine_of_ten(tries[-1]) < limit, (tries, quiet)


def nine_of_ten(found: list[float]) -> float:
    """Seconds within which nine keys of ten were on the screen."""
    return sorted(found)[len(found) * 9 // 10]


def latencies(directory: Path, urls: Mapping[str, str]) -> list[float]:
    """Seconds from each key of a remark to its letter on the screen of a cockpit that polls these endpoints."""
    products = "\n".join(
        f'  p{number}: {{version: 1.0.0, probe: "{url}"}}' for number, url in enumerate(urls.values())
    )
    (directory / "release.yaml").write_text(PLAN.format(products=products))
    home = {name: str(directory / "home") for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    found = []
    with PtyScreen(
        gonogo(), size=(120, 40), cwd=directory, env={**home, "PYTHONPATH": os.pathsep.join(sys.path)}
    ) as screen:
        screen.wait_for("Run the test suite")
        screen.wait_for("NO-GO")
        screen.press("n")
        screen.wait_for("Add a note")
        for end in range(1, len(KEYS) + 1):
            started = time.monotonic()
            screen.type(KEYS[end - 1])
            screen.wait_for(KEYS[:end].rstrip())
            if KEYS[end - 1] != " ":
                found.append(time.monotonic() - started)
    return found
