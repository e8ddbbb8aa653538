"""Cells: dated, sourced, and honest about what they do not know."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.domain.evidence import NOTHING, Evidence, absorb
from gonogo.domain.matrix import Cell, Freshness, Relation, build
from gonogo.domain.observation import Missing, Observation, Reason, Running, Seen, Status, Target
from gonogo.domain.plan import SchemeName, Timing
from gonogo.domain.state import Deployed, ReleaseState
from support.releases import NOW, plan, product, seen

TARGET = Target("web", "staging")
TIMING = Timing()


def _cell(
    evidence: Evidence,
    now: datetime = NOW,
    *,
    scheme: SchemeName = SchemeName.SEMVER,
    state: ReleaseState | None = None,
) -> Cell:
    given_plan = plan(products=(replace(product(), scheme=scheme),))
    return build(given_plan, state or ReleaseState(), {TARGET: evidence}, now).cells[TARGET]


def _seen(version: str, **more: object) -> Evidence:
    return absorb(NOTHING, seen(version, TARGET, **more))  # type: ignore[arg-type]  # keyword arguments of seen()


@pytest.mark.parametrize(
    ("version", "relation"),
    [
        ("1.2.3", Relation.MATCH),
        ("v1.2.3", Relation.MATCH),
        ("1.2.2", Relation.BEHIND),
        ("1.2.10", Relation.AHEAD),
        ("1.2.3-rc.2", Relation.BEHIND),
        ("banana", Relation.DIFFERS),
    ],
)
def test_a_cell_is_compared_by_the_products_scheme(version: str, relation: Relation) -> None:
    """Never as strings: 1.2.10 is newer than 1.2.3, and a candidate comes before its final."""
    assert _cell(_seen(version)).relation is relation


def test_an_opaque_version_is_never_older_or_newer() -> None:
    """Without an order there is only the same and another one."""
    assert _cell(_seen("1.2.2"), scheme=SchemeName.OPAQUE).relation is Relation.DIFFERS
    assert _cell(_seen("1.2.3"), scheme=SchemeName.OPAQUE).relation is Relation.MATCH


def test_two_versions_are_mixed_whatever_their_share() -> None:
    """One straggler means not done."""
    answer = Seen(TARGET, (Running("1.2.3", weight=99), Running("1.2.2", weight=1)), Status.SUCCEEDED, NOW, "test")

    cell = _cell(absorb(NOTHING, answer))

    assert cell.relation is Relation.MIXED
    assert not cell.counts_as_match


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (timedelta(0), Freshness.FRESH),
        (TIMING.stale_after, Freshness.FRESH),
        (TIMING.stale_after + timedelta(milliseconds=1), Freshness.STALE),
        (TIMING.unknown_after, Freshness.STALE),
        (TIMING.unknown_after + timedelta(milliseconds=1), Freshness.UNKNOWN),
        (timedelta(seconds=-1), Freshness.STALE),
    ],
)
def test_a_cell_ages_by_the_clock(age: timedelta, freshness: Freshness) -> None:
    """Nothing has to happen for an answer to grow old, and a clock that went back makes nothing young."""
    assert _cell(_seen("1.2.3"), NOW + age).freshness is freshness


def test_a_stale_cell_is_no_match() -> None:
    """It still shows what it showed, and counts for nothing."""
    cell = _cell(_seen("1.2.3"), NOW + timedelta(seconds=31))

    assert cell.relation is Relation.UNKNOWN
    assert cell.versions[0].version == "1.2.3"
    assert not cell.is_known


def test_a_failing_deployment_of_the_right_version_is_no_match_to_rely_on() -> None:
    """Version and health are told apart, and both are needed."""
    cell = _cell(_seen("1.2.3", status=Status.FAILED))

    assert cell.relation is Relation.MATCH
    assert not cell.counts_as_match


def test_a_cell_that_never_answered_says_why() -> None:
    """Unknown has a cause."""
    cell = _cell(absorb(NOTHING, Missing(TARGET, Reason.REFUSED, NOW, "auto http://x", "connection refused")))

    assert (cell.freshness, cell.reason, cell.detail) == (Freshness.UNKNOWN, Reason.REFUSED, "connection refused")


def test_since_looks_through_changes_of_status() -> None:
    """A version's soak is not interrupted by its own roll-out finishing."""
    hour = timedelta(hours=1)
    history = (
        Deployed(NOW - 3 * hour, ("1.2.2",), "succeeded", "ana"),
        Deployed(NOW - 2 * hour, ("1.2.3",), "in_progress", "ana"),
        Deployed(NOW - hour, ("1.2.3",), "succeeded", "ben"),
    )

    cell = _cell(_seen("1.2.3"), state=ReleaseState(cells={TARGET: history}))

    assert cell.since == NOW - 2 * hour
    assert cell.previous == ("1.2.2",)


_moments = st.integers(min_value=-300, max_value=300)
_steps = st.lists(
    st.tuples(st.sampled_from(["1.2.2", "1.2.3", "1.3.0", "", "silence"]), _moments), min_size=1, max_size=40
)


def _observation(what: str, at: datetime) -> Observation:
    if what == "silence":
        return Missing(TARGET, Reason.TIMEOUT, at, "test")
    versions = (Running(what),) if what else ()
    return Seen(TARGET, versions, Status.SUCCEEDED if what else Status.NOT_DEPLOYED, at, "test")


@given(_steps, _moments)
def test_no_sequence_makes_old_evidence_read_as_match(steps: list[tuple[str, int]], look: int) -> None:
    """Whatever answers, silences and clock jumps came: a match rests on evidence younger than `stale_after`."""
    evidence = NOTHING
    newest: datetime | None = None
    for what, moment in steps:
        at = NOW + timedelta(seconds=moment)
        evidence = absorb(evidence, _observation(what, at))
        if what != "silence":
            newest = max(newest, at) if newest else at
    now = NOW + timedelta(seconds=look)

    cell = _cell(evidence, now)

    if cell.relation is Relation.MATCH:
        assert newest is not None
        assert timedelta(0) <= now - newest <= TIMING.stale_after
