"""Items that say how they are done: shown where one ticks, late ones named, groups never ticked themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = """\
release: r
environments: [production]
products: {web: {version: 1.0.0}}
window: {from: 2020-01-10 21:00, to: 2020-01-10 23:00}
checklist:
  Before:
    - title: Cut the branch
      items: [Tell QA, Open the milestone]
    - id: rc
      title: Build the candidate
      after: [cut-the-branch]
      link: https://wiki.example.com/rc
      command: make rc
      due: 2d before go
      estimate: 15m
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A directory with that plan."""
    (tmp_path / "release.yaml").write_text(PLAN)
    return tmp_path


def gonogo(here: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the program there."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(here), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "gonogo", *argv]
    return subprocess.run(command, cwd=here, env=environ, capture_output=True, text=True, check=False)


def test_what_is_open_says_how_it_is_done_and_that_it_is_late(here: Path) -> None:
    """Link and command stand below the item; the command was not run."""
    said = gonogo(here, "tick").stdout
    assert "https://wiki.example.com/rc" in said
    assert "make rc" in said
    assert "late: due 01-08 21:00" in said
    facts = {one["item"]: one for one in json.loads(gonogo(here, "tick", "--json").stdout)["open"]}
    assert (facts["rc"]["due"], facts["rc"]["late"]) == ("2020-01-08T21:00:00.000Z", True)
    assert (facts["rc"]["command"], facts["rc"]["estimate_seconds"]) == ("make rc", 900.0)
    assert (facts["rc"]["title"], facts["tell-qa"]["group"]) == ("Build the candidate", "cut-the-branch")
    assert not list(here.glob("rc*"))


def test_a_late_item_is_named_as_late_where_it_blocks(here: Path) -> None:
    """With the moment it was due."""
    why = json.loads(gonogo(here, "why", "--env", "production", "--json").stdout)
    facts = {one["subject"]: one["fact"] for one in why["blockers"]}
    assert facts["item:rc"] == "'Build the candidate' (Before) is open, it was due 2020-01-08 21:00 UTC"


def test_a_group_is_done_when_its_items_are_and_is_never_ticked(here: Path) -> None:
    """Nor does what waits for it go on before."""
    group = gonogo(here, "tick", "cut-the-branch")
    assert group.returncode == 2
    assert "is a group" in group.stderr
    assert "tell-qa, open-the-milestone" in group.stderr
    waits = gonogo(here, "tick", "rc")
    assert waits.returncode != 0
    assert "tell-qa, open-the-milestone" in waits.stderr


def test_init_takes_a_checklist_over(tmp_path: Path) -> None:
    """The one it is given, else the usual one; the plan it writes is valid."""
    (tmp_path / "RELEASE.md").write_text("- [ ] Usual\n")
    (tmp_path / "mine.md").write_text("## Day\n- [ ] Mine\n- no box\n")
    named = gonogo(tmp_path, "init", "--checklist", "mine.md")
    assert (named.returncode, "1 item from mine.md" in named.stdout) == (0, True)
    assert "mine.md:3: not taken over" in named.stderr
    usual = json.loads(gonogo(tmp_path, "init", "other.yaml", "--json").stdout)
    assert usual["checklist"] == {"from": "RELEASE.md", "items": 1, "left_out": []}
    assert "Mine" in (tmp_path / "release.yaml").read_text()
    assert gonogo(tmp_path, "check", "other.yaml").returncode == 0


def test_a_freeze_with_an_end_says_so_and_bad_ends_are_refused(here: Path) -> None:
    """In status and its JSON; an end that cannot be read is a slip, not a freeze without one."""
    assert gonogo(here, "freeze", "now", "--reason", "the database moves", "--until", "soon").returncode == 2
    assert not json.loads(gonogo(here, "status", "--json").stdout)["freezes"]
    assert gonogo(here, "freeze", "now", "--reason", "the database moves", "--until", "2h").returncode == 0
    (one,) = json.loads(gonogo(here, "status", "--json").stdout)["freezes"]
    assert one["until"]
    assert "stopped the line until " in gonogo(here, "log").stdout
