"""How long what git and the files of a repository said counts: a tag may have been moved since.

Endpoints and metrics have times of their own in the plan. Repositories have none: sessions that stay open look at
them every few seconds, or every half minute, and a decision is made on a look of its own.
"""

from datetime import datetime, timedelta

from gonogo.text.spans import span

LASTS = timedelta(minutes=3)
"""Older than this, what was said is not known any more."""
_AHEAD = timedelta(seconds=10)
"""Clocks of one host may differ by as much while one is being set; beyond it nobody knows how old it is."""


def why_old(at: datetime | None, now: datetime) -> str:
    """Why what was looked at `at` (UTC) does not count at `now` (UTC); "" when it does.

    None means that nobody knows when it was, or that the last look came to no end.
    """
    if at is None:
        return "nobody could look at it just now"
    if at - now > _AHEAD:
        return "the clock was put back since it was looked at"
    if now - at > LASTS:
        return f"it was last looked at {span(now - at)} ago"
    return ""
