"""What each source says about a cell, what that is still worth, and whether they agree."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from gonogo.facts import CONNECTION, Running, Status
from gonogo.facts.evidence import Evidence, Strand
from gonogo.facts.history import same_set
from gonogo.matrix.model import Account, Freshness
from gonogo.matrix.running import active, apart, holds
from gonogo.plan import Product, Timing
from gonogo.versions import consistent


def accounts_of(
    own: Timing, shared: Mapping[str, Timing], evidence: Evidence, now: datetime, steady: float | None
) -> tuple[Account, ...]:
    """What every source says, the cell's own probe first, then the plan's sources in their order.

    `own` is the timing of the cell's probe, `shared` those of the plan's sources by id.
    """
    if len(evidence.strands) < 2:
        return tuple(_account(strand, shared.get(strand.origin, own), now, steady) for strand in evidence.strands)
    places = {origin: place for place, origin in enumerate(("", *shared))}
    strands = sorted(evidence.strands, key=lambda strand: places.get(strand.origin, len(places)))
    return tuple(_account(strand, shared.get(strand.origin, own), now, steady) for strand in strands)


def _account(strand: Strand, timing: Timing, now: datetime, steady: float | None) -> Account:
    seen, missing = strand.seen, strand.missing
    if seen is None:
        return Account(
            strand.origin,
            missing.source if missing else "",
            Freshness.UNKNOWN,
            Status.UNREACHABLE if missing and missing.reason in CONNECTION else Status.UNKNOWN,
            silent_since=strand.silent_since,
            reason=missing.reason if missing else None,
            detail=missing.detail if missing else "",
            excerpt=missing.excerpt if missing else "",
            host=missing.host if missing else "",
            timing=timing,
            by=missing.by if missing else "",
            contest=strand.contest,
        )
    age = now - seen.polled_at
    fresh = freshness(age, timing)
    if steady is not None and strand.heard is not None:
        ticked = timedelta(seconds=steady - strand.heard)
        fresh = max(fresh, freshness(max(ticked, timedelta(0)), timing), key=_WORTH.index)
        age = max(age, ticked)
    return Account(
        strand.origin,
        seen.source,
        fresh,
        seen.status if fresh is not Freshness.UNKNOWN else Status.UNKNOWN,
        strand.versions,
        strand.sampled,
        seen.polled_at,
        seen.updated_at,
        age,
        strand.silent_since,
        missing.reason if missing else None,
        missing.detail if missing else "",
        seen.message,
        seen.link,
        missing.excerpt if missing else seen.excerpt,
        missing.host if missing else "",
        timing,
        missing.by if missing else seen.by,
        strand.looks,
        strand.counted,
        seen.way,
        seen.elsewhere,
        strand.contest,
    )


_WORTH = (Freshness.FRESH, Freshness.STALE, Freshness.UNKNOWN)


def freshness(age: timedelta, timing: Timing) -> Freshness:
    """What an answer of that age is worth.

    A negative age means that the clock went back after the answer came: its true age cannot be told,
    so it is not fresh.
    """
    if age > timing.unknown_after:
        return Freshness.UNKNOWN
    if age > timing.stale_after or age < timedelta(0):
        return Freshness.STALE
    return Freshness.FRESH


def speaker(product: Product, fresh: Sequence[Account]) -> Account:
    """Whose words the cell shows: of those that answer, the first that names most versions.

    A URL that answers with one version at a time is no contradiction to a source that counts both.
    """
    return max(fresh, key=lambda one: len(apart(product, active(one.versions))))


def latest(accounts: Sequence[Account]) -> Account:
    """Of sources that all are old or silent: the one that was heard last; the first when none ever was."""
    heard = [one for one in accounts if one.polled_at is not None]
    return (
        max(heard, key=lambda one: one.polled_at.timestamp() if one.polled_at else 0.0) if heard else accounts[0]
    )


def agree(product: Product, first: Account, fresh: Sequence[Account]) -> bool:
    """Whether nobody contradicts `first`, whose words the cell shows."""
    spoken = apart(product, active(first.versions))
    for other in fresh:
        heard = apart(product, active(other.versions))
        one_of_a_split = len(heard) == 1 < len(spoken) and not first.sampled
        if not (same_set(product, spoken, heard) or (one_of_a_split and _among(product, spoken, heard[0]))):
            return False
    return True


def _among(product: Product, spoken: Sequence[str], heard: str) -> bool:
    """Whether one of the versions `spoken` of may be the one that was `heard`."""
    return any(consistent(one, heard, product.scheme, product.name) for one in spoken)


_GRAVITY = (
    Status.FAILED, Status.DEGRADED, Status.PAUSED, Status.IN_PROGRESS, Status.NOT_DEPLOYED, Status.SUCCEEDED,
    Status.UNKNOWN, Status.UNREACHABLE,
)  # fmt: skip


def worst(accounts: Sequence[Account]) -> Status:
    """The gravest status somebody reports; a source that does not know takes nothing from one that does."""
    return min((one.status for one in accounts), key=_GRAVITY.index)


def union(product: Product, accounts: Sequence[Account]) -> tuple[Running, ...]:
    """Every version some source names, without shares: they belong to different counts."""
    found: list[Running] = []
    for running in (running for one in accounts for running in active(one.versions)):
        if not holds(product, [one.version for one in found], running.version):
            found.append(replace(running, weight=None, replicas=None))
    return tuple(found)
