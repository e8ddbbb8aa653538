"""`gonogo probe test`: every step from the request to the result, and nothing secret on the way."""

import json
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from gonogo.errors import ExitCode
from support.servers import Canned

_SOURCE = 'sources: [{{id: prom, use: prometheus, url: "{base}", query: info, map: {{environment: env}}}}]\n'


def with_source(release: Release, *rows: tuple[str, str, str]) -> None:
    """Add a Prometheus that has these (product, environment, version)."""
    text = release.plan.read_text(encoding="utf-8")
    base = text.partition('probe: {url: "')[2].partition("/{environment}")[0]
    release.plan.write_text(text + _SOURCE.format(base=base), encoding="utf-8")
    result = [
        {"metric": {"product": product, "env": env, "version": version}, "value": [1, "1"]}
        for product, env, version in rows
    ]
    answer = {"status": "success", "data": {"resultType": "vector", "result": result}}
    release.fleet.answers["/api/v1/query"] = Canned(json.dumps(answer).encode())


def test_every_step_is_shown(gonogo: Here, release: Release) -> None:
    """Request, status, headers that explain, body, place, result, and what it means against the plan."""
    body = b'{"build": {"version": "1.2.0"}, "note": "\x1b[31mred"}'
    headers = {"Content-Type": "application/json", "Set-Cookie": "session=s3cret", "ETag": '"7"'}
    release.fleet.answers["/production/version"] = Canned(body, headers)
    done = gonogo("probe", "test", "web", "production")
    assert done.code == ExitCode.UNKNOWN  # a raw control character is no JSON
    release.fleet.answers["/production/version"] = Canned(body.replace(b"\x1b", b""), headers)
    done = gonogo("probe", "test", "web", "production")
    assert done.code == ExitCode.OK
    for part in (
        "probe of web/production, use: auto", "asks       GET http://127.0.0.1", "gets       200 OK",
        "content-type: application/json", 'etag: "7"', '{"build": {"version": "1.2.0"}', "(build.version)",
        "result     1.2.0", "planned is 1.3.0: behind",
    ):  # fmt: skip
        assert part in done.out
    assert "s3cret" not in done.out
    assert "\x1b" not in done.out


def test_an_option_with_a_long_name_stands_apart_from_its_value(gonogo: Here, release: Release) -> None:
    """`accept_status 203`, not one word."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("instances: 1}", "accept_status: [203], instances: 1}"), encoding="utf-8")
    assert "  accept_status 203\n" in gonogo("probe", "test", "web", "production").out


def test_where_a_redirect_led_is_told(gonogo: Here, release: Release) -> None:
    """Without what its query holds: an answer of another path is not taken for one of the path that was asked."""
    release.fleet.answers["/production/version"] = Canned(b"", {"Location": "/login/version?t=s3cret"}, 302)
    release.fleet.answers["/login/version?t=s3cret"] = Canned(b'{"version": "1.2.0"}')
    told = gonogo("probe", "test", "web", "production").out
    assert "led to" in told
    assert "/login/version" in told
    facts = gonogo("probe", "test", "web", "production", "--json")
    assert facts.facts["questions"][0]["requests"][0]["answered_by"].endswith("/login/version?\u2026")
    assert "s3cret" not in told + facts.out
    assert (
        gonogo("probe", "test", "web", "staging", "--json").facts["questions"][0]["requests"][0]["answered_by"]
        is None
    )


def test_what_is_not_there_is_unknown_with_the_reason(gonogo: Here, release: Release) -> None:
    """Exit code 4, as everywhere an answer is missing."""
    release.fleet.answers["/production/version"] = Canned(b"gone", status=503)
    done = gonogo("probe", "test", "web", "production")
    assert done.code == ExitCode.UNKNOWN
    assert "result     unknown" in done.out
    assert "503 Service Unavailable" in done.out


def test_a_source_is_asked_for_the_cell_too_and_alone(gonogo: Here, release: Release) -> None:
    """Both questions of a cell; or one source with everything it fills and what it knows besides."""
    with_source(release, ("web", "production", "1.3.0"), ("old", "production", "0.1"))
    release.runs("production", "1.2.0")
    both = gonogo("probe", "test", "web", "production", "--json")
    assert [one["question"] for one in both.facts["questions"]] == ["web/production", "source prom"]
    found = [one["results"][0]["versions"][0]["version"] for one in both.facts["questions"]]
    assert found == ["1.2.0", "1.3.0"]
    alone = gonogo("probe", "test", "--source", "prom")
    assert alone.code == ExitCode.OK
    assert "web/production: 1.3.0" in alone.out
    assert "web/staging: unknown" in alone.out
    assert "old/production: the plan does not name them" in alone.out
    assert "?query=info" in alone.out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "needs a product and an environment"),
        (("web",), "needs a product and an environment"),
        (("wbe", "production"), "did you mean 'web'?"),
        (("web", "prodution"), "did you mean 'production'?"),
        (("web", "production", "--source", "prom"), "either PRODUCT and ENV, or --source"),
        (("--source", "prom"), "the plan has no source 'prom'"),
    ],
)
def test_a_wrong_call_says_what_to_type(gonogo: Here, argv: tuple[str, ...], message: str) -> None:
    """Exit code 2 and the next step."""
    done = gonogo("probe", "test", *argv)
    assert done.code == ExitCode.USAGE
    assert message in done.err


def test_a_query_of_the_plan_is_not_printed(gonogo: Here, release: Release, tmp_path: Path) -> None:
    """A URL's parameters may hold what only the plan's authors should see; their names are enough."""
    del tmp_path
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("/version", "/version?tenant=blue&x=1"), encoding="utf-8")
    release.runs("production", "1.3.0")
    done = gonogo("probe", "test", "web", "production")
    assert "?tenant=…&x=…" in done.out
    assert "blue" not in done.out
