"""The presets: where a version is found, what is refused, and in which words."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.errors import UsageError
from gonogo.facts import Reason, Role, Running, Status
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes import auto
from gonogo.io.probes.interface import NotUnderstood, Outcome, Understood, status_of
from gonogo.io.probes.version_like import is_version_like
from gonogo.plan import Probe
from support.questions import preset_of

URL = "http://127.0.0.1/"


def given_answer(
    body: bytes | str | Mapping[str, object] | list[object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An answer as the door hands it on."""
    raw = (
        body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    )
    return Answer(status, tuple((headers or {}).items()), raw, URL, 0.01, "Phrase")


def probe(use: str, **options: object) -> Probe:
    """A probe with options as the plan gives them."""
    return Probe(options_of(PROBES_BY_USE[use], options), "web", "prod", url=URL)


class Endpoint:
    """Answers by method and remembers what it was asked."""

    def __init__(self, **answers: Answer | Failure) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> Answer | Failure:
        """One answer."""
        self.asked.append(request.method)
        return self.answers[request.method]


def understood(outcome: Outcome) -> Understood:
    """The reading, which there must be."""
    assert isinstance(outcome, Understood), outcome
    return outcome


def refused(outcome: Outcome) -> NotUnderstood:
    """The refusal, which there must be."""
    assert isinstance(outcome, NotUnderstood), outcome
    return outcome


def version(outcome: Outcome) -> str:
    """The one version."""
    (running,) = understood(outcome).versions
    return running.version


# --- auto


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"version": "1.2.3"}, "version"),
        ({"build": {"version": "1.2.3"}}, "build.version"),
        ({"data": {"version": "1.2.3"}}, "data.version"),
        ({"app": {"version": "1.2.3", "name": "x"}}, "app.version"),
        ({"Version": "1.2.3"}, "Version"),
        ({"versionInfo": {"version": "1.2.3"}}, "versionInfo.version"),
        ({"release": "1.2.3"}, "release"),
        ({"releaseId": "1.2.3"}, "releaseId"),
        ({"git": {"tag": "1.2.3"}}, "git.tag"),
        ({"version": {"nested": "no text"}, "tag": "1.2.3"}, "tag"),
        ({"version": None, "appVersion": "1.2.3"}, "appVersion"),
    ],
)
def test_auto_finds_the_version_at_the_usual_places(document: dict[str, object], place: str) -> None:
    """And says which one it took."""
    found = understood(auto.read(given_answer(document)))
    assert (found.versions, found.place) == ((Running("1.2.3"),), place)


def test_auto_reads_the_revision_and_the_deployment_time_too() -> None:
    """Where the answer has them; a time without a zone is no time."""
    found = understood(
        auto.read(
            given_answer(
                {"version": "1", "git": {"commit": {"id": "9f1c"}}, "deployed_at": "2026-11-24T21:00:00+01:00"}
            )
        )
    )
    assert found.versions == (Running("1", "9f1c"),)
    assert found.updated_at == datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    assert understood(auto.read(given_answer({"version": "1", "deployed_at": "2026-11-24"}))).updated_at is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UP", Status.SUCCEEDED), ("pass", Status.SUCCEEDED), ("success", Status.SUCCEEDED),
        (True, Status.SUCCEEDED), (False, Status.FAILED), ("down", Status.FAILED),
        ("OUT_OF_SERVICE", Status.FAILED), ("warn", Status.DEGRADED),
        ("in progress", Status.IN_PROGRESS), ("Deploying", Status.IN_PROGRESS), ("paused", Status.PAUSED),
        ("cancelled", Status.FAILED),
    ],
)  # fmt: skip
def test_auto_knows_the_common_words_for_a_state(word: object, status: Status) -> None:
    """The vocabulary and its synonyms, in any letter case."""
    assert understood(auto.read(given_answer({"version": "1", "status": word}))).status is status


def test_a_word_nobody_explained_is_unknown_and_says_so() -> None:
    """An unknown state is never taken for a good one."""
    found = understood(auto.read(given_answer({"version": "1", "status": "sideways"})))
    assert found.status is Status.UNKNOWN
    assert found.message == "status is 'sideways', a word gonogo does not know"


def test_auto_reads_a_version_set_with_shares() -> None:
    """A canary is two versions with their weights; entries without a version are left out."""
    document = {
        "versions": [
            {"version": "4.5.6", "weight": 90, "role": "stable", "revision": "aa"},
            {"version": "4.5.7", "weight": "10", "role": "Canary", "replicas": 2},
            {"name": "no version"},
        ]
    }
    assert understood(auto.read(given_answer(document))).versions == (
        Running("4.5.6", "aa", 90.0, None, Role.STABLE),
        Running("4.5.7", "", 10.0, 2, Role.CANARY),
    )


def test_a_list_of_names_under_versions_is_no_version_set() -> None:
    """Kubernetes, and every API with several interfaces, lists its own there."""
    assert version(auto.read(given_answer({"versions": ["v1", "v2"], "version": "1.2.3"}))) == "1.2.3"


@pytest.mark.parametrize("weight", [-1, 101, "NaN", "many", None, True, "1e999"])
def test_a_weight_that_is_no_share_is_no_weight(weight: object) -> None:
    """It is left out rather than shown."""
    found = understood(auto.read(given_answer({"versions": [{"version": "1", "weight": weight}]})))
    assert found.versions[0].weight is None


def test_health_json_prefers_the_release_to_the_interface_version() -> None:
    """In that format `version` is the public interface's."""
    answer = given_answer(
        {"version": "1", "releaseId": "1.2.2", "status": "pass"},
        headers={"content-type": "application/health+json"},
    )
    assert version(auto.read(answer)) == "1.2.2"


def test_auto_falls_back_to_a_header_and_then_to_plain_text() -> None:
    """JSON first, header next, text last."""
    assert version(auto.read(given_answer("<html>app</html>", headers={"x-app-version": "2.0"}))) == "2.0"
    assert version(auto.read(given_answer({"name": "no version"}, headers={"x-version": "2.1"}))) == "2.1"
    assert version(auto.read(given_answer("\ufeffv1.2.3 built on Monday\n"))) == "v1.2.3"


@pytest.mark.parametrize(
    "answer",
    [
        given_answer({"build": {"version": "registry.test/web:v1.2.3"}}),
        given_answer("", headers={"x-app-version": "registry.test/web:v1.2.3"}),
        given_answer("registry.test/web:v1.2.3 built on Monday\n"),
    ],
    ids=["json", "header", "text"],
)
def test_auto_cuts_the_version_wherever_it_found_it(answer: Answer) -> None:
    """`transform:` in the plan, as for every other preset."""
    preset = preset_of(probe("auto", transform=["image_tag", "strip_v"]))

    assert version(asyncio.run(preset.ask(Endpoint(GET=answer).fetch, Request(URL)))) == "1.2.3"


def test_auto_takes_a_bare_json_string() -> None:
    """Where JSON is promised and the whole of it is a version."""
    assert version(auto.read(given_answer('"1.2.3"', headers={"content-type": "application/json"}))) == "1.2.3"


def test_auto_says_where_it_looked() -> None:
    """The places are the remedy: one of them, or a long form."""
    outcome = refused(auto.read(given_answer({"name": "web"})))
    assert outcome.reason is Reason.NO_VERSION
    assert outcome.detail.startswith("no version in this JSON object; tried version, build.version, data.version")
    assert refused(auto.read(given_answer("all is well"))).detail == (
        "no version, it says: all is well; tried JSON, header X-App-Version, header X-Version, header App-Version,"
        " first word of the text"
    )


@pytest.mark.parametrize("word", ["latest", "OK", "1.2\x00", "1 2"[:1] + "\u200b2", "x" * 129, "", "<1>"])
def test_a_word_that_cannot_be_a_version_is_none(word: str) -> None:
    """Letters, digits and a few signs, with at least one digit."""
    assert not is_version_like(word)


# --- json


def asked_json(answer: Answer, **options: object) -> Outcome:
    """Ask through the preset."""
    preset = preset_of(probe("json", **options))
    return asyncio.run(preset.ask(Endpoint(GET=answer).fetch, Request(URL)))


def test_json_reads_the_places_the_plan_names() -> None:
    """Version, revision and status, by JMESPath."""
    answer = given_answer({"a": {"v": "1.10"}, "c": ["9f1c"], "s": "down"})
    found = understood(asked_json(answer, version="a.v", revision="c[0]", status="s"))
    assert (found.versions, found.status, found.place) == ((Running("1.10", "9f1c"),), Status.FAILED, "a.v")


def test_json_keeps_a_number_as_it_was_written() -> None:
    """1.10 is not 1.1; and where both stand in one answer, neither is taken for the other."""
    assert version(asked_json(given_answer('{"v": 1.10}'), version="v")) == "1.10"
    assert version(asked_json(given_answer('{"v": 7}'), version="v")) == "7"
    assert refused(asked_json(given_answer('{"v": 1.10, "w": 1.1}'), version="v")).reason is Reason.NO_VERSION


def test_json_compares_numbers_as_numbers() -> None:
    """The text is kept beside the value, not instead of it."""
    answer = given_answer([{"v": "1.0", "n": 9}, {"v": "2.0", "n": 10}])
    assert version(asked_json(answer, version="sort_by(@, &n)[-1].v")) == "2.0"


def test_json_transforms_before_it_measures() -> None:
    """An image reference is longer than a version may be; its tag is not."""
    image = f"registry.example:5000/{'team/' * 30}app:v1.2.3@sha256:{'0' * 64}"
    assert (
        version(asked_json(given_answer({"image": image}), version="image", transform=["image_tag", "strip_v"]))
        == "1.2.3"
    )
    outcome = refused(asked_json(given_answer({"image": image}), version="image"))
    assert "longer than 128 characters" in outcome.detail


def test_json_reads_a_list_of_versions() -> None:
    """With shares, where the expression makes them."""
    answer = given_answer([{"tag": "v1", "pods": 8}, {"tag": "v2", "pods": 2}])
    found = understood(asked_json(answer, version="[].{version: tag, replicas: pods}", transform="strip_v"))
    assert found.versions == (Running("1", replicas=8), Running("2", replicas=2))


def test_json_maps_a_products_own_words() -> None:
    """And an absent status is unknown, for the plan promised one."""
    words = {"GREENISH": "degraded"}
    answer = given_answer({"version": "1", "s": "GREENISH"})
    assert understood(asked_json(answer, status="s", status_map=words)).status is Status.DEGRADED
    found = understood(asked_json(answer, status="nowhere"))
    assert (found.status, found.message) == (Status.UNKNOWN, "no status at nowhere")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"x": 1}, "nothing stands at the place the plan names; tried v"),
        ({"v": {"a": 1}}, "an object stands there; tried v"),
        ({"v": [{"a": 1}]}, "a list stands there; tried v"),
        ({"v": True}, "no text stands there; tried v"),
        ({"v": ""}, "the text there is empty, longer than 128 characters, or nothing is left of it; tried v"),
    ],
)
def test_json_says_what_stands_at_the_place_instead(body: dict[str, object], detail: str) -> None:
    """A person sees at once whether the path or the answer is wrong."""
    outcome = refused(asked_json(given_answer(body), version="v"))
    assert (outcome.reason, outcome.detail) == (Reason.NO_VERSION, detail)


def test_json_reports_an_expression_that_does_not_fit() -> None:
    """A function that gets a wrong type is named, not raised."""
    outcome = refused(asked_json(given_answer({"v": 5}), version="keys(v)"))
    assert outcome.reason is Reason.NO_VERSION
    assert "keys(v)" in outcome.detail


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"version": "a[["}, "`version:` the expression is not JMESPath"),
        ({"transform": "image-tag"}, "unknown transform 'image-tag'"),
        ({"status_map": {"x": "fine"}}, "'fine' is not a valid Status; known: succeeded"),
        ({"status_map": "x"}, "must name a status for each word"),
    ],
)
def test_json_refuses_wrong_options_before_it_asks(options: dict[str, object], message: str) -> None:
    """With the key's name."""
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        preset_of(probe("json", **options))


# --- text and header


def asked_text(answer: Answer, **options: object) -> Outcome:
    """Ask through the preset."""
    return asyncio.run(preset_of(probe("text", **options)).ask(Endpoint(GET=answer).fetch, Request(URL)))


def test_text_takes_the_first_word() -> None:
    """Byte order mark, empty lines and what follows are no part of it."""
    assert version(asked_text(given_answer(b"\xef\xbb\xbf\n\n  release-7  (stable)\n"))) == "release-7"
    assert version(asked_text(given_answer("v1.2.3"), transform="strip_v")) == "1.2.3"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", Reason.EMPTY),
        ("<html>", Reason.HTML),
        ('{"version": "1"}', Reason.NO_VERSION),
        ("x" * 200, Reason.NO_VERSION),
    ],
)
def test_text_names_what_is_no_text(body: str, reason: Reason) -> None:
    """Page, JSON, emptiness and endless words."""
    assert refused(asked_text(given_answer(body))).reason is reason


def test_header_asks_by_head_and_needs_no_body() -> None:
    """One request, and the name's letter case does not matter."""
    endpoint = Endpoint(HEAD=given_answer("", headers={"x-app-version": " v7 "}))
    preset = preset_of(probe("header", header="X-App-Version", transform=["strip_v"]))
    assert version(asyncio.run(preset.ask(endpoint.fetch, Request(URL)))) == "7"
    assert endpoint.asked == ["HEAD"]


@pytest.mark.parametrize("status", [405, 501, 200])
def test_header_falls_back_to_get_and_remembers(status: int) -> None:
    """HEAD is refused by some servers, and answered without the header by others."""
    endpoint = Endpoint(HEAD=given_answer("", status=status), GET=given_answer("", headers={"x-v": "7"}))
    preset = preset_of(probe("header", header="X-V"))

    async def twice() -> list[str]:
        return [version(await preset.ask(endpoint.fetch, Request(URL))) for _ in range(2)]

    assert asyncio.run(twice()) == ["7", "7"]
    assert endpoint.asked == ["HEAD", "GET", "GET"]


def test_header_that_is_missing_or_contradicts_itself_is_named() -> None:
    """Two different values are no version."""
    preset = preset_of(probe("header", header="X-V"))
    nothing = given_answer("")
    outcome = refused(asyncio.run(preset.ask(Endpoint(HEAD=nothing, GET=nothing).fetch, Request(URL))))
    assert outcome.detail == "no version found; tried header X-V"
    twice = Answer(200, (("x-v", "1"), ("x-v", "2")), b"", URL, 0.0)
    preset = preset_of(probe("header", header="X-V"))
    outcome = refused(asyncio.run(preset.ask(Endpoint(HEAD=twice).fetch, Request(URL))))
    assert outcome.detail == "header X-V comes with different values: 1, 2"


def test_header_needs_a_name() -> None:
    """Said before anything is asked."""
    with pytest.raises(UsageError, match="`use: header` needs `header:`"):
        preset_of(probe("header"))


# --- what all share


@pytest.mark.parametrize("use", ["auto", "json", "text"])
def test_a_status_code_is_not_interpreted(use: str) -> None:
    """404 may mean many things; 401 and 403 mean one; the plan can accept what it knows."""

    def ask(status: int, **options: object) -> Outcome:
        answer = given_answer('{"version": "1"}' if use != "text" else "1", status=status)
        preset = preset_of(probe(use, **options))
        return asyncio.run(preset.ask(Endpoint(GET=answer).fetch, Request(URL)))

    assert refused(ask(404)) == NotUnderstood(Reason.HTTP_STATUS, "404 Phrase", refused(ask(404)).excerpt, 404)
    assert refused(ask(403)).reason is Reason.UNAUTHORIZED
    assert version(ask(503, accept_status=["200", "503"])) == "1"
    assert version(ask(503, accept_status="503")) == "1"


@pytest.mark.parametrize("use", ["auto", "json", "text", "header"])
def test_a_failure_of_the_door_passes_through(use: str) -> None:
    """With its reason and words."""
    failure = Failure(Reason.TLS, "no trust")
    endpoint = Endpoint(GET=failure, HEAD=failure)
    outcome = asyncio.run(preset_of(probe(use, header="X")).ask(endpoint.fetch, Request(URL)))
    assert outcome == NotUnderstood(Reason.TLS, "no trust")


def test_a_large_answer_is_read_beside_the_loop() -> None:
    """The result is the same; the screen does not wait for it."""
    body = json.dumps({"filler": ["x" * 50] * 3_000, "version": "1.2.3"})
    assert version(asked_json(given_answer(body), version="version")) == "1.2.3"


_keys = st.sampled_from(
    ["version", "versions", "build", "data", "status", "weight", "replicas", "role", "git", "commit", "updated_at"]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(_keys, _values, max_size=6))
def test_no_json_makes_a_preset_raise(document: dict[str, object]) -> None:
    """Any shape at the known places comes back as an outcome, its texts harmless and short."""
    body = json.dumps(document)
    for outcome in (
        auto.read(given_answer(body)),
        asked_json(given_answer(body), version="versions[]", revision="git", status="status"),
        asked_json(given_answer(body), version="@"),
        asked_text(given_answer(body)),
    ):
        if isinstance(outcome, Understood):
            assert outcome.versions
            for running in outcome.versions:
                assert 0 < len(running.version) <= 128
                assert running.weight is None or 0 <= running.weight <= 100
        else:
            assert len(outcome.detail) <= 200


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_a_preset_raise(body: bytes) -> None:
    """Nor does anything that is no JSON at all."""
    for headers in ({}, {"content-type": "application/json"}):
        auto.read(given_answer(body, headers=headers))
        asked_json(given_answer(body))
        asked_text(given_answer(body))


def test_every_status_has_a_word() -> None:
    """The vocabulary knows its own words, but for the one no source says of itself."""
    assert {status for status in Status if status_of(status.value) is not status} == {Status.UNREACHABLE}
