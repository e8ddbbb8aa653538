"""Threads that ask, and that nobody has to wait for: one that hangs ends with the process."""

import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

Work = Callable[[], object]
_A = TypeVar("_A")
_B = TypeVar("_B")


class Workers:
    """So many daemon threads that carry out what they are given, in order; begun with the first piece of work.

    What they find they put down by themselves. `stopped` is told the error that ended one of them unexpectedly.
    """

    def __init__(self, count: int, name: str, stopped: Callable[[Exception], object]) -> None:
        self._count = count
        self._name = name
        self._stopped = stopped
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._begun = False
        self._over = threading.Event()

    def begin(self, work: Work) -> None:
        """Have this done as soon as a thread is free."""
        if not self._begun:
            self._begun = True
            for _ in range(self._count):
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
        self._work.put(work)

    def stop(self) -> None:
        """Begin nothing any more."""
        self._over.set()
        for _ in range(self._count):
            self._work.put(None)

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None and not self._over.is_set():
                work()
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)


def side_by_side(function: Callable[[_A], _B], items: Sequence[_A], at_once: int) -> tuple[_B, ...]:
    """What `function` says of each, so many at the same time; raises what it raised first.

    The threads of the standard library's pools are waited for when the interpreter ends: git that hangs would keep
    alive what somebody has left.
    """
    found: queue.SimpleQueue[tuple[int, _B] | Exception] = queue.SimpleQueue()

    def work(number: int, item: _A) -> None:
        found.put((number, function(item)))

    workers = Workers(min(at_once, len(items)), "gonogo-side-by-side", found.put)
    for number, item in enumerate(items):
        workers.begin(partial(work, number, item))
    answers: dict[int, _B] = {}
    try:
        while len(answers) < len(items):
            answer = found.get()
            if isinstance(answer, Exception):
                raise answer
            answers[answer[0]] = answer[1]
    finally:
        workers.stop()
    return tuple(answers[number] for number in range(len(items)))
