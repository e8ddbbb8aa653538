"""How cells stand to each other, by the product's scheme."""

import pytest

from gonogo.events.state import ReleaseState
from gonogo.facts import Running, Seen, Status
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.matrix import Relation, build
from gonogo.matrix.drift import drift_from_before
from gonogo.plan import Target
from support.releases import NOW, plan, seen

STAGING, PRODUCTION = Target("web", "staging"), Target("web", "production")


@pytest.mark.parametrize(
    ("staging", "production", "relation"),
    [
        ("1.2.3", "v1.2.3", Relation.MATCH),
        ("1.10.0", "1.9.0", Relation.BEHIND),
        ("1.9.0", "1.10.0", Relation.AHEAD),
        ("banana", "1.2.3", Relation.DIFFERS),
    ],
)
def test_a_cell_is_compared_with_the_environment_before(staging: str, production: str, relation: Relation) -> None:
    """Behind is how a release travels; ahead has skipped a test."""
    evidence = {
        STAGING: absorb(NOTHING, seen(staging, STAGING)),
        PRODUCTION: absorb(NOTHING, seen(production, PRODUCTION)),
    }
    matrix = build(plan(), ReleaseState(), evidence, NOW)

    [drift] = drift_from_before(plan(), matrix, matrix.cells[PRODUCTION])

    assert (drift.environment, drift.relation) == ("staging", relation)
    assert drift_from_before(plan(), matrix, matrix.cells[STAGING]) == ()


def test_nothing_is_said_against_an_environment_nobody_sees() -> None:
    """What is unknown before is no drift."""
    matrix = build(plan(), ReleaseState(), {PRODUCTION: absorb(NOTHING, seen("1.2.3", PRODUCTION))}, NOW)

    [drift] = drift_from_before(plan(), matrix, matrix.cells[PRODUCTION])

    assert drift.relation is Relation.UNKNOWN


def test_a_cell_whose_own_sources_disagree_is_compared_with_nobody() -> None:
    """That the other one is not known would be the wrong reason."""
    counted = Seen(PRODUCTION, (Running("1.2.2", replicas=2),), Status.SUCCEEDED, NOW, "prom", origin="prom")
    evidence = {
        STAGING: absorb(NOTHING, seen("1.2.3", STAGING)),
        PRODUCTION: absorb(absorb(NOTHING, seen("1.2.3", PRODUCTION)), counted),
    }
    matrix = build(plan(), ReleaseState(), evidence, NOW)
    assert matrix.cells[PRODUCTION].relation is Relation.DISAGREE
    assert drift_from_before(plan(), matrix, matrix.cells[PRODUCTION]) == ()
