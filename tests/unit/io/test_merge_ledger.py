"""The whole ledger: what was read is kept as long as the repository stands as it did, and not a moment longer."""

from pathlib import Path

import pytest

from gonogo.facts.ledger import Arrival, Ledger
from gonogo.io.git.ledger import survey
from gonogo.io.repository_files import merge_ledger
from gonogo.io.repository_files.merge_ledger import read_ledger
from gonogo.plan import Environment, Plan, Product
from gonogo.testing.clock import FakeClock
from support.repositories import git
from unit.io.test_git_ledger import Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.needs("git")


def read(repo: Path) -> Ledger:
    """What is known of the one product now."""
    product = Product("web", "1.1.0", repo=str(repo))
    plan = Plan("2026.11", (Environment("prod", production=True),), (product,))
    return read_ledger(plan, plan.products, (), FakeClock())


def test_a_history_is_read_once_while_no_reference_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look costs a list of references; a branch that moved is read anew."""
    surveyed: list[str] = []

    def counted(product: Product, *more: object) -> object:
        surveyed.append(product.name)
        return survey(product, *more)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(merge_ledger, "survey", counted)
    assert [cell.arrival for cell in read(desk.path).cells if cell.subject == "fix: login"] == [Arrival.MISSING]
    read(desk.path)
    assert surveyed == ["web"]
    desk.do("cherry-pick", "-x", git(desk.path, "rev-parse", "v1.0.1~1"))
    assert [cell.arrival for cell in read(desk.path).cells if cell.subject == "fix: login"] == [Arrival.PRESENT]
    assert surveyed == ["web", "web"]


def test_what_could_not_be_read_is_read_again(desk: Desk) -> None:
    """A problem may pass by itself."""
    (desk.path / ".git" / "HEAD").rename(desk.path / ".git" / "gone")
    assert "not a git repository" in read(desk.path).problem
    (desk.path / ".git" / "gone").rename(desk.path / ".git" / "HEAD")
    assert read(desk.path).problem == ""
