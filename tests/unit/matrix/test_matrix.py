"""Cells: dated, sourced, and honest about what they do not know."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.events.state import Deployed, ReleaseState
from gonogo.facts import Missing, Observation, Reason, Role, Running, Seen, Status
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.matrix import Cell, Freshness, Relation, build
from gonogo.plan import SchemeName, Source, Target, Timing
from gonogo.plan.probes import PrometheusTable
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


PROM = Source("prom", PrometheusTable(), "https://prom.test", timing=Timing(stale_after=timedelta(seconds=60)))


def _two_sources(probe: Observation | None, prom: Observation | None, now: datetime = NOW) -> Cell:
    """A cell with a probe of its own that a source of the plan fills as well."""
    given_plan = replace(plan(), sources=(PROM,))
    evidence = NOTHING
    for one in (probe, replace(prom, origin="prom") if prom else None):
        evidence = absorb(evidence, one) if one else evidence
    return build(given_plan, ReleaseState(), {TARGET: evidence}, now).cells[TARGET]


def test_two_sources_that_agree_are_one_answer() -> None:
    """`v1.2.3` and `1.2.3` are the same version, so nobody disagrees."""
    cell = _two_sources(seen("v1.2.3"), seen("1.2.3"))

    assert cell.counts_as_match
    assert [account.origin for account in cell.accounts] == ["", "prom"]


def test_a_cell_is_no_match_before_all_its_sources_were_heard() -> None:
    """The other one may contradict; what is wrong already counts at once. A failure to answer is being heard."""
    given_plan = replace(plan(), sources=(replace(PROM, options=PrometheusTable(query="x")),))

    def cell(*observations: Observation) -> Cell:
        evidence = NOTHING
        for one in observations:
            evidence = absorb(evidence, one)
        return build(given_plan, ReleaseState(), {TARGET: evidence}, NOW).cells[TARGET]

    early = cell(seen("1.2.3"))
    assert (early.relation, early.awaits, early.counts_as_match) == (Relation.UNKNOWN, ("prom",), False)
    assert cell(seen("1.2.2")).relation is Relation.BEHIND
    assert cell(replace(seen("1.2.3"), origin="prom")).awaits == ("",)
    assert cell(seen("1.2.3"), Missing(TARGET, Reason.REFUSED, NOW, "p", origin="prom")).counts_as_match


def test_two_sources_that_disagree_are_never_a_match() -> None:
    """Also when one of them says what was hoped for; both are named."""
    cell = _two_sources(seen("1.2.3"), replace(seen("1.2.2"), source="prometheus"))

    assert cell.relation is Relation.DISAGREE
    assert not cell.counts_as_match
    assert [running.version for running in cell.versions] == ["1.2.3", "1.2.2"]
    assert cell.source == "test and prometheus"


def test_one_version_at_a_time_does_not_contradict_a_source_that_counts_both() -> None:
    """A URL behind a balancer answers with a part of what Prometheus sees; the split is what holds."""
    both = Seen(TARGET, (Running("1.2.2", weight=90), Running("1.2.3", weight=10)), Status.SUCCEEDED, NOW, "prom")

    cell = _two_sources(seen("1.2.3"), both)

    assert cell.relation is Relation.MIXED
    assert [running.weight for running in cell.versions] == [90, 10]


def test_the_graver_status_of_two_sources_counts() -> None:
    """A version that runs and is broken is not done, whoever says so."""
    cell = _two_sources(seen("1.2.3"), seen("1.2.3", status=Status.DEGRADED))

    assert cell.status is Status.DEGRADED
    assert not cell.counts_as_match


def test_a_source_that_has_grown_old_disagrees_with_nobody() -> None:
    """Each source ages by its own `stale_after`; what is stale does not count, neither for nor against."""
    old = NOW - timedelta(seconds=61)

    assert _two_sources(seen("1.2.3"), seen("1.2.2", at=old)).relation is Relation.MATCH
    assert _two_sources(seen("1.2.3", at=old), seen("1.2.3", at=old)).relation is Relation.UNKNOWN


def test_the_active_side_of_a_blue_green_pair_is_judged() -> None:
    """The idle side is shown, and counts neither as done nor as a split."""
    idle, live = Running("1.2.3", role=Role.PREVIEW), Running("1.2.2", role=Role.STABLE)

    waiting = _cell(absorb(NOTHING, Seen(TARGET, (live, idle), Status.SUCCEEDED, NOW, "test")))
    switched = (replace(live, version="1.2.3"), replace(idle, version="1.2.2"))
    done = _cell(absorb(NOTHING, Seen(TARGET, switched, Status.SUCCEEDED, NOW, "test")))
    unclear = _cell(absorb(NOTHING, Seen(TARGET, (idle,), Status.SUCCEEDED, NOW, "test")))

    assert (waiting.relation, done.relation) == (Relation.BEHIND, Relation.MATCH)
    assert len(done.versions) == 2
    assert unclear.relation is Relation.UNKNOWN


def test_one_straggler_of_eight_instances_is_not_done() -> None:
    """Seven new instances and one old one: Knight Capital had exactly that."""
    running = (Running("1.2.3", replicas=7), Running("1.2.2", replicas=1))

    cell = _cell(absorb(NOTHING, Seen(TARGET, running, Status.SUCCEEDED, NOW, "test")))

    assert cell.relation is Relation.MIXED
    assert cell.instances == 8


def test_the_planned_version_from_another_commit_is_not_what_was_planned() -> None:
    """The plan pins a commit; a version that was built from another one differs."""
    pinned = replace(product(), revision="9f1c2ab7d1e04c5b6a7f8e9d0c1b2a3948576f0e")

    def relation_of(revision: str) -> Relation:
        answer = Seen(TARGET, (Running("1.2.3", revision),), Status.SUCCEEDED, NOW, "test")
        given_plan = plan(products=(pinned,))
        return build(given_plan, ReleaseState(), {TARGET: absorb(NOTHING, answer)}, NOW).cells[TARGET].relation

    assert relation_of("9F1C2AB7") is Relation.MATCH
    assert relation_of("0000000a") is Relation.DIFFERS
    assert relation_of("build 7") is Relation.UNKNOWN
    assert relation_of("") is Relation.UNKNOWN


def test_a_clock_that_was_put_back_makes_nothing_young() -> None:
    """Five seconds old by the wall clock, an hour by the one that nobody can put back."""
    evidence = absorb(NOTHING, seen("1.2.3"), heard=1_000.0)
    given_plan = plan()

    def at(steady: float) -> Cell:
        now = NOW + timedelta(seconds=5)
        return build(given_plan, ReleaseState(), {TARGET: evidence}, now, steady).cells[TARGET]

    assert at(1_005.0).relation is Relation.MATCH
    assert at(1_031.0).freshness is Freshness.STALE
    assert at(4_600.0).freshness is Freshness.UNKNOWN
    assert at(4_600.0).age == timedelta(hours=1)


def test_what_ran_here_before_is_expected_here() -> None:
    """A cell that fell back says so; one that is only waiting for its turn does not."""
    records = (Deployed(NOW - timedelta(hours=2), ("1.2.3",), "succeeded", "ana"),
               Deployed(NOW - timedelta(hours=1), ("1.2.2",), "succeeded", "ana"))  # fmt: skip

    fallen = _cell(_seen("1.2.2"), state=ReleaseState(cells={TARGET: records}))

    assert fallen.expected == "1.2.3 ran here before"
    assert _cell(_seen("1.2.2")).expected == ""


def test_an_environment_that_was_overtaken_is_expected_to_have_it() -> None:
    """Production runs the planned version, staging before it does not: somebody took a short cut."""
    production = Target("web", "production")
    evidence = {TARGET: _seen("1.2.2"), production: absorb(NOTHING, seen("1.2.3", production))}

    cells = build(plan(), ReleaseState(), evidence, NOW).cells

    assert cells[TARGET].expected == "production, which comes after it, runs 1.2.3 already"


_seconds = st.integers(min_value=0, max_value=200)
_jumps = st.sampled_from([0, 0, 0, 0, -3600, -90, -31, -5, 40, 3600])
_words = st.sampled_from(["1.2.2", "1.2.3", "1.3.0", "", "silence", "nothing"])
_steps = st.lists(st.tuples(_words, st.sampled_from(["", "prom"]), _seconds, _jumps), min_size=1, max_size=30)


def _observation(what: str, origin: str, at: datetime) -> Observation:
    if what == "silence":
        return Missing(TARGET, Reason.TIMEOUT, at, "test", origin=origin)
    versions = (Running(what),) if what else ()
    status = Status.SUCCEEDED if what else Status.NOT_DEPLOYED
    return Seen(TARGET, versions, status, at, "test", origin=origin)


@given(_steps, _seconds, _jumps)
def test_no_sequence_makes_old_evidence_read_as_match(
    steps: list[tuple[str, str, int, int]], wait: int, last_jump: int
) -> None:
    """Whatever answers, silences and clock jumps came: a match rests on evidence younger than `stale_after`.

    And on the newest of its source: a clock that was put back hides no answer that came after it.

    Each step lets true time pass, puts the wall clock forward or back, and then brings an answer, a silence or
    nothing from one of two sources. What is checked is the true age, which no clock of the program can hide.
    """
    given_plan = replace(plan(), sources=(PROM,))
    true, put = 0, 0
    evidence = NOTHING
    answers: list[tuple[int, str]] = []
    newest: dict[str, tuple[int, str]] = {}
    for what, origin, passed, jump in steps:
        true, put = true + passed, put + jump
        if what != "nothing":
            wall = NOW + timedelta(seconds=true + put)
            evidence = absorb(evidence, _observation(what, origin, wall), heard=float(true), now=wall)
        if what not in {"nothing", "silence"}:
            answers.append((true, origin))
            newest[origin] = (true, what)
    true, put = true + wait, put + last_jump

    now = NOW + timedelta(seconds=true + put)
    cell = build(given_plan, ReleaseState(), {TARGET: evidence}, now, float(true)).cells[TARGET]

    if cell.relation is Relation.MATCH:
        limits = {"": TIMING.stale_after, "prom": PROM.timing.stale_after}
        assert any(timedelta(seconds=true - at) <= limits[origin] for at, origin in answers)
        assert any(
            said == "1.2.3" and timedelta(seconds=true - at) <= limits[origin]
            for origin, (at, said) in newest.items()
        )
        assert cell.age is not None
        assert timedelta(0) <= cell.age <= cell.timing.stale_after


@given(_steps, _seconds)
def test_without_a_steady_clock_a_match_is_young_by_the_wall_clock(
    steps: list[tuple[str, str, int, int]], wait: int
) -> None:
    """Where only the wall clock is known, what it says of the newest evidence is kept to."""
    given_plan = replace(plan(), sources=(PROM,))
    wall, evidence = 0, NOTHING
    for what, origin, passed, jump in steps:
        wall += passed + jump
        if what != "nothing":
            evidence = absorb(evidence, _observation(what, origin, NOW + timedelta(seconds=wall)))

    cell = build(given_plan, ReleaseState(), {TARGET: evidence}, NOW + timedelta(seconds=wall + wait)).cells[
        TARGET
    ]

    if cell.relation is Relation.MATCH:
        assert cell.polled_at is not None
        assert timedelta(0) <= NOW + timedelta(seconds=wall + wait) - cell.polled_at <= cell.timing.stale_after


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.TIMEOUT, Status.UNREACHABLE),
        (Reason.REFUSED, Status.UNREACHABLE),
        (Reason.NOT_JSON, Status.UNKNOWN),
        (Reason.HTTP_STATUS, Status.UNKNOWN),
        (Reason.NO_DATA, Status.UNKNOWN),
    ],
)
def test_a_place_that_answered_nonsense_was_reached(reason: Reason, status: Status) -> None:
    """Nobody looks for a broken network where a login page answers."""
    silent = absorb(NOTHING, Missing(TARGET, reason, NOW, "probe", ""))
    assert _cell(silent).status is status
