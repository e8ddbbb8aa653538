"""Gates: what must hold before a promotion, and how much each built-in rule weighs."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from gonogo.io.plan_file.conditions import bounds, only_with
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.references import Defined
from gonogo.io.plan_file.shape import GateShape
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import Level
from gonogo.plan.conditions import (
    GATES,
    ApprovalsGate,
    ChangelogGate,
    ChecklistGate,
    FilesGate,
    Gate,
    MergesGate,
    MetricGate,
    MigrationGate,
    ObservedGate,
    SoakGate,
    TagGate,
)
from gonogo.plan.kinds import for_every, name_of
from gonogo.rules.registry import ADJUSTABLE, RULES
from gonogo.text import clean
from gonogo.text.names import suggest

_KEYS = {"above": "metric", "below": "metric", "for": "metric", "in": "soak"}
"""Which kinds of gate a key says something about."""
ALL = "all"


def gates_of(reading: Reading, given: dict[str, list[GateShape]]) -> tuple[Gate, ...]:
    """The gates of all environments, in the plan's order."""
    made: list[Gate] = []
    for environment, gates in given.items():
        place = reading.document.key(("gates", environment))
        if environment not in reading.names.environments.names:
            remedy = reading.names.environments.remedy(environment, reading.problems)
            facts = {"subject": "a gate", "verb": "stands before", "kind": "environment", "name": environment}
            reading.problems.add(Mistake.NOT_DEFINED, place, remedy, **facts)
        for index, gate in enumerate(gates):
            one = _gate(reading, environment, gate, ("gates", environment, index))
            made += [one] if one is not None else []
    return tuple(made)


def _gate(reading: Reading, environment: str, given: GateShape, path: Path) -> Gate | None:
    chosen = [kind for kind in GATES if getattr(given, name_of(kind)) is not None]
    if len(chosen) != 1:
        choices = ", ".join(map(name_of, GATES))
        reading.add_lack(Mistake.PICK_ONE, path, where=f"gate '{environment}'", choices=choices)
        return None
    name = name_of(chosen[0])
    only_with(reading, given, path, _KEYS, name)
    return _READ[chosen[0]](_Written(reading, given, environment, path, (*path, name)))


class _Written(NamedTuple):
    """A gate as it is written, and where."""

    reading: Reading
    given: GateShape
    environment: str
    path: Path
    here: Path
    """Of the key that says which kind it is."""

    @property
    def subject(self) -> str:
        """What messages call it."""
        return f"gate '{self.environment}'"

    def names(
        self, kind: Defined, given: str | list[str] | None, verb: str, here: Path | None = None
    ) -> tuple[str, ...]:
        """What it names; every name must be defined."""
        return self.reading.names.check_each(kind, given, here or self.here, self.subject, verb)


def _checklist(one: _Written) -> ChecklistGate:
    phases = one.names(one.reading.names.phases, one.given.checklist, "waits for")
    return ChecklistGate(one.environment, phases, level=one.given.level)


def _approvals(one: _Written) -> ApprovalsGate:
    approvals = one.names(one.reading.names.approvals, one.given.approvals, "waits for")
    return ApprovalsGate(one.environment, approvals, level=one.given.level)


def _changelog(one: _Written) -> ChangelogGate:
    assert one.given.changelog is not None
    return ChangelogGate(one.environment, one.given.changelog, level=one.given.level)


def _metric(one: _Written) -> MetricGate:
    names, metric = one.reading.names, one.given.metric or ""
    names.check(names.metrics, metric, one.here, one.subject, "asks for")
    limits = bounds(one.reading, one.given, one.path, one.subject)
    length = limits.duration or timedelta(0)
    return MetricGate(one.environment, metric, limits.above, limits.below, length, level=one.given.level)


def _observed(one: _Written) -> ObservedGate:
    seen_in = one.names(one.reading.names.environments, one.given.observed, "looks at")
    return ObservedGate(one.environment, seen_in, level=one.given.level)


def _soak(one: _Written) -> SoakGate:
    length = one.reading.positive(one.given.soak, one.here, timedelta(minutes=1))
    places: tuple[str, ...] = ()
    if one.given.places is not None:
        places = one.names(one.reading.names.environments, one.given.places, "looks at", (*one.path, "in"))
    return SoakGate(one.environment, length, places, level=one.given.level)


def _files(one: _Written) -> FilesGate:
    products: tuple[str, ...] = ()
    if one.given.files != ALL:
        products = one.names(one.reading.names.products, one.given.files, "looks at")
    return FilesGate(one.environment, products, level=one.given.level)


def _tag(one: _Written) -> TagGate:
    assert one.given.tag is not None
    return TagGate(one.environment, one.given.tag, level=one.given.level)


def _merges(one: _Written) -> MergesGate:
    return MergesGate(one.environment, level=one.given.level)


def _migration(one: _Written) -> MigrationGate:
    assert one.given.migration is not None
    return MigrationGate(one.environment, one.given.migration, level=one.given.level)


_Reader = Callable[[_Written], Gate]
_READ: Mapping[type[Gate], _Reader] = for_every(
    GATES,
    (
        (ChecklistGate, _checklist),
        (ApprovalsGate, _approvals),
        (ChangelogGate, _changelog),
        (MetricGate, _metric),
        (ObservedGate, _observed),
        (SoakGate, _soak),
        (FilesGate, _files),
        (TagGate, _tag),
        (MergesGate, _merges),
        (MigrationGate, _migration),
    ),
)


def rules_of(reading: Reading, given: Mapping[str, Level]) -> Mapping[str, Level]:
    """How much built-in rules weigh; each must be one that a plan may weigh."""
    for name in given:
        if name not in ADJUSTABLE:
            place = reading.document.key(("rules", name))
            rule = RULES.get(name)
            if rule is None:
                near = suggest(name, ADJUSTABLE)
                remedy = f"did you mean '{near}'?" if near else "docs/rules.md lists them"
                reading.problems.add(Mistake.UNKNOWN_RULE, place, remedy, name=clean(name, 60))
            else:
                remedy = f"gonogo waive {name} lets it pass by name" if rule.unknown else "it must be put right"
                reading.problems.add(Mistake.FIXED_RULE, place, remedy, name=name, meaning=rule.meaning)
    return dict(given)
