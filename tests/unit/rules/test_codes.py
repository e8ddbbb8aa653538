"""A code to confirm with is given only to whoever may do it then."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from gonogo.acts import Refusal, amendments, approvals, go, lifecycle, rollback
from gonogo.acts import glass as breaking
from gonogo.acts import waivers as letting_pass
from gonogo.acts.hotfixes import may_not_approve
from gonogo.acts.lifecycle import Start
from gonogo.acts.rollback import RollBack
from gonogo.acts.scene import Scene
from gonogo.acts.waivers import Waive
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix import review
from gonogo.plan import ApprovalSlot
from gonogo.rules import amendment
from gonogo.rules.confirmation import Preview
from support.deciding import ANA, DAI, NOBODY, World, loaded, make_plan

Seen = Callable[[Scene], Preview | Refusal]


def approve(scene: Scene) -> Preview | Refusal:
    """Of the first approval of the plan."""
    slot = approvals.find_slot(scene, scene.plan.approvals[0].name)
    assert isinstance(slot, ApprovalSlot)
    return approvals.preview(scene, slot)


def waive(scene: Scene) -> Preview | Refusal:
    """Of one item."""
    until = scene.now.replace(year=scene.now.year + 1)
    return letting_pass.preview(scene, Waive("item.open", "", "production", "it is known and small", until))


def go_back(scene: Scene) -> RollBack:
    """Of the first product, in production."""
    return RollBack(scene.plan.products[0].name, (), "it loses orders", mark_bad=False, confirm="")


def accept(scene: Scene) -> Preview | Refusal:
    """Of an edit of the plan."""
    edited = loaded(make_plan(waiver_roles=("qa",)), "1" * 64)
    scene = replace(scene, inputs=replace(scene.inputs, loaded=edited))
    pending = amendment.pending(scene.loaded, scene.state)
    assert pending is not None
    return amendments.preview(scene, pending)


def approve_hotfix(scene: Scene) -> Preview | Refusal:
    """Of a hotfix that ana made, as the command line and the cockpit show it."""
    known = Hotfix(
        "hotfix:web/1.2.4", "hotfix", "web", "1.2.4", "1.2.3", "v1.2.3", "b" * 40, "hotfix/v1.2.4", "v1.2.4",
        "web", "", "", ANA, scene.now, 1, "", approvals=("security",), commit="c" * 40,
    )  # fmt: skip
    slot = approvals.find_slot(scene, "security")
    assert isinstance(slot, ApprovalSlot)
    return may_not_approve(scene, known, slot) or review.preview(known, slot)


VERBS: dict[str, Seen] = {
    "rollback start": lambda scene: rollback.preview(scene, go_back(scene)),
    "go": lambda scene: go.preview(scene, "production"),
    "approve": approve,
    "complete": lifecycle.preview_complete,
    "cancel": lifecycle.preview_cancel,
    "waive": waive,
    "break-glass confirm": lambda scene: breaking.preview(scene, "production"),
    "amend accept": accept,
    "hotfix approve": approve_hotfix,
}


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_not_named_gets_no_code_from_any_verb(verb: str) -> None:
    """They are told at once what they would be told after they confirmed."""
    world = World().do(ANA, Start())

    seen = VERBS[verb](world.scene(NOBODY))

    assert isinstance(seen, Refusal) or seen.refused


def test_who_may_not_go_back_is_told_so_and_not_what_is_missing() -> None:
    """Whether there is a target comes after who may choose it."""
    world = World().do(ANA, Start())

    seen = VERBS["rollback start"](world.scene(NOBODY))

    assert isinstance(seen, Refusal)
    assert seen.rule == "account.unnamed"


def test_who_may_not_cancel_is_told_so_before_the_code() -> None:
    """And the lead is not."""
    world = World().do(ANA, Start())

    assert "does not name" in lifecycle.preview_cancel(world.scene(NOBODY)).refused
    assert lifecycle.preview_cancel(world.scene(ANA)).refused == ""


def test_who_made_a_hotfix_gets_no_code_for_its_approval() -> None:
    """Somebody else with the role does."""
    world = World().do(ANA, Start())

    assert isinstance(approve_hotfix(world.scene(ANA)), Refusal)
    assert isinstance(approve_hotfix(world.scene(DAI)), Preview)
