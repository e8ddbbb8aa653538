"""A list of deployments, as forges keep it: which of them runs, and how the newest stands.

The newest is not always what runs: while it is under way, and after it failed, the one before still does. What
waits (for approval, for its turn) has not begun and never runs; what was called off or skipped never ran. So the
list is read until one that succeeded, or to its end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT
from gonogo.io.probes.interface import NotUnderstood, Outcome, Understood
from gonogo.text import clean

LOOKED_AT = 100
"""Deployments that are looked at; who has more of them waiting or failed in a row has no answer here."""
_NAMED = 4


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
    waits: bool = False
    """It has not begun: for approval, or for its turn."""


def standing(newest_first: Sequence[Deployment], place: str, excerpt: str, *, cut: bool = False) -> Outcome:
    """What a list says, the newest deployment first. `cut` where it goes on and was not read further. Pure."""
    listed = [one for one in newest_first if one.status is not None]
    if not listed:
        why = "only deployments that were called off" if newest_first else "no deployment is recorded"
        why = f"{why} among the newest" if cut else why
        return NotUnderstood(Reason.NO_DATA, why, excerpt)
    newest = listed[0]
    begun = [one for one in listed if not one.waits]
    succeeded = next((one for one in begun if one.status is Status.SUCCEEDED), None)
    shown = succeeded or next(iter(begun), None)
    told = "; ".join(filter(None, (_waiting(listed), _unfinished(begun))))
    if succeeded is None:
        told += f"; none of the newest {len(newest_first)} succeeded" if cut else "; no successful one is known"
    if shown is None:
        return NotUnderstood(Reason.NO_DATA, clean(told, DETAIL_LIMIT), excerpt)
    if not shown.version:
        return NotUnderstood(Reason.NO_VERSION, "the deployment that runs names no version", excerpt)
    # what waits says nothing of what runs, so one that failed below it is not covered by it
    judged = newest if begun[0] is succeeded else begun[0]
    running = Running(shown.version, shown.revision)
    status = judged.status or Status.UNKNOWN
    return Understood((running,), status, judged.at, clean(told, DETAIL_LIMIT), place, excerpt, judged.link)


def _waiting(listed: Sequence[Deployment]) -> str:
    """How many newer ones have not begun: what they would bring is no version of this cell."""
    count = next((index for index, one in enumerate(listed) if not one.waits), len(listed))
    if not count:
        return ""
    newer = "" if count == len(listed) else "newer "
    have = "deployment has" if count == 1 else "deployments have"
    return f"{count} {newer}{have} not begun: '{listed[0].word}'"


def _unfinished(begun: Sequence[Deployment]) -> str:
    newest = next(iter(begun), None)
    if newest is None or newest.status is Status.SUCCEEDED:
        return ""
    return f"{newest.version or 'the newest'} is '{newest.word}'"


def of_several(
    names: Iterable[str], what: str, key: str, wanted: Sequence[str], excerpt: str
) -> NotUnderstood | None:
    """Why nobody can tell whose deployments a list holds: they are of several `what`, and the plan names none."""
    found = list(dict.fromkeys(name for name in names if name))
    if wanted or len(found) < 2:
        return None
    more = ", ..." if len(found) > _NAMED else ""
    told = f"deployments by several {what}: {', '.join(found[:_NAMED])}{more}: name yours with `{key}:`"
    return NotUnderstood(Reason.NO_DATA, clean(told, DETAIL_LIMIT), excerpt)
