"""Two real accounts in one shared journal: the kernel attests who wrote what, and refuses every edit."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, init_shared, inspect, verify
from support.shared_install import Accounts, SharedPython, as_user, popen_as

pytestmark = pytest.mark.needs("accounts")

RELEASE = "2026.11"
APPEND = """
import sys
from pathlib import Path
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal
from gonogo.events import Draft, EventId
from gonogo.errors import GonogoError
journal = DirectoryJournal.open(Path(sys.argv[1]), "2026.11", UnixIdentity(), SystemClock(), "cli", lock_timeout=1)
print(*[event.id for event in journal.tail().events])
try:
    drafts = [Draft(EventId(name), "item.ticked", "item:x") for name in sys.argv[2:]]
    written = journal.transact(lambda tail: drafts)
except GonogoError as error:
    print(type(error).__name__, error.message)
    sys.exit(error.exit_code)
print(*[f"{event.seq}:{event.actor.user}" for event in written])
"""
HOLD = """
import sys, time
from pathlib import Path
from gonogo.io.journal import lock
with lock.held(Path(sys.argv[1]), 5):
    print("held", flush=True)
    time.sleep(60)
"""


class Desk:
    """A shared journal with one event of each of two accounts."""

    def __init__(self, python: SharedPython, accounts: Accounts) -> None:
        self.python = python
        self.alice, self.bob, self.carol = accounts.names[:3]
        self.root = python.root / f"journal-{os.urandom(4).hex()}"
        init_shared(self.root, accounts.group, RELEASE, datetime(2026, 11, 24, tzinfo=UTC))
        self.directory = self.root / RELEASE
        self.append(self.alice, "a", umask=0o077)
        self.append(self.bob, "b", umask=0o000)
        (self.alices,) = self.directory.glob(f"{accounts.uid(self.alice)}-*.jsonl")
        (self.bobs,) = self.directory.glob(f"{accounts.uid(self.bob)}-*.jsonl")

    def append(
        self, user: str, *names: str, umask: int = 0o022, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Append as `user`, in a process of that account."""
        return as_user(
            user, [self.python.python, "-c", APPEND, str(self.root), *names], umask=umask, env=env, timeout=60
        )

    def shell(self, user: str, command: str) -> "subprocess.CompletedProcess[str]":
        """What somebody does by hand."""
        return as_user(user, ["sh", "-c", command], umask=0)


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Desk:
    """Alice's and bob's."""
    made = Desk(shared_python, accounts)
    assert verify(made.directory) == ()
    return made


def test_any_umask_leaves_the_journal_readable_for_the_group_only(desk: Desk) -> None:
    """Each file is its writer's, 0640, and the group's."""
    facts = [path.stat() for path in (desk.alices, desk.bobs)]

    assert [one.st_mode & 0o7777 for one in facts] == [0o640, 0o640]
    assert {one.st_gid for one in facts} == {desk.directory.stat().st_gid}
    assert desk.append(desk.carol, "c").stdout == f"a b\n3:{desk.carol}\n"
    assert inspect(desk.directory) == ()


def test_the_environment_cannot_make_bob_alice(desk: Desk) -> None:
    """What a shell claims does not reach the record."""
    claims = dict.fromkeys(("USER", "LOGNAME", "SUDO_USER", "GIT_AUTHOR_NAME"), desk.alice)

    done = desk.append(desk.bob, "c", env=claims)

    assert done.stdout == f"a b\n3:{desk.bob}\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "echo x >> {alices}",
        "truncate -s 0 {alices}",
        "rm -f {alices}",
        "mv {alices} {alices}.away",
        "ln -sf /etc/passwd {alices}",
        "chmod 666 {alices}",
        "chown {bob} {alices}",
        "ln {alices} {directory}/second.jsonl",
        "cp {bobs} {alices}",
        "rm -f {directory}/.lock",
        "rm -f {directory}/store.json",
        "chmod 777 {directory}",
        "mv {directory} {directory}.away",
    ],
)
def test_the_kernel_refuses_every_edit_of_anothers_file(desk: Desk, attempt: str) -> None:
    """Nothing bob can type changes what alice wrote."""
    before = desk.alices.read_bytes()
    command = attempt.format(alices=desk.alices, bobs=desk.bobs, directory=desk.directory, bob=desk.bob)

    done = desk.shell(desk.bob, command)

    assert done.returncode != 0
    assert desk.alices.read_bytes() == before
    assert verify(desk.directory) == ()


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        ("sed -i s/item.ticked/item.skipped/ {bobs}", "event 2 in {bobs_name} is not what was written"),
        ("cp {bobs} {bobs}.new && mv {bobs}.new {bobs} && chmod 600 {bobs}", ""),
        ("rm -f {bobs}", ""),
        ("tail -n1 {alices} >> {bobs}", "claims to be {alice}'s"),
        ("cp {bobs} {directory}/{alice_uid}-0123456789ab.jsonl", "claims to be {alice}'s and belongs to {bob}"),
    ],
)
def test_what_bob_can_do_to_his_own_file_is_told_to_all(
    desk: Desk, accounts: Accounts, attempt: str, told: str
) -> None:
    """His file is his; that he changed it is seen at once by whoever had it open, and nobody adds to it."""
    watching = DirectoryJournal.open(desk.root, RELEASE, UnixIdentity(), SystemClock(), "cli")
    assert len(watching.tail().events) == 2
    names = {
        "alices": desk.alices,
        "bobs": desk.bobs,
        "bobs_name": desk.bobs.name,
        "directory": desk.directory,
        "alice": desk.alice,
        "bob": desk.bob,
        "alice_uid": accounts.uid(desk.alice),
        "bob_uid": accounts.uid(desk.bob),
    }

    assert desk.shell(desk.bob, attempt.format(**names)).returncode == 0

    alarms = watching.tail().alarms
    assert alarms != ()
    if told:
        done = desk.append(desk.carol, "c")
        found = " ".join(alarm.message for alarm in (*alarms, *verify(desk.directory)))
        assert told.format(**names) in found + done.stdout
        assert (done.returncode, done.stdout.split()[-3:]) == (6, ["nothing", "was", "recorded"])


def test_a_file_that_the_others_may_not_read_is_told_with_the_command_that_opens_it(desk: Desk) -> None:
    """What stands in it is not known to them: nothing can follow it until bob opens it again."""
    assert desk.shell(desk.bob, f"chmod 000 {desk.bobs}").returncode == 0

    done = desk.append(desk.carol, "c")

    assert done.returncode == 6
    assert f"cannot be read by this account; {desk.bob} can type: chmod 640 {desk.bobs}" in done.stdout
    assert desk.shell(desk.bob, f"chmod 640 {desk.bobs}").returncode == 0
    assert desk.append(desk.carol, "c").returncode == 0


@pytest.mark.parametrize(
    ("slip", "told", "mended"),
    [
        ("echo garbage >> {bobs}", "holds a line that is no record", "truncate -s {size} {bobs}"),
        ("printf '\\n' >> {bobs}", "holds a line that is no record", "truncate -s {size} {bobs}"),
        ("head -c 200000 /dev/zero >> {bobs}", "goes on without end", "truncate -s {size} {bobs}"),
        ("chmod 666 {bobs}", "can be written by others (mode 666)", "chmod 640 {bobs}"),
        ("mkfifo {spare}", "is not a plain file", "rm {spare}"),
        ("mkdir {spare}", "is not a plain file", "rmdir {spare}"),
        ("ln -s {alices} {spare}", "is not a plain file", "rm {spare}"),
        ("ln {bobs} {spare}", "is a second name of", "rm "),
        (": > {directory}/{alice_uid}-0123456789ab.jsonl", "claims to be {alice}'s and belongs to {bob}", "rm "),
    ],
)
def test_a_slip_of_bob_stops_nobody_and_is_told_with_the_command_that_mends_it(
    desk: Desk, accounts: Accounts, slip: str, told: str, mended: str
) -> None:
    """Recording goes on, for him too; what he is told to type is enough, and nothing of the record is lost."""
    spare = desk.directory / f"{accounts.uid(desk.bob)}-ffffffffffff.jsonl"
    names = {
        "alices": desk.alices,
        "bobs": desk.bobs,
        "directory": desk.directory,
        "alice": desk.alice,
        "bob": desk.bob,
        "alice_uid": accounts.uid(desk.alice),
        "spare": spare,
        "size": desk.bobs.stat().st_size,
    }

    assert desk.shell(desk.bob, slip.format(**names)).returncode == 0

    for user, name in ((desk.carol, "c"), (desk.bob, "d"), (desk.alice, "e")):
        done = desk.append(user, name)
        assert done.returncode == 0, done.stdout
    (alarm,) = verify(desk.directory)
    assert alarm.warning
    assert told.format(**names) in alarm.message
    who, _, command = alarm.message.rpartition(" can type: ")
    assert who.endswith(desk.bob)
    assert command.startswith(mended.format(**names))
    assert desk.shell(desk.bob, command).returncode == 0
    assert verify(desk.directory) == ()
    assert desk.append(desk.carol, "f").stdout == f"a b c d e\n6:{desk.carol}\n"


def test_a_stranger_can_neither_read_nor_stall(desk: Desk) -> None:
    """Outside the group there is no journal, and no lock to hold."""
    done = as_user("nobody", ["sh", "-c", f"ls {desk.directory}; flock -n {desk.directory}/.lock true"])

    assert done.returncode != 0
    assert done.stdout == ""


def test_an_observer_reads_and_is_told_why_not_more(desk: Desk) -> None:
    """With 3775 others can read what is written from then on, and nothing more."""
    for path in (desk.directory, desk.alices, desk.bobs):
        path.chmod(0o3775 if path.is_dir() else 0o644)
    assert desk.append(desk.carol, "c", umask=0o077).returncode == 0

    done = as_user("nobody", [desk.python.python, "-c", APPEND, str(desk.root), "n"])

    assert done.stdout.startswith("a b c\n")
    assert done.returncode == 77
    assert "NotPermittedError this account may not record anything here" in done.stdout


def test_a_colleague_who_stopped_in_the_middle_is_named(desk: Desk) -> None:
    """Others get an answer at the deadline; when he goes on, so do they."""
    holder = popen_as(
        desk.alice,
        [desk.python.python, "-c", HOLD, str(desk.directory)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGSTOP)
        _wait_until_stopped(holder.pid)

        done = desk.append(desk.bob, "c")

        assert done.returncode == 75
        assert f"BusyError the journal is held by {desk.alice}, pid {holder.pid}, stopped" in done.stdout
        holder.kill()
    assert desk.append(desk.bob, "c").returncode == 0


def _wait_until_stopped(pid: int) -> None:
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < end
        time.sleep(0.005)
