"""May we go? The verdict per environment, with every reason: what was seen, when, who can clear it, what to type.

Unknown is never GO: a missing answer, a gate this version cannot judge, a plan that no longer matches the
file on disk each keep the verdict at UNKNOWN until somebody looks.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.changelog import Changes, ProductChanges, Unreadable
from gonogo.domain.drift import older_than_live
from gonogo.domain.freeze import frozen_until
from gonogo.domain.matrix import Cell, Freshness, Matrix, Relation
from gonogo.domain.observation import Status, Target
from gonogo.domain.phases import phases_before
from gonogo.domain.plan import Environment, Gate, GateKind, Item, Level, Plan, Product
from gonogo.domain.silence import Outage, for_how_long, named, outage_sentence, outages, silences
from gonogo.domain.spans import span
from gonogo.domain.state import ItemStatus, ReleaseState
from gonogo.domain.version import same_version


class Answer(StrEnum):
    """The three answers, in the order they win over each other."""

    NO_GO = "no_go"
    UNKNOWN = "unknown"
    GO = "go"


class Weight(StrEnum):
    """What a reason does to the verdict."""

    BLOCKER = "blocker"
    UNKNOWN = "unknown"
    WARNING = "warning"


class ReasonLine(Struct, frozen=True):
    """One reason, complete enough to act on."""

    rule: str
    """Stable id such as `cell.differs`."""
    weight: Weight
    fact: str
    """What was found, in one sentence."""
    subject: str = ""
    """What it is about, such as `item:smoke-eu` or `cell:web/staging`: where the screen jumps to."""
    observed_at: datetime | None = None
    """UTC, when the fact was seen; None for what follows from the plan alone."""
    source: str = ""
    who: str = ""
    """Who can clear it; "" when anybody can."""
    remedy: str = ""
    """The next command to type, or the next thing to do."""


class Verdict(Struct, frozen=True):
    """The answer for one environment and all that led to it."""

    environment: str
    answer: Answer
    reasons: tuple[ReasonLine, ...] = ()
    arrived: bool = False
    """Every product already runs its planned version there, seen just now."""
    reached: bool = False
    """It has arrived, or was recorded so and nothing seen since says otherwise."""

    def of(self, weight: Weight) -> tuple[ReasonLine, ...]:
        """The reasons of one weight, in order."""
        return tuple(reason for reason in self.reasons if reason.weight is weight)


class Facts(Struct, frozen=True):
    """What a verdict is made from, besides the environment in question."""

    plan: Plan
    state: ReleaseState
    matrix: Matrix
    changes: Mapping[str, Changes]
    """By product; a product that is missing here has not been read yet."""
    now: datetime
    plan_problem: str = ""
    """Why the plan on disk is not the plan judged here; "" when it is."""
    journal_problems: tuple[str, ...] = ()


def verdict(facts: Facts, environment: Environment) -> Verdict:
    """Judge one environment. Blockers win over unknowns, unknowns over GO; warnings change nothing."""
    reasons = (
        *_ground(facts),
        *_window(facts),
        *_earlier_environments(facts, environment),
        *_own_cells(facts, environment),
        *_older_than_live(facts, environment),
        *_silent_sources(facts, environment),
        *_checklist(facts, environment),
        *_products(facts, environment),
        *_gates(facts, environment),
        *_freezes(facts, environment),
    )
    reasons = _one_for_each_host(facts, reasons)
    weights = {reason.weight for reason in reasons}
    if Weight.BLOCKER in weights:
        answer = Answer.NO_GO
    elif Weight.UNKNOWN in weights:
        answer = Answer.UNKNOWN
    else:
        answer = Answer.GO
    column = facts.matrix.column(environment.name)
    order = [Weight.BLOCKER, Weight.UNKNOWN, Weight.WARNING]
    return Verdict(
        environment.name,
        answer,
        tuple(sorted(reasons, key=lambda line: order.index(line.weight))),
        arrived=all(cell.counts_as_match for cell in column),
        reached=all(_was_reached(facts.plan, cell) for cell in column),
    )


def verdicts(facts: Facts) -> tuple[Verdict, ...]:
    """Judge every environment, in promotion order."""
    return tuple(verdict(facts, environment) for environment in facts.plan.environments)


def next_environment(judged: tuple[Verdict, ...]) -> Verdict:
    """The first environment the release has not reached; the last one when it is everywhere.

    A place it has reached and that is silent for a moment does not become the question again: its silence is told
    in its own verdict, and in that of the environment after it.
    """
    return next((one for one in judged if not one.reached), judged[-1])


def _was_reached(plan: Plan, cell: Cell) -> bool:
    if cell.is_known or not cell.history:
        return cell.counts_as_match
    last, product = cell.history[-1], plan.product(cell.target.product)
    if product is None or len(last.versions) != 1:
        return False
    return same_version(last.versions[0], product.version, product.scheme, product.name)


def _ground(facts: Facts) -> Iterable[ReasonLine]:
    """What we stand on: the journal and the plan themselves."""
    for problem in facts.journal_problems:
        yield ReasonLine(
            "journal.alarm", Weight.BLOCKER, problem, "journal", facts.now, remedy="gonogo journal verify"
        )
    if facts.plan_problem:
        yield ReasonLine(
            "plan.changed",
            Weight.UNKNOWN,
            f"the plan on disk is not the one judged here: {facts.plan_problem}",
            "plan",
            facts.now,
            remedy="gonogo check",
        )


def _window(facts: Facts) -> Iterable[ReasonLine]:
    window = facts.plan.window
    if window is None or window.start <= facts.now < window.end:
        return
    if facts.now < window.start:
        fact = f"the release window opens in {span(window.start - facts.now)}"
    else:
        fact = f"the release window closed {span(facts.now - window.end)} ago"
    yield ReasonLine("window.closed", Weight.WARNING, fact, "window", remedy="check the date in `window:`")


def _earlier_environments(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    for name in environment.after:
        earlier = facts.plan.environment(name)
        if earlier is None:
            continue
        for cell in facts.matrix.column(name):
            yield from _must_match(facts.plan, cell)
            if cell.counts_as_match:
                yield from _must_have_soaked(facts, earlier, cell)


def _must_match(plan: Plan, cell: Cell) -> Iterable[ReasonLine]:
    """The environment before must run the planned version, seen just now, and healthy."""
    product, environment = cell.target
    if not cell.is_known:
        yield _unknown_cell(plan, cell)
        return
    shown = " + ".join(running.version for running in cell.versions) or "nothing"
    words = {
        Relation.BEHIND: f"still runs {shown}, planned is {cell.planned}",
        Relation.AHEAD: f"runs {shown}, which is newer than the planned {cell.planned}",
        Relation.MIXED: f"runs {shown} side by side: not done until only {cell.planned} is left",
        Relation.DIFFERS: f"runs {shown}, which is not the planned {cell.planned}",
        Relation.DISAGREE: f"runs {shown}, as its sources disagree: {cell.source}",
        Relation.ABSENT: f"does not run there at all, planned is {cell.planned}",
        Relation.UNKNOWN: "answers with nothing to compare",
    }
    if cell.relation is not Relation.MATCH:
        yield _about_cell(
            plan, cell, f"cell.{cell.relation}", f"{product} in {environment} {words[cell.relation]}"
        )
    if cell.status is not Status.SUCCEEDED:
        status = cell.status.replace("_", " ")
        message = f": {cell.message}" if cell.message else ""
        yield _about_cell(plan, cell, "cell.status", f"{product} in {environment} reports '{status}'{message}")


def _about_cell(plan: Plan, cell: Cell, rule: str, fact: str) -> ReasonLine:
    product, environment = cell.target
    return ReasonLine(
        rule,
        Weight.BLOCKER,
        fact,
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=_owner_of_product(plan, product),
        remedy=f"deploy {product} {cell.planned} to {environment}, then wait for its next answer",
    )


def _unknown_cell(plan: Plan, cell: Cell) -> ReasonLine:
    product, environment = cell.target
    why = cell.detail or (cell.reason.replace("_", " ") if cell.reason else "no answer yet")
    if cell.freshness is Freshness.STALE and cell.age is not None:
        fact = f"{product} in {environment} was last seen {span(abs(cell.age))} ago ({why})"
    elif cell.age is not None:
        fact = f"{product} in {environment} is silent for {span(abs(cell.age))} ({why})"
    elif cell.status is Status.UNKNOWN and cell.polled_at is not None:
        fact = f"{product} in {environment} answers, and does not know its own state"
    else:
        fact = f"{product} in {environment} is unknown: {why}"
    return ReasonLine(
        "cell.unknown",
        Weight.UNKNOWN,
        fact,
        f"cell:{product}/{environment}",
        cell.polled_at,
        cell.source,
        who=_owner_of_product(plan, product),
        remedy=f"gonogo matrix {product} {environment}",
    )


def _must_have_soaked(facts: Facts, earlier: Environment, cell: Cell) -> Iterable[ReasonLine]:
    if not earlier.soak:
        return
    product, environment = cell.target
    subject = f"cell:{product}/{environment}"
    if cell.since is None:
        yield ReasonLine(
            "soak.unknown",
            Weight.UNKNOWN,
            f"nobody has recorded since when {product} {cell.planned} runs in {environment}",
            subject,
            cell.polled_at,
            remedy="gonogo matrix    records it; the soak time counts from then",
        )
        return
    left = earlier.soak - (facts.now - cell.since)
    if left > timedelta(0):
        yield ReasonLine(
            "soak.short",
            Weight.BLOCKER,
            f"{product} {cell.planned} soaks in {environment} for another {span(left)} of {span(earlier.soak)}",
            subject,
            cell.since,
            "journal",
            remedy="wait",
        )


def _own_cells(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What stands in the environment itself: it may be behind, but it may not be a mystery or broken."""
    for cell in facts.matrix.column(environment.name):
        product = cell.target.product
        if not cell.is_known:
            yield _unknown_cell(facts.plan, cell)
        elif cell.status in {Status.FAILED, Status.DEGRADED}:
            yield _about_cell(
                facts.plan, cell, "cell.status", f"{product} in {environment.name} reports '{cell.status}'"
            )
        elif cell.relation is Relation.AHEAD:
            newer = cell.versions[0].version
            yield ReasonLine(
                "cell.older-than-live",
                Weight.WARNING,
                f"{environment.name} runs {product} {newer}, newer than the planned {cell.planned}",
                f"cell:{product}/{environment.name}",
                cell.polled_at,
                cell.source,
                remedy="raise the plan's version, or make sure that going back is meant",
            )


def _older_than_live(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A plan that would take production back says so in every environment on the way there."""
    for product in facts.plan.products:
        for cell in older_than_live(facts.plan, facts.matrix, product):
            if cell.target.environment != environment.name:
                newer = " + ".join(running.version for running in cell.judged)
                yield ReasonLine(
                    "cell.older-than-live",
                    Weight.WARNING,
                    f"{cell.target.environment} PRODUCTION runs {product.name} {newer}, "
                    f"newer than the planned {cell.planned}",
                    f"cell:{product.name}/{cell.target.environment}",
                    cell.polled_at,
                    cell.source,
                    remedy="raise the plan's version, or make sure that going back is meant",
                )


def _silent_sources(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A source that stopped talking is told while its cells are still known by other means."""
    asked = {environment.name, *environment.after}
    for silence in silences(facts.matrix, facts.now):
        cells = [target for target in silence.cells if target.environment in asked]
        if cells:
            many = "1 cell rests" if len(cells) == 1 else f"{len(cells)} cells rest"
            yield ReasonLine(
                "source.silent",
                Weight.WARNING,
                f"{silence.source} is silent{for_how_long(silence.since, facts.now)} ({silence.detail}): "
                f"{many} on an earlier answer or another source: {named(cells)}",
                f"cell:{cells[0]}",
                silence.since,
                silence.source,
                remedy=f"gonogo matrix {cells[0].product} {cells[0].environment}",
            )


def _one_for_each_host(facts: Facts, reasons: tuple[ReasonLine, ...]) -> tuple[ReasonLine, ...]:
    """Cells that are unknown for one and the same reason make one line: a host that cannot be reached."""
    lines = {line.subject: line for line in reasons if line.rule == "cell.unknown"}
    instead: dict[str, ReasonLine] = {}
    for outage in outages(facts.matrix):
        cells = [target for target in outage.unknown if f"cell:{target}" in lines]
        cells = [target for target in cells if f"cell:{target}" not in instead]
        if len(cells) > 1:
            line = _outage(facts, outage, cells)
            instead.update((f"cell:{target}", line) for target in cells)
    kept = (instead.get(line.subject, line) if line.rule == "cell.unknown" else line for line in reasons)
    return tuple({id(line): line for line in kept}.values())


def _outage(facts: Facts, outage: Outage, cells: list[Target]) -> ReasonLine:
    fact = f"{outage_sentence(outage, len(cells))}{for_how_long(outage.since, facts.now)}: {named(cells)}"
    return ReasonLine(
        "host.unreachable",
        Weight.UNKNOWN,
        fact,
        f"cell:{cells[0]}",
        outage.since,
        outage.place,
        remedy=f"find out why {outage.place} does not answer; gonogo matrix    asks again",
    )


def _checklist(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Items of earlier phases; a `checklist` gate of this environment names its own phases instead."""
    if any(gate.kind is GateKind.CHECKLIST for gate in _gates_of(facts.plan, environment)):
        return
    yield from _open_items(facts, phases_before(facts.plan, environment), Weight.BLOCKER)


def _open_items(facts: Facts, phases: Iterable[str], weight: Weight) -> Iterable[ReasonLine]:
    wanted = set(phases)
    for item in facts.plan.items:
        if item.phase in wanted and facts.state.item(item.id).status is ItemStatus.OPEN:
            yield _open_item(facts, item, weight)


def _open_item(facts: Facts, item: Item, weight: Weight) -> ReasonLine:
    phase = f" ({item.phase})" if item.phase else ""
    return ReasonLine(
        "item.open",
        weight,
        f"'{item.title}'{phase} is open",
        f"item:{item.id}",
        facts.now,
        "journal",
        who=_person(facts.plan, item.owner),
        remedy=f"gonogo tick {item.id}",
    )


def _products(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What git says about each product that names a repository."""
    for product in facts.plan.products:
        if not product.repo:
            continue
        changes = facts.changes.get(product.name)
        if changes is None or (isinstance(changes, ProductChanges) and not changes.complete):
            yield _git_unknown(facts, product, "git.loading", f"the history of {product.name} is being read")
        elif isinstance(changes, Unreadable):
            fact = f"the history of {product.name} cannot be read: {changes.reason}"
            yield _git_unknown(facts, product, "git.unreadable", fact, changes.remedy)
        else:
            yield from _release_tag(facts, product, changes, environment)
            yield from _contradiction(facts, product, changes)
            yield from _history_problems(facts, product, changes)


def _git_unknown(facts: Facts, product: Product, rule: str, fact: str, remedy: str = "") -> ReasonLine:
    return ReasonLine(
        rule,
        Weight.UNKNOWN,
        fact,
        f"product:{product.name}",
        facts.now,
        product.repo,
        who=_person(facts.plan, product.owner),
        remedy=remedy or f"gonogo changelog {product.name}",
    )


def _release_tag(
    facts: Facts, product: Product, changes: ProductChanges, environment: Environment
) -> Iterable[ReasonLine]:
    subject = f"product:{product.name}"
    who = _person(facts.plan, product.owner)
    if not changes.tag_exists:
        # before production a missing tag is work still to come; into production nothing goes untagged
        yield ReasonLine(
            "tag.missing",
            Weight.BLOCKER if environment.production else Weight.WARNING,
            f"{product.name} has no tag {product.tag_name}",
            subject,
            facts.now,
            product.repo,
            who=who,
            remedy=f"git tag -a {product.tag_name}",
        )
    elif changes.pin_mismatch:
        yield ReasonLine(
            "tag.moved",
            Weight.BLOCKER,
            f"{product.tag_name} of {product.name} points at {changes.tag_oid[:12]}, "
            f"the plan pins {product.revision[:12]}",
            subject,
            facts.now,
            product.repo,
            who=who,
            remedy="find out who moved the tag; do not ship it before",
        )


def _contradiction(facts: Facts, product: Product, changes: ProductChanges) -> Iterable[ReasonLine]:
    if changes.contradiction:
        yield ReasonLine(
            "version.contradicted",
            Weight.WARNING,
            f"{product.name}: {changes.contradiction}",
            f"product:{product.name}",
            facts.now,
            product.repo,
            who=_person(facts.plan, product.owner),
            remedy=f"gonogo next-version {product.name}",
        )


def _history_problems(facts: Facts, product: Product, changes: ProductChanges) -> Iterable[ReasonLine]:
    """A shallow clone, a newest tag that is not reachable: what makes the list of commits doubtful."""
    for problem in changes.range.problems:
        yield ReasonLine(
            "git.doubtful",
            Weight.WARNING,
            f"{product.name}: {problem}",
            f"product:{product.name}",
            facts.now,
            product.repo,
            who=_person(facts.plan, product.owner),
            remedy=f"gonogo changelog {product.name}",
        )


def _gates_of(plan: Plan, environment: Environment) -> tuple[Gate, ...]:
    return tuple(gate for gate in plan.gates if gate.environment == environment.name)


_LEVELS = {Level.BLOCK: Weight.BLOCKER, Level.WARN: Weight.WARNING}


def _gates(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    for gate in _gates_of(facts.plan, environment):
        if gate.level is Level.OFF:
            continue
        weight = _LEVELS[gate.level]
        if gate.kind is GateKind.CHECKLIST:
            phases = [gate.argument] if isinstance(gate.argument, str) else list(gate.argument or ())
            yield from _open_items(facts, phases, weight)
        elif gate.kind is GateKind.CHANGELOG:
            yield from _changelog_gate(facts, gate, weight)
        else:
            yield from _not_judged(gate, weight)


def _changelog_gate(facts: Facts, gate: Gate, weight: Weight) -> Iterable[ReasonLine]:
    for product in facts.plan.products:
        changes = facts.changes.get(product.name)
        if not isinstance(changes, ProductChanges):
            continue  # already listed as unknown by _products, or a product without a repository
        if gate.argument == "not-empty" and not changes.count:
            yield ReasonLine(
                "changelog.empty",
                weight,
                f"{product.name} has no commits since {changes.base or 'the beginning'}",
                f"product:{product.name}",
                facts.now,
                product.repo,
                remedy=f"gonogo changelog {product.name}",
            )
        elif gate.argument == "no-breaking-without-major" and changes.breaking_without_major:
            yield ReasonLine(
                "changelog.breaking",
                weight,
                f"{product.name}: {changes.contradiction}",
                f"product:{product.name}",
                facts.now,
                product.repo,
                remedy=f"gonogo next-version {product.name}",
            )


def _not_judged(gate: Gate, weight: Weight) -> Iterable[ReasonLine]:
    argument = ", ".join(gate.argument) if isinstance(gate.argument, list | tuple) else str(gate.argument or "")
    yield ReasonLine(
        f"gate.{gate.kind}",
        Weight.UNKNOWN if weight is Weight.BLOCKER else weight,
        f"gate '{gate.kind}: {argument}' is not judged by this version of gonogo",
        f"gate:{gate.environment}",
        remedy="judge it by hand, and set `level: off` in the plan once somebody has",
    )


def _freezes(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    products = {product.name for product in facts.plan.products}
    for freeze in facts.plan.freezes:
        if freeze.environments and environment.name not in freeze.environments:
            continue
        if freeze.products and not products & set(freeze.products):
            continue
        until = frozen_until(freeze, facts.now)
        if until is not None:
            reason = f": {freeze.reason}" if freeze.reason else ""
            scope = f" for {', '.join(freeze.products)}" if freeze.products else ""
            yield ReasonLine(
                "freeze.active",
                Weight.BLOCKER,
                f"freeze '{freeze.name}'{scope} holds until {until:%Y-%m-%d %H:%M} UTC{reason}",
                f"freeze:{freeze.name}",
                facts.now,
                "plan",
                remedy=f"wait {span(until - facts.now)}",
            )


def _person(plan: Plan, key: str) -> str:
    person = plan.person(key)
    return f"{person.name} ({person.account})" if person else key


def _owner_of_product(plan: Plan, name: str) -> str:
    product = plan.product(name)
    return _person(plan, product.owner) if product else ""
