"""The ledger of forward-merges: every fix that was hotfixed, against every branch it must reach."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.widget import Widget

from gonogo.domain.decisions.merges import REASON_AT_LEAST, SayMerge, WithdrawMerge
from gonogo.domain.events import Actor
from gonogo.domain.folds.hotfixes import Hotfix
from gonogo.domain.folds.merges import Word
from gonogo.domain.hotfix.wish import Planned
from gonogo.domain.hotfix.work import Kind
from gonogo.domain.ledger import Arrival, Ledger, LedgerCell
from gonogo.errors import GonogoError
from gonogo.present import merges as words
from gonogo.present.tones import Line, Span, Tone
from gonogo.present.wizard import say, text, trouble
from gonogo.session import Accepted, Outcome
from gonogo.tui.deeds.form import Write
from gonogo.tui.intents import Context, Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.messages import Record, Say
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.hotfix_plan import DiffScreen
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.view import View
from gonogo.tui.screens.wizard import head, rows_of
from gonogo.tui.widgets.row_list import RowList
from gonogo.tui.widgets.spans import Lines


class MergesView(View, inherit_bindings=False):
    """What the ledger and one of its cells share: what is at the cursor can be carried or answered for."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.MERGES))]

    def __init__(
        self,
        look: Look,
        mending: Mending,
        work_on: Callable[[str], object],
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, note, actor)
        self.mending = mending
        self.work_on = work_on
        self.heading = Lines(look, [()])
        self.heading.add_class("title")
        self.list = RowList(look, "Reading the branches.")

    @property
    def place(self) -> Place:
        """Among forward-merges."""
        return Place.MERGES

    @property
    def cell(self) -> LedgerCell | None:
        """The cell at the cursor."""
        return None

    def body(self) -> Sequence[Widget]:
        """Title and rows."""
        return (self.heading, self.list)

    def offers(self) -> frozenset[str]:
        """What is missing can be carried or answered for; what was said can be taken back."""
        cell = self.cell
        if cell is not None and cell.said is not None:
            return frozenset({"TakeBackWord"})
        if cell is None or cell.arrival not in {Arrival.MISSING, Arrival.UNKNOWN}:
            return frozenset()
        return frozenset({"SameElsewhere", "NeedNot", *([] if self.mending.busy else ["CarryIt"])})

    def context(self) -> Context:
        """With what this view makes possible."""
        return replace(super().context(), offers=self.offers())

    def on_help(self) -> None:
        """?"""
        self.open_view(HelpScreen(self.look, self.context(), self.note, self.actor))

    def on_same_elsewhere(self) -> None:
        """e: the commit, which git looks for in that branch, then the reason."""
        cell = self.cell
        if cell is None:
            return
        title = f"{cell.fix} on {cell.branch}"
        hint = cell.alike[:10] or "the commit"
        question = Write(
            title, "Which commit of that branch does the same? None: the reason says it.", hint, 128, 0
        )
        self.open_view(
            PromptScreen(self.look, question, lambda text: self._same_as(cell, text), self.note, self.actor)
        )

    def _same_as(self, cell: LedgerCell, named: str) -> None:
        snapshot, ask = self.snapshot, "How do you know that it does the same?"
        if not named.strip() or snapshot is None:
            self._word(Word.EQUIVALENT, "What does it instead, and how do you know?")
            return

        def known(found: str | GonogoError) -> None:
            if isinstance(found, GonogoError):
                self.post_message(Say(f"{found.message}; {found.remedy}", Tone.BAD))
            elif self.is_attached:
                self._word(Word.EQUIVALENT, f"{ask} It is {found[:10]}.", found)

        self.mending.ask(lambda: self.mending.workshop.commit_in(snapshot.plan, cell, named.strip()), known)

    def on_need_not(self) -> None:
        """n"""
        self._word(Word.WAIVED, "Why need it not go there?")

    def on_take_back_word(self) -> None:
        """u"""
        cell = self.cell
        if cell is None or cell.said is None:
            return
        title, said = f"{cell.fix} on {cell.branch}", cell.said
        ask = f"Why does what {said.actor.user} said not hold any more? It stays beside your name."
        question = Write(title, ask, "the reason", 1_000, REASON_AT_LEAST)

        def record(reason: str) -> None:
            command = WithdrawMerge(cell.product, cell.oid, cell.branch, reason, said.release)
            self.post_message(Record(command, f"taken back: {title}", reply=self.recorded))

        self.open_view(PromptScreen(self.look, question, record, self.note, self.actor))

    def _word(self, word: Word, ask: str, commit: str = "") -> None:
        cell = self.cell
        if cell is None:
            return
        title = f"{cell.fix} on {cell.branch}"
        question = Write(title, f"{ask} It stays beside your name.", "the reason", 1_000, REASON_AT_LEAST)

        def record(reason: str) -> None:
            command = SayMerge(cell.product, cell.oid, cell.branch, word, reason, commit)
            self.post_message(Record(command, f"{word.value}: {title}", reply=self.recorded))

        self.open_view(PromptScreen(self.look, question, record, self.note, self.actor))

    def recorded(self, outcome: Outcome | GonogoError | None) -> None:
        """A word was recorded, or refused."""


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

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.call_after_refresh(self.draw)

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
        rows = words.ledger_rows(self._ledger) if self._ledger else ()
        if self._error is not None:
            rows = (*text(*trouble(self._error), ()), *rows)
        self.list.show(rows_of(rows, max(20, self.app.size.width - 4)))
        self.follow()

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

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.call_after_refresh(self.draw)

    def _know(self, found: Planned | GonogoError) -> None:
        self._planned = found
        if self.is_attached:
            self.draw()

    def draw(self) -> None:
        """Show what is known now."""
        lines: list[Line] = list(words.cell_lines(self._cell))
        if isinstance(self._planned, Planned):
            lines += words.carry_lines(self._planned)
        elif isinstance(self._planned, GonogoError):
            lines += [(), *trouble(self._planned)]
        elif self._missing:
            lines += [(), say("finding out what carrying it there would come to", Tone.BUSY)]
        self.list.show(rows_of(text(*lines), max(20, self.app.size.width - 4)))
        self.follow()

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
