"""Rehearsals end to end: real HTTP, real git, a real journal, and the verdict that comes out."""

import asyncio
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from gonogo.acts.checklist import Tick
from gonogo.acts.scene import Accepted, Outcome
from gonogo.facts import Reason
from gonogo.io.plan_file import PlanFile
from gonogo.plan import Level, Plan, Target, Timing
from gonogo.rules.readiness import Answer, Verdict, Weight
from gonogo.simulator.demo import ACTS, STORY, demo
from gonogo.simulator.rehearsal import Rehearsal, rehearsal
from support.stage import GivenPlan, Hands, shop
from support.watching import look, verdict, watching

pytestmark = pytest.mark.needs("git")


def patient(plan: Plan, timeout: float) -> Plan:
    """The plan with another time-out for each probe."""
    timing = Timing(timeout=timedelta(seconds=timeout))
    return replace(
        plan,
        products=tuple(
            replace(one, probes=tuple(replace(probe, timing=timing) for probe in one.probes))
            for one in plan.products
        ),
    )


def unstarted() -> Plan:
    """A shop whose plan only watches: nobody has to start it."""
    return replace(shop(), rules={"release.draft": Level.OFF})


def against(judged: Verdict) -> list[str]:
    """The rules that speak against it; advice changes no answer."""
    return [reason.rule for reason in judged.reasons if reason.weight is not Weight.WARNING]


def test_a_fleet_that_disagrees_with_the_plan_is_no_go() -> None:
    """`wrong` runs what the plan does not name, and production is held back by name."""
    with rehearsal(GivenPlan(unstarted()), Hands(), "wrong") as played, watching(played) as session:
        for item in played.loaded.plan.items:
            session.submit(Tick(item.id))
        look(session, played)
        judged = verdict(session, "production")
    assert judged.answer is Answer.NO_GO
    assert against(judged) == ["cell.behind", "cell.behind"]
    assert "web in staging still runs 1.2.3-unplanned.1, planned is 1.2.3" in judged.reasons[0].fact


def test_a_fleet_that_agrees_is_go_once_the_checklist_is_done() -> None:
    """The same plan with another scenario: only what is deployed made the difference."""
    with rehearsal(GivenPlan(unstarted()), Hands(), "done") as played, watching(played) as session:
        look(session, played)
        before = verdict(session, "production")
        for item in played.loaded.plan.items:
            session.submit(Tick(item.id))
        after = verdict(session, "production")
    assert (before.answer, set(against(before))) == (Answer.NO_GO, {"item.open"})
    assert (after.answer, against(after)) == (Answer.GO, [])


def test_every_trouble_has_its_name_and_none_is_go() -> None:
    """Nine cells of a bad night through the real door: a reason for each, and no GO for what is unknown."""
    plan = shop()
    web = plan.products[0]
    many = tuple(
        replace(
            web,
            name=f"p{number}",
            probes=tuple(replace(probe, product=f"p{number}") for probe in web.probes),
        )
        for number in range(9)
    )
    clock = Hands()
    with rehearsal(GivenPlan(patient(replace(plan, products=many), 0.5)), clock, "troubles") as played:
        clock.elapsed = 16  # flapping targets are in their bad time
        with watching(played) as session:
            refused = asyncio.run(_until_refused(played, Target("p4", "production")))
            look(session, played)
            cells = session.snapshot().matrix.column("production")
            judged = verdict(session, "production")
    assert refused
    assert [cell.reason for cell in cells] == [
        Reason.HTTP_STATUS,
        Reason.TIMEOUT,
        Reason.TIMEOUT,
        Reason.HTML,
        Reason.REFUSED,
        Reason.NOT_JSON,
        None,
        Reason.DISCONNECTED,
        None,
    ]
    assert [cells[6].status, cells[8].status] == ["failed", "degraded"]
    assert judged.answer is Answer.NO_GO


async def _until_refused(played: Rehearsal, target: Target) -> bool:
    """Wait until the fleet has closed the target's own port."""
    port = urlsplit(played.fleet.url(target)).port
    for _ in range(200):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return True
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.02)
    return False


def test_a_made_up_history_keeps_what_the_plan_promises(tmp_path: Path) -> None:
    """A made-up history has the tags and commits that the plan's products promise."""
    with (
        rehearsal(GivenPlan(shop(tmp_path / "nowhere")), Hands(), "done") as played,
        watching(played) as session,
    ):
        look(session, played)
        snapshot = session.snapshot()
        rules = {reason.rule for one in snapshot.verdicts for reason in one.reasons}
        assert "web" in snapshot.changes
    assert not rules & {"tag.missing", "git.unreadable", "git.loading", "tag.moved"}


def test_nobody_in_the_demo_is_refused() -> None:
    """What the others of the story do is what one may do, with what whoever watches has seen."""
    clock = Hands()
    with demo(PlanFile, clock, "me") as played, watching(played) as session:
        people = played.people(session.actor)
        outcomes: list[Outcome] = []
        for clock.elapsed in range(0, int(STORY) + 1, 10):
            look(session, played)
            session.unmoved(session.inputs.changes)
            outcomes += people.step(known=session.inputs)
        people.close()
    assert len(outcomes) >= len(ACTS)
    assert {type(outcome) for outcome in outcomes} == {Accepted}
