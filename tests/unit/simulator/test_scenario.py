"""What a scenario answers, as a function of the seconds alone."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gonogo.facts import Running, Status
from gonogo.plan import Target
from gonogo.simulator.scenario import NOTHING, Act, Fault, Moment, Scenario, acts_between, answer, with_missing

WEB = Target("web", "staging")


def scenario(*moments: Moment) -> Scenario:
    """One target's story."""
    return Scenario("test", moments={WEB: moments})


def test_the_latest_moment_holds() -> None:
    """What was said last is what runs."""
    told = scenario(Moment(0, (Running("1.0"),)), Moment(10, (Running("2.0"),)))
    assert [answer(told, WEB, at).versions[0].version for at in (-5, 0, 9.9, 10, 99)] == ["1.0"] * 3 + ["2.0"] * 2


def test_an_unknown_target_runs_nothing() -> None:
    """A scenario that says nothing about a target does not invent an answer."""
    assert answer(scenario(), Target("other", "staging"), 1) == NOTHING


def test_no_version_is_not_deployed() -> None:
    """A target without versions cannot claim success."""
    assert answer(scenario(Moment()), WEB, 0).status is Status.NOT_DEPLOYED


def test_a_new_status_is_no_new_deployment() -> None:
    """The time of change is that of the versions."""
    one = (Running("1.0"),)
    told = scenario(Moment(-60, one), Moment(10, one, Status.DEGRADED), Moment(20, (Running("2.0"),)))
    assert [answer(told, WEB, at).changed_at for at in (0, 15, 25)] == [-60, -60, 20]


def test_flapping_follows_the_clock() -> None:
    """Well for `up` seconds, at fault for `down`."""
    told = scenario(Moment(0, (Running("1.0"),), fault=Fault.UNAVAILABLE, up=4, down=2))
    faults = [answer(told, WEB, at).fault is Fault.UNAVAILABLE for at in range(12)]
    assert faults == [False, False, False, False, True, True] * 2


def test_samples_come_as_often_as_the_weights_say() -> None:
    """Ninety to ten, whatever the interval between two questions."""
    told = scenario(Moment(0, (Running("1.0", weight=90), Running("1.1", weight=10)), sampled=True))
    for interval in (1, 2, 3, 5, 10):
        counts = Counter(_sampled(told, at * interval) for at in range(200))
        assert abs(counts["1.1"] - 20) <= 3, (interval, counts)


def _sampled(told: Scenario, elapsed: float) -> str:
    sample = answer(told, WEB, elapsed).sample
    assert sample is not None
    return sample.version


@given(st.floats(-1e6, 1e6))
def test_the_same_second_has_the_same_answer(elapsed: float) -> None:
    """Nothing but the scenario, the target and the seconds enters."""
    told = scenario(Moment(0, (Running("1.0"), Running("1.1")), sampled=True, fault=Fault.HANG, up=1, down=1))
    assert answer(told, WEB, elapsed) == answer(told, WEB, elapsed)


def test_each_act_is_due_once() -> None:
    """Half-open spans, one after the other, name every act exactly once and in order."""
    acts = tuple(Act(at, "ben", "tick", f"item-{at}") for at in (7, 3, 5))
    told = Scenario("test", acts=acts)
    due = [act for after in range(10) for act in acts_between(told, after, after + 1)]
    assert [act.at for act in due] == [3, 5, 7]


def test_what_was_said_stays_when_more_targets_come() -> None:
    """A plan edited later does not change what already runs."""
    other = Target("api", "staging")
    first = scenario(Moment(0, (Running("1.0"),)))
    second = Scenario(
        "new", moments={WEB: (Moment(0, (Running("9.9"),)),), other: (Moment(0, (Running("3.0"),)),)}
    )
    joined = with_missing(first, second)
    assert answer(joined, WEB, 0).versions[0].version == "1.0"
    assert answer(joined, other, 0).versions[0].version == "3.0"
