"""Reading: the events of all files of a journal in their one order, each checked, none twice.

No lock is needed. What several files hold is put in order by number, and given out as far as there is no gap.
"""

import os
import shlex
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from gonogo.errors import NotPermittedError, StorageError
from gonogo.events import Actor, Event, EventId
from gonogo.io.host.atomic import sync_directory
from gonogo.io.host.identity_unix import account_name, known_account
from gonogo.io.journal import record as records
from gonogo.io.journal.heads import Head
from gonogo.io.journal.layout import SHARED, Store, owner_named
from gonogo.io.journal.record import BadRecordError, NewerRecordError, Record
from gonogo.io.journal.times import Times
from gonogo.ports import Alarm
from gonogo.text import clean

GAP_GRACE = 2.0
"""Seconds after which a missing number is an alarm: until then its author may only be slower than we read."""
_CHUNK = 1024 * 1024
_WORDS = 200
NameOf = Callable[[int], str] | None
"""Name of the account of a uid on this host, "" for none; None where recorded names are taken as they are."""


class JournalFile:
    """How far one file has been read."""

    def __init__(self, name: str, uid: int) -> None:
        self.name = name
        self.uid = uid
        self.offset = 0
        """End of the last complete line."""
        self.last_seq = 0
        self.writable = True
        """Whether its owner still appends to it; a file the disk has failed is closed for good."""
        self.seen: tuple[int, ...] = ()
        """Device, inode, size and times when it was last looked at."""
        self.unusable: Alarm | None = None
        """Why it is not read now; that may pass."""
        self.broken = False
        """Whether its content was found wrong; that does not pass."""
        self.told: Alarm | None = None
        """What is wrong with it and no reason not to read it."""
        self.doubt = ""
        """Why its records may be another account's; "" when the kernel refuses all others."""
        self.changed: datetime | None = None
        """UTC, when the kernel saw its last change: no record in it is younger."""
        self.size = 0
        """Bytes when it was last looked at."""


class Place(NamedTuple):
    """Where on disk a record stands."""

    name: str
    offset: int
    length: int


class _Waiting(NamedTuple):
    event: Event
    prev: str
    place: Place


class Trail:
    """What has been read of a journal so far."""

    def __init__(
        self,
        directory: Path,
        store: Store,
        mark: Head | None,
        monotonic: Callable[[], float],
        name_of: NameOf = known_account,
        *,
        judge_times: bool = False,
        prefix: str = "",
    ) -> None:
        self._prefix = prefix
        self._times = Times() if judge_times else None
        self._name_of = name_of
        self._directory = directory
        self._store = store
        self._mark = mark
        self._monotonic = monotonic
        self._files: dict[str, JournalFile] = {}
        self._places: dict[EventId, Place] = {}
        self._names: dict[tuple[int, int], str] = {}
        """By device and inode: the name under which a file is read."""
        self._waiting: dict[int, _Waiting] = {}
        self._ready: list[Event] = []
        self._judged = 0
        """How many of them have had their time judged."""
        self._actors = records.Actors(name_of, simulated=store.mode != SHARED)
        self._found: dict[tuple[str, str], Alarm] = {}
        self._gap: Alarm | None = None
        self._gap_at = (0, 0.0)
        self._doubt = False
        self.head = Head(0, store.genesis)
        self._newest: Event | None = None
        self.head_place: Place | None = None
        if mark is not None and mark.seq == 0 and mark.hash != store.genesis:
            self._alarm("rollback", "this is another journal than the one seen here before", 0, "store.json")

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Everything that is wrong now, the first bad number first."""
        unusable = [file.unusable for file in self._files.values() if file.unusable]
        told = [file.told for file in self._files.values() if file.told]
        found = [*self._found.values(), *unusable, *told, *([self._gap] if self._gap else [])]
        return tuple(sorted(found, key=lambda alarm: alarm.seq or records.LAST_SEQ))

    def take(self) -> tuple[Event, ...]:
        """The events nobody has taken yet, in order."""
        ready, self._ready, self._judged = tuple(self._ready), [], 0
        return ready

    @property
    def highest(self) -> int:
        """The highest number read, whether or not all before it were."""
        return max(self._waiting, default=self.head.seq)

    def catch_up(self, *, locked: bool = False, settled_up_to: int = 0) -> None:
        """Read what is new.

        A missing number is missing for good with the lock held (`locked`), or when a higher one that is
        `settled_up_to` was read before this look began: authors write in order.

        Raises StorageError or NotPermittedError when the directory cannot be read.
        """
        self._doubt = False
        for name, uid, facts in self._listing():
            file = self._files.get(name)
            if file is None:
                file = self._files[name] = JournalFile(name, uid)
            self._look(file, facts)
        self._advance()
        if self._doubt:
            self._read_again()
        self._judge_ready()
        self._judge_gap(locked or self.head.seq < settled_up_to)
        self._judge_end()

    @property
    def newest(self) -> str:
        """Who did what in the newest event, in a few words; "" before the first."""
        event = self._newest
        return clean(f"{event.actor.user}, {event.kind} {event.subject}", _WORDS) if event else ""

    def settle(self) -> bool:
        """Make the newest event durable, whoever wrote it. Returns whether it is known to be."""
        if self.head_place is None:
            return True
        try:
            with self._open(self.head_place.name) as descriptor:
                os.fsync(descriptor)
            if self.head_place.offset == 0:
                sync_directory(self._directory)
        except OSError:
            return False
        return True

    def _judge_ready(self) -> None:
        self._ready[self._judged :] = self._timed(self._ready[self._judged :])
        self._judged = len(self._ready)

    def _timed(self, events: list[Event]) -> list[Event]:
        """The events with the times they are judged by, once all files have been looked at."""
        if self._times is None or not events:
            return events
        ends = {file.last_seq: file.changed for file in self._files.values() if file.last_seq and file.changed}
        return self._times.judge(events, ends)

    def find(self, event_id: EventId) -> Event | None:
        """The event of that id among those read; it is read once more, since ids come twice only rarely."""
        place = self._places.get(event_id)
        if place is None:
            return None
        with self._open(place.name) as descriptor:
            line = os.pread(descriptor, place.length, place.offset)
        try:
            return self._event(records.unseal(line), harmless=False)
        except (BadRecordError, NewerRecordError) as error:
            raise StorageError("an event cannot be read again", where=str(self._directory / place.name)) from error

    def files_of(self, uid: int) -> tuple[JournalFile, ...]:
        """The sound files of an account, the one with the newest event first."""
        sound = [file for file in self._files.values() if file.uid == uid and not (file.broken or file.unusable)]
        return tuple(sorted(sound, key=lambda file: (-file.last_seq, file.name)))

    def adopt(self, name: str, uid: int, sealed: list[records.Sealed], facts: os.stat_result) -> tuple[Event, ...]:
        """Take in what has just been written at the end of file `name`; returns it as events."""
        file = self._files.setdefault(name, JournalFile(name, uid))
        events = []
        for record, line in sealed:
            event = self._event(record, harmless=records.is_harmless(line))
            place = Place(name, file.offset, len(line) - 1)
            file.offset, file.last_seq = file.offset + len(line), record.seq
            self._step(_Waiting(event, record.prev, place))
            events.append(event)
        file.seen, file.changed = _look_of(facts), _changed(facts)
        return tuple(self._timed(events))

    def _listing(self) -> list[tuple[str, int, os.stat_result]]:
        found = []
        try:
            with os.scandir(self._directory) as entries:
                for entry in entries:
                    uid = owner_named(entry.name, self._prefix)
                    if uid is not None:
                        found.append((entry.name, uid, entry.stat(follow_symlinks=False)))
        except PermissionError as error:
            raise NotPermittedError("this account may not read the journal", where=str(self._directory)) from error
        except OSError as error:
            message = f"the journal cannot be read: {error.strerror}"
            raise StorageError(message, where=str(self._directory)) from error
        if len(found) < len(self._files):
            self._miss({name for name, _, _ in found})
        return found

    def _miss(self, present: set[str]) -> None:
        for file in self._files.values():
            if file.name not in present and file.offset:
                message = f"{file.name} of {account_name(file.uid)} is gone, with its events up to {file.last_seq}"
                self._break(file, "rollback", message, file.last_seq)

    def _look(self, file: JournalFile, facts: os.stat_result) -> None:
        look = _look_of(facts)
        if look == file.seen:
            return
        known, before = file.seen, file.offset
        file.size, file.changed = facts.st_size, _changed(facts)
        file.unusable = self._fault(file, facts)
        self._judge_mode(file, facts)
        if file.unusable is None and not file.broken:
            if known and known[:2] != look[:2]:
                self._break(file, "rollback", f"{file.name} was exchanged for another file", file.last_seq)
            elif facts.st_size < file.offset:
                message = f"{file.name} of {account_name(file.uid)} got shorter: event {file.last_seq} is cut off"
                self._break(file, "rollback", message, file.last_seq)
            else:
                self._read(file)
                # touched without a new line: a torn tail was cut, or somebody edited what was read already
                self._doubt = self._doubt or bool(known and before and file.offset == before)
        file.seen = look

    def _fault(self, file: JournalFile, facts: os.stat_result) -> Alarm | None:
        """Why a file is none of the account in its name. What holds no record of the chain is only a warning."""
        if not stat.S_ISREG(facts.st_mode):
            tool = "rmdir" if stat.S_ISDIR(facts.st_mode) else "rm"
            message = (
                f"{file.name} is not a plain file: it is not read; {self._types(facts.st_uid, tool, file.name)}"
            )
            return Alarm("owner", message, 0, file.name, warning=not file.offset)
        if facts.st_uid != file.uid:
            real, claimed = account_name(facts.st_uid), account_name(file.uid)
            message = f"{file.name} claims to be {claimed}'s and belongs to {real}; its events are not counted"
            message += f"; {self._types(facts.st_uid, 'rm', file.name)}"
            return Alarm("owner", message, 0, file.name, warning=not facts.st_size)
        first = self._names.setdefault((facts.st_dev, facts.st_ino), file.name)
        if first != file.name:
            message = f"{file.name} is a second name of {first}: it is not read"
            message += f"; {self._types(file.uid, 'rm', file.name)}"
            return Alarm("owner", message, 0, file.name, warning=True)
        return None

    def _judge_mode(self, file: JournalFile, facts: os.stat_result) -> None:
        """A file that others may write is read, and what stands in it is not believed to be its owner's."""
        open_to_others = bool(facts.st_mode & 0o022)
        file.writable = bool(facts.st_mode & stat.S_IWUSR) and not open_to_others
        file.told, file.doubt = None, ""
        if file.unusable is not None or not open_to_others:
            return
        mode = stat.S_IMODE(facts.st_mode)
        file.doubt = f"{file.name} of {account_name(file.uid)} can be written by others (mode {mode:o})"
        message = f"{file.doubt}; {self._types(file.uid, 'chmod 640', file.name)}"
        file.told = Alarm("owner", message, 0, file.name, warning=True)

    def _types(self, uid: int, command: str, name: str) -> str:
        """Who can put it right, and with which command."""
        return f"{account_name(uid)} can type: {command} {shlex.quote(str(self._directory / name))}"

    def _open(self, name: str) -> "_Descriptor":
        return _Descriptor(self._directory / name)

    def _read(self, file: JournalFile) -> None:
        try:
            with self._open(file.name) as descriptor:
                for chunk in _complete_lines(descriptor, file.offset):
                    if not self._take_in(file, chunk):
                        return
                    self._advance()
        except PermissionError:
            message = f"{file.name} of {account_name(file.uid)} cannot be read by this account"
            message += f"; {self._types(file.uid, 'chmod 640', file.name)}"
            file.unusable = Alarm("owner", message, 0, file.name, warning=file.size == file.offset)
        except _EndlessLineError:
            self._ignore_rest(file, "goes on without end: no record is that long")
        except OSError as error:
            message = f"the journal cannot be read: {error.strerror}"
            raise StorageError(message, where=str(self._directory / file.name)) from error

    def _take_in(self, file: JournalFile, chunk: bytes) -> bool:
        """Whether all lines of `chunk` are records that may stand here."""
        harmless = records.is_harmless(chunk)
        for line in chunk.split(b"\n")[:-1]:
            try:
                record = self._unseal(line, file.name)
                event = self._event(record, harmless=harmless, doubt=file.doubt)
            except BadRecordError as error:
                seq = records.number_in(line)
                if seq:
                    message = f"event {seq} in {file.name} is not what was written: {error}"
                    self._break(file, "chain", message, seq)
                else:
                    self._ignore_rest(file, f"holds a line that is no record: {error}")
                return False
            problem = self._misplaced(file, event)
            if problem is not None:
                self._break(file, problem.kind, problem.message, problem.seq)
                return False
            self._waiting[event.seq] = _Waiting(event, record.prev, Place(file.name, file.offset, len(line)))
            file.last_seq = event.seq
            file.offset += len(line) + 1
        return True

    def _unseal(self, line: bytes, name: str) -> Record:
        try:
            return records.unseal(line)
        except NewerRecordError:
            message = "events were recorded by a newer gonogo: they are shown as far as they are understood"
            self._alarm("format", message, 0, name)
            return records.read_newer(line)

    def _ignore_rest(self, file: JournalFile, why: str) -> None:
        """What is no record and claims no number adds nothing: its owner goes on in a new file."""
        message = f"{file.name} of {account_name(file.uid)}, after event {file.last_seq}, {why}"
        message += f"; it is not read from there; {self._types(file.uid, f'truncate -s {file.offset}', file.name)}"
        file.unusable = Alarm("stray", message, file.last_seq, file.name, warning=True)

    def _event(self, record: Record, *, harmless: bool, doubt: str = "") -> Event:
        actor: Actor = self._actors.read(record.actor)
        event = records.event_of(record, actor, harmless=harmless)
        return replace(event, doubt=doubt, flaw=doubt) if doubt else event

    def _misplaced(self, file: JournalFile, event: Event) -> Alarm | None:
        if event.actor.uid != file.uid:
            real, claimed = account_name(file.uid), account_name(event.actor.uid)
            message = f"event {event.seq} in {file.name}, which is {real}'s, claims to be {claimed}'s"
            return Alarm("owner", message, event.seq)
        if records.is_forged(event.actor):
            real, claimed = event.actor.user, event.actor.recorded
            message = f"event {event.seq} in {file.name}, which is {real}'s, gives its author the name {claimed}"
            return Alarm("owner", message, event.seq)
        if event.expect >= event.seq:
            message = f"event {event.seq} in {file.name} claims to follow event {event.expect}, which came later"
            return Alarm("chain", message, event.seq)
        if event.seq <= file.last_seq:
            message = (
                f"event {event.seq} stands after event {file.last_seq} in {file.name}: lines were moved or copied"
            )
            return Alarm("chain", message, event.seq)
        if event.seq <= self.head.seq or event.seq in self._waiting:
            return Alarm("chain", f"event {event.seq} exists twice, once in {file.name}", event.seq)
        return None

    def _advance(self) -> None:
        while (waiting := self._waiting.get(self.head.seq + 1)) is not None:
            if waiting.prev != self.head.hash:
                name, seq = waiting.place.name, waiting.event.seq
                message = f"event {seq} in {name} does not follow event {seq - 1}: one of them was changed"
                self._alarm("chain", message, seq, name)
                return
            if waiting.event.id in self._places:
                name, seq = waiting.place.name, waiting.event.seq
                message = f"event {seq} in {name} has the id of an event before it: what was recorded is repeated"
                self._alarm("chain", message, seq, name)
                return
            del self._waiting[waiting.event.seq]
            self._step(waiting)
            self._ready.append(waiting.event)

    def _step(self, waiting: _Waiting) -> None:
        event = waiting.event
        self.head, self._newest = Head(event.seq, event.hash), event
        self.head_place = waiting.place
        self._places.setdefault(event.id, waiting.place)
        if self._mark is not None and self._mark.seq == event.seq and self._mark.hash != event.hash:
            message = (
                f"{_name(self._mark)} was seen here and is gone: another event {event.seq} stands in its place"
            )
            self._alarm("rollback", message, event.seq, waiting.place.name)

    def _read_again(self) -> None:
        """Check everything from the start against what was read. Rare: only accidents and edits lead here."""
        fresh = Trail(self._directory, self._store, self.head, self._monotonic, self._name_of, prefix=self._prefix)
        fresh.catch_up()
        for alarm in fresh.alarms:
            if alarm.warning:
                continue
            self._alarm(alarm.kind, alarm.message, alarm.seq, alarm.file)

    def _judge_gap(self, settled: bool) -> None:
        if not self._waiting or self._found:
            self._gap = None
            return
        missing = self.head.seq + 1
        now = self._monotonic()
        if self._gap_at[0] != missing:
            self._gap_at = (missing, now)
        if settled or now - self._gap_at[1] > GAP_GRACE:
            after = self._waiting[min(self._waiting)]
            message = f"event {missing} is missing; event {after.event.seq} in {after.place.name} is there"
            self._gap = Alarm("gap", message, missing, after.place.name)

    def _judge_end(self) -> None:
        stopped = self._waiting or any(not alarm.warning for alarm in self.alarms)
        if self._mark is None or self.head.seq >= self._mark.seq or stopped:
            return
        message = f"{_name(self._mark)} was seen here and is gone: the journal ends with event {self.head.seq}"
        self._alarm("rollback", message, self.head.seq + 1, "")

    def _break(self, file: JournalFile, kind: str, message: str, seq: int) -> None:
        file.broken = True
        self._alarm(kind, message, seq, file.name)

    def _alarm(self, kind: str, message: str, seq: int, name: str) -> None:
        self._found.setdefault((kind, name), Alarm(kind, message, seq, name))


def _name(head: Head) -> str:
    """The event that is gone, as far as it was remembered."""
    what = f" ({head.what})" if head.what else ""
    return f"#{head.seq}{what}" if head.proven else f"#{head.seq}{what}, which was not proven to be on disk,"


class _EndlessLineError(Exception):
    """More bytes without a newline than a record may have."""


class _Descriptor:
    """A file opened for reading, never through a link and never waiting for a pipe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> int:
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        self._descriptor = os.open(self._path, flags)
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _changed(facts: os.stat_result) -> datetime | None:
    try:
        return datetime.fromtimestamp(facts.st_ctime, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _look_of(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _complete_lines(descriptor: int, offset: int) -> Iterator[bytes]:
    """Whole lines from `offset` on, in pieces; a last line without its newline is left for later."""
    rest = b""
    while chunk := os.pread(descriptor, _CHUNK, offset + len(rest)):
        lines, newline, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > records.LINE_LIMIT:
            if newline:
                yield lines + newline
            raise _EndlessLineError
        if newline:
            yield lines + newline
            offset += len(lines) + 1
