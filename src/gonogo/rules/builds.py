"""Builds that run somewhere and were tried nowhere before: the planned version, but not what was tried of it."""

from collections.abc import Iterable

from gonogo.matrix import Cell
from gonogo.plan import Environment, Product, Target
from gonogo.rules.facts import Facts
from gonogo.rules.naming import owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.versions import Version, fulfils, parse, same_build

UNTRIED = "build.untried"


def untried(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Builds of the planned version that run here, where only other builds of it ran before here.

    Nothing is said where no build is named: the plan's own pin is judged already, and a source that names none
    cannot be compared.
    """
    names = [one.name for one in facts.plan.environments]
    earlier = names[: names.index(environment.name)]
    for product in facts.plan.products:
        cell = facts.matrix.cells.get(Target(product.name, environment.name))
        builds = _builds(product, _texts(cell)) if cell is not None else {}
        tried = {
            text: place
            for place in earlier
            for text in _builds(product, _ever(facts, Target(product.name, place)))
        }
        for text in builds if tried else ():
            if not any(_same(product, text, other) for other in tried):
                yield _reason(facts, product, environment, text, tried)


def _reason(
    facts: Facts, product: Product, environment: Environment, text: str, tried: dict[str, str]
) -> ReasonLine:
    other, place = next(reversed(tried.items()))
    what = f"{product.name} {text}"
    return ReasonLine(
        UNTRIED,
        Weight.WARNING,
        f"{what} runs in {environment.name}, and that build ran nowhere before: {place} ran {other}",
        f"cell:{product.name}/{environment.name}",
        facts.now,
        "probe",
        owner_of_product(facts.plan, product.name),
        f"deploy {other}, or put the build into the plan: version {other}",
        stands=text,
    )


def _texts(cell: Cell) -> list[str]:
    """What answers there now."""
    return [one.version for one in cell.judged] if cell.is_known else []


def _ever(facts: Facts, target: Target) -> list[str]:
    """What was recorded there, the last one last, and what answers there now."""
    cell = facts.matrix.cells.get(target)
    recorded = sorted(facts.state.entries.get(target, {}).items(), key=lambda one: one[1].seq)
    return [*(text for text, _ in recorded), *(_texts(cell) if cell is not None else ())]


def _builds(product: Product, texts: Iterable[str]) -> dict[str, None]:
    """Those that are the planned version and name a build, each once, in their order."""
    return {
        text: None
        for text in texts
        if fulfils(product.version, text, product.scheme, product.name) and _build(product, text)
    }


def _build(product: Product, text: str) -> str:
    read = parse(text, product.scheme, product.name)
    return read.build if isinstance(read, Version) else ""


def _same(product: Product, one: str, other: str) -> bool:
    return same_build(one, other, product.scheme, product.name)
