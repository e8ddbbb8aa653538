"""May we go? Every reason is listed, unknown is never GO, and each reason says what to do."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.acts.checklist import Skip, Tick
from gonogo.events.state import Deployed, Lifecycle, ReleaseState, ReleaseStatus
from gonogo.facts import Missing, Reason, Role, Running, Seen, Status
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.plan import Environment, Freeze, Level, Plan, Target, Window
from gonogo.plan.conditions import ApprovalsGate, ChecklistGate
from gonogo.rules import snapshot
from gonogo.rules.readiness import Answer, Verdict, Weight
from gonogo.rules.snapshot import Inputs, Snapshot
from support.releases import ANA, NOW, after, item, loaded, plan, product, seen

STAGING, PRODUCTION = Target("web", "staging"), Target("web", "production")


def _evidence(staging: str = "1.2.3", production: str = "1.2.2", at: datetime = NOW) -> dict[Target, Evidence]:
    return {
        STAGING: absorb(NOTHING, seen(staging, STAGING, at=at)),
        PRODUCTION: absorb(NOTHING, seen(production, PRODUCTION, at=at)),
    }


def _snapshot(given_plan: Plan, evidence: dict[Target, Evidence], state: ReleaseState | None = None) -> Snapshot:
    running = replace(state or ReleaseState(), lifecycle=Lifecycle(ReleaseStatus.IN_PROGRESS))
    return snapshot.build(Inputs(loaded(given_plan), running, evidence), NOW)


def _verdict(
    given_plan: Plan,
    evidence: dict[Target, Evidence],
    state: ReleaseState | None = None,
    environment: str = "production",
) -> Verdict:
    found = _snapshot(given_plan, evidence, state).verdict(environment)
    assert found is not None
    return found


def _rules(verdict: Verdict, weight: Weight = Weight.BLOCKER) -> list[str]:
    return [reason.rule for reason in verdict.of(weight)]


def test_go_when_everything_is_known_and_nothing_stands_against_it() -> None:
    """Staging runs the plan, production answers, the checklist is done."""
    given_plan = plan(item("tests"))

    verdict = _verdict(given_plan, _evidence(), after(given_plan, (ANA, Tick("tests"))))

    assert (verdict.answer, verdict.reasons) == (Answer.GO, ())


def test_a_draft_promises_no_go() -> None:
    """A go is refused until somebody has started the release, and the verdict says so before."""
    inputs = Inputs(loaded(plan()), ReleaseState(), _evidence())

    judged = snapshot.build(inputs, NOW).verdict("production")
    assert judged is not None
    (reason,) = judged.of(Weight.BLOCKER)
    assert (judged.answer, reason.rule, reason.remedy) == (Answer.NO_GO, "release.draft", "gonogo start")

    watching = replace(inputs, loaded=loaded(replace(plan(), rules={"release.draft": Level.OFF})))
    judged = snapshot.build(watching, NOW).verdict("production")
    assert judged is not None
    assert judged.answer is Answer.GO


def test_an_open_item_blocks_production_and_names_its_owner() -> None:
    """The reason says what is open, who can close it and what to type."""
    verdict = _verdict(plan(item("tests", owner="ana")), _evidence())

    (reason,) = verdict.of(Weight.BLOCKER)
    assert (verdict.answer, reason.rule, reason.who) == (Answer.NO_GO, "item.open", "Ana Ruiz (aruiz)")
    assert reason.remedy == "gonogo tick tests"


def test_a_skipped_item_does_not_block() -> None:
    """Not applicable, with a reason on record, is an answer."""
    given_plan = plan(item("tests"))

    verdict = _verdict(given_plan, _evidence(), after(given_plan, (ANA, Skip("tests", "no code changed"))))

    assert verdict.answer is Answer.GO


@pytest.mark.parametrize(
    ("running", "rule"),
    [("1.2.2", "cell.behind"), ("1.3.0", "cell.ahead"), ("banana", "cell.differs")],
)
def test_the_environment_before_must_run_the_plan(running: str, rule: str) -> None:
    """What was not seen on staging does not go to production."""
    assert _rules(_verdict(plan(), _evidence(staging=running))) == [rule]


def test_a_failed_deployment_before_blocks_even_with_the_right_version() -> None:
    """Version and health are both needed."""
    evidence = _evidence()
    evidence[STAGING] = absorb(NOTHING, seen("1.2.3", STAGING, status=Status.FAILED))

    assert _rules(_verdict(plan(), evidence)) == ["cell.status"]


def test_no_answer_is_unknown_and_never_go() -> None:
    """A cell nobody has heard of keeps the verdict open, and says so."""
    verdict = _verdict(plan(), {PRODUCTION: _evidence()[PRODUCTION]})

    assert verdict.answer is Answer.UNKNOWN
    assert _rules(verdict, Weight.UNKNOWN) == ["cell.unknown"]


def test_a_stale_answer_is_unknown() -> None:
    """What was true half a minute ago is no ground for going now."""
    verdict = _verdict(plan(), _evidence(at=NOW - timedelta(seconds=31)))

    assert verdict.answer is Answer.UNKNOWN
    assert "was last seen 31s ago" in verdict.of(Weight.UNKNOWN)[0].fact


def test_blockers_win_over_unknowns_and_both_are_listed() -> None:
    """NO-GO is the answer; what is unknown is still told."""
    verdict = _verdict(plan(item("tests")), {PRODUCTION: _evidence()[PRODUCTION]})

    assert verdict.answer is Answer.NO_GO
    assert _rules(verdict) == ["item.open"]
    assert _rules(verdict, Weight.UNKNOWN) == ["cell.unknown"]


def test_silence_in_the_environment_itself_is_unknown() -> None:
    """One does not go into a place that does not answer."""
    evidence = _evidence()
    evidence[PRODUCTION] = absorb(NOTHING, Missing(PRODUCTION, Reason.TIMEOUT, NOW, "auto", "no answer within 5s"))

    verdict = _verdict(plan(), evidence)

    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reasons[0].fact == "web in production is unknown: no answer within 5s"


SOAKING = (
    Environment("staging", soak=timedelta(minutes=30)),
    Environment("production", ("staging",), production=True),
)


@pytest.mark.parametrize(
    ("minutes", "answer", "rules"),
    [(29, Answer.NO_GO, ["soak.short"]), (30, Answer.GO, []), (None, Answer.UNKNOWN, ["soak.unknown"])],
)
def test_a_version_must_have_soaked(minutes: int | None, answer: Answer, rules: list[str]) -> None:
    """Counted from the recorded transition; without a record nobody knows."""
    history: tuple[Deployed, ...] = ()
    if minutes is not None:
        history = (Deployed(NOW - timedelta(minutes=minutes), ("1.2.3",), "succeeded", "aruiz"),)

    verdict = _verdict(plan(environments=SOAKING), _evidence(), ReleaseState(cells={STAGING: history}))

    assert (verdict.answer, [reason.rule for reason in verdict.reasons]) == (answer, rules)


def test_a_freeze_blocks_and_tells_its_end() -> None:
    """The reason of the freeze and its end stand in the verdict."""
    freeze = Freeze(
        "close", "UTC", "Quarter close", ("production",), span=(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    )
    frozen = replace(plan(), freezes=(freeze,))

    assert _rules(_verdict(frozen, _evidence())) == ["freeze.active"]
    assert _verdict(frozen, _evidence(), environment="staging").answer is Answer.GO


def test_a_gate_that_is_not_judged_is_unknown() -> None:
    """A condition nobody checks does not pass in silence."""
    gate = ApprovalsGate("production", ("engineering", "qa"))

    verdict = _verdict(replace(plan(), gates=(gate,)), _evidence())

    assert verdict.answer is Answer.UNKNOWN
    assert [reason.subject for reason in verdict.reasons] == ["approval:engineering", "approval:qa"]


@pytest.mark.parametrize(
    ("level", "answer"), [(Level.BLOCK, Answer.NO_GO), (Level.WARN, Answer.GO), (Level.OFF, Answer.GO)]
)
def test_a_gate_weighs_what_its_level_says(level: Level, answer: Answer) -> None:
    """block stops, warn is told, off is not judged."""
    gate = ChecklistGate("production", ("Prepare",), level=level)
    gated = replace(plan(item("tests", "Prepare"), item("later", "Deployment")), gates=(gate,))

    assert _verdict(gated, _evidence()).answer is answer


_TOMORROW = Window(NOW + timedelta(hours=24), NOW + timedelta(hours=26), "Europe/Berlin")
_YESTERDAY = Window(NOW - timedelta(hours=26), NOW - timedelta(hours=24), "Europe/Berlin")
_TONIGHT = Window(NOW, NOW + timedelta(hours=2), "Europe/Berlin")


@pytest.mark.parametrize(
    ("window", "environment", "answer"),
    [
        (_TONIGHT, "production", Answer.GO),
        (_TOMORROW, "production", Answer.NO_GO),
        (_YESTERDAY, "production", Answer.NO_GO),
        (replace(_TONIGHT, end=NOW), "production", Answer.NO_GO),  # half-open: the end is outside
        (_TOMORROW, "staging", Answer.GO),
        (replace(_TOMORROW, environments=("staging",)), "staging", Answer.NO_GO),
        (replace(_TOMORROW, environments=("staging",)), "production", Answer.GO),
        (replace(_TOMORROW, environments=("staging", "production")), "production", Answer.NO_GO),
    ],
)
def test_outside_the_window_the_environments_it_covers_are_no_go(
    window: Window, environment: str, answer: Answer
) -> None:
    """Production by itself; the plan may name others, and then those alone."""
    seen_there = _evidence(staging="1.2.2") if environment == "staging" else _evidence()
    verdict = _verdict(replace(plan(), window=window), seen_there, environment=environment)

    assert verdict.answer is answer
    assert _rules(verdict) == ([] if answer is Answer.GO else ["window.closed"])


def test_the_plans_rules_lower_a_closed_window() -> None:
    """Whoever wants it as advice says so."""
    warned = replace(plan(), window=_TOMORROW, rules={"window.closed": Level.WARN})
    off = replace(plan(), window=_TOMORROW, rules={"window.closed": Level.OFF})

    verdict = _verdict(warned, _evidence())

    assert (verdict.answer, _rules(verdict, Weight.WARNING)) == (Answer.GO, ["window.closed"])
    assert _verdict(off, _evidence()).reasons == ()


def test_a_closed_window_only_warns_where_everything_has_arrived() -> None:
    """Nothing is entered any more; one product that is missing still is."""
    closed = replace(plan(), window=_YESTERDAY, rules={"deployed.without-go": Level.OFF})

    arrived = _verdict(closed, _evidence(production="1.2.3"))

    assert (arrived.answer, _rules(arrived, Weight.WARNING)) == (Answer.GO, ["window.closed"])
    assert _verdict(closed, {STAGING: _evidence()[STAGING]}).answer is Answer.NO_GO


def test_the_window_is_judged_for_the_moment_that_is_asked_about() -> None:
    """`--at` inside of it: it does not speak against going then."""
    running = ReleaseState(lifecycle=Lifecycle(ReleaseStatus.IN_PROGRESS))
    inputs = Inputs(loaded(replace(plan(), window=_TOMORROW)), running, _evidence())

    then = snapshot.build(inputs, NOW, at=NOW + timedelta(hours=25)).verdict("production")

    assert then is not None
    assert then.answer is Answer.GO


def test_what_a_freeze_says_is_allowed_next_lies_inside_the_window_of_the_release() -> None:
    """A time after the window is no time for this release."""
    ends_inside = Freeze("close", "UTC", span=(NOW - timedelta(days=1), NOW + timedelta(hours=1)))
    ends_after = Freeze("close", "UTC", span=(NOW - timedelta(days=1), NOW + timedelta(hours=3)))

    facts = [
        _verdict(replace(plan(), window=_TONIGHT, freezes=(one,)), _evidence()).of(Weight.BLOCKER)[0].fact
        for one in (ends_inside, ends_after)
    ]

    assert "in 1h" in facts[0]
    assert "no free moment in sight" in facts[1]


def test_a_broken_plan_on_disk_keeps_the_verdict_unknown() -> None:
    """What is judged is not what is written: nobody goes on that."""
    running = ReleaseState(lifecycle=Lifecycle(ReleaseStatus.IN_PROGRESS))
    problem = "release.yaml:3:1: unknown key 'x'\n    x: 1\n    ^"
    inputs = Inputs(loaded(plan()), running, _evidence(), plan_problem=problem)

    verdict = snapshot.build(inputs, NOW).next
    assert verdict.answer is Answer.UNKNOWN
    [unknown] = verdict.of(Weight.UNKNOWN)
    assert unknown.fact == "the plan on disk is not the one judged here: release.yaml:3:1: unknown key 'x'"


def test_a_journal_alarm_blocks() -> None:
    """No decision stands on a record somebody has touched."""
    inputs = Inputs(
        loaded(plan()), ReleaseState(), _evidence(), journal_problems=("line 3 of 1001-x.jsonl was changed",)
    )

    assert snapshot.build(inputs, NOW).next.answer is Answer.NO_GO


def test_the_next_environment_is_the_first_the_release_has_not_arrived_in() -> None:
    """Staging is done, so production is the question; with both done, the last one stays."""
    assert _snapshot(plan(), _evidence(staging="1.2.2")).next.environment == "staging"
    assert _snapshot(plan(), _evidence()).next.environment == "production"
    assert _snapshot(plan(), _evidence(production="1.2.3")).next.arrived


def test_a_silence_behind_the_release_does_not_become_the_question_again() -> None:
    """Staging was recorded as done and says nothing for a moment: the question is still production."""
    history = (Deployed(NOW - timedelta(hours=1), ("1.2.3",), "succeeded", "ana"),)
    state = ReleaseState(cells={STAGING: history})

    silent = _snapshot(plan(), {PRODUCTION: _evidence()[PRODUCTION]}, state)
    rolled_back = _snapshot(plan(), _evidence(staging="1.2.2"), state)

    assert (silent.next.environment, silent.next.answer) == ("production", Answer.UNKNOWN)
    assert rolled_back.next.environment == "staging"


_answers = st.one_of(
    st.none(),
    st.builds(
        lambda target, version, status, seconds: Seen(
            target, seen(version).versions, status, NOW - timedelta(seconds=seconds), "test"
        ),
        st.sampled_from([STAGING, PRODUCTION]),
        st.sampled_from(["1.2.2", "1.2.3", "1.3.0", "x"]),
        st.sampled_from(list(Status)),
        st.integers(min_value=-60, max_value=200),
    ),
    st.builds(lambda target: Missing(target, Reason.TIMEOUT, NOW, "test"), st.sampled_from([STAGING, PRODUCTION])),
)


@given(st.lists(_answers, max_size=12))
def test_no_reachable_state_is_go_with_an_unknown_cell(answers: list[Seen | Missing | None]) -> None:
    """Whatever was answered: GO means that every cell it rests on is fresh, known and right."""
    evidence: dict[Target, Evidence] = {}
    for answer in answers:
        if answer is not None:
            evidence[answer.target] = absorb(evidence.get(answer.target, NOTHING), answer)

    shown = _snapshot(plan(), evidence)
    verdict = shown.verdict("production")

    assert verdict is not None
    if verdict.answer is Answer.GO:
        assert shown.matrix.cells[STAGING].counts_as_match
        assert all(cell.is_known for cell in shown.matrix.cells.values())


def test_every_reason_says_what_to_do_next() -> None:
    """A reason without a next step leaves people standing there at two in the morning."""
    verdict = _verdict(
        plan(item("tests")), {STAGING: absorb(NOTHING, seen("1.2.2", STAGING, status=Status.FAILED))}
    )

    assert verdict.reasons
    assert all(reason.remedy for reason in verdict.reasons)


def test_products_are_judged_one_by_one() -> None:
    """One product that is not there yet is enough, and it is named."""
    both = plan(products=(product("web"), product("api")))
    evidence = _evidence() | {
        Target("api", name): absorb(NOTHING, seen("1.2.2", Target("api", name)))
        for name in ("staging", "production")
    }

    (reason,) = _verdict(both, evidence).of(Weight.BLOCKER)

    assert reason.subject == "cell:api/staging"


def test_a_cell_that_answers_without_a_state_is_not_called_silent() -> None:
    """It answers just now; what it says is what is wrong."""
    evidence = _evidence()
    puzzled = replace(seen("1.2.3", STAGING, status=Status.UNKNOWN), message="1 of 2 entries name no version")
    evidence[STAGING] = absorb(NOTHING, puzzled)

    [reason] = _verdict(plan(), evidence).of(Weight.UNKNOWN)

    assert reason.rule == "cell.unknown"
    assert reason.fact == "web in staging answers, and its state cannot be told: 1 of 2 entries name no version"


def test_the_idle_side_of_a_pair_is_not_told_as_running() -> None:
    """Blue-green behind: what serves is named, and nothing else."""
    evidence = _evidence()
    sides = (Running("1.2.2", role=Role.STABLE), Running("1.2.3", role=Role.PREVIEW))
    evidence[STAGING] = absorb(NOTHING, replace(seen("1.2.2", STAGING), versions=sides))

    [reason] = _verdict(plan(), evidence).of(Weight.BLOCKER)

    assert reason.fact == "web in staging still runs 1.2.2, planned is 1.2.3"
