"""An answer that contradicts itself is no success, whatever its version is."""

import json

import pytest

from gonogo.facts import Reason, Status
from gonogo.io.http.question import Answer
from gonogo.io.probes import auto, health_json, text
from gonogo.io.probes.document import unchanged
from gonogo.io.probes.interface import Claim, NotUnderstood, OneRequest, Outcome, Understood, refused_status
from gonogo.plan import Probe
from gonogo.plan.probes import JsonOptions
from support.questions import preset_of


def answered(body: object, *headers: tuple[str, str], status: int = 200) -> Answer:
    """An answer with this body, JSON where it is no text."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, headers, raw.encode(), "http://a.test/", 0.01)


def named(answer: Answer) -> Outcome:
    """As `use: json` with `version: version` and no place for a status reads it."""
    preset = preset_of(Probe(JsonOptions(version="version"), "web", "prod"))
    assert isinstance(preset, OneRequest)
    return preset._read(answer)


def status(outcome: Outcome) -> Status:
    """What was understood of the state."""
    assert isinstance(outcome, Understood), outcome
    return outcome.status


WELL = [
    {"status": "ok"},
    {"status": "ok", "error": None},
    {"status": "ok", "error": "", "errors": []},
    {"error": 0, "errors": 17},  # counts and codes
    {"error": "none"},
    {"ok": True, "healthy": True, "success": "true"},
    {"status": "ok", "state": "Bavaria"},
    {"errors": {}},
    {"status": "ok", "ready": True, "maintenance": False},
    {
        "status": "ok",
        "components": {"db": {"status": "UP"}, "disk": {"status": "UNKNOWN"}, "x": {"status": "odd"}},
    },
    {"status": "ok", "last_job": {"status": "failed"}},  # no part of what runs
]

WRONG = [
    {"status": "ok", "ready": False},
    {"status": "ok", "maintenance": True},
    {"status": "ok", "components": {"db": {"status": "DOWN"}}},
    {"status": "ok", "components": {"db": {"status": "UP", "details": {"replica": {"status": "OUT_OF_SERVICE"}}}}},
    {"status": "ok", "checks": {"db": [{"status": "pass"}, {"status": "fail"}]}},
    {"status": "ok", "health": {"status": "down"}},
    {"status": "ok", "state": "failed"},
    {"status": "ok", "data": {"status": "degraded"}},
    {"status": "ok", "error": "database is down"},
    {"errors": ["no connection"]},
    {"error": {"code": 17}},
    {"error": True},
    {"ok": False},
    {"healthy": False},
    {"success": False, "status": "ok"},
    {"success": "false"},
]


@pytest.mark.parametrize("more", WELL, ids=str)
@pytest.mark.parametrize("read", [auto.read, named], ids=["auto", "json"])
def test_what_agrees_is_a_success(read: object, more: dict[str, object]) -> None:
    """No false alarm: numbers never, empty ones never, words nobody knows never."""
    assert status(read(answered({"version": "1.2.3", **more}))) is Status.SUCCEEDED  # type: ignore[operator]


@pytest.mark.parametrize("more", WRONG, ids=str)
@pytest.mark.parametrize("read", [auto.read, named], ids=["auto", "json"])
def test_one_place_that_says_otherwise_is_enough(read: object, more: dict[str, object]) -> None:
    """Whether the plan names a place for the version or not."""
    found = read(answered({"version": "1.2.3", **more}))  # type: ignore[operator]
    assert status(found) not in {Status.SUCCEEDED, Status.NOT_DEPLOYED}
    assert isinstance(found, Understood)
    assert found.message or found.status is Status.FAILED


def test_health_json_is_checked_too() -> None:
    """`pass` beside an error."""
    body = {"status": "pass", "releaseId": "1.2.3", "error": "disk full"}
    assert status(health_json.read(answered(body), unchanged)) is Status.DEGRADED


@pytest.mark.parametrize("body", ['{"version": "1.2.3", "version": "1.2.2"}', '[{"a": {"b": 1, "b": 2}}]'])
def test_a_key_that_stands_twice_with_two_values_is_no_answer(body: str) -> None:
    """Nobody can tell which of them was meant."""
    found = auto.read(answered(body))
    assert isinstance(found, NotUnderstood)
    assert found.reason is Reason.NOT_JSON
    assert "twice" in found.detail


def test_a_key_that_says_the_same_twice_is_read() -> None:
    """It contradicts nothing."""
    assert status(auto.read(answered('{"version": "1.2.3", "version": "1.2.3"}'))) is Status.SUCCEEDED


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("1.2.3", Status.SUCCEEDED),
        ("v1.2.3", Status.SUCCEEDED),
        ("1.2", Status.SUCCEEDED),
        ("1.2.2", Status.UNKNOWN),
    ],
)
def test_a_header_must_not_contradict_the_body(header: str, wanted: Status) -> None:
    """`1.2` is a short 1.2.3; 1.2.2 is another version."""
    assert status(auto.read(answered({"version": "1.2.3"}, ("x-app-version", header)))) is wanted


def test_a_header_beside_a_broken_body_is_no_success() -> None:
    """Half a document, or one that names an error."""
    version = ("x-app-version", "1.2.3")
    assert status(auto.read(answered('{"name": "web"} ERROR: no database', version))) is Status.DEGRADED
    assert status(auto.read(answered({"error": "no database"}, version))) is Status.DEGRADED
    assert status(auto.read(answered({"name": "web"}, version))) is Status.SUCCEEDED


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("1.2.3", Status.SUCCEEDED),
        ("1.2.3 built today, 0 errors, no failures", Status.SUCCEEDED),
        ("1.2.3\nERROR: database is down", Status.DEGRADED),
        ("1.2.3\nTraceback (most recent call last)", Status.DEGRADED),
        ("1.2.3 (database unavailable)", Status.DEGRADED),
    ],
)
def test_text_behind_a_version_may_take_it_back(body: str, wanted: Status) -> None:
    """As `use: text` and as the short form reads it."""
    assert status(text.read(answered(body), unchanged)) is wanted
    assert status(auto.read(answered(body))) is wanted


def test_a_part_of_an_answer_is_none() -> None:
    """200 with Content-Range."""
    part = answered({"version": "1.2.3"}, ("content-range", "bytes 0-20/4000"))
    found = refused_status(part, frozenset({200}))
    assert found is not None
    assert found.reason is Reason.PROTOCOL


def test_what_an_answer_says_it_is_is_kept() -> None:
    """For whoever knows the plan."""
    found = auto.read(answered({"version": "1.2.3", "env": "dev", "service": "web", "app": {"name": "x"}}))
    assert isinstance(found, Understood)
    assert found.claims == (Claim("environment", "dev"), Claim("product", "web"))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"version": "1.2.3", "build": {"version": "1.2.2"}}, Status.UNKNOWN),
        ({"app": {"version": "1.2.3"}, "info": {"version": "2.0.0"}}, Status.UNKNOWN),
        ({"version": "1.2.3", "build": {"version": "v1.2.3"}}, Status.SUCCEEDED),
        ({"version": "1.2.3", "build": {"version": "1.2"}}, Status.SUCCEEDED),
        ({"version": "1.2.3", "build": {"version": "4711"}}, Status.SUCCEEDED),  # the number of a build
        ({"version": "1.2.3", "dependencies": {"version": "9.0.0"}, "tag": "nightly"}, Status.SUCCEEDED),
        ({"version": "1.2.3", "release": "2026.11"}, Status.SUCCEEDED),  # the name of a train
    ],
    ids=str,
)
def test_two_places_that_name_two_versions_are_no_answer(body: object, wanted: Status) -> None:
    """Which of them runs is the plan's to say; where it names the place, that one counts."""
    found = auto.read(answered(body))
    assert status(found) is wanted
    assert isinstance(found, Understood)
    assert ("name one in the plan" in found.message) is (wanted is Status.UNKNOWN)


def test_the_place_that_the_plan_names_counts() -> None:
    """A document may state the version of its interface beside that of the build."""
    assert status(named(answered({"version": "1.2.3", "build": {"version": "1.2.2"}}))) is Status.SUCCEEDED


def test_the_interface_of_a_health_document_is_another_thing() -> None:
    """`version` beside `releaseId` (draft of health+json), and a build that says the same as the release."""
    body = {"status": "pass", "version": "2.0.0", "releaseId": "1.2.3", "build": {"version": "1.2.3"}}
    found = auto.read(answered(body, ("content-type", "application/health+json")))
    assert status(found) is Status.SUCCEEDED
