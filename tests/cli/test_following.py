"""What a session without a screen keeps up."""

import queue
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.cli import following
from gonogo.plan import Plan, Product
from tui.stage import history, make_plan


def test_a_history_that_could_not_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its references need not show why; one that was read is left alone until they move."""
    asked: list[list[str]] = []

    def read(_plan: Plan, products: Sequence[Product]) -> Iterator[Changes]:
        asked.append([product.name for product in products])
        for product in products:
            failing = product.name == "api" and len(asked) == 1
            yield Unreadable(product.name, "git does not trust it") if failing else history(product)

    plan = replace(
        make_plan(), products=tuple(Product(name, "1.2.3", repo=f"/srv/{name}") for name in ("web", "api"))
    )
    doors = SimpleNamespace(fingerprint=lambda _product: "same", read_changes=read)
    session = SimpleNamespace(loaded=SimpleNamespace(plan=plan), learn=lambda _: None, unmoved=lambda _: None)
    parts: list[Any] = [SimpleNamespace(doors=doors), session, None, None, queue.SimpleQueue()]
    loop = following._Following(*parts, git=True)
    monkeypatch.setattr(loop, "_is_due", lambda every: every == following.AGAIN)
    for _ in range(3):
        loop._read_histories()
    assert asked == [["web", "api"], ["api"], []]
