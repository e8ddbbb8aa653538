"""One answer is a sample: switches, splits and silences told apart."""

from datetime import timedelta

from gonogo.facts import Missing, Reason
from gonogo.facts.evidence import MEMORY, NOTHING, Evidence, Strand, absorb
from gonogo.plan import Target
from support.releases import NOW, seen


def _after(*versions: str) -> Evidence:
    evidence = NOTHING
    for index, version in enumerate(versions):
        evidence = absorb(evidence, seen(version, at=NOW + timedelta(seconds=10 * index)))
    return evidence


def _strand(evidence: Evidence) -> Strand:
    return evidence.of("")


def _names(evidence: Evidence) -> list[str]:
    return [running.version for running in _strand(evidence).versions]


def test_a_first_answer_stands_alone() -> None:
    """With nothing before it, an answer is what we know."""
    assert _names(_after("1.2.3")) == ["1.2.3"]


def test_a_single_different_answer_shows_both_versions() -> None:
    """Neither the old nor the new version is claimed to run alone on the word of one answer."""
    evidence = _after("1.2.2", "1.2.2", "1.2.3")

    assert _names(evidence) == ["1.2.2", "1.2.3"]
    assert not evidence.settled


def test_a_confirmed_switch_is_no_split() -> None:
    """A version that replaced another for good has the cell alone after its second answer."""
    evidence = _after(*["1.2.2"] * 8, "1.2.3", "1.2.3")

    assert _names(evidence) == ["1.2.3"]
    assert evidence.settled


def test_a_canary_behind_one_url_is_a_split() -> None:
    """Versions that come and go share the cell, with shares counted from the answers."""
    evidence = _after("a", "a", "b", "a", "a", "b", "a", "a", "a", "a")

    assert _names(evidence) == ["a", "b"]
    assert [running.weight for running in _strand(evidence).versions] == [80, 20]
    assert _strand(evidence).sampled


def test_a_split_stays_while_the_rare_version_is_quiet() -> None:
    """Nine answers in a row of the stable version do not make a canary disappear."""
    evidence = _after("a", "b", "a", "b", *["a"] * 9)

    assert _names(evidence) == ["a", "b"]


def test_a_version_leaves_a_split_after_twenty_answers_without_it() -> None:
    """When the old version has been silent long enough, the new one has the cell alone."""
    evidence = _after("a", "b", "a", "b", *["b"] * MEMORY)

    assert _names(evidence) == ["b"]


def test_a_failure_keeps_the_last_answer_and_its_own_time() -> None:
    """A failed poll never blanks the last value, and never makes it younger."""
    evidence = _after("1.2.3")
    missing = Missing(Target("web", "staging"), Reason.TIMEOUT, NOW + timedelta(minutes=1), "test")

    silent = absorb(absorb(evidence, missing), missing)

    assert _strand(silent).seen == _strand(evidence).seen
    assert _strand(silent).silent_since == missing.polled_at
    assert not silent.settled


def test_an_answer_ends_a_silence() -> None:
    """What answers again is not silent."""
    missing = Missing(Target("web", "staging"), Reason.TIMEOUT, NOW, "test")

    evidence = absorb(absorb(NOTHING, missing), seen("1.2.3", at=NOW + timedelta(seconds=1)))

    assert _strand(evidence).missing is None
    assert _strand(evidence).silent_since is None


def test_a_late_answer_does_not_replace_a_newer_one() -> None:
    """Answers that overtook each other end in the newest."""
    evidence = absorb(_after("1.2.3"), seen("1.2.2", at=NOW - timedelta(seconds=5)))

    assert _names(evidence) == ["1.2.3"]


def test_nine_to_one_in_strict_turn_is_a_split() -> None:
    """A balancer that deals in turn shows the new version at every tenth answer, never twice within ten."""
    turn = [*["1.2.2"] * 9, "1.2.3"]
    evidence = _after(*turn, *turn)

    assert sorted(_names(evidence)) == ["1.2.2", "1.2.3"]
    for _ in range(3):
        for version in turn:
            evidence = absorb(evidence, seen(version, at=NOW + timedelta(days=1)))
            assert sorted(_names(evidence)) == ["1.2.2", "1.2.3"]


def test_an_answer_after_the_clock_was_put_back_is_the_newer_one() -> None:
    """It is dated before the last one, which lies in the future now; a late one is dated before what is past."""
    back = NOW - timedelta(seconds=5)
    first = absorb(NOTHING, seen("1.2.3", at=NOW), heard=100.0, now=NOW)

    after = absorb(first, seen("1.2.2", at=back), heard=101.0, now=back)
    late = absorb(first, seen("1.2.2", at=back), heard=101.0, now=NOW + timedelta(seconds=1))

    assert after.of("").recent == ("1.2.3", "1.2.2")
    assert late == first
