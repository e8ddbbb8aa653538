"""What a cell's own answers add up to: the last good one, a silence since, and whether several versions share it.

One answer from one URL is a sample. While a canary runs, a balancer answers now with the old version, now
with the new one; the last answer alone would flap between "done" and "not done". So:

- an answer that differs from the one before shows both, until it has been confirmed once;
- a version that comes back after another was seen makes a split, when each was seen twice in the last ten;
- a version leaves a split after twenty answers without it.
"""

from collections import Counter
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.domain.observation import Missing, Observation, Running, Seen

WINDOW = 10
"""Answers in which each version of a split must have been seen `CONFIRM` times."""
CONFIRM = 2
MEMORY = 20
"""Answers without a version after which it has left the split."""


class Evidence(Struct, frozen=True):
    """Everything this session knows about one target."""

    seen: Seen | None = None
    """The last answer as the source gave it; None when it never answered."""
    missing: Missing | None = None
    """The newest attempt, when it failed."""
    silent_since: datetime | None = None
    """UTC, when the first of the failures in a row ended; None while it answers."""
    recent: tuple[str, ...] = ()
    """Versions of the last single-version answers, oldest first."""
    split: tuple[str, ...] = ()
    """Versions that share the target by sampling; empty when one has it alone."""

    @property
    def versions(self) -> tuple[Running, ...]:
        """What runs there: the source's own set, or what the samples say."""
        if self.seen is None:
            return ()
        if len(self.seen.versions) != 1:
            return self.seen.versions
        newest = self.seen.versions[0]
        if self.split:
            counts = Counter(self.recent)
            total = sum(counts[name] for name in self.split)
            shares = {name: 100 * counts[name] / total for name in self.split}
            return tuple(replace(newest, version=name, revision="", weight=shares[name]) for name in self.split)
        if self.unconfirmed:
            # two answers are no share of anything: both are named, neither gets a number
            return tuple(replace(newest, version=name, revision="", weight=None) for name in self.unconfirmed)
        return self.seen.versions

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The version before and the new one, while only one answer speaks for the new one; else empty."""
        if len(self.recent) < 2 or self.recent[-1] == self.recent[-2]:
            return ()
        return (self.recent[-2], self.recent[-1])

    @property
    def sampled(self) -> bool:
        """Whether the shares are counted from answers instead of stated by the source."""
        return bool(self.split or self.unconfirmed)

    @property
    def settled(self) -> bool:
        """Whether this is firm enough to be written into history."""
        return self.seen is not None and self.missing is None and not self.unconfirmed


NOTHING = Evidence()


def absorb(evidence: Evidence, observation: Observation) -> Evidence:
    """Return the evidence with one more observation. An older answer than the last one changes nothing."""
    if isinstance(observation, Missing):
        return _silence(evidence, observation)
    if evidence.seen is not None and observation.polled_at < evidence.seen.polled_at:
        return evidence
    if len(observation.versions) != 1:
        return Evidence(seen=observation)
    recent = (*evidence.recent, observation.versions[0].version)[-MEMORY:]
    return Evidence(seen=observation, recent=recent, split=_split(evidence.split, recent))


def _silence(evidence: Evidence, missing: Missing) -> Evidence:
    return replace(evidence, missing=missing, silent_since=evidence.silent_since or missing.polled_at)


def _split(before: tuple[str, ...], recent: tuple[str, ...]) -> tuple[str, ...]:
    staying = [name for name in before if name in recent]
    window = recent[-WINDOW:]
    counts = Counter(window)
    joined = [name for name in counts if counts[name] >= CONFIRM] if _alternates(window) else []
    members = list(dict.fromkeys([*staying, *joined]))
    return tuple(sorted(members, key=recent.index)) if len(members) > 1 else ()


def _alternates(window: tuple[str, ...]) -> bool:
    """Whether some version came back after another was seen: a switch does not, a split does."""
    changes = [name for position, name in enumerate(window) if position == 0 or window[position - 1] != name]
    return len(changes) != len(set(changes))
