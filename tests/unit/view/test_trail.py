"""What somebody saw, in one sentence of the trail."""

import pytest

from gonogo.events import CELL_CHANGED
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
