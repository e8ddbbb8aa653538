"""The fold of a long journal: work per event does not grow, and a replay in pieces is the replay of all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from gonogo import events as kinds
from gonogo.events import Actor, Event, EventId, cells, checklist
from gonogo.events.state import HISTORY_LIMIT, replay
from gonogo.plan import Target
from support.releases import NOW

PEOPLE = (Actor(1001, "ana"), Actor(1002, "ben"))


def journal(*told: tuple[str, str, dict[str, Any]]) -> list[Event]:
    """Events in order, each of the next person."""
    return [
        Event(seq, EventId(f"e{seq}"), NOW + timedelta(seconds=seq), PEOPLE[seq % 2], kind, subject, data)
        for seq, (kind, subject, data) in enumerate(told, 1)
    ]


def seen(*versions: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    """A record of one cell."""
    return kinds.CELL_CHANGED, "cell:web/staging", {"versions": list(versions), "status": "ok", **more}


def noted(number: int) -> tuple[str, str, dict[str, Any]]:
    """A note on one item."""
    return kinds.ITEM_NOTED, "item:tests", {"text": f"note {number}"}


MIXED = journal(
    noted(1),
    (kinds.ITEM_TICKED, "item:tests", {"title": "Tests are green"}),
    noted(2),
    (kinds.ITEM_UNTICKED, "item:tests", {"undoes": 2}),
    noted(3),
    (kinds.ITEM_NOTED, "item:docs", {"text": "first"}),
    (kinds.ITEM_SKIPPED, "item:docs", {"reason": "no change"}),
    seen("1.0"),
    seen("1.0", "1.1", shares={"1.0": 90, "1.1": 10}),
    seen("1.0", "1.1", shares={"1.0": 40, "1.1": 60}, revisions=["a", "b"]),
    seen("1.1"),
    seen(),
    seen("1.0"),
    *(seen(f"2.{number}") for number in range(HISTORY_LIMIT + 5)),
    *((kinds.ITEM_TICKED, f"item:i{number}", {}) for number in range(2 * checklist.UNDO_DEPTH + 10)),
)


@pytest.mark.parametrize("step", [1, 3, 50])
def test_a_replay_in_pieces_is_the_replay_of_all(step: int) -> None:
    """The cockpit folds what comes in; a verb folds everything."""
    state = replay([])
    for begin in range(0, len(MIXED), step):
        state = replay(MIXED[begin : begin + step], state)

    assert state == replay(MIXED)
    assert [note.text for note in state.item("tests").notes] == ["note 1", "note 2", "note 3"]


def test_a_state_that_was_handed_out_stays_as_it_was() -> None:
    """What is on a screen is not changed by what comes in."""
    early = replay(MIXED[:9])
    entries = dict(early.entries[Target("web", "staging")])
    notes = early.item("tests").notes

    replay(MIXED[9:], early)

    assert dict(early.entries[Target("web", "staging")]) == entries
    assert len(early.cells[Target("web", "staging")]) == 2
    assert early.item("tests").notes == notes


def test_entries_tell_who_came_who_left_and_how_far_they_came() -> None:
    """Of a version that left and came back, what had taken its place stays known."""
    entries = replay(MIXED[:13]).entries[Target("web", "staging")]

    back, gone = entries["1.0"], entries["1.1"]
    assert (back.seq, back.first, back.before, back.alone_seq, back.left_seq, back.left_to) == (
        13, False, (), 13, 11, ("1.1",),
    )  # fmt: skip
    assert (gone.share, gone.alone_seq, gone.left_seq, gone.before) == (100.0, 11, 0, ("1.0",))
    assert gone.until == MIXED[11].at


class Calls:
    """How often something was copied or changed."""

    def __init__(self, real: Any) -> None:
        self.real, self.count = real, 0

    def __call__(self, *args: Any, **more: Any) -> Any:
        """Count, then do it."""
        self.count += 1
        return self.real(*args, **more)


def copies(monkeypatch: pytest.MonkeyPatch, told: Sequence[tuple[str, str, dict[str, Any]]]) -> tuple[int, int]:
    """Items rewritten, and mappings of entries copied, in one replay."""
    rewritten, copied = Calls(structs.replace), Calls(dict)
    monkeypatch.setattr(checklist, "replace", rewritten)
    monkeypatch.setattr(cells, "dict", copied, raising=False)
    replay(journal(*told))
    return rewritten.count, copied.count


@pytest.mark.parametrize("many", [10, 1_000])
def test_a_note_copies_no_other_note_and_a_version_no_other_version(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """As often for ten as for a thousand: a copy with each event made the fold quadratic."""
    notes = copies(monkeypatch, [noted(number) for number in range(many)])
    versions = copies(monkeypatch, [seen(f"1.{number}") for number in range(many)])

    assert (notes, versions) == ((1, 2), (0, 3))
