"""What sessions write for each other: read as far as it can be trusted, whoever wrote it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.io.sharing import others as reading
from gonogo.io.sharing.lease import Leases, Rank
from gonogo.io.sharing.others import Others
from gonogo.io.sharing.publication import PREFIX, Publication
from gonogo.io.sharing.record import (
    FORMAT,
    Answer,
    BadLineError,
    Header,
    Heard,
    answer_lines,
    header_line,
    key_of,
    read_answer,
)
from gonogo.plan import Target

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
STEADY = 5_000_000.0
WEB = Target("web", "prod")
KEY = "0123456789abcdef" * 2
HEADER = Header(FORMAT, "bastion", "boot", 4711)
SEEN = Seen(WEB, (Running("1.2.3", "9f1c2ab"),), Status.SUCCEEDED, NOW, "json http://x", excerpt="{}")


def lines_of(*observations: Observation, excerpts: bool = True) -> list[bytes]:
    """As a session writes them."""
    return list(answer_lines(KEY, observations or (SEEN,), STEADY, NOW, 10.0, excerpts=excerpts))


def read(line: bytes, now: datetime = NOW, steady: float = STEADY) -> Heard:
    """As another session reads them."""
    return read_answer(line, "ana", {WEB}, "", now, steady)


def forged(**changes: object) -> bytes:
    """A line as nobody honest writes it."""
    given: dict[str, object] = {"key": KEY, "steady": STEADY, "at": NOW, "next": 10.0, "seen": [SEEN]}
    return msgspec.json.encode(given | changes)


def texts(directory: Path, own: Path | None = None, others: Others | None = None) -> list[bytes]:
    """All lines that count."""
    others = others or Others(directory, "bastion", "boot")
    return [line.text for line in others.look(own, lambda line: key_of(line) == KEY)]


def plant(directory: Path, content: bytes, *, uid: int | None = None, mode: int = 0o640) -> Path:
    """A file somebody put there."""
    path = directory / f"{PREFIX}{os.getuid() if uid is None else uid}-0123456789ab"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_an_answer_comes_across_with_its_own_clocks_and_its_account() -> None:
    """Nothing becomes newer by being passed on."""
    heard = read(lines_of()[0], NOW + timedelta(seconds=7), STEADY + 7)

    (seen,) = heard.observations
    assert isinstance(seen, Seen)
    assert (seen.polled_at, seen.heard, seen.by) == (NOW, STEADY, "ana")
    assert seen.versions == SEEN.versions
    assert (heard.key, heard.next) == (KEY, 10.0)


def test_a_silence_comes_across_too() -> None:
    """With its reason."""
    missing = Missing(WEB, Reason.TIMEOUT, NOW, "json http://x", "no answer within 5 s", host="x:80")

    (told,) = read(lines_of(missing)[0]).observations

    assert isinstance(told, Missing)
    assert (told.reason, told.detail, told.host, told.by) == (missing.reason, missing.detail, "x:80", "ana")


def test_the_raw_answer_of_a_source_with_a_credential_stays_with_its_account() -> None:
    """Others may know the version, not the page."""
    (told,) = read(lines_of(excerpts=False)[0]).observations

    assert told.excerpt == ""


def test_a_large_source_takes_several_lines() -> None:
    """Each of them small enough to be read at once."""
    targets = [Target(f"p{number}", "prod") for number in range(250)]
    seen = [Seen(one, (Running("1"),), Status.SUCCEEDED, NOW, "prometheus") for one in targets]

    told = [read_answer(line, "ana", set(targets), "", NOW, STEADY) for line in lines_of(*seen)]

    assert [one.part for one in told] == [0, 1, 2]
    assert [one.target for each in told for one in each.observations] == targets


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        forged(steady=STEADY + 60),
        forged(steady=STEADY - 2 * 24 * 3600),
        forged(steady=1e400),
        forged(at=NOW + timedelta(minutes=1)),
        forged(at=NOW.replace(tzinfo=None)),
        forged(next=-1.0),
        forged(part=-1),
        forged(extra="more"),
        forged(seen=[msgspec.structs.replace(SEEN, target=Target("api", "prod"))]),
        forged(seen=[msgspec.structs.replace(SEEN, origin="prom")]),
        forged(seen=[msgspec.structs.replace(SEEN, polled_at=NOW + timedelta(seconds=1))]),
        forged(seen=[msgspec.structs.replace(SEEN, updated_at=NOW.replace(tzinfo=None))]),
        forged(seen=[msgspec.structs.replace(SEEN, versions=(Running("1", weight=-5.0),))]),
        forged(seen=[msgspec.structs.replace(SEEN, versions=(Running("1", replicas=10**9),))]),
        forged(seen=[msgspec.structs.replace(SEEN, versions=(Running("1"),) * 1_000)]),
        forged(seen=[SEEN] * 1_000),
    ],
    ids=range(19),
)
def test_what_no_honest_session_writes_is_not_taken_in(line: bytes) -> None:
    """Later than now, about other cells, or out of all measure."""
    with pytest.raises(BadLineError):
        read(line)


def test_what_others_wrote_cannot_command_a_terminal() -> None:
    """Control characters become something that can only be shown, and texts are bounded."""
    nasty = "\x1b]52;c;AAAA\x07\u202e" + "x" * 5_000
    seen = msgspec.structs.replace(
        SEEN, versions=(Running(nasty, nasty),), source=nasty, message=nasty, link=nasty
    )

    (told,) = read(forged(seen=[seen])).observations

    assert isinstance(told, Seen)
    shown = [told.versions[0].version, told.versions[0].revision, told.source, told.message, told.link]
    assert all(text.isprintable() and len(text) <= 400 for text in shown)


def test_a_session_reads_what_another_publishes_and_only_the_new_part(tmp_path: Path) -> None:
    """Line by line, as the file grows."""
    publication = Publication(tmp_path, HEADER, 0o640)
    others = Others(tmp_path, "bastion", "boot")
    first, second = lines_of()[0], lines_of(msgspec.structs.replace(SEEN, message="later"))[0]

    assert publication.publish(KEY, [first])
    assert texts(tmp_path, others=others) == [first.rstrip()]
    assert texts(tmp_path, others=others) == []
    publication.publish(KEY, [second])
    assert texts(tmp_path, others=others) == [second.rstrip()]
    assert texts(tmp_path, publication.path) == []

    publication.close()
    assert list(tmp_path.iterdir()) == []


def test_a_grown_file_is_left_for_a_new_one_with_the_newest_answers(tmp_path: Path) -> None:
    """A session that comes later finds one of each source."""
    publication = Publication(tmp_path, HEADER, 0o640, grown=2_000)
    other = "f" * 32
    publication.publish(other, [b'{"key":"' + other.encode() + b'"}\n'])
    for number in range(20):
        publication.publish(KEY, lines_of(msgspec.structs.replace(SEEN, message=str(number))))

    (path,) = tmp_path.iterdir()
    assert path == publication.path
    assert path.stat().st_size < 4_000
    assert other.encode() in path.read_bytes()
    assert (read(texts(tmp_path)[-1]).observations[0]).target == WEB
    publication.close()


def test_a_file_that_was_taken_away_is_begun_anew(tmp_path: Path) -> None:
    """Somebody's rm costs nobody an answer."""
    publication = Publication(tmp_path, HEADER, 0o640)
    publication.publish(KEY, lines_of())
    assert publication.path is not None
    publication.path.unlink()

    assert publication.publish(KEY, lines_of())

    assert len(texts(tmp_path)) == 1
    publication.close()


def test_leftovers_of_this_account_go_and_living_sessions_stay(tmp_path: Path) -> None:
    """A killed session's file is held by nobody."""
    plant(tmp_path, header_line(HEADER))
    living = Publication(tmp_path, HEADER, 0o640)
    living.publish(KEY, lines_of())

    Publication(tmp_path, HEADER, 0o640).close()

    assert list(tmp_path.iterdir()) == [living.path]
    living.close()


def test_nowhere_to_write_is_said(tmp_path: Path) -> None:
    """The session then lets another one have the lease."""
    gone = tmp_path / "gone"

    assert not Publication(gone, HEADER, 0o640).publish(KEY, lines_of())


@pytest.mark.parametrize(
    "header",
    [
        header_line(Header(FORMAT, "elsewhere", "boot", 1)),
        header_line(Header(FORMAT, "bastion", "another boot", 1)),
        header_line(Header(FORMAT + 1, "bastion", "boot", 1)),
        b"{}\n",
        b"\xff\xfe\n",
    ],
    ids=["host", "boot", "format", "empty", "bytes"],
)
def test_another_machine_or_boot_is_not_listened_to(tmp_path: Path, header: bytes) -> None:
    """Its clocks have nothing to do with ours."""
    plant(tmp_path, header + lines_of()[0])

    assert texts(tmp_path) == []


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def _second_name(path: Path) -> None:
    path.with_name("second").hardlink_to(path)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _giant(path: Path) -> None:
    os.truncate(path, reading.LONGEST + 1)


def _group_writable(path: Path) -> None:
    path.chmod(0o660)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\n"))


@pytest.mark.parametrize("spoil", [_link, _second_name, _pipe, _giant, _group_writable, _cut])
def test_a_file_that_its_owner_alone_cannot_have_written_is_not_read(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """Links, pipes, giants, files others can write, and lines that are not finished."""
    spoil(plant(tmp_path, header_line(HEADER) + lines_of()[0]))

    assert texts(tmp_path) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_under_another_accounts_name_is_not_read(tmp_path: Path) -> None:
    """The name claims, the kernel knows."""
    plant(tmp_path, header_line(HEADER) + lines_of()[0], uid=1234)
    assert texts(tmp_path) == []

    os.chown(tmp_path / f"{PREFIX}1234-0123456789ab", 1234, -1)

    found = list(Others(tmp_path, "bastion", "boot").look(None, lambda line: True))
    assert [line.account for line in found] == ["uid:1234"]


def test_one_account_cannot_crowd_out_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and bytes are counted for each account."""
    monkeypatch.setattr(reading, "FILES_EACH", 3)
    for number in range(10):
        path = tmp_path / f"{PREFIX}{os.getuid()}-{number:012x}"
        path.write_bytes(header_line(HEADER) + lines_of()[0])
        path.chmod(0o640)

    assert len(texts(tmp_path)) == 3


def test_a_flood_is_read_in_bounded_portions(tmp_path: Path) -> None:
    """Each look costs at most so much; what follows comes with the next."""
    line = lines_of()[0]
    plant(tmp_path, header_line(HEADER) + line * (2 * reading.READ_EACH // len(line)))
    others = Others(tmp_path, "bastion", "boot")

    first = texts(tmp_path, others=others)

    assert 0 < len(first) * len(line) <= reading.READ_EACH
    assert len(texts(tmp_path, others=others)) > 0


def test_a_lease_is_one_sessions_until_it_gives_it_back_or_is_gone(tmp_path: Path) -> None:
    """And each source has its own, and a second one for a substitute."""
    ana, ben = Leases(tmp_path / "l", create=True), Leases(tmp_path / "l")
    assert ana.works()

    assert ana.take(KEY, Rank.POLLER)
    assert ana.take(KEY, Rank.POLLER), "what is held already is held"
    assert not ben.take(KEY, Rank.POLLER)
    assert ben.take(KEY, Rank.SUBSTITUTE)
    assert ben.take("f" * 32, Rank.POLLER)
    ana.give_back(KEY, Rank.POLLER)
    assert ben.take(KEY, Rank.POLLER)
    ben.close()
    assert ana.take("f" * 32, Rank.POLLER)
    ana.close()


def test_a_lock_file_behind_a_link_is_not_opened(tmp_path: Path) -> None:
    """A member of the group could lead us elsewhere."""
    (tmp_path / "elsewhere").touch()
    (tmp_path / "l").symlink_to("elsewhere")

    with pytest.raises(OSError, match="symbolic"):
        Leases(tmp_path / "l", create=True)


def test_an_answer_is_encoded_with_its_key_first() -> None:
    """Lines of other sources are passed over without reading them."""
    assert key_of(msgspec.json.encode(Answer(KEY, 1.0, NOW, 1.0))) == KEY
    assert key_of(b"{}") == ""
