"""Every kind of event is explained, folded or only shown on purpose, and told in a sentence."""

import re
from pathlib import Path

import pytest

from gonogo import events
from gonogo.events import rights
from gonogo.events.state import ReleaseState, _Fold  # the one place that knows which kinds change the state
from gonogo.rules import entitled
from gonogo.testing.events import make_event
from gonogo.view.trail import sentence

JOURNAL = Path(__file__).parents[3] / "docs" / "journal.md"
TOPICS = {
    "item",
    "check",
    "cell",
    "plan",
    "release",
    "approval",
    "waiver",
    "go",
    "freeze",
    "baton",
    "version",
    "trigger",
    "act",
}
"""The topics of `acts`; what the hotfix wizard writes is tested with it."""
KINDS = sorted(
    value
    for name, value in vars(events).items()
    if name.isupper() and isinstance(value, str) and value.partition(".")[0] in TOPICS
)
ONLY_SHOWN = {events.ACT_REFUSED}
EVERY = sorted(
    value
    for name, value in vars(events).items()
    if name.isupper() and isinstance(value, str) and re.fullmatch(r"[a-z]+\.[a-z-]+", value)
)
"""Those of the hotfix wizard and of the forward-merges too."""


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind_a_hand_can_write_is_open_to_all_or_judged_when_it_is_read(kind: str) -> None:
    """In one list alone: what lets something go must not rest on a line somebody put into their own file."""
    lists = (rights.BY_RIGHT, rights.BY_ITS_OWNER, rights.AT_EVERY_LOOK, rights.OPEN_TO_ALL)

    assert [kind in one for one in lists].count(True) == 1


def test_no_list_names_a_kind_that_is_gone_and_each_says_why() -> None:
    """And the fold judges just the kinds that it has a rule for."""
    listed = {*rights.BY_RIGHT, *rights.BY_ITS_OWNER, *rights.AT_EVERY_LOOK, *rights.OPEN_TO_ALL}

    assert listed == set(EVERY)
    assert set(entitled.JUDGED) == rights.BY_RIGHT
    assert all(rights.OPEN_TO_ALL.values())
    assert all(rights.AT_EVERY_LOOK.values())


def test_nothing_that_ends_a_stop_or_stands_for_a_proof_is_open_to_all() -> None:
    """The kinds that let something go by who says it are judged by who says it."""
    assert not events.NEEDS_ITS_AUTHOR & rights.OPEN_TO_ALL.keys()


def test_every_kind_is_explained() -> None:
    """docs/journal.md has a row for each, and none for a kind that is gone."""
    rows = [
        line.split("|")[1] for line in JOURNAL.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    explained = {kind for row in rows for kind in re.findall(r"`([a-z-]+\.[a-z-]+)`", row)}

    assert {kind for kind in explained if kind.partition(".")[0] in TOPICS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_a_sentence(kind: str) -> None:
    """Not as it stands, like those of another version; and whatever somebody wrote into its data."""
    for data in ({}, {"reason": 7, "versions": "x", "reasons": [1], "changes": {}, "driver": None, "part": "a"}):
        said = "".join(span.text for span in sentence(make_event(1, "item:smoke", kind, **data)))
        assert said
        assert kind not in said


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ONLY_SHOWN])
def test_every_kind_is_folded(kind: str) -> None:
    """And data of any shape neither stops the fold nor is believed."""
    fold = _Fold(ReleaseState())
    for data in ({}, {"until": "soon", "evidence": [3], "content": [], "waiver": "x", "freeze": 1.5, "plan": []}):
        fold.apply(make_event(1, "item:smoke", kind, **data))

    assert kind in fold._handlers
    assert fold.result().seq == 1
