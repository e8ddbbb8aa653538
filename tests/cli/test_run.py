"""The outermost door: whatever happens inside, one exit code, one message, no traceback."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Here, Release
from cli.program import run
from gonogo import wiring
from gonogo.cli.context import Options
from gonogo.cli.run import run as call
from gonogo.errors import ConflictError, ExitCode, GonogoError
from gonogo.testing.events import make_actor
from support.servers import free_port


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the plan's loading end like this."""

    def load(*_: object) -> None:
        token = "-".join(["s3cr3t", "value"])
        raise error if token else AssertionError

    monkeypatch.setattr(wiring, "load_plan", load)
    monkeypatch.setattr(wiring, "open_session", load)


@pytest.mark.parametrize("kind", GonogoError.__subclasses__())
def test_each_error_has_its_exit_code(
    kind: type[GonogoError], gonogo: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message, place and remedy on stderr, nothing on stdout."""
    failing(monkeypatch, kind("it went wrong", where="here", remedy="do that"))

    done = gonogo("log")

    assert (done.code, done.out) == (kind.exit_code, "")
    assert done.err == "gonogo: here: it went wrong\n  do that\n"


def test_exit_codes_are_the_documented_ones() -> None:
    """They are API."""
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0, "FAILURE": 1, "USAGE": 2, "NO_GO": 3, "UNKNOWN": 4, "CONFLICT": 5, "INTEGRITY": 6, "IO": 74,
        "BUSY": 75, "NOT_PERMITTED": 77, "CONFIG": 78, "TIMEOUT": 124, "INTERRUPTED": 130,
    }  # fmt: skip


def test_an_error_as_json(gonogo: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """One object in one line on stderr."""
    failing(monkeypatch, ConflictError("ben was first", remedy="look again"))

    error = gonogo("log", "--json").error

    assert (error["kind"], error["exit_code"], error["message"], error["remedy"]) == (
        "conflict", 5, "ben was first", "look again",
    )  # fmt: skip


def test_a_wrong_command_line_is_json_too(gonogo: Here) -> None:
    """Also where nothing could be parsed."""
    assert gonogo("--json", "tik").error["kind"] == "usage"


def test_a_bug_leaves_a_private_report_without_values(gonogo: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for who suffered it; the frames, and no variable, for who repairs it."""
    failing(monkeypatch, KeyError("web"))

    done = gonogo("log")

    assert done.code == 1
    first = done.err.splitlines()[0]
    assert first.startswith("gonogo: gonogo stopped on an error of its own (KeyError); the traceback is in ")
    assert "Traceback" not in done.err
    report = Path(first.rpartition(" is in ")[2])
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text(encoding="utf-8")
    assert "KeyError: 'web'" in text
    assert "in load" in text
    assert "s3cr3t-value" not in text


def test_ctrl_c_is_130_and_quiet(gonogo: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever interrupts knows that they did."""
    failing(monkeypatch, KeyboardInterrupt())

    assert gonogo("log") == (130, "", "")


def test_a_conflict_is_5(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody else ticked it: nothing is recorded for me, and I am told who."""
    from gonogo.acts.checklist import Tick
    from gonogo.engine.session import Session
    from gonogo.testing.journal import MemoryLog

    log = MemoryLog(wiring.clock())
    source = wiring.plan_source(Options())

    def session_of(user: str, uid: int) -> Session:
        actor = make_actor(user, uid)
        return Session(source.load(), log.open(actor), wiring.clock(), actor, wiring.new_event_id, source)

    session_of("ben", 1002).submit(Tick("tests"))

    class Doors:
        """The real ones, but for the journal."""

        def __getattr__(self, name: str) -> Any:
            return getattr(wiring, name)

        def open_session(self, *_: object) -> Session:
            return session_of("ana", 1001)

    code = call(["tick", "tests"], Doors())
    said = capsys.readouterr().err

    assert code == 5
    assert said.startswith("gonogo: 'tests' was ticked by ben at ")


def test_a_full_disk_behind_stdout_is_told(release: Release) -> None:
    """An answer that could not be printed is no success."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gonogo", "tick"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip

    assert done.returncode == 74
    assert done.stderr == "gonogo: standard output: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(
    "verb", [["tick", "tests"], ["note", "tests", "a remark"], ["freeze", "now", "--reason", "a storm"]]
)
def test_what_was_recorded_is_no_failure_when_the_answer_cannot_be_printed(
    release: Release, verb: list[str]
) -> None:
    """Who gets 74 does it again, and then it stands twice in the trail."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gonogo", *verb],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip

    assert done.returncode == 0
    assert done.stderr.startswith("warning: recorded, but the answer could not be printed: standard output:")
    assert run(["log"]).out.count("\n") == 1


def test_what_was_recorded_is_no_failure_when_nobody_reads_the_answer(release: Release) -> None:
    """`gonogo tick tests | true` has ticked."""
    shell = f"set -o pipefail; {sys.executable} -m gonogo tick tests | true"

    assert subprocess.run(["bash", "-c", shell], check=False, timeout=60).returncode == 0
    assert run(["log"]).out.count("\n") == 1


def test_closed_descriptors_never_become_the_journal(release: Release) -> None:
    """With stdout and stderr closed, the next file opened would get their numbers."""
    shell = f"exec {sys.executable} -m gonogo tick tests >&- 2>&-"

    done = subprocess.run(["bash", "-c", shell], check=False, timeout=60)

    assert done.returncode == 0
    assert run(["journal", "verify"]).code == 0
    assert run(["log"]).out.count("\n") == 1


def test_watch_prints_again_on_change_and_ends_with_ctrl_c(release: Release) -> None:
    """One line of JSON for each change, exit 0."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(f"{text}defaults: {{every: 2s}}\n", encoding="utf-8")
    watch = subprocess.Popen(
        [sys.executable, "-m", "gonogo", "matrix", "--watch", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watch.stdout is not None
    try:
        first = watch.stdout.readline()
        release.runs("production", "1.3.0")
        second = watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        _, told = watch.communicate(timeout=30)
    finally:
        watch.kill()
        watch.wait()

    assert '"1.2.0"' in first
    assert '"1.3.0"' in second.partition('"production"')[2].partition("]")[0]
    assert (watch.returncode, told) == (0, "")


def test_the_cockpit_is_refused_without_a_terminal(release: Release) -> None:
    """One sentence with what to type instead; exit 2."""
    for argv in ([], ["open"], ["open", "release.yaml"]):
        refused = run(argv)

        assert (refused.code, refused.out) == (2, "")
        assert refused.err == (
            "gonogo: the cockpit needs a terminal: stdin is not one\n  gonogo status    tells the same in text\n"
        )


def test_a_headless_fleet_goes_away_with_its_directory(release: Release, tmp_path: Path) -> None:
    """SIGTERM: everything is unwound, exit 143."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    text = release.plan.read_text(encoding="utf-8")
    # the plan names a port of this machine where nobody listens yet: the fleet will
    release.plan.write_text(text.replace(release.fleet.url("").rstrip("/"), f"http://127.0.0.1:{free_port()}"))
    fleet = subprocess.Popen(
        [sys.executable, "-m", "gonogo", "rehearse", "--serve"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    assert fleet.stdout is not None
    try:
        assert fleet.stdout.readline().startswith("fleet    http://127.0.0.1:")
        assert list(scratch.iterdir())
        fleet.terminate()
        _, told = fleet.communicate(timeout=30)
    finally:
        fleet.kill()
        fleet.wait()

    assert (fleet.returncode, list(scratch.iterdir())) == (143, []), told


@pytest.mark.parametrize(
    "verb", [["status"], ["why"], ["matrix"], ["log"], ["tick"], ["report"], ["rollback", "plan"]]
)
def test_who_only_looks_needs_no_home_to_write_to(release: Release, verb: list[str]) -> None:
    """Reading verbs answer on a host where the account has no home; recording ones say why they cannot."""
    env = {"HOME": "/proc/nowhere", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}

    looked = run(verb, env=env)
    assert looked.code in {0, 3, 4}, looked.err
    assert looked.out

    refused = run(["tick", "tests"], env=env)
    assert refused.code in {74, 77}
    assert "cannot make a journal" in refused.err


@pytest.mark.parametrize("verb", ["status", "check", "log", "init"])
def test_a_directory_that_was_removed_is_told(
    gonogo: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """No path means anything there; it is no error of the program."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    told = gonogo(verb)
    assert (told.code, told.out) == (ExitCode.USAGE, "")
    assert told.err == (
        "gonogo: the current directory does not exist any more\n  cd to a directory that exists, then repeat it\n"
    )
    assert gonogo("--version").code == 0


def test_a_relative_home_is_not_used(gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal would lie somewhere else for each directory one works in."""
    monkeypatch.setenv("HOME", "home")
    told = gonogo("check")
    assert told.code == 0
    assert "HOME is 'home', which is no absolute path; /" in told.err
    assert os.environ["HOME"].startswith("/")
    assert not (release.directory / "home").exists()
