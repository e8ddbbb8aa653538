"""What one recorded go speaks of."""

from gonogo.domain.digest import Content, differences
from gonogo.domain.plan import Product
from gonogo.domain.state import GoDecision, ReleaseState
from gonogo.domain.version import same_build


def stands(decision: GoDecision, content: Content) -> bool:
    """Whether a go counts, and still speaks of what ships: another version needs another go."""
    return not decision.flaw and not differences(dict(decision.content), content)


def is_rolled_back(state: ReleaseState, decision: GoDecision) -> bool:
    """Whether it was decided to go back in that environment after this go."""
    return any(
        one.target.environment == decision.environment and one.seq > decision.seq for one in state.rollbacks
    )


def covers(decision: GoDecision, product: Product) -> bool:
    """Whether a go counts and let in the version that is planned now."""
    if decision.flaw:
        return False
    named = decision.versions.get(product.name) or dict(decision.content).get(f"{product.name}/version")
    if named is None:
        # of a very large release an older record keeps one hash, and not which versions it let in
        return not decision.versions
    return same_build(named, product.version, product.scheme, product.name)
