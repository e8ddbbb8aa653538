"""What a check of an item found becomes a fact, and the item it decides follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import Draft
from gonogo.events.checks import CheckOutcome
from gonogo.events.state import ItemStatus
from gonogo.facts.finding import Finding
from gonogo.plan import Item
from gonogo.rules.checks import describe, fingerprint
from gonogo.text import clean, clean_block

OUTPUT_LIMIT = 16_000
"""Characters of output an event keeps: the last ones, where the reason usually stands."""


class RecordCheck(Command, frozen=True):
    """The check of an item came to its end."""

    item: str
    outcome: CheckOutcome
    finished_at: datetime
    """UTC."""
    summary: str
    check_sha256: str
    """Of the check that was run: the plan may state another one by now."""
    output: str = ""
    output_sha256: str = ""
    seconds: int = 0
    exit_code: int | None = None
    files: Mapping[str, str] = {}
    """SHA-256 of the files the command names, by word."""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Record the result, whatever it is, and tick or reopen the item when it says so."""
        item = scene.plan.item(self.item)
        if item is None or item.check is None:
            return Refusal(ExitCode.CONFLICT, "check.gone", f"the plan has no check for '{clean(self.item, 80)}'")
        if refusal := slips.over(scene):
            return refusal
        if self.check_sha256 != fingerprint(scene.plan, item.check):
            return Refusal(
                ExitCode.CONFLICT,
                "check.changed",
                f"the check of '{item.id}' changed while it ran; its result says nothing about the new one",
                f"gonogo check run {item.id}",
            )
        data: dict[str, Any] = {
            "title": item.title,
            "asked": clean(describe(item.check), 300),
            "outcome": self.outcome.value,
            "finished_at": self.finished_at.isoformat(timespec="milliseconds"),
            "summary": clean(self.summary),
            "output": clean_block(self.output[-OUTPUT_LIMIT:], OUTPUT_LIMIT),
            "output_sha256": self.output_sha256,
            "check_sha256": self.check_sha256,
            "seconds": self.seconds,
        }
        if self.files:
            data["files"] = {clean(word, 300): digest for word, digest in self.files.items()}
        if self.exit_code is not None:
            data["exit_code"] = self.exit_code
        result = scene.draft(kinds.CHECK_FINISHED, f"item:{item.id}", data)
        return (result, *_consequence(scene, item, self))


def record_of(item: str, found: Finding, check_sha256: str) -> RecordCheck:
    """The finding as a command for the journal."""
    return RecordCheck(
        item,
        found.outcome,
        found.finished_at,
        found.summary,
        check_sha256,
        found.output,
        found.output_sha256,
        int((found.finished_at - found.started_at).total_seconds()),
        found.exit_code,
        found.files,
    )


def _consequence(scene: Scene, item: Item, command: RecordCheck) -> tuple[Draft, ...]:
    now = scene.state.item(item.id)
    subject = f"item:{item.id}"
    if command.outcome is CheckOutcome.PASSED:
        waits = any(scene.state.item(other).status is ItemStatus.OPEN for other in item.after)
        # a machine is no second person, and what people agreed on holds for machines too: the order, and which
        # items a job may tick. The result is on record all the same, and a person may tick on it.
        not_theirs = scene.actor.via == "ci" and not item.ci
        if now.status is not ItemStatus.OPEN or item.two_person or waits or not_theirs:
            return ()
        ticked = {"title": item.title, "check": True}
        return (scene.draft(kinds.ITEM_TICKED, subject, ticked, expect=now.seq, number=1),)
    if now.status is ItemStatus.DONE and now.check:
        reason = f"its check {command.outcome}: {clean(command.summary, 200)}"
        reopened = {"title": item.title, "check": True, "reason": reason}
        return (scene.draft(kinds.ITEM_UNTICKED, subject, reopened, expect=now.seq, number=1),)
    return ()
