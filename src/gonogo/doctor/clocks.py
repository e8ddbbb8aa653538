"""Do the clocks agree? Ours with those of the endpoints, and with the newest record of the journal."""

import statistics
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from gonogo.doctor.endpoints import HostAnswer
from gonogo.doctor.finding import Finding, Level
from gonogo.errors import GonogoError
from gonogo.events import Event
from gonogo.io.http.question import Answer
from gonogo.io.journal.layout import read_store
from gonogo.io.journal.trail import Trail
from gonogo.text.spans import span

GROUP = "clock"
TOLERANCE = timedelta(seconds=5)
"""A Date header counts whole seconds, and the answer was on its way."""
_MANY = 3
"""So many hosts that agree against us are right."""


def findings(answers: Iterable[HostAnswer], directory: Path | None, now: datetime) -> Iterator[Finding]:
    """Our own clock, those of hosts that differ, and the journal's."""
    skews = {found.place.origin: skew for found in answers if (skew := _skew(found)) is not None}
    ours = timedelta(seconds=statistics.median(skew.total_seconds() for skew in skews.values())) if skews else None
    if ours is None:
        yield Finding(GROUP, Level.WARN, "this host", "no endpoint told the time", "timedatectl status")
    elif abs(ours) > TOLERANCE and len(skews) >= _MANY:
        what = f"is {_how_far(-ours)} by most of {len(skews)} endpoints"
        yield Finding(GROUP, Level.FAIL, "this host", what, "timedatectl status; ages and windows are wrong here")
    else:
        yield Finding(GROUP, Level.OK, "this host", f"agrees with {_count(len(skews))}")
    for origin, skew in skews.items():
        if abs(skew) > TOLERANCE and (ours is None or abs(skew - ours) > TOLERANCE or len(skews) < _MANY):
            what = f"its clock is {_how_far(skew)} by ours"
            remedy = "times it reports are that far off; have its clock set, or check ours: timedatectl status"
            yield Finding(GROUP, Level.WARN, origin, what, remedy)
    if directory is not None:
        yield from _journal(directory, now)


def _skew(found: HostAnswer) -> timedelta | None:
    """How far the endpoint's clock is ahead of ours; None when it does not say."""
    if not isinstance(found.answer, Answer):
        return None
    try:
        dated = parsedate_to_datetime(next(iter(found.answer.values("date")), ""))
        return dated + timedelta(seconds=0.5) - found.asked_at
    except (ValueError, TypeError, OverflowError):
        return None


def _how_far(skew: timedelta) -> str:
    return f"{span(abs(skew))} {'ahead' if skew > timedelta(0) else 'behind'}"


def _count(number: int) -> str:
    return f"{number} endpoint" + ("" if number == 1 else "s")


def _journal(directory: Path, now: datetime) -> Iterator[Finding]:
    """A record from the future was written under a wrong clock, or ours is wrong."""
    newest = newest_event(directory)
    if newest is None:
        return
    ahead = newest.at - now
    if ahead > TOLERANCE:
        what = f"record {newest.seq} by {newest.actor.user} is dated {span(ahead)} in the future"
        yield Finding(
            GROUP, Level.FAIL, "journal", what, "timedatectl status, here and on the host it was written on"
        )
    else:
        yield Finding(GROUP, Level.OK, "journal", f"its newest record is {span(-ahead)} old")


def newest_event(directory: Path) -> Event | None:
    """The last record that can be read; None where there is none. Takes no lock and writes nothing."""
    try:
        store = read_store(directory)
        if store is None:
            return None
        trail = Trail(directory, store, None, time.monotonic)
        trail.catch_up()
        events = trail.take()
    except GonogoError:
        return None  # `journal` says what is wrong with it
    return max(events, key=lambda event: event.at, default=None)
