"""Gates: what must hold before a promotion, and how much each built-in rule weighs."""

from collections.abc import Mapping
from datetime import timedelta

from gonogo.io.plan_file.conditions import bounds, only_with
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.shape import GateShape
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import Gate, GateKind, Level
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
    subject = f"gate '{environment}'"
    chosen = [kind for kind in GateKind if getattr(given, kind.value) is not None]
    if len(chosen) != 1:
        reading.add_lack(Mistake.PICK_ONE, path, where=subject, choices=", ".join(GateKind))
        return None
    kind = chosen[0]
    only_with(reading, given, path, _KEYS, kind)
    here = (*path, kind.value)
    match kind:
        case GateKind.METRIC:
            names = reading.names
            names.check(names.metrics, given.metric or "", here, subject, "asks for")
            return Gate(environment, kind, given.metric, given.level, bounds(reading, given, path, subject))
        case GateKind.SOAK:
            return _soak(reading, environment, given, path)
        case GateKind.CHANGELOG | GateKind.TAG | GateKind.MERGES | GateKind.MIGRATION:
            return Gate(environment, kind, getattr(given, kind.value), given.level)
        case _:
            return Gate(environment, kind, _names(reading, kind, given, here), given.level)


def _names(reading: Reading, kind: GateKind, given: GateShape, here: Path) -> tuple[str, ...]:
    """What a gate waits for by name; every name must be defined."""
    names = reading.names
    subject = f"gate '{here[1]}'"
    if kind is GateKind.CHECKLIST:
        return names.check_each(names.phases, given.checklist, here, subject, "waits for")
    if kind is GateKind.APPROVALS:
        return names.check_each(names.approvals, given.approvals, here, subject, "waits for")
    if kind is GateKind.OBSERVED:
        return names.check_each(names.environments, given.observed, here, subject, "looks at")
    if given.files == ALL:
        return ()
    return names.check_each(names.products, given.files, here, subject, "looks at")


def _soak(reading: Reading, environment: str, given: GateShape, path: Path) -> Gate:
    length = reading.positive(given.soak, (*path, "soak"), timedelta(minutes=1))
    options = {}
    if given.places is not None:
        names = reading.names
        subject = f"gate '{environment}'"
        options["in"] = names.check_each(names.environments, given.places, (*path, "in"), subject, "looks at")
    return Gate(environment, GateKind.SOAK, length, given.level, options)


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
