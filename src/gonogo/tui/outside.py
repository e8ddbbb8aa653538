"""The thread that asks what gates and triggers name beyond cells and histories: numbers, version files, merges."""

import threading
import time
from collections.abc import Callable

from msgspec import Struct

from gonogo.domain.folds.merges import MergeWord
from gonogo.domain.ledger import Ledger
from gonogo.domain.metric import Reading
from gonogo.domain.plan import LoadedPlan
from gonogo.domain.rules import needs
from gonogo.domain.version_files import ProductFiles
from gonogo.errors import GonogoError
from gonogo.tui.wiring import Wiring

GIT_EVERY = 30.0
"""Seconds between two looks at version files and branches."""


class Told(Struct, frozen=True):
    """What the outside told; counts only while its plan is the one that is asked for."""

    generation: int
    readings: tuple[Reading, ...] = ()
    files: tuple[ProductFiles, ...] = ()
    ledger: Ledger | None = None


class Outside:
    """Asks one plan's questions at their own pace; says nothing while a plan has none."""

    def __init__(
        self, wiring: Wiring, put: Callable[[Told], None], trouble: Callable[[GonogoError], object]
    ) -> None:
        self._doors = wiring.outside
        self._put = put
        self._trouble = trouble
        self._plan: tuple[LoadedPlan, int] | None = None
        self._woken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gonogo-outside", daemon=True)
        self.words: tuple[MergeWord, ...] = ()
        """What people recorded about merges; set by whoever owns the session."""

    def follow(self, loaded: LoadedPlan, generation: int) -> None:
        """Ask what this plan's gates and triggers need, from now on."""
        self._plan = (loaded, generation)
        self._woken.set()
        if self._doors is not None and self._thread.ident is None:
            self._thread.start()

    def wake(self) -> None:
        """Ask now."""
        self._woken.set()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self._woken.set()

    def _run(self) -> None:
        next_git = 0.0
        generation = 0
        while not self._over.is_set():
            if self._woken.is_set() or (self._plan is not None and self._plan[1] != generation):
                next_git = 0.0
            self._woken.clear()
            if self._plan is not None:
                loaded, generation = self._plan
                git = time.monotonic() >= next_git
                if git:
                    next_git = time.monotonic() + GIT_EVERY
                self._ask(loaded, generation, git=git)
                self._woken.wait(_pause(loaded))

    def _ask(self, loaded: LoadedPlan, generation: int, *, git: bool) -> None:
        assert self._doors is not None
        plan = loaded.plan
        metrics, products = needs.metrics(plan), needs.version_files(plan)
        try:
            told = Told(
                generation,
                self._doors.ask_metrics(plan, metrics) if metrics else (),
                self._doors.read_version_files(products) if git and products else (),
                self._doors.read_ledger(plan, plan.products, self.words) if git and needs.ledger(plan) else None,
            )
        except GonogoError as error:
            self._trouble(error)  # the gates stay unknown: nothing was learned
            return
        if (told.readings or told.files or told.ledger) and not self._over.is_set():
            self._put(told)


def _pause(loaded: LoadedPlan) -> float:
    return min([GIT_EVERY, *(one.every.total_seconds() for one in needs.metrics(loaded.plan))])
