"""A freeze by hand that ends by itself: it holds to its last moment, and nobody shortens it without a right."""

from datetime import timedelta

from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.lifecycle import Start
from support.deciding import ANA, BEN, World, make_plan

HOUR = timedelta(hours=1)


def rules(here: World) -> list[str]:
    """What stands against production."""
    judged = here.scene().snapshot().verdict("production")
    assert judged is not None
    return [one.rule for one in judged.reasons]


def stopped(here: World, hours: int = 1) -> World:
    """Ben stops the line for so long."""
    return here.do(BEN, FreezeLine("the database moves", until=here.now + hours * HOUR))


def test_it_holds_until_its_end_and_no_longer() -> None:
    """Its last moment is the one before its end."""
    here = stopped(World().do(ANA, Start()))
    (end,) = (one.until for one in here.state.freezes_now)
    assert end is not None

    here.now = end - timedelta(microseconds=1)
    assert "freeze.now" in rules(here)

    here.now = end
    assert "freeze.now" not in rules(here)
    assert here.refusal(ANA, Thaw()).rule == "freeze.nothing"


def test_its_end_is_told_where_it_blocks() -> None:
    """So that nobody asks when it is over."""
    here = stopped(World().do(ANA, Start()))
    judged = here.scene().snapshot().verdict("production")
    assert judged is not None
    (fact,) = (one.fact for one in judged.reasons if one.rule == "freeze.now")
    assert "until 20" in fact
    assert "UTC: the database moves" in fact


def test_a_longer_one_is_recorded_and_a_shorter_one_changes_nothing() -> None:
    """Stopping is everybody's, and so is stopping longer; letting the line run earlier is not."""
    here = stopped(World().do(ANA, Start()), 2)
    seq = here.state.seq

    stopped(here, 1)
    assert here.state.seq == seq

    stopped(here, 3)
    assert here.state.seq == seq + 1
    here.do(BEN, FreezeLine("until somebody looks"))
    assert here.state.seq == seq + 2


def test_an_end_that_is_over_is_refused() -> None:
    """It would stop nothing, and look as if it did."""
    here = World().do(ANA, Start())
    assert here.refusal(BEN, FreezeLine("too late", until=here.now)).rule == "freeze.until"
    assert here.plan == make_plan()
