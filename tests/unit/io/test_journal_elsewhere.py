"""Words on forward-merges from journals of other releases: counted only where our own would be trusted as well."""

import os
import shutil
from pathlib import Path

import pytest

from gonogo import events as kinds
from gonogo.events import Draft, EventId
from gonogo.events.merges import Word
from gonogo.io.journal import DirectoryJournal
from gonogo.io.journal.elsewhere import Elsewhere, merge_words
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import FixedIdentity, own_actor

ME = own_actor()
FIX = "a" * 40


class Shelf:
    """Journals of several releases below one root."""

    def __init__(self, tmp: Path) -> None:
        self.clock = FakeClock()
        self.root, self.state = tmp / "journals", tmp / "state"
        self.here = self.open("here").directory

    def open(self, release: str) -> DirectoryJournal:
        """The journal of a release, made on first use."""
        identity = FixedIdentity(ME)
        return DirectoryJournal.open(self.root, release, identity, self.clock, "cli", state_dir=self.state)

    def say(self, release: str, kind: str, branch: str = "main", reason: str = "not needed there") -> Path:
        """Record a word; returns the journal's directory."""
        journal = self.open(release)
        data = {"product": "web", "fix": FIX, "branch": branch, "reason": reason}
        name = EventId(os.urandom(8).hex())
        journal.transact(lambda _: [Draft(name, kind, f"merge:web/{FIX[:8]}/{branch}", data)])
        journal.close()
        self.clock.advance(1)
        return journal.directory

    def words(self) -> Elsewhere:
        """What is found from here."""
        return merge_words(self.here, self.state)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Only our own journal, empty."""
    return Shelf(tmp_path)


def test_a_word_of_another_release_is_found_with_its_release(shelf: Shelf) -> None:
    """Who, what, where; our own journal is not read a second time."""
    shelf.say("autumn", kinds.MERGE_WAIVED)
    shelf.say("here", kinds.MERGE_EQUATED)
    found = shelf.words()
    assert [(word.release, word.word, word.actor.user, word.oid) for word in found.words] == [
        ("autumn", Word.WAIVED, ME.user, FIX)
    ]
    assert found.notes == ()


def test_what_was_said_last_in_a_release_is_found_the_next_time(shelf: Shelf) -> None:
    """Nothing that was kept in memory hides it."""
    shelf.say("autumn", kinds.MERGE_WAIVED)
    assert [word.word for word in shelf.words().words] == [Word.WAIVED]
    shelf.say("autumn", kinds.MERGE_WITHDRAWN)
    assert [word.word for word in shelf.words().words] == [Word.WITHDRAWN]


def test_a_journal_that_somebody_edited_gives_no_word(shelf: Shelf) -> None:
    """It is told, since somebody relied on it."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    (file,) = directory.glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"not needed", b"not wanted"))
    found = shelf.words()
    assert found.words == ()
    (note,) = found.notes
    assert note.startswith("what was said in release autumn does not count here: that journal is not intact: ")


def test_a_journal_that_was_cut_since_it_was_read_gives_no_word(shelf: Shelf) -> None:
    """A withdrawal cannot be made to vanish: this account remembers what it has seen."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    for _ in range(2):
        shelf.say("autumn", kinds.MERGE_WITHDRAWN)
    assert [word.word for word in shelf.words().words] == [Word.WITHDRAWN]
    (file,) = directory.glob("*.jsonl")
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    found = shelf.words()
    assert found.words == ()
    assert "not intact" in found.notes[0]


def test_a_copy_under_another_name_gives_no_word(shelf: Shelf) -> None:
    """A backup beside the journals is no release."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    shutil.copytree(directory, directory.with_name("autumn.bak"))
    found = shelf.words()
    assert [word.release for word in found.words] == ["autumn"]
    assert found.notes == ("what was said in release autumn.bak does not count here: it is the journal of autumn",)


def test_a_link_to_a_journal_gives_no_word(shelf: Shelf, tmp_path: Path) -> None:
    """Only directories that lie there."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    directory.rename(tmp_path / "autumn")
    directory.symlink_to(tmp_path / "autumn")
    assert shelf.words() == Elsewhere()


def test_a_journal_that_others_can_write_to_gives_no_word(shelf: Shelf) -> None:
    """As our own would raise an alarm."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    directory.chmod(0o777)
    found = shelf.words()
    assert found.words == ()
    assert "writable for others" in found.notes[0]


@pytest.mark.needs("root")
def test_the_journal_of_another_account_gives_no_word(shelf: Shelf) -> None:
    """Alone means alone: nobody else's word reaches this ledger."""
    directory = shelf.say("autumn", kinds.MERGE_WAIVED)
    os.chown(directory, 4242, -1)
    assert shelf.words() == Elsewhere()


def test_journals_without_a_word_are_not_checked(shelf: Shelf) -> None:
    """A hundred releases cost a look each, and their alarms are not told here."""
    directory = shelf.say("autumn", kinds.BATON_TAKEN)
    (file,) = directory.glob("*.jsonl")
    file.write_bytes(b"nonsense\n")
    assert shelf.words() == Elsewhere()
