"""When one answer calls for many: enough looks at one URL to believe that nobody behind it runs something else.

Only an answer that would count is worth them: the planned version, and well. They follow a change (the first
answer of a session is one) and are not repeated while nothing changes: a settled cell costs no more than before.
A decision asks in a process or a poller of its own, and so looks anew.
"""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from gonogo.facts import Observation, Seen, Status
from gonogo.facts.history import is_planned
from gonogo.facts.pollers import said_by
from gonogo.plan import Product
from gonogo.plan.sampling import LOOKS_LIMIT

_REST = 4
"""Answers that must agree after a look that did not, before many are taken again: a rollout under way has many."""
_OTHERS = 2
"""Looks that say something else, after which more would only repeat it."""
_FAILURES = 3
"""Looks without an answer that are made up for."""


class Enough:
    """How many looks in a row say what the last one says, and when more are worth taking."""

    def __init__(self, product: Product | None, needed: int) -> None:
        self._product = product
        self._needed = needed
        self._said: tuple[object, ...] | None = None
        self._looks = 0
        self._rest = 0

    def wanted(self, seen: Observation) -> int:
        """How many looks are to follow this answer at once."""
        if not isinstance(seen, Seen) or not seen.looks:
            return 0
        if not self._would_count(seen) or self._looks >= self._needed:
            return 0
        if self._rest:
            self._rest -= 1
            return 0
        return self._needed - self._looks

    def take(self, seen: Observation) -> Observation:
        """Take in what was looked at; returns it with the number of looks in all."""
        if not isinstance(seen, Seen) or not seen.looks:
            self._said, self._looks = None, 0
            return seen
        said = said_by(seen)
        self._looks = min(self._looks + seen.looks if said == self._said else seen.looks, LOOKS_LIMIT)
        self._said = said
        return replace(seen, in_all=self._looks)

    def differed(self) -> None:
        """Some looks said one thing and some another."""
        self._rest = _REST

    def _would_count(self, seen: Seen) -> bool:
        product, version = self._product, seen.versions[0].version
        if product is None or seen.status is not Status.SUCCEEDED or seen.elsewhere:
            return False
        return is_planned(product, (version,))


class Burst:
    """See `ports.Looks`."""

    def __init__(
        self, first: Seen, wanted: int, look: Callable[[], Awaitable[Observation]], enough: Enough
    ) -> None:
        self.wanted = wanted
        self._first = first
        self._look = look
        self._enough = enough
        self._found: list[Seen] = []
        self._others = 0
        self._failures = 0
        self._last_failure: Observation | None = None

    async def look(self) -> None:
        """See `ports.Looks`."""
        seen = await self._look()
        if not isinstance(seen, Seen) or not seen.looks:
            self._failures += 1
            self._last_failure = seen
            self.wanted = self.wanted if self._failures <= _FAILURES else 0
            return
        self._found.append(seen)
        self._others += said_by(seen) != said_by(self._first)
        self.wanted = max(0, self.wanted - 1) if self._others < _OTHERS else 0

    def observations(self) -> tuple[Observation, ...]:
        """What they came to, in the order they came: those in a row that say the same as one."""
        if self._others:
            self._enough.differed()
        together = [self._enough.take(seen) for seen in in_rows(self._found)]
        if self._failures > _FAILURES and self._last_failure is not None:
            return (*together, self._last_failure)
        return tuple(together)


def in_rows(found: Sequence[Seen]) -> list[Seen]:
    """Answers in a row that say the same, each as its newest with the number of looks. Pure."""
    rows: list[Seen] = []
    for seen in found:
        if rows and said_by(rows[-1]) == said_by(seen):
            rows[-1] = replace(seen, looks=rows[-1].looks + seen.looks)
        else:
            rows.append(seen)
    return rows
