"""The simulated people: through the same gate as everybody, on a real journal, marked as simulated."""

import os
from pathlib import Path

import pytest

from gonogo.acts.checklist import Tick, Undo
from gonogo.acts.scene import Accepted, Refused
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.events import EventId
from gonogo.events.state import ItemStatus
from gonogo.simulator.rehearsal import Rehearsal, rehearsal
from support.stage import GivenPlan, Hands, Me, shop

pytestmark = pytest.mark.needs("git")

STORY = """
start = "done"
[[act]]
at = 10
person = "ben"
verb = "tick"
item = "tests"
[[act]]
at = 20
person = "ben"
verb = "note"
item = "announce"
text = "on it"
"""


def mine(played: Rehearsal, *ids: str) -> Session:
    """The session of the person who watches."""
    given = iter(ids)
    journal = played.open_journal(Me(), "tui")
    return Session(played.loaded, journal, played.clock, Me().actor("tui"), lambda: EventId(next(given)))


def story(tmp_path: Path) -> str:
    """The path of the scenario above."""
    path = tmp_path / "story.toml"
    path.write_text(STORY)
    return str(path)


def test_others_act_when_their_time_has_come(tmp_path: Path) -> None:
    """Each act once, seen by the person who watches, under a name that says it is simulated."""
    clock = Hands()
    with rehearsal(GivenPlan(shop()), clock, story(tmp_path)) as played:
        people, session = played.people(Me().actor("tui")), mine(played)
        assert people.step() == ()
        clock.elapsed = 12
        assert [type(outcome) for outcome in people.step()] == [Accepted]
        clock.elapsed = 60
        assert len(people.step()) == 1
        assert people.step() == ()
        session.refresh()
        item = session.inputs.state.item("tests")
        assert item.status is ItemStatus.DONE
        assert item.actor is not None
        assert (item.actor.user, item.actor.host) == ("bokafor (demo)", "demo")
        assert session.inputs.state.item("announce").notes[0].text == "on it"
        assert session.inputs.journal_problems == ()
        people.close()


def test_what_others_did_is_not_mine_to_undo(tmp_path: Path) -> None:
    """The account is the same on disk; the people are not."""
    clock = Hands()
    with rehearsal(GivenPlan(shop()), clock, story(tmp_path)) as played:
        people, session = played.people(Me().actor("tui")), mine(played, "1", "2")
        clock.elapsed = 12
        people.step()
        undone = session.submit(Undo())
        ticked = session.submit(Tick("tests"))
        assert isinstance(undone, Refused)
        assert isinstance(ticked, Refused)
        assert ticked.refusal.exit_code is ExitCode.CONFLICT
        people.close()


def test_somebody_else_may_be_faster(tmp_path: Path) -> None:
    """A simulated person is refused like anybody; the tick stays with who made it."""
    clock = Hands()
    with rehearsal(GivenPlan(shop()), clock, story(tmp_path)) as played:
        people, session = played.people(Me().actor("tui")), mine(played, "1")
        assert isinstance(session.submit(Tick("tests")), Accepted)
        clock.elapsed = 12
        assert [type(outcome) for outcome in people.step()] == [Refused]
        people.close()


def test_nothing_is_remembered_outside(tmp_path: Path) -> None:
    """The user's own state directory is not touched."""
    clock = Hands()
    with rehearsal(GivenPlan(shop()), clock, story(tmp_path)) as played:
        people, session = played.people(Me().actor("tui")), mine(played)
        clock.elapsed = 99
        assert len(people.step()) == 2
        session.refresh()
        people.close()
        session.close()
        assert list(played.state_dir.rglob("*"))
    assert list(Path(os.environ["HOME"]).rglob("*")) == []
