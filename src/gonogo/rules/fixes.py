"""A fix that runs is never shipped away: what ships, and what one would roll back to, contains it.

What ships into an environment must contain every change that runs there now, and every hotfix of the product. What
is removed on purpose is no finding: a version marked bad, and one that a pin takes out of its environment.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gonogo.events import Actor
from gonogo.facts import Running
from gonogo.facts.ageing import why_old
from gonogo.facts.containment import Carrier, Containment, Containments, LostFix
from gonogo.matrix import Cell
from gonogo.plan import Environment, Level, Product, Target
from gonogo.rules import history
from gonogo.rules.authority import agreed, is_named
from gonogo.rules.facts import Facts
from gonogo.rules.finishing import waiver_holders
from gonogo.rules.naming import named, owner_of_product
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.rules.rollback import bad_mark, target_in
from gonogo.versions import Unparsed, compare_texts, parse, same_version

FIX_RULES = frozenset({"fix.lost", "fix.unknown"})
NAMED = 12
"""Fixes that are named one by one; the others are counted in one line."""


class _Loss(Struct, frozen=True):
    """A fix that is not in a version."""

    fix: LostFix
    where: str
    """`runs in prod as 1.0.1` or `is in hotfix 1.0.1`."""


def is_of_rollback(subject: str) -> bool:
    """Whether a reason of that subject speaks of the version one would roll back to."""
    return subject.count("/") > 1


def contained(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Fixes that would be lost in `environment`, and what of that is not known."""
    known = facts.inputs.containment
    if known is None or facts.plan.rules.get("fix.lost") is Level.OFF:
        return
    for product in facts.plan.products:
        changes = history.read(facts, product) if product.repo else None
        if changes is None:
            continue  # no repository to ask; or its history is unknown, which `history.products` tells
        yield from _shipped(facts, known, environment, product, changes.target_oid)
        if environment.production:
            yield from _rollback(facts, known, environment, product)


def _shipped(
    facts: Facts, known: Containments, environment: Environment, product: Product, ships: str
) -> Iterable[ReasonLine]:
    found = known.get((product.name, product.version))
    why, remedy = _why_unknown(facts, found, ships)
    if found is None or why:
        yield _unknown(facts, product, found, "", why, remedy)
        return
    losses: dict[str, _Loss] = {}
    for carrier in found.hotfixes:
        if carrier.problem:
            yield _unknown(facts, product, found, carrier.version, carrier.problem, carrier.remedy)
        _note(losses, carrier, f"is in hotfix {carrier.version}")
    cell = facts.matrix.cell(product.name, environment.name)
    for running in _needed(facts, cell, product, environment):
        compared = found.running.get((running.version, running.revision))
        if compared is None or compared.problem:
            if environment.production and not _is(product, running.version, product.version):
                told = compared.problem if compared else f"{running.version} has not been compared with it yet"
                fix = compared.remedy if compared else ""
                why = f"{told}; it runs in {environment.name}"
                yield _unknown(facts, product, found, running.version, why, fix)
        else:
            _note(losses, compared, f"runs in {environment.name} as {running.version}")
    lacking = f"{product.name} {product.version}"
    ways_out = _ways_out(facts, environment, product, found)
    yield from _lost(facts, product, found, losses.values(), lacking, "", ways_out)


def _rollback(
    facts: Facts, known: Containments, environment: Environment, product: Product
) -> Iterable[ReasonLine]:
    """What one would roll back to; unknown where git cannot tell, unless it is what runs there anyway."""
    back = target_in(facts.inputs, product, environment.name).version
    if not back or _is(product, back, product.version):
        return
    found = known.get((product.name, back))
    cell = facts.matrix.cell(product.name, environment.name)
    why, remedy = _why_unknown(facts, found, "")
    if found is None or why:
        if not any(_is(product, running.version, back) for running in cell.judged if cell.is_known):
            told = f"it is the rollback target of {environment.name}; {why}"
            yield _unknown(facts, product, found, f"{back}/rollback", told, remedy, of=back)
        return
    losses: dict[str, _Loss] = {}
    for carrier in found.hotfixes:
        _note(losses, carrier, f"is in hotfix {carrier.version}")
    for running in _needed(facts, cell, product, environment):
        compared = found.running.get((running.version, running.revision))
        if compared is not None and _is_older(product, running.version, product.version):
            _note(losses, compared, f"runs in {environment.name} as {running.version}")
    lacking = f"the rollback target {back} of {product.name}"
    remedy = f"put a version that contains it into `rollback.to` at {product.name}"
    yield from _lost(facts, product, found, losses.values(), lacking, f"/{back}", remedy)


def _why_unknown(facts: Facts, found: Containment | None, ships: str) -> tuple[str, str]:
    """Why nothing is known, and what to do; ("", "") when something is."""
    if found is None:
        return "nobody has looked yet", ""
    if found.problem:
        return found.problem, found.remedy
    if ships and found.oid != ships:
        return "what ships has moved since it was looked at", ""
    return why_old(found.at, facts.now), ""


def _needed(facts: Facts, cell: Cell, product: Product, environment: Environment) -> Iterator[Running]:
    """The versions that run in a cell and whose changes must stay."""
    for running in cell.judged if cell.is_known else ():
        mark = bad_mark(facts.state, product, running.version)
        if mark is not None and _is_named(facts, mark.actor):
            continue
        if _is_pinned_away(facts, product, Target(product.name, environment.name), running.version):
            continue
        if environment.production or _is_release_before(product, running.version):
            yield running


def _is_pinned_away(facts: Facts, product: Product, target: Target, running: str) -> bool:
    """Whether a pin takes that version out of its environment on purpose.

    A pin on the planned version stops nothing: it counts only where a rollback was decided to it.
    """
    pin = facts.state.version_holds.get(target)
    if pin is None or not _is_named(facts, pin.actor) or _is(product, running, pin.version):
        return False
    went_back = (one for one in facts.state.rollbacks if one.target == target)
    return not _is(product, pin.version, product.version) or any(
        _is(product, one.to, pin.version) for one in went_back
    )


def _is_named(facts: Facts, actor: Actor) -> bool:
    """Warning is everybody's; that it also takes a fix out of sight rests on an account of the agreed plan."""
    return is_named(agreed(facts.inputs.loaded, facts.state), actor)


def _is_release_before(product: Product, version: str) -> bool:
    """Whether it is a final release that is not newer: before production, other builds come and go."""
    read = parse(version, product.scheme, product.name)
    if isinstance(read, Unparsed) or read.prerelease or read.build:
        return False
    return _is_older(product, version, product.version) or _is(product, version, product.version)


def _is_older(product: Product, version: str, than: str) -> bool:
    return compare_texts(version, than, product.scheme, product.name) == -1


def _is(product: Product, version: str, other: str) -> bool:
    return same_version(version, other, product.scheme, product.name)


def _note(losses: dict[str, _Loss], carrier: Carrier, where: str) -> None:
    for fix in carrier.lost:
        losses[fix.oid] = _Loss(fix, where)


def _lost(
    facts: Facts,
    product: Product,
    found: Containment,
    losses: Iterable[_Loss],
    lacking: str,
    suffix: str,
    remedy: str,
) -> Iterable[ReasonLine]:
    """A reason for each fix; those beyond the first are counted in one, under a name of just these."""
    every = list(losses)
    for one in every[:NAMED]:
        fact = f"{lacking} lacks fix {one.fix.short} by {one.fix.author} ({one.fix.subject}), which {one.where}"
        if merge := one.fix.left_out_by:
            fact += f"; merge {merge[:8]} left it out"
        yield _about(facts, product, found, f"{one.fix.short}{suffix}", fact, remedy.replace("FIX", one.fix.short))
    rest = every[NAMED:]
    if rest:
        first, last = rest[0].fix.short, rest[-1].fix.short
        fact = f"{lacking} lacks {len(rest)} more commits, {first} to {last}, of which the last {rest[-1].where}"
        subject = f"{len(rest)}-from-{first}-to-{last}{suffix}"
        yield _about(facts, product, found, subject, fact, f"gonogo matrix {product.name}")


def _ways_out(facts: Facts, environment: Environment, product: Product, found: Containment) -> str:
    """What to do about a fix that is lost, each as it is typed, for whom it is not yet decided which."""
    ways = (
        f"gonogo hotfix plan {product.name} FIX --from {product.version}    makes a patch with it; "
        f"or plan a new tag that contains it; "
        f"or gonogo merges equal FIX {found.name} --commit COMMIT --reason '...'"
    )
    holders = waiver_holders(agreed(facts.inputs.loaded, facts.state))
    if not holders:
        return ways  # what nobody may do is no way out
    able = " or ".join(named(facts.plan, one.account) for one in holders[:2])
    waiver = f"gonogo waive fix.lost:fix:{product.name}/FIX --env {environment.name} --reason '...' --until 2h"
    return f"{ways}; or, by {able}, {waiver}"


def _about(facts: Facts, product: Product, found: Containment, subject: str, fact: str, remedy: str) -> ReasonLine:
    return ReasonLine(
        "fix.lost",
        Weight.BLOCKER,
        fact,
        f"fix:{product.name}/{subject}",
        found.at,
        product.repo,
        owner_of_product(facts.plan, product.name),
        remedy,
    )


def _unknown(
    facts: Facts, product: Product, found: Containment | None, version: str, why: str, remedy: str, of: str = ""
) -> ReasonLine:
    """`version` is what it was compared with, `of` what was looked into, where that is not what ships."""
    return ReasonLine(
        "fix.unknown",
        Weight.UNKNOWN,
        f"whether {product.name} {of or product.version} contains every fix is not known: {why}",
        f"fix:{product.name}/{version}" if version else f"fix:{product.name}",
        found.at if found else None,
        product.repo,
        owner_of_product(facts.plan, product.name),
        remedy or f"gonogo merges {product.name}",
    )
