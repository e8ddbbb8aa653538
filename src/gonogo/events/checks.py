"""What checks of items found, as recorded: the last result of each."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, moment, name_of, number, text


class CheckOutcome(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be asked, gave no data, or was stopped. Never passed."""


class CheckResult(Struct, frozen=True):
    """The last result of the check of one item."""

    item: str
    outcome: CheckOutcome
    actor: Actor
    at: datetime
    """UTC, when it was recorded."""
    seq: int
    finished_at: datetime | None = None
    """UTC, when the check itself ended: what its age is counted from."""
    summary: str = ""
    """One line: exit code, status, number."""
    output: str = ""
    """Last lines of what it said, bounded."""
    output_sha256: str = ""
    """Of everything it said."""
    check_sha256: str = ""
    """Of the check as the plan stated it: a changed check makes the result worthless."""
    seconds: int = 0
    exit_code: int | None = None
    files: Mapping[str, str] = {}
    """SHA-256 of the files its command named, by the word that names them."""


class ChecksFold:
    """The working copy of the results while a replay runs."""

    def __init__(self, checks: Mapping[str, CheckResult]) -> None:
        self.checks = dict(checks)
        self.handlers: Handlers = {kinds.CHECK_FINISHED: self._finish}

    def _finish(self, event: Event) -> None:
        data = event.data
        try:
            outcome = CheckOutcome(text(data, "outcome"))
        except ValueError:
            outcome = CheckOutcome.UNKNOWN
        output = data.get("output")
        self.checks[name_of(event)] = CheckResult(
            name_of(event),
            outcome,
            event.actor,
            event.at,
            event.seq,
            moment(data, "finished_at"),
            text(data, "summary"),
            output if isinstance(output, str) else "",
            text(data, "output_sha256"),
            text(data, "check_sha256"),
            number(data, "seconds"),
            number(data, "exit_code") if "exit_code" in data else None,
            _texts(data.get("files")),
        )


def _texts(value: object) -> Mapping[str, str]:
    if not value or not isinstance(value, Mapping):
        return {}
    return {name: one for name, one in value.items() if isinstance(name, str) and isinstance(one, str)}
