"""Every reason has one clear sentence."""

from datetime import UTC, datetime

from gonogo.facts import Missing, Reason
from gonogo.plan import Target
from gonogo.view.reasons import SENTENCES, explain, sentence


def test_every_reason_has_one_sentence_of_its_own() -> None:
    """None is forgotten, none is shared, and each fits a line of 80 columns."""
    assert set(SENTENCES) == set(Reason)
    assert len(set(SENTENCES.values())) == len(Reason)
    assert all(text.endswith(".") and len(text) <= 78 for text in SENTENCES.values())


def test_the_particulars_follow_the_sentence() -> None:
    """What it means, then what was seen."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    missing = Missing(Target("a", "b"), Reason.HTTP_STATUS, now, "auto", "503 Service Unavailable")
    assert explain(missing) == "The endpoint answered with an error status: 503 Service Unavailable"
    assert explain(Missing(Target("a", "b"), Reason.EMPTY, now, "auto")) == sentence(Reason.EMPTY)
