"""What another account says counts until this account has seen otherwise."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Reason
from gonogo.facts.evidence import MEMORY, NOTHING, Evidence, Strand, absorb
from gonogo.facts.hearsay import Contest
from gonogo.plan import Target
from support.releases import NOW, seen

ME = "ana"


def after(*told: tuple[str, str]) -> Strand:
    """What is known after these answers, by account and version; `-` is none, `!` a credential turned down."""
    evidence: Evidence = NOTHING
    for index, (by, version) in enumerate(told):
        at = NOW + timedelta(seconds=5 * index)
        answer: Observation = seen(version, at=at)
        if version in {"-", "!"}:
            reason = Reason.TIMEOUT if version == "-" else Reason.UNAUTHORIZED
            answer = Missing(Target("web", "staging"), reason, at, "test")
        evidence = absorb(evidence, replace(answer, by=by), me=ME)
    (strand,) = evidence.strands
    return strand


def names(strand: Strand) -> list[str]:
    """The versions shown."""
    return [running.version for running in strand.versions]


def test_answers_of_another_account_count_while_nobody_contradicts() -> None:
    """That is what sharing is for."""
    strand = after(("bob", "1.2.2"), ("bob", "1.2.3"), ("bob", "1.2.3"))

    assert names(strand) == ["1.2.3"]
    assert strand.contest is None


def test_an_own_answer_that_differs_is_shown_and_the_other_one_contested() -> None:
    """However often it is repeated."""
    strand = after(
        ("bob", "1.2.3"), ("bob", "1.2.3"), ("", "1.2.2"), *[("bob", "1.2.3")] * (MEMORY + 5), ("", "1.2.2")
    )

    assert "1.2.2" in names(strand)
    insists = after(("bob", "1.2.3"), ("", "1.2.2"), ("", "1.2.2"), *[("bob", "1.2.3")] * (MEMORY + 5))
    assert names(insists) == ["1.2.2"]
    assert insists.contest == Contest("bob", "1.2.3", "1.2.2", NOW + timedelta(seconds=10))


def test_a_liar_who_tells_the_truth_for_a_while_is_doubted_on() -> None:
    """Only an own answer that agrees ends the doubt."""
    lie = [("bob", "1.2.3"), ("", "1.2.2"), ("bob", "1.2.2"), ("bob", "1.2.3")]

    assert after(*lie).contest is not None
    assert after(*lie[:3], ("", "1.2.2"), ("bob", "1.2.3")).contest is None
    assert after(*lie, ("", "1.2.3")).contest is None
    assert after(*lie, ("", "1.2.3"), ("bob", "1.2.3")).contest is None


def test_another_session_of_this_account_is_this_account() -> None:
    """Its answers are own answers."""
    strand = after(("bob", "1.2.3"), (ME, "1.2.2"), ("bob", "1.2.3"))

    assert strand.contest is not None
    assert strand.contest.ours == "1.2.2"


def test_a_deployment_between_two_questions_is_no_contest() -> None:
    """The other account sees the new version at its next question, or the own one at its own."""
    assert after(("bob", "1.2.2"), ("", "1.2.3"), ("bob", "1.2.3")).contest is None
    assert after(("", "1.2.2"), ("bob", "1.2.3"), ("", "1.2.3"), ("bob", "1.2.3")).contest is None


def test_samples_of_a_split_contradict_nothing() -> None:
    """A balancer answers now with this version, now with that."""
    samples = [
        ("", "a"),
        ("bob", "b"),
        ("bob", "a"),
        ("bob", "b"),
        ("", "a"),
        ("bob", "b"),
        ("bob", "b"),
        ("", "a"),
    ]
    strand = after(*samples, ("bob", "b"))

    assert names(strand) == ["a", "b"]
    assert strand.contest is None


def test_no_answer_twice_contradicts_an_answer() -> None:
    """An endpoint that is down for this account, and up in the words of another."""
    assert after(("bob", "1.2.3"), ("", "-"), ("bob", "1.2.3")).contest is None
    down = after(("bob", "1.2.3"), ("", "-"), ("bob", "1.2.3"), ("", "-"), ("bob", "1.2.3"))
    assert down.contest == Contest("bob", "1.2.3", "no answer: timeout", NOW + timedelta(seconds=15))
    assert down.missing is not None


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_credential_that_is_turned_down_contradicts_nobody(times: int) -> None:
    """The other account's may still be good."""
    strand = after(*[("bob", "1.2.3"), ("", "!")] * times, ("bob", "1.2.3"))

    assert names(strand) == ["1.2.3"]
    assert strand.contest is None
