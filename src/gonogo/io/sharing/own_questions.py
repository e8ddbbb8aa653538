"""Which sources this session asks itself although another account answers them, to compare the two answers.

A few per interval. First what another account says otherwise than this one did, then at random: the longer this
account has not asked, the likelier, and production before the rest. Sessions of one account count as one.
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from gonogo.facts import Missing, Observation, Reason, Seen
from gonogo.facts.hearsay import PATIENCE, differ
from gonogo.io.sharing.keys import Asked
from gonogo.plan import Target

MOST = 3
"""Own questions of one session in an interval."""
_SOURCES_EACH = 7
"""Sources of other accounts for which one own question per interval is enough."""
_PRODUCTION = 3.0
"""How much likelier a source is chosen that speaks of production."""
_RESTS = 3.0
"""Intervals for which a source that two accounts agree on is not asked for that again."""
_NEVER = 20.0
"""Intervals since the last own answer that count at most, and for a source that was never asked."""
_LATEST = 1.5
"""Intervals after which a chosen source is asked, whatever others have published meanwhile."""
_LEAD = (0.6, 1.0)
"""Seconds before the other account's next question is due: asked then, this one takes its place."""
_TURNED_DOWN = 20 * 60.0
"""Seconds until a source is asked again whose credential did not serve this account."""


class Chosen(Struct, frozen=True):
    """A source that is to be asked by this session."""

    at: float
    """Steady seconds of the choice."""
    lead: float
    """Seconds before the others' question."""
    at_once: bool
    """Two accounts differ."""


class OwnQuestions:
    """What this account has asked itself, what others said since, and what to ask next. Not thread-safe."""

    def __init__(self, asked: Iterable[Asked], production: Collection[str], rng: random.Random) -> None:
        """`production` are the keys of sources that speak of production."""
        self._asked: Mapping[str, Asked] = {one.key: one for one in asked}
        self._production = frozenset(production)
        self._rng = rng
        self._own: dict[str, dict[Target, Observation]] = {}
        self._own_at: dict[str, float] = {}
        self._failed: dict[str, int] = {}
        self._told: dict[str, tuple[Observation, ...]] = {}
        """The newest answers of other accounts that came after the own one."""
        self._closed: dict[str, float] = {}
        """Until when this account's credential is not tried again."""
        self._chosen: dict[str, Chosen] = {}
        self._next_choice = float("-inf")

    def told(self, key: str, observations: Sequence[Observation], *, more: bool = False) -> None:
        """Another account has published an answer, or `more` of one."""
        self._told[key] = (*(self._told.get(key, ()) if more else ()), *observations)

    def answered(self, key: str, observations: Sequence[Observation], now: float, *, more: bool = False) -> None:
        """A session of this account has asked; `now` is steady seconds. `more`: of the same answer."""
        self._own_at[key] = now
        self._chosen.pop(key, None)
        if all(isinstance(one, Missing) for one in observations):
            self._failed[key] = self._failed.get(key, 0) + 1
            if any(isinstance(one, Missing) and one.reason is Reason.UNAUTHORIZED for one in observations):
                self._closed[key] = now + _TURNED_DOWN
            if self._failed[key] < PATIENCE:
                return
        else:
            self._failed.pop(key, None)
        before = self._own.get(key, {}) if more else {}
        self._own[key] = before | {one.target: one for one in observations}
        self._told.pop(key, None)

    def is_chosen(self, key: str) -> bool:
        """Whether it is among those that this session asks itself."""
        return key in self._chosen

    def left(self, key: str, now: float, due: float) -> float | None:
        """Seconds until this session asks; None while it was not chosen. `due`: when others mean to ask next."""
        chosen = self._chosen.get(key)
        if chosen is None:
            return None
        if chosen.at_once:
            return 0.0
        return max(0.0, min(due - chosen.lead, chosen.at + _LATEST * self._asked[key].pace) - now)

    def choose(self, now: float) -> tuple[str, ...]:
        """Once per interval: what to ask; the caller drops what it may not ask."""
        if now < self._next_choice or not self._told:
            return ()
        candidates = [key for key in self._told if self._closed.get(key, now) <= now]
        self._next_choice = now + min((self._asked[key].pace for key in self._told), default=0.0)
        differing = [key for key in candidates if self._differs(key)]
        self._rng.shuffle(differing)
        number = min(MOST, 1 + len(candidates) // _SOURCES_EACH)
        found = differing[:MOST]
        rest = [
            key for key in candidates if key not in {*found, *self._chosen} and self._since(key, now) >= _RESTS
        ]
        while rest and len(found) < number:
            key = self._rng.choices(rest, [self._weight(one, now) for one in rest])[0]
            rest.remove(key)
            found.append(key)
        for key in found:
            lead = min(self._asked[key].pace / 4, self._rng.uniform(*_LEAD))
            self._chosen[key] = Chosen(now, lead, key in differing)
        return tuple(found)

    def drop(self, key: str) -> None:
        """This account has not what it takes to ask it."""
        self._chosen.pop(key, None)

    def _differs(self, key: str) -> bool:
        if self._failed.get(key):
            return True
        own = self._own.get(key, {})
        return any(
            isinstance(one, Seen) and one.target in own and differ(own[one.target], one) for one in self._told[key]
        )

    def _since(self, key: str, now: float) -> float:
        """Intervals since this account asked."""
        return min((now - self._own_at.get(key, float("-inf"))) / self._asked[key].pace, _NEVER)

    def _weight(self, key: str, now: float) -> float:
        """The square makes the one that waits longest nearly certain, and leaves nobody out."""
        return (1.0 + self._since(key, now)) ** 2 * (_PRODUCTION if key in self._production else 1.0)
