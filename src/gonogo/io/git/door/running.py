"""One process of git while it runs: what it prints, how long one waits for it, and that nothing of it is left."""

import os
import signal
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from gonogo.io.git.door.complaints import ERRORS_KEPT, AbandonedError, GitTimeoutError

if TYPE_CHECKING:
    import subprocess

CHUNK = 64 * 1024
QUIET_LIMIT = 60.0
"""Seconds a stream may say nothing: a path-limited walk over a long history is silent for a while."""
_LOOK_UP = 0.2
"""Seconds between two looks at whether the answer is still wanted."""


class Patience:
    """How long to wait: to an end set at the start, or as long as something comes; and never for nobody."""

    def __init__(self, timeout: float | None, cancelled: Callable[[], bool] | None) -> None:
        self._limit = timeout or QUIET_LIMIT
        self._whole = timeout is not None
        self._until = monotonic() + self._limit
        self._cancelled = cancelled

    def heard(self) -> None:
        """Something came: a stream may be silent anew."""
        if not self._whole:
            self._until = monotonic() + self._limit

    def check(self, what: str, where: str) -> None:
        """Raise AbandonedError or GitTimeoutError when there is no point in waiting on."""
        if self._cancelled is not None and self._cancelled():
            raise AbandonedError(f"{what} is not wanted any more")
        if monotonic() > self._until:
            raise GitTimeoutError(f"{what} gave no answer within {self._limit:.0f} s", where=where)


def pump(
    process: "subprocess.Popen[bytes]", errors: bytearray, patience: Patience, what: str, where: str
) -> Iterator[bytes]:
    """Yield standard output; keep the head of standard error and drop the rest, so that neither pipe fills up."""
    import selectors

    assert process.stdout is not None
    assert process.stderr is not None
    out, err = process.stdout.fileno(), process.stderr.fileno()
    with selectors.DefaultSelector() as waiting:
        waiting.register(out, selectors.EVENT_READ)
        waiting.register(err, selectors.EVENT_READ)
        while waiting.get_map():
            patience.check(what, where)
            for key, _ in waiting.select(_LOOK_UP):
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    waiting.unregister(key.fd)
                elif key.fd == out:
                    yield chunk
                elif len(errors) < ERRORS_KEPT:
                    errors += chunk
                patience.heard()  # after the reader has worked on it: his time is not git's


def end(process: "subprocess.Popen[bytes]") -> None:
    """Leave no process and no descriptor behind."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None and not pipe.closed:
            pipe.close()
