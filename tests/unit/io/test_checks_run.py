"""Commands of a plan: what they find, what they cannot do, and that nothing of them stays behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding, Progress
from gonogo.io.checks.run import run_command
from gonogo.testing.clock import FakeClock
from support.waiting import until


def run(
    tmp_path: Path,
    script: str,
    *,
    timeout: float = 20,
    without: tuple[str, ...] = (),
    stop: threading.Event | None = None,
) -> Finding:
    """The finding of a Python script run as a check."""
    wanted = stop or threading.Event()
    return run_command(
        [sys.executable, "-c", script], tmp_path, timeout, FakeClock(), without=without, cancelled=wanted.is_set
    )


class _Ended(Exception):  # noqa: N818
    """What a handler of the program raises."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_comes_while_a_command_is_started_ends_the_command_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """It runs by then, and without this nobody would hold it."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def hit(*argv: Any, **options: Any) -> "subprocess.Popen[bytes]":
        started.append(popen(*argv, **options))
        signal.raise_signal(number)
        return started[0]

    def end(_number: int, _frame: object) -> None:
        raise _Ended

    monkeypatch.setattr(subprocess, "Popen", hit)
    before = signal.signal(number, end)
    try:
        with pytest.raises(_Ended):
            run(tmp_path, "import time; time.sleep(600)")
        assert signal.getsignal(number) is end
    finally:
        signal.signal(number, before)
    assert started[0].poll() is not None


def test_exit_code_zero_passes_and_keeps_what_was_said(tmp_path: Path) -> None:
    """The output and its digest are evidence."""
    finding = run(tmp_path, "print('12 passed')")
    assert (finding.outcome, finding.exit_code, finding.output) == (CheckOutcome.PASSED, 0, "12 passed\n")
    assert len(finding.output_sha256) == 64


def test_another_exit_code_fails_and_repeats_the_last_line(tmp_path: Path) -> None:
    """The line with the reason is most often the last."""
    finding = run(tmp_path, "import sys; print('3 failed', file=sys.stderr); sys.exit(7)")
    assert (finding.outcome, finding.exit_code) == (CheckOutcome.FAILED, 7)
    assert finding.summary == "exit code 7: 3 failed"


def test_a_signal_fails_by_name(tmp_path: Path) -> None:
    """A command that was killed did not pass."""
    finding = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (finding.outcome, finding.summary) == (CheckOutcome.FAILED, "ended by SIGKILL")


def test_a_command_that_does_not_exist_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not run, so it neither passed nor failed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = run_command(["no-such-command"], tmp_path, 5, FakeClock())
    assert finding.outcome is CheckOutcome.UNKNOWN
    assert finding.summary == "'no-such-command' cannot be started: No such file or directory"


def test_time_up_is_unknown_and_ends_the_whole_group(tmp_path: Path) -> None:
    """Neither the command nor what it started goes on, and nobody reads a time-out as a result."""
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open('pid', 'w').write(str(child.pid)); time.sleep(600)"
    )
    finding = run(tmp_path, script, timeout=1.5)
    assert (finding.outcome, finding.summary) == (CheckOutcome.UNKNOWN, "no end within 1.5 s")
    child = int((tmp_path / "pid").read_text())
    until(lambda: _is_gone(child), "the child ends as well")


def test_it_can_be_stopped(tmp_path: Path) -> None:
    """Whoever stops a check gets UNKNOWN at once, and a word that it was them."""
    stop = threading.Event()
    found: list[Finding] = []
    script = "open('here', 'w').close(); import time; time.sleep(600)"
    thread = threading.Thread(target=lambda: found.append(run(tmp_path, script, timeout=600, stop=stop)))
    thread.start()
    until((tmp_path / "here").exists, "the command runs")
    stop.set()
    thread.join(20)
    assert [(one.outcome, one.summary) for one in found] == [
        (CheckOutcome.UNKNOWN, "stopped by hand before it ended")
    ]


def test_something_left_behind_does_not_hold_the_result(tmp_path: Path) -> None:
    """A command that leaves a server running with its output open has ended all the same."""
    script = "import subprocess; subprocess.Popen(['sleep', '600']); print('ok')"
    finding = run(tmp_path, script, timeout=60)
    assert (finding.outcome, finding.output) == (CheckOutcome.PASSED, "ok\n")


def test_credentials_and_descriptors_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command sees neither the variables that hold tokens nor our open files, and has no terminal to ask on."""
    monkeypatch.setenv("PAYMENTS_TOKEN", "canary")
    monkeypatch.setenv("HARMLESS", "yes")
    with (tmp_path / "journal").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        script = (
            "import os, sys\n"
            "print('PAYMENTS_TOKEN' in os.environ, os.environ['HARMLESS'], sys.stdin.read() == '')\n"
            f"print(os.path.exists('/proc/self/fd/{ours.fileno()}'))"
        )
        finding = run(tmp_path, script, without=("PAYMENTS_TOKEN",))
    assert finding.output == "False yes True\nFalse\n"


def test_a_flood_is_counted_whole_and_kept_at_its_end(tmp_path: Path) -> None:
    """Twenty megabytes cost no memory, and the end, where the reason stands, is what stays."""
    finding = run(tmp_path, "for _ in range(200_000): print('x' * 99)\nprint('the reason')")
    assert finding.output.startswith("[the last part of 20000011 bytes]\n")
    assert finding.output.endswith("the reason\n")
    assert len(finding.output) < 9_000


def test_what_it_says_is_shown_and_cannot_be_obeyed(tmp_path: Path) -> None:
    """Control characters of a command never reach a terminal."""
    finding = run(tmp_path, r"print('\x1b[2J\x9b31m\u202e'); import sys; sys.exit(1)")
    assert not set(finding.output + finding.summary) & set("\x1b\x9b\u202e")


def test_progress_is_told_while_it_runs(tmp_path: Path) -> None:
    """A long run says that it lives, and its last line."""
    told: list[Progress] = []
    script = "import os, time; print('step 1', flush=True)\nwhile not os.path.exists('go'): time.sleep(.05)"

    def hear(progress: Progress) -> None:
        told.append(progress)
        (tmp_path / "go").touch()

    run_command([sys.executable, "-c", script], tmp_path, 60, FakeClock(), progress=hear)
    assert told[0].line == "step 1"
    assert told[0].seconds >= 1


def _is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"  # ended; whoever adopted it has not looked yet
