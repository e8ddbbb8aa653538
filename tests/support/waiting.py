"""Waiting for a state, never for a time."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DEADLINE = 45.0
"""Seconds a state may take to come: generous, since a busy machine must not fail a test."""


def command_lines() -> list[str]:
    """What runs on this machine, each with its arguments, as the kernel tells it: a bare Debian has no `ps`."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):  # ended while we looked
            found.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def until(holds: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
    """Return as soon as `holds` does; `what` is named when it does not come to hold."""
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, f"{deadline:g} s went by without this: {what}"
        time.sleep(0.02)
