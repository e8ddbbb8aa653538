"""Events: accepted facts, in one order, never changed. State is a fold of them and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NewType

from msgspec import Struct

EventId = NewType("EventId", str)
"""Made by whoever submits; the same id sent twice is one event."""

# What each kind is about and what its data holds is listed in docs/journal.md.
# A kind this version does not know is kept and shown, never dropped.
ITEM_TICKED = "item.ticked"
ITEM_UNTICKED = "item.unticked"
ITEM_SKIPPED = "item.skipped"
ITEM_VOUCHED = "item.vouched"
ITEM_CLAIMED = "item.claimed"
ITEM_UNCLAIMED = "item.unclaimed"
ITEM_NOTED = "item.noted"
CHECK_FINISHED = "check.finished"
CELL_CHANGED = "cell.changed"
PLAN_RECORDED = "plan.recorded"
PLAN_AMENDED = "plan.amended"
RELEASE_STARTED = "release.started"
RELEASE_HELD = "release.held"
RELEASE_RESUMED = "release.resumed"
RELEASE_COMPLETED = "release.completed"
RELEASE_CANCELLED = "release.cancelled"
APPROVAL_GIVEN = "approval.given"
APPROVAL_REJECTED = "approval.rejected"
APPROVAL_REVOKED = "approval.revoked"
WAIVER_GIVEN = "waiver.given"
WAIVER_WITHDRAWN = "waiver.withdrawn"
GO_DECIDED = "go.decided"
GLASS_REQUESTED = "glass.requested"
GLASS_BROKEN = "glass.broken"
GLASS_ENDED = "glass.ended"
FREEZE_DECLARED = "freeze.declared"
FREEZE_THAWED = "freeze.thawed"
BATON_TAKEN = "baton.taken"
VERSION_MARKED_BAD = "version.marked-bad"
VERSION_CLEARED = "version.cleared"
VERSION_HELD = "version.held"
VERSION_RELEASED = "version.released"
TRIGGER_FIRED = "trigger.fired"
TRIGGER_ANSWERED = "trigger.answered"
TRIGGER_CLEARED = "trigger.cleared"
ROLLBACK_STARTED = "rollback.started"
NOTES_DRAFTED = "notes.drafted"
NOTES_DISCARDED = "notes.discarded"
MERGE_EQUATED = "merge.equated"
MERGE_WAIVED = "merge.waived"
MERGE_WITHDRAWN = "merge.withdrawn"
HOTFIX_STARTED = "hotfix.started"
HOTFIX_STEP_BEGUN = "hotfix.step-begun"
HOTFIX_STEP_DONE = "hotfix.step-done"
HOTFIX_STOPPED = "hotfix.stopped"
HOTFIX_RESOLVED = "hotfix.resolved"
HOTFIX_TESTED = "hotfix.tested"
HOTFIX_APPROVED = "hotfix.approved"
HOTFIX_REJECTED = "hotfix.rejected"
HOTFIX_PUSHED = "hotfix.pushed"
HOTFIX_PUSH_REFUSED = "hotfix.push-refused"
HOTFIX_ABORTED = "hotfix.aborted"
HOTFIX_FINISHED = "hotfix.finished"
ACT_REFUSED = "act.refused"

LIFTING = frozenset(
    {
        RELEASE_RESUMED, FREEZE_THAWED, APPROVAL_REVOKED, TRIGGER_ANSWERED, VERSION_CLEARED, VERSION_RELEASED,
        MERGE_EQUATED, MERGE_WAIVED, HOTFIX_APPROVED,
    }
)  # fmt: skip
"""Kinds that end what stops a release, or stand in for a proof: with a flaw they change nothing but the trail."""


STOPPING = frozenset(
    {
        RELEASE_HELD, FREEZE_DECLARED, ITEM_NOTED, ITEM_UNTICKED, ITEM_CLAIMED, ITEM_UNCLAIMED, APPROVAL_REJECTED,
        VERSION_MARKED_BAD, VERSION_HELD, TRIGGER_FIRED, ACT_REFUSED, GLASS_ENDED,
    }
)  # fmt: skip
"""Kinds that let nothing go: a session may record them whatever its clock says."""
NEEDS_ITS_AUTHOR = LIFTING | {ITEM_TICKED, ITEM_SKIPPED, ITEM_VOUCHED, BATON_TAKEN, HOTFIX_TESTED}
"""Kinds that let something go by who says it: while the journal doubts the author they change nothing either."""

SIMULATED = " (demo)"
"""End of the name of a simulated person: no account can be called so."""
GONE = " (account gone)"
"""End of the name of an author whose account this host does not have, or not any more."""


class Actor(Struct, frozen=True):
    """The unix account the kernel names, and from where it acted. Never `$USER`, never git's configuration."""

    uid: int
    user: str
    """Account name of `uid`, or `uid:1234` when the host knows no name for it.

    Of a record: the name the host gives its file's owner; the recorded name and GONE when that account is gone."""
    login: str = ""
    """Account the kernel recorded at log-in (loginuid); differs from `user` under sudo. "" when not recorded."""
    via: str = "cli"
    """tui | cli | ci"""
    sudo: str = ""
    """What sudo claims in the environment: shown as a claim, never believed."""
    host: str = ""
    boot_id: str = ""
    pid: int = 0
    tty: str = ""
    ssh_from: str = ""
    recorded: str = ""
    """Name that stands in the record where the host gives `uid` another one now, or none; "" where they agree.
    Found by the reader, never stored."""

    @property
    def written_as(self) -> str:
        """The account name as its record has it: what a signature covers."""
        return self.recorded or self.user


class Draft(Struct, frozen=True):
    """An event about to be written; sequence number, time, actor and hash are the journal's to give."""

    id: EventId
    kind: str
    subject: str
    """What it is about, such as `item:smoke-eu`, `cell:web/staging`, `release`."""
    data: Mapping[str, Any] = {}
    expect: int = 0
    """Sequence number of the subject's last event as its author saw it; 0 when none was seen."""
    plan_sha256: str = ""
    """Hash of the plan that was on the author's screen."""


class Event(Struct, frozen=True):
    """One accepted fact."""

    seq: int
    """Global order, from 1 without gaps. The only order there is: clocks of different people may differ."""
    id: EventId
    at: datetime
    """UTC, never for order. Never before its predecessor's, and never after its file was last changed, where the
    kernel was asked; else as its author's clock had it."""
    actor: Actor
    kind: str
    subject: str
    data: Mapping[str, Any]
    expect: int = 0
    plan_sha256: str = ""
    hash: str = ""
    flaw: str = ""
    """Why it decides nothing although it is on record: a signature that is missing or bad. Found by whoever reads
    it, never stored; "" when nothing is wrong, or nothing was asked for."""
    doubt: str = ""
    """Why the journal itself does not answer for it, such as a file that others can write; part of `flaw` then."""
    denied: str = ""
    """Why its author had no right to it by the plan of that moment; part of `flaw` then. Found by the reader."""
    skew: str = ""
    """What is wrong with the time its author's clock gave it; "" when nothing is known."""
    counts_from: datetime | None = None
    """UTC, from when on what it says has lasted for certain, where that is later than `at`; else None."""
