"""A checklist in Markdown becomes one in a plan; what cannot be taken is told by its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import UsageError
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.repository_files.checklist_file import (
    find_checklist,
    parse_checklist,
    read_checklist,
)
from gonogo.io.repository_files.plan_starter import Found, starter_text
from gonogo.plan import Plan

TEXT = """\
---
name: Release
---
# Release of X

Read this first.

## Before the *release*

- [ ] Cut `release/vX` and tell [QA](https://chat.example.com/qa)
  ```sh
  git switch -c release/vX
  ```
  Make sure that CI is green.
- [ ] Quality
  - [ ] Smoke test
  - [x] Load test
    - [ ] Ten minutes
  - see the handbook
- not an item

## After

1. [ ] Tweet
2. [ ] Tweet
3. [ ] Look at [it](https://ana:secret@example.com/)
"""


def plan_of(text: str) -> Plan:
    """The starter plan with that checklist; loading it is a part of every test."""
    return parse_plan(starter_text(Found("web"), None, parse_checklist(text, "RELEASE.md")).encode(), "p", "/srv")


def test_headings_are_phases_and_boxes_are_items() -> None:
    """In the order of the file, with ids that people can type."""
    plan = plan_of(TEXT)
    assert plan.phases == ("Before the release", "After")
    assert [(item.id, item.title) for item in plan.items] == [
        ("cut-release-vx-and-tell-qa", "Cut release/vX and tell QA"),
        ("smoke-test", "Smoke test"),
        ("load-test-ten-minutes", "Load test: Ten minutes"),
        ("tweet", "Tweet"),
        ("tweet-2", "Tweet"),
        ("look-at-it", "Look at it"),
    ]


def test_a_line_keeps_its_link_its_command_and_its_words() -> None:
    """A fenced block is what is typed, other text the description; lines below a line make a group of it."""
    plan = plan_of(TEXT)
    how = plan.items[0].guide
    assert (how.link, how.command) == ("https://chat.example.com/qa", "git switch -c release/vX")
    assert how.description == "Make sure that CI is green."
    group = plan.group("quality")
    assert group is not None
    assert group.guide.description == "- see the handbook"
    assert [item.group for item in plan.items] == ["", "quality", "quality", "", "", ""]


def test_what_is_not_taken_is_told_by_its_line() -> None:
    """With the reason; a password in a link goes nowhere."""
    found = parse_checklist(TEXT, "RELEASE.md")
    assert [(one.line, one.reason.partition(":")[0]) for one in found.left] == [
        (20, "it has no box"),
        (26, "its link cannot be taken"),
    ]
    assert "secret" not in starter_text(Found("web"), None, found)


def test_a_long_line_has_a_short_title_and_says_the_rest_below() -> None:
    """Nothing of it is lost."""
    line = "Check " + "every single thing " * 12
    item = plan_of(f"- [ ] {line}").items[0]
    assert len(item.title) <= 100
    assert len(item.id) <= 32
    assert item.guide.description == line.strip()


def test_a_file_that_somebody_names_must_hold_one(tmp_path: Path) -> None:
    """Otherwise it says so; the usual places are only looked at."""
    (tmp_path / "RELEASE.md").write_text("# How\n\n- do it\n")
    (tmp_path / ".github" / "ISSUE_TEMPLATE").mkdir(parents=True)
    (tmp_path / ".github" / "ISSUE_TEMPLATE" / "release.md").write_text("- [ ] Do it\n")
    with pytest.raises(UsageError, match="no checklist"):
        read_checklist(tmp_path / "RELEASE.md")
    with pytest.raises(UsageError, match="no such file"):
        read_checklist(tmp_path / "gone.md")
    found = find_checklist(tmp_path)
    assert found is not None
    assert (found.path, found.count) == (".github/ISSUE_TEMPLATE/release.md", 1)


_PIECES = st.sampled_from(
    ["- [ ] ", "* [x] ", "  ", "    ", "## ", "\n", "```", "[a](https://x.example/{y})", "`", '"', "\\", "#",
     ": ", "- ", "1. ", "\x1b[31m", "\u202e", "{", "&a", "*a", "通知", "a", "b", "<!--", "-->", "\t", "|", "%"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_whatever_stands_in_the_file_the_plan_loads(text: str) -> None:
    """Hostile text stays text, and every item has an id of its own."""
    found = parse_checklist(text, "RELEASE.md")
    plan = plan_of(text) if found.phases else None
    assert plan is None or len(plan.items) == found.count
