"""Asking anew before a decision: in a thread of its own; the answers go to the journal's thread."""

import threading
from collections.abc import Callable

from msgspec import Struct
from textual.message import Message

from gonogo.domain.decide import Command
from gonogo.domain.observation import Observation, Target
from gonogo.domain.plan import LoadedPlan
from gonogo.errors import GonogoError
from gonogo.tui.messages import AskedAnew
from gonogo.tui.wiring import AskAnew


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


def ask_in_a_thread(
    ask: AskAnew,
    loaded: LoadedPlan,
    question: SeenAnew,
    put: Callable[[SeenAnew], None],
    post: Callable[[Message], object],
) -> None:
    """Have `question` answered, and put it back with what was found; progress is posted."""

    def progress(answered: int, of: int) -> None:
        post(AskedAnew(question.asked.ticket, answered, of))

    def work() -> None:
        found: tuple[Observation, ...] | GonogoError
        try:
            found = ask(loaded, question.targets, progress)
        except GonogoError as error:
            found = error
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            found = GonogoError(f"asking anew ended unexpectedly: {type(error).__name__}: {error}"[:300])
        put(SeenAnew(question.asked, question.generation, question.targets, found, question.again))

    threading.Thread(target=work, name=f"gonogo-anew-{question.asked.ticket}", daemon=True).start()
