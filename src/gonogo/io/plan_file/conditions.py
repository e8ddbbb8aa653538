"""Checks, approvals, gates, metrics and rollback triggers: what must hold, and who says so."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from gonogo.io.plan_file.addresses import check_ref_name, check_url
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.references import short_id
from gonogo.io.plan_file.shape import (
    ApprovalShape,
    CheckShape,
    GateShape,
    MetricShape,
    TriggerShape,
)
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import (
    ApprovalSlot,
    Metric,
    Person,
    Trigger,
)
from gonogo.plan.conditions import CHECKS, Check, FileCheck, GitCheck, HttpCheck, MetricCheck, RunCheck
from gonogo.plan.kinds import for_every, name_of
from gonogo.text import clean


def owner(reading: Reading, name: str | None, path: Path, subject: str) -> None:
    """Check that an owner is one of the people."""
    if name is not None:
        reading.names.check(reading.names.people, name, path, subject, "is owned by")


_CHECK_KEYS = {
    "timeout": "run http", "expect": "http", "contains": "http", "above": "metric", "below": "metric",
    "for": "metric", "signed": "git", "merged_into": "git",
}  # fmt: skip
"""Which kinds of check a key says something about."""
_FIELDS = {"for": "duration", "in": "places"}
"""Keys that are words of Python, and what the shape calls them."""


def read_check(reading: Reading, item: str, given: CheckShape, path: Path) -> Check | None:
    """What decides `item` by itself; None where that cannot be told."""
    subject = f"the check of '{item}'"
    chosen = [kind for kind in CHECKS if getattr(given, name_of(kind))]
    if len(chosen) != 1:
        reading.add_lack(Mistake.PICK_ONE, path, where=subject, choices=", ".join(map(name_of, CHECKS)))
        return None
    only_with(reading, given, path, _CHECK_KEYS, name_of(chosen[0]))
    timeout, good_for = _length(reading, given, path, "timeout"), _length(reading, given, path, "good_for")
    branch = _branch(reading, given, path)
    return _READ[chosen[0]](_Written(reading, given, path, subject, timeout, good_for, branch))


def _length(reading: Reading, given: CheckShape, path: Path, key: str) -> timedelta | None:
    text = getattr(given, key)
    return None if text is None else reading.positive(text, (*path, key), timedelta(0))


def _branch(reading: Reading, given: CheckShape, path: Path) -> str | None:
    if given.merged_into is None:
        return None
    place = reading.place((*path, "merged_into"))
    return given.merged_into if check_ref_name(given.merged_into, place, reading.problems, "branch") else None


class _Written(NamedTuple):
    """A check as it is written, and where; keys that several kinds take are read."""

    reading: Reading
    given: CheckShape
    path: Path
    subject: str
    timeout: timedelta | None
    good_for: timedelta | None
    branch: str | None

    def product(self, key: str) -> str:
        """The product it looks at."""
        names, product = self.reading.names, str(getattr(self.given, key))
        names.check(names.products, product, (*self.path, key), self.subject, "looks at")
        return product


def _run(one: _Written) -> RunCheck:
    return RunCheck(tuple(one.given.run or ()), one.timeout, good_for=one.good_for)


def _http(one: _Written) -> HttpCheck:
    check_url(one.given.http, one.reading.place((*one.path, "http")), one.reading.problems, "a check")
    expect = int(one.given.expect or 200)
    return HttpCheck(one.given.http, expect, one.given.contains, one.timeout, good_for=one.good_for)


def _metric(one: _Written) -> MetricCheck:
    names, metric = one.reading.names, one.given.metric or ""
    names.check(names.metrics, metric, (*one.path, "metric"), one.subject, "asks for")
    limits = bounds(one.reading, one.given, one.path, one.subject)
    return MetricCheck(metric, *limits, good_for=one.good_for)


def _file(one: _Written) -> FileCheck:
    return FileCheck(one.product("file"), good_for=one.good_for)


def _git(one: _Written) -> GitCheck:
    return GitCheck(one.product("git"), one.given.signed, one.branch, good_for=one.good_for)


_READ: Mapping[type[Check], Callable[[_Written], Check]] = for_every(
    CHECKS,
    (
        (RunCheck, _run),
        (HttpCheck, _http),
        (MetricCheck, _metric),
        (FileCheck, _file),
        (GitCheck, _git),
    ),
)


def only_with(reading: Reading, given: Any, path: Path, keys: Mapping[str, str], kind: str) -> None:
    """Record keys that say something about another kind of condition than this one."""
    for key, kinds in keys.items():
        if getattr(given, _FIELDS.get(key, key)) is not None and kind not in kinds.split():
            place = reading.document.key((*path, key))
            remedy = f"it goes with {' and '.join(f'`{one}`' for one in kinds.split())}"
            reading.problems.add(Mistake.ONLY_WITH, place, remedy, key=key, where=f"with `{kind}`")


class Bounds(NamedTuple):
    """What is asked of a metric: exactly one of the two limits, and None for a length that is not written."""

    above: float | None
    below: float | None
    duration: timedelta | None


def bounds(reading: Reading, given: CheckShape | GateShape, path: Path, where: str) -> Bounds:
    """`above`, `below` as numbers and `for` as a length; exactly one of the two bounds is given."""
    above, below = reading.number(given.above, (*path, "above")), reading.number(given.below, (*path, "below"))
    if (above is None) == (below is None):
        reading.add_lack(Mistake.PICK_ONE, path, where=where, choices="above, below")
    if given.duration is None:
        return Bounds(above, below, None)
    return Bounds(above, below, reading.duration(given.duration, (*path, "for")))


def approvals_of(
    reading: Reading, given: dict[str, ApprovalShape], people: tuple[Person, ...]
) -> tuple[ApprovalSlot, ...]:
    """The sign-offs; each must be within reach of the people who have its role."""
    return tuple(_approval(reading, name, slot, people) for name, slot in given.items())


def _approval(reading: Reading, name: str, given: ApprovalShape, people: tuple[Person, ...]) -> ApprovalSlot:
    path: Path = ("approvals", name)
    names = reading.names
    if names.check(names.roles, given.role, (*path, "role"), f"approval '{name}'", "is given by"):
        count = sum(given.role in person.roles and not person.shared for person in people)
        if count and given.quorum > count:
            facts: dict[str, object] = {"name": name, "quorum": given.quorum, "role": given.role, "count": count}
            reading.problems.add(Mistake.QUORUM_OUT_OF_REACH, reading.place((*path, "quorum")), "", **facts)
    expires = None
    if given.expires is not None:
        expires = reading.positive(given.expires, (*path, "expires"), timedelta(hours=24))
    return ApprovalSlot(name, given.role, given.quorum, expires, given.same_person)


def metrics_of(reading: Reading, given: dict[str, MetricShape]) -> tuple[Metric, ...]:
    """The metrics with their sources."""
    made = []
    for name, metric in given.items():
        path: Path = ("metrics", name)
        reading.names.check(
            reading.names.sources, metric.source, (*path, "source"), f"metric '{name}'", "is asked from"
        )
        every = reading.positive(metric.every, (*path, "every"), timedelta(seconds=30))
        if every < timedelta(seconds=2):
            facts = {"every": metric.every, "what": "a metric", "least": "2s"}
            reading.add(Mistake.TOO_OFTEN, (*path, "every"), "write `every: 2s` or more", **facts)
        made.append(Metric(name, metric.source, metric.query, every))
    return tuple(made)


def triggers_of(reading: Reading, given: list[TriggerShape]) -> tuple[Trigger, ...]:
    """The rollback triggers."""
    made: dict[str, Trigger] = {}
    lines: dict[str, int] = {}
    for index, trigger in enumerate(given):
        path: Path = ("rollback", "triggers", index)
        name = trigger.id or short_id(trigger.when)
        place = reading.place((*path, "id" if trigger.id else "when"))
        if not name:
            reading.problems.add(Mistake.NO_ID, place, title=clean(trigger.when, 60))
        elif name in made:
            reading.problems.add(Mistake.REPEATED, place, kind="trigger", name=name, line=lines[name])
        else:
            lines[name] = place.line
            made[name] = _trigger(reading, name, trigger, path)
    return tuple(made.values())


def _trigger(reading: Reading, name: str, given: TriggerShape, path: Path) -> Trigger:
    subject = f"trigger '{name}'"
    owner(reading, given.owner, (*path, "owner"), subject)
    if given.metric is not None:
        reading.names.check(reading.names.metrics, given.metric, (*path, "metric"), subject, "watches")
        if (given.above is None) == (given.below is None):
            reading.add_lack(Mistake.PICK_ONE, path, where=subject, choices="above, below")
    elif reading.document.is_whole(path):
        for key, value in (("above", given.above), ("below", given.below), ("for", given.duration)):
            if value is not None:
                place = reading.document.key((*path, key))
                facts = {"key": key, "where": "without `metric`"}
                reading.problems.add(Mistake.ONLY_WITH, place, "it goes with `metric`", **facts)
    return Trigger(
        id=name,
        when=given.when,
        owner=given.owner or "",
        metric=given.metric or "",
        above=reading.number(given.above, (*path, "above")),
        below=reading.number(given.below, (*path, "below")),
        duration=reading.duration(given.duration, (*path, "for")),
    )
