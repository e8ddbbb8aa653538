"""The problems log: what was refused or went wrong, kept until the cockpit is left."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.text import clean, clean_block

LIMIT = 200


class Problem(Struct, frozen=True):
    """One thing that went wrong."""

    at: datetime
    """UTC, when it last happened."""
    source: str
    """journal | plan | endpoints | git | you | cockpit"""
    text: str
    remedy: str = ""
    times: int = 1


class Log(Struct, frozen=True):
    """All of them, newest first."""

    problems: tuple[Problem, ...] = ()
    unread: int = 0

    def with_one(self, at: datetime, source: str, text: str, remedy: str = "", *, seen: bool = False) -> "Log":
        """The log with one more; the same again is counted, not repeated. `seen`: somebody reads it already."""
        shown, hint = clean_block(text, 4_000), clean(remedy)
        last = self.problems[0] if self.problems else None
        if last is not None and (last.source, last.text, last.remedy) == (source, shown, hint):
            again = replace(last, at=at, times=last.times + 1)
            return Log((again, *self.problems[1:]), self.unread if seen else max(1, self.unread))
        told = (Problem(at, source, shown, hint), *self.problems)[:LIMIT]
        return Log(told, self.unread if seen else self.unread + 1)

    def read(self) -> "Log":
        """The log after somebody has looked at it."""
        return Log(self.problems)
