"""What somebody saw, in one sentence of the trail."""

import pytest

from gonogo.events import CELL_CHANGED, FREEZE_DECLARED, GLASS_BROKEN, WAIVER_GIVEN
from gonogo.testing.events import make_event
from gonogo.text.tones import line_text
from gonogo.view.trail import sentence


@pytest.mark.parametrize(
    ("versions", "status", "before", "said"),
    [
        (["1.2.3"], "succeeded", [], "saw web/staging run 1.2.3"),
        (["1.2.3"], "succeeded", ["1.2.2"], "saw web/staging run 1.2.3, before 1.2.2"),
        (["1.2.3"], "in_progress", ["1.2.2"], "saw web/staging run 1.2.3 (in progress), before 1.2.2"),
        (["1.2.3"], "in_progress", ["1.2.3"], "saw web/staging run 1.2.3 (in progress)"),
        (["1.2.2", "1.2.3"], "degraded", ["1.2.2"], "saw web/staging run 1.2.2 + 1.2.3 (degraded), before 1.2.2"),
        ([], "not_deployed", ["1.2.2"], "saw web/staging run nothing (not deployed), before 1.2.2"),
    ],
)
def test_a_transition_is_told_in_words(versions: list[str], status: str, before: list[str], said: str) -> None:
    """No identifier of ours, and a version that goes on running is named once."""
    event = make_event(1, "cell:web/staging", CELL_CHANGED, versions=versions, status=status, before=before)
    assert line_text(sentence(event)) == said


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-12-01T15:30:32+00:00", "2026-12-01 15:30 UTC"),
        ("2026-12-01T16:30:32+01:00", "2026-12-01 15:30 UTC"),
        ("soon", "soon"),
    ],
)
@pytest.mark.parametrize("kind", [FREEZE_DECLARED, GLASS_BROKEN, WAIVER_GIVEN])
def test_an_end_is_told_whole_and_in_one_form(kind: str, until: str, said: str) -> None:
    """A freeze, a waiver and break-glass end alike; what a hand wrote there is told as it stands."""
    line = line_text(sentence(make_event(1, "freeze:now", kind, until=until, reason="slow")))
    assert f"until {said}" in line
    assert "~" not in line
