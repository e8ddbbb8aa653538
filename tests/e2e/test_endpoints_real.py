"""Twelve real endpoints, asked through the poller as the cockpit does: what they say is what is observed."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from gonogo.engine.poller import Poller
from gonogo.facts import Missing, Observation, Reason, Role, Running, Seen, Status
from gonogo.io.config import Config
from gonogo.io.http.door import Door
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes.registry import build_probings
from gonogo.plan import Environment, Plan, Probe, Product, Target, Timing
from support.servers import Canned, Fixture, free_port, program, serving

SOON = 20.0
"""Seconds a state is waited for before the test fails."""


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Asked(NamedTuple):
    """How the plan asks one endpoint."""

    url: str
    use: str = "auto"
    options: Mapping[str, object] = {}


def plan_of(endpoints: Mapping[str, Asked], every: timedelta = timedelta(seconds=10)) -> Plan:
    """One product for each endpoint, in one environment."""
    timing = Timing(every=every, timeout=timedelta(seconds=10))
    return Plan(
        "real",
        (Environment("prod"),),
        tuple(
            Product(
                name,
                "1.2.3",
                probes=(
                    Probe(
                        options_of(PROBES_BY_USE[asked.use], asked.options),
                        name,
                        "prod",
                        url=asked.url,
                        timing=timing,
                        instances=1,
                        vary_query=False,
                    ),
                ),
            )
            for name, asked in endpoints.items()
        ),
    )


def swept(endpoints: Mapping[str, Asked]) -> dict[str, Observation]:
    """One sweep over all of them, by product."""

    async def scenario() -> dict[str, Observation]:
        async with Door() as door:
            probings = build_probings(plan_of(endpoints), door, _Clock(), Config())
            poller = Poller(probings, lambda _: None, monotonic=time.monotonic, rng=random.Random(1))
            return {observation.target.product: observation for observation in await poller.sweep()}

    return asyncio.run(scenario())


def version(observation: Observation) -> str:
    """The one version that was seen."""
    assert isinstance(observation, Seen), observation
    (running,) = observation.versions
    return running.version


@pytest.fixture(scope="module")
def python_server() -> Iterator[Fixture]:
    """The standard library's own server with five kinds of answer."""
    canary = {
        "versions": [
            {"version": "4.5.6", "weight": 90, "role": "stable"},
            {"version": "4.5.7", "weight": 10, "role": "canary"},
        ],
        "status": "deploying",
    }
    nested = {"build": {"version": "2026.11.0", "commit": "9f1c2ab"}, "status": "UP"}
    answers = {
        "/json": Canned(b'{"version": "1.2.3", "status": "ok"}', {"Content-Type": "application/json"}),
        "/nested": Canned(json.dumps(nested).encode(), {"Content-Type": "application/json"}),
        "/text": Canned(b"v1.2.3\n", {"Content-Type": "text/plain"}),
        "/header": Canned(b"<html>the app</html>", {"Content-Type": "text/html", "X-App-Version": "7.0.1"}),
        "/bom": Canned(b'\xef\xbb\xbf{"version": "1.2.3"}'),
        "/canary": Canned(json.dumps(canary).encode()),
    }
    with serving(answers) as fixture:
        yield fixture


def test_pythons_own_server_is_read_right(python_server: Fixture) -> None:
    """JSON, nested JSON, text, header, a byte order mark, and a canary with its shares."""
    seen = swept(
        {path: Asked(python_server.url(f"/{path}")) for path in ("json", "nested", "text", "header", "bom")}
    )
    assert {name: version(observation) for name, observation in seen.items()} == {
        "json": "1.2.3", "nested": "2026.11.0", "text": "v1.2.3", "header": "7.0.1", "bom": "1.2.3",
    }  # fmt: skip
    nested = seen["nested"]
    assert isinstance(nested, Seen)
    assert (nested.versions[0].revision, nested.status) == ("9f1c2ab", Status.SUCCEEDED)
    canary = swept({"canary": Asked(python_server.url("/canary"))})["canary"]
    assert isinstance(canary, Seen)
    assert canary.status is Status.IN_PROGRESS
    assert canary.versions == (
        Running("4.5.6", weight=90.0, role=Role.STABLE),
        Running("4.5.7", weight=10.0, role=Role.CANARY),
    )


_NGINX = """
worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; default_type text/plain;
  server {{
    listen 127.0.0.1:{port};
    location = /json {{ default_type application/json; return 200 '{{"app": {{"version": "1.22.1"}}}}'; }}
    location = /text {{ return 200 "release-1.22 built today\\n"; }}
    location = /header {{ add_header X-App-Version 1.22.3; return 200 "hello"; }}
    location = /down {{ return 503; }}
    location = /nowhere {{ return 404; }}
    location = /login {{ default_type text/html; return 200 "<!DOCTYPE html><title>Sign in</title>"; }}
    location = /moved {{ return 302 /json; }}
    location = /away {{ return 302 https://login.example.com/; }}
  }}
}}
"""


@pytest.mark.needs("nginx")
def test_nginx_is_read_right(tmp_path: Path) -> None:
    """JSON, text and header; a redirect within the origin is followed, what is wrong has its name."""
    port = free_port()
    tmp_path.joinpath("nginx.conf").write_text(_NGINX.format(dir=tmp_path, port=port))
    base = f"http://127.0.0.1:{port}"
    argv = ["nginx", "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf")]
    with program(argv, f"{base}/text", tmp_path):
        seen = swept(
            {
                "json": Asked(f"{base}/json"),
                "text": Asked(f"{base}/text", "text"),
                "header": Asked(f"{base}/header", "header", {"header": "X-App-Version"}),
                "moved": Asked(f"{base}/moved"),
                **{name: Asked(f"{base}/{name}") for name in ("down", "login", "away", "nowhere")},
            }
        )
    versions = {name: version(observation) for name, observation in seen.items() if isinstance(observation, Seen)}
    assert versions == {"json": "1.22.1", "text": "release-1.22", "header": "1.22.3", "moved": "1.22.1"}
    reasons = {name: item.reason for name, item in seen.items() if isinstance(item, Missing)}
    assert reasons == {
        "down": Reason.HTTP_STATUS, "login": Reason.HTML, "away": Reason.REDIRECT, "nowhere": Reason.HTTP_STATUS,
    }  # fmt: skip


@pytest.mark.needs("prometheus")
def test_prometheus_tells_its_own_version(tmp_path: Path) -> None:
    """By its build information, at the usual place of the short form and at a named one."""
    port = free_port()
    tmp_path.joinpath("prometheus.yml").write_text("global: {}\n")
    argv = [
        "prometheus",
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    url = f"http://127.0.0.1:{port}/api/v1/status/buildinfo"
    with program(argv, url, tmp_path):
        seen = swept(
            {
                "short": Asked(url),
                "long": Asked(
                    url, "json", {"version": "data.version", "revision": "data.revision", "status": "status"}
                ),
            }
        )
    assert version(seen["short"]) == version(seen["long"])
    assert version(seen["long"])[:1].isdigit()
    assert isinstance(seen["long"], Seen)
    assert seen["long"].status is Status.SUCCEEDED
    assert seen["long"].versions[0].revision


@pytest.mark.needs("etcd")
def test_etcd_tells_its_version(tmp_path: Path) -> None:
    """At a place of its own, and its health in a word of its own."""
    client, peer = free_port(), free_port()
    base, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    argv = [
        "etcd", "--data-dir", str(tmp_path / "data"), "--listen-client-urls", base,
        "--advertise-client-urls", base, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
        "--initial-cluster", f"default={peers}",
    ]  # fmt: skip
    with program(argv, f"{base}/version", tmp_path):
        seen = swept(
            {
                "named": Asked(f"{base}/version", "json", {"version": "etcdserver"}),
                "unnamed": Asked(f"{base}/version"),
            }
        )
    major, minor, _ = version(seen["named"]).split(".")
    assert (int(major), int(minor)) >= (3, 0)
    unnamed = seen["unnamed"]
    assert isinstance(unnamed, Missing)
    assert unnamed.reason is Reason.NO_VERSION
    assert "etcdserver" in unnamed.excerpt


_REGISTRY = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {dir}/data}}}}
http: {{addr: 127.0.0.1:{port}}}
"""


@pytest.mark.needs("docker-registry")
def test_a_docker_registry_tells_its_api_version_in_a_header(tmp_path: Path) -> None:
    """By HEAD or GET, whichever it answers."""
    port = free_port()
    tmp_path.joinpath("config.yml").write_text(_REGISTRY.format(dir=tmp_path, port=port))
    url = f"http://127.0.0.1:{port}/v2/"
    with program(["docker-registry", "serve", str(tmp_path / "config.yml")], url, tmp_path):
        seen = swept({"registry": Asked(url, "header", {"header": "Docker-Distribution-Api-Version"})})
    assert version(seen["registry"]) == "registry/2.0"


def test_a_fleet_is_polled_on_and_on_and_an_endpoint_that_changes_is_seen_to_change() -> None:
    """Twelve endpoints, one of which is deployed anew, one of which dies, while the poller runs."""
    with ExitStack() as running:
        fleet = {
            f"svc-{n}": running.enter_context(serving({"/version": Canned(b'{"version": "1.0.0"}')}))
            for n in range(12)
        }
        plan = plan_of({name: Asked(fixture.url("/version")) for name, fixture in fleet.items()},
                       every=timedelta(milliseconds=50))  # fmt: skip

        async def scenario() -> None:
            latest: dict[Target, Observation] = {}
            changed = asyncio.Event()

            def take(observations: tuple[Observation, ...]) -> None:
                latest.update({observation.target: observation for observation in observations})
                changed.set()

            async def until(condition: Callable[[], bool]) -> None:
                async with asyncio.timeout(SOON):
                    while not condition():
                        changed.clear()
                        await changed.wait()

            async with Door() as door:
                probings = build_probings(plan, door, _Clock(), Config())
                poller = Poller(probings, take, monotonic=time.monotonic, rng=random.Random(1))
                task = asyncio.create_task(poller.run())
                await until(lambda: len(latest) == 12 and all(isinstance(item, Seen) for item in latest.values()))
                opened = door.opened
                fleet["svc-3"].answers["/version"] = Canned(b'{"version": "1.1.0"}')
                fleet["svc-7"].answers["/version"] = Canned(b"gone", status=503)
                await until(
                    lambda: (
                        version_or_none(latest[Target("svc-3", "prod")]) == "1.1.0"
                        and isinstance(latest[Target("svc-7", "prod")], Missing)
                    )
                )
                assert door.opened == opened  # a warm sweep opens no connection
                task.cancel()
                await asyncio.wait([task])
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(scenario())


def version_or_none(observation: Observation) -> str | None:
    """The version, if one was seen."""
    return version(observation) if isinstance(observation, Seen) else None
