"""A bound holds for so long, was broken, or nobody can tell; and triggers fire once for each incident."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts.lifecycle import Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.facts import Reason
from gonogo.facts.metric import NoData, Number, Reading
from gonogo.facts.metric_series import KEPT, Bound, Broken, Held, NotKnown, follow, judge
from gonogo.plan import Metric, Trigger
from gonogo.rules.triggers import Fires, Over, due
from support.deciding import ANA, NOW, World, make_plan

EVERY = timedelta(seconds=30)
BELOW = Bound(below=0.01, duration=timedelta(minutes=2))


def _readings(*values: float | None, until: timedelta = timedelta(0)) -> tuple[Reading, ...]:
    """One every half minute, the last one `until` ago; None stands for no data."""
    count = len(values)
    made: list[Reading] = []
    for index, value in enumerate(values):
        at = NOW - until - (count - 1 - index) * EVERY
        made.append(
            NoData("errors", Reason.NO_DATA, "the query has no result", at, "prom")
            if value is None
            else Number("errors", value, at, "prom")
        )
    return tuple(made)


@pytest.mark.parametrize(
    ("readings", "kind", "why"),
    [
        (_readings(0, 0, 0, 0, 0), Held, ""),
        (_readings(9, 0, 0, 0, 0, 0), Held, ""),
        (_readings(0, 9, 0, 0, 0), Broken, ""),
        (_readings(0, 0, 0, 0, 0.01), Broken, ""),
        (_readings(0, 0, None, 0, 0, 0), Held, ""),
        (_readings(0, 0, 0, 0, None), NotKnown, "the query has no result"),
        (_readings(0, 0, None, None, None, None, 0), NotKnown, "nothing was seen for 2m 30s"),
        (_readings(0, 0, 0), NotKnown, "watched for 1m of 2m"),
        (_readings(0, 0, 0, 0, 0, until=timedelta(minutes=2)), NotKnown, "the last number is 2m old"),
        (_readings(0, 0, 0, 0, 0, until=-timedelta(minutes=5)), NotKnown, "the last number is 5m old"),
        ((), NotKnown, "nobody has asked yet"),
    ],
)
def test_a_bound_holds_only_as_far_as_it_was_seen(readings: tuple[Reading, ...], kind: type, why: str) -> None:
    """No data, a gap and an old number are unknown; one number beyond the limit breaks it."""
    found = judge(readings, BELOW, EVERY, NOW)

    assert isinstance(found, kind)
    if isinstance(found, NotKnown):
        assert found.reason == why


def test_readings_are_kept_up_to_a_limit() -> None:
    """The oldest go first."""
    readings: tuple[Reading, ...] = ()
    for index in range(KEPT + 5):
        readings = follow(readings, Number("errors", index, NOW, "prom"))

    first = readings[0]
    assert isinstance(first, Number)
    assert (len(readings), first.value) == (KEPT, 5)


def test_a_past_that_is_told_again_takes_the_place_of_what_was_known() -> None:
    """A range of values overlaps the one before: nothing is counted twice."""
    old = tuple(Number("errors", 1, NOW + timedelta(minutes=minute), "prom") for minute in range(5))
    new = tuple(Number("errors", 2, NOW + timedelta(minutes=minute), "prom") for minute in range(3, 8))

    values = [one.value for one in follow(old, *new) if isinstance(one, Number)]

    assert values == [1, 1, 1, 2, 2, 2, 2, 2]


PLAN = make_plan(
    approvals=(),
    metrics=(Metric("errors", "prom", "sum(errors)", EVERY),),
    triggers=(Trigger("errors", "too many errors", "dai", "errors", above=0.01, duration=timedelta(minutes=1)),),
)


def test_a_trigger_fires_once_and_again_only_after_its_condition_was_over() -> None:
    """The observation is named; a restart knows it from the journal."""
    world = World(PLAN).do(ANA, Start())
    world.now = NOW
    burning, quiet = {"errors": _readings(0.05, 0.05, 0.05)}, {"errors": _readings(0.05, 0.05, 0.0)}

    (fires,) = due(world.plan, world.state, burning, NOW)
    assert fires == Fires("errors", "errors is 0.05, above 0.01 for 1m (prom)")

    world.do(ANA, FireTrigger("errors", fires.observation))
    assert due(world.plan, world.state, burning, NOW) == ()
    assert due(world.plan, world.state, quiet, NOW) == (Over("errors"),)
    assert due(world.plan, world.state, {"errors": _readings(None)}, NOW) == ()

    world.do(ANA, ClearTrigger("errors"))
    assert due(world.plan, world.state, burning, NOW) == (fires,)


def test_a_good_number_does_not_undo_a_decision_to_go_back() -> None:
    """Traffic ebbs, the number gets better, and nobody has gone back yet: people say when it is over."""
    quiet = {"errors": _readings(0.05, 0.05, 0.0)}
    world = World(PLAN).do(
        ANA, Start(), FireTrigger("errors", "3 %"), AnswerTrigger("errors", "roll_back", "lost")
    )
    assert due(world.plan, world.state, quiet, NOW) == ()

    world = World(PLAN).do(ANA, Start(), FireTrigger("errors", "3 %"), AnswerTrigger("errors", "go_on", "a blip"))
    assert due(world.plan, world.state, quiet, NOW) == (Over("errors"),)


def test_a_trigger_of_a_draft_does_not_fire() -> None:
    """Nobody has agreed on anything yet."""
    assert due(PLAN, World(PLAN).state, {"errors": _readings(0.05, 0.05, 0.05)}, NOW) == ()


def test_a_trigger_without_a_metric_is_for_people() -> None:
    """Nothing watches for it."""
    plan = replace(PLAN, triggers=(Trigger("login", "any failed login"),))
    world = World(plan).do(ANA, Start())

    assert due(plan, world.state, {}, NOW) == ()
