"""One suite for every journal: the one in memory and the one on disk keep the same promises."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.errors import BusyError, UsageError
from gonogo.events import Draft, Event, EventId
from gonogo.io.journal import DirectoryJournal
from gonogo.ports import Journal, Tail
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import FixedIdentity, make_draft, own_actor
from gonogo.testing.journal import MemoryLog

Opener = Callable[[], Journal]
"""Opens one more handle on the same journal."""


@pytest.fixture
def clock() -> FakeClock:
    """Stands still."""
    return FakeClock()


@pytest.fixture(params=["memory", "directory"])
def open_journal(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Opener]:
    """Handles on one journal, in memory and on disk."""
    opened: list[Journal] = []
    actor = own_actor()
    log = MemoryLog(clock, lock_timeout=0.1)

    def handle() -> Journal:
        if request.param == "memory":
            journal: Journal = log.open(actor)
        else:
            identity = FixedIdentity(actor)
            journal = DirectoryJournal.open(tmp_path, "2026.11", identity, clock, "cli", lock_timeout=0.1)
        opened.append(journal)
        return journal

    yield handle
    for journal in opened:
        journal.close()


def _put(journal: Journal, *drafts: Draft) -> tuple[Event, ...]:
    return journal.transact(lambda _: drafts)


def test_an_empty_journal_has_nothing(open_journal: Opener) -> None:
    """No events and no alarms."""
    assert open_journal().tail() == Tail()


def test_what_was_written_comes_back_whole(open_journal: Opener, clock: FakeClock) -> None:
    """Number, time, actor and hash are the journal's; the rest is the author's."""
    (first,) = _put(open_journal(), make_draft("before"))
    (event,) = _put(open_journal(), Draft(EventId("a"), "item.noted", "item:x", {"text": "übel\n"}, 1, "f" * 64))

    assert (event.seq, event.id, event.kind, event.subject) == (2, "a", "item.noted", "item:x")
    assert (event.data, event.expect, event.plan_sha256) == ({"text": "übel\n"}, 1, "f" * 64)
    assert (event.at, event.actor) == (clock.now(), own_actor())
    assert len(event.hash) == 64
    assert open_journal().tail().events == (first, event)


def test_no_event_claims_to_follow_one_that_comes_later(open_journal: Opener) -> None:
    """A reader would take it for forged: it is refused before it is written."""
    with pytest.raises(UsageError, match="follow event 7"):
        _put(open_journal(), Draft(EventId("a"), "item.noted", "item:x", {}, 7))

    assert open_journal().tail() == Tail()


def test_numbers_have_no_gaps(open_journal: Opener) -> None:
    """Whoever writes, the order is one."""
    first, second = open_journal(), open_journal()

    written = [*_put(first, make_draft("a"), make_draft("b")), *_put(second, make_draft("c"))]
    written += _put(first, make_draft("d"))

    assert [event.seq for event in written] == [1, 2, 3, 4]
    assert open_journal().tail().events == tuple(written)


def test_each_event_is_seen_once_by_tail_or_decide(open_journal: Opener) -> None:
    """A reader never gets the same event again, nor its own back."""
    mine, other = open_journal(), open_journal()
    (first,) = _put(other, make_draft("a"))
    assert mine.tail().events == (first,)
    (second,) = _put(other, make_draft("b"))
    seen: list[Event] = []

    def decide(tail: Tail) -> list[Draft]:
        seen.extend(tail.events)
        return [make_draft("c")]

    mine.transact(decide)

    assert seen == [second]
    assert mine.tail().events == ()
    assert [event.id for event in other.tail().events] == ["c"]


def test_what_decide_raises_ends_the_transaction(open_journal: Opener) -> None:
    """Nothing is written, and the journal is free for the next one."""
    journal = open_journal()

    def refuse(_: Tail) -> list[Draft]:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        journal.transact(refuse)

    assert [event.seq for event in _put(journal, make_draft("a"))] == [1]


def test_deciding_nothing_writes_nothing(open_journal: Opener) -> None:
    """What holds already needs no event."""
    journal = open_journal()

    assert _put(journal) == ()
    assert open_journal().tail() == Tail()


def test_the_same_id_sent_200_times_is_one_event(open_journal: Opener) -> None:
    """A retry after a lost connection gets the same answer, from any handle."""
    journals = itertools.cycle([open_journal(), open_journal(), open_journal()])

    answers = {_put(next(journals), make_draft("once"))[0].hash for _ in range(200)}

    assert len(answers) == 1
    assert len(open_journal().tail().events) == 1


def test_a_known_id_among_new_ones_keeps_the_order_of_the_drafts(open_journal: Opener) -> None:
    """Each draft has its event in its place; an id twice in one go is one event."""
    journal = open_journal()
    (old,) = _put(journal, make_draft("old"))

    events = _put(journal, make_draft("new"), make_draft("old"), make_draft("new"))

    assert [event.id for event in events] == ["new", "old", "new"]
    assert events[1] == old
    assert events[0] == events[2]
    assert len(open_journal().tail().events) == 2


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x" * 70_000},
        {"weight": float("nan")},
        {"text": "\ud800"},
        {"when": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
    ids=["too large", "not a number", "half a character", "no JSON"],
)
def test_what_a_record_cannot_carry_is_refused_before_anything_is_written(
    open_journal: Opener, data: dict[str, object]
) -> None:
    """Not even the sound drafts beside it are written."""
    journal = open_journal()

    with pytest.raises(UsageError):
        _put(journal, make_draft("sound"), make_draft("odd", data=data))

    assert open_journal().tail() == Tail()
    assert _put(journal, make_draft("next"))[0].seq == 1


@pytest.mark.parametrize("name", ["", "two\nlines", "\x1b[2J"])
def test_ids_and_subjects_are_plain_words(open_journal: Opener, name: str) -> None:
    """Otherwise an id could not be found again under the name it was sent with."""
    with pytest.raises(UsageError):
        _put(open_journal(), make_draft(name))


def test_unknown_kinds_are_kept(open_journal: Opener) -> None:
    """What a later version records is shown by this one."""
    _put(open_journal(), make_draft("a", kind="moon.landed", data={"where": ["sea", {"depth": 3}]}))

    (event,) = open_journal().tail().events

    assert (event.kind, event.data) == ("moon.landed", {"where": ["sea", {"depth": 3}]})


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=3653)])
def test_a_wrong_clock_does_not_change_the_order(open_journal: Opener, clock: FakeClock, jump: timedelta) -> None:
    """The number is the order; the time is only shown."""
    journal = open_journal()
    _put(journal, make_draft("a"))
    clock.advance(jump)

    _put(journal, make_draft("b"))

    tail = open_journal().tail()
    assert [event.id for event in tail.events] == ["a", "b"]
    assert tail.alarms == ()


def test_whoever_waits_too_long_is_told_and_nothing_is_recorded(open_journal: Opener) -> None:
    """A second transaction inside the first can never have the lock."""
    outer, inner = open_journal(), open_journal()

    def decide(_: Tail) -> list[Draft]:
        with pytest.raises(BusyError, match="held by"):
            _put(inner, make_draft("inner"))
        return [make_draft("outer")]

    outer.transact(decide)

    assert [event.id for event in open_journal().tail().events] == ["outer"]


def test_of_two_who_decide_on_the_same_subject_one_wins(open_journal: Opener) -> None:
    """Each decides on what is true inside the critical section."""
    won: list[str] = []

    def claim(journal: Journal, name: str, start: threading.Barrier) -> None:
        taken: set[str] = set()

        def decide(tail: Tail, subject: str) -> list[Draft]:
            taken.update(event.subject for event in tail.events)
            return [] if subject in taken else [make_draft(f"{name}-{subject}", subject)]

        for number in range(50):
            start.wait()
            written = _patiently(journal, partial(decide, subject=f"item:{number}"))
            taken.update(event.subject for event in written)
            won.extend(event.subject for event in written)

    barrier = threading.Barrier(2)
    people = [
        threading.Thread(target=claim, args=(open_journal(), name, barrier), daemon=True)
        for name in ("ana", "ben")
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(60)

    assert sorted(won) == sorted(f"item:{number}" for number in range(50))


def _patiently(journal: Journal, decide: Callable[[Tail], list[Draft]]) -> tuple[Event, ...]:
    while True:
        try:
            return journal.transact(decide)
        except BusyError:
            continue


_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.text(max_size=8), _values, max_size=4))
def test_writer_and_reader_get_the_same_event(open_journal: Opener, data: dict[str, object]) -> None:
    """Whatever text went in, both see the same harmless copy, and the chain stands."""
    writer = open_journal()
    fresh = EventId(os.urandom(8).hex())

    (written,) = _put(writer, Draft(fresh, "item.noted", "item:x", data))

    tail = open_journal().tail()
    assert tail.events[-1] == written
    assert tail.alarms == ()
