"""Signals that come while a process is being started: heard once there is somebody to end it.

A handler that raises, as ours for SIGTERM and SIGHUP do, would come out of the middle of `Popen`: the process runs
by then, and nobody holds it. A blocked signal would stay blocked in the process; a handler of ours does not.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType

_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class HeldSignals:
    """From `hold` on signals are only noted; `let_go` has each of them handled, in the caller's own block."""

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}
        self._came: list[int] = []

    def hold(self) -> None:
        """In another thread than the main one there is nothing to hold: no handler runs there."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _HELD:
            handler = signal.getsignal(number)
            # what ends the program by itself, or is ignored, raises nothing
            if callable(handler):
                self._before[number] = handler
                signal.signal(number, lambda came, _: self._came.append(came))

    def let_go(self) -> None:
        """Raises what a handler raises."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        came, self._came = self._came, []
        for one in came:
            signal.raise_signal(one)
