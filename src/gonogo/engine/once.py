"""The manner of a verb that looks once: everything is asked at the same time, and what is late is not known.

It keeps to the patience of a decision in the cockpit. Nothing is tried again; whoever wants it again calls again.
"""

from __future__ import annotations

import queue
import time
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from gonogo.changelog import ProductChanges, Unreadable
from gonogo.engine.deciding import PATIENCE
from gonogo.engine.outside_thread import Told, early_questions, late_questions
from gonogo.engine.recording import record
from gonogo.engine.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from gonogo.acts.cells import RecordTransition
    from gonogo.changelog import Changes
    from gonogo.engine.histories import ReadHistory
    from gonogo.engine.outside_thread import Doors, Question
    from gonogo.engine.recording import News, NotRecorded
    from gonogo.engine.session import Session
    from gonogo.facts.inputs import Inputs
    from gonogo.plan import Plan, Product

    Item = Changes | Told | Exception

READERS = 4
"""Histories read at the same time; each is a process of its own."""
HALF = 0.5
"""Part of the patience after which nobody waits for a history before asking what depends on it."""


def look_once(
    session: Session,
    doors: Doors,
    ask_cells: Callable[[Session], tuple[RecordTransition, ...]],
    read_history: ReadHistory | None,
    *,
    completing: bool = False,
) -> tuple[NotRecorded, ...]:
    """Take in the journal, what runs, and what git and others say; record what is news.

    `ask_cells` asks and feeds the session, in this thread and within its own time-outs. `read_history`: None where
    no repository is asked. Returns what could not be recorded. Raises ConfigError, and whatever ended an asker.
    """
    session.refresh()
    looking = _Look(session, doors, read_history, completing=completing)
    try:
        looking.begin()
        transitions = ask_cells(session)
        looking.wait()
    finally:
        looking.end()
    return record(session, looking.due, transitions)


class _Look:
    """One look, from the first question to the last answer that is waited for."""

    def __init__(
        self, session: Session, doors: Doors, read_history: ReadHistory | None, *, completing: bool
    ) -> None:
        self._session = session
        self._doors = doors
        self._read_history = read_history
        self._completing = completing
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._unwanted = Event()
        self._began = time.monotonic()
        plan = session.loaded.plan
        self._reading = {one.name for one in plan.products if one.repo} if read_history is not None else set()
        self._readers = Workers(min(READERS, len(self._reading)), "gonogo-git-read", self._inbox.put)
        self._asking = 0
        self._askers: list[Workers] = []
        self._asked_late: Inputs | None = None
        """What was known when it was asked what depends on that."""
        self.due: list[News] = []
        """What rollback triggers have to say."""

    def begin(self) -> None:
        """Ask everything that depends on nothing else."""
        plan = self._session.loaded.plan
        for product in plan.products:
            if self._read_history is not None and product.repo:
                self._readers.begin(partial(self._read, self._read_history, product, plan))
        inputs = self._session.inputs
        git = self._read_history is not None
        self._ask(early_questions(inputs, git=git, completing=self._completing))

    def wait(self) -> None:
        """Until everything is answered, or patience is over: then it is not known."""
        end, half = self._began + PATIENCE, self._began + HALF * PATIENCE
        while True:
            now = time.monotonic()
            if self._read_history is not None and (not self._reading or now >= half):
                self._ask_late()
            if now >= end or not (self._reading or self._asking):
                break
            try:
                self._take_in(self._inbox.get(timeout=(half if now < half else end) - now))
            except queue.Empty:
                continue
        for name in self._reading:
            self._session.learn(Unreadable(name, f"git gave no answer within {PATIENCE:g} s"))

    def end(self) -> None:
        """Ask no more; nobody is waited for."""
        self._unwanted.set()
        for workers in (self._readers, *self._askers):
            workers.stop()

    def _ask_late(self) -> None:
        """What depends on what runs and what ships; again only where that has changed."""
        inputs, before = self._session.inputs, self._asked_late
        if before is None or before.evidence is not inputs.evidence or before.changes is not inputs.changes:
            self._asked_late = inputs
            self._ask(late_questions(inputs))

    def _ask(self, questions: dict[str, Question]) -> None:
        workers = Workers(len(questions), "gonogo-outside-ask", self._inbox.put)
        self._askers.append(workers)
        for ask in questions.values():
            self._asking += 1
            workers.begin(partial(self._tell, ask))

    def _tell(self, ask: Question) -> None:
        self._inbox.put(ask(self._doors))

    def _read(self, read: ReadHistory, product: Product, plan: Plan) -> None:
        self._inbox.put(read(product, plan, self._unwanted.is_set, _nobody))

    def _take_in(self, item: Item) -> None:
        match item:
            case Told():
                self._asking -= 1
                self.due += self._session.learn_outside(
                    item.readings,
                    item.files,
                    item.ledger,
                    item.artifacts,
                    item.containment,
                    item.check_files,
                    item.bad_elsewhere,
                )
            case ProductChanges() | Unreadable():
                self._reading.discard(item.product)
                self._session.learn(item)
            case _:
                raise item


def _nobody(_changes: Changes) -> None:
    """Nobody wants to know how far it has come."""
