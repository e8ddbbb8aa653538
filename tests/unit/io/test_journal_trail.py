"""Whatever is done to the files behind gonogo's back is told, with number and file, and nothing is added to it."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo.errors import ConfigError, GonogoError, IntegrityError
from gonogo.events import Draft, Event
from gonogo.io.journal import DirectoryJournal, Head, layout, record, verify
from gonogo.io.journal.layout import Store
from gonogo.ports import Alarm, Tail
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import FixedIdentity, make_actor, make_draft, own_actor

ME = own_actor()
BOB = make_actor("bob", os.getuid() + 1)


class Books:
    """A journal with two files of the same account, events 1 to 6 taking turns, and tools to spoil it."""

    def __init__(self, tmp: Path) -> None:
        self.clock = FakeClock()
        self.root, self.state = tmp / "journals", tmp / "state"
        self.journal = self.open()
        for number in range(1, 7):
            self.put(f"e{number}")
        self.directory = self.journal.directory
        (self.file,) = self.directory.glob("*.jsonl")
        lines = self.file.read_bytes().splitlines(keepends=True)
        self.other = self.directory / f"{os.getuid()}-0000000000ff.jsonl"
        self.file.write_bytes(b"".join(lines[0::2]))
        self.other.write_bytes(b"".join(lines[1::2]))
        self.other.chmod(0o600)  # whatever the umask: files that others may write are not believed
        self.journal = self.open()
        self.events = self.journal.tail().events

    def open(self) -> DirectoryJournal:
        """One more session."""
        return DirectoryJournal.open(
            self.root,
            "r",
            FixedIdentity(ME),
            self.clock,
            "cli",
            lock_timeout=1,
            state_dir=self.state,
            monotonic=self.clock.monotonic,
        )

    def put(self, name: str) -> tuple[Event, ...]:
        """Append through the first session."""
        return self.journal.transact(lambda _: [make_draft(name)])

    def lines(self, path: Path) -> list[bytes]:
        """The lines of a file, newlines included."""
        return path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Six sound events."""
    made = Books(tmp_path)
    assert len(made.events) == 6
    assert verify(made.directory) == ()
    return made


def _edit(books: Books) -> None:
    text = books.file.read_bytes().replace(b"Run the smoke test", b"Ran the smoke test", 1)
    books.file.write_bytes(text)


def _truncate_in_the_middle(books: Books) -> None:
    books.file.write_bytes(b"".join(books.lines(books.file)[:1]))


def _truncate_the_end(books: Books) -> None:
    books.other.write_bytes(b"".join(books.lines(books.other)[:2]))


def _delete(books: Books) -> None:
    books.other.unlink()


def _swap(books: Books) -> None:
    first, second, third = books.lines(books.file)
    books.file.write_bytes(first + third + second)


def _repeat(books: Books) -> None:
    lines = books.lines(books.file)
    books.file.write_bytes(b"".join([*lines, lines[0]]))


def _copy_into_another_file(books: Books) -> None:
    books.other.write_bytes(books.other.read_bytes() + books.lines(books.file)[-1])


def _write_as_somebody_else(books: Books) -> None:
    sealed = record.seal(make_draft("forged"), BOB, books.clock.now(), 7, books.events[-1].hash)
    with books.file.open("ab") as file:
        file.write(sealed.line)


def _fork(books: Books) -> None:
    sealed = record.seal(make_draft("forged"), ME, books.clock.now(), 7, books.events[2].hash)
    with books.file.open("ab") as file:
        file.write(sealed.line)


def _symlink(books: Books) -> None:
    elsewhere = books.root / "elsewhere"
    shutil.move(books.other, elsewhere)
    books.other.symlink_to(elsewhere)


def _hardlink(books: Books) -> None:
    os.link(books.other, books.root / "second-name")


def _hardlink_here(books: Books) -> None:
    os.link(books.other, books.directory / f"{os.getuid()}-ffffffffffff.jsonl")


def _chmod(books: Books) -> None:
    books.other.chmod(0o666)


def _squat(books: Books) -> None:
    (books.directory / f"{os.getuid() + 1}-0123456789ab.jsonl").write_bytes(b"")


def _garbage(books: Books) -> None:
    with books.file.open("ab") as file:
        file.write(b'{"seq":7,"actor":null}\n')


def _endless(books: Books) -> None:
    with books.file.open("ab") as file:
        file.write(b"x" * 200_000)


def _hole(books: Books) -> None:
    sealed = record.seal(make_draft("late"), ME, books.clock.now(), 8, books.events[-1].hash)
    with books.file.open("ab") as file:
        file.write(sealed.line)


SPOILED: dict[str, tuple[Callable[[Books], None], int, str]] = {
    "edit": (_edit, 1, "event 1 in {file} is not what was written"),
    "cut in the middle": (_truncate_in_the_middle, 3, "event 3 is missing"),
    "delete a file": (_delete, 2, "event 2 is missing"),
    "swap two lines": (_swap, 3, "event 3 stands after event 5 in {file}"),
    "repeat a line": (_repeat, 1, "event 1 stands after event 5 in {file}"),
    "copy a line into another file": (_copy_into_another_file, 5, "event 5"),
    "claim to be another": (_write_as_somebody_else, 7, "claims to be"),
    "fork": (_fork, 7, "event 7 in {file} does not follow event 6"),
    "symbolic link": (_symlink, 2, "is not a plain file"),
    "garbage": (_garbage, 7, "event 7 in {file} is not what was written"),
    "a hole": (_hole, 7, "event 7 is missing"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_journal_is_named_and_not_written(books: Books, name: str) -> None:
    """A full check names the first bad number and the file; no event is put on top."""
    spoil, seq, message = SPOILED[name]
    before = books.journal
    spoil(books)

    alarms = verify(books.directory)

    assert message.format(file=books.file.name) in " ".join(alarm.message for alarm in alarms)
    assert alarms[0].seq == seq
    content = {path: path.read_bytes() for path in books.directory.glob("*.jsonl")}
    for journal in (before, books.open()):
        with pytest.raises(IntegrityError):
            journal.transact(lambda _: [make_draft("more")])
    assert {path: path.read_bytes() for path in books.directory.glob("*.jsonl")} == content


def _directory(books: Books) -> None:
    (books.directory / f"{os.getuid()}-0123456789ab.jsonl").mkdir()


def _pipe(books: Books) -> None:
    os.mkfifo(books.directory / f"{os.getuid()}-0123456789ab.jsonl")


def _only(draft: Draft, _: Tail) -> list[Draft]:
    return [draft]


BESIDE: dict[str, tuple[Callable[[Books], None], str]] = {
    "second name elsewhere": (_hardlink, ""),
    "second name here": (_hardlink_here, "is a second name of"),
    "open to all": (_chmod, "can be written by others (mode 666)"),
    "squat a name": (_squat, "claims to be"),
    "a line without end": (_endless, "after event 5, goes on without end"),
    "a directory": (_directory, "is not a plain file"),
    "a pipe": (_pipe, "is not a plain file"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_adds_nothing_to_the_chain_is_a_warning_and_recording_goes_on(books: Books, name: str) -> None:
    """One member's slip must not stop the release; it is told who can put it right, and how."""
    spoil, message = BESIDE[name]
    before = books.journal
    spoil(books)

    alarms = verify(books.directory)

    assert all(alarm.warning for alarm in alarms)
    assert message in " ".join(alarm.message for alarm in alarms)
    assert bool(message) == (" can type: " in " ".join(alarm.message for alarm in alarms))
    for number, journal in enumerate((before, books.open())):
        draft = make_draft(f"more{number}")
        (event,) = journal.transact(partial(_only, draft))
        assert event.seq == 7 + number
    assert all(alarm.warning for alarm in verify(books.directory))
    assert [event.seq for event in books.open().tail().events] == list(range(1, 9))


def test_what_stands_in_a_file_that_others_can_write_is_doubted_while_it_is_so(books: Books) -> None:
    """It may be anybody's; what is written from then on goes into a new file."""
    books.other.chmod(0o666)
    books.journal.transact(lambda _: [make_draft("more")])

    doubted = {event.seq: event.doubt for event in books.open().tail().events if event.doubt}

    assert list(doubted) == [2, 4, 6]
    assert doubted[2] == f"{books.other.name} of {ME.user} can be written by others (mode 666)"
    books.other.chmod(0o640)
    assert not any(event.doubt for event in books.open().tail().events)


@pytest.mark.parametrize("spoil", [_edit, _truncate_the_end, _delete, _swap], ids=lambda one: one.__name__)
def test_an_open_session_notices_at_its_next_look(books: Books, spoil: Callable[[Books], None]) -> None:
    """Also what was read already is looked at again when its file was touched."""
    spoil(books)

    books.clock.advance(0.25)
    books.journal.tail()
    books.clock.advance(3)

    assert books.journal.tail().alarms != ()


def test_a_shorter_trail_is_a_rollback_for_who_remembers(books: Books) -> None:
    """Cut at its end a chain still agrees with itself; this account has seen more."""
    books.put("e7")
    lines = books.lines(books.file), books.lines(books.other)
    for path, kept in zip((books.file, books.other), lines, strict=True):
        path.write_bytes(b"".join(line for line in kept if record.number_in(line) <= 4))
    assert verify(books.directory) == ()

    alarms = books.open().tail().alarms

    assert [(alarm.kind, alarm.seq) for alarm in alarms] == [("rollback", 5)]
    gone = f"#7 ({ME.user}, item.ticked item:smoke) was seen here and is gone"
    assert alarms[0].message == f"{gone}: the journal ends with event 4"


def test_a_recomputed_chain_is_a_rollback_for_who_remembers(books: Books) -> None:
    """Whoever can write every file can make a chain that verifies, but not the one that was seen."""
    books.put("e7")
    prev, text = books.journal.store.genesis, b""
    for number in range(1, 9):
        sealed = record.seal(make_draft(f"f{number}"), ME, books.clock.now(), number, prev)
        prev, text = sealed.record.hash, text + sealed.line
    books.other.unlink()
    books.file.write_bytes(text)
    assert verify(books.directory) == ()

    journal = books.open()

    assert [(alarm.kind, alarm.seq) for alarm in journal.tail().alarms] == [("rollback", 7)]
    with pytest.raises(IntegrityError, match="another event 7 stands in its place"):
        journal.transact(lambda _: [])


def test_an_old_copy_put_back_is_a_rollback(books: Books) -> None:
    """Restoring a backup is found, and the message says how to accept it."""
    copy = books.root / "copy"
    shutil.copytree(books.directory, copy)
    books.put("e7")
    shutil.rmtree(books.directory)
    shutil.copytree(copy, books.directory)

    with pytest.raises(IntegrityError) as caught:
        books.open().transact(lambda _: [])

    assert "is gone: the journal ends with event 6" in str(caught.value)
    assert "rm " in caught.value.remedy


def test_another_journal_in_the_same_place_is_a_rollback(books: Books) -> None:
    """Removed and made anew is not the same journal."""
    books.put("e7")
    shutil.rmtree(books.directory)

    (alarm,) = books.open().tail().alarms

    assert alarm.message == "this is another journal than the one seen here before"


def test_a_gap_is_an_alarm_only_after_two_seconds(books: Books) -> None:
    """Files are read one after the other: a number may be on its way."""
    missing = record.seal(make_draft("m"), ME, books.clock.now(), 7, books.events[-1].hash)
    after = record.seal(make_draft("n"), ME, books.clock.now(), 8, missing.record.hash)
    with books.file.open("ab") as file:
        file.write(after.line)
    assert books.journal.tail() == Tail()
    books.clock.advance(1.9)
    assert books.journal.tail().alarms == ()
    books.clock.advance(0.2)
    assert [alarm.kind for alarm in books.journal.tail().alarms] == ["gap"]

    with books.other.open("ab") as file:
        file.write(missing.line)

    tail = books.journal.tail()
    assert [event.seq for event in tail.events] == [7, 8]
    assert tail.alarms == ()


def test_a_torn_tail_of_ours_is_cut_and_of_others_left(books: Books) -> None:
    """A writer killed in the middle of a line has acknowledged nothing."""
    for path in (books.file, books.other):
        with path.open("ab") as file:
            file.write(b'{"actor":{"boot')

    assert books.journal.tail().alarms == ()
    (event,) = books.put("e7")

    assert event.seq == 7
    assert verify(books.directory) == ()
    tails = [path.read_bytes().endswith(b"\n") for path in (books.file, books.other)]
    assert sorted(tails) == [False, True]


def test_a_file_mended_again_is_read_on(books: Books) -> None:
    """A wrong mode is told as long as it stands."""
    books.other.chmod(0o666)
    (alarm,) = books.journal.tail().alarms
    assert (alarm.kind, alarm.warning) == ("owner", True)
    assert alarm.message.endswith(f"; {ME.user} can type: chmod 640 {books.other}")

    books.other.chmod(0o640)

    assert books.journal.tail().alarms == ()
    assert books.put("e7")[0].seq == 7


def test_records_of_a_newer_format_are_shown_not_written_on(books: Books) -> None:
    """What is understood of them is shown; a message says why nothing can be recorded."""
    line = record.seal(make_draft("new", kind="moon.landed"), ME, books.clock.now(), 7, books.events[-1].hash).line
    with books.file.open("ab") as file:
        file.write(line.replace(b'"v":1}', b'"v":2,"z":{"quorum":3}}'))

    tail = books.journal.tail()

    assert [(event.seq, event.kind) for event in tail.events] == [(7, "moon.landed")]
    assert [alarm.kind for alarm in tail.alarms] == ["format"]
    with pytest.raises(ConfigError, match="newer gonogo"):
        books.put("e8")


def test_a_journal_of_a_newer_format_is_shown_read_only(books: Books) -> None:
    """The format stands in store.json."""
    path = books.directory / layout.STORE
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 2'))

    journal = books.open()

    assert len(journal.tail().events) == 6
    assert journal.why_read_only() == "the journal is of a newer gonogo"
    with pytest.raises(ConfigError, match="newer gonogo"):
        journal.transact(lambda _: [])


def test_other_names_in_the_directory_are_none_of_ours(books: Books) -> None:
    """Presence files, editors' copies and notes neither count nor alarm."""
    for name in (".here-0-12", "notes.txt", "copy.jsonl", "-1-ab.jsonl", "01-abcd.jsonl", "7-xyz.jsonl"):
        (books.directory / name).write_text("hello\n")

    assert verify(books.directory) == ()
    assert books.journal.tail().alarms == ()


def test_what_others_wrote_is_harmless_to_show(books: Books) -> None:
    """Text that a terminal would obey becomes text it can only show."""
    sealed = record.seal(
        make_draft("odd", data={"text": "\x1b]52;c;aGk=\x07 \u202e \x9b2J", "\x1b[2J": 1}),
        replace(ME, host="\x1b[31mme", tty="\x1b]0;x\x07", ssh_from="\u202e"),
        books.clock.now(),
        7,
        books.events[-1].hash,
    )
    with books.file.open("ab") as file:
        file.write(sealed.line)

    (event,) = books.journal.tail().events

    shown = repr(event)
    assert not {"\\x1b", "\\x07", "\\x9b", "\\u202e"} & {
        shown[i : i + n] for i in range(len(shown)) for n in (4, 6)
    }


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"v":1}',
        b"[" * 5000,
        b'{"seq":' + b"9" * 5000 + b"}",
        b'{"seq":1e999}',
        b"x" * 70_000,
    ],
    ids=["empty", "null", "list", "nothing", "not UTF-8", "bare", "deep", "huge number", "infinite", "long"],
)
def test_a_line_that_is_no_record_is_a_warning_and_no_crash(books: Books, line: bytes) -> None:
    """Whatever somebody puts into a file of theirs."""
    with books.file.open("ab") as file:
        file.write(line + b"\n")

    alarms = books.open().tail().alarms

    assert [(alarm.kind, alarm.warning) for alarm in alarms] == [("stray", True)]
    assert len(alarms[0].message) < 600
    assert books.put("e7")[0].seq == 7
    assert "truncate -s" in alarms[0].message
    os.truncate(books.file, int(alarms[0].message.rpartition("truncate -s ")[2].split()[0]))
    assert books.open().tail().alarms == ()


def test_a_record_that_could_be_read_in_two_ways_is_refused(books: Books) -> None:
    """The hash covers bytes; a key given twice would mean this to one reader and that to another."""
    import hashlib

    line = record.seal(make_draft("a"), ME, books.clock.now(), 7, books.events[-1].hash).line[:-1]
    digest = line[line.index(b'"hash":"') :][:74]
    body = line.replace(digest, b"").replace(b'"kind":', b'"kind":"item.noted","kind":')
    fresh = hashlib.sha256(b"gonogo-event@1\n" + books.events[-1].hash.encode() + body).hexdigest()
    with books.file.open("ab") as file:
        file.write(body.replace(b'"id":', b'"hash":"%b","id":' % fresh.encode()) + b"\n")

    assert books.journal.tail().alarms[0].seq == 7


def test_a_quiet_journal_is_cheap_to_look_at(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cockpit looks four times a second: no file is opened when none has changed."""

    def refuse(path: str, *_: object, **__: object) -> int:
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(os, "open", refuse)

    assert books.journal.tail() == Tail()


def test_only_new_bytes_are_read(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh after one event costs one event."""
    reader = books.open()
    reader.tail()
    books.put("e7")
    read: list[int] = []
    real = os.pread

    def pread(descriptor: int, count: int, offset: int) -> bytes:
        data = real(descriptor, count, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", pread)

    assert [event.seq for event in reader.tail().events] == [7]
    assert sum(read) < 1_000


def test_a_journal_that_is_gone_is_said(books: Books) -> None:
    """No traceback: where, and what."""
    shutil.rmtree(books.directory)

    with pytest.raises(GonogoError, match="cannot be read"):
        books.journal.tail()
    with pytest.raises(ConfigError, match="there is no journal"):
        verify(books.directory)


def test_verify_takes_the_head_that_was_seen(books: Books) -> None:
    """For an audit by somebody who wrote the head down elsewhere."""
    assert verify(books.directory, Head(6, books.events[-1].hash)) == ()
    assert verify(books.directory, Head(6, "0" * 64))[0].kind == "rollback"
    assert verify(books.directory, Head(9, "0" * 64)) == (
        Alarm("rollback", "#9 was seen here and is gone: the journal ends with event 6", 7),
    )


def test_store_is_read_as_text_only(books: Books) -> None:
    """A store.json that is none is said to be none."""
    assert isinstance(layout.read_store(books.directory), Store)
    (books.directory / layout.STORE).write_text('{"format": "one"}')

    with pytest.raises(ConfigError, match="not what gonogo wrote"):
        books.open()
