"""The text of an outage is never a version, whichever preset reads it; what the plan names as one always is."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gonogo.facts import Missing, Observation, Reason, Seen, Status
from gonogo.io.config import Config
from gonogo.io.http.door import Door
from gonogo.io.http.question import Answer, Request
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.registry import build_probings
from gonogo.io.probes.version_like import is_version_like
from gonogo.plan import Environment, Plan, Probe, Product, Source
from gonogo.plan.probes import JsonOptions, PrometheusTable, TextOptions
from support.servers import Canned, serving

GOLDEN = Path(__file__).parents[2] / "golden" / "probes"
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
OUTAGES = (
    "ERROR:",
    "ERROR: database is down",
    "error-500",
    "ORA-12541: TNS: no listener",
    "unavailable",
    "(devel)",
    "${VERSION}",
    "2026.11.30.#{Build.Hour}",
    "{{ .Chart.AppVersion }}",
    "@project.version@",
    "unknown",
    "HTTP/1.1 503",
    "https://status.example.com/1",
    "🚀2.0.0",
    "2.0.0 (broken)",
)
VERSIONS = (
    "1.2.3", "v1.2.3-rc.1+build.5", "2026.11.30", "2.42.0+ds", "1!2.0", "2:1.4~rc1", "r1234", "release/1.2.3",
    "9f1c2ab", "deadbeef", "sha256:0123abcd", "main@sha1:9f1c2ab7", "1.4.0-SNAPSHOT", "42",
)  # fmt: skip


class Clock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The same moment always."""
        return NOW


def observed(product: Product, *sources: Source, door: Any = None) -> Observation:
    """Ask the one cell of a plan, through everything that stands between a preset and a cell."""
    plan = Plan("r1", (Environment("production"),), (product,), sources=sources)

    async def scenario() -> Observation:
        if door is not None:
            (probing,) = build_probings(plan, door, Clock(), Config())
            return (await probing.ask())[0]
        async with Door() as real:
            (probing,) = build_probings(plan, real, Clock(), Config())
            return (await probing.ask())[0]

    return asyncio.run(scenario())


@pytest.mark.parametrize("word", OUTAGES)
def test_what_an_outage_says_can_be_no_version(word: str) -> None:
    """Neither whole nor as a template that nobody filled in."""
    assert not is_version_like(word)


@pytest.mark.parametrize("word", VERSIONS)
def test_what_people_call_a_version_can_be_one(word: str) -> None:
    """Of every scheme, commits and digests too."""
    assert is_version_like(word)


@pytest.mark.parametrize(
    "body",
    [
        "ERROR: database is down",
        "503 Service Unavailable",
        "404 page not found",
        "2026-11-30T10:00:00Z ERROR no connection",
    ],
)
@pytest.mark.parametrize("use", ["text", "auto"])
def test_an_outage_told_as_text_with_200_is_no_version(use: str, body: str) -> None:
    """By the preset for text and by the short form; its text is told."""
    with serving({"/v": Canned(body=body.encode())}) as fixture:
        probe = Probe(options_of(PROBES_BY_USE[use], {}), "web", "production", url=fixture.url("/v"))
        seen = observed(Product("web", "1.2.3", probes=(probe,)))
    assert isinstance(seen, Missing)
    assert seen.reason is Reason.NO_VERSION
    assert body in seen.detail


class Golden:
    """The documented answers of a preset, with every version in them replaced."""

    def __init__(self, answers: Mapping[str, Any], versions: tuple[str, ...], word: str) -> None:
        self._answers = answers
        self._versions = versions
        self._word = word

    async def fetch(self, request: Request) -> Answer:
        """The answer of the first key that fits."""
        path = "/" + request.url.partition("://")[2].partition("?")[0].partition("/")[2]
        given = next(one for key, one in self._answers.items() if key.partition("?")[0] == path)
        text = json.dumps(given["body"])
        for version in self._versions:
            text = text.replace(version, self._word)
        return Answer(given.get("status", 200), (), text.encode(), request.url, 0.01)


SHAPED = sorted(path.stem for path in GOLDEN.glob("*.yaml") if path.stem != "helm")


@pytest.mark.parametrize("use", SHAPED)
def test_no_preset_takes_the_text_of_an_outage_for_a_version(use: str) -> None:
    """The documented success of each, with an outage where its version stands."""
    document = yaml.safe_load((GOLDEN / f"{use}.yaml").read_text(encoding="utf-8"))
    case = document["cases"]["success"]
    options = case.get("options", document.get("options", {}))
    url = document.get("url", "https://x.example.com")
    probe = Probe(options_of(PROBES_BY_USE[use], options), "payment-api", "production", url=url)
    good = observed(Product("payment-api", "1.2.3", probes=(probe,)), door=Golden(case["answers"], (), ""))
    assert isinstance(good, Seen), good
    versions = tuple(one.version for one in good.versions)
    for word in ("ERROR", "unavailable", "unknown", "{tag}"):
        door = Golden(case["answers"], versions, word)
        seen = observed(Product("payment-api", "1.2.3", probes=(probe,)), door=door)
        assert isinstance(seen, Missing) or seen.status is Status.UNKNOWN, (word, seen)
        told = [one.version for one in seen.versions] if isinstance(seen, Seen) else []
        assert word not in told


def test_what_the_plan_names_as_a_version_is_one_however_it_looks() -> None:
    """A release by a name."""
    with serving({"/v": Canned(body=b'{"version": "falcon"}')}) as fixture:
        probe = Probe(JsonOptions(), "web", "production", url=fixture.url("/v"))
        seen = observed(Product("web", "falcon", probes=(probe,)))
        other = observed(Product("web", "eagle", previous="hawk", probes=(probe,)))
    assert isinstance(seen, Seen)
    assert isinstance(other, Missing)
    assert other.detail == "'falcon' is no version; it stands at version"


def test_one_instance_that_tells_of_an_outage_is_no_version_beside_the_others() -> None:
    """It does not answer, so the whole is degraded and nobody says what it runs."""
    with serving({"/1": Canned(body=b"1.2.3"), "/2": Canned(body=b"ERROR: out of memory")}) as fixture:
        probe = Probe(TextOptions(), "web", "production", urls=(fixture.url("/1"), fixture.url("/2")))
        seen = observed(Product("web", "1.2.3", probes=(probe,)))
    assert isinstance(seen, Seen)
    assert seen.status is Status.DEGRADED
    assert [one.version for one in seen.versions] == ["1.2.3"]


def test_nonsense_beside_a_version_makes_a_source_unknown() -> None:
    """One of the series says where it should have said what."""
    result = [
        {"metric": {"product": "web", "environment": "production", "version": version}, "value": [1, "1"]}
        for version in ("1.2.3", "unknown")
    ]
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})
    with serving({"/api/v1/query": Canned(body=body.encode())}) as fixture:
        source = Source("p", PrometheusTable(query="q"), url=fixture.url(""))
        seen = observed(Product("web", "1.2.3"), source)
    assert isinstance(seen, Seen)
    assert seen.status is Status.UNKNOWN
    assert [one.version for one in seen.versions] == ["1.2.3"]
    assert seen.message == "'unknown' is no version"


def test_every_preset_is_asked() -> None:
    """Those that no shape is written for are asked above, or in their own tests."""
    assert {*SHAPED, "text", "auto", "json", "header", "helm"} == set(PRESETS)
