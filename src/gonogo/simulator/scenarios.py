"""The scenarios that fit any plan, by name, and the reading of one from a file.

A scenario is made from a plan once, when the rehearsal begins. What it says then stands: a plan that is edited
afterwards finds the fleet as it was.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Role, Running, Status
from gonogo.plan import Plan, Product, Target
from gonogo.simulator.scenario import Act, Fault, Moment, Scenario, in_order
from gonogo.text import clean
from gonogo.text.names import suggest

_SIZE_LIMIT = 256 * 1024
_LONG_AGO = -86_400.0
"""Seconds before the curtain at which what ran before was deployed."""

FIRST_STEP = 20.0
"""Seconds until the first promotion, so that one sees what there was before."""
STEP = 25.0
"""Seconds between two environments."""
ROLLING = 8.0
"""Seconds a deployment takes."""


def promotion(plan: Plan) -> Scenario:
    """The first environment runs the planned versions; the others follow one by one, in the plan's order."""
    moments: dict[Target, tuple[Moment, ...]] = {}
    for column, environment in enumerate(plan.environments):
        for row, product in enumerate(plan.products):
            target = Target(product.name, environment.name)
            starts = FIRST_STEP + (column - 1) * STEP + row * (STEP / 2) / len(plan.products)
            moments[target] = _standing(product.version) if column == 0 else _promoted(product, starts)
    return Scenario("promotion", "each environment gets the planned versions, one after the other", moments)


def done(plan: Plan) -> Scenario:
    """Everything runs the planned version everywhere."""
    moments = {target: _standing(product.version) for target, product in _targets(plan)}
    return Scenario("done", "the planned version runs everywhere", moments)


def before(plan: Plan) -> Scenario:
    """Nothing of the release has been deployed."""
    moments = {target: _standing(predecessor(product)) for target, product in _targets(plan)}
    return Scenario("before", "nothing of the release has been deployed yet", moments)


def wrong(plan: Plan) -> Scenario:
    """Something runs everywhere that no plan asked for."""
    moments = {target: _standing(f"{product.version}-unplanned.1") for target, product in _targets(plan)}
    return Scenario("wrong", "a version runs everywhere that the plan does not name", moments)


def canary(plan: Plan) -> Scenario:
    """The last environment takes the planned version by shares: 10, 50, 100 per cent."""
    last = plan.environments[-1].name
    moments = {
        target: _shared(product) if target.environment == last else _standing(product.version)
        for target, product in _targets(plan)
    }
    return Scenario("canary", f"{last} takes the planned versions at 10, 50 and 100 per cent", moments)


_TROUBLES = (
    Moment(fault=Fault.UNAVAILABLE, up=12, down=8),
    Moment(fault=Fault.HANG),
    Moment(fault=Fault.SLOW, delay=3),
    Moment(fault=Fault.LOGIN_PAGE),
    Moment(fault=Fault.REFUSED, up=15, down=15),
    Moment(fault=Fault.NOT_JSON),
    Moment(status=Status.FAILED, message="the database migration ended with exit code 1"),
    Moment(fault=Fault.DISCONNECTED),
    Moment(status=Status.DEGRADED, message="2 of 4 replicas are ready"),
)


def troubles(plan: Plan) -> Scenario:
    """Every second target has a trouble of its own kind; the others run the planned version."""
    moments = {}
    for index, (target, product) in enumerate(_targets(plan)):
        (well,) = _standing(product.version)
        trouble = _TROUBLES[index // 2 % len(_TROUBLES)]
        ill = replace(trouble, at=well.at, versions=well.versions)
        moments[target] = (ill if index % 2 else well,)
    return Scenario("troubles", "flapping, hanging, slow, refusing, failed: a fleet on a bad night", moments)


SCENARIOS: Final[Mapping[str, Callable[[Plan], Scenario]]] = {
    "promotion": promotion,
    "done": done,
    "before": before,
    "wrong": wrong,
    "canary": canary,
    "troubles": troubles,
}
"""By name; the first one is played when nothing is said."""


def scenario_for(plan: Plan, wanted: str = "") -> Scenario:
    """The scenario of that name, or in that file, for `plan`.

    Raises UsageError when there is no such name or file, or when the file is wrong.
    """
    if not wanted:
        return promotion(plan)
    if wanted in SCENARIOS:
        return SCENARIOS[wanted](plan)
    path = Path(wanted)
    if path.suffix != ".toml" and not path.is_file():
        near = suggest(wanted, SCENARIOS)
        hint = (
            f"did you mean '{near}'?"
            if near
            else f"there are {', '.join(SCENARIOS)}, or a file that ends in .toml"
        )
        raise UsageError(f"there is no scenario '{clean(wanted, 80)}'", remedy=hint)
    return read_scenario(path, plan)


_NUMBER = re.compile(r"\d+", re.ASCII)


def predecessor(product: Product) -> str:
    """What ran before: the plan's `previous`, else the version one step below; "" when there can be none."""
    return product.previous or below(product.version)


def below(version: str) -> str:
    """A version one step below; "" when there can be none."""
    core = re.split(r"[-+]", version, maxsplit=1)[0]
    numbers = list(_NUMBER.finditer(core))
    for found in reversed(numbers):
        if int(found[0]) > 0:
            lower = str(int(found[0]) - 1).zfill(len(found[0]) if found[0].startswith("0") else 1)
            stepped = core[: found.start()] + lower + core[found.end() :]
            return stepped if any(int(number[0]) for number in _NUMBER.finditer(stepped)) else ""
    return ""


def _targets(plan: Plan) -> Iterable[tuple[Target, Product]]:
    for product in plan.products:
        for environment in plan.environments:
            yield Target(product.name, environment.name), product


def _runs(version: str) -> tuple[Running, ...]:
    return (Running(version),) if version else ()


def _standing(version: str) -> tuple[Moment, ...]:
    return (Moment(_LONG_AGO, _runs(version)),)


def _promoted(product: Product, starts: float) -> tuple[Moment, ...]:
    old = _runs(predecessor(product))
    return (
        Moment(_LONG_AGO, old),
        Moment(starts, old, Status.IN_PROGRESS, f"deploying {product.version}"),
        Moment(starts + ROLLING, _runs(product.version)),
    )


def split(new: str, old: str, share: float) -> tuple[Running, ...]:
    """Two versions side by side; `share` is the per cent of the new one."""
    return (Running(new, weight=share, role=Role.CANARY), Running(old, weight=100 - share, role=Role.STABLE))


def _shared(product: Product) -> tuple[Moment, ...]:
    old = predecessor(product)
    if not old:
        return _promoted(product, FIRST_STEP)
    return (
        Moment(_LONG_AGO, _runs(old)),
        Moment(FIRST_STEP, split(product.version, old, 10), Status.IN_PROGRESS),
        Moment(FIRST_STEP + STEP, split(product.version, old, 50), Status.IN_PROGRESS),
        Moment(FIRST_STEP + 2 * STEP, _runs(product.version)),
    )


class _Share(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    weight: float | None = None
    replicas: int | None = None
    role: Role = Role.UNKNOWN
    revision: str = ""


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[moment]]`: what it leaves out stays as it was before."""

    at: float = 0.0
    product: str | list[str] = "*"
    environment: str | list[str] = "*"
    version: str | None = None
    versions: list[_Share] | None = None
    status: Status | None = None
    message: str | None = None
    fault: Fault | None = None
    delay: float | None = None
    up: float | None = None
    down: float | None = None
    sampled: bool | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    name: str = ""
    description: str = ""
    start: str = "before"
    """Name of the scenario this one begins with."""
    moment: list[_Line] = []
    act: list[Act] = []


_VERBS = ("tick", "untick", "skip", "note")


def read_scenario(path: Path, plan: Plan) -> Scenario:
    """Read a scenario file for `plan`. Raises UsageError with place and reason when it cannot be taken."""
    described = _decoded(path)
    if described.start not in SCENARIOS:
        raise UsageError(
            f"start '{clean(described.start, 80)}' is no scenario",
            where=f"{path}: $.start",
            remedy=f"there are {', '.join(SCENARIOS)}",
        )
    moments = {target: list(given) for target, given in SCENARIOS[described.start](plan).moments.items()}
    products = {product.name: product for product in plan.products}
    for number, line in sorted(enumerate(described.moment), key=lambda numbered: numbered[1].at):
        where = f"{path}: $.moment[{number}]"
        names = _chosen(line.product, list(products), "product", where)
        environments = _chosen(line.environment, [one.name for one in plan.environments], "environment", where)
        for target in (Target(name, environment) for name in names for environment in environments):
            earlier = [moment for moment in moments[target] if moment.at <= line.at]
            basis = earlier[-1] if earlier else moments[target][0]
            moments[target] = [*earlier, _changed(basis, line, products[target.product])]
    _check_acts(described.act, plan, path)
    return Scenario(
        clean(described.name or path.stem, 60),
        clean(described.description),
        {target: in_order(given) for target, given in moments.items()},
        tuple(sorted(described.act, key=lambda act: act.at)),
    )


def _decoded(path: Path) -> _File:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_SIZE_LIMIT + 1)
        if len(raw) > _SIZE_LIMIT:
            raise UsageError(f"a scenario has at most {_SIZE_LIMIT // 1024} KiB", where=str(path))
        tables: Mapping[str, Any] = tomllib.loads(raw.decode())
        return msgspec.convert(tables, _File)
    except OSError as error:
        raise UsageError(f"the scenario cannot be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"not TOML: {clean(str(error), 200)}", where=str(path)) from error
    except msgspec.ValidationError as error:
        raise UsageError(
            clean(str(error), 300), where=str(path), remedy='versions are text: version = "1.10"'
        ) from error


def _chosen(wanted: str | list[str], known: list[str], what: str, where: str) -> list[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    if "*" in names:
        return known
    for name in names:
        if name not in known:
            near = suggest(name, known)
            hint = f"did you mean '{near}'?" if near else f"the plan has {', '.join(known[:12])}"
            raise UsageError(f"the plan has no {what} '{clean(name, 80)}'", where=f"{where}.{what}", remedy=hint)
    return names


def _changed(basis: Moment, line: _Line, product: Product) -> Moment:
    given = {
        name: getattr(line, name) for name in ("status", "message", "fault", "delay", "up", "down", "sampled")
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if line.versions is not None:
        changes["versions"] = tuple(
            Running(_meant(one.version, product), one.revision, one.weight, one.replicas, one.role)
            for one in line.versions
        )
    elif line.version is not None:
        changes["versions"] = _runs(_meant(line.version, product))
    return replace(basis, at=line.at, **changes)


def _meant(version: str, product: Product) -> str:
    """`planned` and `previous` stand for what the plan says at the beginning; `none` for nothing."""
    words = {"planned": product.version, "previous": predecessor(product), "none": ""}
    return words.get(version, version)


def _check_acts(acts: Iterable[Act], plan: Plan, path: Path) -> None:
    for number, act in enumerate(acts):
        where = f"{path}: $.act[{number}]"
        if act.verb not in _VERBS:
            raise UsageError(
                f"'{clean(act.verb, 40)}' is no act", where=where, remedy=f"there are {', '.join(_VERBS)}"
            )
        if plan.item(act.item) is None:
            near = suggest(act.item, [item.id for item in plan.items])
            raise UsageError(
                f"the plan has no item '{clean(act.item, 80)}'",
                where=where,
                remedy=f"did you mean '{near}'?" if near else "gonogo tick    lists the items",
            )
