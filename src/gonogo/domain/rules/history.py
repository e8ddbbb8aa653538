"""What git says about each product."""

from collections.abc import Iterable

from gonogo.domain.changelog import ProductChanges, Unreadable
from gonogo.domain.plan import Environment, Product
from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.naming import person
from gonogo.domain.rules.reason import ReasonLine, Weight


def products(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
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
        who=person(facts.plan, product.owner),
        remedy=remedy or f"gonogo changelog {product.name}",
    )


def _release_tag(
    facts: Facts, product: Product, changes: ProductChanges, environment: Environment
) -> Iterable[ReasonLine]:
    subject = f"product:{product.name}"
    who = person(facts.plan, product.owner)
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
            who=person(facts.plan, product.owner),
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
            who=person(facts.plan, product.owner),
            remedy=f"gonogo changelog {product.name}",
        )
