"""The way back: for each product what to go back to, what lies between, and whether it is safe. Nothing is run."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.widget import Widget

from gonogo.commits.shipping import ReadShipping, WhatShips
from gonogo.engine.poller_thread import Unjoined
from gonogo.events import Actor
from gonogo.rules.rollback import WayBack
from gonogo.text import describe_command
from gonogo.text.tones import Span
from gonogo.tui import intents
from gonogo.tui.deeds.course import Course
from gonogo.tui.deeds.table import DEEDS
from gonogo.tui.intents import Context, Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.screens.details import CopyScreen
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.view import View
from gonogo.tui.screens.wizard import head, rows_of
from gonogo.tui.widgets.row_list import Content, Reading, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view.rollback import TONES, WORDS
from gonogo.view.way_back import Key, Question, between_questions, key_of, way_back_view
from gonogo.view.wizard import text


class WayBackScreen(View, inherit_bindings=False):
    """One product at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.WAY_BACK))]

    def __init__(
        self,
        look: Look,
        product: str,
        what_ships: ReadShipping | None,
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, note, actor)
        self._product = product
        self._what_ships = what_ships
        self._asked: Question | None = None
        self._ships: dict[Key, WhatShips] = {}
        self.heading = Lines(look, [()])
        self.heading.add_class("title")
        self.list = RowList(look, self.told)

    @property
    def place(self) -> Place:
        """On the way back."""
        return Place.WAY_BACK

    def body(self) -> Sequence[Widget]:
        """Title and text."""
        return (self.heading, self.list)

    def on_mount(self) -> None:
        """Ready."""
        self.list.focus()
        self.draw()

    def watch_snapshot(self) -> None:
        """What runs there, or what is decided, may have changed."""
        self.draw()
        super().watch_snapshot()

    @property
    def way(self) -> WayBack | None:
        """The way back of the product that is shown."""
        ways = self.snapshot.ways_back if self.snapshot else ()
        return next((one for one in ways if one.product == self._product), ways[0] if ways else None)

    @property
    def subject(self) -> str:
        """The product."""
        return f"product:{self.way.product}" if self.way else ""

    def offers(self) -> frozenset[str]:
        """A command to copy where the plan names one."""
        way = self.way
        if way is None:
            return frozenset()
        found = ["OtherProduct", "ProductBefore"] if self.snapshot and len(self.snapshot.ways_back) > 1 else []
        found += ["CopyCommand"] if way.command else []
        return frozenset([*found, *(["BeginWayBack"] if way.target else [])])

    def context(self) -> Context:
        """With what this view makes possible."""
        return replace(super().context(), offers=self.offers())

    def draw(self) -> None:
        """Show what is known now; git is asked for what lies between."""
        way = self.way
        if self.snapshot is None or way is None or not self.is_mounted:
            return
        self._product = way.product
        names = [one.product for one in self.snapshot.ways_back]
        target = f" back to {way.shown_target}" if way.shown_target else ""
        place = f"   {names.index(way.product) + 1} of {len(names)}"
        self.heading.show(
            [
                head(
                    "WAY BACK",
                    Span(f"{way.product}{target}: "),
                    Span(WORDS[way.readiness], TONES[way.readiness]),
                    Span(place),
                )
            ]
        )
        self._ask()
        self.list.retell()
        self.follow()

    def told(self, columns: int) -> Content:
        """The way back in so many columns."""
        way = self.way
        if self.snapshot is None:
            return Reading("Opening the journal.")
        if way is None:
            return Told((), "The plan has no product.")
        return Told(rows_of(text(*way_back_view(self.snapshot, way, self._ships)), columns - 2), "")

    def _ask(self) -> None:
        """Have git say what lies between, one question after the other, each once."""
        way = self.way
        if self._what_ships is None or self.snapshot is None or way is None or self._asked is not None:
            return
        left = [one for one in between_questions(self.snapshot, way) if key_of(one) not in self._ships]
        if left:
            self._asked = left[0]
            self.run_worker(self._read(left[0]), name="way-back")

    async def _read(self, question: Question) -> None:
        assert self._what_ships is not None
        # a thread of its own that nobody joins: leaving the cockpit must not wait for git
        found = await asyncio.get_running_loop().run_in_executor(Unjoined(), self._what_ships, *question)
        self._ships[key_of(question)] = found
        self._asked = None
        self.draw()

    def _turn(self, by: int) -> None:
        ways = self.snapshot.ways_back if self.snapshot else ()
        names = [one.product for one in ways]
        if self._product in names:
            self._product = names[(names.index(self._product) + by) % len(names)]
        self.draw()
        self.list.action_first()

    def on_other_product(self) -> None:
        """]"""
        self._turn(1)

    def on_product_before(self) -> None:
        """["""
        self._turn(-1)

    def on_copy_command(self) -> None:
        """y"""
        if self.way is not None and self.way.command:
            self.open_view(CopyScreen(self.look, describe_command(self.way.command), self.note, self.actor))

    def on_begin_way_back(self) -> None:
        """s: the same questions and the same dialog as from the palette."""
        Course(self, DEEDS[intents.GoBack], {"subject": self.subject, "product": self._product}).go_on()

    def on_help(self) -> None:
        """?"""
        self.open_view(HelpScreen(self.look, self.context(), self.note, self.actor))
