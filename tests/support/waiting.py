"""Waiting for a state, never for a time."""

import time
from collections.abc import Callable

DEADLINE = 20.0
"""Seconds a state may take to come: generous, since a busy machine must not fail a test."""


def until(holds: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
    """Return as soon as `holds` does; `what` is named when it does not come to hold."""
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, f"{deadline:g} s went by without this: {what}"
        time.sleep(0.02)
