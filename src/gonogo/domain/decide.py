"""`decide(scene, command) -> drafts | Refusal`: the only place where a wish becomes a fact.

The front door of `domain.decisions`: each topic keeps its commands and its rules in a module of its own.
"""

from typing import assert_never

from gonogo.domain.decisions import (
    amendments,
    approvals,
    baton,
    cells,
    checklist,
    checks,
    freezes,
    go,
    hotfixes,
    lifecycle,
    merges,
    notes,
    rollback,
    triggers,
    versions,
    waivers,
)
from gonogo.domain.decisions.amendments import AcceptAmendment
from gonogo.domain.decisions.approvals import Approve, Reject, Revoke
from gonogo.domain.decisions.baton import Drive
from gonogo.domain.decisions.cells import RecordTransition
from gonogo.domain.decisions.checklist import ClaimItem, Note, Skip, Tick, UnclaimItem, Undo, Untick, find_item
from gonogo.domain.decisions.checks import RecordCheck
from gonogo.domain.decisions.freezes import FreezeLine, Thaw
from gonogo.domain.decisions.go import Go
from gonogo.domain.decisions.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.domain.decisions.scene import Answer, Refusal, Scene
from gonogo.domain.decisions.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.domain.decisions.versions import ClearBad, HoldVersion, MarkBad, ReleaseVersion
from gonogo.domain.decisions.waivers import Waive, WithdrawWaiver

__all__ = [
    "BOUND_TO_THE_PLAN", "AcceptAmendment", "Answer", "AnswerTrigger", "Approve", "Cancel", "ClaimItem",
    "ClearBad", "ClearTrigger", "Command", "Complete", "Drive", "FireTrigger", "FreezeLine", "Go", "Hold",
    "HoldVersion", "MarkBad", "Note", "RecordCheck", "RecordTransition", "Refusal", "Reject",
    "ReleaseVersion", "Resume", "Revoke", "Scene", "Skip", "Start", "Thaw", "Tick", "UnclaimItem", "Undo",
    "Untick", "Waive", "WithdrawWaiver", "decide", "find_item",
]  # fmt: skip

Command = (
    checklist.Commands
    | cells.Commands
    | checks.Commands
    | lifecycle.Commands
    | amendments.Commands
    | approvals.Commands
    | waivers.Commands
    | go.Commands
    | freezes.Commands
    | baton.Commands
    | versions.Commands
    | triggers.Commands
    | hotfixes.Commands
    | merges.Commands
    | notes.Commands
    | rollback.Commands
)


BOUND_TO_THE_PLAN = (
    lifecycle.Start | lifecycle.Complete | lifecycle.Cancel | Approve | Go | AcceptAmendment | waivers.Waive
)
"""Commands that decide on the plan as a whole: refused when the file was edited since it was read."""


def decide(scene: Scene, command: Command) -> Answer:
    """Return the facts that `command` makes, or why it makes none.

    An empty tuple means: what was asked for holds already, by the same account.
    """
    if isinstance(command, checklist.Commands):
        return checklist.decide(scene, command)
    if isinstance(command, cells.Commands):
        return cells.decide(scene, command)
    if isinstance(command, checks.Commands):
        return checks.decide(scene, command)
    if isinstance(command, lifecycle.Commands):
        return lifecycle.decide(scene, command)
    if isinstance(command, amendments.Commands):
        return amendments.decide(scene, command)
    if isinstance(command, approvals.Commands):
        return approvals.decide(scene, command)
    if isinstance(command, waivers.Commands):
        return waivers.decide(scene, command)
    if isinstance(command, go.Commands):
        return go.decide(scene, command)
    if isinstance(command, freezes.Commands):
        return freezes.decide(scene, command)
    if isinstance(command, baton.Commands):
        return baton.decide(scene, command)
    if isinstance(command, versions.Commands):
        return versions.decide(scene, command)
    if isinstance(command, triggers.Commands):
        return triggers.decide(scene, command)
    if isinstance(command, merges.Commands):
        return merges.decide(scene, command)
    if isinstance(command, notes.Commands):
        return notes.decide(scene, command)
    if isinstance(command, rollback.Commands):
        return rollback.decide(scene, command)
    if isinstance(command, hotfixes.Commands):
        return hotfixes.decide(scene, command)
    assert_never(command)
