"""What the first frame does without is loaded after it, in a thread of its own.

Not when it is first asked for: a cockpit stays open for hours, and an update in that time exchanges the program's
files under it. What it may need is loaded while it is still the program that was started.
"""

import importlib
import threading
import time
from contextlib import suppress

LATER = (
    "gonogo.tui.deeds.course",
    "gonogo.tui.deeds.table",
    "gonogo.tui.screens.commit",
    "gonogo.tui.screens.entry",
    "gonogo.tui.screens.notes",
    "gonogo.tui.screens.hotfix_plan",
    "gonogo.tui.screens.hotfix_work",
    "gonogo.tui.screens.merges",
    "gonogo.tui.screens.way_back",
    "gonogo.tui.screens.wizard",
    "gonogo.hotfix_jobs.bench",
    "gonogo.hotfix_jobs.carrying",
    "gonogo.hotfix_jobs.planning",
    "gonogo.hotfix_jobs.service",
    "gonogo.io.repository_files.merge_ledger",
)
"""A quarter of what the cockpit consists of."""

AFTER = 5.0
"""Seconds after the session was opened: the first frames and the first keys come before it."""
_BREATH = 0.05
"""Seconds between two modules, in which keys and answers have the interpreter to themselves."""


def begin() -> None:
    """Load it. Does not wait."""
    threading.Thread(target=load, name="loading", daemon=True).start()


def load() -> None:
    """Load it now. What cannot be loaded is told by whoever asks for it."""
    for name in LATER:
        with suppress(ImportError):
            importlib.import_module(name)
        time.sleep(_BREATH)
