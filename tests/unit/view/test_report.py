"""The report of a release: complete, the same every time, and harmless wherever it is read."""

from datetime import timedelta

from msgspec.structs import replace

from gonogo.acts.approvals import Approve, Reject, Revoke
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Note
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.lifecycle import Complete, Start
from gonogo.acts.triggers import AnswerTrigger, FireTrigger
from gonogo.acts.versions import MarkBad
from gonogo.acts.waivers import Waive
from gonogo.plan import ItemId
from gonogo.view.report import Report, build
from gonogo.view.report_forms import facts, to_lines, to_markdown
from support.deciding import ANA, BEN, CHLOE, DAI, World, make_product, read

HOSTILE = "![x](http://evil.test) <script> # @everyone"


def told() -> World:
    """A release with something of nearly everything."""
    world = World().do(ANA, Start(), Drive()).knows(read(make_product()))
    world.do(DAI, Reject("engineering", HOSTILE)).do(DAI, Revoke("engineering"))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))
    world.do(CHLOE, Note(ItemId("tests"), HOSTILE)).ticks_everything()
    world.do(BEN, FreezeLine("the phone rings")).do(ANA, Thaw())
    world.do(ANA, FireTrigger("errors", "3 % errors"), AnswerTrigger("errors", "go_on", "one bad client"))
    end = world.now + timedelta(hours=2)
    world.do(ANA, Waive("cell.unknown", "cell:web/production", "production", "they are on a plane", end))
    world.sees({"staging": "1.2.3", "production": "1.2.2"})
    world.refusal(ANA, Complete(""))
    return world.do(BEN, MarkBad("web", "1.2.2", "it loses mail"))


def report_of(world: World) -> Report:
    """What is on record."""
    return build(world.inputs.loaded, world.state)


def test_every_event_that_decides_is_told_with_its_number() -> None:
    """Nothing that somebody decided is missing."""
    world = told()
    written = to_markdown(report_of(world))

    silent = {"plan.recorded", "item.ticked", "item.vouched"}
    missing = [one for one in world.state.events if one.kind not in silent and f"(#{one.seq})" not in written]
    assert missing == []


def test_the_same_journal_gives_the_same_report() -> None:
    """Whenever and however often it is asked for."""
    world = told()
    first = to_markdown(report_of(world))

    world.later(timedelta(days=400))

    assert to_markdown(report_of(world)) == first


def test_what_people_wrote_does_nothing_in_it() -> None:
    """No image, no HTML, no mention, no heading of theirs."""
    written = to_markdown(report_of(told()))

    assert "![x]" not in written
    assert "<script>" not in written.replace("\\<script>", "")
    assert " @everyone" not in written


def test_a_waiver_is_told_with_what_it_let_pass() -> None:
    """With its reason and its end, and whether it was still in force at the last event."""
    written = to_markdown(report_of(told()))

    assert "cell.unknown cell:web/production in production: they are on a plane; until" in written
    assert "still in force" in written


def test_text_and_json_say_the_same_rows() -> None:
    """One report, three forms."""
    made = report_of(told())
    text = "\n".join("".join(span.text for span in line) for line in to_lines(made))

    rows = [row for section in facts(made)["sections"].values() for row in section]
    assert rows
    assert all(row["said"] in text for row in rows)


def test_a_draft_says_that_nothing_is_recorded() -> None:
    """And shows what would ship."""
    written = to_markdown(report_of(World()))

    assert "nothing is recorded yet" in written
    assert "web 1.2.3" in written


def test_a_journal_that_is_not_intact_is_told_first() -> None:
    """A report must not look trustworthy when its record is not."""
    world = told()
    made = build(world.inputs.loaded, world.state, ("line 3 was changed",))

    assert "THE RECORD IS NOT INTACT: line 3 was changed" in to_markdown(made).split("##")[0]
    assert replace(made, problems=()) == report_of(world)
