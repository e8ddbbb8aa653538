"""The wizard for a front end with threads of its own: every act opens a session, does its work, and closes it.

The cockpit's own session belongs to the thread that tails the journal, and must not wait for git. So each act has
one of its own, in whatever thread it is called; what it records reaches the screen as every record does.

What does the work comes with the first act: the cockpit's first frame must not wait for it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gonogo.errors import GonogoError, RefusedError
from gonogo.hotfix.on_bench import OnBench, Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from gonogo.engine.session import Session
    from gonogo.events.hotfixes import Hotfix
    from gonogo.facts.ledger import Ledger, LedgerCell
    from gonogo.hotfix.outcome import Aborted, Given, Outcome
    from gonogo.hotfix.wish import Planned, Seen, Wish
    from gonogo.hotfix.work import Work
    from gonogo.hotfix_jobs.service import Hotfixes
    from gonogo.plan import Plan
    from gonogo.ports import Clock


class Workshop:
    """Plans, does and shows the hotfixes of one release. Blocks; call it from any thread but the screen's."""

    def __init__(self, open_session: Callable[[], Session], state_home: Path, clock: Clock) -> None:
        self._open_session = open_session
        self._state_home = state_home
        self._clock = clock

    def plan(self, plan: Plan, wish: Wish, seen: Seen) -> Planned:
        """A hotfix as it would be, without touching anything. Raises GonogoError."""
        from gonogo.hotfix_jobs.planning import plan_hotfix

        return plan_hotfix(plan, wish, seen, self._clock.now())

    def plan_carry(self, plan: Plan, cell: LedgerCell) -> Planned:
        """One fix carried to one branch, as it would be. Raises GonogoError."""
        from gonogo.hotfix_jobs.carrying import plan_carry

        return plan_carry(plan, cell, self._clock.now())

    def start(self, work: Work) -> Outcome:
        """Begin what was planned and go on as far as it goes. Raises GonogoError."""
        with self._hotfixes() as hotfixes:
            return hotfixes.start(work, work.code)

    def go_on(self, hotfix_id: str, given: Given) -> Outcome:
        """Go on from wherever it stands. Raises GonogoError."""
        with self._hotfixes() as hotfixes:
            return hotfixes.go_on(_found(hotfixes, hotfix_id), given)

    def abort(self, hotfix_id: str, reason: str) -> Aborted:
        """Take everything back. Raises GonogoError."""
        with self._hotfixes() as hotfixes:
            return hotfixes.abort(_found(hotfixes, hotfix_id), reason)

    def look(self, release: str, known: Hotfix) -> OnBench:
        """Its plan and its command log, as they lie here, below our own state directory."""
        from gonogo.hotfix_jobs.bench import Bench

        bench = Bench.at(self._state_home, release, known.kind, known.product, known.version)
        try:
            work = bench.load(known.work_sha256)
        except GonogoError:
            work = None
        return OnBench(work, tuple(_ran(one) for one in bench.commands()), str(bench.tree))

    def ledger(self, plan: Plan) -> Ledger:
        """Every fix against every branch it must reach, with what people have said. Raises GonogoError."""
        from gonogo.io.repository_files.merge_ledger import read_ledger

        session = self._open_session()
        try:
            session.refresh()
            known = session.inputs
        finally:
            session.close()
        words = known.state.merges.values()
        return read_ledger(plan, plan.products, words, self._clock, known.journal, self._state_home)

    def commit_in(self, plan: Plan, cell: LedgerCell, commit: str) -> str:
        """The full id of a commit of the cell's branch. Raises UsageError for any other, GitError."""
        from gonogo.io.git.ledger import commit_in

        product = plan.product(cell.product)
        return commit_in(product.repo, cell.branch, commit) if product else ""

    @contextmanager
    def _hotfixes(self) -> Iterator[Hotfixes]:
        from gonogo.hotfix_jobs.service import Hotfixes

        session = self._open_session()
        try:
            session.refresh()
            yield Hotfixes(session, self._state_home, session.loaded.plan.release)
        finally:
            session.close()


def _found(hotfixes: Hotfixes, hotfix_id: str) -> Hotfix:
    known: Sequence[Hotfix] = hotfixes.all()
    found = next((one for one in known if one.id == hotfix_id), None)
    if found is None or found.is_over:
        raise RefusedError(f"{hotfix_id} is not under way any more", remedy="gonogo hotfix status")
    return found


def _ran(row: dict[str, object]) -> Ran:
    code, milliseconds = row.get("code"), row.get("ms")
    return Ran(
        str(row.get("where", "")),
        str(row.get("command", "")),
        code if isinstance(code, int) else 0,
        float(milliseconds) if isinstance(milliseconds, int | float) else 0.0,
        str(row.get("said", "")),
    )
