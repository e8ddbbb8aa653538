"""How observations become history: once, by whoever is first, and never on the word of one sample."""

import itertools
from datetime import timedelta

from msgspec.structs import replace

from gonogo.engine.session import Session
from gonogo.events import Actor, EventId
from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.matrix import Cell, Freshness, Relation, texts_of
from gonogo.plan import Plan, Source, Target
from gonogo.plan.probes import PrometheusTable
from gonogo.testing.clock import FakeClock
from gonogo.testing.journal import MemoryLog
from support.releases import ANA, BEN, loaded, plan, seen

TARGET = Target("web", "staging")


class Room:
    """Several people on one journal and one clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = MemoryLog(self.clock)
        self._ids = itertools.count(1)

    def session(self, actor: Actor = ANA, given_plan: Plan | None = None) -> Session:
        """Somebody sits down."""
        given = Session(
            loaded(given_plan or plan()),
            self.log.open(actor),
            self.clock,
            actor,
            lambda: EventId(f"e{next(self._ids)}"),
            steady=self.clock.monotonic,
        )
        given.refresh()
        return given

    def sees(self, session: Session, *versions: str) -> None:
        """One answer after the other, ten seconds apart, recorded as the cockpit does."""
        for version in versions:
            self.clock.advance(10)
            self.takes(session, seen(version, TARGET, at=self.clock.now()))

    def takes(self, session: Session, *observations: Observation) -> None:
        """These answers, and what is news of them goes into the journal."""
        session.refresh()
        session.record(session.observe(observations))


def _records(session: Session) -> list[tuple[str, ...]]:
    session.refresh()
    return [one.versions for one in session.inputs.state.cells.get(TARGET, ())]


def _cell(session: Session) -> Cell:
    return session.snapshot().matrix.cells[TARGET]


def test_a_change_is_recorded_once_however_many_look() -> None:
    """Two sessions see the same switch: one line of history."""
    room = Room()
    ana, ben = room.session(ANA), room.session(BEN)

    for version in ("1.2.2", "1.2.2", "1.2.3", "1.2.3", "1.2.3"):
        room.sees(ana, version)
        room.sees(ben, version)

    assert _records(ana) == [("1.2.2",), ("1.2.3",)]


def test_unchanged_answers_are_no_events() -> None:
    """An hour of the same answer is one record."""
    room = Room()
    ana = room.session()

    room.sees(ana, *["1.2.3"] * 50)

    assert _records(ana) == [("1.2.3",)]


def test_two_views_of_one_cell_do_not_fill_the_journal_by_turns() -> None:
    """Two hosts that see different things each say so once, until what they see changes."""
    room = Room()
    ana, ben = room.session(ANA), room.session(BEN)

    for _ in range(5):
        room.sees(ana, "1.2.2")
        room.sees(ben, "1.2.3", "1.2.3")

    assert _records(ana) == [("1.2.2",), ("1.2.3",)]


def test_what_comes_back_is_recorded_again() -> None:
    """There and back are two changes."""
    room = Room()
    ana = room.session()

    room.sees(ana, *["1.2.2"] * 2, *["1.2.3"] * 22, *["1.2.2"] * 22)

    assert _records(ana) == [("1.2.2",), ("1.2.3",), ("1.2.2",)]


def test_a_session_that_begins_lets_one_answer_overturn_no_record() -> None:
    """It shows both and asks again; the second answer settles it."""
    room = Room()
    room.sees(room.session(), "1.2.2")
    later = room.session(BEN)

    room.sees(later, "1.2.3")

    assert _cell(later).relation is Relation.MIXED
    assert later.unconfirmed == (TARGET,)
    assert _records(later) == [("1.2.2",)]
    room.sees(later, "1.2.3")
    assert _cell(later).relation is Relation.MATCH
    assert _records(later) == [("1.2.2",), ("1.2.3",)]


def test_a_recorded_split_is_not_forgotten_by_a_new_session() -> None:
    """A canary that the journal knows of stays one when a fresh session happens to see only one side."""
    room = Room()
    room.takes(
        room.session(),
        Seen(
            TARGET,
            (Running("1.2.2", weight=90), Running("1.2.3", weight=10)),
            Status.SUCCEEDED,
            room.clock.now(),
            "x",
        ),
    )
    later = room.session(BEN)

    room.sees(later, "1.2.3", "1.2.3")

    assert _cell(later).relation is Relation.MIXED
    assert _records(later) == [("1.2.2", "1.2.3")]


def test_a_disagreement_is_recorded_as_such() -> None:
    """Both versions, status unknown: no soak goes on through it."""
    room = Room()
    ana = room.session()
    room.sees(ana, "1.2.3")

    other = Seen(TARGET, (Running("1.2.2"),), Status.SUCCEEDED, room.clock.now(), "prometheus", origin="prom")
    room.takes(ana, other)
    assert _records(ana) == [("1.2.3",)]
    room.takes(ana, other)

    assert ana.inputs.state.cells[TARGET][-1].versions == ("1.2.2", "1.2.3")
    assert ana.inputs.state.cells[TARGET][-1].status == "unknown"
    assert _cell(ana).relation is Relation.DISAGREE


def test_a_recorded_disagreement_is_not_taken_for_what_one_source_said() -> None:
    """A new session quotes each source with its own words; once they agree, nothing of it is left."""
    room = Room()
    first = room.session()
    other = Seen(
        TARGET, (Running("1.2.2", replicas=2),), Status.SUCCEEDED, room.clock.now(), "prom", origin="prom"
    )
    room.takes(first, seen("1.2.3", TARGET, at=room.clock.now()), other)
    assert first.inputs.state.cells[TARGET][-1].versions == ("1.2.2", "1.2.3")

    later = room.session(BEN)
    room.takes(later, seen("1.2.3", TARGET, at=room.clock.now()), replace(other, polled_at=room.clock.now()))
    assert [one.versions[0].version for one in _cell(later).accounts] == ["1.2.3", "1.2.2"]
    assert all(len(one.versions) == 1 for one in _cell(later).accounts)
    agreed = replace(other, versions=(Running("1.2.3", replicas=2),), polled_at=room.clock.now())
    room.takes(later, agreed)
    assert _cell(later).relation is Relation.MATCH


def test_the_first_of_two_sources_to_answer_is_no_change() -> None:
    """A session that begins waits for everybody who is asked: else each start would write a change and its end."""
    room = Room()
    two = replace(plan(), sources=(Source("prom", PrometheusTable(query="x"), "http://p.test"),))
    counted = Seen(
        TARGET, (Running("1.2.2", replicas=2),), Status.SUCCEEDED, room.clock.now(), "prom", origin="prom"
    )
    first = room.session(given_plan=two)
    room.takes(first, counted)
    assert _records(first) == []
    room.takes(first, seen("1.2.3", TARGET, at=room.clock.now()))
    assert _records(first) == [("1.2.2", "1.2.3")]

    later = room.session(BEN, two)
    room.takes(later, counted)
    room.takes(later, seen("1.2.3", TARGET, at=room.clock.now()))
    assert _records(later) == [("1.2.2", "1.2.3")]
    silent = room.session(BEN, two)
    room.takes(silent, counted, Missing(TARGET, Reason.REFUSED, room.clock.now(), "test"))
    assert _records(silent) == [("1.2.2", "1.2.3"), ("1.2.2",)]


def test_a_silence_is_no_transition_and_ages_by_the_clock_nobody_can_put_back() -> None:
    """The cell goes stale although the wall clock was set back."""
    room = Room()
    ana = room.session()
    room.sees(ana, "1.2.3")
    answered = room.clock.now()

    room.clock.advance(timedelta(minutes=10))
    room.takes(ana, Missing(TARGET, Reason.TIMEOUT, room.clock.now(), "test"))
    room.clock.set(answered + timedelta(seconds=5))

    assert not _cell(ana).is_known
    assert _cell(ana).relation is Relation.UNKNOWN
    assert _records(ana) == [("1.2.3",)]


def test_after_a_clock_is_put_back_the_next_answer_counts() -> None:
    """By a minute: what is dated before the last answer is newer than it, and no cell is stale for that minute."""
    room = Room()
    session = room.session()
    room.sees(session, "1.2.2", "1.2.2")
    room.clock.set(room.clock.now() - timedelta(minutes=1))
    assert _cell(session).freshness is Freshness.STALE

    room.sees(session, "1.2.3", "1.2.3")

    assert (_cell(session).freshness, texts_of(_cell(session).versions)) == (Freshness.FRESH, ("1.2.3",))


def test_what_another_session_observed_is_shown_and_recorded_by_that_one() -> None:
    """Whoever polls records; when the poller is gone, its successor's own answer brings the same change."""
    room = Room()
    room.sees(room.session(), "1.2.2", "1.2.2")
    ben = room.session(BEN)

    for _ in range(3):
        room.clock.advance(10)
        room.takes(ben, replace(seen("1.2.3", TARGET, at=room.clock.now()), by="aruiz"))

    assert _cell(ben).relation is Relation.MATCH
    assert _cell(ben).accounts[0].by == "aruiz"
    assert _records(ben) == [("1.2.2",)]
    room.sees(ben, "1.2.3")
    assert _records(ben) == [("1.2.2",), ("1.2.3",)]


def test_an_answer_is_as_old_as_its_asker_says_by_either_clock() -> None:
    """Taken in late, or passed on under a clock that was put back: it never becomes newer."""
    room = Room()
    room.clock.advance(3_600)
    ana = room.session()
    heard_long_ago = room.clock.monotonic() - 45
    told = replace(seen("1.2.3", TARGET, at=room.clock.now()), by="bokafor", heard=heard_long_ago)

    ana.observe([told])
    assert _cell(ana).relation is Relation.UNKNOWN

    ana.observe([replace(told, heard=room.clock.monotonic() + 3_600)])
    assert _cell(ana).relation is Relation.MATCH
    room.clock.advance(45)
    assert _cell(ana).relation is Relation.UNKNOWN


def test_observing_anew_forgets_what_was_known_of_those_cells() -> None:
    """A decision does not rest on the answer before, nor on anybody else's."""
    room = Room()
    ana = room.session()
    room.sees(ana, "1.2.3", "1.2.3")
    ana.observe([replace(seen("1.2.3", TARGET, at=room.clock.now()), by="bokafor")])
    assert _cell(ana).relation is Relation.MATCH

    ana.observe_anew([Missing(TARGET, Reason.TIMEOUT, room.clock.now(), "test")])

    assert _cell(ana).relation is Relation.UNKNOWN
