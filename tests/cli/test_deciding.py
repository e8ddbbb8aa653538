"""The deciding verbs as people type them: shown first, bound by a code, told whole."""

import json
import os
import pty
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from cli.program import Result
from gonogo.errors import ExitCode

MORE = """\
manager: me
approvals:
  quality: {{role: qa}}
waivers: {{roles: [release-manager]}}
rollback: {{triggers: [{{id: errors, when: any error}}]}}
"""


@pytest.fixture(autouse=True)
def _decidable(release: Release) -> None:
    """The plan of all tests here lets this account decide, root or not."""
    text = release.plan.read_text()
    me = f"me: {{name: Me Myself, account: {account()}}}"
    assert me in text
    mine = f"me: {{name: Me Myself, account: {account()}, roles: [qa, release-manager], shared: false}}"
    release.plan.write_text(text.replace(me, mine) + MORE.format())


def code_of(found: Result) -> str:
    """The code that was shown."""
    assert found.code == ExitCode.NO_GO, found.err
    return str(json.loads(found.out)["confirm"])


def tick_all(gonogo: Here) -> None:
    """Everything on the list."""
    for item in ("tests", "announce-window", "smoke"):
        assert gonogo("tick", item).code == 0


def test_go_is_shown_then_confirmed(gonogo: Here) -> None:
    """Without the code nothing is recorded, and the command to type stands there."""
    gonogo("start")

    shown = gonogo("go", "staging")

    assert shown.code == ExitCode.NO_GO
    assert "GO for staging: web 1.3.0" in shown.out
    command = shown.out.partition("to do it: ")[2].split()
    done = gonogo(*command[1:])
    assert (done.code, "said GO for staging" in done.out) == (0, True)
    assert "staging GO by" in gonogo("status").out


def test_a_blocked_go_tells_every_reason(gonogo: Here) -> None:
    """Whole lines, the command that waives the first, and exit code 3."""
    gonogo("start")

    found = gonogo("go", "production")

    assert found.code == ExitCode.NO_GO
    assert "  - blocker  item.open item:tests: 'Run the full test suite'" in found.err
    assert "gonogo waive " in found.err
    assert "was refused to go" in gonogo("log").out


def test_a_moved_list_is_shown_again(gonogo: Here, release: Release) -> None:
    """The code of another list is a conflict, and the new one comes with it."""
    gonogo("start")
    code = code_of(gonogo("go", "staging", "--json"))
    release.runs("staging", "1.2.9")

    found = gonogo("go", "staging", "--confirm", code)

    assert found.code == ExitCode.CONFLICT
    assert "what you confirmed has changed since" in found.err
    assert "gonogo go staging --confirm " in found.err


def test_an_approval_is_signed_with_its_content(gonogo: Here) -> None:
    """Versions, revision, changelog, way back: everything that is signed is shown."""
    shown = gonogo("approve", "quality")
    assert "web version: 1.3.0" in shown.out
    assert "web changelog: 2 commits since v1.2.0" in shown.out
    assert "web rollback: to 1.2.0" in shown.out
    code = code_of(gonogo("approve", "quality", "--json"))

    done = gonogo("approve", "quality", "--confirm", code)

    assert done.code == 0
    facts = json.loads(gonogo("status", "--json").out)
    assert facts["approvals"][0]["standing"] == "given"


def test_a_new_commit_voids_an_approval(gonogo: Here, release: Release) -> None:
    """A tag that moved ships something else, and the status names it."""
    code = code_of(gonogo("approve", "quality", "--json"))
    gonogo("approve", "quality", "--confirm", code)
    repository = release.directory / "web"
    for words in (
        ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "--allow-empty", "-qm", "fix: more"),
        ("tag", "-f", "v1.3.0"),
    ):
        subprocess.run(["git", "-C", repository, *words], check=True, capture_output=True)

    found = json.loads(gonogo("status", "--json").out)["approvals"][0]

    assert (found["standing"], found["rule"]) == ("missing", "approval.void")
    assert "web revision" in found["fact"]


def test_an_edited_plan_is_an_amendment(gonogo: Here, release: Release) -> None:
    """Shown as a diff, exit 3 until it is accepted, then exit 0."""
    gonogo("start")
    assert gonogo("amend", "show").code == 0
    release.plan.write_text(release.plan.read_text().replace("Smoke tests", "All smoke tests"))

    shown = gonogo("amend", "show")
    assert shown.code == ExitCode.NO_GO
    assert "items smoke/title: Smoke tests -> All smoke tests" in shown.out
    assert gonogo("amend", "accept", "--confirm", _pending(gonogo)).code == 0

    assert gonogo("amend", "show").code == 0
    assert "accepted the amended plan" in gonogo("log").out


def _pending(gonogo: Here) -> str:
    return str(json.loads(gonogo("amend", "show", "--json").out)["pending"]["confirm"])


def test_completing_tells_everything_open(gonogo: Here) -> None:
    """The whole list; nothing but an empty one completes."""
    gonogo("start")

    found = gonogo("complete", "--json")

    assert found.code == ExitCode.NO_GO
    error = json.loads(found.err)["error"]
    assert error["rule"] == "complete.open"
    assert any("item.open item:smoke" in fact for fact in error["facts"])


def test_a_release_from_start_to_end(gonogo: Here, release: Release) -> None:
    """Start, everything done, go with a waiver, complete: and then nothing changes any more."""
    gonogo("start")
    tick_all(gonogo)
    words = (
        "waive", "approval.missing:approval:quality", "--env", "production", "--until", "2h",
        "--reason", "quality signs tomorrow",
    )  # fmt: skip
    waived = gonogo(*words, "--confirm", code_of(gonogo(*words, "--json")))
    assert waived.code == 0, waived.err
    done = gonogo("go", "production", "--confirm", code_of(gonogo("go", "production", "--json")))
    assert done.code == 0, done.err
    release.runs("production", "1.3.0")

    ended = gonogo("complete", "--confirm", code_of(gonogo("complete", "--json")))

    assert ended.code == 0, ended.err
    assert gonogo("tick", "tests").code == ExitCode.NO_GO
    told = gonogo("status").out
    assert "completed by" in told
    head = told.splitlines()[0]
    assert re.fullmatch(rf"COMPLETED \d{{4}}-\d\d-\d\d \d\d:\d\d UTC by Me Myself \({account()}\)", head), head
    assert told.index("It is over.") < told.index("NO-GO")
    assert gonogo("why").out.splitlines()[0] == head
    assert gonogo("report").out.splitlines()[2] == f"**{head}**"
    assert gonogo("report", "--json").facts["ended"] == head


def test_a_waiver_is_bound_to_what_was_shown(gonogo: Here) -> None:
    """Shown first, with everything the rule speaks of; when one of them is gone, it is shown again."""
    gonogo("start")
    words = ("waive", "item.open", "--env", "production", "--until", "2h", "--reason", "we know about both")

    shown = gonogo(*words)
    assert (shown.code, "nothing is recorded yet" in shown.err) == (3, True)
    assert "item.open item:announce-window" in shown.out
    assert (
        "gonogo waive item.open --reason 'we know about both' --until 2h --env production --confirm" in shown.out
    )
    code = code_of(gonogo(*words, "--json"))
    gonogo("tick", "tests")
    moved = gonogo(*words, "--confirm", code)

    assert (moved.code, "has changed since" in moved.err) == (ExitCode.CONFLICT, True)


def test_waive_needs_an_end_that_can_be_read(gonogo: Here) -> None:
    """The mistake and how it is written."""
    gonogo("start")

    missing = gonogo("waive", "item.open", "--reason", "we know about it")
    wrong = gonogo("waive", "item.open", "--reason", "we know about it", "--until", "soon")

    assert (missing.code, wrong.code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "--until is missing" in missing.err
    assert "'soon' is not a length of time" in wrong.err


def test_evidence_is_kept_with_its_digest(gonogo: Here, release: Release) -> None:
    """A file by name and hash, a link, an output."""
    proof = release.directory / "dump.sql"
    proof.write_bytes(b"data")

    done = gonogo(
        "tick", "tests", "--file", "dump.sql", "--link", "https://ci.test/9", "--output", "12 passed", "--json"
    )

    assert done.code == 0, done.err
    kinds = {one["kind"]: one for one in json.loads(done.out)["evidence"]}
    assert kinds["file"]["sha256"] == "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"
    assert (kinds["file"]["size"], kinds["link"]["text"]) == (4, "https://ci.test/9")


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--file", "nowhere.txt", ExitCode.USAGE),
        ("--file", ".", ExitCode.IO),
        ("--file", "a\0b", ExitCode.USAGE),
        ("--link", "ftp://x", ExitCode.USAGE),
        ("--output", " ", ExitCode.USAGE),
    ],
)
def test_evidence_that_is_none(gonogo: Here, option: str, value: str, code: ExitCode) -> None:
    """Refused before anything is recorded."""
    found = gonogo("tick", "tests", option, value)

    assert found.code in {code, ExitCode.USAGE}
    assert gonogo("log").out.strip() == "nothing is recorded yet"


def test_a_claim_is_shown_and_kept(gonogo: Here) -> None:
    """Who is at it stands in the answer."""
    assert "took on tests" in gonogo("claim", "te").out
    assert "that holds already" in gonogo("claim", "tests").out
    assert "ended the own claim on tests" in gonogo("unclaim", "tests").out


def test_freeze_thaw_hold_resume_drive_and_bad_versions(gonogo: Here) -> None:
    """One line each, and the status tells them."""
    gonogo("start")
    gonogo("freeze", "now", "--reason", "payments fail", "--env", "production")
    gonogo("hold", "--reason", "vendor")
    gonogo("drive", "--note", "until midnight")
    gonogo("mark-bad", "web", "1.2.5", "--reason", "leaks memory")

    told = gonogo("status").out

    assert "payments fail" in told
    assert "ON HOLD by" in told
    assert f"Me Myself ({account()}) since" in told
    facts = json.loads(gonogo("status", "--json").out)
    assert facts["bad_versions"][0]["version"] == "1.2.5"
    assert (gonogo("thaw").code, gonogo("resume", "--reason", "it is over").code) == (0, 0)


def test_a_version_hold_names_what_runs_there(gonogo: Here) -> None:
    """Without --keep it is the version that was just seen."""
    gonogo("start")

    assert gonogo("hold", "--product", "web", "--env", "production", "--reason", "rolled back").code == 0

    hold = json.loads(gonogo("status", "--json").out)["version_holds"][0]
    assert (hold["version"], hold["environment"]) == ("1.2.0", "production")
    assert gonogo("hold", "--product", "web", "--reason", "x").code == ExitCode.USAGE


def on_a_terminal(directory: Path, typed: str, *argv: str) -> tuple[int, str]:
    """Run the program on a terminal, and type when it asks."""
    parent, child = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "gonogo", *argv], cwd=directory, stdin=child, stdout=child, stderr=child
    )
    os.close(child)
    told, answered = b"", False
    while True:
        try:
            told += os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if b"to do it: " in told and not answered:
            os.write(parent, typed.encode() + b"\n")
            answered = True
    os.close(parent)
    return program.wait(timeout=30), told.decode()


@pytest.mark.parametrize(("typed", "code", "told"), [("1.3.0", 0, "said GO for staging"), ("", 3, "not done")])
def test_on_a_terminal_the_version_is_typed(
    gonogo: Here, release: Release, typed: str, code: int, told: str
) -> None:
    """Enter alone does nothing: there is no default."""
    gonogo("start")

    found = on_a_terminal(release.directory, typed, "go", "staging", "--no-color")

    assert (found[0], told in found[1]) == (code, True), found[1]


def test_whom_the_plan_does_not_name_is_refused_before_a_code_is_shown(gonogo: Here, release: Release) -> None:
    """A code that nobody here could use is no answer: the refusal of cancelling comes at once."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace(f"account: {account()}", "account: nobody-here"), encoding="utf-8")

    refused = gonogo("cancel", "--reason", "we are too late")

    assert refused.code == 77
    assert "--confirm" not in refused.out


@pytest.mark.parametrize(
    "argv",
    [
        ("go", "staging"),
        ("go", "production", "--confirm", "aaaaaa"),
        ("complete",),
        ("break-glass", "production", "checklist.open", "--reason", "fire"),
        ("rollback", "start", "web", "--reason", "errors"),
    ],
)
def test_what_is_refused_whatever_runs_asks_nothing_outside(
    gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    """A release that is not started refuses at once: no endpoint is asked, and no git is waited for that hangs."""
    asked = tmp_path / "asked"
    hanging = tmp_path / "bin" / "git"
    hanging.parent.mkdir()
    hanging.write_text(f"#!/bin/sh\necho asked >> {asked}\nexec sleep 300\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{hanging.parent}:{os.environ['PATH']}")
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("rules: {release.draft: off}\n", ""), encoding="utf-8")

    refused = gonogo(*argv)

    assert refused.code in {ExitCode.NO_GO, ExitCode.NOT_PERMITTED}, refused.err
    assert "not been started" in refused.err or "draft" in refused.err or "start" in refused.err, refused.err
    assert (release.fleet.asked, asked.exists()) == ([], False)


def test_a_go_that_nothing_followed_warns_and_not_once_it_was_deployed(
    gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the program from the go to the warning; only its twenty minutes are none here."""
    release.runs("staging", "1.2.0")
    assert gonogo("start").code == 0
    done = gonogo("go", "staging", "--confirm", code_of(gonogo("go", "staging", "--json")))
    assert done.code == 0, done.err
    assert "go.unused" not in _warnings(gonogo)

    monkeypatch.setattr("gonogo.rules.going.UNUSED_AFTER", timedelta(0))

    assert "go.unused" in _warnings(gonogo)
    assert gonogo("status", "--env", "staging").code == 0
    release.runs("staging", "1.3.0")
    assert "go.unused" not in _warnings(gonogo)


def _warnings(gonogo: Here) -> list[str]:
    found = json.loads(gonogo("why", "--env", "staging", "--json").out)["warnings"]
    return [one["rule"] for one in found]
