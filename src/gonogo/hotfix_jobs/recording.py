"""The journal as the place where the executor's facts go."""

from typing import Protocol

from gonogo.acts import Command, Scene
from gonogo.acts import hotfixes as acts
from gonogo.acts.scene import Outcome, Refused
from gonogo.errors import ConflictError, RefusedError
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.preview import Pick
from gonogo.hotfix.steps import Step
from gonogo.hotfix.typed import typed
from gonogo.hotfix_jobs import picking


class Journaling(Protocol):
    """What of a session it takes to record facts; a front end may put a thread in between."""

    def refresh(self) -> bool:
        """Read what others have written since."""
        ...

    def submit(self, command: Command) -> Outcome:
        """Judge and record."""
        ...

    def scene(self) -> Scene:
        """What a decision would be judged on now."""
        ...


class JournalRecorder:
    """Writes every fact as an event, and fails with what the journal says when it cannot be written."""

    def __init__(self, journal: Journaling, hotfix_id: str, reason: str = "") -> None:
        self._journal = journal
        self._id = hotfix_id
        self._reason = reason

    def known(self) -> Hotfix:
        """See `executor.Recorder`; so are the others."""
        found = self._journal.scene().state.hotfixes.get(self._id)
        if found is None:
            raise ConflictError(f"the journal knows no {self._id}", remedy="gonogo hotfix status")
        return found

    def begin(self, step: Step) -> None:
        """A step is about to be done."""
        self._submit(acts.BeginStep(self._id, step.number, step.kind.value))

    def end(self, step: Step, commit: str, tag_object: str, *, found: bool) -> None:
        """A step was done."""
        self._submit(acts.EndStep(self._id, step.number, step.kind.value, commit, tag_object, found))

    def stop(self, step: Step, stopped: picking.Stopped) -> None:
        """A pick stopped; how many places of which files are in conflict."""
        files = tuple((one.path, one.kind, len(one.hunks)) for one in stopped.conflicts)
        self._submit(acts.StopHotfix(self._id, step.number, stopped.pick.oid, files))

    def resolve(self, step: Step, pick: Pick, files: tuple[tuple[str, str, int], ...]) -> None:
        """A person answered for these files: path, kind, number of places."""
        self._submit(acts.ResolveHotfix(self._id, step.number, pick.oid, files))

    def test(self, commit: str, evidence: str) -> None:
        """A person says that this very commit was tested, and by what."""
        self._submit(acts.TestHotfix(self._id, commit, evidence))

    def pushed(self, remote: str, refs: tuple[str, ...]) -> None:
        """The remote has these references now."""
        self._submit(acts.PushedHotfix(self._id, remote, refs))

    def push_refused(self, remote: str, reason: str, lines: tuple[str, ...]) -> None:
        """The remote took none of them; `lines` is what it said."""
        self._submit(acts.PushRefused(self._id, remote, reason, lines))

    def finish(self) -> None:
        """Every step is done: the hotfix is over."""
        self._submit(acts.FinishHotfix(self._id))

    def abort(self, remains: tuple[str, ...]) -> None:
        """Taken back."""
        self._submit(acts.AbortHotfix(self._id, self._reason, remains))

    def missing_approvals(self) -> tuple[tuple[str, str], ...]:
        """Asked of the approvals engine, as of now."""
        self._journal.refresh()
        scene = self._journal.scene()
        known = self.known()
        missing = acts.missing_approvals(scene, known)
        return tuple(
            (one.fact, f"{typed(known.kind, 'approve', known.product)} {one.slot.name}") for one in missing
        )

    def _submit(self, command: Command) -> None:
        outcome = self._journal.submit(command)
        if isinstance(outcome, Refused):
            raise RefusedError(outcome.refusal.reason, remedy=outcome.refusal.remedy)
