"""Running a command that prints a secret: an argument list, no terminal, bounded in time and bytes.

No text made here holds what it printed.
"""

import atexit
import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from gonogo.errors import ConfigError
from gonogo.io.host.held_signals import HeldSignals
from gonogo.text import clean

OUTPUT_LIMIT = 64 * 1024

_running: "set[subprocess.Popen[bytes]]" = set()
"""Those that threads wait for; who leaves the program does not wait for those threads."""


def printed_by(argv: Sequence[str], environ: Mapping[str, str], seconds: float, whose: str) -> bytes:
    """All that `argv` prints. `whose` names the credential in what is said of it.

    Raises ConfigError when it cannot be started, fails, or does not end within its bounds.
    """
    where = f"{whose}: command {clean(argv[0], 200)}"
    held = HeldSignals()
    held.hold()
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        held.let_go()
        said = error.strerror if isinstance(error, OSError) else "holds a character no command line can carry"
        raise ConfigError(f"{where}: {said}") from error
    _running.add(process)
    try:
        held.let_go()
        output, complete = _output(process, seconds)
    finally:
        _running.discard(process)
        _leave(process)
    if not complete:
        raise ConfigError(
            f"{where} did not end within {seconds:.3g} s and {OUTPUT_LIMIT // 1024} KiB of output",
            remedy="run it by hand to see what it waits for",
        )
    if process.returncode:
        raise ConfigError(
            f"{where} failed with exit code {process.returncode}", remedy="run it by hand to see why"
        )
    return output


def _output(process: "subprocess.Popen[bytes]", seconds: float) -> tuple[bytes, bool]:
    """What it prints, and whether it ended within its bounds; what does not is left to `_leave`."""
    assert process.stdout is not None
    end = time.monotonic() + seconds
    output = b""
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    while len(output) <= OUTPUT_LIMIT and poll.poll(max(0.0, end - time.monotonic()) * 1000):
        piece = os.read(process.stdout.fileno(), OUTPUT_LIMIT)
        if not piece:
            break
        output += piece
    else:
        return b"", False
    try:
        process.wait(max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return b"", False
    return output, True


def _leave(process: "subprocess.Popen[bytes]") -> None:
    """End it with its children; what runs as another account by now is not ours to end, and not waited for."""
    assert process.stdout is not None
    process.stdout.close()
    if process.returncode is None:
        _kill(process)
        # whoever waits for the secret does not wait for this; somebody has to take in its exit code
        threading.Thread(target=process.wait, name="gonogo-reap", daemon=True).start()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(PermissionError, ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@atexit.register
def _leave_nothing_behind() -> None:
    """A command that hangs leads a session of its own: nobody else would ever end it."""
    for process in tuple(_running):
        if process.returncode is None:
            _kill(process)
