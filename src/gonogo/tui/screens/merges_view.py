"""What the views of forward-merges share: what is at the cursor can be carried or answered for."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.widget import Widget

from gonogo.acts.merges import REASON_AT_LEAST, SayMerge, WithdrawMerge
from gonogo.acts.scene import Outcome
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.events.merges import Word
from gonogo.facts.ledger import OPEN, Arrival, LedgerCell
from gonogo.text.tones import Tone
from gonogo.tui.deeds.form import Write
from gonogo.tui.intents import Context, Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.messages import Record, Refuse
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.view import View
from gonogo.tui.screens.wizard import rows_of
from gonogo.tui.widgets.row_list import Content, Reading, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view.wizard import Rows

NOTHING = "No fix was hotfixed that has to be carried anywhere."


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
        self.list = RowList(look, self.told)

    @property
    def place(self) -> Place:
        """Among forward-merges."""
        return Place.MERGES

    @property
    def cell(self) -> LedgerCell | None:
        """The cell at the cursor."""
        return None

    def rows(self) -> Rows | None:
        """What the list shows; None while it is not known yet."""
        return None

    def told(self, columns: int) -> Content:
        """What the list shows, in so many columns."""
        rows = self.rows()
        return Reading("Reading the branches.") if rows is None else Told(rows_of(rows, columns - 2), NOTHING)

    def body(self) -> Sequence[Widget]:
        """Title and rows."""
        return (self.heading, self.list)

    def offers(self) -> frozenset[str]:
        """What is missing can be carried or answered for; what was said can be taken back."""
        cell = self.cell
        if cell is not None and cell.said is not None:
            return frozenset({"TakeBackWord"})
        if cell is None or cell.arrival not in OPEN:
            return frozenset()
        if cell.in_flight:  # a tag takes no fix, and only a waiver of `fix.lost` lets one be missing there
            return frozenset({"SameElsewhere"})
        can_carry = cell.arrival is not Arrival.UNPUSHED and not self.mending.busy
        return frozenset({"SameElsewhere", "NeedNot", *(["CarryIt"] if can_carry else [])})

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
        if cell.in_flight and not named.strip():
            told = f"{cell.branch} is the release in flight: name the commit of it that does the same"
            self.post_message(Refuse(told, Tone.BAD, "e    asks again"))
            return
        if not named.strip() or snapshot is None:
            self._word(Word.EQUIVALENT, "What does it instead, and how do you know?")
            return

        def known(found: str | GonogoError) -> None:
            if isinstance(found, GonogoError):
                self.post_message(Refuse(found.message, Tone.BAD, found.remedy))
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
            reply = self.desk.keeping({title: reason}, self.recorded)
            self.post_message(Record(command, f"taken back: {title}", reply=reply))

        self.open_view(PromptScreen(self.look, question, record, self.note, self.actor))

    def _word(self, word: Word, ask: str, commit: str = "") -> None:
        cell = self.cell
        if cell is None:
            return
        title = f"{cell.fix} on {cell.branch}"
        question = Write(title, f"{ask} It stays beside your name.", "the reason", 1_000, REASON_AT_LEAST)

        def record(reason: str) -> None:
            command = SayMerge(cell.product, cell.oid, cell.branch, word, reason, commit)
            reply = self.desk.keeping({title: reason}, self.recorded)
            self.post_message(Record(command, f"{word.value}: {title}", reply=reply))

        self.open_view(PromptScreen(self.look, question, record, self.note, self.actor))

    def recorded(self, outcome: Outcome | GonogoError | None) -> None:
        """A word was recorded, or refused."""
