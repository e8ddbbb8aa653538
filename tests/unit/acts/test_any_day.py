"""Whatever people do in whatever order, some things never happen."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gonogo.acts import Command
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve, Reject, Revoke
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Skip, Tick, Undo, Untick
from gonogo.acts.claims import ClaimItem, UnclaimItem
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.versions import MarkBad
from gonogo.acts.waivers import Waive
from gonogo.events import Actor
from gonogo.events.state import ReleaseStatus, replay
from gonogo.rules import votes as approvals
from gonogo.rules.amendment import pending
from gonogo.rules.digest import content_of
from support.deciding import ANA, BEN, CHLOE, DAI, NOBODY, ROOT, World, make_plan, make_product

PLAN = make_plan(approvals=make_plan().approvals[:1])
PLANS = (PLAN, replace(PLAN, products=(make_product(version="1.2.4"),)), replace(PLAN, name="Autumn"))
ACTS = (
    "start", "tick", "untick", "skip", "claim", "unclaim", "undo", "approve", "reject", "revoke", "waive", "go",
    "hold", "resume", "freeze", "thaw", "drive", "bad", "complete", "cancel", "edit", "accept", "see", "later",
)  # fmt: skip
DAYS = st.lists(
    st.tuples(
        st.sampled_from((ANA, BEN, CHLOE, DAI, ROOT, NOBODY, Actor(1002, "bokafor", via="ci"))),
        st.sampled_from(ACTS),
        st.integers(0, 2),
    ),
    max_size=45,
)


def _command(world: World, actor: Actor, act: str, pick: int) -> Command | None:
    """One wish of `actor`, confirmed as it is shown to them; None when there is nothing to wish for."""
    item = world.plan.items[pick % 2].id
    environment = ("staging", "production")[pick % 2]
    plain: dict[str, Command] = {
        "start": Start(),
        "tick": Tick(item),
        "untick": Untick(item),
        "skip": Skip(item, "not needed"),
        "claim": ClaimItem(item),
        "unclaim": UnclaimItem(item, "went home"),
        "undo": Undo(),
        "approve": Approve("engineering", world.approve_code(actor, "engineering")),
        "reject": Reject("engineering", "not tested"),
        "revoke": Revoke("engineering"),
        "waive": Waive("item.open", "", environment, "the vendor is told", world.now + timedelta(hours=1)),
        "hold": Hold("vendor"),
        "resume": Resume("it is over"),
        "freeze": FreezeLine("payments fail"),
        "thaw": Thaw(),
        "drive": Drive("my turn"),
        "bad": MarkBad("web", ("1.2.3", "1.2.4", "1.2.5")[pick], "leaks memory"),
    }
    if act in plain:
        return plain[act]
    if act == "go":
        return Go(environment, world.go_code(actor, environment))
    if act == "complete":
        return Complete(world.complete_code())
    if act == "cancel" and pick == 0:
        return Cancel("late", world.cancel_code())
    if act == "accept" and pending(world.inputs.loaded, world.state):
        return AcceptAmendment(world.amend_code())
    return None


def _live(day: list[tuple[Actor, str, int]]) -> World:
    world = World(PLAN)
    for actor, act, pick in day:
        if act == "edit":
            world.edit(PLANS[pick], f"{pick}" * 64)
        elif act == "see":
            world.sees({"staging": "1.2.3", "production": ("1.2.2", "1.2.3", "1.2.4")[pick]})
        elif act == "later":
            world.later(timedelta(minutes=20 * pick))
        elif (command := _command(world, actor, act, pick)) is not None:
            before = world.state.lifecycle.status
            world.attempt(actor, command)
            assert _is_a_step(before, world.state.lifecycle.status)
    return world


def _is_a_step(before: ReleaseStatus, after: ReleaseStatus) -> bool:
    steps = {
        ReleaseStatus.DRAFT: {ReleaseStatus.IN_PROGRESS, ReleaseStatus.CANCELLED},
        ReleaseStatus.IN_PROGRESS: {ReleaseStatus.COMPLETED, ReleaseStatus.CANCELLED},
    }
    return after is before or after in steps.get(before, set())


@settings(max_examples=300, deadline=None)
@given(DAYS)
def test_what_never_happens(day: list[tuple[Actor, str, int]]) -> None:
    """No step that is none, no go over an open blocker, no decision of nobody, no vote of a requester."""
    world = _live(day)

    assert replay(world.state.events) == world.state
    for decision in world.state.decisions:
        assert all(one.waiver for one in decision.reasons if one.weight in {"blocker", "unknown"})
        assert decision.actor in {ANA, BEN, CHLOE, DAI, NOBODY}
    for event in world.state.events:
        deciding = event.kind.split(".")[0] in {"approval", "waiver", "go"} or event.kind in {
            "release.started", "release.completed", "release.cancelled", "plan.amended", "freeze.thawed",
        }  # fmt: skip
        assert not deciding or (event.actor.uid != 0 and event.actor.via != "ci")
    asked = approvals.requesters(world.state.lifecycle)
    for one in approvals.standings(world.plan, world.state, content_of(world.plan, {}), world.now):
        assert not {vote.actor.uid for vote in one.counted} & {actor.uid for actor in asked}
