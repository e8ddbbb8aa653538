"""The release notes in one's own editor, from the screen: it has the terminal while it runs."""

import sys
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, gonogo
from support.repositories import make_repository

pytestmark = pytest.mark.needs("git")

EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
print("MY EDITOR", flush=True)
sys.stdin.readline()
path.write_text("Written outside.\\n" + path.read_text())
"""


def test_the_editor_has_the_terminal_and_its_text_comes_back(tmp_path: Path) -> None:
    """E opens it, the cockpit is drawn again behind it, Ctrl+S keeps the text in the journal."""
    make_repository(tmp_path / "web", ["feat: begin", "feat: more"], tags={"v1.0.0": 0})
    editor = tmp_path / "editor.py"
    editor.write_text(EDITOR)
    plan = tmp_path / "release.yaml"
    plan.write_text(
        "release: outside\nenvironments: [staging]\n"
        "products:\n  web: {version: 1.1.0, repo: web}\nchecklist: [First thing]\n"
    )
    with PtyScreen(gonogo("open", plan), size=(100, 30), env={"VISUAL": f"{sys.executable} {editor}"}) as screen:
        screen.wait_for("First thing")
        screen.press("3").wait_for("1 commit since v1.0.0")
        screen.type("E").wait_for("MY EDITOR")
        screen.press("enter").wait_for("Written outside.")
        screen.wait_for("not kept yet")
        screen.press("ctrl+s").wait_for("kept as #")
        screen.press("escape").wait_for("1 commit since v1.0.0")
        screen.press("ctrl+c")
        assert screen.wait() == 0


def test_a_failing_editor_is_told_and_the_text_stays(tmp_path: Path) -> None:
    """Nothing changes but the status line."""
    make_repository(tmp_path / "web", ["feat: begin", "feat: more"], tags={"v1.0.0": 0})
    plan = tmp_path / "release.yaml"
    plan.write_text("release: outside\nenvironments: [staging]\nproducts:\n  web: {version: 1.1.0, repo: web}\n")
    with PtyScreen(gonogo("open", plan), size=(100, 30), env={"VISUAL": "false"}) as screen:
        screen.press("3").wait_for("1 commit since v1.0.0")
        screen.press("e").wait_for("as the commits say")
        screen.type("Mine. ")
        screen.press("f4").wait_for("exit code 1")
        screen.wait_for("Mine. # outside")
        screen.press("ctrl+c")
        assert screen.wait() == 0
