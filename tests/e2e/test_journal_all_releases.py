"""One directory that root prepared once: a new release needs no root, and nothing more can be forged in it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from e2e.test_journal_forgery import PLAN, Desk
from gonogo.io.journal import init_all, init_shared
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = pytest.mark.needs("accounts")


class Common(Desk):
    """A directory for all releases, in which nobody has started anything."""

    def __init__(self, python: SharedPython, accounts: Accounts) -> None:
        self.python = python
        self.alice, self.bob, self.carol = accounts.names[:3]
        self.uid = accounts.uid(self.alice)
        self.root = python.root / f"all-{os.urandom(4).hex()}"
        assert init_all(self.root, accounts.group, datetime(2026, 11, 24, tzinfo=UTC)) != []
        assert init_all(self.root, accounts.group, datetime(2026, 11, 25, tzinfo=UTC)) == []
        self.directory = self.root / "2026.11"
        self.plan = self.write("2026.11")

    def write(self, release: str) -> Path:
        """The plan of a release, beside the journals."""
        path = self.python.root / f"{self.root.name}-{release}.yaml"
        path.write_text(PLAN.format(alice=self.alice).replace("2026.11", release), encoding="utf-8")
        path.chmod(0o644)
        return path

    def shell(self, user: str, command: str) -> int:
        """What somebody does by hand."""
        return as_user(user, ["sh", "-c", command], umask=0).returncode


@pytest.fixture
def common(shared_python: SharedPython, accounts: Accounts) -> Common:
    """Each of two has noted something; intact."""
    made = Common(shared_python, accounts)
    for user in (made.alice, made.bob):
        done = made.gonogo(user, "note", "smoke", "here")
        assert done.returncode == 0, done.stderr
    assert made.verify(made.carol).returncode == 0
    return made


def test_a_second_release_begins_without_root_and_apart_from_the_first(common: Common, accounts: Accounts) -> None:
    """Its numbers begin at one, each release is checked by itself, and all files lie flat in root's directory."""
    common.plan = common.write("2026.12")

    assert common.gonogo(common.bob, "note", "smoke", "the next one").returncode == 0

    shown = common.gonogo(common.carol, "log").stdout
    assert shown.startswith("#1 ")
    assert len(shown.splitlines()) == 1
    assert common.verify(common.carol).returncode == 0
    names = sorted(path.name for path in common.root.glob("*.jsonl"))
    assert [name.rpartition("-")[0] for name in names] == [
        f"2026.11.{accounts.uid(common.alice)}",
        f"2026.11.{accounts.uid(common.bob)}",
        f"2026.12.{accounts.uid(common.bob)}",
    ]
    assert [path for path in common.root.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    "attempt",
    [
        "echo x >> {alices}",
        "truncate -s 0 {alices}",
        "rm -f {alices}",
        "mv {alices} {alices}.away",
        "chmod 666 {alices}",
        "ln {alices} {root}/second.jsonl",
        "cp {bobs} {alices}",
        "rm -f {root}/.lock",
        "rm -f {root}/store.json",
        "chmod 777 {root}",
        "mv {root} {root}.away",
    ],
)
def test_the_kernel_refuses_every_edit_of_anothers_file_there(
    common: Common, accounts: Accounts, attempt: str
) -> None:
    """As in a directory of one release."""
    (alices,) = common.root.glob(f"2026.11.{accounts.uid(common.alice)}-*.jsonl")
    (bobs,) = common.root.glob(f"2026.11.{accounts.uid(common.bob)}-*.jsonl")
    before = alices.read_bytes()

    assert common.shell(common.bob, attempt.format(alices=alices, bobs=bobs, root=common.root)) != 0

    assert alices.read_bytes() == before
    assert common.verify(common.carol).returncode == 0


def test_a_directory_that_a_member_makes_there_is_no_journal(common: Common, shared_python: SharedPython) -> None:
    """Its owner could remove what others write in it: the flat files are the release."""
    fake = f'{{"format":1,"release":"2026.11","created":"","mode":"shared","genesis":"{"0" * 64}"}}'
    made = f"mkdir -m 777 {common.directory} && echo '{fake}' > {common.directory}/store.json"
    assert common.shell(common.bob, f"{made} && touch {common.directory}/.lock") == 0

    assert common.gonogo(common.alice, "note", "smoke", "on").returncode == 0

    assert len(common.gonogo(common.carol, "log").stdout.splitlines()) == 3
    assert list(common.directory.glob("*.jsonl")) == []


def test_a_record_of_one_release_is_none_of_another(common: Common, accounts: Accounts) -> None:
    """Every release has a beginning of its own."""
    (bobs,) = common.root.glob(f"2026.11.{accounts.uid(common.bob)}-*.jsonl")
    common.plan = common.write("2026.12")

    copied = common.root / bobs.name.replace("2026.11.", "2026.12.")
    assert common.shell(common.bob, f"umask 027; cp {bobs} {copied}") == 0

    assert common.verify(common.carol).returncode == 6


def test_a_journal_that_root_made_before_stays_what_it_was(common: Common, accounts: Accounts) -> None:
    """A directory of root's own for one release comes first."""
    init_shared(common.root / "x", accounts.group, "y", datetime(2026, 11, 24, tzinfo=UTC))
    common.plan = common.write("2026.10")
    old = common.root / "2026.10"
    os.rename(common.root / "x" / "y", old)
    store = (old / "store.json").read_text(encoding="utf-8").replace('"y"', '"2026.10"')
    (old / "store.json").write_text(store, encoding="utf-8")

    assert common.gonogo(common.alice, "note", "smoke", "here").returncode == 0

    assert len(list(old.glob("*.jsonl"))) == 1


def test_every_place_that_names_the_journal_names_the_files_there(common: Common) -> None:
    """No directory of that release exists, and none is named: scripts and people look where the records are."""
    files = f"{common.root}/2026.11.*.jsonl"

    assert common.gonogo(common.carol, "journal", "path").stdout == f"{files}\n"
    told = json.loads(common.gonogo(common.carol, "journal", "path", "--json").stdout)
    assert (told["directory"], told["files"], told["exists"]) == (str(common.root), "2026.11.*.jsonl", True)
    assert f"{files}, at #2" in common.gonogo(common.carol, "status").stdout
    assert f"{common.directory} " not in common.gonogo(common.carol, "doctor").stdout
    assert files in common.gonogo(common.carol, "doctor").stdout
