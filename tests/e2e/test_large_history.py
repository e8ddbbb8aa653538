"""A long history is read while somebody types: nothing on the screen waits for git."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, gonogo
from support.repositories import make_large

pytestmark = pytest.mark.needs("git")

COMMITS = 10_000
SENTENCE = "the quick brown fox jumps over the lazy dog 0123456789 and back again"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan on a repository of ten thousand commits, none of them tagged: all of it is the preview."""
    directory = tmp_path_factory.mktemp("large")
    make_large(directory / "repo", COMMITS)
    plan = directory / "release.yaml"
    plan.write_text(
        "release: large\nenvironments: [staging, production]\n"
        "products:\n  web: {version: 1.4.0, repo: repo}\n"
        "checklist: [First thing, Second thing]\n"
    )
    return plan


@pytest.fixture
def cockpit(release: Path) -> Iterator[PtyScreen]:
    """A cockpit on it."""
    with PtyScreen(gonogo("open", release), size=(100, 30)) as screen:
        yield screen


def test_every_key_takes_effect_in_order_while_the_history_is_read(cockpit: PtyScreen) -> None:
    """Thirty keys a second into a note, from the first moment on: the note says exactly what was typed."""
    cockpit.wait_for("First thing")
    cockpit.press("n")
    time.sleep(1 / 30)  # and not a moment longer: who types ahead loses nothing
    for letter in SENTENCE:
        cockpit.type(letter)
        time.sleep(1 / 30)  # the rate of the script, not a wait for anything
    cockpit.press("enter")

    cockpit.press("4")
    cockpit.wait_for(SENTENCE[:30])
    cockpit.press("3")
    cockpit.wait_for(lambda text: "10000 commits" in text or "10,000 commits" in text)
    cockpit.press("q")
    assert cockpit.wait() == 0

    journals = Path(os.environ["XDG_STATE_HOME"]) / "gonogo" / "journals"
    recorded = "".join(path.read_text() for path in journals.rglob("*.jsonl"))
    assert f'"text":"{SENTENCE}"' in recorded
