"""Rollback triggers that watch a number: fired once for each incident, answered by people."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from cli.conftest import Here, Release
from support.servers import Canned

WATCHED = """\
sources: [{{id: prom, use: prometheus, url: "{base}/prom"}}]
metrics:
  error-rate: {{source: prom, query: errors, every: 5s}}
rollback:
  triggers: [{{id: errors, when: more than 1 % errors, metric: error-rate, above: 1}}]
"""


def errors(release: Release, value: str) -> None:
    """Let Prometheus answer with this number from now on."""
    result = {"resultType": "vector", "result": [{"metric": {}, "value": [time.time(), value]}]}
    body = json.dumps({"status": "success", "data": result}).encode()
    release.fleet.answers["/prom/api/v1/query"] = Canned(body, {"content-type": "application/json"})


@pytest.fixture
def watched(release: Release, gonogo: Here) -> Release:
    """The release has started, and a number is watched."""
    text = release.plan.read_text(encoding="utf-8") + WATCHED.format(base=release.fleet.url("").rstrip("/"))
    release.plan.write_text(text.replace("account: ", "shared: false, account: ", 1), encoding="utf-8")
    errors(release, "0.2")
    assert gonogo("start").code == 0
    return release


def fired(gonogo: Here) -> int:
    """How often the trail says that it fired."""
    events = gonogo("log", "--json").facts["events"]
    return sum(event["kind"] == "trigger.fired" for event in events)


def test_a_number_beyond_its_limit_asks_once(gonogo: Here, watched: Release) -> None:
    """Every look sees it, one records it with its number; in the journal it survives every end."""
    assert "trigger." not in gonogo("why", "--env", "staging").out
    errors(watched, "2.5")

    first, again = gonogo("why", "--env", "staging"), gonogo("status", "--env", "staging")

    assert (first.code, again.code, fired(gonogo)) == (3, 3, 1)
    assert "rollback trigger 'errors' fired: error-rate is 2.5, above 1" in first.out
    assert "gonogo trigger answer errors roll_back --reason '...'    or  go_on" in first.out


def test_an_incident_ends_with_its_number_and_still_wants_an_answer(gonogo: Here, watched: Release) -> None:
    """What was asked is answered, also when the number is good again; a second incident asks anew."""
    errors(watched, "2.5")
    gonogo("why", "--env", "staging")
    errors(watched, "0.1")

    asked = gonogo("why", "--env", "staging")
    assert "trigger.asks" in asked.out
    assert gonogo("trigger", "answer", "errors", "go_on", "--reason", "a scan by our own people").code == 0
    assert "trigger." not in gonogo("why", "--env", "staging").out

    errors(watched, "3")
    assert "error-rate is 3, above 1" in gonogo("why", "--env", "staging").out
    assert fired(gonogo) == 2


def test_no_number_is_no_incident_and_is_told(gonogo: Here, watched: Release) -> None:
    """A source that is silent neither fires nor clears: the trigger is blind, and says so."""
    del watched.fleet.answers["/prom/api/v1/query"]

    found = gonogo("why", "--env", "staging")

    assert fired(gonogo) == 0
    assert "trigger.blind" in found.out


def test_words_that_are_missing_are_named(gonogo: Here, watched: Release) -> None:
    """With the whole command to type."""
    found = gonogo("trigger", "answer", "errors", "perhaps", "--reason", "x")

    assert found.code == 2
    assert "gonogo trigger answer errors roll_back|go_on --reason '...'" in found.err
    assert gonogo("trigger", "fire", "errors").code == 2


@pytest.fixture
def watch(watched: Release) -> Iterator["subprocess.Popen[str]"]:
    """`gonogo watch` in a process of its own."""
    words = [sys.executable, "-m", "gonogo", "watch", "--json"]
    with subprocess.Popen(words, cwd=watched.directory, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def test_watch_asks_and_tells(gonogo: Here, watched: Release, watch: "subprocess.Popen[str]") -> None:
    """A poller without a screen sees the number, records the incident and says it."""
    errors(watched, "2.5")
    assert watch.stdout is not None

    told = next(fact for line in watch.stdout if (fact := json.loads(line))["kind"] == "trigger")

    assert told["trigger"]["observation"].startswith("error-rate is 2.5, above 1")
    assert told["trigger"]["asks"] is True
    assert fired(gonogo) == 1


def test_the_tag_to_go_back_to_is_looked_for(gonogo: Here, release: Release) -> None:
    """A version nobody can get any more is no way back."""

    def found() -> dict[str, str]:
        (way,) = gonogo("status", "--json").facts["ways_back"]
        return {one["name"]: one["readiness"] for one in way["points"]}

    assert found()["artifact"] == "ready"
    text = release.plan.read_text(encoding="utf-8").replace("previous: 1.2.0", "rollback: {to: 1.1.0}")
    release.plan.write_text(text, encoding="utf-8")
    assert found()["artifact"] == "not_ready"
