"""Wishes of the hotfix wizard, the ledger of forward-merges and the view of the way back.

What is possible depends on where a piece of work stands; the view says so by `Context.offers`, and only what it
offers stands in the last line.
"""

from typing import ClassVar

from gonogo.tui.intents.base import PANES, Context, Intent, Place


class Mend(Intent):
    """A hotfix of the product under the cursor."""

    keys, shown_key, label = ("h",), "h", "hotfix"
    title = "Hotfix of a product"
    help = "fix what runs in production: from its own tag, shown before anything is written"
    places = (*PANES, Place.MERGES)

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a snapshot."""
        return super().refused(context) or ("" if context.snapshot else "the journal is still being opened")

    @classmethod
    def stands(cls, context: Context) -> bool:
        """Where versions are looked at."""
        return context.place is Place.MATRIX


class ShowMerges(Intent):
    """Whether every fix has arrived."""

    keys, shown_key, label = ("m", "enter"), "m", "carry forward"
    title = "Forward-merges: has every fix reached every branch?"
    help = "every fix that was hotfixed, against every active branch"
    places = (*PANES, Place.HOTFIX_WORK)

    @classmethod
    def stands(cls, context: Context) -> bool:
        """At the end of a hotfix."""
        return context.place is Place.HOTFIX_WORK and cls.id() in context.offers


class ShowWayBack(Intent):
    """How to go back."""

    keys, shown_key, label = ("b",), "b", "way back"
    title = "The way back: where to, what lies between, whether it is safe"
    help = "for each product: what to go back to, what is lost by it, whether it is safe, what to type"
    places = (*PANES, Place.TEXT)

    @classmethod
    def stands(cls, context: Context) -> bool:
        """On the details of a cell."""
        return context.place is Place.TEXT and context.subject.startswith("cell:")

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a snapshot; among texts, one about a cell."""
        if reason := super().refused(context):
            return reason
        if context.place is Place.TEXT and not context.subject.startswith("cell:"):
            return "no target is shown here"
        return "" if context.snapshot else "the journal is still being opened"


class Offered(Intent):
    """Possible when the view says so."""

    not_now: ClassVar[str] = "not at this step"
    needs_a_line: ClassVar[bool] = False
    """Whether it is about what is under the cursor."""

    @classmethod
    def refused(cls, context: Context) -> str:
        """What the view does not offer is not possible."""
        if reason := super().refused(context):
            return reason
        if cls.id() in context.offers:
            return ""
        nothing = cls.needs_a_line and not context.subject
        return context.withheld.get(cls.id(), "nothing is under the cursor" if nothing else cls.not_now)

    @classmethod
    def stands(cls, context: Context) -> bool:
        """What is possible stands in the last line."""
        return cls.id() in context.offers


class AllProducts(Offered):
    """All of the release."""

    keys, shown_key, label = ("h",), "h", "all products"
    title = "Hotfixes of the release in one table"
    help = "every product and what is being made of it: branch, tag, forward-merges; choose one to go on with"
    places = (Place.HOTFIX_PLAN, Place.HOTFIX_WORK)


class NextStep(Offered):
    """On."""

    keys, shown_key, label = ("enter",), "Enter", "next"
    title = "Hotfix: the next step"
    help = "go on to the next step; nothing is written before 'do it'"
    places = (Place.HOTFIX_PLAN,)


class PickCommit(Offered):
    """This one."""

    keys, shown_key, label = ("space",), "Space", "pick"
    title = "Hotfix: pick the commit, or leave it out again"
    help = "pick the commit at the cursor, or leave it out again"
    places = (Place.HOTFIX_PLAN,)


class NameCommit(Offered):
    """One that is not in the list."""

    keys, shown_key, label = ("i",), "i", "by name"
    title = "Hotfix: name what is not in the list"
    help = "name a version or a commit that is not in the list; at the preview, the version it becomes"
    places = (Place.HOTFIX_PLAN,)


class SignTag(Offered):
    """By one's own key."""

    keys, shown_key, label = ("s",), "s", "sign tag"
    title = "Hotfix: sign the tag, or leave it unsigned"
    help = "have the tag signed by your own key, as `git tag -s` does, or leave it unsigned again"
    places = (Place.HOTFIX_PLAN,)


class DoIt(Offered):
    """Begin."""

    keys, shown_key, label = ("d",), "d", "do it"
    title = "Hotfix: do what the preview shows"
    help = "begin: in a workspace of its own, each step recorded; x takes everything back"
    places = (Place.HOTFIX_PLAN,)
    not_now = "only from a preview that nothing stands against"


class ShowDiff(Offered):
    """All of it."""

    keys, shown_key, label = ("v",), "v", "diff"
    title = "Hotfix: the resulting difference"
    help = "the whole difference to the version that runs"
    places = (Place.HOTFIX_PLAN, Place.MERGES)


class SolveFile(Offered):
    """I resolved it."""

    keys, shown_key, label = ("space",), "Space", "done"
    title = "Hotfix: the file is resolved by hand"
    help = "you resolved the file at the cursor by hand; recorded with your name"
    places = (Place.HOTFIX_WORK,)


class KeepOurs(Offered):
    """The line's own stays."""

    keys, shown_key, label = ("o",), "o", "keep ours"
    title = "Hotfix: keep what the line has of the file"
    help = "keep what the line has of the file at the cursor, and nothing of the commit"
    places = (Place.HOTFIX_WORK,)


class OpenEditor(Offered):
    """Their editor."""

    keys, shown_key, label = ("e",), "e", "editor"
    title = "Hotfix: the file in your editor"
    help = "open the file at the cursor in $EDITOR; the cockpit waits"
    places = (Place.HOTFIX_WORK,)


class OpenShell(Offered):
    """Their shell."""

    keys, shown_key, label = ("s",), "s", "shell"
    title = "Hotfix: a shell in the workspace"
    help = "a shell in the workspace, to resolve or to test; exit comes back"
    places = (Place.HOTFIX_WORK,)


class GoOn(Offered):
    """Continue."""

    keys, shown_key, label = ("c",), "c", "continue"
    title = "Hotfix: go on"
    help = "go on from where it stands"
    places = (Place.HOTFIX_WORK,)


class SayTested(Offered):
    """It was tested."""

    keys, shown_key, label = ("t",), "t", "tested"
    title = "Hotfix: say what was tested"
    help = "say what was tested on this very commit, and how it went; recorded with your name"
    places = (Place.HOTFIX_WORK,)


class SignHotfix(Offered):
    """Approve."""

    keys, shown_key, label = ("a",), "a", "approve"
    title = "Hotfix: approve it"
    help = "sign this very commit; what it was signed for is shown before"
    places = (Place.HOTFIX_WORK,)


class PushIt(Offered):
    """Bound to the commit and the tag that the dialog shows."""

    keys, shown_key, label = ("p",), "p", "push"
    title = "Hotfix: push branch and tag"
    help = "push branch and tag, both or neither; the version is typed"
    places = (Place.HOTFIX_WORK,)


class LeavePush(Offered):
    """Not from here."""

    keys, shown_key, label = ("n",), "n", "no push"
    title = "Hotfix: leave the push to somebody else"
    help = "finish without pushing; branch and tag are in the repository"
    places = (Place.HOTFIX_WORK,)


class AbortHotfix(Offered):
    """Take it back."""

    keys, shown_key, label = ("x",), "x", "abort"
    title = "Hotfix: take everything back"
    help = "take everything back: the repository is as it was before; what was pushed stays"
    places = (Place.HOTFIX_WORK,)


class ShowCommands(Offered):
    """Every git command."""

    keys, shown_key, label = ("l",), "l", "log"
    title = "Hotfix: every git command and its outcome"
    help = "every git command and what came of it"
    places = (Place.HOTFIX_WORK,)


class CarryDetails(Offered):
    """What would come of it."""

    keys, shown_key, label = ("enter",), "Enter", "details"
    needs_a_line = True
    title = "Forward-merge: what would come of it"
    help = "the proof, or what carrying it there would come to: clean or conflicting"
    places = (Place.MERGES,)


class CarryIt(Offered):
    """Begins the steps that bring a fix to another branch."""

    keys, shown_key, label = ("c",), "c", "carry"
    needs_a_line = True
    title = "Forward-merge: carry the fix to the branch"
    help = "carry the fix to the branch, in a workspace of its own, by the rule of the branch model"
    places = (Place.MERGES,)
    not_now = "only what is missing is carried"


class SameElsewhere(Offered):
    """Another commit does it."""

    keys, shown_key, label = ("e",), "e", "another does it"
    needs_a_line = True
    title = "Forward-merge: another commit does the same"
    help = "say that another commit of that branch does the same; recorded with your name and reason"
    places = (Place.MERGES,)
    not_now = "only what is missing needs a word"


class NeedNot(Offered):
    """It need not go there."""

    keys, shown_key, label = ("n",), "n", "need not"
    needs_a_line = True
    title = "Forward-merge: it need not go there"
    help = "say that the fix need not go to that branch; recorded with your name and reason"
    places = (Place.MERGES,)
    not_now = "only what is missing needs a word"


class TakeBackWord(Offered):
    """It does not hold any more."""

    keys, shown_key, label = ("u",), "u", "take back"
    needs_a_line = True
    title = "Forward-merge: take back what was said"
    help = "take back what somebody said about the fix on that branch; recorded with your name"
    places = (Place.MERGES,)
    not_now = "nobody has said anything about it"


class ReadAnew(Offered):
    """Ask git again."""

    keys, shown_key, label = ("r",), "r", "read anew"
    title = "Forward-merges: read the branches anew"
    help = "read the branches anew"
    places = (Place.MERGES,)


class OtherProduct(Offered):
    """The next one."""

    keys, shown_key, label = ("right_square_bracket", "right"), "]", "next product"
    title = "Way back: the next product"
    help = "the way back of the next product"
    places = (Place.WAY_BACK,)


class ProductBefore(Offered):
    """The one before."""

    keys, shown_key, label = ("left_square_bracket", "left"), "[", "product before"
    title = "Way back: the product before"
    help = "the way back of the product before"
    places = (Place.WAY_BACK,)

    @classmethod
    def stands(cls, context: Context) -> bool:  # noqa: ARG003  its sister stands there
        """Its sister stands there."""
        return False


class CopyCommand(Offered):
    """To paste it."""

    keys, shown_key, label = ("y",), "y", "copy command"
    title = "Way back: copy the command"
    help = "show the command of the plan and send it to the terminal's clipboard; gonogo never runs it"
    places = (Place.WAY_BACK,)
    not_now = "the plan names no command for the way back of this product"


class BeginWayBack(Offered):
    """Decide it."""

    keys, shown_key, label = ("s",), "s", "start"
    title = "Way back: decide to go back"
    help = "record the decision to go back; the old version is held there, nothing is deployed"
    places = (Place.WAY_BACK,)


MENDING: tuple[type[Intent], ...] = (
    NextStep, PickCommit, NameCommit, DoIt, SignTag, ShowDiff, SolveFile, SayTested, SignHotfix, PushIt, LeavePush,
    OpenEditor, OpenShell, GoOn, AbortHotfix, KeepOurs, ShowCommands, AllProducts, CarryDetails, CarryIt,
    SameElsewhere, NeedNot, TakeBackWord, ReadAnew, BeginWayBack, CopyCommand, OtherProduct, ProductBefore,
)  # fmt: skip
"""Those of the views: the palette of the cockpit does not list them."""
