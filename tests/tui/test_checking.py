"""Items in the cockpit: checks that run where one can see them, evidence, claims, two persons."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Event

from gonogo.acts.checklist import Tick
from gonogo.acts.claims import ClaimItem
from gonogo.events.checks import CheckOutcome
from gonogo.events.state import ItemState, ItemStatus
from gonogo.facts.finding import Finding, Progress
from gonogo.plan import Item, ItemId
from gonogo.plan.conditions import Check, HttpCheck, RunCheck
from gonogo.rules.checks import command_set_digest
from gonogo.tui.screens.confirm import DEAF, ConfirmScreen
from tui.evening import Evening, evening_plan, wait
from tui.stage import BEN, Seat
from tui.test_deciding import Story, play

RUN = RunCheck(("make", "test"))
HTTP = HttpCheck("http://web.test/health")


class Store:
    """Trust that lasts as long as the test."""

    def __init__(self) -> None:
        self.trusted: set[str] = set()

    def trusts(self, plan_path: str, digest: str) -> bool:
        """See `wiring.Trust`."""
        return digest in self.trusted

    def trust(self, plan_path: str, digest: str) -> None:
        """See `wiring.Trust`."""
        self.trusted.add(digest)


class Slow:
    """A check that goes on until it is let go or stopped."""

    def __init__(self, outcome: CheckOutcome = CheckOutcome.PASSED) -> None:
        self.outcome = outcome
        self.let_go = Event()
        self.stopped = Event()
        self.evening: Evening | None = None

    def run(self, item: Item, *, cancelled: Callable[[], bool], progress: Callable[[Progress], None]) -> Finding:
        """See `wiring.Checking`."""
        assert self.evening is not None
        now = self.evening.clock.now()
        progress(Progress(7, "suite 3 of 9"))
        while not self.let_go.wait(0.01):
            if cancelled():
                self.stopped.set()
                return Finding(CheckOutcome.UNKNOWN, "stopped by hand", now, now)
        return Finding(self.outcome, "9 suites", now, now, "suite 9 of 9 passed", exit_code=0)


def _item(seat: Seat, name: str) -> ItemState:
    assert seat.app.snapshot is not None
    return seat.app.snapshot.state.item(name)


def checked(story: Story, check: Check, slow: Slow, store: Store) -> None:
    """Play a story on a plan of one item with that check."""
    evening = Evening(evening_plan((Item(ItemId("tests"), "Run the tests", check=check),)))
    slow.evening = evening
    play(story, evening, checks=lambda _: slow, trust=store)


def test_a_check_runs_in_sight_and_decides_the_item() -> None:
    """Its progress stands in the row and in the details; what it found is recorded and ticks the item."""
    slow = Slow()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("x")
        await seat.sees("checking 7 s  suite 3 of 9")
        await seat.press("enter")
        await seat.sees("checking for 7 s")
        slow.let_go.set()
        await seat.until(lambda: _item(seat, "tests").status is ItemStatus.DONE)
        await seat.sees("9 suites")
        await seat.sees("suite 9 of 9 passed")

    checked(story, HTTP, slow, Store())


def test_a_running_check_is_stopped_with_the_same_key() -> None:
    """Nobody waits for a check that hangs; that it found nothing out is recorded."""
    slow = Slow()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("x")
        await seat.sees("checking 7 s")
        await seat.press("x")
        await seat.sees("check found nothing out")
        assert _item(seat, "tests").status is ItemStatus.OPEN

    checked(story, HTTP, slow, Store())


def test_commands_nobody_looked_at_are_shown_before_one_is_run() -> None:
    """Every command of the plan, and the code that stands for just these; typed, the check runs."""
    slow, store = Slow(), Store()
    slow.let_go.set()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("x")
        await seat.sees("Trust the plan's commands")
        assert "tests: make test" in seat.text()
        assert "x stops it" not in seat.text()
        assert isinstance(seat.view, ConfirmScreen)
        digest = command_set_digest(evening.loaded.plan, {})
        await seat.type(digest[:8])  # typed ahead: not heard
        await seat.press("enter")
        assert store.trusted == set()
        await wait(seat, evening, DEAF + 0.1)
        await seat.type(digest[:8])
        await seat.press("enter")
        await seat.until(lambda: _item(seat, "tests").status is ItemStatus.DONE)
        assert store.trusted == {digest}

    checked(story, RUN, slow, store)


def test_evidence_is_asked_for_where_the_plan_wants_it(tmp_path: Path) -> None:
    """A file is read in a thread; its name and digest stay with the tick."""
    proof = tmp_path / "dump.log"
    proof.write_bytes(b"42 tables")

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("space")
        await seat.sees("Tick with evidence: Back up")
        await seat.press("enter")
        await seat.sees("nothing is typed yet")
        await seat.type(str(tmp_path / "no.log"))
        await seat.press("enter")
        await seat.sees("there is no such evidence")
        await seat.press(*["backspace"] * len("no.log"))
        await seat.type("dump.log")
        await seat.sees("taken as file")
        await seat.press("enter")
        await seat.until(lambda: _item(seat, "backup").status is ItemStatus.DONE)
        (shown,) = _item(seat, "backup").proofs
        assert (shown.kind, shown.sha256) == ("file", hashlib.sha256(b"42 tables").hexdigest())

    play(story, Evening(evening_plan((Item(ItemId("backup"), "Back up", evidence_required=True),))))


def test_c_claims_and_gives_back() -> None:
    """Who is at it stands in the row; ending somebody else's claim asks why."""

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("c")
        await seat.sees("aruiz is at it")
        await seat.press("c")
        await seat.until(lambda: _item(seat, "backup").claim is None)
        evening.act(ClaimItem("backup"), actor=BEN)
        await seat.sees("bokafor is at it")
        await seat.press("c")
        await seat.sees("Why is bokafor no longer at it?")
        await seat.type("went home")
        await seat.press("enter")
        await seat.until(lambda: _item(seat, "backup").claim is None)

    play(story, Evening(evening_plan((Item(ItemId("backup"), "Back up"),))))


def test_two_persons_confirm_what_needs_two() -> None:
    """The first one's word is a word; the second one ticks."""

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.sees("two persons")
        evening.act(Tick("migrate"), actor=BEN)
        await seat.sees("1 of 2 persons: bokafor")
        await seat.press("space")
        await seat.until(lambda: _item(seat, "migrate").status is ItemStatus.DONE)

    play(story, Evening(evening_plan((Item(ItemId("migrate"), "Migrate", two_person=True),))))


def test_leaving_the_cockpit_stops_its_checks() -> None:
    """No command of the plan goes on without anybody who sees it."""
    slow = Slow()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("x")
        await seat.sees("checking 7 s")
        await seat.press("q")

    checked(story, HTTP, slow, Store())
    assert slow.stopped.wait(10)
