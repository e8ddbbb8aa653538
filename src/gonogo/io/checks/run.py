"""`run`: a command of the plan, as a list of words, never through a shell.

It gets no terminal, no descriptor of ours and no credential. It leads a process group, so that what it started
ends with it when time is up or when somebody stops it.
"""

import os
import select
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding
from gonogo.io.checks.finding import Cancelled, OnProgress, Said, Watched
from gonogo.io.host.held_signals import HeldSignals
from gonogo.ports import Clock
from gonogo.text import clean

_LOOK = 0.2
"""Seconds between two looks at the time and at whether the result is still wanted."""
_GRACE = 2.0
"""Seconds between asking a command to end and ending it."""


class _Stopped(Exception):  # noqa: N818  # the end of waiting, turned into a finding
    """The command is not waited for any longer; the text says why."""


def run_command(
    argv: Sequence[str],
    directory: Path,
    timeout: float,
    clock: Clock,
    *,
    without: Iterable[str] = (),
    cancelled: Cancelled = lambda: False,
    progress: OnProgress = lambda _: None,
) -> Finding:
    """Run `argv` in `directory` for at most `timeout` seconds. Exit code 0 passes. Never raises.

    `without` names environment variables the command must not see: those that hold credentials.
    """
    started_at = clock.now()
    said = Said()

    def found(outcome: CheckOutcome, summary: str, exit_code: int | None = None) -> Finding:
        return Finding(outcome, summary, started_at, clock.now(), said.end, said.sha256, exit_code)

    hidden, held = set(without), HeldSignals()
    held.hold()
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in os.environ.items() if name not in hidden},
            close_fds=True,
            start_new_session=True,  # no terminal to ask questions on, and one group to end
        )
    except (OSError, ValueError) as error:
        held.let_go()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return found(CheckOutcome.UNKNOWN, clean(f"'{argv[0]}' cannot be started: {reason}", 300))
    try:
        held.let_go()  # here, where what is raised ends the command as well
        _listen(process, said, timeout, Watched(cancelled, progress, lambda: said.last_line))
        code = process.wait()
    except _Stopped as stopped:
        return found(CheckOutcome.UNKNOWN, str(stopped))
    finally:
        _end(process)
    if code == 0:
        return found(CheckOutcome.PASSED, "exit code 0", 0)
    if code < 0:
        return found(CheckOutcome.FAILED, f"ended by {_signal_name(-code)}", code)
    return found(CheckOutcome.FAILED, clean(f"exit code {code}: {said.last_line}", 300), code)


def _listen(process: "subprocess.Popen[bytes]", said: Said, timeout: float, unwanted: Cancelled) -> None:
    """Take in what it says until its end. Raises _Stopped when there is no point in waiting on."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    began = monotonic()
    speaking = True
    while speaking or process.poll() is None:
        if unwanted():
            raise _Stopped("stopped by hand before it ended")
        if monotonic() - began > timeout:
            raise _Stopped(f"no end within {timeout:g} s")
        if speaking and select.select([pipe], [], [], _LOOK)[0]:
            chunk = os.read(pipe, 64 * 1024)
            said.add(chunk)
            speaking = bool(chunk)
        elif not speaking:
            _wait(process, _LOOK)
        elif process.poll() is not None:
            # it has ended, and something it left behind holds the pipe open: its own words are all here
            return


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group, politely first, and leave nothing behind."""
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        _wait(process, _GRACE)
    _signal_group(process, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left in it, or only what runs as another account now: not ours to end


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
