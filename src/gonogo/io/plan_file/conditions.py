"""Checks, approvals, gates, metrics and rollback triggers: what must hold, and who says so."""

from collections.abc import Mapping
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
    Check,
    CheckKind,
    Metric,
    Person,
    Trigger,
)
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
    chosen = [kind for kind in CheckKind if getattr(given, kind.value)]
    if len(chosen) != 1:
        reading.add_lack(Mistake.PICK_ONE, path, where=subject, choices=", ".join(CheckKind))
        return None
    kind = chosen[0]
    only_with(reading, given, path, _CHECK_KEYS, kind)
    options = _check_options(reading, given, path)
    names = reading.names
    match kind:
        case CheckKind.RUN:
            return Check(kind, tuple(given.run or ()), options)
        case CheckKind.HTTP:
            check_url(given.http, reading.place((*path, "http")), reading.problems, "a check")
            return Check(kind, given.http, options | {"expect": int(given.expect or 200)})
        case CheckKind.METRIC:
            names.check(names.metrics, given.metric or "", (*path, "metric"), subject, "asks for")
            limits = bounds(reading, given, path, subject)
            side = {"above": limits.above} if limits.above is not None else {"below": limits.below}
            length = {"for": limits.duration} if limits.duration is not None else {}
            return Check(kind, given.metric, options | side | length)
        case CheckKind.FILE | CheckKind.GIT:
            product = str(getattr(given, kind.value))
            names.check(names.products, product, (*path, kind.value), subject, "looks at")
            return Check(kind, product, options)


def _check_options(reading: Reading, given: CheckShape, path: Path) -> dict[str, Any]:
    """What a check takes besides its kind; only what the plan states."""
    options: dict[str, Any] = {}
    for key in ("timeout", "good_for"):
        if (text := getattr(given, key)) is not None:
            options[key] = reading.positive(text, (*path, key), timedelta(0))
    if given.contains is not None:
        options["contains"] = given.contains
    if given.signed is not None:
        options["signed"] = given.signed
    if given.merged_into is not None:
        place = reading.place((*path, "merged_into"))
        if check_ref_name(given.merged_into, place, reading.problems, "branch"):
            options["merged_into"] = given.merged_into
    return options


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
