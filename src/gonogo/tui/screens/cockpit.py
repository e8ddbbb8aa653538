"""The cockpit itself: four panes in three widths."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from gonogo.acts.checklist import Tick, Undo, Untick
from gonogo.commits.shipping import ReadShipping
from gonogo.events import Actor
from gonogo.events.state import ItemStatus
from gonogo.plan import Item
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui import intents
from gonogo.tui.intents import INTENTS, PANES, Context, Intent, Place, bindings
from gonogo.tui.look import Look
from gonogo.tui.messages import Depart, Record, ShowProblems
from gonogo.tui.panes.base import Pane
from gonogo.tui.panes.changelog import ChangelogPane
from gonogo.tui.panes.checklist import ChecklistPane
from gonogo.tui.panes.matrix import MatrixPane
from gonogo.tui.panes.trail import TrailPane
from gonogo.tui.screens.acting import Acting
from gonogo.tui.screens.details import CopyScreen, DetailsScreen, text_to_copy
from gonogo.tui.screens.evidence import EvidenceScreen
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.palette import PaletteScreen
from gonogo.tui.screens.release import ReleaseScreen
from gonogo.tui.screens.view import View
from gonogo.tui.screens.why import WhyScreen
from gonogo.tui.screens.writing import Writing
from gonogo.tui.widgets.matrix_view import MatrixView
from gonogo.tui.widgets.spans import Lines
from gonogo.view.verdict import headline

NARROW, WIDE = 100, 160
LEAST = (60, 16)
"""Columns and rows below which only one sentence is shown."""

_PAIRS = ((Place.CHECKLIST, Place.MATRIX), (Place.CHANGELOG, Place.TRAIL))


def shown_panes(columns: int, current: Place) -> tuple[Place, ...]:
    """Which panes are on the screen: one, the pair of the current one, or all."""
    if columns < NARROW:
        return (current,)
    if columns < WIDE:
        return next(pair for pair in _PAIRS if current in pair)
    return PANES


class Cockpit(Acting, Writing, inherit_bindings=False):
    """Checklist, matrix, changes and trail under one verdict."""

    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (LEAST[0], "-narrow"), (NARROW, "-two"), (WIDE, "-four")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST[1], "-low"), (30, "-tall")]  # noqa: RUF012  Textual's declaration
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(intent for intent in INTENTS if set(intent.places) & set(PANES))
    ]

    def __init__(
        self, look: Look, note: str = "", actor: Actor | None = None, what_ships: ReadShipping | None = None
    ) -> None:
        super().__init__(look, note, actor)
        self._what_ships = what_ships
        self.banner = Lines(look, [])
        self.banner.add_class("banner")
        self.tabs = Lines(look, [()])
        self.tabs.add_class("tabs")
        self.tiny = Lines(look, [()])
        self.tiny.add_class("tiny")
        self.checklist = ChecklistPane(look)
        self.matrix = MatrixPane(look)
        self.changelog = ChangelogPane(look)
        self.trail = TrailPane(look)
        self.panes: tuple[Pane, ...] = (self.checklist, self.matrix, self.changelog, self.trail)
        # kept, not looked up: what is heard while the program ends finds them gone from the screen
        self._sides = (
            Vertical(self.checklist, self.changelog, id="left"),
            Vertical(self.matrix, self.trail, id="right"),
        )
        self._room = Container(*self._sides, id="panes")
        self._place = Place.CHECKLIST
        self._rows: dict[Place, int | None] = {}
        """Heights that were given to panes; None: as the style sheet says."""
        self.stopped: tuple[str, ...] = ()
        """Threads that have come to an unexpected end, in sentences."""

    @property
    def place(self) -> Place:
        """The current pane."""
        return self._place

    @property
    def pane(self) -> Pane:
        """The pane that has, or gets, the keyboard."""
        return self.panes[PANES.index(self._place)]

    def body(self) -> Sequence[Widget]:
        """Banner, tabs, panes."""
        for pane in self.panes:
            pane.data_bind(View.snapshot)
        return (self.tiny, self.banner, self.tabs, self._room)

    def on_mount(self) -> None:
        """Begin in the checklist."""
        self._arrange()
        self.pane.take_focus()

    def on_resize(self) -> None:
        """Another size may mean other panes."""
        self._arrange()
        self.call_after_refresh(self._draw_edges)

    def watch_snapshot(self) -> None:
        """A snapshot came from above: the panes get it by themselves, the rest is ours."""
        self._draw_edges()
        self.call_after_refresh(self._draw_edges)

    def note_stopped(self, sentences: tuple[str, ...]) -> None:
        """Say in the banner which parts have ended."""
        self.stopped = sentences
        self._draw_edges()

    @property
    def subject(self) -> str:
        """What is under the cursor of the current pane."""
        return self.pane.subject

    @property
    def filter_text(self) -> str:
        """The filter of the current pane."""
        return self.pane.filter

    def search(self, text: str) -> None:
        """Filter the current pane."""
        self.pane.search(text)
        self._draw_edges()

    def focus_body(self) -> None:
        """Back to the current pane."""
        self.pane.take_focus()

    def go_to_pane(self, place: Place) -> None:
        """Give the keyboard to a pane, and show it where it is hidden."""
        self._place = place
        self._arrange()
        self.pane.take_focus()

    def go_to(self, subject: str) -> bool:
        """Go to the line of `subject`, wherever it is; what no pane shows is told as a text."""
        kind = subject.partition(":")[0]
        place = {"item": Place.CHECKLIST, "cell": Place.MATRIX, "product": Place.CHANGELOG}.get(kind)
        if place is None:
            self.open_view(DetailsScreen(self.look, subject, self.note, self.actor))
            return True
        self.go_to_pane(place)
        return self.pane.go_to(subject)

    def on_pane_changed(self) -> None:
        """Another line is under a cursor."""
        self._draw_edges()

    def on_descendant_focus(self) -> None:
        """The keyboard went to another pane."""
        for pane in self.panes:
            if pane.has_focus_within and pane.place is not self._place:
                self._place = pane.place
                self._arrange()
        self.follow()

    def _arrange(self) -> None:
        columns, rows = self.app.size
        shown = shown_panes(columns, self._place)
        for pane in self.panes:
            pane.set_class(pane.place in shown, "-shown")
        for box in self._sides:
            box.set_class(any(pane.place in shown for pane in self.panes if pane in box.children), "-shown")
        self.set_class(columns < LEAST[0] or rows < LEAST[1], "-tiny")
        self._draw_edges()

    def _draw_edges(self) -> None:
        if not self.is_mounted:
            return
        self.banner.show(banner_lines(self))
        columns, rows = self.app.size
        self.tabs.show([tab_strip(self.panes, self._place)])
        self.tiny.show(tiny_lines(self.context(), columns, rows))
        self._share_rows(columns)
        self.follow()

    def _share_rows(self, columns: int) -> None:
        """Of four panes the upper two get the rows they need, up to three fifths; the lower two the rest."""
        room = self._room.size.height
        for pane in (self.checklist, self.matrix):
            rows = min(pane.rows_wanted, room * 3 // 5) if columns >= WIDE and room else None
            if self._rows.get(pane.place) != rows:
                self._rows[pane.place] = rows
                pane.styles.height = rows

    # -- intents ------------------------------------------------------------------------------------------------

    def on_toggle(self, event: intents.Toggle) -> None:
        """Space."""
        item = self._item(event)
        if item is None or self.snapshot is None:
            return
        state = self.snapshot.state.item(item.id)
        if state.status is ItemStatus.DONE:
            self.post_message(Record(Untick(item.id, expect=state.seq), f"open again: {item.id}"))
        elif item.evidence_required and not (state.first and state.proofs):
            self.open_view(EvidenceScreen(self.look, item, state.seq, self.note, self.actor))
        else:
            self.post_message(Record(Tick(item.id, expect=state.seq), f"tick: {item.id}"))

    def on_undo(self) -> None:
        """u."""
        self.post_message(Record(Undo(), "take back my last act"))

    def on_open_details(self, event: intents.OpenDetails) -> None:
        """Enter."""
        kind, _, name = event.subject.partition(":")
        if kind == "commit":
            self.open_commit(name)
            return
        self.open_view(DetailsScreen(self.look, event.subject, self.note, self.actor, self._what_ships))

    def on_matrix_view_opened(self, event: MatrixView.Opened) -> None:
        """Enter in the matrix, which binds it itself."""
        event.stop()
        self.action_wish(intents.OpenDetails.id())

    def on_why(self) -> None:
        """w: what the cursor is on."""
        self.open_view(WhyScreen(self.look, self.go_to, self.note, self.actor, about=self.subject))

    def on_show_release(self) -> None:
        """i"""
        self.open_view(ReleaseScreen(self.look, self.note, self.actor))

    def on_next_product(self) -> None:
        """]"""
        self.changelog.turn(1)
        self._draw_edges()

    def on_earlier_product(self) -> None:
        """["""
        self.changelog.turn(-1)
        self._draw_edges()

    def on_preview_entry(self) -> None:
        """p"""
        self.preview_entry(self.changelog.product)

    def on_filter(self) -> None:
        """/"""
        self.open_filter()

    def on_copy(self, event: intents.Copy) -> None:
        """y"""
        if self.snapshot is not None:
            self.open_view(
                CopyScreen(self.look, text_to_copy(self.snapshot, event.subject), self.note, self.actor)
            )

    def on_problems(self) -> None:
        """!"""
        self.post_message(ShowProblems())

    def on_palette(self) -> None:
        """:"""
        self.open_view(PaletteScreen(self.look, self.context(), self.action_wish, self.note, self.actor))

    def on_help(self) -> None:
        """?"""
        self.open_view(HelpScreen(self.look, self.context(), self.note, self.actor))

    def on_next_pane(self) -> None:
        """Tab."""
        self.go_to_pane(PANES[(PANES.index(self._place) + 1) % len(PANES)])

    def on_earlier_pane(self) -> None:
        """Shift+Tab."""
        self.go_to_pane(PANES[(PANES.index(self._place) - 1) % len(PANES)])

    def on_go_checklist(self) -> None:
        """1"""
        self.go_to_pane(Place.CHECKLIST)

    def on_go_matrix(self) -> None:
        """2"""
        self.go_to_pane(Place.MATRIX)

    def on_go_changelog(self) -> None:
        """3"""
        self.go_to_pane(Place.CHANGELOG)

    def on_go_trail(self) -> None:
        """4"""
        self.go_to_pane(Place.TRAIL)

    def go_out(self) -> None:
        """There is nothing below."""
        self.post_message(Depart())

    def _item(self, event: Intent) -> Item | None:
        name = event.subject.partition(":")[2]
        return self.snapshot.plan.item(name) if self.snapshot else None


def banner_lines(cockpit: Cockpit) -> tuple[Line, ...]:
    """What is wrong with the ground we stand on; nothing when nothing is."""
    lines: list[Line] = []
    snapshot = cockpit.snapshot
    if snapshot is not None and snapshot.plan_problem:
        first, *more = snapshot.plan_problem.splitlines()
        others = " (more in !)" if more else ""
        lines.append(
            (Span(" PLAN ON DISK NOT USED ", Tone.BAD), Span(f" {first}{others}; the last good one is judged"))
        )
    if snapshot is not None and snapshot.journal_problems:
        first, *more = snapshot.journal_problems
        others = f" (and {len(more)} more in w)" if more else ""
        lines.append((Span(" JOURNAL ", Tone.BAD), Span(f" {first.splitlines()[0]}{others}")))
    lines.extend((Span(" STOPPED ", Tone.BAD), Span(f" {sentence}")) for sentence in cockpit.stopped)
    return tuple(lines)


def tab_strip(panes: Sequence[Pane], current: Place) -> Line:
    """The panes by number, the current one in brackets with its count."""
    line: list[Span] = [Span(" ")]
    for pane in panes:
        if pane.place is current:
            line.extend((Span(f"[{pane.number} {pane.label}]", Tone.STRONG), Span("  ")))
        else:
            line.append(Span(f"{pane.number} {pane.label}  ", Tone.MUTED))
    here = next(pane for pane in panes if pane.place is current)
    return (*line, Span(" "), *here.state())


def tiny_lines(context: Context, columns: int, rows: int) -> tuple[Line, ...]:
    """One sentence for a window in which nothing can be drawn honestly."""
    verdict = (
        headline(context.snapshot.next, context.snapshot.plan)[:3] if context.snapshot else (Span("UNKNOWN"),)
    )
    needs = f"This window is {columns}x{rows}; the cockpit needs {LEAST[0]}x{LEAST[1]}:"
    return (verdict, (Span(needs),), (Span("enlarge it, or use: gonogo status"),))
