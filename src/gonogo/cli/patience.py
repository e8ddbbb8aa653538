"""One line on a terminal for whoever waits for answers for longer than a moment; gone when they are there."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MOMENT = 1.0
"""Seconds after which a person wants to know what is waited for."""
_WIDTH = 60


def telling() -> Callable[[int, int], None]:
    """What to call with how many of how many answers are there; does nothing where nobody watches."""
    stream = sys.stderr
    if stream is None or not stream.isatty():
        return lambda _answered, _of: None
    began, shown = time.monotonic(), False

    def tell(answered: int, of: int) -> None:
        nonlocal shown
        if answered < of and time.monotonic() - began > _MOMENT:
            stream.write(f"\r{f'asking: {answered} of {of} answered':<{_WIDTH}}")
            stream.flush()
            shown = True
        elif answered >= of and shown:
            stream.write("\r" + " " * _WIDTH + "\r")
            stream.flush()
            shown = False

    return tell


_BETWEEN = 0.2
"""Seconds between two counts that are shown."""


@contextmanager
def counting() -> Iterator[Callable[[int], None]]:
    """What to call with how many more commits were read, in any thread; gone when the reading ends."""
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield lambda _more: None
        return
    lock = threading.Lock()
    began = last = time.monotonic()
    total, shown = 0, False

    def tell(more: int) -> None:
        nonlocal last, total, shown
        with lock:
            total += more
            now = time.monotonic()
            if now - began > _MOMENT and now - last > _BETWEEN:
                stream.write(f"\r{f'reading history: {total:,} commits':<{_WIDTH}}")
                stream.flush()
                last, shown = now, True

    try:
        yield tell
    finally:
        if shown:
            stream.write("\r" + " " * _WIDTH + "\r")
            stream.flush()
