"""What the reading of histories tells while nothing moves."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from gonogo.plan import LoadedPlan, Product
from gonogo.tui import histories
from gonogo.tui.histories import Histories, Read, Unmoved
from gonogo.tui.wiring import Wiring
from support.deciding import loaded
from tui.stage import Stage, history, make_plan

PRODUCTS = ("web", "api", "pay")


@contextmanager
def reading(stage: Stage) -> Iterator[threading.Event]:
    """Histories of three products whose references never move; the event is set once all were told three times."""
    plan = make_plan()
    first = plan.products[0]
    plan = replace(plan, products=tuple(replace(first, name=name, repo=f"/srv/{name}") for name in PRODUCTS))
    told = dict.fromkeys(PRODUCTS, 0)
    all_told = threading.Event()

    def put(message: Read | Unmoved) -> None:
        if isinstance(message, Unmoved):
            for name in message.products:
                told[name] += 1
            if min(told.values()) >= 3:
                all_told.set()

    thread = Histories(stage.wiring(), put, lambda _: None)
    thread.follow(loaded(plan), 1)
    try:
        yield all_told
    finally:
        thread.stop()


def test_every_product_whose_history_is_the_same_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first one was: after five minutes the others were not known any more, and a cockpit was UNKNOWN."""
    monkeypatch.setattr(histories, "EVERY", 0.01)
    monkeypatch.setattr(histories, "TELL", 0.05)
    with reading(Stage()) as all_told:
        assert all_told.wait(20)


def test_what_was_read_is_looked_at_again_while_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty repositories take minutes; the first must not be old by the time the last is read."""
    monkeypatch.setattr(histories, "TELL", -1.0)
    told: queue.SimpleQueue[Read | Unmoved] = queue.SimpleQueue()
    moved = {"api"}
    looked: dict[str, int] = {}

    def fingerprint(product: Product) -> str:
        looked[product.name] = looked.get(product.name, 0) + 1
        return str(looked[product.name]) if product.name in moved else "same"

    def read(product: Product, *_: object) -> object:
        return history(product)

    wiring = cast(Wiring, SimpleNamespace(fingerprint=fingerprint, read_changes=read))
    products = tuple(Product(name, "1.2.3", repo=f"/srv/{name}") for name in ("web", "api", "worker"))
    loaded = cast(LoadedPlan, SimpleNamespace(plan=SimpleNamespace(products=products)))
    posted: list[Any] = []
    thread = Histories(wiring, told.put, posted.append)
    thread.follow(loaded, 1)
    heard: list[str] = []
    try:
        while not heard or heard[-1] != "read worker":
            match told.get(timeout=30):
                case Read(_, changes):
                    heard.append(f"read {changes.product}")
                case Unmoved(_, names):
                    heard.append(f"same {' '.join(names)}")
    finally:
        thread.stop()
    assert heard == ["read web", "same web", "read api", "same web", "read worker"]
    assert not posted
