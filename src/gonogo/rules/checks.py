"""Checks: conditions that decide an item by themselves. Which commands a plan has, what a result is worth.

How a check is carried out is `io.checks`. Here is only what follows from the plan, a recorded result
and the time: a result of another check, or one that has grown old, decides nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gonogo.events.checks import CheckOutcome, CheckResult
from gonogo.plan import Item, Plan
from gonogo.plan.conditions import Check, FileCheck, GitCheck, HttpCheck, MetricCheck, RunCheck
from gonogo.text import describe_command
from gonogo.text.spans import span

if TYPE_CHECKING:
    from gonogo.facts.named_files import NamedFiles

GOOD_FOR = timedelta(hours=1)
"""How long a result counts when the check does not say `good_for`."""

_AHEAD = timedelta(seconds=60)
"""A result dated further in the future than this comes from a wrong clock, and its age is not known."""


class Standing(StrEnum):
    """What the check of an item says now."""

    NEVER = "never"
    """It has not been run."""
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was run and found nothing out."""
    STALE = "stale"
    """It passed too long ago."""
    CHANGED = "changed"
    """The plan, or a file that its command names, is another one now than what was found out about."""


def good_for(check: Check) -> timedelta:
    """How long a result of this check counts."""
    return GOOD_FOR if check.good_for is None else check.good_for


def standing(
    plan: Plan, check: Check, result: CheckResult | None, now: datetime, files: "NamedFiles | None" = None
) -> Standing:
    """What `result`, the last recorded one, says at `now` (UTC) about an item with this check.

    `files` are what its command names now; None where nobody has read them.
    """
    if result is None:
        return Standing.NEVER
    if result.check_sha256 != fingerprint(plan, check):
        return Standing.CHANGED
    if result.outcome is CheckOutcome.FAILED:
        return Standing.FAILED
    if result.outcome is not CheckOutcome.PASSED:
        return Standing.UNKNOWN
    ended = result.finished_at or result.at
    if ended > now + _AHEAD:
        return Standing.UNKNOWN
    from gonogo.facts.named_files import what_changed, why_unseen  # a tick of an item without a check needs none

    if what_changed(result, files):
        return Standing.CHANGED
    if why_unseen(result, files, now):
        return Standing.UNKNOWN
    return Standing.STALE if now - ended >= good_for(check) else Standing.PASSED


def about_files(
    plan: Plan, check: Check, result: CheckResult | None, now: datetime, files: "NamedFiles | None"
) -> str:
    """Where `standing` is what it is because of a file: which one, and what is wrong with it. Else ""."""
    from gonogo.facts.named_files import what_changed, why_unseen

    says = standing(plan, check, result, now, files)
    if result is None or result.check_sha256 != fingerprint(plan, check):
        return ""
    if says is Standing.CHANGED:
        return f"{what_changed(result, files)} since it passed"
    asked = says is Standing.UNKNOWN and result.outcome is CheckOutcome.PASSED
    return why_unseen(result, files, now) if asked and (result.finished_at or result.at) <= now + _AHEAD else ""


def fingerprint(plan: Plan, check: Check) -> str:
    """SHA-256 of what a check asks for, with what the plan says about whatever it names.

    How long its answer is good for does not belong to it, nor where on this machine a repository lies.
    """
    return _sha256([*_asked(check), *_about(plan, check)])


def _asked(check: Check) -> list[Any]:
    """Kind, what it is about, and what else the plan says: recorded results are bound to exactly these words."""
    match check:
        case RunCheck():
            return ["run", check.argv, _said(timeout=check.timeout)]
        case HttpCheck():
            options = _said(expect=check.expect, contains=check.contains, timeout=check.timeout)
            return ["http", check.url, options]
        case MetricCheck():
            options = _said(above=check.above, below=check.below, **{"for": check.duration})
            return ["metric", check.metric, options]
        case FileCheck():
            return ["file", check.product, {}]
        case GitCheck():
            return ["git", check.product, _said(signed=check.signed, merged_into=check.merged_into)]


def _said(**options: object) -> dict[str, object]:
    return {name: value for name, value in options.items() if value is not None}


def _about(plan: Plan, check: Check) -> list[Any]:
    """An answer about version 1.2.3, or about another query, says nothing about what the plan names now."""
    if isinstance(check, MetricCheck):
        metric = next((one for one in plan.metrics if one.name == check.metric), None)
        source = next((one for one in plan.sources if metric is not None and one.id == metric.source), None)
        return [metric.query if metric else "", source.use if source else "", source.url if source else ""]
    product = plan.product(check.product) if isinstance(check, FileCheck | GitCheck) else None
    if product is None:
        return []
    files = [[one.path, one.key, one.pattern] for one in product.files] if isinstance(check, FileCheck) else []
    return [product.version, product.tag_name, product.revision, files]


class PlanCommand(Struct, frozen=True):
    """A command the plan would have us run for an item."""

    item: str
    argv: tuple[str, ...]


def commands(plan: Plan) -> tuple[PlanCommand, ...]:
    """Every command of the plan, in its order: what a person trusts is this set, whole."""
    return tuple(PlanCommand(item.id, item.check.argv) for item in plan.items if isinstance(item.check, RunCheck))


def command_set_digest(plan: Plan, files: Mapping[str, str]) -> str:
    """SHA-256 of the command set and of `files`, the SHA-256 of each file its words name (by word).

    It changes with any word of any command and any byte of those files, and with nothing else.
    """
    words = [[command.item, list(command.argv)] for command in commands(plan)]
    return _sha256([words, dict(files)] if files else words)


def checked_items(plan: Plan) -> tuple[Item, ...]:
    """The items a check decides."""
    return tuple(item for item in plan.items if item.check is not None)


def describe(check: Check) -> str:
    """What a check asks for, in one line."""
    match check:
        case RunCheck():
            return f"run {describe_command(check.argv)}"
        case HttpCheck():
            text = f" with the text '{check.contains}'" if check.contains else ""
            return f"http {check.url} expects {check.expect}{text}"
        case MetricCheck():
            limits = (("above", check.above), ("below", check.below))
            bounds = [f"{side} {limit:g}" for side, limit in limits if limit is not None]
            length = f" for {span(check.duration)}" if check.duration else ""
            return f"metric {check.metric} {' '.join(bounds)}{length}"
        case FileCheck():
            return f"version files of {check.product}"
        case GitCheck():
            merged = f", merged into {check.merged_into}" if check.merged_into else ""
            return f"tag of {check.product}{', signed' if check.signed else ''}{merged}"


def _sha256(value: Any) -> str:
    import hashlib  # brings OpenSSL along: only where a check is in question
    import json

    canonical = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value in types JSON has; a length of time in seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
