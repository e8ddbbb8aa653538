"""What every act on an item asks first: which item is meant, who is at it, and who was first."""

from gonogo.acts import slips
from gonogo.acts.scene import Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.state import ItemState, ItemStatus
from gonogo.plan import Item, Plan
from gonogo.text import clean
from gonogo.text.names import suggest

_WORDS = {ItemStatus.DONE: "ticked", ItemStatus.OPEN: "open", ItemStatus.SKIPPED: "marked not applicable"}


def find_item(plan: Plan, wanted: str) -> Item | Refusal:
    """The item of that id or unique prefix of an id; otherwise what the person may have meant."""
    exact = plan.item(wanted)
    if exact:
        return exact
    starting = [item for item in plan.items if wanted and item.id.startswith(wanted)]
    if len(starting) == 1:
        return starting[0]
    shown = clean(wanted, 80)
    if starting:
        names = ", ".join(item.id for item in starting[:6])
        return Refusal(ExitCode.USAGE, "item.ambiguous", f"'{shown}' may be {names}", "type more of the id")
    if group := plan.group(wanted):
        members = [item.id for item in plan.items if item.group == group.id]
        names = ", ".join(members[:6]) + (" and more" if len(members) > 6 else "")
        return Refusal(
            ExitCode.USAGE,
            "item.group",
            f"'{shown}' is a group: it is done when its items are",
            f"they are {names}",
        )
    near = suggest(wanted, [item.id for item in plan.items])
    hint = f"did you mean '{near}'?" if near else "gonogo tick    lists what is open"
    return Refusal(ExitCode.USAGE, "item.unknown", f"the plan has no item '{shown}'", hint)


def others_claim(scene: Scene, item: Item, now: ItemState) -> Refusal | None:
    """Two people must not do it twice: whoever claimed it is at it."""
    claim = now.claim
    if claim is None or people.same_human(scene.plan, claim.actor, scene.actor):
        return None
    return slips.lost(
        "item.claimed",
        f"'{item.id}' is claimed",
        claim.actor,
        claim.at,
        scene.now,
        f"gonogo unclaim {item.id} --reason '...'    when they are not at it",
    )


def lost_race(item: Item, now: ItemState) -> Refusal:
    """Somebody changed the item first: who, when and how."""
    who = now.actor.user if now.actor else "somebody"
    when = f" at {now.at:%H:%M:%S} UTC" if now.at else ""
    return Refusal(
        ExitCode.CONFLICT,
        "item.changed",
        f"'{item.id}' was {_WORDS[now.status]} by {who}{when}; nothing was recorded for you",
        f"gonogo note {item.id} '...'    adds your word to it",
    )
