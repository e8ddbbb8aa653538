"""Wishes about one item of the checklist."""

from gonogo.acts import slips
from gonogo.events.state import ItemStatus
from gonogo.tui.intents.base import PANES, Context, Intent, OnItem, unwritable


class Toggle(OnItem):
    """Tick, or open again."""

    keys, shown_key, label = ("space",), "Space", "tick"
    title = "Tick or untick the item"
    help = "tick the item, or open it again; recorded with your name"
    in_footer = True


class Claim(OnItem):
    """I am at it; or no longer."""

    keys, shown_key, label = ("c",), "c", "claim"
    title = "Claim the item, or give it back"
    help = "say that you are at it, so that nobody does it a second time; once more gives it back"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Only what is open has somebody at it."""
        if reason := super().refused(context):
            return reason
        state = context.item_state
        return "" if state is None or state.status is ItemStatus.OPEN else "the item is closed: nobody is at it"


class RunCheck(OnItem):
    """Let the check decide."""

    keys, shown_key, label = ("x",), "x", "check"
    title = "Run the item's check, or stop it"
    help = "run the check that decides the item, and record what it finds; once more stops it"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Only some items have a check, and after the end nothing is run any more; what runs may be stopped."""
        if reason := super().refused(context):
            return reason
        if context.item is None or context.item.check is None:
            return "no check decides this item; Space ticks it"
        ended = slips.over(context.scene) if context.scene and context.item.id not in context.running else None
        return ended.reason if ended else ""

    @classmethod
    def stands(cls, context: Context) -> bool:
        """Where there is a check under the cursor."""
        return context.item is not None and context.item.check is not None


class Skip(OnItem):
    """Not applicable."""

    keys, shown_key, label = ("s",), "s", "skip"
    title = "Mark the item as not applicable"
    help = "say that the item does not apply to this release; asks for the reason"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Only an open item is skipped."""
        if reason := super().refused(context):
            return reason
        state = context.item_state
        if state is not None and state.status is ItemStatus.DONE:
            return "a ticked item is not skipped; Space opens it again"
        if state is not None and state.status is ItemStatus.SKIPPED:
            return "it is marked as not applicable already; Space ticks it"
        return ""


class AddNote(OnItem):
    """A remark."""

    keys, shown_key, label = ("n",), "n", "note"
    title = "Add a note to the item"
    help = "leave a note on the item; it stays in the audit trail"
    in_footer = True


class Undo(Intent):
    """Take back."""

    keys, shown_key, label = ("u",), "u", "undo"
    title = "Take back my last act"
    help = "take back your own last act on the checklist; both stay in the trail"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs an own act, and a journal that takes entries."""
        if reason := super().refused(context) or unwritable(context):
            return reason
        acts = context.snapshot.state.acts if context.snapshot else {}
        return "" if acts.get(context.uid) else "you have no act on the checklist to take back"
