"""Refusals that the journal keeps: whoever was stopped by a rule, by which, and what it saw.

A slip is not kept: a mistyped name, a missing word, something that holds already or that somebody else did first.
"""

from typing import Any

import msgspec

from gonogo.acts import slips
from gonogo.acts.scene import Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.text import clean

_SUBJECTS = {
    "Start": ("start", "release"),
    "Hold": ("hold", "release"),
    "Resume": ("resume", "release"),
    "Complete": ("complete", "release"),
    "Cancel": ("cancel", "release"),
    "AcceptAmendment": ("amend accept", "release"),
    "Approve": ("approve", "approval:{name}"),
    "Reject": ("reject", "approval:{name}"),
    "Revoke": ("revoke", "approval:{name}"),
    "Go": ("go", "go:{environment}"),
    "Waive": ("waive", "waiver:{environment}"),
    "WithdrawWaiver": ("waive --withdraw", "waiver:{environment}"),
    "RequestGlass": ("break-glass", "glass:{environment}"),
    "BreakGlass": ("break-glass confirm", "glass:{environment}"),
    "EndGlass": ("break-glass end", "glass:{environment}"),
    "FreezeLine": ("freeze", "freeze:now"),
    "Thaw": ("thaw", "freeze:now"),
    "Drive": ("drive", "baton"),
    "MarkBad": ("mark-bad", "version:{product}/{version}"),
    "ClearBad": ("mark-bad --withdraw", "version:{product}/{version}"),
    "HoldVersion": ("hold", "cell:{product}/{environment}"),
    "ReleaseVersion": ("resume", "cell:{product}/{environment}"),
    "AnswerTrigger": ("trigger answer", "trigger:{trigger}"),
    "RollBack": ("rollback start", "rollback:{product}"),
    "Tick": ("tick", "item:{item}"),
    "Untick": ("untick", "item:{item}"),
    "Skip": ("skip", "item:{item}"),
}
"""By command: the act in words, and what it is about. Acts of machines and of the hotfix wizard keep their own."""

_NOTHING_TO_DO = ("nothing", "not-held", "not-fired", "not-bad")
_OF_ITEMS = {"item.second", "item.ci", "account.nobody"}
"""An item that is not due yet is an everyday slip; one that somebody may not tick is not."""


def kept(scene: Scene, command: object, refusal: Refusal) -> Refusal:
    """The refusal, with what the journal keeps of it; as it is where nothing is kept."""
    name = type(command).__name__
    if refusal.record or name not in _SUBJECTS or _is_slip(refusal):
        return refusal
    act, subject = _SUBJECTS[name]
    if subject.startswith("item:") and refusal.rule not in _OF_ITEMS:
        return refusal
    fields = _fields(command)
    about = subject.format_map({field: clean(str(value), 120) for field, value in fields.items()})
    asked = {field: clean(str(value), 300) for field, value in fields.items() if value not in (None, "", ())}
    return slips.refused_on_record(scene, refusal, act, about, asked)


def _is_slip(refusal: Refusal) -> bool:
    code, word = refusal.exit_code, refusal.rule.rpartition(".")[2]
    return (
        code is ExitCode.USAGE
        or (code is ExitCode.CONFLICT and word != "moved")
        or word.startswith(_NOTHING_TO_DO)
        or not refusal.rule
    )


def _fields(command: object) -> dict[str, Any]:
    assert isinstance(command, msgspec.Struct)
    return msgspec.structs.asdict(command)
