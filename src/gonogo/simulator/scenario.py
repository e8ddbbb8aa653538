"""What each target answers at which moment, as data, and the pure function that looks it up.

A scenario knows nothing of what a plan wants: it says what runs, and the fleet serves that. Time is seconds since
the curtain rose, so that the same scenario gives the same answers under any clock.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from math import floor
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Running, Status
from gonogo.plan import Target

_GOLDEN = 0.618_033_988_749_895
"""Steps of the golden ratio fill [0, 1) evenly, whatever the interval between two questions is."""


class Fault(StrEnum):
    """What an endpoint does instead of answering properly."""

    NONE = "none"
    SLOW = "slow"
    """The right answer, `delay` seconds late."""
    HANG = "hang"
    """The connection is taken, and nothing ever comes."""
    UNAVAILABLE = "unavailable"
    """503."""
    LOGIN_PAGE = "login-page"
    """200, and a page for people where data was expected."""
    NOT_JSON = "not-json"
    """200, and a text cut off in the middle."""
    DISCONNECTED = "disconnected"
    """The connection ends before the first byte."""
    REFUSED = "refused"
    """Nobody listens at the port."""


class Moment(Struct, frozen=True):
    """From `at` on a target answers like this, until its next moment."""

    at: float = 0.0
    """Seconds since the curtain rose; negative for what happened before."""
    versions: tuple[Running, ...] = ()
    """Empty: nothing is deployed."""
    status: Status = Status.SUCCEEDED
    message: str = ""
    fault: Fault = Fault.NONE
    delay: float = 0.0
    """Seconds, for `slow`."""
    up: float = 0.0
    down: float = 0.0
    """Flapping: well for `up` seconds, then at fault for `down`; 0 means the fault stays."""
    sampled: bool = False
    """Several versions behind one balancer: each answer names one of them, and no shares."""


class Act(Struct, frozen=True):
    """What a simulated person does."""

    at: float
    """Seconds since the curtain rose."""
    person: str
    verb: str
    """tick | untick | skip | note | claim | start | drive | approve | reject | revoke | waive"""
    item: str
    """The item, the name of the approval, or `RULE SUBJECT ENVIRONMENT` of a waiver; "" where there is none."""
    text: str = ""
    """Reason or note."""


class Scenario(Struct, frozen=True):
    """A story: the moments of each target and the acts of the people."""

    name: str
    description: str = ""
    moments: Mapping[Target, tuple[Moment, ...]] = {}
    """In order of time; the first one also holds for the time before it."""
    acts: tuple[Act, ...] = ()

    def refuses(self, target: Target) -> bool:
        """Whether the target has nobody listening at some time; it needs a port of its own then."""
        return any(moment.fault is Fault.REFUSED for moment in self.moments.get(target, ()))


class Reply(Struct, frozen=True):
    """What a target answers at one moment."""

    versions: tuple[Running, ...]
    """Everything that runs, with shares where they are known; empty: nothing is deployed."""
    status: Status
    changed_at: float
    """Seconds since the curtain rose at which these versions came; may be negative."""
    sample: Running | None = None
    """The one an endpoint names that can name only one; None: nothing is deployed."""
    sampled: bool = False
    """Only `sample` may be told."""
    message: str = ""
    fault: Fault = Fault.NONE
    delay: float = 0.0
    """Seconds to wait before answering."""


NOTHING = Reply((), Status.NOT_DEPLOYED, 0.0)
"""What a target answers of which the scenario says nothing."""


def answer(scenario: Scenario, target: Target, elapsed: float) -> Reply:
    """Return what `target` answers `elapsed` seconds after the curtain rose. Depends on nothing else."""
    moments = scenario.moments.get(target, ())
    if not moments:
        return NOTHING
    past = [moment for moment in moments if moment.at <= elapsed] or [moments[0]]
    moment = past[-1]
    fault = moment.fault if _at_fault(moment, elapsed) else Fault.NONE
    return Reply(
        moment.versions,
        moment.status if moment.versions else Status.NOT_DEPLOYED,
        _changed_at(past),
        _pick(moment.versions, target, elapsed),
        moment.sampled and len(moment.versions) > 1,
        moment.message,
        fault,
        moment.delay if fault is Fault.SLOW else 0.0,
    )


def acts_between(scenario: Scenario, after: float, until: float) -> tuple[Act, ...]:
    """The acts of the half-open span (after, until], in order."""
    due = [act for act in scenario.acts if after < act.at <= until]
    return tuple(sorted(due, key=lambda act: act.at))


def with_missing(scenario: Scenario, other: Scenario) -> Scenario:
    """Return `scenario` with the targets of `other` it says nothing about. What it says itself stays."""
    return replace(scenario, moments={**other.moments, **scenario.moments})


def at_their_tags(story: Scenario, commit_of: Callable[[str, str], str]) -> Scenario:
    """The same story, in which what runs was built from the commits that are tagged.

    `commit_of` a product and a version: "" where nothing is known. A commit that the story names itself stays.
    """

    def built(target: Target, moment: Moment) -> Moment:
        runs = (
            replace(one, revision=one.revision or commit_of(target.product, one.version))
            for one in moment.versions
        )
        return replace(moment, versions=tuple(runs))

    moments = {target: tuple(built(target, one) for one in told) for target, told in story.moments.items()}
    return replace(story, moments=moments)


def in_order(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Moments sorted by time; of two at the same time the later one in the text holds."""
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _at_fault(moment: Moment, elapsed: float) -> bool:
    if moment.fault is Fault.NONE:
        return False
    if moment.down <= 0:
        return True
    return (elapsed - moment.at) % (moment.up + moment.down) >= moment.up


def _changed_at(past: list[Moment]) -> float:
    """When the versions of the last moment came: a new status alone is no new deployment."""
    since = past[0].at
    for before, after in pairwise(past):
        if before.versions != after.versions:
            since = after.at
    return since


def _pick(versions: tuple[Running, ...], target: Target, elapsed: float) -> Running | None:
    """The version this second's answer names: over time each comes as often as its weight says."""
    if len(versions) < 2:
        return versions[0] if versions else None
    start = crc32(str(target).encode()) / 2**32
    point = (start + floor(elapsed) * _GOLDEN) % 1.0
    weights = [1.0 if running.weight is None else running.weight for running in versions]
    reached = 0.0
    for running, weight in zip(versions, weights, strict=True):
        reached += weight
        if point * sum(weights) < reached:
            return running
    return versions[-1]
