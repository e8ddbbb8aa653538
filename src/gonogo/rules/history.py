"""What git says about each product: its history, its tag, and whether its version fits its commits."""

from collections.abc import Iterable

from gonogo.changelog import ProductChanges, Unreadable
from gonogo.facts.ageing import why_old
from gonogo.plan import Environment, Product
from gonogo.rules.facts import Facts
from gonogo.rules.naming import owner_of_product
from gonogo.rules.reason import ReasonLine, Weight


def products(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """What git says about each product that names a repository."""
    for product in facts.plan.products:
        if not product.repo:
            continue
        changes = facts.changes.get(product.name)
        old = why_old(facts.inputs.histories_at.get(product.name), facts.now)
        if changes is not None and old:
            fact = f"what the history of {product.name} says is not known any more: {old}"
            yield not_read(facts, product, "git.old", fact)
        if changes is None or (isinstance(changes, ProductChanges) and not changes.complete):
            yield not_read(facts, product, "git.loading", f"the history of {product.name} is being read")
        elif isinstance(changes, Unreadable):
            fact = f"the history of {product.name} cannot be read: {changes.reason}"
            yield not_read(facts, product, "git.unreadable", fact, changes.remedy)
        else:
            # before production a missing tag is work still to come; into production nothing goes untagged
            weight = Weight.BLOCKER if environment.production else Weight.WARNING
            yield from tag_is_there(facts, product, changes, weight)
            yield from tag_is_unmoved(facts, product, changes)
            yield from contradicted(facts, product, changes, Weight.WARNING)
            yield from _problems(facts, product, changes)


def read(facts: Facts, product: Product) -> ProductChanges | None:
    """What git says, when it was read to the end; `products` says so where it was not."""
    changes = facts.changes.get(product.name)
    return changes if isinstance(changes, ProductChanges) and changes.complete else None


def about(
    facts: Facts, product: Product, rule: str, weight: Weight, fact: str, remedy: str, source: str = ""
) -> ReasonLine:
    """A reason about one product, for whoever owns it; without `source` it is what its repository said."""
    return ReasonLine(
        rule,
        weight,
        fact,
        f"product:{product.name}",
        None if source else facts.inputs.histories_at.get(product.name),
        source or product.repo or "plan",
        who=owner_of_product(facts.plan, product.name),
        remedy=remedy,
    )


def not_read(facts: Facts, product: Product, rule: str, fact: str, remedy: str = "") -> ReasonLine:
    """Something about a product's history is not known."""
    return about(facts, product, rule, Weight.UNKNOWN, fact, remedy or f"gonogo changelog {product.name}")


def tag_is_there(
    facts: Facts, product: Product, changes: ProductChanges, weight: Weight = Weight.BLOCKER
) -> Iterable[ReasonLine]:
    """The planned version must be tagged."""
    if not changes.tag_exists:
        fact = f"{product.name} has no tag {product.tag_name}"
        # it makes the release commit first, with the changelog and the version files, and pushes both
        yield about(facts, product, "tag.missing", weight, fact, f"gonogo prepare {product.name}")


def tag_is_unmoved(facts: Facts, product: Product, changes: ProductChanges) -> Iterable[ReasonLine]:
    """The tag must lead where the plan pins it, and where it led when the release was started."""
    if not changes.tag_exists:
        return
    remedy = "find out who moved the tag; do not ship it before"
    moved = f"{product.tag_name} of {product.name} points at {changes.tag_oid[:12]}"
    record = facts.state.lifecycle.plan
    started = record.pins.get(product.name, "") if record else ""
    if changes.pin_mismatch:
        fact = f"{moved}, the plan pins {product.revision[:12]}"
        yield about(facts, product, "tag.moved", Weight.BLOCKER, fact, remedy)
    elif (
        record and started and started != changes.tag_oid and record.versions.get(product.name) == product.version
    ):
        fact = f"{moved}, and {started[:12]} was agreed on when the release was started"
        yield about(facts, product, "tag.moved", Weight.BLOCKER, fact, remedy)


def tag_is_annotated(facts: Facts, product: Product, changes: ProductChanges) -> Iterable[ReasonLine]:
    """A light tag says neither who made it nor when."""
    if changes.tag_exists and not changes.range.tag.annotated:
        fact = f"tag {product.tag_name} of {product.name} is not annotated: nobody is named in it"
        remedy = f"git tag -a -f {product.tag_name} {changes.tag_oid[:12]}    before it is published"
        yield about(facts, product, "tag.light", Weight.BLOCKER, fact, remedy)


def tag_is_pinned(facts: Facts, product: Product) -> Iterable[ReasonLine]:
    """Without a pin nobody could notice that a tag was moved before the start."""
    if not product.revision:
        fact = f"{product.name} is not pinned: the plan names no `revision` its tag must lead to"
        remedy = f"put `revision:` at {product.name}; git rev-parse {product.tag_name}^{{commit}} prints it"
        yield about(facts, product, "tag.unpinned", Weight.BLOCKER, fact, remedy, "plan")


def contradicted(facts: Facts, product: Product, changes: ProductChanges, weight: Weight) -> Iterable[ReasonLine]:
    """The commits ask for another version than the planned one."""
    if changes.contradiction:
        fact = f"{product.name}: {changes.contradiction}"
        yield about(facts, product, "version.contradicted", weight, fact, f"gonogo next-version {product.name}")


def _problems(facts: Facts, product: Product, changes: ProductChanges) -> Iterable[ReasonLine]:
    """A shallow clone, a newest tag that is not reachable: what makes the list of commits doubtful."""
    for problem in changes.problems:
        fact = f"{product.name}: {problem}"
        yield about(facts, product, "git.doubtful", Weight.WARNING, fact, f"gonogo changelog {product.name}")
