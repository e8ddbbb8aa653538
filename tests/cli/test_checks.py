"""check run, trust, versions: what decides by itself, and what a person must have looked at before."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from support.repositories import git
from support.servers import Canned
from support.waiting import until

_QUERY = "/api/v1/query"


@pytest.fixture
def checked(release: Release) -> Release:
    """The release with an item for each kind of check that needs no more than this machine."""
    base = release.fleet.url("").rstrip("/")
    plan = release.plan.read_text(encoding="utf-8")
    plan = plan.replace(
        "checklist:\n",
        f"""\
sources:
  - {{id: prom, use: prometheus, url: "{base}", query: up, map: {{product: p, environment: e, version: v}}}}
metrics:
  errors: {{source: prom, query: "errors", every: 2s}}
checklist:
  Automatic:
    - {{id: suite, title: Test suite, check: {{run: [sh, -c, "echo 12 passed; test ! -e broken"]}}}}
    - {{id: health, title: Health, check: {{http: "{base}/health", contains: ok}}}}
    - {{id: quiet, title: Few errors, check: {{metric: errors, below: 1%, for: 2s}}}}
    - {{id: tagged, title: Tag is annotated, check: {{git: web}}}}
    - {{id: stated, title: Files agree, check: {{file: web}}}}
""",
    ).replace("    repo: web\n", "    repo: web\n    files: [{path: notes.txt, pattern: '{version}'}]\n")
    release.plan.write_text(plan, encoding="utf-8")
    return release


def number(value: str) -> Canned:
    """Prometheus' answer to an instant query for one number."""
    result = {"resultType": "vector", "result": [{"metric": {}, "value": [time.time(), value]}]}
    return Canned(json.dumps({"status": "success", "data": result}).encode(), {"content-type": "application/json"})


def trust(gonogo: Here) -> None:
    """Look at the commands and allow them."""
    code = re.search(r"--confirm (\w+)", gonogo("trust").out)
    assert code is not None
    assert gonogo("trust", "--confirm", code[1]).code == 0


def test_no_command_runs_before_somebody_has_looked_at_it(gonogo: Here, checked: Release) -> None:
    """The refusal says what to type, and nothing is recorded."""
    refused = gonogo("check", "run", "suite")
    assert refused.code == 77
    assert "you have not looked at the commands of this plan" in refused.err
    assert "gonogo trust" in refused.err
    assert gonogo("log").out.count("suite") == 0


def test_trust_shows_the_commands_and_wants_their_code(gonogo: Here, checked: Release) -> None:
    """Trust is given to what is on the screen."""
    shown = gonogo("trust")
    assert shown.code == 3
    assert 'suite                sh -c "echo 12 passed; test ! -e broken"' in shown.out
    assert gonogo("trust", "--confirm", "00000000").code == 5
    trust(gonogo)
    assert json.loads(gonogo("trust", "--json").out)["trusted"] is True


def test_a_changed_command_must_be_looked_at_again(gonogo: Here, checked: Release) -> None:
    """An edited plan runs nothing under the trust of the one before."""
    trust(gonogo)
    text = checked.plan.read_text(encoding="utf-8")
    checked.plan.write_text(text.replace("echo 12 passed", "echo 13 passed"), encoding="utf-8")
    assert gonogo("trust").code == 3
    assert gonogo("check", "run", "suite").code == 77


@pytest.mark.parametrize("word", ["suite.sh", "./suite.sh", "--script=suite.sh"])
def test_a_changed_script_must_be_looked_at_again(gonogo: Here, checked: Release, word: str) -> None:
    """Who trusts `sh suite.sh` trusts what the script says now; a copy that a colleague edits is another one."""
    script = checked.plan.parent / "suite.sh"
    script.write_text("echo 12 passed\n", encoding="utf-8")
    text = checked.plan.read_text(encoding="utf-8")
    run_it = f"exec sh ./suite.sh # {word}" if word.startswith("--") else "exec sh $0"
    checked.plan.write_text(
        text.replace('"echo 12 passed; test ! -e broken"', f'"{run_it}", {word}'), encoding="utf-8"
    )
    assert f"file {word}  SHA-256" in gonogo("trust").out
    trust(gonogo)
    assert gonogo("check", "run", "suite").code == 0
    (ran,) = [one for one in gonogo("log", "--json").facts["events"] if one["kind"] == "check.finished"]
    assert ran["data"]["files"] == {word: hashlib.sha256(script.read_bytes()).hexdigest()}

    script.write_text("exit 0 # rewritten\n", encoding="utf-8")

    assert gonogo("trust").code == 3
    refused = gonogo("check", "run", "suite")
    assert refused.code == 77
    assert "a file they name changed since" in refused.err


def scripted(release: Release) -> Path:
    """A release that is GO as soon as its only item is done: the suite is a script beside the plan."""
    script = release.directory / "suite.sh"
    script.write_text("exit 0\n", encoding="utf-8")
    base = release.fleet.url("").rstrip("/")
    release.plan.write_text(
        f"""\
release: 2026.11
environments: [staging]
people:
  me: {{account: {account()}}}
products:
  web: {{version: 1.3.0, previous: 1.2.0, probe: {{url: "{base}/{{environment}}/version", instances: 1}}}}
checklist:
  Preparation:
    - {{id: suite, title: Test suite, check: {{run: [sh, suite.sh]}}}}
gates:
  staging: [{{checklist: [Preparation]}}]
rules: {{release.draft: off}}
""",
        encoding="utf-8",
    )
    release.runs("staging", "1.2.0")
    return script


def stands(gonogo: Here) -> tuple[int, str]:
    """The exit code of the verdict, and what the list of checks says about the suite."""
    (check,) = gonogo("check", "run", "--json").facts["checks"]
    return gonogo("status").code, check["says"]


def too_large(script: Path) -> None:
    """What nobody reads to its end stands for what nobody may read: the account of a test may be root."""
    with script.open("r+b") as file:
        file.truncate(65 * 1024 * 1024)


CHANGES: list[tuple[Callable[[Path], object], str, str]] = [
    (
        lambda script: script.write_text("exit 0 # rewritten\n", encoding="utf-8"),
        "changed",
        "suite.sh was changed",
    ),
    (Path.unlink, "changed", "suite.sh was removed"),
    (too_large, "unknown", "larger than 64 MiB"),
]


@pytest.mark.parametrize(("edit", "says", "words"), CHANGES, ids=["rewritten", "removed", "unreadable"])
def test_a_check_that_passed_by_another_script_is_not_passed(
    gonogo: Here, release: Release, edit: Callable[[Path], object], says: str, words: str
) -> None:
    """GO while the script is the one that passed; not GO once it is not; GO again when what is there passed."""
    script = scripted(release)
    trust(gonogo)
    assert gonogo("check", "run", "suite").code == 0
    assert stands(gonogo) == (0, "passed")

    edit(script)

    assert stands(gonogo) == (4, says)
    why = gonogo("why")
    assert words in why.out
    assert "gonogo trust    then  gonogo check run suite" in why.out
    assert words in str(gonogo("status", "--json").facts)
    assert words in gonogo("check", "run", "suite", "--last").out

    script.unlink(missing_ok=True)
    script.write_text("exit 0 # mended\n", encoding="utf-8")
    trust(gonogo)
    assert gonogo("check", "run", "suite").code == 0
    assert stands(gonogo) == (0, "passed")


def test_nobody_ticks_on_a_check_that_passed_by_another_script(gonogo: Here, release: Release) -> None:
    """The item was reopened; the last word of a person needs a check that still counts."""
    script = scripted(release)
    trust(gonogo)
    assert gonogo("check", "run", "suite").code == 0
    assert gonogo("untick", "suite", "--reason", "once more").code == 0
    script.write_text("exit 0 # rewritten\n", encoding="utf-8")

    refused = gonogo("tick", "suite")

    assert refused.code == 3
    assert "suite.sh was changed since it passed" in refused.err


def test_a_script_that_changes_while_it_runs_has_found_nothing_out(gonogo: Here, checked: Release) -> None:
    """What ran is neither what was trusted nor what stands there now."""
    script = checked.plan.parent / "suite.sh"
    script.write_text("echo true > suite.sh\n", encoding="utf-8")
    text = checked.plan.read_text(encoding="utf-8")
    checked.plan.write_text(
        text.replace('[sh, -c, "echo 12 passed; test ! -e broken"]', "[sh, suite.sh]"), encoding="utf-8"
    )
    trust(gonogo)

    found = gonogo("check", "run", "suite")

    assert found.code == 4
    assert "suite.sh changed while it ran" in found.out


def test_a_command_decides_its_item_both_ways(gonogo: Here, checked: Release) -> None:
    """It passes and ticks, it fails and reopens; each with exit code and the end of what it said."""
    trust(gonogo)
    passed = gonogo("check", "run", "suite")
    assert (passed.code, passed.out) == (0, "suite: passed, exit code 0; the item is done\n")
    (checked.directory / "broken").touch()
    failed = gonogo("check", "run", "suite")
    assert failed.code == 3
    assert failed.out.splitlines() == ["suite: failed, exit code 1: 12 passed; the item is open", "  12 passed"]
    listed = gonogo("check", "run").out
    assert re.search(r"^suite +failed +\d+s ago", listed, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_no_command_outlives_the_program_that_ran_it(
    gonogo: Here, checked: Release, number: signal.Signals
) -> None:
    """A terminal that is closed, a job that is ended: the command ends with it, and nothing is recorded."""
    text = checked.plan.read_text(encoding="utf-8")
    slow = "echo $$ > pid; exec sleep 600"
    checked.plan.write_text(text.replace("echo 12 passed; test ! -e broken", slow), encoding="utf-8")
    trust(gonogo)
    pid = checked.plan.parent / "pid"
    process = subprocess.Popen(
        [sys.executable, "-m", "gonogo", "check", "run", "suite"], cwd=pid.parent, stderr=subprocess.DEVNULL
    )
    until(lambda: pid.exists() and pid.read_text(encoding="utf-8").strip() != "", "the command runs")

    process.send_signal(number)

    assert process.wait(30) == 128 + number
    command = Path(f"/proc/{pid.read_text(encoding='utf-8').strip()}")
    until(lambda: not command.exists(), "the command ends as well")
    assert "suite" not in gonogo("log").out


@pytest.mark.needs("sshd")
def test_what_a_check_said_last_can_be_read_without_running_it(gonogo: Here, checked: Release) -> None:
    """The kept output is evidence, also of a check that passed."""
    trust(gonogo)
    assert "not run yet" in gonogo("check", "run", "suite", "--last").out
    assert gonogo("check", "run", "suite").code == 0
    (checked.plan.parent / "broken").touch()

    found = gonogo("check", "run", "suite", "--last")

    assert found.code == 0
    assert "passed" in found.out
    assert "  12 passed" in found.out.splitlines()
    assert gonogo("check", "run", "suite", "--last", "--json").facts["check"]["output"] == "12 passed\n"


def test_after_the_end_no_command_is_run(gonogo: Here, checked: Release) -> None:
    """Not run and then refused: refused."""
    text = checked.plan.read_text(encoding="utf-8").replace("account: ", "shared: false, account: ", 1)
    checked.plan.write_text(text.replace("echo 12 passed; test ! -e broken", "touch ran"), encoding="utf-8")
    trust(gonogo)
    assert gonogo("start").code == 0
    code = re.search(r"--confirm (\S+)", gonogo("cancel", "--reason", "the vendor is not ready").out)
    assert code is not None
    assert gonogo("cancel", "--reason", "the vendor is not ready", "--confirm", code[1]).code == 0

    refused = gonogo("check", "run", "suite")

    assert refused.code == 3
    assert "the release is cancelled by" in refused.err
    assert not (checked.plan.parent / "ran").exists()


@pytest.mark.needs("sshd")
def test_a_tag_is_verified_by_the_keys_the_plan_names(gonogo: Here, checked: Release) -> None:
    """`signed: true` counts the keys of `allowed_signers`, and without that file nobody knows."""
    web = checked.plan.parent / "web"
    key = checked.plan.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=30)
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "gpg.format=ssh", "-c", f"user.signingKey={key}"]
    git(web, *who, "tag", "-f", "-s", "-m", "1.3.0", "v1.3.0", "v1.3.0^{}")
    text = checked.plan.read_text(encoding="utf-8").replace("{git: web}", "{git: web, signed: true}")
    checked.plan.write_text(text, encoding="utf-8")
    unknown = gonogo("check", "run", "tagged")
    public = key.with_suffix(".pub").read_text(encoding="utf-8")
    (key.parent / "keys").write_text(f"a@b {public}", encoding="utf-8")
    checked.plan.write_text(f"{text}allowed_signers: keys\n", encoding="utf-8")

    found = gonogo("check", "run", "tagged")

    assert (unknown.code, found.code) == (4, 0)
    assert "whose keys count: allowed_signers" in unknown.out
    assert "signed; the item is done" in found.out


def test_a_person_cannot_tick_what_a_check_decides(gonogo: Here, checked: Release) -> None:
    """The refusal names the command that decides it."""
    refused = gonogo("tick", "suite")
    assert refused.code == 3
    assert "is decided by its check, which has not been run" in refused.err


def test_a_url_is_judged_by_status_and_text(gonogo: Here, checked: Release) -> None:
    """Another status or text fails; no answer is unknown."""
    checked.fleet.answers["/health"] = Canned(b"all ok")
    assert gonogo("check", "run", "health").out == "health: passed, 200 OK; the item is done\n"
    checked.fleet.answers["/health"] = Canned(b"degraded")
    missing = gonogo("check", "run", "health")
    assert (missing.code, missing.out.splitlines()[0]) == (
        3,
        "health: failed, 200 OK, without the text 'ok'; the item is open",
    )
    checked.fleet.answers["/health"] = Canned(b"", status=503)
    assert "503 Service Unavailable, expected 200" in gonogo("check", "run", "health").out


def test_a_metric_needs_every_sample_on_its_side(gonogo: Here, checked: Release) -> None:
    """Two samples cover two seconds; no data is unknown, never good."""
    checked.fleet.answers[_QUERY] = number("0.001")
    passed = gonogo("check", "run", "quiet")
    assert (passed.code, passed.out) == (
        0,
        "quiet: passed, 2 of 2 samples below 0.01, the last is 0.001; the item is done\n",
    )
    checked.fleet.answers[_QUERY] = number("0.02")
    assert "sample 1 of 2 is 0.02, not below 0.01" in gonogo("check", "run", "quiet").out
    checked.fleet.answers[_QUERY] = number("NaN")
    unknown = gonogo("check", "run", "quiet")
    assert unknown.code == 4
    assert "quiet: unknown, sample 1 of 2: " in unknown.out


def test_a_light_tag_fails_and_a_file_that_disagrees_is_named(gonogo: Here, checked: Release) -> None:
    """Both are read from git as it was committed."""
    assert "v1.3.0 is a light tag" in gonogo("check", "run", "tagged").out
    stated = gonogo("check", "run", "stated")
    assert stated.code == 3
    assert "notes.txt states 2; planned is 1.3.0" in stated.out


def test_versions_lists_who_disagrees(gonogo: Here, checked: Release) -> None:
    """Every place with what it states; the exit code tells a script."""
    found = gonogo("versions")
    assert found.code == 3
    assert found.out.splitlines() == [
        "web  planned 1.3.0, read at tag v1.3.0",
        "  disagrees  2              notes.txt  {version}",
    ]
    facts = json.loads(gonogo("versions", "web", "--json").out)
    assert facts["products"][0]["files"][0]["verdict"] == "disagrees"


def test_an_item_without_a_check_says_so(gonogo: Here, checked: Release) -> None:
    """And what to type instead."""
    refused = gonogo("check", "run", "announce-window")
    assert (refused.code, "gonogo tick announce-window" in refused.err) == (2, True)
