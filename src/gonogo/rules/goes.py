"""What one recorded go speaks of."""

from collections.abc import Mapping

from gonogo.changelog import Changes, ProductChanges
from gonogo.events.state import GoDecision, ReleaseState
from gonogo.plan import Plan, Product, Target
from gonogo.rules.digest import Content, differences
from gonogo.versions import overlaps, same_build


def stands(decision: GoDecision, content: Content) -> bool:
    """Whether a go counts, and still speaks of what ships: another version needs another go."""
    return not decision.flaw and not differences(dict(decision.content), content)


def is_rolled_back(plan: Plan, state: ReleaseState, decision: GoDecision) -> bool:
    """Whether that environment went back after this go: it was decided, or was seen to have happened."""
    decided = any(
        one.target.environment == decision.environment and one.seq > decision.seq for one in state.rollbacks
    )
    return decided or any(
        last_left(state, product, Target(product.name, decision.environment)) > decision.seq
        for product in plan.products
    )


def last_left(state: ReleaseState, product: Product, target: Target) -> int:
    """Number of the last record that shows another version where the planned one had run alone; 0 for none."""

    def is_planned(text: str) -> bool:
        return overlaps(text, product.version, product.scheme, product.name)

    return max(
        (
            entry.left_seq
            for text, entry in state.entries.get(target, {}).items()
            if entry.left_seq and is_planned(text) and not any(map(is_planned, entry.left_to))
        ),
        default=0,
    )


def voided(state: ReleaseState, decision: GoDecision, seq: int) -> bool:
    """Whether an edit of what ships was accepted after the go and before number `seq`."""
    edits = [one for one in state.lifecycle.amendments if one.signed and decision.seq < one.seq < seq]
    return bool(edits) and edits[-1].digest != decision.digest


def tagged_commits(plan: Plan, changes: Mapping[str, Changes]) -> Mapping[str, str]:
    """By product: the commit that its tag names. Not of those that ship from a branch, which moves on."""
    found = ((product, changes.get(product.name)) for product in plan.products)
    return {
        product.name: known.target_oid
        for product, known in found
        if isinstance(known, ProductChanges) and known.complete and known.range.target == product.tag_name
    }


def let_in(decision: GoDecision, product: Product) -> str:
    """The commit that ships of a product, as it was when a go was given; "" where that is not on record."""
    return dict(decision.content).get(f"{product.name}/revision", "")


def covers(decision: GoDecision, product: Product, tagged: str = "") -> bool:
    """Whether a go counts and let in what is planned now: this version, of the commit `tagged`, where one is."""
    if decision.flaw:
        return False
    commit = let_in(decision, product)
    if tagged and commit and commit != tagged:
        return False
    named = decision.versions.get(product.name) or dict(decision.content).get(f"{product.name}/version")
    if named is None:
        # of a very large release an older record keeps one hash, and not which versions it let in
        return not decision.versions
    return same_build(named, product.version, product.scheme, product.name)
