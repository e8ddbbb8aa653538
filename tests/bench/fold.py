"""How the fold of a journal grows: processor time of 1,000 to 50,000 events, by what they are.

    python tests/bench/fold.py              # exit code 1 when a target is missed

The exponent is that of a fit over four sizes: 1 is linear, 2 is quadratic. Notes are all on one item and are
compared with as many ticks; "new versions" is one cell that sees another version with each event.
"""

import gc
import math
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gonogo import events as kinds
from gonogo.events import Actor, Event, EventId
from gonogo.events.state import replay

SIZES = (1_000, 5_000, 15_000, 50_000)
EXPONENT = 1.1
NOTES_TO_TICKS = 1.3
ROUNDS = 5
START = datetime(2030, 1, 1, tzinfo=UTC)
PEOPLE = [Actor(1_000 + number, f"user{number}") for number in range(40)]
PER_CELL = 160


def main() -> int:
    """Print a row for each sort of event; 1 when one grows faster than it may."""
    sys.stdout.write(f"| events | {' | '.join(f'{size:,}: us each' for size in SIZES)} | exponent |\n")
    sys.stdout.write(f"|---|{'---|' * (len(SIZES) + 1)}\n")
    largest, worst = {}, 0.0
    for name, make in SORTS.items():
        spent = [_seconds(make, size) for size in SIZES]
        exponent = _slope([math.log(size) for size in SIZES], [math.log(one) for one in spent])
        largest[name], worst = spent[-1], max(worst, exponent)
        each = (f"{one / size * 1e6:.2f}" for one, size in zip(spent, SIZES, strict=True))
        sys.stdout.write(f"| {name} | {' | '.join(each)} | {exponent:.2f} |\n")
    ratio = largest["notes"] / largest["ticks"]
    sys.stdout.write(f"\nnotes on one item against as many ticks: {ratio:.2f}x\n")
    return int(worst > EXPONENT or ratio > NOTES_TO_TICKS)


def _seconds(make: Callable[[int], Event], size: int) -> float:
    events = [make(number) for number in range(1, size + 1)]
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.process_time()
        replay(events)
        found.append(time.process_time() - begun)
    return min(found)


def _slope(across: list[float], up: list[float]) -> float:
    mean, height = sum(across) / len(across), sum(up) / len(up)
    return sum((x - mean) * (y - height) for x, y in zip(across, up, strict=True)) / sum(
        (x - mean) ** 2 for x in across
    )


def _event(number: int, kind: str, subject: str, **data: object) -> Event:
    at = START + timedelta(seconds=number)
    return Event(number, EventId(f"e{number}"), at, PEOPLE[number % len(PEOPLE)], kind, subject, data)


def _tick(number: int) -> Event:
    kind = kinds.ITEM_TICKED if number % 2 else kinds.ITEM_UNTICKED
    return _event(number, kind, f"item:i{number // 2 % 40}", title="The certificate is renewed")


def _note(number: int) -> Event:
    return _event(number, kinds.ITEM_NOTED, "item:one", text="asked the team again")


def _cell(number: int) -> Event:
    version = f"1.2.{number // PER_CELL % 7}"
    subject = f"cell:product{number % 40}/env{number % 4}"
    return _event(number, kinds.CELL_CHANGED, subject, versions=[version], status="ok", source="https://x.example")


def _split(number: int) -> Event:
    round_ = number // PER_CELL
    old, new = f"1.2.{round_ % 7}", f"1.2.{(round_ + 1) % 7}"
    return _event(
        number, kinds.CELL_CHANGED, f"cell:product{number % 40}/env{number % 4}",
        versions=[old, new], status="ok", source="https://x.example",
        revisions=["ab" * 20, "cd" * 20], shares={old: 80, new: 20},
    )  # fmt: skip


def _new_version(number: int) -> Event:
    return _event(number, kinds.CELL_CHANGED, "cell:web/staging", versions=[f"1.2.{number}"], status="ok")


def _mixed(number: int) -> Event:
    turn = number % 10
    return _cell(number) if turn < 5 else _tick(number) if turn < 9 else _note(number)


SORTS = {
    "ticks": _tick,
    "notes": _note,
    "cells": _cell,
    "splits": _split,
    "new versions": _new_version,
    "mixed": _mixed,
}


if __name__ == "__main__":
    raise SystemExit(main())
