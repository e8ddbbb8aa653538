"""What was decided, in words: at the head of a column, in the bar, in `status`, and at the head of the report."""

from datetime import timedelta

from gonogo.acts import go
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Start
from gonogo.plan import Item, ItemId, Target
from gonogo.text.tones import Tone, line_text
from gonogo.view import report
from gonogo.view.alerts import alerts
from gonogo.view.release import column_goes, go_lines
from support.deciding import ANA, BEN, World, make_plan

PLAN = make_plan(approvals=(), items=(Item(ItemId("tests"), "Run the tests"),))
DEPLOYED = RecordTransition(Target("web", "production"), ("1.2.3",), "succeeded", "test")
BEFORE = RecordTransition(Target("web", "production"), ("1.2.2",), "succeeded", "test")


def ready() -> World:
    """Nothing stands against production."""
    world = World(PLAN).do(ANA, BEFORE, Start()).do(BEN, Tick("tests"))
    return world.sees({"staging": "1.2.3", "production": "1.2.2"})


def gone() -> World:
    """A go was given."""
    world = ready()
    return world.do(ANA, Go("production", world.go_code(ANA, "production")))


def heads(world: World) -> tuple[tuple[str, ...], Tone]:
    """What stands at the head of production."""
    return column_goes(world.scene().snapshot())["production"]


def test_a_column_names_its_go_and_shortens_it_without_losing_that_it_is_one() -> None:
    """Who goes first, then when."""
    world = gone()
    at = f"{world.state.decisions[0].at:%H:%M}"

    texts, tone = heads(world)

    assert (texts[0], texts[1], texts[-1], tone) == (f"GO {at} aruiz", f"GO {at}", "GO", Tone.GOOD)
    assert column_goes(ready().scene().snapshot()) == {}


def test_another_day_is_said_with_its_date() -> None:
    """A go of yesterday is not one of today."""
    world = gone()
    at = world.state.decisions[0].at
    world.later(timedelta(days=1)).sees({"staging": "1.2.3", "production": "1.2.2"})

    assert f"GO {at:%m-%d %H:%M} aruiz" in heads(world)[0]


def test_a_go_that_lost_its_ground_keeps_saying_so_in_the_shortest_text() -> None:
    """In the column, in `status` and in the bar, with how much is new."""
    world = gone().do(BEN, FreezeLine("the database moves"))
    snapshot = world.scene().snapshot()

    texts, tone = heads(world)

    assert texts[0].endswith(" lost")
    assert (texts[-2:], tone) == (("GO lost", "GO!"), Tone.BAD)
    assert ", since then 1 new blocker" in line_text(go_lines(snapshot)[0])
    assert line_text(alerts(snapshot)[0]).startswith(" GO LOST production GO ")


def test_a_deployment_without_a_go_heads_column_bar_and_report() -> None:
    """Before everything else, until a late go answers for it; that one heads the report from then on."""
    world = ready().do(ANA, DEPLOYED).sees({"production": "1.2.3"})
    said = "web 1.2.3 was deployed to production without a GO"

    assert heads(world) == (("without GO", "no GO!"), Tone.BAD)
    assert line_text(alerts(world.scene().snapshot())[0]).startswith(f" WITHOUT GO {said}")
    first = report.build(world.inputs.loaded, world.state).sections[0]
    assert (first.key, first.rows[0].said.startswith(said)) == ("without_go", True)
    assert first.rows[0].details == ("no GO and no waiver answers for it",)

    why = "deployed by the on-call"
    code = go.preview(world.scene(), "production", late=True, reason=why).code
    world.do(ANA, Go("production", code, True, why))

    assert heads(world)[0][0].endswith(" late aruiz")
    (row,) = report.build(world.inputs.loaded, world.state).sections[0].rows
    assert row.said == f"late GO for production: {why}"
