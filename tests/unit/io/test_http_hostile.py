"""Whatever an endpoint does, there is an observation with a named reason, in time and in bounded memory."""

import asyncio
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from gonogo.facts import Missing, Observation, Seen
from gonogo.io.config import Config
from gonogo.io.http.door import Door
from gonogo.io.probes.registry import cell_probing
from gonogo.plan import Probe, Timing
from gonogo.plan.probes import AutoOptions
from support.hostile import Hostile, hostile_endpoints
from support.servers import raw_endpoint

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
ENDPOINTS: Mapping[str, Hostile] = hostile_endpoints()
DEADLINE = timedelta(seconds=0.4)
PATIENT = timedelta(seconds=20)
"""For endpoints that must be refused before any deadline, however busy the machine is."""


class _Clock:
    def now(self) -> datetime:
        return NOW


def ask(url: str, timeout: timedelta) -> Observation:
    """Ask once through the whole door, as the poller does."""

    async def once() -> Observation:
        async with Door() as door:
            probe = Probe(AutoOptions(), "web", "prod", url=url, timing=Timing(timeout=timeout))
            (observation,) = await cell_probing(probe, door, _Clock(), Config()).ask()
            return observation

    return asyncio.run(once())


def outcome(observation: Observation) -> str:
    """The reason, or the version."""
    match observation:
        case Missing():
            return observation.reason
        case Seen():
            return ", ".join(running.version for running in observation.versions)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_hostile_endpoint_gets_its_named_reason(name: str) -> None:
    """The table names the reason; an endpoint that never ends is ended by the deadline, others before it."""
    hostile = ENDPOINTS[name]
    with raw_endpoint(hostile.behaviour) as port:
        timeout = DEADLINE if hostile.outcome == "timeout" else PATIENT
        observation = ask(f"{hostile.scheme}://127.0.0.1:{port}/version?token=secret", timeout)
    assert outcome(observation) == hostile.outcome, observation
    shown = f"{observation.source} {getattr(observation, 'detail', '')}"
    assert "secret" not in shown
    assert shown.isprintable()


def test_there_are_more_than_forty_hostile_endpoints() -> None:
    """The table does not shrink unnoticed."""
    assert len(ENDPOINTS) >= 80


@pytest.mark.parametrize(
    "name",
    [name for name, hostile in ENDPOINTS.items() if hostile.outcome == "too_large"],
)
def test_what_is_too_large_is_never_held_in_memory(name: str) -> None:
    """Reading stops at the limit: the peak stays within a few times the body limit of 1 MiB."""
    ask("http://127.0.0.1:1/", DEADLINE)  # imports and first-use caches are not the endpoint's doing
    with raw_endpoint(ENDPOINTS[name].behaviour) as port:
        tracemalloc.start()
        try:
            ask(f"http://127.0.0.1:{port}/", PATIENT)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_all_hostile_endpoints_at_once_leave_a_good_one_readable() -> None:
    """One event loop asks all of them together, and the loop keeps turning."""
    from contextlib import ExitStack

    async def sweep(urls: Mapping[str, str]) -> dict[str, str]:
        async with Door() as door:
            probings = {
                name: cell_probing(
                    Probe(AutoOptions(), "web", "prod", url=url, timing=Timing(timeout=timedelta(seconds=5))),
                    door,
                    _Clock(),
                    Config(),
                )
                for name, url in urls.items()
            }
            answers = await asyncio.gather(*(probing.ask() for probing in probings.values()))
            return {name: outcome(answer[0]) for name, answer in zip(probings, answers, strict=True)}

    with ExitStack() as running:
        urls = {
            name: f"{hostile.scheme}://127.0.0.1:{running.enter_context(raw_endpoint(hostile.behaviour))}/"
            for name, hostile in ENDPOINTS.items()
        }
        found = asyncio.run(sweep(urls))
    assert found.keys() == ENDPOINTS.keys()
    assert found["byte order mark"] == "1.2.3"
    assert {name for name in found if found[name] == "1.2.3"} == {
        name for name, hostile in ENDPOINTS.items() if hostile.outcome == "1.2.3"
    }
