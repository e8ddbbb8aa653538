"""Recorded transitions: how long, what before, what at a moment, and back to what."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo import events as kinds
from gonogo.acts.cells import RecordTransition
from gonogo.events import Event, EventId
from gonogo.events.state import HISTORY_LIMIT, Deployed, deployed_in, replay
from gonogo.facts.history import (
    BackTo,
    NotRecorded,
    NotSoaking,
    NoWayBack,
    Ran,
    Soaking,
    ran_at,
    rollback_target,
    soak,
    stays,
    transitions,
)
from gonogo.plan import Target
from support.releases import ANA, NOW, after, plan, product

WEB = product()
HOUR = timedelta(hours=1)


def record(hours_ago: float, *versions: str, status: str = "succeeded") -> Deployed:
    """What ana's session saw so many hours ago."""
    return Deployed(NOW - hours_ago * HOUR, versions, status, "ana", "test")


def test_a_soak_counts_from_the_first_record_in_order_to_the_last_answer() -> None:
    """Silence since the last answer is not counted as running."""
    records = [record(3, "1.2.2"), record(2, "1.2.3")]

    assert soak(WEB, "1.2.3", records, NOW - HOUR / 2) == Soaking(1.5 * HOUR, NOW - 2 * HOUR, "ana")


def test_a_version_that_came_back_soaks_anew() -> None:
    """Only the last unbroken stay counts."""
    records = [record(9, "1.2.3"), record(3, "1.2.2"), record(1, "1.2.3")]

    assert soak(WEB, "1.2.3", records, NOW) == Soaking(HOUR, NOW - HOUR, "ana")


def test_a_failure_begins_the_soak_anew_and_a_roll_out_does_not() -> None:
    """Scaling up is no new version; a version that failed has to prove itself again."""
    rolled = [record(5, "1.2.3"), record(3, "1.2.3", status="in_progress"), record(2, "1.2.3")]
    broken = [record(5, "1.2.3"), record(3, "1.2.3", status="degraded"), record(2, "1.2.3")]

    assert soak(WEB, "1.2.3", rolled, NOW) == Soaking(5 * HOUR, NOW - 5 * HOUR, "ana")
    assert soak(WEB, "1.2.3", broken, NOW) == Soaking(2 * HOUR, NOW - 2 * HOUR, "ana")


def test_a_split_soaks_nothing() -> None:
    """A version that shares the cell with another one does not run there yet."""
    answer = soak(WEB, "1.2.3", [record(2, "1.2.2", "1.2.3")], NOW)

    assert answer == NotSoaking("the last record there is 1.2.2 + 1.2.3, not 1.2.3 alone")


def test_a_cell_that_does_not_answer_soaks_nothing() -> None:
    """What nobody sees is not counted, whatever was recorded."""
    assert isinstance(soak(WEB, "1.2.3", [record(2, "1.2.3")], None), NotSoaking)


def test_one_version_written_in_two_ways_is_one_stay() -> None:
    """`v1.2.3` and `1.2.3` are told apart by nobody but a text comparison."""
    assert len(stays(WEB, [record(2, "v1.2.3"), record(1, "1.2.3")])) == 1


def test_what_ran_at_a_moment_is_the_newest_record_before_it() -> None:
    """With the record that ended it, so that a reader sees how exact that is."""
    first, second = record(3, "1.2.2"), record(1, "1.2.3")

    assert ran_at([first, second], NOW - 2 * HOUR) == Ran(first, second)
    assert ran_at([first, second], NOW) == Ran(second, None)
    assert ran_at([first, second], NOW - 9 * HOUR) == NotRecorded(first)


def test_the_way_back_is_the_last_version_seen_in_order() -> None:
    """Not one that failed, not a split, not the planned one, not a newer one, not one marked bad."""
    records = [
        record(9, "1.2.0"),
        record(8, "1.2.1"),
        record(7, "1.2.2", status="in_progress"),
        record(6, "1.2.2", status="failed"),
        record(5, "1.3.0"),
        record(4, "1.2.1", "1.2.3"),
        record(3, "1.2.3"),
    ]

    assert rollback_target(WEB, records) == BackTo("1.2.1", NOW - 8 * HOUR, NOW - 7 * HOUR)
    assert rollback_target(WEB, records, {("web", "v1.2.1"): "leaks"}) == BackTo(
        "1.2.0", NOW - 9 * HOUR, NOW - 8 * HOUR, ("1.2.1",)
    )
    assert isinstance(rollback_target(WEB, records, [("web", "1.2.1"), ("web", "1.2.0")]), NoWayBack)
    assert isinstance(rollback_target(WEB, [record(3, "1.2.3")]), NoWayBack)


def test_every_transition_is_found_in_the_journal_however_many_there_are() -> None:
    """The state keeps the newest ones; what ran last week is still in the journal."""
    target = Target("web", "staging")
    events = [
        Event(seq, EventId(str(seq)), NOW + timedelta(seconds=seq), ANA, kinds.CELL_CHANGED, "cell:web/staging",
              {"versions": [f"1.0.{seq}"], "status": "succeeded", "source": "test"})
        for seq in range(1, HISTORY_LIMIT + 11)
    ]  # fmt: skip

    state = replay(events)

    assert len(state.cells[target]) == HISTORY_LIMIT
    assert [seen.versions[0] for seen in transitions(state, target)] == [
        f"1.0.{seq}" for seq in range(1, HISTORY_LIMIT + 11)
    ]


def test_the_trail_is_read_for_its_own_cell_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look asks for hundreds of cells: what thousands of events say of other cells is not read for each."""
    events = [
        Event(seq, EventId(str(seq)), NOW, ANA, kinds.CELL_CHANGED, f"cell:web/{'dev' if seq % 9 else 'staging'}",
              {"versions": [f"1.0.{seq}"], "status": "succeeded", "source": "test"})
        for seq in range(1, 91)
    ]  # fmt: skip
    state = replay(events)
    read: list[str] = []

    def noting(event: Event) -> tuple[Target, Deployed] | None:
        read.append(event.subject)
        return deployed_in(event)

    monkeypatch.setattr("gonogo.facts.history.deployed_in", noting)

    assert len(transitions(state, Target("web", "staging"))) == 10
    assert read == []
    assert len(transitions(state, Target("web", "dev"))) == 80
    assert set(read) == {"cell:web/dev"}


def test_a_transition_is_recorded_once() -> None:
    """Whoever comes second finds that the journal says it already."""
    seen = RecordTransition(Target("web", "staging"), ("1.2.3",), "succeeded", "test")

    state = after(plan(), (ANA, seen), (ANA, seen))

    assert [one.versions for one in state.cells[seen.target]] == [("1.2.3",)]


_records = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=50),
        st.sampled_from([(), ("1.2.2",), ("1.2.3",), ("1.2.2", "1.2.3")]),
        st.sampled_from(["succeeded", "failed", "in_progress", "degraded"]),
    ),
    max_size=12,
)


@given(_records, st.integers(min_value=0, max_value=60))
def test_a_soak_never_outlives_a_record_of_something_else(
    steps: list[tuple[int, tuple[str, ...], str]], until: int
) -> None:
    """Whatever was recorded: the counted time holds no other version and no failure."""

    def at(minutes: int) -> datetime:
        return NOW + timedelta(minutes=minutes)

    records = [Deployed(at(minutes), versions, status, "ana") for minutes, versions, status in sorted(steps)]

    answer = soak(WEB, "1.2.3", records, at(until))

    if isinstance(answer, Soaking):
        after_it = [one for one in records if one.since > answer.since]
        assert all(one.versions == ("1.2.3",) and one.status in {"succeeded", "in_progress"} for one in after_it)
        assert timedelta(0) <= answer.length <= max(at(until) - answer.since, timedelta(0))
