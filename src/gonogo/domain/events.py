"""Events: accepted facts, in one order, never changed. State is a fold of them and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NewType

from msgspec import Struct

EventId = NewType("EventId", str)
"""Made by whoever submits; the same id sent twice is one event."""

# The kinds of issue-one events. A kind this version does not know is kept and shown, never dropped.
ITEM_TICKED = "item.ticked"
ITEM_UNTICKED = "item.unticked"
ITEM_SKIPPED = "item.skipped"
ITEM_NOTED = "item.noted"
CELL_CHANGED = "cell.changed"


class Actor(Struct, frozen=True):
    """The unix account the kernel names, and from where it acted. Never `$USER`, never git's configuration."""

    uid: int
    user: str
    """Account name of `uid`, or `uid:1234` when the host knows no name for it."""
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
    """UTC; for display, never for order."""
    actor: Actor
    kind: str
    subject: str
    data: Mapping[str, Any]
    expect: int = 0
    plan_sha256: str = ""
    hash: str = ""
