"""Which version a hotfix starts from: what runs now, by an observation that succeeded."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts.cells import RecordTransition
from gonogo.errors import RefusedError, UsageError
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, Evidence, absorb
from gonogo.hotfix.seen import seen_of
from gonogo.hotfix.wish import Seen as Known
from gonogo.hotfix.wish import Wish
from gonogo.hotfix_jobs.planning import chosen_version
from gonogo.plan import Environment, Target
from gonogo.rules.snapshot import build
from support.deciding import ANA, NOW, World, make_plan

EU, US = Target("web", "prod-eu"), Target("web", "prod-us")
PLAN = make_plan(
    environments=(Environment("prod-eu", production=True), Environment("prod-us", production=True)), items=()
)


def _known(*answers: Seen, ran: str = "") -> Known:
    """What is known of production after these answers; `ran` was recorded in prod-eu as running well."""
    world = World(PLAN)
    if ran:
        world.do(ANA, RecordTransition(EU, (ran,), "succeeded", "auto"))
    evidence: dict[Target, Evidence] = {}
    for one in answers:
        for _ in range(2):
            evidence[one.target] = absorb(evidence.get(one.target, NOTHING), one)
    world.inputs = replace(world.inputs, evidence=evidence)
    matrix = build(world.inputs, NOW).matrix
    return seen_of(world.plan, matrix, world.state, world.plan.products[0])


def _answer(target: Target, *versions: str, status: Status = Status.SUCCEEDED, age: float = 0) -> Seen:
    replicas = 1 if len(versions) > 1 else None
    running = tuple(Running(one, replicas=replicas) for one in versions)
    return Seen(target, running, status, NOW - timedelta(seconds=age), "test")


def _base(known: Known) -> str:
    return chosen_version(Wish("web"), known)[0]


def test_what_runs_well_is_the_base() -> None:
    """In one environment or in all; builds of other spellings are one."""
    assert _base(_known(_answer(EU, "1.2.2"), _answer(US, "v1.2.2"))) == "1.2.2"
    assert _base(_known(_answer(EU, "1.2.2"))) == "1.2.2"


@pytest.mark.parametrize(
    "status", [Status.IN_PROGRESS, Status.PAUSED, Status.FAILED, Status.DEGRADED, Status.UNKNOWN]
)
def test_what_was_never_seen_running_well_is_no_base(status: Status) -> None:
    """It waits, rolls out or broke: a person has to name the version."""
    known = _known(_answer(EU, "2.0.4", status=status))

    with pytest.raises(RefusedError) as caught:
        _base(known)
    word = status.replace("_", " ")
    assert f"prod-eu: 2.0.4 is '{word}' there" in caught.value.message
    assert "--from VERSION" in caught.value.remedy


def test_while_another_version_rolls_out_the_base_is_the_one_that_ran_well() -> None:
    """Both answer; the journal says which of them was there before, and well."""
    known = _known(_answer(EU, "1.2.2", "1.2.3", status=Status.IN_PROGRESS), ran="1.2.2")

    assert _base(known) == "1.2.2"
    assert known.not_counted == ("prod-eu: 1.2.3 is 'in progress' there", "prod-us does not say what runs there")


def test_what_ran_well_and_is_degraded_now_is_what_has_to_be_fixed() -> None:
    """It is what runs, and the reason for the hotfix."""
    assert _base(_known(_answer(EU, "1.2.2", status=Status.DEGRADED), ran="1.2.2")) == "1.2.2"


def test_several_versions_are_asked_about() -> None:
    """Side by side in one environment, or one in each."""
    for known in (_known(_answer(EU, "1.2.2"), _answer(US, "1.2.1")), _known(_answer(EU, "1.2.2", "1.2.3"))):
        with pytest.raises(UsageError, match="more than one version"):
            _base(known)
    builds = _known(_answer(EU, "1.2.2+7"), _answer(US, "1.2.2+8"))
    with pytest.raises(UsageError, match="more than one version"):
        _base(builds)


def test_what_was_seen_long_ago_does_not_run_now() -> None:
    """It is named, and a person has to say it."""
    with pytest.raises(RefusedError) as caught:
        _base(_known(_answer(EU, "1.2.2", age=60)))

    assert "1.2.2 was seen 60 s ago" in caught.value.message
    assert "--from 1.2.2" in caught.value.remedy


def test_a_fresh_answer_counts_although_another_environment_is_silent_and_that_is_told() -> None:
    """Silence is said, and is no second version."""
    known = _known(_answer(EU, "1.2.2"), _answer(US, "1.2.1", age=60))

    assert _base(known) == "1.2.2"
