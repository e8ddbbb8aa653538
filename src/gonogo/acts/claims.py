"""Claims: one person is at an item, so that two do not do it twice."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.items import find_item, lost_race, others_claim
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.state import ItemStatus
from gonogo.plan import Item
from gonogo.text import clean


class ClaimItem(Command, frozen=True):
    """I am at it: nobody else needs to be."""

    item: str
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Only of an open item that nobody else is at."""
        return slips.over(scene) or _claim(scene, self)


class UnclaimItem(Command, frozen=True):
    """Nobody is at it any more; of somebody else's claim it needs a reason."""

    item: str
    reason: str = ""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """One's own at once; somebody else's with the reason."""
        return slips.over(scene) or _unclaim(scene, self)


def _claim(scene: Scene, command: ClaimItem) -> Answer:
    item = find_item(scene.plan, command.item)
    if isinstance(item, Refusal):
        return item
    now = scene.state.item(item.id)
    if now.status is not ItemStatus.OPEN:
        return lost_race(item, now)
    if now.claim is not None and now.claim.actor.uid == scene.actor.uid:
        return ()
    if refusal := others_claim(scene, item, now):
        return refusal
    return (scene.draft(kinds.ITEM_CLAIMED, f"item:{item.id}", {"title": item.title}, expect=now.seq),)


def _unclaim(scene: Scene, command: UnclaimItem) -> Answer:
    item = find_item(scene.plan, command.item)
    if isinstance(item, Refusal):
        return item
    claim = scene.state.item(item.id).claim
    if claim is None:
        return _unclaimed(scene, item)
    data = {"title": item.title, "claim": claim.seq, "was": claim.actor.user}
    if reason := clean(command.reason.strip()):
        data["reason"] = reason
    elif not people.same_human(scene.plan, claim.actor, scene.actor):
        return Refusal(
            ExitCode.USAGE,
            "item.unclaim-reason",
            f"'{item.id}' is claimed by {claim.actor.user}: taking that away needs a reason",
            f"gonogo unclaim {item.id} --reason '...'",
        )
    return (scene.draft(kinds.ITEM_UNCLAIMED, f"item:{item.id}", data, expect=claim.seq),)


def _unclaimed(scene: Scene, item: Item) -> Answer:
    ends = [
        one for one in scene.state.events if one.kind == kinds.ITEM_UNCLAIMED and one.subject == f"item:{item.id}"
    ]
    if ends and ends[-1].actor.uid == scene.actor.uid:
        return ()
    if ends:
        return slips.lost(
            "item.unclaimed", f"the claim on '{item.id}' ended", ends[-1].actor, ends[-1].at, scene.now
        )
    return Refusal(
        ExitCode.NO_GO, "item.not-claimed", f"nobody has claimed '{item.id}'", f"gonogo claim {item.id}"
    )
