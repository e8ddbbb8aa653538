"""One line on a terminal for whoever waits for answers for longer than a moment; gone when they are there."""

import sys
import time
from collections.abc import Callable

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
