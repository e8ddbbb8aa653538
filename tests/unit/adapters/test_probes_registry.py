"""From the plan to observations: every probe answers, with a reason where it cannot ask."""

import asyncio
import importlib
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gonogo.adapters.config_toml import Auth, Config
from gonogo.adapters.http import Door
from gonogo.adapters.probes.interface import Preset
from gonogo.adapters.probes.registry import ANNOUNCED, PRESETS, build_probings
from gonogo.domain.observation import Missing, Observation, Reason, Running, Seen, Status, Target
from gonogo.domain.plan import Environment, Plan, Probe, Product, Source, Timing
from gonogo.ports import Probing
from support.hostile import answer
from support.servers import Canned, raw_endpoint, serving

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
ENVIRONMENTS = (Environment("staging"), Environment("prod"))


class FakeClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The same moment always."""
        return NOW


def plan_of(*probes: Probe, sources: tuple[Source, ...] = (), products: tuple[str, ...] = ("web",)) -> Plan:
    """A plan with these probes."""
    return Plan(
        "r1",
        ENVIRONMENTS,
        tuple(
            Product(name, "1.2.3", probes=tuple(probe for probe in probes if probe.product == name))
            for name in products
        ),
        sources=sources,
    )


def observed(plan: Plan, config: Config | None = None) -> list[Observation]:
    """Ask every question of the plan once."""

    async def scenario() -> list[Observation]:
        async with Door() as door:
            probings = build_probings(plan, door, FakeClock(), config or Config())
            return [observation for probing in probings for observation in await probing.ask()]

    return asyncio.run(scenario())


def built(plan: Plan) -> list[Probing]:
    """The questions, unasked."""

    async def scenario() -> list[Probing]:
        async with Door() as door:
            return build_probings(plan, door, FakeClock(), Config())

    return asyncio.run(scenario())


def test_an_answer_becomes_an_observation_with_time_and_source() -> None:
    """Preset, URL without secrets, and the place the version stood at."""
    with serving({"/v": Canned(b'{"build": {"version": "1.2.3"}}')}) as fixture:
        probe = Probe("auto", "web", "prod", url=fixture.url("/v?key=secret"))
        assert observed(plan_of(probe)) == [
            Seen(
                Target("web", "prod"),
                (Running("1.2.3"),),
                Status.SUCCEEDED,
                NOW,
                f"auto {fixture.url('/v')}?… (build.version)",
                excerpt='{"build": {"version": "1.2.3"}}',
            )
        ]


def test_a_question_knows_its_host_interval_and_target() -> None:
    """What the poller plans by."""
    timing = Timing(every=timedelta(seconds=7))
    (probing,) = built(plan_of(Probe("text", "web", "prod", url="https://h.example/v", timing=timing)))
    assert (probing.name, probing.host, probing.targets, probing.every) == (
        "web/prod", "h.example:443", (Target("web", "prod"),), timedelta(seconds=7),
    )  # fmt: skip


def test_a_preset_that_is_not_there_yet_says_so() -> None:
    """Silence would look like a dead endpoint, or worse, like none."""
    (observation,) = observed(plan_of(Probe("kubernetes", "web", "prod")))
    assert observation == Missing(
        Target("web", "prod"),
        Reason.NOT_SUPPORTED,
        NOW,
        "kubernetes",
        "this version cannot ask `use: kubernetes` yet",
    )


def test_a_probe_with_wrong_options_says_so() -> None:
    """Where the loader let it pass."""
    (observation,) = observed(plan_of(Probe("header", "web", "prod", url="http://127.0.0.1:1/")))
    assert isinstance(observation, Missing)
    assert observation.reason is Reason.NOT_SUPPORTED
    assert "needs `header:`" in observation.detail


def test_a_source_that_is_not_there_yet_speaks_for_cells_without_a_probe() -> None:
    """A cell with its own probe is not its business, and one answer stands for all such sources."""
    probe = Probe("text", "web", "prod", url="http://127.0.0.1:1/")
    sources = (Source("prom", "prometheus"), Source("argo", "argocd"))
    observations = observed(plan_of(probe, sources=sources, products=("web", "api")))
    missing = [item for item in observations if isinstance(item, Missing) and item.reason is Reason.NOT_SUPPORTED]
    assert [str(item.target) for item in missing] == ["web/staging", "api/staging", "api/prod"]
    assert missing[0].detail == (
        "this version cannot ask the source 'prom' (`use: prometheus`), 'argo' (`use: argocd`) yet"
    )


def test_a_source_with_nothing_left_to_fill_is_not_asked_for() -> None:
    """Every cell has its own probe."""
    probes = [Probe("text", "web", env.name, url="http://127.0.0.1:1/") for env in ENVIRONMENTS]
    assert len(built(plan_of(*probes, sources=(Source("prom", "prometheus"),)))) == 2


def test_a_credential_is_taken_by_name_and_bound_to_its_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan names it; the user's configuration has it; a missing one is a reason, not a crash."""
    monkeypatch.setenv("PAY_TOKEN", "t0ken")
    with serving({"/": Canned(b"1.2.3")}) as fixture:
        auth = Auth("pay", ("127.0.0.1",), scheme="Bearer", env="PAY_TOKEN")
        probe = Probe("text", "web", "prod", url=fixture.url(), auth="pay")
        (seen,) = observed(plan_of(probe), Config(auth={"pay": auth}))
        assert isinstance(seen, Seen)
        assert fixture.asked[0].headers["Authorization"] == "Bearer t0ken"
        (missing,) = observed(plan_of(probe))
    assert isinstance(missing, Missing)
    assert (missing.reason, missing.detail) == (Reason.UNAUTHORIZED, "credential 'pay' is not defined")


def test_several_requests_of_one_question_share_its_time_out() -> None:
    """HEAD and then GET together take no longer than the plan allows."""

    def slow_get(channel: socket.socket, stop: threading.Event) -> None:
        if channel.recv(65_536).startswith(b"HEAD"):
            stop.wait(0.2)
            channel.sendall(answer(b"", status="405 Method Not Allowed"))
        channel.recv(65_536)
        stop.wait(5)

    with raw_endpoint(slow_get) as port:
        probe = Probe(
            "header", "web", "prod", url=f"http://127.0.0.1:{port}/", options={"header": "X-V"},
            timing=Timing(timeout=timedelta(seconds=0.5)),
        )  # fmt: skip
        (observation,) = observed(plan_of(probe))
    assert isinstance(observation, Missing)
    assert observation.reason is Reason.TIMEOUT
    assert "within 0.5 s" not in observation.detail  # the second request had only what the first one left


def test_every_preset_is_a_module_of_its_own_behind_one_function() -> None:
    """A new one is a file and a line."""
    for use, module in PRESETS.items():
        made: Preset = importlib.import_module(module).preset(Probe(use, "web", "prod", options={"header": "X"}))
        assert hasattr(made, "ask")
    assert not ANNOUNCED & PRESETS.keys()
