"""Gates about what a product ships: its changelog, its tag, its migration."""

from collections.abc import Iterable

from gonogo.changelog import ProductChanges
from gonogo.plan import Environment, Migration, Product
from gonogo.plan.conditions import ChangelogGate, ChangelogMust, MigrationGate, TagGate
from gonogo.rules import history
from gonogo.rules.facts import Facts
from gonogo.rules.reason import ReasonLine, Weight

_HARD = {Migration.CONTRACT, Migration.IRREVERSIBLE}


def changelog(facts: Facts, _environment: Environment, gate: ChangelogGate) -> Iterable[ReasonLine]:
    """`no-breaking-without-major`, `version-fits` or `not-empty`, for every product."""
    for product in facts.plan.products:
        changes = history.read(facts, product)
        if changes is not None:
            found = tuple(_changelog(facts, product, changes, gate.must))
            yield from found or _cut_off(facts, product, changes, gate.must)
            yield from _doubted(facts, product, changes, gate.must)
        elif not product.repo:
            fact = f"{product.name} names no repository, so that nobody can say what its commits ask for"
            yield history.about(
                facts, product, "changelog.unknown", Weight.UNKNOWN, fact, f"put `repo:` at {product.name}"
            )


def _changelog(
    facts: Facts, product: Product, changes: ProductChanges, must: ChangelogMust
) -> Iterable[ReasonLine]:
    if must == "version-fits":
        yield from history.contradicted(facts, product, changes, Weight.BLOCKER)
    elif must == "not-empty" and not any(section.commits for section in changes.sections):
        fact = f"{product.name} has no commits since {changes.base or 'the beginning'}"
        remedy = f"gonogo changelog {product.name}"
        yield history.about(facts, product, "changelog.empty", Weight.BLOCKER, fact, remedy)
    elif must == "no-breaking-without-major" and changes.breaking_without_major:
        fact = f"{product.name}: {changes.contradiction or 'it breaks something without a new major version'}"
        remedy = f"gonogo next-version {product.name}"
        yield history.about(facts, product, "changelog.breaking", Weight.BLOCKER, fact, remedy)


def _doubted(facts: Facts, product: Product, changes: ProductChanges, must: ChangelogMust) -> Iterable[ReasonLine]:
    """Messages that follow no convention say nothing about what breaks: that is no answer, and none is GO."""
    if must == "not-empty" or not changes.doubt:
        return
    rule = "changelog.unclear" if changes.unclear else "changelog.silent"
    remedy = (
        f"read them: gonogo changelog {product.name}; then waive {rule}, or set `bump:` at {product.name}"
        if changes.unclear
        else "write an Unreleased section, or set `changelog: {convention: none}` and decide by hand"
    )
    yield history.about(facts, product, rule, Weight.UNKNOWN, f"{product.name}: {changes.doubt}", remedy)


def _cut_off(facts: Facts, product: Product, changes: ProductChanges, must: ChangelogMust) -> Iterable[ReasonLine]:
    """What is wrong may stand in a commit that a shallow clone leaves out: nothing found is nothing known then."""
    if changes.shallow and must != "not-empty":
        fact = f"the clone of {product.name} is shallow: nobody can say what the missing commits ask for"
        remedy = f"git -C {product.repo} fetch --unshallow --tags"
        yield history.about(facts, product, "changelog.unknown", Weight.UNKNOWN, fact, remedy)


def tag(facts: Facts, _environment: Environment, gate: TagGate) -> Iterable[ReasonLine]:
    """`exists`, `annotated` or `pinned` (and unmoved), for every product with a repository."""
    for product in facts.plan.products:
        changes = history.read(facts, product)
        if changes is None:
            if not product.repo:
                fact = f"{product.name} names no repository, so that its tag cannot be looked at"
                yield history.about(
                    facts, product, "tag.unknown", Weight.UNKNOWN, fact, f"put `repo:` at {product.name}"
                )
            continue
        yield from history.tag_is_there(facts, product, changes)
        if gate.must == "annotated":
            yield from history.tag_is_annotated(facts, product, changes)
        if gate.must == "pinned":
            yield from history.tag_is_pinned(facts, product)
            yield from history.tag_is_unmoved(facts, product, changes)


def migration(facts: Facts, _environment: Environment, gate: MigrationGate) -> Iterable[ReasonLine]:
    """`reversible`: no product takes the way back away; `planned`: whoever does says what happens instead."""
    for product in facts.plan.products:
        if product.migration not in _HARD:
            continue
        if gate.must == "reversible":
            fact = f"the {product.migration} migration of {product.name} cannot be undone by an older version"
            remedy = "split it: expand in this release, contract in a later one"
            yield history.about(facts, product, "migration.irreversible", Weight.BLOCKER, fact, remedy, "plan")
        else:
            yield from way_back_fits(facts, product)


def way_back_fits(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    """A rollback plan must not promise what the migration takes away."""
    if product.migration not in _HARD:
        return
    back = product.rollback
    if back.to or back.command:
        way = f"to {back.to}" if back.to else "by a command"
        fact = f"{product.name} is to be rolled back {way}, and its {product.migration} migration forbids it"
        remedy = "take `rollback` out and say in `rollback.notes` how to roll forward"
    elif not facts.plan.rollback_notes:
        fact = f"after the {product.migration} migration of {product.name} there is no way back, and no other plan"
        remedy = "say in `rollback.notes` how to roll forward"
    else:
        return
    yield history.about(facts, product, "migration.no-way-back", Weight.BLOCKER, fact, remedy, "plan")
