"""A journal in memory: several handles on one log play several people, and it keeps the real one's contract."""

import threading
from collections.abc import Callable, Sequence

from gonogo.errors import BusyError, GonogoError
from gonogo.events import Actor, Draft, Event, EventId
from gonogo.events.edition import RULES
from gonogo.io.journal import record
from gonogo.ports import Alarm, Clock, Tail

GENESIS = "0" * 64


class MemoryLog:
    """What all handles share: the events in their order, and the lock.

    `failure`, when set, is raised by every append; `alarms` stand in every tail.
    """

    def __init__(self, clock: Clock, lock_timeout: float = 5.0) -> None:
        self.clock = clock
        self.lock_timeout = lock_timeout
        self.lock = threading.Lock()
        self.events: list[Event] = []
        self.alarms: tuple[Alarm, ...] = ()
        self.failure: GonogoError | None = None
        self._actors = record.Actors()

    def open(self, actor: Actor) -> "MemoryJournal":
        """A handle for `actor`."""
        return MemoryJournal(self, actor)

    def seal(self, draft: Draft, actor: Actor, seq: int, prev: str) -> Event:
        """The event that a reader would get of `draft`. Raises UsageError as the real journal does."""
        sealed = record.seal(draft, actor, self.clock.now(), seq, prev)
        return record.event_of(sealed.record, self._actors.read(sealed.record.actor))


class MemoryJournal:
    """See `ports.Journal`."""

    edition = RULES
    """See `ports.Journal.edition`."""

    def __init__(self, log: MemoryLog, actor: Actor) -> None:
        self.actor = actor
        self._log = log
        self._read = 0

    def tail(self) -> Tail:
        """See `ports.Journal.tail`."""
        new = tuple(self._log.events[self._read :])
        self._read += len(new)
        return Tail(new, self._log.alarms)

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> tuple[Event, ...]:
        """See `ports.Journal.transact`."""
        if not self._log.lock.acquire(timeout=self._log.lock_timeout):
            raise BusyError("the journal is held by another session; nothing was recorded")
        try:
            drafts = decide(self.tail())
            if drafts and self._log.failure is not None:
                raise self._log.failure
            return self._append(drafts)
        finally:
            self._log.lock.release()

    def close(self) -> None:
        """Nothing is held."""

    def _append(self, drafts: Sequence[Draft]) -> tuple[Event, ...]:
        known: dict[EventId, Event] = {event.id: event for event in self._log.events}
        new: list[Event] = []
        prev = self._log.events[-1].hash if self._log.events else GENESIS
        for draft in drafts:
            if draft.id not in known:
                event = self._log.seal(draft, self.actor, len(self._log.events) + len(new) + 1, prev)
                known[draft.id], prev = event, event.hash
                new.append(event)
        self._log.events += new
        self._read = len(self._log.events)
        return tuple(known[draft.id] for draft in drafts)
