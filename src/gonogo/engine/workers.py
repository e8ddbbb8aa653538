"""Threads that ask, and that nobody has to wait for: one that hangs ends with the process."""

import queue
import threading
from collections.abc import Callable

Work = Callable[[], object]


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
