"""The journal that could not be made: who only looks needs no writable home; nothing was recorded."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Never

from gonogo.errors import GonogoError
from gonogo.events import Actor, Draft
from gonogo.events.edition import RULES
from gonogo.ports import Tail


class UnmadeJournal:
    """See `ports.Journal`: empty, and every attempt to record says why there is no journal."""

    prefix = ""
    """See `DirectoryJournal.prefix`."""

    def __init__(self, directory: Path, actor: Actor, problem: GonogoError) -> None:
        self.directory = directory
        self.actor = actor
        self._problem = problem

    edition = RULES
    """See `ports.Journal.edition`."""

    def tail(self) -> Tail:
        """No events: a journal that exists is read, and that it cannot be read is an error of its own."""
        return Tail((), ())

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> Never:  # noqa: ARG002  # the port's own signature
        """Raise what went wrong when the journal was to be made."""
        raise self._problem

    def close(self) -> None:
        """Nothing is held."""

    def why_read_only(self) -> str:
        """Why nothing can be recorded."""
        return f"{self._problem.where}: {self._problem.message}"
