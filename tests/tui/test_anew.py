"""What a decision rests on beyond the cells is looked at anew as well."""

import asyncio
from threading import Event

import pytest
from msgspec.structs import replace

from gonogo.changelog import Changes, ProductChanges, Tag
from gonogo.engine import deciding, histories, loop
from gonogo.plan import Product
from tui.evening import Evening, evening_plan
from tui.stage import history

WEB = replace(evening_plan().products[0], repo="/srv/web", revision="d" * 40)


class Disk:
    """Where the references of a repository lie; it may hang."""

    def __init__(self) -> None:
        self.hangs, self.answers = Event(), Event()

    def fingerprint(self, _product: Product) -> str:
        """Always the same, if it comes."""
        if self.hangs.is_set():
            self.answers.wait(20)
        return "same"


def _evening() -> Evening:
    evening = Evening(evening_plan((), gates=(), approvals=(), products=(WEB,)))
    evening.start()
    return evening


def _tagged(product: Product, oid: str) -> Changes:
    found = history(product)
    assert isinstance(found, ProductChanges)
    return replace(found, range=replace(found.range, tag=Tag(product.tag_name, oid, annotated=True)))


def test_a_tag_that_moved_a_moment_ago_is_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The repositories are looked at for the list, whenever their turn would have come."""
    monkeypatch.setattr(histories, "EVERY", 3_600)
    evening = _evening()
    moved = Event()
    evening.histories = lambda product: _tagged(product, ("e" if moved.is_set() else "d") * 40)

    async def run() -> None:
        async with evening.cockpit(fingerprint=lambda _: str(moved.is_set())) as seat:
            await seat.press("o", "enter")
            await seat.sees("Type 1.2.3")
            await seat.press("escape")
            moved.set()
            await seat.press("o", "enter")
            await seat.sees("tag.moved")

    asyncio.run(run())


def test_a_repository_that_does_not_answer_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said before does not carry a decision."""
    monkeypatch.setattr(deciding, "PATIENCE", 0.2)
    monkeypatch.setattr(loop, "PATIENCE", 0.2)
    evening = _evening()
    evening.histories = lambda product: _tagged(product, "d" * 40)
    disk = Disk()

    async def run() -> None:
        async with evening.cockpit(fingerprint=disk.fingerprint) as seat:
            disk.hangs.set()
            await seat.press("o", "enter")
            await seat.sees("git.old")
            disk.answers.set()

    asyncio.run(run())


def test_nobody_signs_what_a_repository_said_before_it_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dialog says what it waits for, then what is not known, and takes no word."""
    monkeypatch.setattr(deciding, "PATIENCE", 1.0)
    monkeypatch.setattr(loop, "PATIENCE", 1.0)
    evening = Evening(evening_plan((), gates=(), products=(WEB,)))
    evening.start()
    evening.histories = lambda product: _tagged(product, "d" * 40)
    disk = Disk()

    async def run() -> None:
        async with evening.cockpit(fingerprint=disk.fingerprint) as seat:
            disk.hangs.set()
            await seat.press("a")
            await seat.sees("waiting for metrics and repositories")
            await seat.sees("would sign is not known any more")
            disk.answers.set()

    asyncio.run(run())
