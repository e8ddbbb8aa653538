"""What is being done about hotfixes at this terminal: in threads that outlive every screen.

A screen that is left stops nothing: it only looks. When the cockpit itself ends while something is being done -
because the connection dropped, say - the process stays until the work is done or needs a person.
"""

import threading
from collections.abc import Callable, Container, Mapping
from typing import Any, Protocol, TypeVar

from textual.message import Message

from gonogo.errors import BusyError, GonogoError
from gonogo.events.hotfixes import Hotfix
from gonogo.facts.ledger import Ledger, LedgerCell
from gonogo.hotfix.on_bench import OnBench
from gonogo.hotfix.outcome import Aborted, Given, Outcome
from gonogo.hotfix.wish import Planned, Seen, Wish
from gonogo.hotfix.work import Kind, Work
from gonogo.plan import Plan

T = TypeVar("T")


class Workshop(Protocol):
    """What carries it out. Every call blocks, and raises GonogoError."""

    def plan(self, plan: Plan, wish: Wish, seen: Seen) -> Planned:
        """A hotfix as it would be, without touching anything."""
        ...

    def plan_carry(self, plan: Plan, cell: LedgerCell) -> Planned:
        """One fix carried to one branch, as it would be."""
        ...

    def start(self, work: Work) -> Outcome:
        """Begin what was planned and go on as far as it goes."""
        ...

    def go_on(self, hotfix_id: str, given: Given) -> Outcome:
        """Go on from wherever it stands."""
        ...

    def abort(self, hotfix_id: str, reason: str) -> Aborted:
        """Take everything back."""
        ...

    def look(self, release: str, known: Hotfix) -> OnBench:
        """Its plan and its command log, as they lie here."""
        ...

    def ledger(self, plan: Plan) -> Ledger:
        """Every fix against every branch it must reach."""
        ...

    def commit_in(self, plan: Plan, cell: LedgerCell, commit: str) -> str:
        """The full id of a commit of the cell's branch."""
        ...


class Worked(Message):
    """A thread has come to its end."""

    def __init__(self, then: Callable[[Any], object], found: object) -> None:
        super().__init__()
        self.then = then
        self.found = found


class Mending:
    """One piece of work at a time; looking goes on beside it."""

    def __init__(self, workshop: Workshop, post: Callable[[Message], object]) -> None:
        self.workshop = workshop
        self._post = post
        self._worker: threading.Thread | None = None
        self._listeners: list[Callable[[], object]] = []
        self.busy = ""
        """Id of what is being done; "" when nothing is."""
        self.results: Mapping[str, Outcome | Aborted | GonogoError] = {}
        """By id, what the last act at this terminal came to."""
        self.works: Mapping[str, Work] = {}
        """By id, the plans that were started or seen here; a finished one is nowhere else."""

    def begun(self, product: str, known: Container[str]) -> str:
        """Id of the hotfix of that product begun here that is not among `known` yet; "" when none is."""
        ours = (one for one in self.works.values() if one.product == product and one.kind is Kind.HOTFIX)
        fresh = (one.id for one in ours if one.id not in known)
        return next((name for name in fresh if not isinstance(self.results.get(name), GonogoError)), "")

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Have `listener` called, in the screen's thread, whenever something moved; returns how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def ask(self, question: Callable[[], T], then: Callable[[T | GonogoError], object]) -> None:
        """Look at something in a thread of its own; `then` is called in the screen's thread."""
        threading.Thread(target=self._run, args=(question, then), name="gonogo-look", daemon=True).start()

    def start(self, work: Work) -> None:
        """Begin what was planned."""
        self.works = {**self.works, work.id: work}
        self._do(work.id, lambda: self.workshop.start(work))

    def go_on(self, hotfix_id: str, given: Given) -> None:
        """Go on from wherever it stands."""
        self._do(hotfix_id, lambda: self.workshop.go_on(hotfix_id, given))

    def abort(self, hotfix_id: str, reason: str) -> None:
        """Take everything back."""
        self._do(hotfix_id, lambda: self.workshop.abort(hotfix_id, reason))

    def finish(self) -> None:
        """Wait until what is being done is done, or needs a person."""
        if self._worker is not None:
            self._worker.join()

    def _do(self, name: str, act: Callable[[], Outcome | Aborted]) -> None:
        if self.busy:
            self.results = {**self.results, name: BusyError(f"{self.busy} is still being worked on")}
            self._tell()
            return
        self.busy = name
        self.results = {key: value for key, value in self.results.items() if key != name}

        def then(found: Outcome | Aborted | GonogoError) -> None:
            self.busy = ""
            self.results = {**self.results, name: found}
            self._tell()

        self._worker = threading.Thread(target=self._run, args=(act, then), name="gonogo-hotfix", daemon=True)
        self._worker.start()
        self._tell()

    def _run(self, act: Callable[[], Any], then: Callable[[Any], object]) -> None:
        found: object
        try:
            found = act()
        except GonogoError as error:
            found = error
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            found = GonogoError(f"{type(error).__name__}: {error}"[:300], remedy="gonogo hotfix status")
        self._post(Worked(then, found))

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
