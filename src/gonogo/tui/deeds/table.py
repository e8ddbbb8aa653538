"""Which intent does which deed. A new one: an intent in `tui.intents`, a deed here, one line in this table."""

from collections.abc import Mapping

from gonogo.tui import intents
from gonogo.tui.deeds import checklist, glass, line, release, voting
from gonogo.tui.deeds.form import Deed

DEEDS: Mapping[type[intents.Intent], Deed] = {
    intents.Claim: checklist.CLAIM,
    intents.Skip: checklist.SKIP,
    intents.AddNote: checklist.NOTE,
    intents.StartRelease: release.START,
    intents.HoldRelease: release.HOLD,
    intents.ResumeRelease: release.RESUME,
    intents.CompleteRelease: release.COMPLETE,
    intents.CancelRelease: release.CANCEL,
    intents.AcceptAmendment: release.AMEND,
    intents.Drive: release.DRIVE,
    intents.PassBaton: release.PASS,
    intents.Approve: voting.APPROVE,
    intents.Reject: voting.REJECT,
    intents.Revoke: voting.REVOKE,
    intents.GiveGo: voting.GO,
    intents.Waive: voting.WAIVE,
    intents.WithdrawWaiver: voting.WITHDRAW,
    intents.AskBreakGlass: glass.ASK,
    intents.ConfirmBreakGlass: glass.CONFIRM,
    intents.EndBreakGlass: glass.END,
    intents.StopLine: line.STOP,
    intents.Thaw: line.THAW,
    intents.AnswerTrigger: line.ANSWER,
    intents.CallTrigger: line.CALL,
    intents.GoBack: line.GO_BACK,
    intents.MarkBad: line.MARK_BAD,
    intents.ClearBad: line.CLEAR_BAD,
    intents.HoldVersion: line.HOLD_VERSION,
    intents.ReleaseVersion: line.RELEASE_VERSION,
}
