"""What stands above the panes, and the page that tells how a release stands."""

from datetime import timedelta

from gonogo.acts.approvals import Reject
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine
from gonogo.acts.lifecycle import Hold, Start
from gonogo.acts.triggers import FireTrigger
from gonogo.acts.versions import MarkBad
from gonogo.acts.waivers import Waive
from gonogo.plan import Freeze, Item, ItemId
from gonogo.text.tones import Line, line_text
from gonogo.view.alerts import alerts
from gonogo.view.standing import standing_lines
from gonogo.view.subjects import subject_lines
from gonogo.view.trail import sentence
from support.deciding import ANA, BEN, CHLOE, NOW, World, make_plan


def _text(lines: tuple[Line, ...]) -> str:
    return "\n".join(line_text(line) for line in lines)


def test_nothing_stands_above_the_panes_while_nothing_is_out_of_the_ordinary() -> None:
    """An alarm that is always there is none."""
    world = World()
    world.attempt(BEN, Start())
    assert alerts(world.scene().snapshot()) == ()


def test_the_most_urgent_stands_first() -> None:
    """A trigger that asks, then a hold, a stopped line, an edited plan, a freeze by the calendar."""
    hour = timedelta(hours=1)
    frozen = Freeze("month-end", "Europe/Berlin", "the books", span=(NOW - hour, NOW + hour))
    world = World(make_plan(freezes=(frozen,)))
    for command in (Start(), Hold("lunch"), FreezeLine("disk"), FireTrigger("errors", "2 % fail")):
        world.attempt(BEN, command)
    world.edit(make_plan(freezes=(frozen,), name="Another"))

    shown = [line_text(line) for line in alerts(world.scene().snapshot())]

    signs = ["TRIGGER errors: 2 % fail", "ON HOLD", "LINE STOPPED", "PLAN EDITED", "FROZEN"]
    assert [sign in line for sign, line in zip(signs, shown, strict=True)] == [True] * 5
    assert "Europe/Berlin (" in shown[-1]
    assert "UTC)" in shown[-1]


def test_the_page_tells_who_said_what() -> None:
    """Life, driver, approvals with their reasons, stopped line, triggers, bad versions: each with its name."""
    world = World()
    for actor, command in (
        (BEN, Start()),
        (ANA, Drive("night shift")),
        (CHLOE, Reject("qa", "two cases fail")),
        (CHLOE, FreezeLine("disk full")),
        (BEN, FireTrigger("errors", "2 % fail")),
        (BEN, MarkBad("web", "1.2.1", "leaks")),
    ):
        assert isinstance(world.attempt(actor, command), tuple)

    text = _text(standing_lines(world.scene().snapshot()))

    for told in (
        "in progress by bokafor", "Ana Ruiz (aruiz)", "night shift", "qa 0 of 2, role qa: rejected",
        "rejected by cmartin", "two cases fail", "disk full", "2 % fail", "nobody has answered", "web 1.2.1 bad",
    ):  # fmt: skip
        assert told in text


def test_going_back_is_called_by_its_name_past_the_line() -> None:
    """The way back turns into rolling forward once the point of no return is ticked."""
    world = World(make_plan(items=(Item(ItemId("migrate"), "Migrate", point_of_no_return=True),)))
    world.attempt(BEN, Start())
    assert "roll forward" not in _text(standing_lines(world.scene().snapshot()))
    world.attempt(BEN, Tick("migrate"))
    assert "Way back: roll forward" in _text(standing_lines(world.scene().snapshot()))


def test_a_waiver_stands_there_with_its_end_and_its_reason() -> None:
    """Who let pass what, until when, and why."""
    world = World()
    world.attempt(BEN, Start())
    reason = next(one for one in world.scene().snapshot().verdicts[-1].reasons if one.weight == "blocker")
    until = world.now + timedelta(hours=2)
    given = world.attempt(ANA, Waive(reason.rule, reason.subject, "production", "the vendor confirmed it", until))
    assert isinstance(given, tuple)
    text = _text(standing_lines(world.scene().snapshot()))
    assert f"production {reason.rule}" in text
    assert "the vendor confirmed it" in text


def test_behind_a_reason_stands_everything_about_it() -> None:
    """An approval with its votes, the trigger with what was agreed, the record with its number."""
    world = World()
    for actor, command in ((BEN, Start()), (CHLOE, Reject("qa", "two cases fail"))):
        world.attempt(actor, command)
    world.attempt(BEN, FireTrigger("errors", "2 % fail"))
    snapshot = world.scene().snapshot()
    assert "rejected by cmartin" in _text(subject_lines(snapshot, "approval:qa"))
    trigger = _text(subject_lines(snapshot, "trigger:errors"))
    assert "error rate over 1 %" in trigger
    assert "History, newest first" in trigger
    assert "stands" in _text(subject_lines(snapshot, "release"))


def test_a_waiver_of_a_whole_rule_names_what_it_lets_pass() -> None:
    """On the sheet of the release and in the trail: the rule alone would leave open what somebody looked at."""
    world = World(make_plan(approvals=())).do(ANA, Start()).sees({"staging": "1.2.3", "production": "1.2.2"})
    until = world.now + timedelta(hours=1)
    world.do(ANA, Waive("item.open", "", "production", "the vendor is told and waits", until))

    assert "item.open item:tests, item:migrate by aruiz" in _text(standing_lines(world.scene().snapshot()))
    assert "waived item.open item:tests, item:migrate for production" in line_text(
        sentence(world.state.events[-1])
    )
