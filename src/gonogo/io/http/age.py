"""How old an answer is by its own headers, and who passed it on: a cache's word is not the endpoint's.

A cache that follows the standard says so: `Age`, a `Date` that stands still, `Warning: 110`. One that hides its
age is found by asking in a form it has not kept (`io/probes/past_caches.py`).
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from gonogo.io.http.question import Answer
from gonogo.text import clean

CLOCKS = 60.0
"""Seconds by which the clock of an endpoint may be behind ours before its `Date` counts as an age."""
_MARKS = (
    "via", "x-cache", "x-cache-status", "x-proxy-cache", "x-varnish-cache", "cf-cache-status", "cdn-cache",
    "x-served-by", "x-drupal-cache", "x-vercel-cache", "cache-status",
)  # fmt: skip
_STALE = frozenset({"110", "111", "112", "113"})
"""Codes of `Warning`: stale, revalidation failed, disconnected, heuristic expiration."""
_LONGEST = 366 * 24 * 3600
_MARK_LIMIT = 60
_MARKS_LIMIT = 160


def age_of(answer: Answer, now: datetime) -> float:
    """Seconds since the endpoint itself said this, by the oldest of what the answer tells; 0.0 when all is new.

    `now` (UTC) is when the answer was complete.
    """
    return max(answer.age, _age_header(answer), _by_date(answer, now))


def is_called_stale(answer: Answer) -> bool:
    """Whether a cache says of its own answer that it is out of date."""
    return any(value.strip()[:3] in _STALE for value in answer.values("warning"))


def marks_of(answer: Answer) -> str:
    """What caches wrote on the answer: `x-cache: HIT, via: 1.1 varnish`; "" when nothing."""
    marks = [f"{name}: {clean(value, _MARK_LIMIT)}" for name in _MARKS for value in answer.values(name)[:1]]
    return clean(", ".join(marks), _MARKS_LIMIT)


def _age_header(answer: Answer) -> float:
    """The largest `Age`; proxies in a row may each have written one."""
    values = [part.strip() for value in answer.values("age") for part in value.split(",")]
    numbers = [int(text) for text in values if text.isascii() and text.isdecimal() and len(text) <= 12]
    return float(min(max(numbers, default=0), _LONGEST))


def _by_date(answer: Answer, now: datetime) -> float:
    """How far the oldest `Date` lies behind, where that is more than clocks differ."""
    behind = max((_behind(value, now) for value in answer.values("date")), default=0.0)
    return min(behind, float(_LONGEST)) if behind > CLOCKS else 0.0


def _behind(date: str, now: datetime) -> float:
    """Seconds from an HTTP date to `now`; 0.0 for what is no date."""
    try:
        dated = parsedate_to_datetime(date)
        return (now - (dated.replace(tzinfo=UTC) if dated.tzinfo is None else dated)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
