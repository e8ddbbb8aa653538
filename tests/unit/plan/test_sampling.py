"""How many looks it takes, and that a false belief is no more frequent than is said."""

import random
from datetime import timedelta
from math import comb

import pytest
from msgspec.structs import replace

from gonogo.events.state import ReleaseState
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.matrix import Cell, Relation, cell_at
from gonogo.plan import Plan, Probe, Target
from gonogo.plan.sampling import looks_for
from support.deciding import NOW, make_plan

STAGING = Target("web", "staging")


def seen(version: str, looks: int = 1, **more: object) -> Seen:
    """So many looks in a row that said that."""
    return replace(Seen(STAGING, (Running(version),), Status.SUCCEEDED, NOW, "auto", looks=looks), **more)


def heard(*observations: Seen) -> Evidence:
    """What they add up to."""
    evidence = NOTHING
    for one in observations:
        evidence = absorb(evidence, one)
    return evidence


def cell(evidence: Evidence, plan: Plan | None = None) -> Cell:
    """The cell of staging, where 1.2.3 is planned."""
    found = cell_at(plan or make_plan(), ReleaseState(), STAGING, evidence, NOW)
    assert found is not None
    return found


def sure(confidence: float) -> Plan:
    """A plan that wants to be that sure."""
    plan = make_plan()

    def changed(probe: Probe) -> Probe:
        return replace(probe, timing=replace(probe.timing, confidence=confidence))

    products = tuple(replace(one, probes=tuple(map(changed, one.probes))) for one in plan.products)
    return replace(plan, products=products)


def test_a_tenth_is_excluded_at_95_percent_by_29_looks() -> None:
    """And at 99.9 %, in ten decisions together, by 88; the smallest numbers that do."""
    assert (looks_for(0.95), looks_for(0.999)) == (29, 88)
    assert 0.9**29 < 0.05 < 0.9**28
    assert 0.9**88 < 0.0001 < 0.9**87


def test_28_looks_are_not_enough_and_29_are() -> None:
    """Until then the cell is unknown, and says why in numbers."""
    few, enough = cell(heard(seen("1.2.3", 12))), cell(heard(seen("1.2.3", 12), seen("1.2.3", 17)))
    assert (few.relation, few.counts_as_match, few.looks, few.needed) == (Relation.UNKNOWN, False, 12, 29)
    assert (enough.relation, enough.counts_as_match, enough.looks) == (Relation.MATCH, True, 29)
    assert not cell(heard(seen("1.2.3", 28))).counts_as_match


def test_the_plan_may_want_to_be_surer() -> None:
    """29 looks are too few for 99.9 %."""
    assert not cell(heard(seen("1.2.3", 87)), sure(0.999)).counts_as_match
    assert cell(heard(seen("1.2.3", 88)), sure(0.999)).counts_as_match


def test_what_is_no_sample_counts_at_once() -> None:
    """One process, a source that counts, and a set with its weights."""
    assert cell(heard(seen("1.2.3", 0))).counts_as_match


@pytest.mark.parametrize(
    "other",
    [
        seen("1.2.2"),
        seen("1.2.3", status=Status.DEGRADED),
        seen("1.2.3", versions=(Running("1.2.3", "deadbeef00"),)),
        seen("1.2.3", elsewhere="dev"),
    ],
    ids=["version", "status", "revision", "who it is"],
)
def test_a_look_that_says_something_else_begins_the_count_anew(other: Seen) -> None:
    """However many agreed before."""
    found = cell(heard(seen("1.2.3", 200), other, seen("1.2.3", 28)))
    assert not found.counts_as_match
    assert cell(heard(seen("1.2.3", 200), other, seen("1.2.3", 29))).counts_as_match


def test_what_is_wrong_counts_at_the_first_look() -> None:
    """Nobody has to look 29 times to know that it is not done."""
    assert cell(heard(seen("1.2.2"), seen("1.2.2"))).relation is Relation.BEHIND
    assert cell(heard(seen("1.2.3", 5), seen("1.2.2"))).relation is Relation.MIXED


def test_a_share_is_told_with_its_looks() -> None:
    """Two numbers: the share, and of how many."""
    found = cell(heard(seen("1.2.3", 8), seen("1.2.2", 2), seen("1.2.3", 6), seen("1.2.2", 2)))
    assert (found.relation, found.sampled, found.counted) == (Relation.MIXED, True, 18)


def decides(old_share: float, confidence: float, rng: random.Random) -> bool:
    """Whether a decision believes a cell of which `old_share` still runs the version before."""
    looks = [seen("1.2.2" if rng.random() < old_share else "1.2.3") for _ in range(looks_for(confidence))]
    return cell(heard(*looks), sure(confidence)).counts_as_match


def at_most(trials: int, risk: float, doubt: float = 0.001) -> int:
    """The number of successes that so many trials of that risk exceed only with probability `doubt`."""
    total = 0.0
    for count in range(trials + 1):
        total += comb(trials, count) * risk**count * (1 - risk) ** (trials - count)
        if total >= 1 - doubt:
            return count
    return trials


@pytest.mark.parametrize("old_share", [0.1, 0.2])
def test_a_false_belief_is_no_more_frequent_than_is_said(old_share: float) -> None:
    """500 decisions at 90/10 and at 80/20: no more than chance allows for a risk of 5 %, by the binomial bound."""
    rng = random.Random(20_26)
    false = sum(decides(old_share, 0.95, rng) for _ in range(500))
    assert false <= at_most(500, 0.05)


def test_at_999_there_is_none_in_200() -> None:
    """90/10, and the plan wants 99.9 %."""
    rng = random.Random(11)
    assert sum(decides(0.1, 0.999, rng) for _ in range(200)) == 0


def test_an_answer_that_stands_on_an_older_one_is_not_late() -> None:
    """A 304 is dated by the whole answer before it, give or take what two clocks differ."""
    again = seen("1.2.3", polled_at=NOW - timedelta(milliseconds=3))
    assert heard(seen("1.2.3"), again).of("").looks == 2
