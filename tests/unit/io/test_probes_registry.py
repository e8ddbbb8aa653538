"""From the plan to observations: every probe answers, with a reason where it cannot ask."""

import asyncio
import importlib
import json
import re
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.io.config import Auth, Config
from gonogo.io.http.door import Door
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.registry import build_probings
from gonogo.plan import Environment, Plan, Probe, Product, Source, Target, Timing
from gonogo.plan.kinds import for_every
from gonogo.plan.probes import (
    PROBES,
    SOURCES,
    AutoOptions,
    ConsulOptions,
    GithubOptions,
    GitlabOptions,
    HeaderOptions,
    KubernetesOptions,
    PrometheusOptions,
    PrometheusTable,
    TextOptions,
)
from gonogo.ports import Probing
from support.hostile import answer
from support.questions import preset_of
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
        probe = Probe(AutoOptions(), "web", "prod", url=fixture.url("/v?key=secret"))
        assert observed(plan_of(probe)) == [
            Seen(
                Target("web", "prod"),
                (Running("1.2.3"),),
                Status.SUCCEEDED,
                NOW,
                f"auto {fixture.url('/v')}?… (build.version)",
                excerpt='{"build": {"version": "1.2.3"}}',
                looks=1,
                in_all=1,
            )
        ]


def test_a_question_knows_its_host_interval_and_target() -> None:
    """What the poller plans by."""
    timing = Timing(every=timedelta(seconds=7))
    (probing,) = built(plan_of(Probe(TextOptions(), "web", "prod", url="https://h.example/v", timing=timing)))
    assert (probing.name, probing.host, probing.targets, probing.every) == (
        "web/prod", "h.example:443", (Target("web", "prod"),), timedelta(seconds=7),
    )  # fmt: skip


def test_a_preset_that_nobody_asks_by_fails_at_import() -> None:
    """Silence would look like a dead endpoint, or worse, like none."""
    assert [entry.options for entry in PRESETS.values()] == [*PROBES]
    assert {entry.table for entry in PRESETS.values()} - {None} == {*SOURCES}
    with pytest.raises(TypeError, match="no row for consul"):
        for_every(PROBES, [(kind, kind) for kind in PROBES if kind is not ConsulOptions])


def test_a_probe_with_wrong_options_says_so() -> None:
    """Where the loader let it pass."""
    (observation,) = observed(plan_of(Probe(HeaderOptions(), "web", "prod", url="http://127.0.0.1:1/")))
    assert isinstance(observation, Missing)
    assert observation.reason is Reason.NOT_SUPPORTED
    assert "needs `header:`" in observation.detail


def test_a_source_speaks_for_every_cell_of_the_plan() -> None:
    """Also for one with a probe of its own: two that disagree must be seen to disagree."""
    answer = {"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"app": "web", "env": "prod", "version": "1.2.2"}, "value": [NOW.timestamp(), "3"]},
        {"metric": {"app": "old", "env": "prod", "version": "0.1"}, "value": [NOW.timestamp(), "1"]},
    ]}}  # fmt: skip
    options = {"query": "app_build_info", "map": {"product": "app", "environment": "env"}}
    paths = {"/v": Canned(b"1.2.3"), "/api/v1/query": Canned(json.dumps(answer).encode())}
    with serving(paths) as fixture:
        source = Source("prom", options_of(PrometheusTable, options), fixture.url())
        own = Probe(TextOptions(), "web", "prod", url=fixture.url("/v"))
        seen = observed(plan_of(own, sources=(source,), products=("web", "api")))
    said = {(str(one.target), one.origin): one for one in seen}
    assert len(said) == len(seen) == 5
    first, second = said["web/prod", ""], said["web/prod", "prom"]
    assert isinstance(first, Seen)
    assert isinstance(second, Seen)
    assert (first.versions, second.versions) == ((Running("1.2.3"),), (Running("1.2.2"),))
    lacking = said["api/prod", "prom"]
    assert isinstance(lacking, Missing)
    assert lacking.reason is Reason.NO_DATA
    assert lacking.detail == (
        "the answer has nothing about api/prod, but 1 other cell; ignored 1 the plan does not name: old/prod"
    )


def test_a_source_that_cannot_be_reached_says_so_for_each_of_its_cells() -> None:
    """One failure, told once for each cell with the host it is grouped by."""
    options = {"query": "app_build_info"}
    seen = observed(
        plan_of(sources=(Source("prom", options_of(PrometheusTable, options), "http://127.0.0.1:1/"),))
    )
    assert [(str(one.target), one.host) for one in seen if isinstance(one, Missing)] == [
        ("web/staging", "127.0.0.1:1"), ("web/prod", "127.0.0.1:1"),
    ]  # fmt: skip


def test_a_source_that_is_only_there_for_metrics_fills_no_cell() -> None:
    """Without a query it has nothing to say about versions."""
    assert built(plan_of(sources=(Source("prom", PrometheusTable(), "http://127.0.0.1:1/"),))) == []


def test_an_old_answer_is_dated_when_its_source_took_it() -> None:
    """A cache between us and Prometheus must not make yesterday look like now."""
    for minutes, shown in ((0.5, timedelta(0)), (30.0, timedelta(minutes=30)), (-30.0, timedelta(0))):
        stamp = (NOW - timedelta(minutes=minutes)).timestamp()
        result = [{"metric": {"version": "1.2.3"}, "value": [stamp, "1"]}]
        answer = {"status": "success", "data": {"resultType": "vector", "result": result}}
        with serving({"/api/v1/query": Canned(json.dumps(answer).encode())}) as fixture:
            probe = Probe(PrometheusOptions(query="app_build_info"), "web", "prod", url=fixture.url())
            (seen,) = observed(plan_of(probe))
        assert isinstance(seen, Seen)
        assert NOW - seen.polled_at == shown


def test_instances_are_asked_one_by_one_and_a_straggler_is_seen() -> None:
    """Two of three run the new version; the third is named."""
    paths = {"/a": Canned(b"1.2.3"), "/b": Canned(b"1.2.3"), "/c": Canned(b"1.2.2")}
    with serving(paths) as fixture:
        urls = tuple(fixture.url(path) for path in paths)
        (seen,) = observed(plan_of(Probe(TextOptions(), "web", "prod", urls=urls)))
        assert isinstance(seen, Seen)
        assert seen.versions == (Running("1.2.3", replicas=2), Running("1.2.2", replicas=1))
        assert seen.status is Status.SUCCEEDED
        assert seen.source.startswith(f"text {urls[0]} and 2 more")
        fixture.answers["/c"] = Canned(b"gone", status=503)
        (seen,) = observed(plan_of(Probe(TextOptions(), "web", "prod", urls=urls)))
        assert isinstance(seen, Seen)
        assert (seen.versions, seen.status) == ((Running("1.2.3", replicas=2),), Status.DEGRADED)
        assert "2 of 3 instances answer; 127.0.0.1" in seen.message
        fixture.answers = {}
        (missing,) = observed(plan_of(Probe(TextOptions(), "web", "prod", urls=urls)))
    assert isinstance(missing, Missing)
    assert missing.reason is Reason.HTTP_STATUS


def test_a_credential_is_taken_by_name_and_bound_to_its_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan names it; the user's configuration has it; a missing one is a reason, not a crash."""
    monkeypatch.setenv("PAY_TOKEN", "t0ken")
    with serving({"/": Canned(b"1.2.3")}) as fixture:
        auth = Auth("pay", ("127.0.0.1",), scheme="Bearer", env="PAY_TOKEN")
        probe = Probe(TextOptions(), "web", "prod", url=fixture.url(), auth="pay")
        (seen,) = observed(plan_of(probe), Config(auth={"pay": auth}))
        assert isinstance(seen, Seen)
        assert fixture.asked[0].headers["Authorization"] == "Bearer t0ken"
        (missing,) = observed(plan_of(probe))
    assert isinstance(missing, Missing)
    assert (missing.reason, missing.detail) == (
        Reason.UNAUTHORIZED,
        "credential 'pay' is not defined; add a section [auth.pay] with hosts and env, file, netrc or command",
    )


def test_who_wants_to_be_left_alone_is_told_as_the_reason_for_the_silence() -> None:
    """Else nobody would know why a cell is not asked again for a quarter of an hour."""
    with serving({"/": Canned(b"busy", {"Retry-After": "120"}, 503)}) as fixture:
        (missing,) = observed(plan_of(Probe(AutoOptions(), "web", "prod", url=fixture.url())))
    assert isinstance(missing, Missing)
    assert missing.detail.endswith("; it wants to be left alone for 2m")


def test_a_token_file_others_can_read_is_told_with_its_name_and_what_to_do(tmp_path: Path) -> None:
    """A cell says whose fault it is that nobody was asked."""
    token = tmp_path / "token"
    token.write_text("s3cret", encoding="utf-8")
    token.chmod(0o644)
    config = Config(auth={"pay": Auth("pay", ("127.0.0.1",), file=str(token))})
    (missing,) = observed(plan_of(Probe(AutoOptions(), "web", "prod", "http://127.0.0.1:1/", auth="pay")), config)
    assert isinstance(missing, Missing)
    assert missing.detail.startswith(
        f"credential 'pay': file {token}: can be read or written by others; chmod 600"
    )


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
            HeaderOptions(header="X-V"),
            "web",
            "prod",
            url=f"http://127.0.0.1:{port}/",
            timing=Timing(timeout=timedelta(seconds=0.5)),
        )
        (observation,) = observed(plan_of(probe))
    assert isinstance(observation, Missing)
    assert observation.reason is Reason.TIMEOUT
    assert "within 0.5 s" not in observation.detail  # the second request had only what the first one left


def test_a_forge_without_an_address_is_asked_at_its_usual_one() -> None:
    """And its cells count as questions to that one host."""
    probes = [
        Probe(GithubOptions(repo="a/b"), "web", "prod"),
        Probe(GitlabOptions(project="1"), "web", "staging"),
    ]  # fmt: skip
    assert [one.host for one in built(plan_of(*probes))] == ["api.github.com:443", "gitlab.com:443"]


def test_a_cluster_the_kubeconfig_does_not_know_is_named() -> None:
    """Not "this version cannot": it is this machine that does not know it."""
    options = {"cluster": "prod-eu", "namespace": "pay"}
    (missing,) = observed(plan_of(Probe(options_of(KubernetesOptions, options), "web", "prod")))
    assert isinstance(missing, Missing)
    assert (missing.source, missing.detail) == (
        "kubernetes prod-eu", "cluster 'prod-eu': you have no kubeconfig",
    )  # fmt: skip


GIVEN = {
    "header": {"header": "X"},
    "prometheus": {"query": "up"},
    "github": {"repo": "a/b"},
    "gitlab": {"project": "a/b"},
}
"""The least each preset needs beyond a URL."""


def test_every_preset_is_a_module_of_its_own_behind_one_function() -> None:
    """A new one is a file and a line."""
    for use, entry in PRESETS.items():
        module = importlib.import_module(entry.module)
        probe = Probe(
            options_of(PROBES_BY_USE[use], GIVEN.get(use, {})), "web", "prod", url="https://x.example.com/"
        )
        made = preset_of(probe)
        assert hasattr(made, "ask")
        assert hasattr(module, "source") == (entry.table is not None)
    assert len({entry.module for entry in PRESETS.values()}) == len(PRESETS)


def test_the_documentation_lists_the_presets_and_how_each_was_tested() -> None:
    """docs/probes.md has a section for every preset, none for one that is gone, and says what it was tested on."""
    text = (Path(__file__).parents[3] / "docs" / "probes.md").read_text(encoding="utf-8")
    listed = re.findall(r"^### `([a-z-]+)` \(((?:shape-)?tested[^)]*)\)$", text, re.MULTILINE)
    assert [use for use, _ in listed] == [*PRESETS]
    marks = {
        use: "tested against the real thing" if entry.real else "shape-tested" for use, entry in PRESETS.items()
    }
    assert dict(listed) == marks
    for use, entry in PRESETS.items():
        section = text.partition(f"### `{use}` (")[2].partition("\n### ")[0]
        unnamed = [key for key in (*entry.keys, *entry.source_keys) if f"`{key}" not in section]
        assert not unnamed, (use, unnamed)
