"""Deciding in the cockpit: dialogs that repeat the list, hear no key typed ahead, and notice what moves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gonogo import wiring as bootstrap
from gonogo.acts import Scene, approvals
from gonogo.acts.approvals import Approve, Reject
from gonogo.acts.checklist import Tick, Untick
from gonogo.acts.freezes import FreezeLine
from gonogo.acts.lifecycle import Hold, Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.acts.versions import MarkBad
from gonogo.cli.context import Options
from gonogo.events import Actor
from gonogo.events.lifecycle import ReleaseStatus
from gonogo.facts import Observation
from gonogo.plan import Authority, Freeze, Item, ItemId, LoadedPlan, Target
from gonogo.plan.conditions import ChecklistGate
from gonogo.rules.snapshot import Snapshot
from gonogo.testing.clock import START
from gonogo.tui.deeds.table import DEEDS
from gonogo.tui.intents import INTENTS, Deciding, GiveGo, TrustCommands
from gonogo.tui.screens.confirm import DEAF, ConfirmScreen
from gonogo.wiring import screens
from support.deciding import ANA as DECIDES
from support.deciding import NOBODY, ROOT, World, make_plan
from tui.evening import CHLOE, VERSION, Evening, evening_plan, wait
from tui.stage import ANA, BEN, Seat

DEPLOY = Actor(1050, "deploy")
Story = Callable[[Seat, Evening], Awaitable[None]]


def play(story: Story, evening: Evening | None = None, size: tuple[int, int] = (80, 24), **wired: Any) -> None:
    """Play a story at a running cockpit of ana's."""
    stage = evening or Evening(evening_plan(()))

    async def run() -> None:
        async with stage.cockpit(size=size, **wired) as seat:
            await story(seat, stage)

    asyncio.run(run())


def _snapshot(seat: Seat) -> Snapshot:
    assert seat.app.snapshot is not None
    return seat.app.snapshot


def _status(seat: Seat) -> ReleaseStatus:
    return _snapshot(seat).state.lifecycle.status


async def command(seat: Seat, name: str) -> None:
    """Find a command by name in the palette, and take it."""
    await seat.press("colon")
    await seat.type(name)
    if "Down chooses" in seat.text():
        await seat.press("down")  # what cannot be taken back is never where the cursor stands by itself
    await seat.press("enter")


async def confirm(seat: Seat, evening: Evening, word: str) -> None:
    """Wait until the dialog listens, then type the word."""
    await seat.sees(f"Type {word}")
    await wait(seat, evening, DEAF + 0.1)
    await seat.type(word)
    await seat.press("enter")


def _approve(evening: Evening) -> None:
    """Chloe approves what ships."""
    session = evening.session(CHLOE)
    session.refresh()
    scene: Scene = session.scene()
    slot = evening.loaded.plan.approvals[0]
    session.submit(Approve(slot.name, approvals.preview(scene, slot).code))


def test_a_release_goes_from_start_to_complete() -> None:
    """Start, a second person's approval, go, complete: each typed, each recorded with who did it."""

    async def story(seat: Seat, evening: Evening) -> None:
        await command(seat, "start the")
        await confirm(seat, evening, VERSION)
        await seat.until(lambda: _status(seat) is ReleaseStatus.IN_PROGRESS)
        _approve(evening)
        await seat.sees("GO for production")
        await seat.press("o", "enter")
        await confirm(seat, evening, VERSION)
        await seat.until(lambda: _snapshot(seat).state.go("production") is not None)
        evening.production = VERSION
        await command(seat, "complete")
        await confirm(seat, evening, VERSION)
        await seat.until(lambda: _status(seat) is ReleaseStatus.COMPLETED)
        assert [one.kind for one in _snapshot(seat).state.events if one.actor.uid == ANA.uid][
            -1
        ] == "release.completed"
        await seat.sees("COMPLETED 20")  # the bar is headed by its end, not by what would be judged of it now
        assert "NO-GO" not in seat.text().splitlines()[0]

    play(story)


def test_go_answers_for_a_deployment_that_came_before_it() -> None:
    """The bar and the column say that nobody gave a go; the same key asks why, and the go is recorded as late."""
    evening = Evening(evening_plan((), gates=(), approvals=()))
    evening.start()
    evening.production = VERSION

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.sees("WITHOUT GO")
        await seat.press("o", "enter")
        await seat.sees("Late GO for production")
        await seat.type("deployed by the on-call")
        await seat.press("enter")
        await confirm(seat, evening, VERSION)
        await seat.until(lambda: _snapshot(seat).state.go("production") is not None)
        (decision,) = _snapshot(seat).state.decisions
        assert (decision.late, decision.reason) == (True, "deployed by the on-call")
        await seat.until(lambda: "WITHOUT GO" not in seat.text())

    play(story, evening)


def test_a_key_typed_ahead_confirms_nothing() -> None:
    """For half a second by the application's clock the dialog hears no key; then it hears every one."""

    async def story(seat: Seat, evening: Evening) -> None:
        await command(seat, "start the")
        await seat.sees(f"Type {VERSION}")
        await seat.type(VERSION)
        await seat.press("enter")
        await wait(seat, evening, DEAF - 0.2)
        await seat.press("enter")
        assert isinstance(seat.view, ConfirmScreen)
        assert seat.view.input.value == ""
        assert _status(seat) is ReleaseStatus.DRAFT
        await wait(seat, evening, 0.4)
        await seat.type(VERSION)
        await seat.press("enter")
        await seat.until(lambda: _status(seat) is ReleaseStatus.IN_PROGRESS)

    play(story)


def test_nothing_but_the_version_confirms() -> None:
    """Enter alone does nothing, and neither does another word: there is no default."""

    async def story(seat: Seat, evening: Evening) -> None:
        await command(seat, "start the")
        await seat.sees(f"Type {VERSION}")
        await wait(seat, evening, 1)
        await seat.press("enter")
        await seat.sees(f"type {VERSION} first")
        await seat.type("1.2.2")
        await seat.press("enter")
        await seat.sees("'1.2.2' is not 1.2.3; nothing is recorded")
        assert _status(seat) is ReleaseStatus.DRAFT

    play(story)


def test_a_list_that_moves_is_shown_anew_and_typed_anew() -> None:
    """What somebody does while the dialog is open stands there, is named, and takes the typed word away."""
    evening = Evening(evening_plan((), gates=(), approvals=()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("o", "enter")
        await seat.sees(f"Type {VERSION}")
        await wait(seat, evening, 1)
        await seat.type(VERSION)
        evening.act(FireTrigger("errors", "error rate is 2 %"), actor=BEN)
        await seat.sees("MOVED while this was open")
        assert "trigger.asks" in seat.text()
        assert isinstance(seat.view, ConfirmScreen)
        assert seat.view.input.value == ""
        await seat.press("enter")
        assert _snapshot(seat).state.go("production") is None

    play(story, evening)


def test_what_the_rules_refuse_stands_in_the_dialog_with_its_reason() -> None:
    """Nobody types a version to be told afterwards: who started it does not approve it."""
    evening = Evening(evening_plan(()))
    evening.start(ANA)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("a")
        await seat.sees("Not possible now: you requested this release")
        assert isinstance(seat.view, ConfirmScreen)
        assert not seat.view.input.display

    play(story, evening)


def test_go_asks_anew_what_it_rests_on_and_says_so() -> None:
    """Before the list is shown and again before it is recorded; nothing on the screen waits meanwhile."""
    evening = Evening(evening_plan((), gates=(), approvals=()))
    evening.start()
    answered = Event()

    def slowly(
        loaded: LoadedPlan, targets: frozenset[Target], progress: Callable[[int, int], None]
    ) -> tuple[Observation, ...]:
        progress(1, len(targets))
        assert answered.wait(10)
        return evening.ask_anew(loaded, targets, progress)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("o", "enter")
        await seat.sees("asking anew what it rests on: 1 of 2 answered")
        evening.act(Hold("lunch"), actor=BEN)
        await seat.sees("ON HOLD")  # the journal is read while the endpoints are asked
        await seat.type(VERSION)
        answered.set()
        await seat.sees("Not possible now")
        assert evening.asked_anew == [frozenset({Target("web", "staging"), Target("web", "production")})]

    play(story, evening, ask_anew=slowly)


def test_what_is_seen_anew_decides() -> None:
    """An answer from before does not carry a go: production was changed a moment ago."""
    evening = Evening(evening_plan((), gates=(), approvals=()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("o", "enter")
        await seat.sees(f"Type {VERSION}")
        await wait(seat, evening, 1)
        evening.production = "2.0.0"
        await seat.type(VERSION)
        await seat.press("enter")
        await seat.sees("MOVED while this was open")
        assert _snapshot(seat).state.go("production") is None

    play(story, evening)


def test_a_reason_is_asked_for_and_recorded() -> None:
    """Hold, freeze and drive ask one line each; the bar shows all three."""
    evening = Evening(evening_plan(()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("d")
        await seat.type("night shift")
        await seat.press("enter")
        await seat.sees("lead: Ana Ruiz")
        await command(seat, "on hold")
        await seat.type("lunch")
        await seat.press("enter")
        await seat.sees("ON HOLD by aruiz")
        await seat.press("f", "enter")
        await seat.type("disk full")
        await seat.press("enter")
        await seat.type("soon")
        await seat.press("enter")
        await seat.sees("is not a length of time")
        await seat.press(*["backspace"] * 4)
        await seat.type("2h")
        await seat.press("enter")
        await seat.sees("LINE STOPPED by aruiz")
        await seat.sees(", until ")

    play(story, evening)


def test_a_waiver_is_given_from_the_reason_under_the_cursor() -> None:
    """v among the reasons asks why and until when; the reason stays, on a list of its own and in the bar."""
    evening = Evening(evening_plan(()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("w")
        await seat.sees("approval 'engineering' waits")
        await seat.until(lambda: "approval.missing" in str(getattr(seat.view, "reason", "")))
        await seat.press("v")
        await seat.type("the vendor confirmed it by phone")
        await seat.press("enter")
        await seat.type("soon")
        await seat.press("enter")
        await seat.sees("is not a length of time")
        await seat.press(*["backspace"] * 4)
        await seat.type("2h")
        await seat.press("enter")
        await seat.sees("Waive: production PRODUCTION")
        assert "approval.missing approval:engineering: approval 'engineering' waits" in seat.text()
        assert "reason: the vendor confirmed it by phone" in seat.text()
        await confirm(seat, evening, "approval.missing")
        await seat.sees("What somebody let pass (1)")
        await seat.sees("1 waived")

    play(story, evening)


def test_a_waiver_of_what_stands_there_no_longer_is_not_typed() -> None:
    """The dialog follows: what is to be let pass was missing, and is rejected by now."""
    evening = Evening(evening_plan(()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("w")
        await seat.until(lambda: "approval.missing" in str(getattr(seat.view, "reason", "")))
        await seat.press("v")
        for words in ("the vendor confirmed it by phone", "2h"):
            await seat.type(words)
            await seat.press("enter")
        await seat.sees("Type approval.missing")
        evening.act(Reject("engineering", "it leaks"), actor=CHLOE)
        await seat.sees("Not possible now: no reason 'approval.missing' for production")
        assert "Type approval.missing" not in seat.text()

    play(story, evening)


def test_a_list_to_choose_from_follows_what_happens() -> None:
    """What it says of each answer is of now; one that is none any more keeps its place, and leads nowhere."""
    items = tuple(Item(ItemId(name), f"Look at {name}") for name in ("logs", "graphs"))
    evening = Evening(evening_plan(items, gates=(ChecklistGate("production", ("",)),)))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("v")
        await seat.sees("Waive in which environment?")
        await seat.sees("production       PRODUCTION  NO-GO (3)")
        evening.act(Tick(ItemId("graphs")))
        await seat.sees("production       PRODUCTION  NO-GO (2)")
        evening.act(Untick(ItemId("graphs")))
        await seat.sees("production       PRODUCTION  NO-GO (3)")
        await seat.press("enter")
        await seat.sees("Waive what for production?")
        evening.act(Tick(ItemId("logs")))
        await seat.sees("no more: x 'Look at logs' is open")
        await seat.press("home", "down", "enter")
        await seat.sees("it is not to be chosen any more")
        assert "Waive what for production?" in seat.text()

    play(story, evening)


def test_given_approvals_stand_among_the_reasons() -> None:
    """Who gave them and when is on the screen on which one decides; Enter tells all about one."""
    evening = Evening(evening_plan((), on_call=("ben",)))
    evening.start()
    _approve(evening)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("w")
        await seat.sees("What was approved (1)")
        assert "Nothing speaks against it, and nothing is unknown: GO." in seat.text()
        assert "+ engineering by Chloe Martin (cmartin)  1 of 1" in seat.text()
        await seat.press("enter")
        await seat.sees("approved by cmartin at ")

    play(story, evening)


def test_go_among_the_reasons_is_about_the_environment_on_the_screen() -> None:
    """Also where nothing speaks against it: nobody is asked a second time which one is meant."""
    evening = Evening(evening_plan((), on_call=("ben",)))
    evening.start()
    _approve(evening)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("w")
        await seat.sees("Nothing speaks against it")
        await seat.press("o")
        await seat.sees("Go: production PRODUCTION")

    play(story, evening)


def test_a_fired_trigger_asks_once_and_takes_an_answer() -> None:
    """The bar names the observation and the key; the answer is recorded, and it asks no more."""
    evening = Evening(evening_plan(()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        evening.act(FireTrigger("errors", "error rate is 2 %"), actor=BEN)
        await seat.sees("TRIGGER errors: error rate is 2 %")
        assert "t answers" in seat.text()
        await seat.press("t")
        await seat.sees("Trigger errors has fired")
        await seat.press("enter")
        await seat.type("a test alarm")
        await seat.press("enter")
        await seat.until(lambda: not _snapshot(seat).state.triggers["errors"].asks)
        await seat.until(lambda: "TRIGGER" not in seat.text())

    play(story, evening)


def test_that_it_goes_back_stands_in_the_bar_until_it_is_over() -> None:
    """Whoever takes over sees more than one blocker more."""
    evening = Evening(evening_plan(()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        evening.act(FireTrigger("errors", "error rate is 2 %"), actor=BEN)
        evening.act(AnswerTrigger("errors", "roll_back", "it grows"), actor=ANA)
        await seat.sees("WAY BACK Ana Ruiz (aruiz) decided to go back: it grows")
        evening.act(ClearTrigger("errors"), actor=BEN)
        await seat.until(lambda: "WAY BACK" not in seat.text())

    play(story, evening)


def test_past_the_point_of_no_return_the_answer_is_to_roll_forward() -> None:
    """The word rollback changes its meaning below the line, and says so where it is used."""
    line = Item(ItemId("migrate"), "Migrate", point_of_no_return=True)
    evening = Evening(evening_plan((line, Item(ItemId("back"), "Keep the rollback at hand"))))
    evening.start()
    evening.act(FireTrigger("errors", "error rate is 2 %"), actor=BEN)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.sees("no return below: only forward")
        assert "Keep the rollback at hand (forward)" in seat.text()
        evening.act(Tick("migrate"), actor=BEN)
        await seat.sees("no return: going back now means rolling forward")
        await seat.press("t")
        await seat.sees("roll forward  past 'Migrate' there is no way back")

    play(story, evening)


def test_the_edited_plan_is_shown_as_a_diff_and_accepted_by_typing() -> None:
    """An edit after the start stands in the bar, behind its reason, and in the dialog."""
    evening = Evening(evening_plan((Item(ItemId("a"), "One thing"),)))
    evening.start()
    plan = evening_plan((Item(ItemId("a"), "Another thing"),))
    evening.loaded = LoadedPlan(plan, evening.loaded.path, "b" * 64)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.sees("PLAN EDITED since the start")
        await seat.press("i")
        await seat.sees("- One thing")
        await seat.sees("+ Another thing")
        await seat.press("escape")
        await command(seat, "amended")
        await seat.sees("One thing -> Another thing")
        await confirm(seat, evening, VERSION)
        await seat.until(lambda: len(_snapshot(seat).state.lifecycle.amendments) == 1)

    play(story, evening)


def test_what_is_not_possible_stays_in_the_palette_with_its_reason() -> None:
    """Nobody wonders where a command has gone."""

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("colon")
        await seat.type("go: let")
        await seat.sees("the release is a draft")
        await seat.press("down", "enter")
        await seat.sees("the release is a draft: a go comes after it has started")

    play(story, size=(120, 30))


def test_a_page_of_commands_is_one_key() -> None:
    """There are more of them than lines: the last one is not fifty keys away."""

    async def story(seat: Seat, _evening: Evening) -> None:
        await seat.press("colon")
        await seat.sees("PgUp PgDn")
        first = seat.text()
        await seat.press("pagedown")
        await seat.until(lambda: seat.text() != first)
        await seat.press("pageup")
        await seat.until(lambda: seat.text() == first)

    play(story)


def test_go_is_the_drivers_to_say() -> None:
    """Somebody else leads: the key says who may."""
    evening = Evening(evening_plan((), gates=(), approvals=(), authority=Authority()))
    evening.start()

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("o")
        await seat.sees("only the release lead, Ben Okafor (bokafor), can give GO")

    play(story, evening)


def test_a_freeze_by_the_calendar_is_told_in_local_time_and_utc(plan_frozen: Evening) -> None:
    """In the bar, with the end in both clocks and the next free moment."""

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.sees("FROZEN")
        assert "Europe/Berlin" in seat.text()
        await seat.press("i", "end")
        await seat.sees("UTC)")

    play(story, plan_frozen, size=(160, 45))


@pytest.fixture
def plan_frozen() -> Evening:
    """A release in the middle of a freeze."""
    hour = timedelta(hours=1)
    freeze = Freeze("month-end", "Europe/Berlin", "books are closed", span=(START - hour, START + hour))
    evening = Evening(evening_plan((), gates=(), approvals=(), freezes=(freeze,)))
    evening.start()
    evening.act(FreezeLine("and by hand"), actor=BEN)
    return evening


def test_enter_on_a_reason_leads_to_what_is_behind_it() -> None:
    """A line of a pane where there is one; otherwise everything that is known about it."""
    evening = Evening(evening_plan((Item(ItemId("a"), "One thing"),), gates=()))
    evening.start()
    evening.act(Reject("engineering", "two cases fail"), actor=CHLOE)

    async def story(seat: Seat, evening: Evening) -> None:
        await seat.press("w")
        await seat.sees("What blocks")
        await seat.press("slash")
        await seat.type("rejected")
        await seat.press("enter", "enter")
        await seat.sees("Approval  engineering")
        await seat.sees("rejected by cmartin")

    play(story, evening)


def test_the_real_cockpit_asks_anew_runs_checks_and_remembers_trust(tmp_path: Path) -> None:
    """What the dialogs rest on is there in earnest, and a rehearsal keeps its trust to itself."""
    wiring = screens._wiring(Options(), lambda: Evening().session(ANA), state_dir=tmp_path)
    assert wiring.ask_anew is bootstrap.ask_anew
    assert wiring.checks is not None
    assert wiring.trust is not None
    wiring.trust.trust("/plan.yaml", "d" * 64)
    assert wiring.trust.trusts("/plan.yaml", "d" * 64)
    assert list(tmp_path.rglob("*")) != []


def test_every_deciding_wish_has_its_deed() -> None:
    """A key that does nothing would be worse than none."""
    deciding = {intent for intent in INTENTS if issubclass(intent, Deciding)}
    assert deciding - set(DEEDS) == {TrustCommands}
    assert GiveGo in DEEDS


def against(world: World, actor: Actor) -> dict[str, str]:
    """By wish: why it is not for this account, as footer and palette say it."""
    return {
        intent.__name__: intent.against(world.scene(actor)) for intent in INTENTS if issubclass(intent, Deciding)
    }


@pytest.mark.parametrize(("actor", "why"), [(DEPLOY, "that several people use"), (ROOT, "may be anybody")])
def test_who_is_no_certain_person_is_told_so_before_any_dialog(actor: Actor, why: str) -> None:
    """What the rules refuse whatever is on the list is no key to press."""
    world = World().do(DECIDES, Start(), Hold("a fire"), FreezeLine("a fire"))
    world.do(DECIDES, FireTrigger("errors", "a spike"), MarkBad("web", "1.2.2", "it loses orders"))
    told = against(world, actor)

    for wish in (
        "GiveGo", "CompleteRelease", "CancelRelease", "ResumeRelease", "Thaw", "Approve", "Reject", "Waive",
        "GoBack", "AnswerTrigger", "ClearBad", "Drive", "AskBreakGlass",
    ):  # fmt: skip
        assert why in told[wish], wish
    for wish in ("CallTrigger", "StopLine", "MarkBad", "HoldVersion"):
        assert told[wish] == "", wish


@pytest.mark.parametrize("actor", [DEPLOY, ROOT, NOBODY])
def test_an_edit_and_a_draft_wait_for_a_named_person(actor: Actor) -> None:
    """As `start` and `amend accept` say it."""
    world = World()
    assert against(world, actor)["StartRelease"] != ""
    assert against(world, DECIDES)["StartRelease"] == ""

    world.do(DECIDES, Start()).edit(make_plan(waiver_roles=("qa",)))

    assert against(world, actor)["AcceptAmendment"] != ""
    assert against(world, DECIDES)["AcceptAmendment"] == ""
