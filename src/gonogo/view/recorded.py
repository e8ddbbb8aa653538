"""What was recorded for a moment, in words that do not claim more than was seen."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from gonogo.facts.history import NotRecorded, Ran, shown
from gonogo.plan import Target
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone


def recorded_lines(found: Mapping[Target, Ran | NotRecorded], at: datetime, zone: ZoneInfo) -> tuple[Line, ...]:
    """A line for each cell, then what such a record is worth."""
    form = "%Y-%m-%d %H:%M:%S" if at.second else "%Y-%m-%d %H:%M"
    local = f"{at.astimezone(zone):{form}} {zone.key}"
    utc = "" if zone.key == "UTC" else f" ({at:{form}} UTC)"
    wide = max((len(str(target)) for target in found), default=0)
    return (
        (Span(f"what the journal says ran at {local}{utc}", Tone.STRONG),),
        *(_line(target, one, at, wide) for target, one in found.items()),
        (
            Span(
                "The journal holds what was seen first and when. Between two records nobody may have looked.",
                Tone.MUTED,
            ),
        ),
    )


def _line(target: Target, found: Ran | NotRecorded, at: datetime, wide: int) -> Line:
    name = Span(f"{target!s:<{wide}}  ", Tone.STRONG)
    if isinstance(found, NotRecorded):
        first = found.first
        later = f"; first seen {first.since:%Y-%m-%d %H:%M:%S} UTC: {shown(first.versions)}" if first else ""
        return (name, Span("not recorded", Tone.UNKNOWN), Span(later, Tone.MUTED))
    record, following = found.record, found.next
    status = "" if record.status == "succeeded" else f" ({record.status.replace('_', ' ')})"
    since = f"  seen {span(at - record.since)} before by {record.by}, {record.since:%Y-%m-%d %H:%M:%S} UTC"
    if following is None:
        end = "; nothing else recorded since"
    else:
        end = f"; next record {span(following.since - at)} after: {shown(following.versions)}"
        end += "" if following.status == "succeeded" else f" ({following.status.replace('_', ' ')})"
    return (name, Span(f"{shown(record.versions)}{status}"), Span(f"{since}{end}", Tone.MUTED))
