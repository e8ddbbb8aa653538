"""The ledger of forward-merges: every fix that was hotfixed, against every branch it must reach."""

from collections.abc import Callable

from gonogo.acts.scene import Accepted, Outcome
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.events.hotfixes import Hotfix
from gonogo.facts.ledger import Ledger, LedgerCell
from gonogo.hotfix.work import Kind
from gonogo.text.tones import Span, Tone
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.screens.carry import CarryScreen
from gonogo.tui.screens.merges_view import MergesView
from gonogo.tui.screens.wizard import head
from gonogo.view import merges as words
from gonogo.view.wizard import Rows, text, trouble


class MergesScreen(MergesView):
    """The whole ledger."""

    def __init__(
        self,
        look: Look,
        mending: Mending,
        work_on: Callable[[str], object],
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, mending, work_on, note, actor)
        self._ledger: Ledger | None = None
        self._error: GonogoError | None = None
        self._reading = self._again = False
        self._over: frozenset[str] = frozenset()

    def on_mount(self) -> None:
        """Read it."""
        self.list.focus()
        self._read()

    def on_screen_resume(self) -> None:
        """Back from a fix that was carried: what git says now."""
        if self._ledger is not None:
            self._read()

    def watch_snapshot(self) -> None:
        """A fix that was carried has arrived: look again."""
        super().watch_snapshot()
        over = frozenset(one.id for one in self._carries() if one.is_over)
        if over != self._over:
            self._over = over
            self._read()

    def _carries(self) -> list[Hotfix]:
        known = self.snapshot.state.hotfixes.values() if self.snapshot else ()
        return [one for one in known if one.kind in {Kind.CARRY.value, Kind.HOTFIX.value}]

    def _read(self) -> None:
        snapshot = self.snapshot
        if snapshot is None or self._reading:
            self._again = self._reading  # what is being read may be from before what was just recorded
            return
        self._reading, self._again = True, False

        def read(found: Ledger | GonogoError) -> None:
            self._reading = False
            self._error = found if isinstance(found, GonogoError) else None
            first = self._ledger is None
            self._ledger = found if isinstance(found, Ledger) else self._ledger
            if not self.is_attached:
                return
            if self._again:
                self._read()
            self.draw()
            if first and self._ledger is not None and self._ledger.open:
                self.list.move_to(words.key_of(self._ledger.open[0]))

        self.mending.ask(lambda: self.mending.workshop.ledger(snapshot.plan), read)
        self.draw()

    def draw(self) -> None:
        """Show what is known now."""
        if not self.is_mounted:
            return
        count = words.count_line(self._ledger) if self._ledger else (Span("reading the branches", Tone.BUSY),)
        self.heading.show([head("FORWARD-MERGES", *count)])
        self.list.retell()
        self.follow()

    def rows(self) -> Rows | None:
        """The ledger, below what went wrong."""
        if self._error is not None:
            return (*text(*trouble(self._error), ()), *(words.ledger_rows(self._ledger) if self._ledger else ()))
        return words.ledger_rows(self._ledger) if self._ledger else None

    @property
    def cell(self) -> LedgerCell | None:
        """The cell at the cursor."""
        cells = self._ledger.cells if self._ledger else ()
        return next((one for one in cells if words.key_of(one) == self.list.key), None)

    @property
    def subject(self) -> str:
        """The product of the cell at the cursor."""
        return f"product:{self.cell.product}" if self.cell else ""

    def offers(self) -> frozenset[str]:
        """Reading anew always; details of a cell."""
        return frozenset([*super().offers(), "ReadAnew", "Filter", *(["CarryDetails"] if self.cell else [])])

    def recorded(self, outcome: Outcome | GonogoError | None) -> None:
        """Show the word that was recorded."""
        if isinstance(outcome, Accepted):
            self._read()

    def on_row_list_moved(self) -> None:
        """Another cell is at the cursor."""
        self.follow()

    # a handler of the same name in a class below would be called as well, not instead: so each has its own
    def on_carry_it(self) -> None:
        """c: first everything there is to read; there it is done."""
        self._open()

    def on_carry_details(self) -> None:
        """Enter"""
        self._open()

    def _open(self) -> None:
        if self.cell is not None:
            self.open_view(CarryScreen(self.look, self.mending, self.cell, self.work_on, self.note, self.actor))

    def on_read_anew(self) -> None:
        """r"""
        self._read()

    def on_filter(self) -> None:
        """/"""
        self.open_filter()

    @property
    def filter_text(self) -> str:
        """The filter of the list."""
        return self.list.filter

    def search(self, text: str) -> None:
        """Filter the list."""
        self.list.search(text)

    def focus_body(self) -> None:
        """Back to the list."""
        self.list.focus()
