"""Results of checks: what a check found becomes a fact, and the item it decides follows."""

from typing import Any

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.checks import Standing, describe, fingerprint, standing
from gonogo.domain.decisions.scene import Answer, Refusal, Scene
from gonogo.domain.events import Draft
from gonogo.domain.folds.checks import CheckOutcome
from gonogo.domain.plan import Check, Item
from gonogo.domain.state import ItemStatus
from gonogo.domain.text import clean, clean_block
from gonogo.errors import ExitCode

OUTPUT_LIMIT = 8 * 1024 + 100
"""Characters of output that are kept: what a finding keeps, and its word about what is missing."""


class RecordCheck(Struct, frozen=True):
    """The check of an item has ended."""

    item: str
    outcome: CheckOutcome
    summary: str
    finished_at: str
    """UTC, ISO 8601."""
    check_sha256: str
    """Of the check that was run: the plan may state another one by now."""
    output: str = ""
    output_sha256: str = ""
    seconds: int = 0
    exit_code: int | None = None


Commands = RecordCheck


def decide(scene: Scene, command: Commands) -> Answer:
    """Record the result, and tick or reopen the item when it says so."""
    item = scene.plan.item(command.item)
    if item is None or item.check is None:
        return Refusal(ExitCode.CONFLICT, "check.gone", f"the plan has no check for '{clean(command.item, 80)}'")
    if command.check_sha256 != fingerprint(item.check):
        return Refusal(
            ExitCode.CONFLICT,
            "check.changed",
            f"the check of '{item.id}' changed while it ran; its result says nothing about the new one",
            f"gonogo check run {item.id}",
        )
    data: dict[str, Any] = {
        "title": item.title,
        "asked": clean(describe(item.check), 300),
        "outcome": command.outcome.value,
        "summary": clean(command.summary, 300),
        "finished_at": command.finished_at,
        "seconds": command.seconds,
        "output": clean_block(command.output, OUTPUT_LIMIT),
        "output_sha256": command.output_sha256,
        "check_sha256": command.check_sha256,
    }
    if command.exit_code is not None:
        data["exit_code"] = command.exit_code
    result = scene.draft(kinds.CHECK_FINISHED, f"check:{item.id}", data)
    return (result, *_consequence(scene, item, command))


def _consequence(scene: Scene, item: Item, command: RecordCheck) -> tuple[Draft, ...]:
    now = scene.state.item(item.id)
    subject = f"item:{item.id}"
    if command.outcome is CheckOutcome.PASSED:
        waits = any(scene.state.item(other).status is ItemStatus.OPEN for other in item.after)
        # a machine is no second person, and an order people agreed on holds for machines too
        if now.status is not ItemStatus.OPEN or item.two_person or waits:
            return ()
        ticked = {"title": item.title, "check": True}
        return (scene.draft(kinds.ITEM_TICKED, subject, ticked, expect=now.seq, number=1),)
    if now.status is ItemStatus.DONE and now.check:
        reason = f"its check {command.outcome}: {clean(command.summary, 200)}"
        reopened = {"title": item.title, "check": True, "reason": reason}
        return (scene.draft(kinds.ITEM_UNTICKED, subject, reopened, expect=now.seq, number=1),)
    return ()


_NOT_PASSED = {
    Standing.NEVER: "has not been run",
    Standing.FAILED: "failed",
    Standing.UNKNOWN: "found nothing out",
    Standing.STALE: "passed too long ago",
    Standing.CHANGED: "was run before the plan changed it",
}


def refuse_by_hand(scene: Scene, item: Item, check: Check) -> Refusal | None:
    """Why a person may not tick an item with this check; None when the check has passed and still counts."""
    says = standing(check, scene.state.checks.get(item.id), scene.now)
    if says is Standing.PASSED:
        return None
    return Refusal(
        ExitCode.NO_GO,
        "item.checked",
        f"'{item.id}' is decided by its check, which {_NOT_PASSED[says]}",
        f"gonogo check run {item.id}    or  gonogo skip {item.id} --reason '...'",
    )
