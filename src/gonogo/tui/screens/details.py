"""Everything known about one thing: an item, a cell, a commit, an event. And the text to take along."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from gonogo.changelog import Changes, ProductChanges
from gonogo.commits.shipping import ReadShipping, WhatShips
from gonogo.engine.poller_thread import Unjoined
from gonogo.events import Actor
from gonogo.matrix import Cell
from gonogo.plan import Product, Target
from gonogo.rules.snapshot import Snapshot
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone, line_text
from gonogo.tui.clipboard import Clipboard
from gonogo.tui.intents import Place, bindings, here
from gonogo.tui.lines import plain, spread, wrap
from gonogo.tui.look import Look
from gonogo.tui.screens.view import View
from gonogo.tui.widgets.row_list import Content, Reading, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view import checklist
from gonogo.view.cell import details as cell_details
from gonogo.view.cell import shipping_question
from gonogo.view.changelog import find_commit, text_of
from gonogo.view.checks import check_lines
from gonogo.view.subjects import WORDS, subject_lines
from gonogo.view.trail import event_line, sentence

NOTHING = "There is nothing to tell."
_GONE = (plain("It is no longer there.", Tone.MUTED),)
"""The plan was edited while it was read."""


class TextView(View, inherit_bindings=False):
    """A text to read under a title."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.TEXT))]
    indent: ClassVar[int] = 10
    """Columns of the labels, under which wrapped lines go on."""
    reading: ClassVar[str] = "Opening the journal."
    """What stands there while the text is not known yet."""

    def __init__(self, look: Look, title: str, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, note, actor)
        self._title: Line = (Span(f" {title} ", Tone.STRONG),)
        self.heading = Lines(look, [self._title])
        self.heading.add_class("title")
        self.text = RowList(look, self.told)

    def body(self) -> Sequence[Widget]:
        """Title and text."""
        return (self.heading, self.text)

    def on_mount(self) -> None:
        """Ready."""
        self.text.focus()
        self.fill()

    def on_resize(self) -> None:
        """Another width: wrapped anew."""
        self.call_after_refresh(self.fill)

    def watch_snapshot(self) -> None:
        """What is told may have changed."""
        super().watch_snapshot()
        self.fill()

    def lines(self) -> tuple[Line, ...] | None:
        """The text, unwrapped; None while it is not known yet."""
        return None

    def told(self, columns: int) -> Content:
        """The text in so many columns."""
        lines = self.lines()
        if lines is None:
            return Reading(self.reading)
        wrapped = [part for line in lines for part in wrap(line, columns - 1, self.indent)]
        return Told([Row(f"{index}", line, selectable=False) for index, line in enumerate(wrapped)], NOTHING)

    def fill(self) -> None:
        """Tell the text anew, and where in it its reader is."""
        self.text.retell()
        self._entitle()

    def on_row_list_scrolled(self) -> None:
        """Other lines are on the screen."""
        self._entitle()

    def _entitle(self) -> None:
        """The title, and where in the text its reader is when there is more of it."""
        first, last, count = self.text.window
        where: Line = (Span(f"{first}-{last}/{count} ", Tone.MUTED),) if self.text.overflows else ()
        self.heading.show([spread(self._title, where, self.heading.size.width, self.look.glyphs.ellipsis)])


class DetailsScreen(TextView):
    """The details of a subject, kept up to date while they are read."""

    def __init__(
        self,
        look: Look,
        subject: str,
        note: str = "",
        actor: Actor | None = None,
        what_ships: ReadShipping | None = None,
    ) -> None:
        super().__init__(look, title_of(subject), note, actor)
        self._subject = subject
        self._what_ships = what_ships
        self._asked: tuple[Product, str, str] | None = None
        self._ships: WhatShips | None = None
        self._history: Changes | None = None
        """What git said about the product when it was asked: a tag may have come, or moved, since."""

    @property
    def subject(self) -> str:
        """What it is about."""
        return self._subject

    def lines(self) -> tuple[Line, ...] | None:
        """The details as they stand now."""
        if self.snapshot is None:
            return None
        cell = cell_of(self.snapshot, self._subject)
        if cell is None:
            return (*self._checking(), *details_of(self.snapshot, self._subject))
        return tuple(cell_details(self.snapshot, cell, self._ships, reading=self._asked is not None))

    def _checking(self) -> tuple[Line, ...]:
        """The check of this item, while this cockpit carries it out."""
        running = self.desk.running().get(self._subject.partition(":")[2])
        if running is None or not self._subject.startswith("item:"):
            return ()
        now: Line = (Span(f"checking for {running.seconds} s", Tone.BUSY), Span("  x in the checklist stops it"))
        return (now, *([plain(f"  {running.line}", Tone.MUTED)] if running.line else []), ())

    def watch_snapshot(self) -> None:
        """Another version may run there, or its history have moved: git is asked again then, and only then."""
        self._ask_git()
        super().watch_snapshot()

    def on_mount(self) -> None:
        """Ask git, in a thread: nothing on the screen waits for it."""
        self._ask_git()

    def _ask_git(self) -> None:
        cell = cell_of(self.snapshot, self._subject) if self.snapshot else None
        question = shipping_question(self.snapshot, cell) if self.snapshot and cell else None
        history = self.snapshot.changes.get(cell.target.product) if self.snapshot and cell else None
        # while a long history is being read it is another one every second
        moved = history is not self._history and not (isinstance(history, ProductChanges) and not history.complete)
        if self._what_ships is None or (question == self._asked and not moved):
            return
        if question != self._asked:
            # also when nobody knows any more what runs there: what was said of it before says nothing now
            self._ships = None
        self._asked, self._history = question, history
        if question is not None:
            self.run_worker(self._read(question), name="what-ships", exclusive=True)

    async def _read(self, question: tuple[Product, str, str]) -> None:
        assert self._what_ships is not None
        # a thread of its own that nobody joins: leaving the cockpit must not wait for git
        threads, loop = Unjoined(), asyncio.get_running_loop()
        ships = await loop.run_in_executor(threads, self._what_ships, *question)
        if question == self._asked:
            self._ships = ships
            self.fill()


def cell_of(snapshot: Snapshot, subject: str) -> Cell | None:
    """The cell a subject names; None when it names something else, or the plan has none such."""
    kind, _, name = subject.partition(":")
    product, _, environment = name.partition("/")
    return snapshot.matrix.cells.get(Target(product, environment)) if kind == "cell" else None


def title_of(subject: str) -> str:
    """What the details are about, in words."""
    kind, _, name = subject.partition(":")
    words = {**WORDS, "item": "Checklist item", "cell": "Target", "event": "Record"}
    return f"{words.get(kind, 'Details')}  {name[:60]}"


def details_of(snapshot: Snapshot, subject: str) -> tuple[Line, ...]:
    """Everything known about a subject, line by line."""
    kind, _, name = subject.partition(":")
    if kind == "item" and (item := snapshot.plan.item(name)):
        check = check_lines(
            snapshot.plan, item, snapshot.state.checks.get(item.id), snapshot.now, snapshot.check_files.get(name)
        )
        return (
            *checklist.details(snapshot, item),
            *([(), *check] if check else []),
            (),
            *_history(snapshot, subject),
        )
    if kind == "cell":
        cell = cell_of(snapshot, subject)
        return tuple(cell_details(snapshot, cell)) if cell else _GONE
    if kind == "event":
        return _event(snapshot, int(name))
    return subject_lines(snapshot, subject) or _GONE


def _history(snapshot: Snapshot, subject: str) -> tuple[Line, ...]:
    events = [event for event in snapshot.state.events if event.subject == subject]
    if not events:
        return (plain("Nobody has acted on it yet.", Tone.MUTED),)
    return (plain("History, newest first", Tone.STRONG), *(event_line(event) for event in reversed(events)))


def _event(snapshot: Snapshot, seq: int) -> tuple[Line, ...]:
    event = next((one for one in reversed(snapshot.state.events) if one.seq == seq), None)
    if event is None:
        return _GONE
    actor = event.actor
    facts = [
        ("number", f"#{event.seq}"),
        ("at", f"{event.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("who", f"{actor.user} (uid {actor.uid})"),
        ("login", actor.login if actor.login != actor.user else ""),
        ("sudo", f"claims {actor.sudo}" if actor.sudo else ""),
        ("via", f"claims {' '.join(filter(None, (actor.via, actor.tty, actor.ssh_from)))}"),
        ("host", f"claims {actor.host}" if actor.host else ""),
        ("kind", f"{event.kind} {event.subject}"),
        ("plan", event.plan_sha256[:12]),
        ("hash", event.hash[:16]),
    ]
    data = [(str(key), _in_words(value)) for key, value in event.data.items() if key != "title"]
    shown = [(clean(label, 9), clean(text, 4_000)) for label, text in (*facts, *data) if text]
    return (sentence(event), *((Span(f"{label:<10}", Tone.MUTED), Span(text)) for label, text in shown))


def _in_words(value: object) -> str:
    """What a record holds, without the signs of a programming language."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_in_words(one)}".rstrip() for key, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_in_words, value))
    return "" if value is None else str(value)


class CopyScreen(TextView):
    """The text itself, and what was done with it: a terminal never says whether it took it."""

    def __init__(self, look: Look, text: str, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, "Copy", note, actor)
        self._text = text
        self._done = "sending it to the terminal"

    def lines(self) -> tuple[Line, ...]:
        """The text to mark by hand, then what was done."""
        shown = tuple(plain(text) for text in self._text.splitlines())
        return (*shown, (), plain(self._done, Tone.MUTED))

    def on_mount(self) -> None:
        """Show it, then send it."""
        self.run_worker(self._send(), name="clipboard")

    async def _send(self) -> None:
        self._done = await Clipboard(self.app.copy_to_clipboard).send(self._text)
        self.fill()


def text_to_copy(snapshot: Snapshot, subject: str) -> str:
    """What somebody would want to paste into a chat or a shell."""
    kind, _, name = subject.partition(":")
    if kind == "commit":
        found = find_commit(snapshot.changes, name)
        return text_of(found[1]) if found else name
    lines = details_of(snapshot, subject)
    if kind == "event":
        event = next(one for one in snapshot.state.events if f"{one.seq}" == name)
        return line_text(event_line(event))
    if kind == "item" and (item := snapshot.plan.item(name)) and item.guide.command:
        return "\n".join(clean(line, 4_000) for line in item.guide.command.splitlines())
    if kind == "item":
        return f"{name}\n{line_text(lines[0])}\n{line_text(lines[2])}"
    if kind == "cell":
        return "\n".join(line_text(line) for line in lines[:4])
    return name or subject
