"""An answer that contradicts itself is no success, whatever its version is."""

import json

import pytest

from gonogo.facts import Reason, Status
from gonogo.io.http.question import Answer
from gonogo.io.probes import auto, health_json, json_path, text
from gonogo.io.probes.document import unchanged
from gonogo.io.probes.interface import Claim, NotUnderstood, OneRequest, Outcome, Understood, refused_status
from gonogo.plan import Probe


def answered(body: object, *headers: tuple[str, str], status: int = 200) -> Answer:
    """An answer with this body, JSON where it is no text."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, headers, raw.encode(), "http://a.test/", 0.01)


def named(answer: Answer) -> Outcome:
    """As `use: json` with `version: version` and no place for a status reads it."""
    preset = json_path.preset(Probe("json", "web", "prod", options={"version": "version"}))
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
