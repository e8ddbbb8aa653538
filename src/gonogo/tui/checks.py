"""Checks of items on the way: each in a thread of its own, with progress to be seen, and stoppable.

What a check found is recorded by the journal's thread like any act. A command of a plan whose commands this
account has not looked at is not run; that it wants to be is posted instead.
"""

import threading
import time
from collections.abc import Callable, Mapping

from msgspec import Struct
from textual.message import Message

from gonogo.acts.checks import RecordCheck, record_of
from gonogo.errors import GonogoError, UsageError
from gonogo.facts.finding import Finding
from gonogo.facts.finding import Progress as Running
from gonogo.io.checks.command_files import named_files
from gonogo.plan import Item, LoadedPlan
from gonogo.plan.conditions import RunCheck
from gonogo.rules.checks import command_set_digest, fingerprint
from gonogo.tui.crash import describe
from gonogo.tui.messages import AskTrust, CheckEnded, CheckMoved, Reply, Trouble, Trusted
from gonogo.tui.wiring import Wiring

Post = Callable[[Message], object]


class _Run(Struct):
    """One check that is being carried out."""

    stop: threading.Event
    progress: Running
    thread: threading.Thread | None = None


class Checks:
    """The checks this cockpit is carrying out. Called in the screen's thread only."""

    def __init__(self, wiring: Wiring, post: Post) -> None:
        self._wiring = wiring
        self._post = post
        self._runs: dict[str, _Run] = {}

    @property
    def running(self) -> Mapping[str, Running]:
        """How far each one is, by item."""
        return {item: run.progress for item, run in self._runs.items()}

    def start(self, item: Item, loaded: LoadedPlan) -> bool:
        """Begin; returns False when it is running already."""
        if item.id in self._runs:
            return False
        run = self._runs[item.id] = _Run(threading.Event(), Running(0))
        work = threading.Thread(
            target=self._work, args=(item, loaded, run.stop), name=f"gonogo-check-{item.id}", daemon=True
        )
        run.thread = work
        work.start()
        return True

    def stop(self, item: str) -> bool:
        """Ask it to end; returns whether it was running."""
        run = self._runs.get(item)
        if run is not None:
            run.stop.set()
        return run is not None

    def stop_all(self, wait: float = 0.0) -> None:
        """The cockpit is left: no command of the plan goes on without it. Waits so many seconds for its end."""
        for run in self._runs.values():
            run.stop.set()
        until = time.monotonic() + wait
        for run in self._runs.values():
            if run.thread is not None:
                run.thread.join(max(0.0, until - time.monotonic()))

    def moved(self, item: str, progress: Running) -> None:
        """It has told something."""
        if item in self._runs:
            self._runs[item].progress = progress

    def ended(self, item: str) -> None:
        """It is over."""
        self._runs.pop(item, None)

    def read_files(self, item: str, loaded: LoadedPlan) -> None:
        """Read the files that the commands name, and have the person asked whether they may be run."""

        def work() -> None:
            try:
                self._post(AskTrust(item, named_files(loaded)))
            except GonogoError as error:
                self._post(Trouble("trust", f"{error.where}: {error.message}", error.remedy))

        threading.Thread(target=work, name="gonogo-trust-files", daemon=True).start()

    def trust(self, loaded: LoadedPlan, digest: str, reply: Reply) -> None:
        """Remember that this account looked at the commands of that digest; `reply` is told."""

        def work() -> None:
            store = self._wiring.trust
            try:
                if store is None:
                    raise UsageError("nothing is run here")
                store.trust(loaded.path, digest)
            except GonogoError as error:
                self._post(Trusted(reply, error))
            else:
                self._post(Trusted(reply, None))

        threading.Thread(target=work, name="gonogo-trust", daemon=True).start()

    def _work(self, item: Item, loaded: LoadedPlan, stop: threading.Event) -> None:
        try:
            if isinstance(item.check, RunCheck) and self._wiring.trust is not None:
                files = named_files(loaded)
                if not self._wiring.trust.trusts(loaded.path, command_set_digest(loaded.plan, files)):
                    self._post(AskTrust(item.id, files))
                    return
            self._post(CheckEnded(item.id, self._run(item, loaded, stop)))
        except GonogoError as error:
            self._post(CheckEnded(item.id, error))
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            self._post(CheckEnded(item.id, GonogoError(f"the check ended unexpectedly: {describe(error)}")))

    def _run(self, item: Item, loaded: LoadedPlan, stop: threading.Event) -> RecordCheck:
        if self._wiring.checks is None or item.check is None:
            raise UsageError("no check is carried out here", remedy=f"gonogo check run {item.id}")
        asked = fingerprint(loaded.plan, item.check)

        def progress(now: Running) -> None:
            self._post(CheckMoved(item.id, now))

        found: Finding = self._wiring.checks(loaded).run(item, cancelled=stop.is_set, progress=progress)
        return record_of(item.id, found, asked)
