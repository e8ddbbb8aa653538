"""Everything a person can wish for, in one table: key, label, palette entry, help and when it is possible.

Footer, key bindings, palette and help are made from it, so that they cannot disagree. An intent is posted up;
nothing here does anything.
"""

from collections.abc import Iterable

from msgspec import Struct
from textual.binding import Binding

from gonogo.tui.intents.base import LISTS, PANES, Context, Intent, Place
from gonogo.tui.intents.checklist import (
    AddNote,
    Claim,
    RunCheck,
    Skip,
    Toggle,
    Undo,
)
from gonogo.tui.intents.deciding import (
    AcceptAmendment,
    AnswerTrigger,
    Approve,
    AskBreakGlass,
    CallTrigger,
    CancelRelease,
    ClearBad,
    CompleteRelease,
    ConfirmBreakGlass,
    Deciding,
    Drive,
    EndBreakGlass,
    GiveGo,
    GoBack,
    HoldRelease,
    HoldVersion,
    MarkBad,
    PassBaton,
    Reject,
    ReleaseVersion,
    ResumeRelease,
    Revoke,
    StartRelease,
    StopLine,
    Thaw,
    TrustCommands,
    Waive,
    WithdrawWaiver,
)
from gonogo.tui.intents.looking import (
    Back,
    Copy,
    EarlierEnvironment,
    EarlierPane,
    EarlierProduct,
    Filter,
    GoChangelog,
    GoChecklist,
    GoMatrix,
    GoTrail,
    Help,
    JumpToReason,
    NextPane,
    NextProduct,
    OpenDetails,
    OtherEnvironment,
    Palette,
    Problems,
    Quit,
    RefreshNow,
    ShowRelease,
    Why,
)
from gonogo.tui.intents.mending import MENDING, Mend, ShowMerges, ShowWayBack
from gonogo.tui.intents.writing import EditNotes, EditNotesOutside, PreviewEntry

__all__ = [
    "INTENTS",
    "LISTS",
    "MENDING",
    "MOTIONS",
    "PANES",
    "PANE_INTENTS",
    "AcceptAmendment",
    "AddNote",
    "AnswerTrigger",
    "Approve",
    "AskBreakGlass",
    "Back",
    "CallTrigger",
    "CancelRelease",
    "Claim",
    "ClearBad",
    "CompleteRelease",
    "ConfirmBreakGlass",
    "Context",
    "Copy",
    "Deciding",
    "Drive",
    "EarlierEnvironment",
    "EarlierPane",
    "EarlierProduct",
    "EditNotes",
    "EditNotesOutside",
    "EndBreakGlass",
    "Filter",
    "GiveGo",
    "GoBack",
    "GoChangelog",
    "GoChecklist",
    "GoMatrix",
    "GoTrail",
    "Help",
    "HoldRelease",
    "HoldVersion",
    "Intent",
    "JumpToReason",
    "MarkBad",
    "Mend",
    "Motion",
    "NextPane",
    "NextProduct",
    "OpenDetails",
    "OtherEnvironment",
    "Palette",
    "PassBaton",
    "Place",
    "PreviewEntry",
    "Problems",
    "Quit",
    "RefreshNow",
    "Reject",
    "ReleaseVersion",
    "ResumeRelease",
    "Revoke",
    "RunCheck",
    "ShowMerges",
    "ShowRelease",
    "ShowWayBack",
    "Skip",
    "StartRelease",
    "StopLine",
    "Thaw",
    "Toggle",
    "TrustCommands",
    "Undo",
    "Waive",
    "Why",
    "WithdrawWaiver",
    "bindings",
    "footer",
    "here",
    "named",
]  # fmt: skip

INTENTS: tuple[type[Intent], ...] = (
    Toggle, Claim, RunCheck, AnswerTrigger, JumpToReason, Waive, OtherEnvironment, EarlierEnvironment,
    NextProduct, EarlierProduct, AddNote, Mend, Why, GiveGo, OpenDetails, EditNotes, Approve, Skip, Undo,
    ShowRelease, ShowMerges, ShowWayBack, Filter, Palette, PreviewEntry, EditNotesOutside, Help, Copy,
    RefreshNow, Problems, Drive, StopLine, StartRelease, HoldRelease, ResumeRelease, CompleteRelease,
    CancelRelease, AcceptAmendment, PassBaton, Reject, Revoke, WithdrawWaiver, AskBreakGlass,
    ConfirmBreakGlass, EndBreakGlass, Thaw, CallTrigger, GoBack,
    MarkBad, ClearBad, HoldVersion, ReleaseVersion, TrustCommands, GoChecklist, GoMatrix, GoChangelog,
    GoTrail, NextPane, EarlierPane, Back, Quit,
)  # fmt: skip
"""In the order they are shown."""

PANE_INTENTS = dict(zip((GoChecklist, GoMatrix, GoChangelog, GoTrail), PANES, strict=True))


class Motion(Struct, frozen=True):
    """Keys that move in a list; lists bind them themselves."""

    shown_key: str
    help: str


MOTIONS = (
    Motion("j k, arrows", "one line down or up"),
    Motion("PgUp PgDn", "one screen up or down"),
    Motion("g G, Home End", "the first line, the last line"),
)


def named(name: str) -> type[Intent]:
    """The intent of that id."""
    return next(intent for intent in (*INTENTS, *MENDING) if intent.id() == name)


def here(place: Place) -> tuple[type[Intent], ...]:
    """The intents that have a meaning in a place, possible at this moment or not."""
    return tuple(intent for intent in (*MENDING, *INTENTS) if place in intent.places)


def footer(context: Context) -> tuple[type[Intent], ...]:
    """The intents whose keys stand in the last line: at the top one quits, elsewhere one goes back."""
    at_top = context.place in PANES

    def stands(intent: type[Intent]) -> bool:
        if intent is Quit:
            return at_top
        return intent.stands(context) and not (intent is Back and at_top and not context.filter)

    return tuple(intent for intent in here(context.place) if stands(intent))


def bindings(intents: Iterable[type[Intent]]) -> list[Binding]:
    """Key bindings for a screen: each posts its intent."""
    return [
        Binding(",".join(intent.keys), f"wish('{intent.id()}')", intent.label, show=False, id=intent.id())
        for intent in intents
        if intent.keys
    ]
