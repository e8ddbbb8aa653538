"""A weighted canary behind a real balancer: one URL that answers now with the old version, now with the new."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gonogo.facts import Observation, Seen
from gonogo.facts.evidence import NOTHING, Strand, absorb
from gonogo.io.config import Config
from gonogo.io.http.door import Door
from gonogo.io.probes.registry import build_probings
from gonogo.plan import Environment, Plan, Probe, Product
from gonogo.plan.probes import AutoOptions
from support.servers import Canned, free_port, program, serving

ASKED = 100

_DYNAMIC = """
http:
  routers:
    all: {{rule: "PathPrefix(`/`)", service: canary, entryPoints: [web]}}
  services:
    canary: {{weighted: {{services: [{{name: old, weight: 9}}, {{name: new, weight: 1}}]}}}}
    old: {{loadBalancer: {{servers: [{{url: "{old}"}}]}}}}
    new: {{loadBalancer: {{servers: [{{url: "{new}"}}]}}}}
"""


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def asked(url: str, times: int) -> list[Observation]:
    """The answers of one cell, one after the other, over kept connections."""

    async def scenario() -> list[Observation]:
        product = Product("pay", "4.5.7", probes=(Probe(AutoOptions(), "pay", "prod", url=url),))
        plan = Plan("canary", (Environment("prod"),), (product,))
        async with Door() as door:
            (probing,) = build_probings(plan, door, _Clock(), Config())
            return [one for _ in range(times) for one in await probing.ask()]

    return asyncio.run(scenario())


def strands(observations: list[Observation]) -> list[Strand]:
    """What the cell has to say after each answer."""
    evidence, found = NOTHING, []
    for one in observations:
        evidence = absorb(evidence, one)
        found.append(evidence.of(""))
    return found


@pytest.mark.full
@pytest.mark.needs("traefik")
def test_a_weighted_canary_is_a_split_and_does_not_flap(tmp_path: Path) -> None:
    """Both versions with sampled shares; once the split is known no single answer makes it one version again."""
    traefik = str(Path(sys.executable).parent / "traefik")
    port = free_port()
    dynamic = tmp_path / "dynamic.yml"
    old, new = {"/": Canned(b'{"version": "4.5.6"}')}, {"/": Canned(b'{"version": "4.5.7"}')}
    with serving(old) as before, serving(new) as after:
        dynamic.write_text(_DYNAMIC.format(old=before.url(""), new=after.url("")))
        argv = [
            traefik, f"--entryPoints.web.address=127.0.0.1:{port}", f"--providers.file.filename={dynamic}",
            "--global.checkNewVersion=false", "--global.sendAnonymousUsage=false",
        ]  # fmt: skip
        with program(argv, f"http://127.0.0.1:{port}/", tmp_path):
            url = f"http://127.0.0.1:{port}/"
            while not isinstance(asked(url, 1)[0], Seen):
                pass  # it listens before it has read where to; the test's own time-out ends this
            told = strands(asked(url, ASKED))
    shown = [tuple(running.version for running in strand.versions) for strand in told]
    split = next(index for index, strand in enumerate(told) if strand.split)
    assert all(set(versions) == {"4.5.6", "4.5.7"} for versions in shown[split:])
    weights = {running.version: running.weight or 0 for running in told[-1].versions}
    assert told[-1].sampled
    assert sum(weights.values()) == pytest.approx(100)
    assert weights["4.5.6"] > weights["4.5.7"] > 0
