"""The append path when the disk fails: at every call, in every way, nothing acknowledged is lost."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gonogo.errors import NotPermittedError, StorageError
from gonogo.events import Event
from gonogo.io.journal import DirectoryJournal, verify
from gonogo.io.journal.append import Appender, Disk
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import FixedIdentity, make_draft, own_actor

ME = own_actor()
CALLS = ("open", "fchmod", "ftruncate", "write", "fsync")


class _KilledError(BaseException):
    """Stands for kill -9: nobody catches it."""


class FaultyDisk(Disk):
    """Fails the n-th call of one name with an error, a short write, or the end of the process."""

    def __init__(self, call: str, number: int, fault: int | str) -> None:
        self._wanted, self._number, self._fault = call, number, fault
        self.hit = False
        for name in CALLS:
            setattr(self, name, self._guard(name, getattr(os, name)))

    def _guard(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            if name == self._wanted and not self.hit:
                self._number -= 1
                if self._number == 0:
                    self.hit = True
                    return self._fail(real, *args)
            return real(*args)

        return call

    def _fail(self, real: Callable[..., Any], *args: Any) -> Any:
        match self._fault:
            case "short":
                return real(args[0], args[1][: len(args[1]) // 2])
            case "killed before":
                raise _KilledError
            case "killed in the middle":
                real(args[0], args[1][: len(args[1]) // 2])
                raise _KilledError
            case "killed after":
                real(*args)
                raise _KilledError
            case int(code):
                raise OSError(code, os.strerror(code))
            case _:
                raise AssertionError(self._fault)


def _open(root: Path, disk: Disk | None = None) -> DirectoryJournal:
    return DirectoryJournal.open(
        root, "r", FixedIdentity(ME), FakeClock(), "cli", lock_timeout=1, disk=disk, state_dir=root / "state"
    )


def _put(journal: DirectoryJournal, *names: str) -> tuple[Event, ...]:
    return journal.transact(lambda _: [make_draft(name) for name in names])


def _tear(root: Path) -> None:
    """Leave a torn tail, so that the next append has to cut."""
    (path,) = (root / "r").glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"torn')


FAULTS = [
    *[(call, code) for call in CALLS for code in (errno.EIO, errno.ENOSPC, errno.EACCES)],
    ("write", "short"),
    ("write", "killed in the middle"),
    *[(call, when) for call in CALLS for when in ("killed before", "killed after")],
]


@pytest.mark.parametrize(("call", "fault"), FAULTS)
@pytest.mark.parametrize("fresh", [True, False], ids=["first file", "old file"])
def test_no_fault_loses_what_was_acknowledged(tmp_path: Path, call: str, fault: int | str, *, fresh: bool) -> None:
    """After each failing call: acked events are there, unacked ones whole or absent, and work goes on."""
    number = 0
    while True:
        number += 1
        root = tmp_path / str(number)
        sound = [] if fresh else ["a", "b"]
        if sound:
            _put(_open(root), *sound)
            _tear(root)
        disk = FaultyDisk(call, number, fault)
        journal = _open(root, disk)
        acknowledged = list(sound)
        try:
            acknowledged += [event.id for event in _put(journal, "c", "d")]
        except (StorageError, NotPermittedError) as error:
            said = str(error)
            assert "nothing was recorded" in said or "may or may not" in said
            if "nothing was recorded" in said:
                assert [event.id for event in _open(root).tail().events] == sound
        except _KilledError:
            journal = _open(root)
        if not disk.hit:
            break
        _put(journal, "c", "d", "e")

        assert [event.id for event in _open(root).tail().events] == [*sound, "c", "d", "e"]
        assert set(acknowledged) <= {*sound, "c", "d", "e"}
        assert verify(root / "r") == ()
    assert number > 1 or (call, fresh) in {("fchmod", False), ("ftruncate", True)}


def test_a_failed_fsync_closes_the_file_for_good(tmp_path: Path) -> None:
    """A second fsync would say yes to bytes the kernel has dropped; no other process may use the file either."""
    _put(_open(tmp_path), "a")
    (old,) = (tmp_path / "r").glob("*.jsonl")
    journal = _open(tmp_path, FaultyDisk("fsync", 1, errno.EIO))

    with pytest.raises(StorageError) as caught:
        _put(journal, "b")

    assert str(caught.value) == (
        f"input/output error on {tmp_path / 'r'}: nothing was recorded\n"
        f"  try again; {old.name} is left for good, the next event begins a new file"
    )
    before = old.read_bytes()
    _put(journal, "b")
    _put(_open(tmp_path), "c")
    assert old.read_bytes() == before
    assert len(list((tmp_path / "r").glob("*.jsonl"))) == 2
    assert verify(tmp_path / "r") == ()


def test_what_cannot_be_taken_back_is_said(tmp_path: Path) -> None:
    """When write and truncate both fail nobody knows, and the message does not pretend to."""

    class Dying(Disk):
        def __init__(self) -> None:
            self.write = self._half
            self.ftruncate = self._no

        def _half(self, descriptor: int, data: bytes) -> int:
            os.write(descriptor, data[:10])
            raise OSError(errno.EIO, "boom")

        def _no(self, descriptor: int, size: int) -> None:
            raise OSError(errno.EIO, "boom")

    with pytest.raises(StorageError, match="may or may not have been recorded"):
        _put(_open(tmp_path, Dying()), "a")

    assert _put(_open(tmp_path), "a")[0].seq == 1


def test_the_record_built_on_is_made_durable_first(tmp_path: Path) -> None:
    """Its author may have died before its fsync; ours must not follow a record that a power cut takes."""
    _put(_open(tmp_path), "a")
    (old,) = (tmp_path / "r").glob("*.jsonl")
    old.chmod(0o400)  # closed for good, so the next one goes elsewhere
    synced: list[str] = []

    class Watched(Disk):
        def __init__(self) -> None:
            self.fsync = self._fsync

        def _fsync(self, descriptor: int) -> None:
            synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
            os.fsync(descriptor)

    journal = _open(tmp_path, Watched())
    _put(journal, "b")
    (new,) = {path.name for path in (tmp_path / "r").glob("*.jsonl")} - {old.name}

    assert synced == [old.name, "r", new, "r"]
    synced.clear()
    _put(journal, "c")
    assert synced == [new]


def test_a_file_is_left_when_it_is_large(tmp_path: Path) -> None:
    """The chain goes on in the next one."""
    journal = _open(tmp_path)
    journal._appender = Appender(journal.directory, os.getuid(), 0o600, Disk(), rotate_at=2_000)

    for number in range(9):
        _put(journal, f"e{number}")

    files = list((tmp_path / "r").glob("*.jsonl"))
    assert len(files) > 1
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert [event.seq for event in _open(tmp_path).tail().events] == list(range(1, 10))


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_no_umask_changes_a_mode(tmp_path: Path, umask: int) -> None:
    """Neither more nor less than was meant."""
    root = tmp_path / "j"
    root.mkdir(mode=0o700)
    before = os.umask(umask)
    try:
        _put(_open(root), "a")
    finally:
        os.umask(before)

    modes = {
        (path.name.partition("-")[2] and "events") or path.name: path.stat().st_mode & 0o7777
        for path in (root / "r").iterdir()
    }
    assert modes == {"events": 0o600, ".lock": 0o600, "store.json": 0o644}
    assert (root / "r").stat().st_mode & 0o777 == 0o700


def test_a_limit_on_file_size_is_told_and_harms_nothing(tmp_path: Path) -> None:
    """As with a full disk: refused in words, readable, and the next append after it works."""
    script = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]\n"
        "from unit.io.test_journal_append import _open, _put\n"
        "for n in range(99): _put(_open(Path(sys.argv[1])), f'e{n}')\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    # -B: byte code is a file as well, and would be left cut off for everybody
    argv = [sys.executable, "-B", "-c", script, str(tmp_path), *sys.path]
    done = subprocess.run(argv, preexec_fn=limit, capture_output=True, text=True)

    assert f"no larger file is allowed on {tmp_path / 'r'}: nothing was recorded" in done.stderr
    count = len(_open(tmp_path).tail().events)
    assert 0 < count < 99
    assert _put(_open(tmp_path), "more")[0].seq == count + 1
    assert verify(tmp_path / "r") == ()


@pytest.mark.needs("root")
def test_a_full_disk_is_told_and_harms_nothing(tmp_path: Path) -> None:
    """On a real file system of 256 KiB: refused in words, still readable, and on again when there is room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "gonogo", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.strip()}")
    try:
        journal = _open(disk)
        _put(journal, "first")
        ballast = disk / "ballast"
        _fill(ballast)
        count, problem = _put_until_refused(journal)

        assert problem == f"no space left on {disk / 'r'}: nothing was recorded"
        assert len(_open(disk).tail().events) == 1 + count
        ballast.unlink()
        assert _put(journal, "more")[0].seq == count + 2
        assert verify(disk / "r") == ()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _put_until_refused(journal: DirectoryJournal) -> tuple[int, str]:
    """How many appends the disk still took, and what was said then."""
    for count in range(99):
        try:
            _put(journal, f"e{count}")
        except StorageError as error:
            return count, str(error)
    raise AssertionError("the disk was never full")


@pytest.mark.needs("root")
def test_a_read_only_file_system_can_be_read(tmp_path: Path) -> None:
    """Looking goes on; recording is refused in words."""
    _put(_open(tmp_path / "j"), "a")
    place = tmp_path / "j"
    done = subprocess.run(["mount", "--bind", str(place), str(place)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        journal = _open(place)

        assert len(journal.tail().events) == 1
        with pytest.raises(StorageError, match="read-only file system"):
            _put(journal, "b")
    finally:
        subprocess.run(["umount", str(place)], check=True)


INTERRUPTED = """
import os, signal, sys, threading, time
from pathlib import Path
place, number, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sys.path[:0] = sys.argv[4:]
from unit.io.test_journal_append import _open, make_draft
if number != signal.SIGINT:
    signal.signal(number, signal.SIG_DFL)
for _ in range(threads):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

def decide(_):
    os.kill(os.getpid(), number)
    for _ in range(1000):
        pass  # where a handler would run
    return [make_draft("a")]

_open(place).transact(decide)
"""


@pytest.mark.parametrize("threads", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_or_end_waits_until_the_lock_is_given_back(
    tmp_path: Path, number: signal.Signals, threads: int
) -> None:
    """^C or a hang-up in the middle of an append ends the program, after the append; also beside other threads.

    In a program of its own, for the kernel gives a signal to any thread that does not block it.
    """
    argv = [sys.executable, "-c", INTERRUPTED, str(tmp_path), str(int(number)), str(threads), *sys.path]
    done = subprocess.run(argv, capture_output=True, text=True)

    assert done.returncode == -number, done.stderr
    assert [event.id for event in _open(tmp_path).tail().events] == ["a"]
    assert _put(_open(tmp_path), "b")[0].seq == 2


LISTING = """
import os
for number in range(3, 64):
    if os.path.exists(f"/proc/self/fd/{number}"):
        print(os.readlink(f"/proc/self/fd/{number}"))
"""


def test_no_child_inherits_a_descriptor_of_the_journal(tmp_path: Path) -> None:
    """Neither the lock nor a journal file is open in a program started meanwhile."""
    seen: list[str] = []

    def decide(_: object) -> list[Any]:
        seen.append(
            subprocess.run(
                [sys.executable, "-c", LISTING], close_fds=False, check=True, capture_output=True, text=True
            ).stdout
        )
        return []

    _open(tmp_path).transact(decide)

    assert str(tmp_path) not in seen[0]
