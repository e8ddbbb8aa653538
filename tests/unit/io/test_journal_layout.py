"""Where a journal lies and whose it must be."""

import grp
import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gonogo.errors import ConfigError, NotPermittedError
from gonogo.events import Actor
from gonogo.events.edition import FIRST, RULES
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, default_root, init_all, init_shared, inspect, layout, verify
from gonogo.io.journal.layout import STORE, create_solo, find, read_store, refuse_remote, release_directory
from gonogo.testing.events import FixedIdentity, make_actor, make_draft

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:40 / /srv/shared rw shared:2 - nfs4 server:/x rw
31 22 0:41 / /srv/with\\040blank rw - fuse.sshfs ana@host:/ rw
32 30 0:42 / /srv/shared/local rw master:7 - tmpfs tmpfs rw
33 22 0:43 / /mnt rw - nfs server:/y rw
34 33 254:0 /mnt /mnt rw - ext4 /dev/vda2 rw
"""


def _open(root: Path, release: str = "r", *, create: bool = True, shared: bool = False) -> DirectoryJournal:
    return DirectoryJournal.open(root, release, UnixIdentity(), SystemClock(), "cli", create=create, shared=shared)


def test_alone_a_journal_is_made_on_first_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the user's own state directory, closed to others."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    journal = _open(default_root(), "2026.11")

    assert journal.directory == tmp_path / "state" / "gonogo" / "journals" / "2026.11"
    assert [path.stat().st_mode & 0o777 for path in (journal.directory, *journal.directory.parents[:3])] == [
        0o700
    ] * 4
    assert (journal.store.mode, journal.store.format, journal.store.release) == ("solo", 1, "2026.11")
    assert inspect(journal.directory) == ()


def test_first_starts_at_the_same_moment_make_one_journal(tmp_path: Path) -> None:
    """Both go on from the same genesis, or their chains would part."""
    start = threading.Barrier(8)
    made: list[str] = []

    def make() -> None:
        start.wait()
        made.append(create_solo(tmp_path / "r", "r", NOW).genesis)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert len(set(made)) == 1
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [".lock", "store.json"]


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ("2026.11", "2026.11"),
        ("Nov 2026", "Nov 2026"),
        ("a/b", "a%2Fb"),
        ("..", "%2E."),
        (".hidden", "%2Ehidden"),
        ("Ü%\n", "%C3%9C%25%0A"),
    ],
)
def test_a_release_name_stays_one_directory(tmp_path: Path, release: str, name: str) -> None:
    """Whatever a plan calls its release, it cannot lead elsewhere."""
    assert release_directory(tmp_path, release) == tmp_path / name


@pytest.mark.parametrize("release", ["", "x" * 300])
def test_a_release_name_that_names_nothing_is_refused(tmp_path: Path, release: str) -> None:
    """An error a person can act on, not one from the file system."""
    with pytest.raises(ConfigError, match="cannot name a directory"):
        release_directory(tmp_path, release)


def test_where_a_shared_journal_is_expected_none_is_made(tmp_path: Path) -> None:
    """Or a typing error in a path would start a second truth."""
    with pytest.raises(ConfigError, match="no journal yet") as caught:
        _open(tmp_path, shared=True)

    assert "sudo gonogo journal init --shared" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_the_journal_of_another_release_is_refused(tmp_path: Path) -> None:
    """A directory that was renamed is not what its name says."""
    _open(tmp_path, "one")
    (tmp_path / "one").rename(tmp_path / "two")

    with pytest.raises(ConfigError, match="is the journal of release 'one', not of 'two'"):
        _open(tmp_path, "two")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/shared/r", "nfs4"),
        ("/srv/shared/local/r", ""),
        ("/srv/sharedness", ""),
        ("/srv/with blank", "fuse.sshfs"),
        ("/mnt/r", ""),
    ],
)
def test_a_shared_journal_on_a_network_file_system_is_refused(path: str, kind: str) -> None:
    """The innermost mount decides, and of two on one point the later one."""
    if not kind:
        refuse_remote(Path(path), MOUNTS)
        return
    with pytest.raises(ConfigError, match=f"cannot lie on {kind}"):
        refuse_remote(Path(path), MOUNTS)


def test_only_root_makes_a_shared_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody else is told the very command."""
    monkeypatch.setattr(os, "geteuid", lambda: 1001)

    with pytest.raises(NotPermittedError) as caught:
        init_shared(tmp_path / "a b", "release", "r", NOW, plan="plans/it's.yaml")

    assert caught.value.remedy == (
        f"sudo gonogo journal init --shared '{tmp_path}/a b' --group release --plan 'plans/it'\"'\"'s.yaml'"
    )


@pytest.mark.needs("root")
def test_a_shared_journal_has_owner_and_modes_right(tmp_path: Path) -> None:
    """Whatever the umask; doing it twice changes nothing."""
    before = os.umask(0o077)
    try:
        done = init_shared(tmp_path / "srv", "root", "r", NOW)
    finally:
        os.umask(before)

    target = tmp_path / "srv" / "r"
    assert [line.split()[0] for line in done] == ["made"] * 4
    modes = {path.name: oct(path.stat().st_mode & 0o7777) for path in (target, *target.iterdir())}
    assert modes == {"r": "0o3770", STORE: "0o644", ".lock": "0o660"}
    assert target.parent.stat().st_mode & 0o777 == 0o755
    assert inspect(target) == ()
    assert verify(target) == ()
    assert init_shared(tmp_path / "srv", "root", "r", NOW) == []


@pytest.mark.needs("root")
@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (0o2770, "no sticky bit"),
        (0o1770, "no set-group-ID bit"),
        (0o3777, "writable for everybody"),
        (0o3750, "its group cannot work in it"),
    ],
)
def test_wrong_modes_are_named_and_put_right(tmp_path: Path, mode: int, fault: str) -> None:
    """By the doctor, as an alarm on the screen, and by another init."""
    init_shared(tmp_path, "root", "r", NOW)
    target = tmp_path / "r"
    target.chmod(mode)

    assert fault in " ".join(inspect(target))
    assert fault in " ".join(alarm.message for alarm in _open(tmp_path).tail().alarms)
    (done,) = init_shared(tmp_path, "root", "r", NOW)
    assert done.startswith(f"put {target} right")
    assert inspect(target) == ()


@pytest.mark.needs("root")
def test_observers_may_look_on(tmp_path: Path) -> None:
    """3775 is a choice, not a fault."""
    init_shared(tmp_path, "root", "r", NOW)
    (tmp_path / "r").chmod(0o3775)

    assert inspect(tmp_path / "r") == ()
    assert init_shared(tmp_path, "root", "r", NOW) == []


@pytest.mark.needs("root")
def test_a_directory_of_a_participant_is_named_and_not_touched(tmp_path: Path) -> None:
    """Its owner could have changed anything in it: that is for a person to judge."""
    init_shared(tmp_path, "root", "r", NOW)
    target = tmp_path / "r"
    (target / "65534-0123456789ab.jsonl").touch()
    os.chown(target, 65534, 0)

    assert "who takes part and can remove the files of others" in " ".join(inspect(target))
    with pytest.raises(ConfigError, match="left as it is"):
        init_shared(tmp_path, "root", "r", NOW)


@pytest.mark.needs("root")
def test_a_root_that_others_can_exchange_is_refused(tmp_path: Path) -> None:
    """The best modes below it would prove nothing."""
    place = tmp_path / "srv"
    place.mkdir()
    place.chmod(0o777)

    with pytest.raises(ConfigError, match="could be exchanged by others") as caught:
        init_shared(place, "root", "r", NOW)

    assert caught.value.remedy == f"sudo chown root {place} && sudo chmod 755 {place}"


@pytest.mark.needs("root")
def test_a_group_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With the command that makes it."""
    with pytest.raises(ConfigError, match="no group 'no-such-group'") as caught:
        init_shared(tmp_path, "no-such-group", "r", NOW)

    assert caught.value.remedy == "sudo groupadd no-such-group"


def test_another_persons_own_journal_is_not_written(tmp_path: Path) -> None:
    """Root reading along must not leave root's file in it."""
    _open(tmp_path)
    other: Actor = make_actor("other", os.getuid() + 1)
    journal = DirectoryJournal.open(tmp_path, "r", FixedIdentity(other), SystemClock(), "cli")

    assert "works alone" in journal.why_read_only()
    with pytest.raises(NotPermittedError, match="works alone"):
        journal.transact(lambda _: [make_draft("a")])
    assert journal.tail().events == ()


def test_names_of_files_say_whose_they_are() -> None:
    """And nothing else counts as one."""
    assert layout.owner_named(layout.new_file_name(1001)) == 1001
    assert [
        layout.owner_named(name) for name in ("1001.jsonl", "-ab12.jsonl", "01-ab12.jsonl", "1-ab12.jsonl~")
    ] == [None] * 4


def test_no_store_is_no_journal(tmp_path: Path) -> None:
    """Neither a missing directory nor an empty one."""
    assert read_store(tmp_path / "missing") is None
    assert read_store(tmp_path) is None


def test_a_journal_says_under_which_rules_it_was_made_and_an_old_one_that_it_was_the_first(tmp_path: Path) -> None:
    """What is recorded in it is judged by no older ones."""
    made = create_solo(tmp_path / "r", "r", NOW)
    assert made.rules == RULES

    said = json.loads((tmp_path / "r" / STORE).read_text(encoding="utf-8"))
    del said["rules"]
    (tmp_path / "r" / STORE).write_text(json.dumps(said), encoding="utf-8")

    older = read_store(tmp_path / "r")
    assert older is not None
    assert older.rules == FIRST


@pytest.mark.needs("root")
@pytest.mark.parametrize("all_releases", [False, True])
def test_preparing_a_directory_again_raises_its_rules_until_it_holds_an_event(
    tmp_path: Path, all_releases: bool
) -> None:
    """A release in flight that an older program started must stay one, and holds no later one back."""
    tmp_path.chmod(0o755)
    root = tmp_path / "releases"

    def prepare() -> list[str]:
        group = grp.getgrgid(0).gr_name
        return init_all(root, group, NOW) if all_releases else init_shared(root, group, "r", NOW)

    directory = root if all_releases else root / "r"
    for parent in (root, *root.parents):
        if parent.exists() and parent.stat().st_mode & 0o022 and not parent.stat().st_mode & stat.S_ISVTX:
            pytest.skip("the test's own directory could be exchanged")
    prepare()
    store = read_store(directory)
    assert store is not None
    older = msgspec.structs.replace(store, rules=FIRST)
    (directory / STORE).write_bytes(msgspec.json.encode(older))

    assert any("raised" in sentence for sentence in prepare())
    assert read_store(directory) == store
    assert prepare() == []

    (directory / STORE).write_bytes(msgspec.json.encode(older))
    _open(root).transact(lambda _: [make_draft("one")])
    assert any("left" in sentence for sentence in prepare())
    if not all_releases:
        assert read_store(directory) == older
        return
    # the release that was there keeps the edition it was begun under; those that come later have today's
    began, later = find(root / "r"), find(root / "s")
    assert began is not None
    assert later is not None
    assert (began.store.rules, later.store.rules) == (FIRST, RULES)
    assert prepare() == []


def test_the_edition_of_a_journal_of_ones_own_is_its_owners_to_say(tmp_path: Path) -> None:
    """A file under that name that others may write is a fault."""
    create_solo(tmp_path / "r", "r", NOW)
    (tmp_path / "r" / STORE).chmod(0o666)

    assert any("could be exchanged or written by others" in fault for fault in inspect(tmp_path / "r"))
