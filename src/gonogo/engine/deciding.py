"""Asking anew before a decision: in a thread of its own; the answers go to the journal's thread."""

import threading
import time
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gonogo.acts import Command
from gonogo.errors import GonogoError
from gonogo.facts import Observation
from gonogo.plan import LoadedPlan, Target

AskAnew = Callable[[LoadedPlan, frozenset[Target], Callable[[int, int], None]], tuple[Observation, ...]]
"""Ask everything about those cells; tells how many of how many questions were answered. Raises GonogoError."""


class Decide(Struct, frozen=True):
    """Somebody is about to decide: what it rests on is asked anew, by this session, before anything else."""

    ticket: int
    environment: str
    """"" for the whole release."""
    command: Command | None = None
    """Judged once the answers are in; None where they are only to be looked at."""


class SeenAnew(Struct, frozen=True):
    """What the endpoints answered to a question asked for a decision."""

    asked: Decide
    generation: int
    targets: frozenset[Target]
    found: tuple[Observation, ...] | GonogoError
    again: bool = False
    """Whether this is the second sample of what contradicted the record."""
    late: bool = False
    """Whether something beyond the cells did not answer in time."""


PATIENCE = 20.0
"""Seconds that a decision waits for repositories and metrics; what has not answered by then is not known."""


def ask_in_a_thread(
    ask: AskAnew,
    loaded: LoadedPlan,
    question: SeenAnew,
    put: Callable[[SeenAnew], None],
    progress: Callable[[int, int], None],
    also: Sequence[Callable[[], bool]] = (),
) -> None:
    """Have `question` answered, and put it back with what was found; `progress` is told in that thread.

    `also` are looked at meanwhile; each says whether it has come to its end, and tells by itself what it found.
    """

    def work() -> None:
        looks = [_Look(look) for look in also]
        found: tuple[Observation, ...] | GonogoError
        try:
            found = ask(loaded, question.targets, progress)
        except GonogoError as error:
            found = error
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told to whoever decides, never swallowed
            found = GonogoError(f"asking anew ended unexpectedly: {type(error).__name__}: {error}"[:300])
        end = time.monotonic() + PATIENCE
        late = not all(look.has_ended_by(end) for look in looks)
        put(replace(question, found=found, late=late))

    threading.Thread(target=work, name=f"gonogo-anew-{question.asked.ticket}", daemon=True).start()


class _Look:
    """A look in a thread of its own, which nobody has to wait for when the program ends."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._complete = False
        self._thread = threading.Thread(target=self._run, name="gonogo-anew-beyond", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._complete = self._look()

    def has_ended_by(self, end: float) -> bool:
        """Wait until `end`, by the monotonic clock; whether it is complete by then."""
        self._thread.join(max(0.0, end - time.monotonic()))
        return self._complete
