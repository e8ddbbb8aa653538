"""The same for many things at once, in threads that nobody has to wait for."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_A = TypeVar("_A")
_B = TypeVar("_B")


def side_by_side(function: Callable[[_A], _B], items: Sequence[_A], at_once: int) -> tuple[_B, ...]:
    """What `function` says of each, in order, so many at the same time; raises what it raised first.

    The threads of the standard library's pools are waited for when the interpreter ends: git that hangs would keep
    alive what somebody has left.
    """
    left: queue.SimpleQueue[int] = queue.SimpleQueue()
    found: queue.SimpleQueue[tuple[int, _B] | Exception] = queue.SimpleQueue()
    for number in range(len(items)):
        left.put(number)

    def work() -> None:
        try:
            while True:
                number = left.get_nowait()
                found.put((number, function(items[number])))
        except queue.Empty:
            pass
        except Exception as error:  # noqa: BLE001  outermost door of a thread: raised by whoever waits
            found.put(error)

    for _ in range(min(at_once, len(items))):
        threading.Thread(target=work, name="gonogo-side-by-side", daemon=True).start()
    answers: dict[int, _B] = {}
    while len(answers) < len(items):
        answer = found.get()
        if isinstance(answer, Exception):
            raise answer
        answers[answer[0]] = answer[1]
    return tuple(answers[number] for number in range(len(items)))
