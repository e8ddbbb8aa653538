"""How work grows with its size, measured in one run: ratios hold on any machine, however busy; seconds do not."""

from collections.abc import Callable
from time import process_time

TRIES = 3
"""The least of so many counts: what else runs on the machine only ever makes it slower."""


def cost(work: Callable[[], object]) -> float:
    """CPU seconds of this process that `work` takes, at its best."""
    found = []
    for _ in range(TRIES):
        before = process_time()
        work()
        found.append(process_time() - before)
    return min(found)


def grows_with_its_size(work: Callable[[int], object], size: int) -> None:
    """Fail when four times the size costs far more than four times as much: a quadratic step costs sixteen.

    The yardstick is a loop of this interpreter over as many steps, so that the smallest sizes measure no noise.
    """
    small, yardstick = cost(lambda: work(size // 4)), cost(lambda: sum(range(size // 4)))
    large = cost(lambda: work(size))
    assert large <= 10 * max(small, yardstick), (
        f"{large / max(small, yardstick):.1f} times the cost at 4 times the size"
    )
