"""What a cell's own answers add up to, source by source: the last good one, a silence since, a split.

One answer from one URL is a sample. While a canary runs, a balancer answers now with the old version, now
with the new one; the last answer alone would flap between "done" and "not done". So, for each source:

- an answer that differs from the one before shows both, until it has been confirmed once;
- a version that comes back after another was seen makes a split, when each was seen again within ten answers;
- a version leaves a split after twenty answers without it.

How many looks in a row said the same is counted besides: few of them prove little (`sampling.looks_for`).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Role, Running, Seen
from gonogo.facts.hearsay import Contest, Hearsay
from gonogo.plan.sampling import LOOKS_LIMIT

WINDOW = 11
"""Answers in which each version of a split must have been seen `CONFIRM` times: again within ten after the first.

Not ten in all: a balancer that deals nine to one in strict turn shows the new version at every tenth answer
exactly, so ten answers in a row never hold it twice.
"""
CONFIRM = 2
MEMORY = 20
"""Answers without a version after which it has left the split."""
_JITTER = timedelta(milliseconds=500)
"""An answer that stands on an older one (304) is dated by it, as exactly as two clocks are read."""
LATEST = timedelta(minutes=2)
"""No answer comes later than this after a newer one: what seems to be older still was told by a clock put back."""


class Strand(Struct, frozen=True):
    """Everything one source said about one target."""

    origin: str = ""
    """As in the observations: the id of a source of the plan, "" for the cell's own probe."""
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
    heard: float | None = None
    """Seconds of the steady clock when the last good answer was taken in; None when nobody said."""
    looks: int = 0
    """Looks in a row that said what the last one says; 0 when its answers are no samples."""
    hearsay: Hearsay = Hearsay()
    """How answers of other accounts compare with this account's own."""

    @property
    def contest(self) -> Contest | None:
        """What another account says otherwise than this one; its answer is not among what is shown."""
        return self.hearsay.contest

    @property
    def counted(self) -> int:
        """Of how many answers the shares are."""
        return len(self.recent)

    @property
    def versions(self) -> tuple[Running, ...]:
        """What runs there: the source's own set, or what the samples say."""
        if self.seen is None:
            return ()
        if not self.recent:
            return self.seen.versions
        newest = self.seen.versions[0]
        if self.split:
            names = tuple(dict.fromkeys((*self.split, newest.version)))
            counts = Counter(self.recent)
            total = sum(counts[name] for name in names)
            return tuple(_sample(newest, name, 100 * counts[name] / total) for name in names)
        if self.unconfirmed:
            # two answers are no share of anything: both are named, neither gets a number
            return tuple(_sample(newest, name, None) for name in self.unconfirmed)
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
    def firm(self) -> bool:
        """Whether no answer waits to be confirmed by a second one."""
        return bool(self.split) or not self.unconfirmed


class Evidence(Struct, frozen=True):
    """Everything this session knows about one target."""

    strands: tuple[Strand, ...] = ()
    """One for each source that ever said something, the first to speak first."""

    def of(self, origin: str) -> Strand:
        """What that source said; an empty strand when it never did."""
        return next((strand for strand in self.strands if strand.origin == origin), Strand(origin))

    @property
    def settled(self) -> bool:
        """Whether this may be written into history: somebody answers, and no answer waits to be confirmed."""
        answering = [strand for strand in self.strands if strand.seen is not None and strand.missing is None]
        return bool(answering) and all(strand.firm for strand in answering)


NOTHING = Evidence()


def absorb(
    evidence: Evidence,
    observation: Observation,
    heard: float | None = None,
    before: Sequence[str] = (),
    now: datetime | None = None,
    me: str = "",
) -> Evidence:
    """Return the evidence with one more observation. An older answer than the last one changes nothing.

    `me` is this session's account; an answer of another account that this one contests does not count.

    `heard` is the steady clock's reading at this moment, `now` (UTC) that of the wall clock. `before` are the
    versions the journal recorded last: a session that begins takes them for the samples before its first, so that
    one answer overturns no record.
    """
    strand = evidence.of(observation.origin)
    hearsay = _compared(strand, observation, own=observation.by in {"", me})
    if isinstance(observation, Missing):
        after = _silence(strand, observation)
    elif _is_late(strand, observation, now):
        after, hearsay = strand, strand.hearsay
    elif hearsay.told is observation and hearsay.contest is not None:
        after = strand
    else:
        after = _answer(strand, observation, heard, tuple(before))
    after = replace(after, hearsay=hearsay)
    if any(one.origin == after.origin for one in evidence.strands):
        return Evidence(tuple(after if one.origin == after.origin else one for one in evidence.strands))
    return Evidence((*evidence.strands, after))


def _compared(strand: Strand, observation: Observation, *, own: bool) -> Hearsay:
    if own:
        return strand.hearsay.with_own(observation, strand.split)
    if isinstance(observation, Missing):
        return strand.hearsay
    return strand.hearsay.with_told(observation, strand.split)


def _sample(newest: Running, name: str, share: float | None) -> Running:
    """A version known from samples. The revision belongs to the newest answer's version only."""
    revision = newest.revision if name == newest.version else ""
    return replace(newest, version=name, revision=revision, weight=share, replicas=None, role=Role.UNKNOWN)


def _silence(strand: Strand, missing: Missing) -> Strand:
    return replace(strand, missing=missing, silent_since=strand.silent_since or missing.polled_at)


def _is_late(strand: Strand, seen: Seen, now: datetime | None) -> bool:
    """Whether a newer answer is here already. One from the future was dated by a clock that was put back since."""
    if strand.seen is None or (now is not None and strand.seen.polled_at > now):
        return False
    return _JITTER < strand.seen.polled_at - seen.polled_at < LATEST


def _answer(strand: Strand, seen: Seen, heard: float | None, before: tuple[str, ...]) -> Strand:
    if len(seen.versions) != 1 or _is_counted(seen.versions[0]):
        return Strand(seen.origin, seen, heard=heard)  # a whole set, stated: no sample
    version = seen.versions[0].version
    earlier, split = strand.recent, strand.split
    if strand.seen is None and len(before) > 1 and version in before:
        earlier, split = before, before
    elif strand.seen is None and len(before) == 1:
        earlier = before
    recent = (*earlier, *(version for _ in range(max(1, min(seen.looks, MEMORY)))))[-MEMORY:]
    looks = _looks(strand, seen)
    return Strand(seen.origin, seen, recent=recent, split=_split(split, recent), heard=heard, looks=looks)


def _looks(strand: Strand, seen: Seen) -> int:
    """How many in a row say this now. Another version, commit or state begins anew."""
    before, told = strand.seen, max(seen.looks, seen.in_all)
    if not seen.looks or before is None or not strand.looks or not _says_the_same(before, seen):
        return min(told, LOOKS_LIMIT)
    return min(max(strand.looks + seen.looks, told), LOOKS_LIMIT)


def _says_the_same(one: Seen, other: Seen) -> bool:
    here, there = one.versions[0], other.versions[0]
    same_build = (here.version, here.revision) == (there.version, there.revision)
    return same_build and one.status is other.status and one.elsewhere == other.elsewhere


def _is_counted(running: Running) -> bool:
    """Whether the source counted what runs: then its word is the whole set and no sample."""
    return running.replicas is not None or running.weight is not None


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
