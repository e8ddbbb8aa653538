"""The journal of one release in a directory: one append-only file per unix account, one lock for the order."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gonogo.errors import ConfigError, IntegrityError, NotPermittedError
from gonogo.events import Actor, Draft, Event, EventId
from gonogo.io.host.identity_unix import account_name, known_account
from gonogo.io.journal import layout, lock, record
from gonogo.io.journal.append import Appender, Disk
from gonogo.io.journal.heads import Head, HeadMemory
from gonogo.io.journal.layout import SHARED, SOLO, Found, Store
from gonogo.io.journal.record import Sealed
from gonogo.io.journal.trail import NameOf, Trail
from gonogo.ports import Alarm, Clock, Identity, Tail

LOCK_TIMEOUT = 5.0
"""Seconds to wait for the lock."""
_NAMED = 3
"""Alarms named in one message; the rest is for an audit."""


class DirectoryJournal:
    """See `ports.Journal`. Not thread-safe."""

    def __init__(
        self,
        directory: Path,
        store: Store,
        actor: Actor,
        clock: Clock,
        *,
        lock_timeout: float = LOCK_TIMEOUT,
        state_dir: Path | None = None,
        disk: Disk | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        name_of: NameOf = known_account,
        judge_times: bool = False,
        prefix: str = "",
    ) -> None:
        self.directory = directory
        self.store = store
        self.actor = actor
        self._clock = clock
        self._lock_timeout = lock_timeout
        self._monotonic = monotonic
        self.prefix = prefix
        """What its file names begin with in a directory for all releases; "" in one of its own."""
        self._heads = HeadMemory(state_dir, directory, store.genesis, prefix)
        self._noted = self._heads.recall()
        self._forgets = ""
        """Why what was seen cannot be remembered; "" when it can."""
        self._trail = Trail(
            directory, store, self._noted, monotonic, name_of, judge_times=judge_times, prefix=prefix
        )
        mode = layout.file_mode(directory, store)
        self._appender = Appender(directory, actor.uid, mode, disk or Disk(), prefix=prefix)
        self._look: tuple[object, ...] = ()
        self._faults: tuple[Alarm, ...] = ()

    @classmethod
    def open(
        cls,
        root: Path,
        release: str,
        identity: Identity,
        clock: Clock,
        via: str,
        *,
        create: bool = True,
        shared: bool = False,
        lock_timeout: float = LOCK_TIMEOUT,
        state_dir: Path | None = None,
        disk: Disk | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        name_of: NameOf = known_account,
        judge_times: bool = False,
    ) -> "DirectoryJournal":
        """Open the journal of `release` below `root`, whatever its mode.

        Where there is none, one for this account alone is made with `create`, but never where a `shared` one is
        expected. `state_dir` is where the newest event seen is remembered (`layout.state_home()`). `name_of`
        names the authors; None takes the names that the records give, as a rehearsal does for its people. With
        `judge_times` the kernel's times of the files bound those of the events; not where `clock` is another's.

        Raises ConfigError (no journal, another release's, a network file system), NotPermittedError, StorageError.
        """
        own = layout.release_directory(root, release)
        found = layout.find(own, release)
        if found is None:
            found = layout.Found(own, _make(own, release, root, clock, create=create and not shared))
        directory, store = found.directory, found.store
        if store.mode == SHARED:
            layout.refuse_remote(directory)
        return cls(
            directory,
            store,
            identity.actor(via),
            clock,
            lock_timeout=lock_timeout,
            state_dir=state_dir,
            disk=disk,
            monotonic=monotonic,
            name_of=name_of,
            judge_times=judge_times,
            prefix=found.prefix,
        )

    @property
    def edition(self) -> int:
        """See `ports.Journal.edition`."""
        return self.store.rules

    def tail(self) -> Tail:
        """See `ports.Journal.tail`."""
        self._trail.catch_up()
        self._note()
        return Tail(self._trail.take(), self._alarms())

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> tuple[Event, ...]:
        """See `ports.Journal.transact`. Raises ConfigError too, for a journal of a newer format."""
        self._refuse_strangers()
        # most of the reading before the lock: with it held, a fresh process would keep everybody waiting
        self._trail.catch_up()
        with lock.held(self.directory, self._lock_timeout, create=self.store.mode == SOLO):
            self._trail.catch_up(locked=True)
            self._refuse_unsound()
            drafts = decide(Tail(self._trail.take(), self._alarms()))
            events = self._append(drafts)
        self._note(durable=bool(events))
        return events

    def close(self) -> None:
        """See `ports.Journal.close`."""
        self._note()

    def why_read_only(self) -> str:
        """Why this account cannot record anything here; "" when it can, as far as can be told without trying."""
        if self.store.format > record.FORMAT:
            return "the journal is of a newer gonogo"
        if self._is_another_persons():
            return f"it is the journal of {self._owner()}, who works alone"
        return (
            "" if os.access(self.directory, os.W_OK | os.X_OK) else f"no permission to write in {self.directory}"
        )

    def _append(self, drafts: Sequence[Draft]) -> tuple[Event, ...]:
        sealed, known = self._seal(drafts)
        if sealed:
            data = b"".join(one.line for one in sealed)
            name, facts = self._appender.append(self._trail, data, sealed[-1].record.seq)
            known |= {event.id: event for event in self._trail.adopt(name, self.actor.uid, sealed, facts)}
        return tuple(known[draft.id] for draft in drafts)

    def _seal(self, drafts: Sequence[Draft]) -> tuple[list[Sealed], dict[EventId, Event]]:
        """The records to write, and the events that are recorded already."""
        sealed: list[Sealed] = []
        known: dict[EventId, Event] = {}
        head, new = self._trail.head, set()
        for draft in drafts:
            recorded = self._trail.find(draft.id)
            if recorded is not None:
                known[draft.id] = recorded
            elif draft.id not in new:
                one = record.seal(draft, self.actor, self._clock.now(), head.seq + 1, head.hash)
                head = Head(one.record.seq, one.record.hash)
                sealed.append(one)
                new.add(draft.id)
        return sealed, known

    def _alarms(self) -> tuple[Alarm, ...]:
        """What is wrong with the trail, and what with the place it lies in."""
        look = (_stand(self.directory), _stand(self.directory / layout.LOCK))
        if look != self._look:
            self._faults = tuple(Alarm("owner", fault) for fault in layout.inspect(self.directory))
            self._look = look
        newer = Alarm("format", "the journal is of a newer gonogo: it is shown, not written; update this one")
        told = [newer] if self.store.format > record.FORMAT else []
        told += [_forgetful(self._forgets, self._heads)] if self._forgets else []
        return (*self._trail.alarms, *self._faults, *told)

    def _refuse_strangers(self) -> None:
        if self.store.format > record.FORMAT:
            raise self._too_new()
        if self._is_another_persons():
            raise NotPermittedError(
                f"this is the journal of {self._owner()}, who works alone", where=str(self.directory)
            )
        if os.geteuid() != self.actor.uid:
            raise NotPermittedError("this process acts as another account than the one it was started by")

    def _refuse_unsound(self) -> None:
        alarms = tuple(alarm for alarm in self._trail.alarms if not alarm.warning)
        if not alarms:
            return
        first = alarms[0]
        if all(alarm.kind == "format" for alarm in alarms):
            raise self._too_new()
        found = "; ".join(alarm.message for alarm in alarms[:_NAMED])
        raise IntegrityError(
            f"{found}; nothing was recorded",
            where=str(self.directory),
            remedy=self._remedy(first),
        )

    def _remedy(self, alarm: Alarm) -> str:
        if alarm.kind == "rollback" and self._heads.path is not None:
            return f"if an administrator put an older copy back on purpose: rm {self._heads.path}"
        return "keep a copy of the directory before anything is touched; gonogo log shows what can still be read"

    def _too_new(self) -> ConfigError:
        return ConfigError(
            "the journal is of a newer gonogo: it can be read, not written",
            where=str(self.directory),
            remedy="update gonogo",
        )

    def _is_another_persons(self) -> bool:
        return self.store.mode != SHARED and _owner_of(self.directory) not in {None, self.actor.uid}

    def _owner(self) -> str:
        uid = _owner_of(self.directory)
        return "somebody" if uid is None else account_name(uid)

    def _note(self, *, durable: bool = False) -> None:
        """Remember the newest event, unless some that were seen are gone: then what was seen stays remembered.

        Its author may have been killed before it was safe: it is made `durable` first, so that a power cut is no
        reason to miss it.
        """
        head, seen = self._trail.head, self._noted.seq if self._noted else 0
        if self._heads.path is None or head.seq <= seen or _is_short(self._trail.alarms):
            return
        self._noted = Head(head.seq, head.hash, self._trail.newest, durable or self._trail.settle())
        self._forgets = self._heads.remember(self._noted)


def verify(directory: Path, mark: Head | None = None) -> tuple[Alarm, ...]:
    """Check everything from the first record on: hashes, order, gaps, owners, modes; the first bad number first.

    `mark` is the newest record seen before, if any. No lock is taken: what is appended meanwhile is no alarm.
    Raises ConfigError, NotPermittedError, StorageError when there is nothing to check.
    """
    return _read_all(_found(directory), mark)[1]


def verify_and_remember(directory: Path, state_dir: Path) -> tuple[Alarm, ...]:
    """As `verify`, against what this account has seen before; what it sees now is remembered."""
    return read_through(_found(directory), state_dir)[1]


def _found(directory: Path) -> Found:
    found = layout.find(directory)
    if found is None:
        raise ConfigError("there is no journal", where=str(directory))
    return found


def read_through(found: Found, state_dir: Path | None) -> tuple[tuple[Event, ...], tuple[Alarm, ...]]:
    """Every event there is and everything that is wrong; what is seen is remembered.

    As `verify`. Raises NotPermittedError, StorageError.
    """
    memory = HeadMemory(state_dir, found.directory, found.store.genesis, found.prefix)
    trail, alarms = _read_all(found, memory.recall())
    if not trail.head.seq or _is_short(alarms):
        return trail.take(), alarms
    head = Head(trail.head.seq, trail.head.hash, trail.newest, trail.settle())
    if why := memory.remember(head):
        alarms = (*alarms, _forgetful(why, memory))
    return trail.take(), alarms


def _read_all(found: Found, mark: Head | None) -> tuple[Trail, tuple[Alarm, ...]]:
    trail = Trail(found.directory, found.store, mark, time.monotonic, prefix=found.prefix)
    trail.catch_up()
    # whatever was missing while others wrote is there by now
    trail.catch_up(settled_up_to=trail.highest)
    faults = tuple(Alarm("owner", fault) for fault in layout.inspect(found.directory))
    return trail, (*trail.alarms, *faults)


def _is_short(alarms: Sequence[Alarm]) -> bool:
    """Whether something that was seen is gone: remembering what is left would hide it from the next look."""
    return any(alarm.kind == "rollback" for alarm in alarms)


def _forgetful(why: str, memory: HeadMemory) -> Alarm:
    message = f"what was seen cannot be remembered in {memory.path}: {why}"
    return Alarm("memory", f"{message}; a cut of the journal may pass unseen", warning=True)


def _make(directory: Path, release: str, root: Path, clock: Clock, *, create: bool) -> Store:
    if not create:
        raise ConfigError(
            "there is no journal yet",
            where=str(directory),
            remedy=f"sudo gonogo journal init --shared {root} --group GROUP --plan PLAN    makes a shared one",
        )
    return layout.create_solo(directory, release, clock.now())


def _stand(path: Path) -> tuple[int, int, int]:
    try:
        facts = path.lstat()
    except OSError:
        return (0, 0, 0)
    return facts.st_mode, facts.st_uid, facts.st_gid


def _owner_of(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except OSError:
        return None
