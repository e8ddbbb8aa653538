"""What the reading of histories tells while nothing moves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from gonogo.tui import histories
from gonogo.tui.histories import Histories, Read, Unmoved
from support.deciding import loaded
from tui.stage import Stage, make_plan

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
