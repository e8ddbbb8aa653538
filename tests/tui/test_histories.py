"""What the reading of histories tells while nothing moves."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.engine import histories
from gonogo.engine.histories import Histories, Read, Unmoved
from gonogo.plan import LoadedPlan, Product
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
            for name, _ in message.ages:
                told[name] += 1
            if min(told.values()) >= 3:
                all_told.set()

    wiring = stage.wiring()
    thread = Histories(wiring.fingerprint, wiring.read_changes, put, lambda _: None)
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


class Disk:
    """Forty repositories; git hangs on one when it is asked for references, on another when it reads."""

    NAMES = tuple(f"p{number:02}" for number in range(40))

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.told: Counter[str] = Counter()
        self.oldest = 0.0
        self.read: set[str] = set()
        self.news = threading.Condition()

    def fingerprint(self, product: Product) -> str:
        """What its references are; nothing moves."""
        if product.name == "p00":
            assert self.answers.wait(60)
        return "same"

    def read_changes(self, product: Product, *_: object) -> Changes:
        """Its history."""
        if product.name == "p01":
            assert self.answers.wait(60)
        return history(product)

    def put(self, message: Read | Unmoved) -> None:
        """What the threads say."""
        with self.news:
            if isinstance(message, Read):
                self.read.add(message.changes.product)
            else:
                self.told.update(name for name, _ in message.ages)
                self.oldest = max(self.oldest, *(age for _, age in message.ages))
            self.news.notify_all()

    def until(self, told: Callable[[], bool]) -> None:
        """Wait for a state."""
        with self.news:
            assert self.news.wait_for(told, 60)


def test_a_repository_that_hangs_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty-eight of forty are read and told again and again; a decision waits for all, and gets them."""
    monkeypatch.setattr(histories, "EVERY", 0.01)
    monkeypatch.setattr(histories, "TELL", 0.05)
    disk = Disk()
    products = tuple(Product(name, "1.2.3", repo=f"/srv/{name}") for name in disk.NAMES)
    plan = cast(LoadedPlan, SimpleNamespace(plan=SimpleNamespace(products=products)))
    posted: list[Any] = []
    thread = Histories(disk.fingerprint, disk.read_changes, disk.put, posted.append)
    thread.follow(plan, 1)
    try:
        others = set(disk.NAMES[2:])
        disk.until(lambda: disk.read == others and all(disk.told[name] >= 3 for name in others))
        assert not thread.look_through(0.1)
        disk.answers.set()
        assert thread.look_through(60)
        assert disk.read == set(disk.NAMES)
        # what a decision waited for is told before it goes on
        assert all(disk.told[name] for name in others)
    finally:
        disk.answers.set()
        thread.stop()
    assert not posted


def test_how_old_a_look_is_is_told_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at a while ago is not told as looked at now."""
    monkeypatch.setattr(histories, "EVERY", 0.01)
    monkeypatch.setattr(histories, "TELL", 0.5)
    disk = Disk()
    disk.answers.set()
    products = tuple(Product(name, "1.2.3", repo=f"/srv/{name}") for name in disk.NAMES)
    plan = cast(LoadedPlan, SimpleNamespace(plan=SimpleNamespace(products=products)))
    thread = Histories(disk.fingerprint, disk.read_changes, disk.put, lambda _: None)
    thread.follow(plan, 1)
    try:
        disk.until(lambda: all(disk.told[name] >= 2 for name in disk.NAMES))
    finally:
        thread.stop()
    assert disk.oldest > 0


def test_a_history_that_could_not_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its references need not show why; one that was read is left alone until they move."""
    monkeypatch.setattr(histories, "EVERY", 0.01)
    monkeypatch.setattr(histories, "AGAIN", 0.05)
    asked: list[str] = []
    known: dict[str, Changes] = {}
    both = threading.Event()

    def read(product: Product, *_: object) -> Changes:
        failing = product.name == "api" and "api" not in asked
        asked.append(product.name)
        return Unreadable(product.name, "git does not trust it") if failing else history(product)

    def put(message: Read | Unmoved) -> None:
        if isinstance(message, Read):
            known[message.changes.product] = message.changes
        if len(known) == 2 and not any(isinstance(one, Unreadable) for one in known.values()):
            both.set()

    products = tuple(Product(name, "1.2.3", repo=f"/srv/{name}") for name in ("web", "api"))
    plan = cast(LoadedPlan, SimpleNamespace(plan=SimpleNamespace(products=products)))
    thread = Histories(lambda _: "same", read, put, lambda _: None)
    thread.follow(plan, 1)
    try:
        assert both.wait(20)
    finally:
        thread.stop()
    assert sorted(asked) == ["api", "api", "web"]
