"""What a check's result is worth, and what it does to its item."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.acts import Refusal, Scene, decide
from gonogo.acts.checklist import Tick
from gonogo.acts.checks import RecordCheck
from gonogo.acts.versions import MarkBad
from gonogo.events import EventId
from gonogo.events.checks import CheckOutcome
from gonogo.events.state import ItemStatus, ReleaseState
from gonogo.plan import Item, ItemId, Metric, Plan, Product, Source, VersionFile
from gonogo.plan.conditions import Check, FileCheck, GitCheck, HttpCheck, MetricCheck, RunCheck
from gonogo.plan.probes import PrometheusTable
from gonogo.rules.checklist import item_reasons
from gonogo.rules.checks import Standing, command_set_digest, commands, describe, fingerprint, standing
from gonogo.rules.completion import bad_versions, open_ends
from gonogo.rules.snapshot import Inputs, build
from gonogo.text import describe_command
from gonogo.text.tones import Tone
from gonogo.view.checklist import item_row
from support.releases import ANA, BEN, NOW, after, item, loaded, plan

TESTS = RunCheck(("make", "test"), timedelta(minutes=20))


def checked(check: Check = TESTS, **more: object) -> Plan:
    """A plan with one item that a check decides."""
    return plan(replace(item("tests"), check=check, **more))


def result(
    check: Check = TESTS, outcome: CheckOutcome = CheckOutcome.PASSED, age: timedelta = timedelta(0)
) -> RecordCheck:
    """A check that ended `age` ago."""
    asked = fingerprint(checked(check), check)
    return RecordCheck("tests", outcome, NOW - age, "exit code 0", asked, "12 passed", seconds=3)


def says(state: ReleaseState, check: Check = TESTS) -> Standing:
    """What the recorded result says now."""
    return standing(checked(check), check, state.checks.get("tests"), NOW)


def test_a_passed_check_ticks_its_item() -> None:
    """Both the result and the tick are facts, and the tick says that a check made it."""
    state = after(checked(), (ANA, result()))
    assert (state.item("tests").status, state.item("tests").check) == (ItemStatus.DONE, True)
    assert says(state) is Standing.PASSED


@pytest.mark.parametrize("outcome", [CheckOutcome.FAILED, CheckOutcome.UNKNOWN])
def test_a_check_that_no_longer_passes_reopens_its_item(outcome: CheckOutcome) -> None:
    """What a check said before does not outlive what it says now."""
    state = after(checked(), (ANA, result()), (BEN, result(outcome=outcome)))
    assert state.item("tests").status is ItemStatus.OPEN
    assert state.item("tests").reason == f"its check {outcome}: exit code 0"


def test_a_job_ticks_by_a_check_only_what_it_may_tick() -> None:
    """Its result is on record, and a person may tick on it; `ci: true` lets the job do both."""
    job = replace(BEN, via="ci")
    state = after(checked(), (job, result()))
    assert (state.item("tests").status, says(state)) == (ItemStatus.OPEN, Standing.PASSED)
    assert after(checked(), (ANA, Tick("tests")), state=state).item("tests").status is ItemStatus.DONE

    assert after(checked(ci=True), (job, result())).item("tests").status is ItemStatus.DONE


def test_a_result_grows_old() -> None:
    """After an hour, or after what the check says, it decides nothing any more."""
    state = after(checked(), (ANA, result(age=timedelta(minutes=59, seconds=59))))
    assert says(state) is Standing.PASSED
    assert standing(checked(), TESTS, state.checks["tests"], NOW + timedelta(seconds=1)) is Standing.STALE
    short = replace(TESTS, good_for=timedelta(minutes=5))
    assert says(state, short) is Standing.STALE


def test_a_result_from_the_future_is_unknown() -> None:
    """A wrong clock makes no result young."""
    state = after(checked(), (ANA, result(age=timedelta(minutes=-2))))
    assert says(state) is Standing.UNKNOWN


def test_a_result_of_another_check_says_nothing() -> None:
    """When the plan changes the command, what the old one found is about something else."""
    state = after(checked(), (ANA, result()))
    assert says(state, replace(TESTS, argv=("make", "quick-test"))) is Standing.CHANGED
    assert standing(checked(), TESTS, None, NOW) is Standing.NEVER


def test_a_result_about_another_version_says_nothing() -> None:
    """The tag of 1.2.3 is right; nobody has looked at that of 1.2.4. The same for the files that state it."""
    for check in (GitCheck("web"), FileCheck("web")):
        before = checked(check)
        found = after(before, (ANA, replace(result(check), check_sha256=fingerprint(before, check))))
        later = replace(before, products=(replace(before.products[0], version="1.2.4"),))

        assert standing(before, check, found.checks["tests"], NOW) is Standing.PASSED
        assert standing(later, check, found.checks["tests"], NOW) is Standing.CHANGED
        moved = replace(before, products=(replace(before.products[0], repo="/elsewhere/web"),))
        assert standing(moved, check, found.checks["tests"], NOW) is Standing.PASSED


def test_a_result_of_another_query_says_nothing() -> None:
    """The metric keeps its name and becomes another question, or is asked elsewhere."""
    check = MetricCheck("errors", below=0.01)
    before = replace(
        checked(check),
        metrics=(Metric("errors", "prom", "sum(errors)"),),
        sources=(Source("prom", PrometheusTable(), "https://prom.example"),),
    )
    found = after(before, (ANA, replace(result(check), check_sha256=fingerprint(before, check))))
    query = replace(before, metrics=(Metric("errors", "prom", "sum(warnings)"),))
    place = replace(before, sources=(Source("prom", PrometheusTable(), "https://other.example"),))
    slower = replace(before, metrics=(replace(before.metrics[0], every=timedelta(minutes=1)),))

    said = [standing(one, check, found.checks["tests"], NOW) for one in (before, query, place, slower)]

    assert said == [Standing.PASSED, Standing.CHANGED, Standing.CHANGED, Standing.PASSED]


@pytest.mark.parametrize(
    ("later", "check", "who", "tone"),
    [
        (timedelta(0), TESTS, "aruiz ", Tone.GOOD),
        (timedelta(hours=2), TESTS, "check passed too long ago", Tone.WARN),
        (timedelta(0), replace(TESTS, argv=("true",)), "check asks something else", Tone.WARN),
    ],
)
def test_a_tick_that_rests_on_an_old_result_looks_like_none(
    later: timedelta, check: Check, who: str, tone: Tone
) -> None:
    """The row says so, in the list as well as on the command line."""
    snapshot = build(Inputs(loaded(checked(check)), after(checked(), (ANA, result()))), NOW + later)

    row = item_row(snapshot, snapshot.plan.items[0])

    assert (row.who.startswith(who), row.tone) == (True, tone)


def by_two_people() -> Plan:
    """The check's word alone closes nothing."""
    given = checked()
    return replace(given, items=(replace(given.items[0], two_person=True),))


@pytest.mark.parametrize(
    ("acts", "fact", "remedy"),
    [
        ((), " is open", "gonogo check run tests"),
        ((result(outcome=CheckOutcome.FAILED),), ": its check failed: exit code 0", "gonogo check run tests"),
        ((result(outcome=CheckOutcome.UNKNOWN),), ": its check found nothing out: ", "gonogo check run tests"),
        ((result(age=timedelta(hours=2)),), ": its check passed too long ago: ", "gonogo check run tests"),
        ((result(),), " is open", "gonogo tick tests"),
    ],
)
def test_an_open_item_says_what_its_check_found_and_when(
    acts: tuple[RecordCheck, ...], fact: str, remedy: str
) -> None:
    """As old as the finding, never as new as the look; a check that passed leaves the rest to people."""
    given, later = by_two_people(), NOW + timedelta(minutes=1)

    (reason,) = item_reasons(given, after(given, *((ANA, one) for one in acts)), given.items[0], later)

    assert fact in reason.fact
    assert (reason.rule, reason.remedy) == ("item.open", remedy)
    assert reason.observed_at == (acts[0].finished_at if ":" in fact else later)


def test_nobody_completes_over_a_check_that_failed() -> None:
    """Also where people keep the item closed."""
    given = by_two_people()
    acts = (result(), Tick("tests"))
    state = after(given, *((ANA, one) for one in acts), (BEN, Tick("tests")))
    state = after(given, (ANA, result(outcome=CheckOutcome.FAILED)), state=state)

    assert state.item("tests").status is ItemStatus.DONE
    assert "check.failed" in [one.rule for one in open_ends(build(Inputs(loaded(given), state), NOW))]


def test_a_version_marked_bad_is_refused_however_it_is_written() -> None:
    """By the product's scheme v1.2.3 is 1.2.3: it neither starts nor completes."""
    given = checked()
    state = after(given, (ANA, MarkBad("web", f"v{given.products[0].version}", "it loses orders")))

    assert len(bad_versions(given, state)) == 1


def test_no_sign_of_a_command_is_hidden() -> None:
    """Whoever trusts it sees where each word ends, and signs that a terminal would hide or turn around."""
    words = ["ls", "", "a b", "no\u00a0break", "rm\u202e", "zero\u200bwidth", "größe", "--x=$y"]

    assert describe_command(words) == (
        'ls "" "a b" "no\\u00a0break" "rm\\u202e" "zero\\u200bwidth" größe "--x=$y"'
    )


PINNED = (
    (
        RunCheck(("make", "test"), timedelta(minutes=20), good_for=timedelta(hours=2)),
        "7bfb2c92fe2464d17ed2f5c04cae8f173455cae0119e1fca552a7a6714c20691",
    ),
    (
        HttpCheck("https://web.example/health"),
        "5b40473209f5b0edd18556bbdac1d27bb90e0da33e0d077ebf57a488ae1811ac",
    ),
    (
        HttpCheck("https://web.example/health", 204, "ok", timedelta(seconds=5)),
        "1699acd59feb2aeafbbe88e24bd8e61d1e02e6f1a99617ac8c782c05da8d1550",
    ),
    (
        MetricCheck("errors", below=0.01, duration=timedelta(minutes=5)),
        "e87d12812cbbf2a6f0076f94f3ad25ec5a5441fc0960ab094d101361bcec45b1",
    ),
    (
        MetricCheck("errors", above=1.0),
        "a829c4f02e0b953b4c0908936ace566af87f90998f5beb0c7a92d8f0a9f17f8d",
    ),
    (FileCheck("web"), "306b418aa3cc4ee61da36e4402cb0d7df9b04f33577d75f7e86634431f2b6840"),
    (GitCheck("web"), "c3d2005ec98d23e632e34548a0289616a46ed32bb8fcefdf4f8e4b739f3f539d"),
    (
        GitCheck("web", signed=False, merged_into="main"),
        "b2b74e630d1530fe8f5579e6b8f55499819efe296bb1d693b9cdee2ad543a8e3",
    ),
)


@pytest.mark.parametrize(("check", "recorded"), PINNED)
def test_a_result_recorded_by_an_earlier_version_is_about_the_same_check(check: Check, recorded: str) -> None:
    """Journals keep these digests: another one would make every passed check a changed one."""
    web = Product("web", "1.2.3", files=(VersionFile("VERSION", pattern="{version}"),))
    plan = replace(
        checked(check),
        products=(web,),
        metrics=(Metric("errors", "prom", "sum(errors)"),),
        sources=(Source("prom", PrometheusTable(), "https://prom.example"),),
    )

    assert fingerprint(plan, check) == recorded


def test_a_check_says_what_it_asks_for() -> None:
    """Everything that decides it, so that one sees what a passed check means."""
    branch = GitCheck("web", signed=True, merged_into="main")
    number = MetricCheck("errors", below=0.01, duration=timedelta(minutes=5))
    page = HttpCheck("https://web.example/health", expect=204, contains="ok")

    assert [describe(one) for one in (branch, number, page)] == [
        "tag of web, signed, merged into main",
        "metric errors below 0.01 for 5m",
        "http https://web.example/health expects 204 with the text 'ok'",
    ]


def test_a_result_whose_check_changed_meanwhile_is_refused() -> None:
    """It cannot be recorded as the answer to a question that was not asked."""
    scene = Scene(Inputs(loaded(checked())), ANA, EventId("one"), NOW)
    refusal = decide(scene, result(replace(TESTS, argv=("true",))))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "check.changed"


@pytest.mark.parametrize("said", [None, CheckOutcome.FAILED, CheckOutcome.UNKNOWN])
def test_nobody_ticks_by_hand_what_a_check_decides(said: CheckOutcome | None) -> None:
    """A word does not stand in for a measurement; skipping it with a reason stays possible."""
    given = checked()
    state = after(given, (ANA, result(outcome=said))) if said else ReleaseState()
    refusal = decide(Scene(Inputs(loaded(given), state), BEN, EventId("two"), NOW), Tick("tests"))
    assert isinstance(refusal, Refusal)
    assert (refusal.rule, refusal.exit_code) == ("item.checked", 3)
    assert refusal.remedy.startswith("gonogo check run tests")


def test_a_check_waits_for_the_items_before_it() -> None:
    """The result is recorded, the item is not ticked ahead of the order people agreed on."""
    later = replace(item("smoke", after=("deploy",)), check=TESTS)
    state = after(plan(item("deploy"), later), (ANA, replace(result(), item="smoke")))
    assert state.item("smoke").status is ItemStatus.OPEN
    state = after(plan(item("deploy"), later), (ANA, Tick("deploy")), (BEN, Tick("smoke")), state=state)
    assert state.item("smoke").status is ItemStatus.DONE


def test_a_machine_is_no_second_person() -> None:
    """An item for two persons is not ticked by a check."""
    state = after(checked(two_person=True), (ANA, result()))
    assert state.item("tests").status is ItemStatus.OPEN


def test_trust_is_bound_to_every_word_of_every_command() -> None:
    """A changed, added or moved word is another command set; a time-out is not."""
    given = checked()
    assert [one.argv for one in commands(given)] == [("make", "test")]
    same = checked(replace(TESTS, timeout=None))
    assert command_set_digest(given, {}) == command_set_digest(same, {})
    for argv in (("make", "test", "x"), ("make test",), ("test", "make"), ()):
        assert command_set_digest(checked(replace(TESTS, argv=argv)), {}) != command_set_digest(given, {})
    more = replace(given, items=(*given.items, Item(ItemId("b"), "b", check=TESTS)))
    assert command_set_digest(more, {}) != command_set_digest(given, {})
    with_file = command_set_digest(given, {"test": "a" * 64})
    assert len({command_set_digest(given, {}), with_file, command_set_digest(given, {"test": "b" * 64})}) == 3


def test_a_command_is_shown_word_by_word() -> None:
    """Whoever trusts sees where each word begins and ends."""
    check = RunCheck(("sh", "-c", "rm -rf $HOME", ""))
    assert describe(check) == 'run sh -c "rm -rf $HOME" ""'
