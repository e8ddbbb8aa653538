"""One fix on one branch: the proof, or what carrying it there would come to."""

from collections.abc import Callable

from gonogo.acts.scene import Accepted, Outcome
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.facts.ledger import Arrival, LedgerCell
from gonogo.hotfix.wish import Planned
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.screens.hotfix_plan import DiffScreen
from gonogo.tui.screens.merges_view import MergesView
from gonogo.tui.screens.wizard import head
from gonogo.view import merges as words
from gonogo.view.wizard import Rows, say, text, trouble


class CarryScreen(MergesView):
    """One fix on one branch: the proof, or what carrying it there would come to, and then doing it."""

    def __init__(
        self,
        look: Look,
        mending: Mending,
        cell: LedgerCell,
        work_on: Callable[[str], object],
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, mending, work_on, note, actor)
        self._cell = cell
        self._planned: Planned | GonogoError | None = None
        self._missing = cell.arrival in {Arrival.MISSING, Arrival.UNKNOWN}
        self.heading.show([head("FORWARD-MERGE", Span(f"{cell.fix} on {cell.branch}"))])

    @property
    def cell(self) -> LedgerCell | None:
        """The one it is about."""
        return self._cell

    def on_mount(self) -> None:
        """Find out what would come of it."""
        self.list.focus()
        snapshot = self.snapshot
        if snapshot is not None and self._missing:
            self.mending.ask(lambda: self.mending.workshop.plan_carry(snapshot.plan, self._cell), self._know)
        self.draw()

    def _know(self, found: Planned | GonogoError) -> None:
        self._planned = found
        if self.is_attached:
            self.draw()

    def draw(self) -> None:
        """Show what is known now."""
        self.list.retell()
        self.follow()

    def rows(self) -> Rows:
        """The proof, or what would come of it."""
        lines: list[Line] = list(words.cell_lines(self._cell))
        if isinstance(self._planned, Planned):
            lines += words.carry_lines(self._planned)
        elif isinstance(self._planned, GonogoError):
            lines += [(), *trouble(self._planned)]
        elif self._missing:
            lines += [(), say("finding out what carrying it there would come to", Tone.BUSY)]
        return text(*lines)

    def offers(self) -> frozenset[str]:
        """It is carried once it was shown what comes of it, and nothing stands against it."""
        planned = self._planned
        ready = isinstance(planned, Planned) and planned.work is not None and not planned.preview.blockers
        found = super().offers() - ({"CarryIt"} if not ready else set())
        shown = isinstance(planned, Planned) and planned.preview.diff
        return found | ({"ShowDiff"} if shown else set())

    def on_show_diff(self) -> None:
        """v"""
        if isinstance(self._planned, Planned):
            title = f"Difference that {self._cell.fix} makes on {self._cell.branch}"
            self.open_view(DiffScreen(self.look, title, self._planned.preview.diff, self.note, self.actor))

    def on_carry_it(self) -> None:
        """c: the plan carries its own code, which is checked again before anything is done."""
        if isinstance(self._planned, Planned) and self._planned.work is not None:
            work = self._planned.work
            self.mending.start(work)
            self.dismiss(None)
            self.work_on(work.id)

    def recorded(self, outcome: Outcome | GonogoError | None) -> None:
        """It was answered for: there is nothing to carry any more."""
        if isinstance(outcome, Accepted) and self.app.screen is self:
            self.dismiss(None)
