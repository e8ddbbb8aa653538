"""A list of deployments, as forges keep it: which of them runs, and how the newest stands.

The newest is not always what runs: while it is under way, and after it failed, the one before still does. Those
that were called off or skipped never ran and are passed over.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from gonogo.adapters.probes.interface import DETAIL_LIMIT, NotUnderstood, Outcome, Understood
from gonogo.domain.observation import Reason, Running, Status
from gonogo.domain.text import clean


class Deployment(Struct, frozen=True):
    """One entry of the list."""

    version: str
    """"" when the entry names none."""
    status: Status | None
    """None when it never ran: called off, skipped."""
    word: str
    """The forge's own word for its state."""
    revision: str = ""
    at: datetime | None = None
    """UTC, when its state came about."""
    link: str = ""


def standing(newest_first: Sequence[Deployment], place: str, excerpt: str) -> Outcome:
    """What a list says, the newest deployment first. Pure."""
    ran = [one for one in newest_first if one.status is not None]
    if not ran:
        why = "only deployments that were called off" if newest_first else "no deployment is recorded"
        return NotUnderstood(Reason.NO_DATA, why, excerpt)
    newest = ran[0]
    if newest.status is Status.SUCCEEDED:
        if not newest.version:
            return NotUnderstood(Reason.NO_VERSION, "the newest deployment names no version", excerpt)
        running = Running(newest.version, newest.revision)
        return Understood((running,), Status.SUCCEEDED, newest.at, "", place, excerpt, newest.link)
    before = next((one for one in ran[1:] if one.status is Status.SUCCEEDED), None)
    shown = before or newest
    if not shown.version:
        return NotUnderstood(Reason.NO_VERSION, "the deployment names no version", excerpt)
    told = f"{newest.version or 'the newest'} is '{newest.word}'"
    if before is None:
        told += "; no successful one before it is known"
    running = Running(shown.version, shown.revision)
    status = newest.status or Status.UNKNOWN
    return Understood((running,), status, newest.at, clean(told, DETAIL_LIMIT), place, excerpt, newest.link)
