"""Claim, skip, note."""

from msgspec.structs import replace

from gonogo.acts import Command, Scene
from gonogo.acts.checklist import NOTE_LIMIT, Note, Skip
from gonogo.acts.claims import ClaimItem, UnclaimItem
from gonogo.events import people
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line
from gonogo.tui.deeds.form import LONG, Answers, Ask, Deed, Known, Nothing, Write
from gonogo.view.checklist import details


def _item(scene: Scene, answers: Answers) -> Ask:
    name = answers.get("subject", "").partition(":")[2]
    return Known(name) if scene.plan.item(name) else Nothing("the item is no longer in the plan")


def _title(scene: Scene, answers: Answers) -> str:
    item = scene.plan.item(answers["item"])
    return item.title if item else answers["item"]


def _seen(scene: Scene, answers: Answers) -> Ask:
    return Known(str(scene.state.item(answers["item"]).seq))


def about_item(name: str) -> Write:
    """A question about an item, with what is known about it, less its title."""

    def about(snapshot: Snapshot) -> tuple[Line, ...]:
        item = snapshot.plan.item(name)
        return details(snapshot, item)[1:8] if item else ()

    return Write("", "", about=about)


def _why_skip(scene: Scene, answers: Answers) -> Ask:
    return replace(
        about_item(answers["item"]),
        title=f"Mark as not applicable: {_title(scene, answers)}",
        ask="Why does it not apply to this release? The reason stays beside your name.",
        limit=LONG,
    )


def _what_note(scene: Scene, answers: Answers) -> Ask:
    return replace(
        about_item(answers["item"]),
        title=f"Add a note: {_title(scene, answers)}",
        ask="The note stays in the audit trail beside your name.",
        placeholder="the note",
        limit=NOTE_LIMIT,
    )


def _why_unclaim(scene: Scene, answers: Answers) -> Ask:
    claim = scene.state.item(answers["item"]).claim
    if claim is None or people.same_human(scene.plan, claim.actor, scene.actor):
        return Known("")
    return replace(
        about_item(answers["item"]),
        title=f"{claim.actor.user} is at it: {_title(scene, answers)}",
        ask=f"Why is {claim.actor.user} no longer at it? Ending somebody's claim needs a reason.",
    )


def _claim_or_not(scene: Scene, answers: Answers) -> Command:
    item = answers["item"]
    if scene.state.item(item).claim is None:
        return ClaimItem(item)
    return UnclaimItem(item, answers["reason"])


SKIP = Deed(
    (("item", _item), ("seen", _seen), ("reason", _why_skip)),
    lambda _, answers: Skip(answers["item"], answers["reason"], expect=int(answers["seen"])),
    lambda answers: f"not applicable: {answers['item']}",
)
NOTE = Deed(
    (("item", _item), ("text", _what_note)),
    lambda _, answers: Note(answers["item"], answers["text"]),
    lambda answers: f"note on {answers['item']}",
)
CLAIM = Deed(
    (("item", _item), ("reason", _why_unclaim)), _claim_or_not, lambda answers: f"claim: {answers['item']}"
)
