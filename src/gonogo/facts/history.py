"""What the recorded transitions of a cell tell: since when, how long, what before, what at 02:13, back to what.

The journal holds changes and nothing else. Between two records nobody may have looked: what a person reads from
here says which record it rests on, and no function fills a gap with a guess.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from gonogo.events.state import HISTORY_LIMIT, Deployed, ReleaseState, deployed_in
from gonogo.facts import Status, pins
from gonogo.plan import Product, Target
from gonogo.versions import compare_texts, consistent, fulfils, overlaps

_BROKEN = frozenset({Status.FAILED, Status.DEGRADED})


class Stay(Struct, frozen=True):
    """One set of versions and the unbroken run of records that name it."""

    records: tuple[Deployed, ...]
    """Oldest first; at least one."""
    until: datetime | None = None
    """UTC, when something else was first seen; None while it is the last thing recorded."""

    @property
    def versions(self) -> tuple[str, ...]:
        """As first recorded; empty: nothing was deployed."""
        return self.records[0].versions

    @property
    def since(self) -> datetime:
        """UTC, when it was first seen; it may have been there longer."""
        return self.records[0].since


class Soaking(Struct, frozen=True):
    """Exactly this version, alone and in order, for so long."""

    length: timedelta
    """From `since` to the last answer that still showed it: silence since then does not count."""
    since: datetime
    """UTC of the record it counts from."""
    by: str
    """Account whose session made that record."""


class NotSoaking(Struct, frozen=True):
    """No time can be counted, and why."""

    reason: str


class Ran(Struct, frozen=True):
    """What the journal says of one moment."""

    record: Deployed
    """The newest record at or before that moment."""
    next: Deployed | None = None
    """The first record after it; None when nothing else was recorded since."""


class NotRecorded(Struct, frozen=True):
    """The journal does not reach back to that moment."""

    first: Deployed | None = None
    """The oldest record there is; None when there is none at all."""


class BackTo(Struct, frozen=True):
    """The newest version that was seen alone and in order, and that nobody has marked bad."""

    version: str
    since: datetime
    """UTC, when it was first seen so."""
    until: datetime | None
    """UTC, when something else was first seen; None while it still runs as far as the journal goes."""
    passed_over: tuple[str, ...] = ()
    """Newer candidates that are marked bad."""


class NoWayBack(Struct, frozen=True):
    """The journal knows no version to go back to, and why."""

    reason: str
    passed_over: tuple[str, ...] = ()


def transitions(state: ReleaseState, target: Target) -> tuple[Deployed, ...]:
    """Every recorded transition of a cell, oldest first.

    `ReleaseState.cells` keeps the newest ones; the trail is read through only where older ones were dropped.
    """
    kept = state.cells.get(target, ())
    if len(kept) < HISTORY_LIMIT:
        return kept
    # subjects are compared first: reading an event costs much more, and most are of other cells
    subject = f"cell:{target}"
    found = (deployed_in(event) for event in state.events if event.subject == subject)
    return tuple(seen for where, seen in filter(None, found) if where == target) or kept


def stays(product: Product, records: Iterable[Deployed]) -> tuple[Stay, ...]:
    """Runs of records with the same versions, oldest first. A change of the status alone begins no new one."""
    runs: list[list[Deployed]] = []
    spelled: list[tuple[str, ...]] = []  # as the last run shows them: `1.2.3` may be either of two builds
    for record in records:
        if runs and all(same_set(product, one, record.versions) for one in spelled):
            runs[-1].append(record)
            spelled += () if record.versions in spelled else (record.versions,)
        else:
            runs.append([record])
            spelled = [record.versions]
    ends = [*(run[0].since for run in runs), None][1:]
    return tuple(Stay(tuple(run), end) for run, end in zip(runs, ends, strict=True))


def same_set(product: Product, some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two sets of versions may be one by the product's scheme: `v1.2.3`, `1.2.3` and `1.2.3+7` may."""
    if len(some) != len(others):
        return False
    if tuple(some) == tuple(others):
        return True
    left = list(others)
    for text in some:
        found = next((one for one in left if consistent(text, one, product.scheme, product.name)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def is_planned(product: Product, versions: Sequence[str]) -> bool:
    """Whether the planned version, or a build of it that the plan allows, stands there alone."""
    return len(versions) == 1 and fulfils(product.version, versions[0], product.scheme, product.name)


def ran_well(product: Product, record: Deployed) -> bool:
    """Whether a record shows the planned version alone and well, built from the pinned commit if there is one."""
    planned = record.status == Status.SUCCEEDED and is_planned(product, record.versions)
    return planned and pins.is_proven(product, record.revisions)


def adds_proof(product: Product, known: Deployed, versions: Sequence[str], revisions: Sequence[str]) -> bool:
    """Whether an answer proves the pinned commit of the planned version, and the last record does not."""
    if not product.revision or not is_planned(product, versions):
        return False
    return pins.is_proven(product, revisions) and not pins.is_proven(product, known.revisions)


def soak(
    product: Product,
    version: str,
    records: Sequence[Deployed],
    until: datetime | None,
    shows: Sequence[str] = (),
) -> Soaking | NotSoaking:
    """How long exactly `version` has run in a cell, alone and without a failure, as far as it was seen.

    `until` is the time (UTC) of the last answer that still shows it: pass the cell's `polled_at`, or None when the
    cell is not known; then nothing is counted. `shows` is what that answer shows: of another build than the last
    record nothing is known yet. The time begins with the first record that says `succeeded`;
    another version or commit in between, `failed` and `degraded` begin it anew, a roll-out or a pause of the same
    version does not. Nothing is known about the time between two records in which nobody asked: a version that
    left and came back while no session was open is counted through.
    """
    if until is None:
        return NotSoaking("it does not answer now, so that nothing can be counted")
    runs = stays(product, records)
    if not runs:
        return NotSoaking(f"nobody has recorded since when {version} runs there")
    last = runs[-1]
    if not is_planned(replace(product, version=version), last.versions):
        return NotSoaking(f"the last record there is {shown(last.versions)}, not {version} alone")
    if shows and not all(same_set(product, one.versions, shows) for one in last.records):
        return NotSoaking(f"{shown(shows)} runs there now, and nobody has recorded since when")
    start: Deployed | None = None
    for record in last.records:
        if record.status in _BROKEN or pins.contradicts(product, record.revisions):
            start = None
        elif start is None and record.status == Status.SUCCEEDED:
            start = record
    if start is None:
        return NotSoaking(f"{version} is recorded there as {last.records[-1].status.replace('_', ' ')}")
    return Soaking(max(until - start.since, timedelta(0)), start.since, start.by)


def ran_at(records: Sequence[Deployed], at: datetime) -> Ran | NotRecorded:
    """What was recorded for the moment `at` (UTC). The caller refuses moments that are still to come."""
    earlier = [record for record in records if record.since <= at]
    later = [record for record in records if record.since > at]
    if not earlier:
        return NotRecorded(later[0] if later else None)
    return Ran(earlier[-1], later[0] if later else None)


def rollback_target(
    product: Product,
    records: Sequence[Deployed],
    bad: Collection[tuple[str, str]] = (),
    left: Sequence[tuple[str, datetime]] = (),
) -> BackTo | NoWayBack:
    """The newest version seen good in a cell that is neither the planned one, nor newer, nor marked bad.

    Good means: recorded alone and as succeeded, and not as failed or degraded at the end of the same stay. `bad`
    holds (product, version) pairs, as the keys of a mapping or plainly; versions are told apart by the scheme, and
    where it knows no order the one that ran last is the newest. `left` are versions that a rollback left behind,
    with its time (UTC): they count only where they ran well again after it.
    """
    passed_over: list[str] = []
    best: Stay | None = None
    for stay in reversed(stays(product, records)):
        if not _was_good(stay) or not _is_earlier(product, stay.versions[0]) or _was_left(product, stay, left):
            continue
        version = stay.versions[0]
        if _is_bad(product, version, bad):
            passed_over.append(version)
        elif best is None or _is_above(product, version, best.versions[0]):
            best = stay
    if best is not None:
        newer = [one for one in passed_over if not _is_above(product, best.versions[0], one)]
        return BackTo(best.versions[0], best.since, best.until, tuple(newer))
    if passed_over:
        return NoWayBack("every version that was seen good there is marked bad", tuple(passed_over))
    return NoWayBack("no version before the planned one was recorded there as running well")


def _is_above(product: Product, version: str, other: str) -> bool:
    return compare_texts(version, other, product.scheme, product.name) == 1


def _was_left(product: Product, stay: Stay, left: Sequence[tuple[str, datetime]]) -> bool:
    """Whether a rollback was decided from what runs in this stay, after it had begun."""
    version = stay.versions[0]
    return any(at >= stay.since and consistent(version, one, product.scheme, product.name) for one, at in left)


def shown(versions: Sequence[str]) -> str:
    """Versions in one phrase: `1.2.2 + 1.2.3`, or `nothing`."""
    return " + ".join(versions) or "nothing"


def _was_good(stay: Stay) -> bool:
    statuses = [record.status for record in stay.records]
    return len(stay.versions) == 1 and Status.SUCCEEDED in statuses and statuses[-1] not in _BROKEN


def _is_earlier(product: Product, version: str) -> bool:
    """Whether `version` may be gone back to: another one, and not a newer one where the scheme can tell."""
    if consistent(version, product.version, product.scheme, product.name):
        return False
    return compare_texts(version, product.version, product.scheme, product.name) != 1


def _is_bad(product: Product, version: str, bad: Collection[tuple[str, str]]) -> bool:
    return any(
        name == product.name and overlaps(text, version, product.scheme, product.name) for name, text in bad
    )
