"""The time of an event as far as the kernel bears it out: its author's clock may be wrong, or lie.

A record was written after its predecessor, and before the last change of the file it stands in, or of any file
that holds a later one. The kernel keeps the time of that change (ctime), and no account can set it.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from msgspec.structs import replace

from gonogo.events import Event
from gonogo.text.spans import span

TOLERANCE = timedelta(seconds=60)
"""A skew up to this is none: who waits for the lock or a key writes a little later than they said."""


class Times:
    """Judges the events of one journal in their order."""

    def __init__(self) -> None:
        self._before: datetime | None = None
        """Time of the event before."""

    def judge(self, events: Sequence[Event], ends: Mapping[int, datetime]) -> list[Event]:
        """The events, each between its predecessor and the first change of a file that can only be later.

        `ends` has, by the number of a file's last record, when the kernel saw that file change last.
        """
        numbers = sorted(ends)
        # from the back: a file that ends with a later record bounds all records before it
        bounds = list(accumulate((ends[number] for number in reversed(numbers)), min))[::-1]
        judged = []
        for event in events:
            place = bisect_left(numbers, event.seq)
            latest = bounds[place] if place < len(bounds) else None
            judged.append(self._judge(event, latest, ends.get(event.seq)))
        return judged

    def _judge(self, event: Event, latest: datetime | None, changed: datetime | None) -> Event:
        claimed, before = event.at, self._before
        at = claimed if latest is None else min(claimed, latest)
        self._before = at = at if before is None else max(at, before)
        if latest is not None and claimed - latest > TOLERANCE:
            skew = f"its time is {span(claimed - latest)} ahead of the kernel's: its author's clock was wrong"
            return replace(event, at=at, skew=skew, doubt=event.doubt or skew, flaw=event.doubt or skew)
        if before is not None and before - claimed > TOLERANCE:
            skew = f"its time is {span(before - claimed)} before that of the event it follows: a clock was wrong"
            return replace(event, at=at, skew=skew)
        if changed is not None and changed - at > TOLERANCE:
            late = span(changed - at)
            skew = (
                f"its file was changed {late} after the time it gives: a clock was wrong, or the file was touched"
            )
            return replace(event, at=at, skew=skew, counts_from=changed)
        return event if at == claimed else replace(event, at=at)
