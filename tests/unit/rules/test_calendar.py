"""What the calendar says in a verdict: whose window it is, when it may go next, and what to do meanwhile."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from gonogo.acts.freezes import FreezeLine
from gonogo.acts.lifecycle import Start
from gonogo.plan import Freeze, Plan
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.snapshot import build
from support.deciding import ANA, DAI, NOW, World, make_plan, make_product

HOUR = timedelta(hours=1)


def _times(name: str, start: float, end: float, *products: str, **more: Any) -> Freeze:
    """From so many hours after now to so many."""
    return Freeze(name, "UTC", span=(NOW + start * HOUR, NOW + end * HOUR), products=products, **more)


def _plan(windows: tuple[Freeze, ...] = (), freezes: tuple[Freeze, ...] = ()) -> Plan:
    both = (make_product("web"), make_product("api"))
    return make_plan(products=both, items=(), approvals=(), windows=windows, freezes=freezes)


def _blockers(world: World, at: datetime | None = None) -> list[ReasonLine]:
    found = build(world.inputs, world.now, at=at).verdict("production")
    assert found is not None
    return [one for one in found.of(Weight.BLOCKER) if one.rule.startswith(("freeze.", "window."))]


def test_the_open_window_of_one_product_lets_no_other_one_go() -> None:
    """All products go, so each needs a window of its own that is open."""
    world = World(_plan((_times("web-hours", -1, 6, "web"), _times("api-hours", 2, 3, "api"))))

    (reason,) = _blockers(world)

    assert (reason.rule, reason.subject) == ("window.not-open", "window:api-hours/api")
    assert reason.fact.startswith("production may be entered by api in 'api-hours' only, and none is open")
    assert "; next allowed 2026-11-24 22:30 UTC, in 2h" in reason.fact
    assert _blockers(world, NOW + 2.5 * HOUR) == []


def test_a_window_for_all_is_a_window_for_each() -> None:
    """One that names no product speaks of every one; further ones open more hours."""
    world = World(_plan((_times("evening", -1, 1), _times("night", 5, 6, "web"))))
    assert _blockers(world) == []

    shut = _blockers(world, NOW + 5 * HOUR)

    assert [one.subject for one in shut] == ["window:evening/api"]
    assert "none opens any more; no free moment in sight" in shut[0].fact


def test_a_product_without_a_window_may_always_go() -> None:
    """Only who is spoken of is bound."""
    assert [one.subject for one in _blockers(World(_plan((_times("later", 1, 2, "api"),))))] == ["window:later"]
    assert _blockers(World(_plan((_times("now", -1, 2, "api"),)))) == []


def test_what_to_do_is_to_wait_for_the_end_of_the_last_freeze() -> None:
    """Not for the end of the one that is told: another one begins there. Counted from now."""
    world = World(_plan(freezes=(_times("close", 10, 20), _times("audit", 20, 24))))

    (reason,) = _blockers(world, NOW + 15 * HOUR)

    assert "next allowed 2026-11-25 20:30 UTC, in 1d" in reason.fact
    assert reason.remedy == "wait until 2026-11-25 20:30 UTC"


def test_a_line_stopped_elsewhere_says_nothing_about_this_one() -> None:
    """The calendar's next moment is told; it waits for a stopped line only where that line is stopped."""
    plan = _plan(freezes=(_times("close", -1, 20),))
    world = World(plan).do(ANA, Start()).do(DAI, FreezeLine("the network is down", ("staging",)))
    assert [one.rule for one in _blockers(world)] == ["freeze.active"]
    assert "once the line runs again" not in _blockers(world)[0].fact

    world.do(DAI, FreezeLine("here as well", ("production",)))

    assert "next allowed 2026-11-25 16:30 UTC" in _blockers(world)[0].fact
    assert "once the line runs again" in _blockers(world)[0].fact


def test_who_can_clear_a_stopped_line_is_somebody_who_may() -> None:
    """Anybody may stop the line, and so may a job; lifting the freeze is for the release lead."""
    plan = replace(_plan(), manager="ana")
    job = replace(DAI, user="deploy", via="ci")
    by_dai = World(plan).do(ANA, Start()).do(DAI, FreezeLine("the network is down"))
    by_job = World(plan).do(ANA, Start()).do(job, FreezeLine("the network is down"))

    assert [one.who for one in _blockers(by_dai)] == ["Ana Ruiz (aruiz)"]
    assert [one.who for one in _blockers(by_job)] == ["Ana Ruiz (aruiz)"]


def test_a_waiver_of_one_products_window_is_not_one_of_anothers() -> None:
    """Two products with different windows are two reasons."""
    common = _times("common", 3, 4)
    world = World(replace(_plan((common, _times("more", 5, 6, "web")))))

    assert [one.subject for one in _blockers(world)] == ["window:common/web", "window:common/api"]
