"""Cells in words: readable without colour, honest about age."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from gonogo.events.state import ReleaseState
from gonogo.facts import Missing, Observation, Reason, Role, Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.matrix import Cell, Relation, build
from gonogo.plan import Target
from gonogo.text.tones import line_text
from gonogo.view.glyphs import ASCII, UNICODE
from gonogo.view.matrix import cell_line, environment_heading, relation_sentence
from support.releases import NOW, plan, seen

TARGET = Target("web", "staging")


def _cell(*observations: Observation, now: datetime = NOW) -> Cell:
    evidence = NOTHING
    for observation in observations:
        evidence = absorb(evidence, observation)
    return build(plan(), ReleaseState(), {TARGET: evidence}, now).cells[TARGET]


def _text(cell: Cell, now: datetime = NOW) -> str:
    return line_text(cell_line(cell, now, UNICODE))


SPLIT = Seen(
    TARGET, (Running("1.2.2", weight=90.0), Running("1.2.3", weight=10.0)), Status.IN_PROGRESS, NOW, "test"
)


@pytest.mark.parametrize(
    ("cell", "now", "text"),
    [
        (_cell(seen("1.2.3", TARGET)), NOW, "✓ 1.2.3 now"),
        (_cell(seen("1.2.2", TARGET)), NOW, "↓ 1.2.2 now"),
        (_cell(seen("1.3.0", TARGET)), NOW, "↑ 1.3.0 now"),
        (_cell(seen("x", TARGET)), NOW, "≠ x now"),
        (_cell(seen("1.2.3", TARGET, status=Status.FAILED)), NOW, "✗ 1.2.3 failed"),
        (_cell(SPLIT), NOW, "» 10% 1.2.3 rolling"),
        (_cell(replace(SPLIT, status=Status.SUCCEEDED)), NOW, "◐ 10% 1.2.3 split"),
        (
            _cell(replace(SPLIT, versions=(Running("1", replicas=1), Running("2", replicas=7)))),
            NOW,
            "» 2 versions rolling",
        ),
        (_cell(seen("1.2.2", TARGET), seen("1.2.3", TARGET)), NOW, "◐ 1.2.3 confirming"),
        (_cell(Missing(TARGET, Reason.TIMEOUT, NOW, "test")), NOW, "? timeout"),
        (_cell(), NOW, "? asking"),
        (
            _cell(
                replace(
                    SPLIT,
                    status=Status.SUCCEEDED,
                    versions=(Running("1.2.2", replicas=1), Running("1.2.3", replicas=7)),
                )
            ),
            NOW,
            "◐ 7/8 1.2.3 split",
        ),
        (
            _cell(
                replace(
                    SPLIT,
                    status=Status.SUCCEEDED,
                    versions=(Running("1.2.3", role=Role.STABLE), Running("1.2.2", role=Role.PREVIEW)),
                )
            ),
            NOW,
            "✓ 1.2.3 blue-green",
        ),
        (
            _cell(seen("1.2.3", TARGET), replace(seen("1.2.2", TARGET), origin="prom")),
            NOW,
            "⇄ sources disagree",
        ),
    ],
)
def test_a_cell_is_sign_version_and_word(cell: Cell, now: datetime, text: str) -> None:
    """Each state reads differently without any colour."""
    assert _text(cell, now) == text


def test_a_stale_cell_says_so_and_for_how_long() -> None:
    """Old is not shown as new: the age stands where the word stood."""
    now = NOW + timedelta(seconds=45)

    assert _text(_cell(seen("1.2.3", TARGET), now=now), now) == "◌ 1.2.3 stale 45s"


def test_a_version_past_its_time_is_not_shown_as_running() -> None:
    """After `unknown_after` the cell says unknown; what it last said is in the details."""
    now = NOW + timedelta(minutes=5)
    cell = _cell(
        seen("1.2.3", TARGET), Missing(TARGET, Reason.REFUSED, now, "test", "connection refused"), now=now
    )

    assert _text(cell, now) == "? refused"


def test_in_ascii_every_sign_is_ascii() -> None:
    """A terminal without Unicode loses no meaning."""
    assert line_text(cell_line(_cell(seen("1.2.2", TARGET)), NOW, ASCII)) == "< 1.2.2 now"
    assert len({*ASCII.__struct_fields__}) == len(UNICODE.__struct_fields__)
    assert all(getattr(ASCII, name).isascii() for name in ASCII.__struct_fields__)


def test_production_is_said_in_words() -> None:
    """Colour alone does not tell where one is."""
    assert environment_heading(plan(), "production") == "production PRODUCTION"
    assert environment_heading(plan(), "staging") == "staging"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_word_for_a_cell(reason: Reason) -> None:
    """No answer is so strange that the matrix could not be drawn."""
    text = _text(_cell(Missing(TARGET, reason, NOW, "test")))
    assert text.startswith("? ")
    assert len(text) <= 13


def test_an_endless_version_does_not_push_the_other_columns_away() -> None:
    """A cell shows its beginning; the details show it whole."""
    text = _text(_cell(seen("1.2.3-" + "9" * 120, TARGET)))
    assert len(text) < 50
    assert "…" in text


def test_several_spellings_of_the_planned_version_are_one() -> None:
    """A leading v is no other version; two builds are two things, of which neither is alone."""
    same = (Running("1.2.3", replicas=1), Running("v1.2.3", replicas=2))
    builds = (Running("1.2.3+7", replicas=1), Running("1.2.3+8", replicas=2))
    split = _cell(replace(SPLIT, versions=builds, status=Status.SUCCEEDED))
    assert _text(split) == "◐ 2 builds split"
    assert relation_sentence(split) == "runs 2 builds of 1.2.3 side by side: 1.2.3+7, 1.2.3+8"
    assert _text(_cell(replace(SPLIT, versions=same, status=Status.SUCCEEDED))) == "✓ 1.2.3 now"


def test_a_cell_that_waits_for_a_source_says_that_it_is_asking() -> None:
    """What the first one says is shown, without the sign of a match."""
    early = replace(_cell(seen("1.2.3", TARGET)), relation=Relation.UNKNOWN, awaits=("prom",))
    assert _text(early) == "? 1.2.3 asking"
    assert relation_sentence(early) == "runs 1.2.3 by what is heard so far; planned is 1.2.3"
