"""`decide(scene, command) -> drafts | Refusal`: the only place where a wish becomes a fact.

The front door of `acts`: each topic keeps its commands and its rules in a module of its own, which is
loaded with the first of its commands. A tick must not pay for what a go is judged on.
"""

import importlib
from typing import TYPE_CHECKING, Any, Protocol, cast

from msgspec.structs import replace

from gonogo.acts.scene import Answer, BoundToPlan, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import RELEASE_STARTED, Draft
from gonogo.events.edition import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from gonogo.acts import (
        amendments,
        approvals,
        baton,
        cells,
        checklist,
        checks,
        claims,
        freezes,
        glass,
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
    from gonogo.acts.amendments import AcceptAmendment
    from gonogo.acts.approvals import Approve, Reject, Revoke
    from gonogo.acts.baton import Drive
    from gonogo.acts.cells import RecordTransition
    from gonogo.acts.checklist import Note, Skip, Tick, Undo, Untick
    from gonogo.acts.checks import RecordCheck
    from gonogo.acts.claims import ClaimItem, UnclaimItem
    from gonogo.acts.freezes import FreezeLine, Thaw
    from gonogo.acts.go import Go
    from gonogo.acts.items import find_item
    from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
    from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
    from gonogo.acts.versions import ClearBad, HoldVersion, MarkBad, ReleaseVersion
    from gonogo.acts.waivers import Waive, WithdrawWaiver

    Command = (
        checklist.Commands
        | cells.Commands
        | checks.Commands
        | claims.Commands
        | lifecycle.Commands
        | amendments.Commands
        | approvals.Commands
        | waivers.Commands
        | go.Commands
        | glass.Commands
        | freezes.Commands
        | baton.Commands
        | versions.Commands
        | triggers.Commands
        | hotfixes.Commands
        | merges.Commands
        | notes.Commands
        | rollback.Commands
    )

else:
    Command = Any  # a name for annotations: the union itself would load every topic

__all__ = [
    "AcceptAmendment", "Answer", "AnswerTrigger", "Approve", "BoundToPlan", "Cancel", "ClaimItem",
    "ClearBad", "ClearTrigger", "Command", "Complete", "Drive", "FireTrigger", "FreezeLine", "Go", "Hold",
    "HoldVersion", "MarkBad", "Note", "RecordCheck", "RecordTransition", "Refusal", "Reject",
    "ReleaseVersion", "Resume", "Revoke", "Scene", "Skip", "Start", "Thaw", "Tick", "UnclaimItem", "Undo",
    "Untick", "Waive", "WithdrawWaiver", "decide", "find_item", "may",
]  # fmt: skip

_HOMES = {
    "AcceptAmendment": "amendments",
    "AnswerTrigger": "triggers",
    "Approve": "approvals",
    "Cancel": "lifecycle",
    "ClaimItem": "claims",
    "ClearBad": "versions",
    "ClearTrigger": "triggers",
    "Complete": "lifecycle",
    "Drive": "baton",
    "FireTrigger": "triggers",
    "FreezeLine": "freezes",
    "Go": "go",
    "Hold": "lifecycle",
    "HoldVersion": "versions",
    "MarkBad": "versions",
    "Note": "checklist",
    "RecordCheck": "checks",
    "RecordTransition": "cells",
    "Reject": "approvals",
    "ReleaseVersion": "versions",
    "Resume": "lifecycle",
    "Revoke": "approvals",
    "Skip": "checklist",
    "Start": "lifecycle",
    "Thaw": "freezes",
    "Tick": "checklist",
    "UnclaimItem": "claims",
    "Undo": "checklist",
    "Untick": "checklist",
    "Waive": "waivers",
    "WithdrawWaiver": "waivers",
    "find_item": "items",
}
"""By name: the topic it comes from. Another command is imported from its own topic."""


def __getattr__(name: str) -> Any:
    """Bring a command with its topic, when somebody asks for it."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"gonogo.acts.{_HOMES[name]}"), name)


class _Topic(Protocol):
    """What every module of `acts` that has commands offers."""

    def decide(self, scene: Scene, command: "Command") -> Answer:
        """Judge one of its commands."""
        ...


def may(scene: Scene, command: "Command") -> Refusal | None:
    """Why `command` is refused whatever runs and ships: the account, its role, the state, the plan.

    Asked before anything outside is. None when only a look at the world can tell; `decide` judges all of it again.
    """
    topic = importlib.import_module(type(command).__module__)
    judge: Callable[[Scene, Command], Refusal | None] | None = getattr(topic, "may", None)
    return _older(scene, command) or (judge(scene, command) if judge is not None else None)


def decide(scene: Scene, command: "Command") -> Answer:
    """Return the facts that `command` makes, or why it makes none.

    An empty tuple means: what was asked for holds already, by the same account. What a rule turned down carries
    what the journal keeps of the attempt.
    """
    # where there is a command, its topic is loaded: every command is judged in the module that defines it
    topic = cast("_Topic", importlib.import_module(type(command).__module__))
    answer = _older(scene, command) or topic.decide(scene, command)
    if isinstance(answer, Refusal):
        from gonogo.acts.on_record import kept

        return kept(scene, command, answer)
    return _stamped(scene, answer)


def _older(scene: Scene, command: "Command") -> Refusal | None:
    """Why this program decides nothing: a newer one has decided by newer rules. Stopping is everybody's."""
    by = scene.state.judged_by
    if by.edition <= RULES or not isinstance(command, BoundToPlan):
        return None
    who = f" by {by.actor.user} (#{by.seq})" if by.actor else ""
    return Refusal(
        ExitCode.CONFIG,
        "program.older",
        f"this program judges by rules {RULES}, and the release was decided{who} by rules {by.edition}",
        "install the newer gonogo, then open the release again",
    )


def _stamped(scene: Scene, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """The drafts, the first naming the rules they were judged by where the journal names older ones."""
    started = next((at for at, draft in enumerate(drafts) if draft.kind == RELEASE_STARTED), None)
    newer = scene.state.lifecycle.started_seq and scene.state.judged_by.edition < RULES
    if not drafts or (started is None and not newer):
        return drafts
    at = started or 0
    named = replace(drafts[at], data={**drafts[at].data, "rules": RULES})
    return (*drafts[:at], named, *drafts[at + 1 :])
