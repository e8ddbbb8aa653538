"""Wishes that decide nothing: to look, to move, to find, to leave."""

from gonogo.tui.intents.base import LISTS, MENDED, PANES, Context, Intent, Place


class OpenDetails(Intent):
    """What is known about the row or cell under the cursor."""

    keys, shown_key, label = ("enter",), "Enter", "details"
    title = "Show details"
    help = "everything known about what is under the cursor"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs something under the cursor."""
        return super().refused(context) or ("" if context.subject else "nothing is under the cursor")


class JumpToReason(Intent):
    """From the reason to what is behind it."""

    keys, shown_key, label = ("enter",), "Enter", "go there"
    title = "Go to what is behind this reason"
    help = "go to the pane and line behind this reason, or to everything known about it"
    places = (Place.WHY,)
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a reason."""
        if reason := super().refused(context):
            return reason
        return "" if context.subject else "no reason is under the cursor"


class OtherEnvironment(Intent):
    """The verdict of the next environment."""

    keys, shown_key, label = ("e", "right", "l"), "e", "environment"
    title = "Why: the next environment"
    help = "the verdict of the next environment"
    places = (Place.WHY,)
    in_footer = True


class EarlierEnvironment(Intent):
    """The verdict of the environment before."""

    keys, shown_key, label = ("left", "h"), "Left", "earlier one"
    title = "Why: the environment before"
    help = "the verdict of the environment before"
    places = (Place.WHY,)


class Why(Intent):
    """The reasons."""

    keys, shown_key, label = ("w",), "w", "why"
    title = "Why this verdict?"
    help = "every reason behind the verdict: what was seen, when, who can clear it, what to do"
    places = PANES
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a verdict."""
        return super().refused(context) or ("" if context.snapshot else "there is no verdict yet")


class ShowRelease(Intent):
    """How the release stands."""

    keys, shown_key, label = ("i",), "i", "release"
    title = "How the release stands"
    help = "how the release stands: its life, its lead, approvals, decisions, waivers, freezes, the way back"
    places = LISTS
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a snapshot."""
        return super().refused(context) or ("" if context.snapshot else "the journal is still being opened")


class NextProduct(Intent):
    """The changelog of the next product."""

    keys, shown_key, label = ("right_square_bracket", "right"), "]", "next product"
    title = "Changes of the next product"
    help = "the changes of the next product"
    places = (Place.CHANGELOG,)
    in_footer = True


class EarlierProduct(Intent):
    """The changelog of the product before."""

    keys, shown_key, label = ("left_square_bracket", "left"), "[", "earlier product"
    title = "Changes of the product before"
    help = "the changes of the product before"
    places = (Place.CHANGELOG,)


class Filter(Intent):
    """Show only some lines."""

    keys, shown_key, label = ("slash",), "/", "filter"
    title = "Filter this pane"
    help = "show only lines that contain a text; Enter keeps it, Esc drops it"
    places = (*LISTS, Place.HOTFIX_PLAN, Place.MERGES)
    in_footer = True

    @classmethod
    def stands(cls, context: Context) -> bool:
        """In the wizard only where there is a list."""
        return context.place not in {Place.HOTFIX_PLAN, Place.MERGES} or cls.id() in context.offers


class RefreshNow(Intent):
    """Ask everything now."""

    keys, shown_key, label = ("r",), "r", "refresh"
    title = "Ask journal, endpoints and git now"
    help = "read the journal and the plan, ask every endpoint and git now"
    places = (*LISTS, Place.TEXT)

    @classmethod
    def stands(cls, context: Context) -> bool:
        """On the details of a cell: who reads them wants to know whether it answers again."""
        return context.place is Place.TEXT and context.subject.startswith("cell:")


class Copy(Intent):
    """Text to take along."""

    keys, shown_key, label = ("y",), "y", "copy"
    title = "Copy what is under the cursor"
    help = "show the text under the cursor and send it to the terminal's clipboard"
    places = LISTS

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs something under the cursor."""
        return super().refused(context) or ("" if context.subject else "nothing is under the cursor")


class Problems(Intent):
    """What went wrong."""

    keys, shown_key, label = ("exclamation_mark",), "!", "problems"
    title = "Show the problems log"
    help = "what was refused or went wrong since the start, newest first"
    places = PANES


class Palette(Intent):
    """Everything by name."""

    keys, shown_key, label = ("colon", "ctrl+p"), ":", "more"
    title = "Commands by name"
    help = "find a command by name (also Ctrl+P)"
    places = LISTS
    in_footer = True


class Help(Intent):
    """The keys that work here."""

    keys, shown_key, label = ("question_mark", "f1"), "?", "help"
    title = "Help"
    help = "the keys that work here"
    places = (*LISTS, *MENDED)
    in_footer = True


class NextPane(Intent):
    """In the order of their numbers; after the last comes the first."""

    keys, shown_key, label = ("tab",), "Tab", "next pane"
    title = "Go to the next pane"
    help = "the next pane"
    places = PANES


class EarlierPane(Intent):
    """Against the order of their numbers."""

    keys, shown_key, label = ("shift+tab",), "Shift+Tab", "earlier pane"
    title = "Go to the pane before"
    help = "the pane before"
    places = PANES


class GoChecklist(Intent):
    """Pane 1."""

    keys, shown_key, label = ("1",), "1", "checklist"
    title = "Go to the checklist"
    help = "the checklist"
    places = PANES


class GoMatrix(Intent):
    """Pane 2."""

    keys, shown_key, label = ("2",), "2", "matrix"
    title = "Go to the matrix"
    help = "the matrix: which version runs where"
    places = PANES


class GoChangelog(Intent):
    """Pane 3."""

    keys, shown_key, label = ("3",), "3", "changes"
    title = "Go to the changes"
    help = "the changes: what ships"
    places = PANES


class GoTrail(Intent):
    """Pane 4."""

    keys, shown_key, label = ("4",), "4", "trail"
    title = "Go to the audit trail"
    help = "the audit trail: who did what, newest first"
    places = PANES


class Back(Intent):
    """One step out."""

    keys, shown_key, label = ("escape",), "Esc", "back"
    title = "Back"
    help = "one step back: drop the filter, leave this view"
    in_footer = True

    @classmethod
    def refused(cls, context: Context) -> str:
        """At the top there is nothing to go back to."""
        if context.place in PANES and not context.filter:
            return "nothing to go back to; q quits"
        return ""


class Quit(Intent):
    """Leave."""

    keys, shown_key, label = ("q",), "q", "quit"
    title = "Leave this view, at the top quit"
    help = "leave this view; at the top quit gonogo (Ctrl+C quits from anywhere)"
    in_footer = True
