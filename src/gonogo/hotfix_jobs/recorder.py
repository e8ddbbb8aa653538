"""Where the facts of a piece of work go, as the executor needs it."""

from typing import Protocol

from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.preview import Pick
from gonogo.hotfix.steps import Step
from gonogo.hotfix_jobs import picking


class Recorder(Protocol):
    """Where facts go. Each call is durable when it returns; it raises what writing the journal raises."""

    def known(self) -> Hotfix:
        """The hotfix as recorded so far."""
        ...

    def begin(self, step: Step) -> None:
        """A step is about to be done."""
        ...

    def end(self, step: Step, commit: str, tag_object: str, *, found: bool) -> None:
        """A step was done, or found to have been."""
        ...

    def stop(self, step: Step, stopped: picking.Stopped) -> None:
        """A pick met a conflict."""
        ...

    def resolve(self, step: Step, pick: Pick, files: tuple[tuple[str, str, int], ...]) -> None:
        """Somebody resolved these files: path, how, number of hunks."""
        ...

    def test(self, commit: str, evidence: str) -> None:
        """Somebody says what was tested."""
        ...

    def pushed(self, remote: str, refs: tuple[str, ...]) -> None:
        """The remote has it."""
        ...

    def push_refused(self, remote: str, reason: str, lines: tuple[str, ...]) -> None:
        """The remote said no."""
        ...

    def finish(self) -> None:
        """Nothing more is to be done."""
        ...

    def abort(self, remains: tuple[str, ...]) -> None:
        """Everything was taken back, but for these."""
        ...

    def missing_approvals(self) -> tuple[tuple[str, str], ...]:
        """(what is missing, the command to type) for each approval that is not given."""
        ...
