"""The wizard's acts, for both front ends: start what was planned, let it go on, abort it."""

import os
from pathlib import Path

from gonogo.acts.hotfixes import StartHotfix
from gonogo.acts.scene import Refused
from gonogo.errors import NotPermittedError, RefusedError, UsageError
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.outcome import Aborted, Given, Outcome
from gonogo.hotfix.typed import typed
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs import aborting
from gonogo.hotfix_jobs.bench import Bench
from gonogo.hotfix_jobs.executor import Executor
from gonogo.hotfix_jobs.recording import Journaling, JournalRecorder


class Hotfixes:
    """The hotfixes of one release, for this account."""

    def __init__(self, journal: Journaling, state_home: Path, release: str, *, git: str = "git") -> None:
        self._journal = journal
        self._state_home = state_home
        self._release = release
        self._git = git

    def all(self) -> tuple[Hotfix, ...]:
        """Every hotfix and prepared release, oldest first."""
        self._journal.refresh()
        return tuple(self._journal.scene().state.hotfixes.values())

    def live(self, kind: str, product: str = "") -> Hotfix:
        """The one under way; with a product its own. Raises UsageError, RefusedError."""
        found = [
            one for one in self.all() if not one.is_over and one.kind == kind and product in {"", one.product}
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            whose = f" of {product}" if product else ""
            raise RefusedError(f"no {kind}{whose} is under way", remedy=typed(kind, "plan", product or "PRODUCT"))
        named = ", ".join(one.product for one in found)
        raise UsageError(f"{len(found)} are under way: {named}", remedy=f"name one: {found[0].product}")

    def start(self, work: Work, confirm: str, given: Given = Given()) -> Outcome:  # noqa: B008  # frozen
        """Begin what was planned, if `confirm` is its code, and go on as far as it goes. Raises GonogoError."""
        bench = Bench.of(self._state_home, work)
        with bench.locked() as lock:
            held = self._live_on(bench)
            if held is not None:
                raise RefusedError(f"{held.id} is under way", remedy=typed(held.kind, "continue", held.product))
            sha256 = bench.save(work)
            outcome = self._journal.submit(StartHotfix(work, str(bench.folder), sha256, confirm))
            if isinstance(outcome, Refused):
                bench.clear()
                raise RefusedError(outcome.refusal.reason, remedy=outcome.refusal.remedy)
            return self._executor(bench, work, work.id, lock).run(given)

    def _live_on(self, bench: Bench) -> Hotfix | None:
        return next((one for one in self.all() if not one.is_over and one.folder == str(bench.folder)), None)

    def go_on(self, known: Hotfix, given: Given) -> Outcome:
        """Go on from wherever it stands. Raises GonogoError."""
        bench = self._bench(known)
        with bench.locked() as lock:
            work = bench.load(known.work_sha256)
            return self._executor(bench, work, known.id, lock).run(given)

    def abort(self, known: Hotfix, reason: str) -> Aborted:
        """Take everything back. Raises GonogoError."""
        bench = self._bench(known)
        with bench.locked() as lock:
            work = bench.load(known.work_sha256)
            recorder = JournalRecorder(self._journal, known.id, reason)
            return aborting.abort(bench, work, recorder, git=self._git, inherits=(lock,))

    def _executor(self, bench: Bench, work: Work, hotfix_id: str, lock: int) -> Executor:
        recorder = JournalRecorder(self._journal, hotfix_id)
        return Executor(bench, work, recorder, git=self._git, inherits=(lock,))

    def bench(self, known: Hotfix) -> Bench:
        """Where it lies, for looking: its command log."""
        return Bench.at(self._state_home, self._release, known.kind, known.product, known.version)

    def _bench(self, known: Hotfix) -> Bench:
        bench = self.bench(known)
        # what the journal says about folders is what some account wrote there: only our own place counts
        if known.actor.uid != os.getuid() or known.folder != str(bench.folder):
            raise NotPermittedError(
                f"{known.id} lies in {known.folder} on {known.host}, with {known.actor.user}",
                remedy=f"ask {known.actor.user}",
            )
        return bench
