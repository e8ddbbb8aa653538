"""Which products a filter leaves."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from gonogo.facts import Status
from gonogo.matrix import Freshness, Matrix, Relation
from gonogo.plan import Target
from gonogo.view.matrix_filter import kept_products
from support.matrix_app import running_cell, sample_matrix, sample_plan, with_cell

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def matrix() -> Matrix:
    """Four products in order; 001 lags behind in env-0, 002 has failed in production, 003 went stale."""
    whole = sample_matrix(sample_plan(4, 2), NOW)
    behind, failed, stale = (
        Target("product-001", "env-0"), Target("product-002", "prod-eu"), Target("product-003", "prod-eu")
    )  # fmt: skip
    whole = with_cell(whole, running_cell(behind, "1.0.9", NOW, Relation.BEHIND))
    whole = with_cell(whole, replace(whole.cells[failed], status=Status.FAILED))
    return with_cell(whole, replace(whole.cells[stale], freshness=Freshness.STALE, relation=Relation.UNKNOWN))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", "0123"),
        ("-002", "2"),
        ("PRODUCT", "0123"),
        ("drift", "1"),
        ("problem", "23"),
        ("problem 003", "3"),
        ("drift problem", ""),
        ("nothing", ""),
    ],
)
def test_a_product_stays_when_every_word_holds(matrix: Matrix, text: str, left: str) -> None:
    """Parts of names in any case, and the words drift and problem; in the plan's order."""
    assert kept_products(matrix, text) == tuple(f"product-00{number}" for number in left)
