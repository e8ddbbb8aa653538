"""check, schema, init: the plan's own verbs."""

import json
import time
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from support.servers import Canned

LABELS = "{product: app, environment: env, version: version}"


def test_a_valid_plan_is_one_line(gonogo: Here, release: Release) -> None:
    """What was read, counted; nobody was asked anything."""
    found = gonogo("check")

    assert (found.code, found.err) == (0, "")
    assert found.out == (
        f"valid: {release.plan}: release 2026.11, 1 product, 2 environments, 2 probes, 3 checklist items\n"
    )
    assert release.fleet.asked == []


def test_every_mistake_is_listed_at_its_place(gonogo: Here, release: Release) -> None:
    """On stdout, for they are what was asked for; exit 2."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("owner: ben", "owner: bne").replace("after: [tests]", "after: [test]"))

    found = gonogo("check", "release.yaml")

    assert (found.code, found.err) == (2, "")
    lines = found.out.splitlines()
    assert [line.split(": ")[0] for line in lines if line.startswith("release.yaml:")] == [
        "release.yaml:16:58",
        "release.yaml:19:58",
    ]
    assert sum("did you mean" in line for line in lines) == 2
    assert lines[-1] == "release.yaml has 2 mistakes"


def test_mistakes_as_json(gonogo: Here, release: Release) -> None:
    """Each with file, line, column and a stable code."""
    release.plan.write_text("release: 1\nenvironments: [a]\nproducts: {}\nfoo: 1\n", encoding="utf-8")

    found = gonogo("check", "--json")

    assert found.code == 2
    assert found.facts["valid"] is False
    assert ("release.yaml", 4, 1, "unknown-key") in [
        (one["file"], one["line"], one["column"], one["code"]) for one in found.facts["problems"]
    ]


def test_what_a_plan_may_not_mean_is_a_warning(gonogo: Here, release: Release) -> None:
    """A title cut off by `#`, an address that is not asked, names that only upper case tells apart."""
    text = release.plan.read_text(encoding="utf-8")
    items = "    - Fix #12 now\n    - Tell everybody # in the chat\n    - 'Fix #13 too'\n"
    text = text.replace("  Deployment:\n", f"  Deployment:\n{items}")
    text += "metadata: {Jira: a, jira: b, link: 'http://169.254.169.254/x'}\n"
    release.plan.write_text(text, encoding="utf-8")

    found = gonogo("check")

    assert found.code == 0, found
    at = text.splitlines().index("    - Fix #12 now") + 1
    last = len(text.splitlines())
    link_local = "169.254.169.254 is a link-local or metadata address, which is not asked"
    assert found.out.splitlines()[1:] == [
        f"release.yaml:{at}:7: warning: 'Fix' ends before '#12 now': YAML reads ' #' as the start of a comment",
        "    - Fix #12 now",
        "      ^~~",
        "  put the text in quotation marks; or write '# ' before a comment",
        f"release.yaml:{last}:21: warning: 'jira' and 'Jira' differ only in upper and lower case",
        "    metadata: {Jira: a, jira: b, link: 'http://169.254.169.254/x'}",
        "                        ^~~~",
        "  rename one of the two",
        f"release.yaml:{last}:36: warning: {link_local}",
        "    metadata: {Jira: a, jira: b, link: 'http://169.254.169.254/x'}",
        "                                       ^~~~~~~~~~~~~~~~~~~~~~~~~~",
        "  name another host, or list it under allow_addresses in your own configuration",
    ]
    codes = [one["code"] for one in gonogo("check", "--json").facts["warnings"]]
    assert codes == ["cut-by-comment", "alike", "link-local"]


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        ("version: 2026-02-30", "semver reads '2026-02-30' as the pre-release 02-30 of 2026.0.0"),
        ("version: 2026-02-30, scheme: calver", "'2026-02-30' is no day of the calendar"),
        ("version: 2026-02-28, scheme: calver", ""),
        ("version: 2026.2.30", ""),
    ],
)
def test_a_date_as_a_version_is_a_warning(gonogo: Here, release: Release, written: str, warned: str) -> None:
    """It is read, as something that nobody meant."""
    release.plan.write_text(f"release: a\nenvironments: [a]\nproducts: {{web: {{{written}}}}}\n", encoding="utf-8")
    assert [one["message"] for one in gonogo("check", "--json").facts["warnings"]] == [warned] * bool(warned)


def test_a_weekly_freeze_without_an_end_is_told(gonogo: Here, release: Release) -> None:
    """Without `to` it is a mistake; from a moment to the same one it holds for ever, and is a warning."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(f"{text}freezes: {{a: {{weekly: true, from: FRI 16:00}}}}\n", encoding="utf-8")
    [problem] = gonogo("check", "--json").facts["problems"]
    assert problem["message"] == "freeze 'a' has no 'to'"
    release.plan.write_text(
        f"{text}freezes: {{a: {{weekly: true, from: FRI 16:00, to: FRI 16:00}}}}\n", encoding="utf-8"
    )
    [warning] = gonogo("check", "--json").facts["warnings"]
    assert warning["message"] == "freezes 'a' begins where it ends: it holds the whole week, and never ends"


def test_all_mistakes_of_one_url_are_told_at_once(gonogo: Here, release: Release) -> None:
    """A password beside a wrong placeholder, a wrong port and an address that is not asked."""
    text = release.plan.read_text(encoding="utf-8")
    wrong = "http://anna:word@169.254.169.254/{env}?token=1"
    release.plan.write_text(f"{text}sources: [{{use: prometheus, url: '{wrong}'}}]\n", encoding="utf-8")

    found = gonogo("check", "--json")

    here = {one["code"] for one in found.facts["problems"]}
    assert here >= {"no-placeholders", "userinfo", "secret-in-url"}
    assert [one["code"] for one in found.facts["warnings"]] == ["link-local"]


def test_another_verb_tells_the_mistakes_on_stderr(gonogo: Here, release: Release) -> None:
    """How many, then each at the beginning of a line, as editors want it."""
    release.plan.write_text("release: 1\nenvironments: [a]\nproducts: {}\nfoo: 1\n", encoding="utf-8")

    found = gonogo("tick")

    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("gonogo: release.yaml has ")
    assert "\nrelease.yaml:4:1: unknown key 'foo'" in found.err


def test_live_asks_each_endpoint_and_repository_once(gonogo: Here, release: Release) -> None:
    """A line for each; a silent one is an answer we do not have."""
    good = gonogo("check", "--live")
    del release.fleet.answers["/production/version"]
    bad = gonogo("check", "--live")

    assert good.code == 0
    assert "answers: web/staging: 1.3.0" in good.out
    assert "readable: repository of web: 2 commits since v1.2.0" in good.out
    assert bad.code == 4
    assert "silent: web/production: " in bad.out


def test_the_plan_is_found_from_below(gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the nearest directory above; GONOGO_PLAN and --plan come first."""
    below = release.directory / "services" / "api"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert gonogo("check").code == 0
    monkeypatch.setenv("GONOGO_PLAN", "elsewhere.yaml")
    assert "elsewhere.yaml" in gonogo("check").err
    assert gonogo("check", "--plan", str(release.plan)).code == 0


def test_no_plan_at_all_is_told_what_to_do(gonogo: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Usage: exit 2, and how to get one."""
    monkeypatch.chdir(tmp_path)

    refused = gonogo("tick")

    assert refused.code == 2
    assert "gonogo init" in refused.err


def test_schema_is_json(gonogo: Here) -> None:
    """For editors."""
    schema = json.loads(gonogo("schema").out)

    assert "release" in schema["properties"]


def test_init_writes_a_plan_that_is_valid_and_never_overwrites(
    gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From what the repository shows."""
    monkeypatch.chdir(release.directory / "web")

    made = gonogo("init")
    text = Path("release.yaml").read_text(encoding="utf-8")
    again = gonogo("init")

    assert (made.code, made.err) == (0, "")
    assert made.out == "release.yaml is written: read it, change what is wrong, then: gonogo check release.yaml\n"
    assert gonogo("check").code == 0
    assert again.code != 0
    assert Path("release.yaml").read_text(encoding="utf-8") == text


def test_live_holds_nothing_against_a_source_that_does_not_know_every_cell(gonogo: Here, release: Release) -> None:
    """Where a probe of the cell's own speaks; a source that knows nothing at all is silent."""
    text = release.plan.read_text(encoding="utf-8")
    base = release.fleet.url("").rstrip("/")
    query = f"{{id: prom, use: prometheus, url: {base}, query: up, map: {LABELS}}}"
    release.plan.write_text(f"{text}sources: [{query}]\n", encoding="utf-8")
    series = {"metric": {"app": "web", "env": "staging", "version": "1.3.0"}, "value": [time.time(), "1"]}
    body = {"status": "success", "data": {"resultType": "vector", "result": [series]}}
    release.fleet.answers["/api/v1/query"] = Canned(json.dumps(body).encode())

    found = gonogo("check", "--live")

    assert "silent" not in found.out
    assert found.out.count("answers: ") == 3
    assert found.code == 0
    release.fleet.answers["/api/v1/query"] = Canned(b"", status=503)
    assert gonogo("check", "--live").code == 4


def test_live_answers_stand_in_the_order_of_the_plan(gonogo: Here, release: Release) -> None:
    """Whoever was asked or answered first: two runs can be compared line by line."""
    here = release.fleet.url("/staging/version")
    there = here.replace("127.0.0.1", "localhost")
    release.plan.write_text(
        f"release: r\nenvironments: [a, b, c]\nproducts: {{web: {{version: 1.3.0, probes: "
        f"{{a: '{here}', b: '{here}', c: '{there}'}}}}, api: {{version: 1.3.0, probe: '{there}'}}}}\n",
        encoding="utf-8",
    )

    found = gonogo("check", "--live")

    told = [line.split()[1] for line in found.out.splitlines()[1:]]
    assert told == ["web/a:", "web/b:", "web/c:", "api/a:", "api/b:", "api/c:"]
