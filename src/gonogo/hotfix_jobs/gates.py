"""The steps that a person ends: the fix by hand, the test, the review, the push."""

from gonogo.errors import UsageError
from gonogo.hotfix.outcome import Given, Outcome, PushFailed, Waiting
from gonogo.hotfix.steps import Step, StepKind
from gonogo.hotfix.typed import typed
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs import pushing
from gonogo.hotfix_jobs.bench import Bench
from gonogo.hotfix_jobs.discovery import Found, Remote
from gonogo.hotfix_jobs.recorder import Recorder
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.text import clean


class Gates:
    """The waiting steps of one piece of work."""

    def __init__(self, bench: Bench, work: Work, recorder: Recorder, space: Workspace, found: Found) -> None:
        self._bench = bench
        self._work = work
        self._recorder = recorder
        self.space = space
        self._found = found

    @property
    def _continue(self) -> str:
        return typed(self._work.kind.value, "continue", self._work.product)

    def wait(self, step: Step, given: Given) -> Outcome | None:
        """None when the step is over; else what it waits for. Raises GonogoError."""
        match step.kind:
            case StepKind.FIX:
                return self._wait_for_fix(step)
            case StepKind.TEST:
                return self._wait_for_test(step, given)
            case StepKind.REVIEW:
                return self._wait_for_review(step)
            case _:
                return self._wait_for_push(step, given)

    def _over(self, step: Step, commit: str = "", tag_object: str = "") -> None:
        self._recorder.end(step, commit, tag_object, found=False)

    def _wait_for_fix(self, step: Step) -> Outcome | None:
        known = self._recorder.known()
        before, head, folder = known.head(step.number), self.space.head(), str(self._bench.tree)
        if head == before:
            facts = (f"{self._work.branch} is empty: commit the fix in the workspace",)
            return Waiting(step, facts, self._continue, folder)
        if self.space.door.run(["status", "--porcelain", "-z"]):
            return Waiting(step, ("the workspace has changes that are not committed",), self._continue, folder)
        self._over(step, head)
        return None

    def _wait_for_test(self, step: Step, given: Given) -> Outcome | None:
        known = self._recorder.known()
        commit = known.head(step.number)
        if given.tested and (known.tested is None or known.tested.commit != commit):
            self._recorder.test(commit, given.tested)
            known = self._recorder.known()
        if known.tested is None or known.tested.commit != commit:
            facts = ("nobody has said that it was tested; picks can apply and still be wrong here",)
            remedy = f"{self._continue} --tested '...'    what was run, and how it went"
            return Waiting(step, facts, remedy, str(self._bench.tree))
        self._over(step)
        return None

    def _wait_for_review(self, step: Step) -> Outcome | None:
        missing = self._recorder.missing_approvals()
        if missing:
            return Waiting(step, tuple(fact for fact, _ in missing), missing[0][1])
        self._over(step)
        return None

    def _wait_for_push(self, step: Step, given: Given) -> Outcome | None:
        if given.without_push:
            self._over(step)
            return None
        remote = self._found.remote(self._work.remote)
        if remote is None:
            raise UsageError(f"the repository has no remote '{self._work.remote}' any more", where=self._work.repo)
        known = self._recorder.known()
        commit, tag = known.commit, known.tag_object
        if given.push != self._work.version:
            return self._push_shown(step, given, remote, commit, tag)
        self._recorder.begin(step)
        result = pushing.push(self.space, self._work, remote, commit, tag)
        if isinstance(result, pushing.Refused):
            self._recorder.push_refused(remote.name, result.reason, result.lines)
            return PushFailed(step, remote.name, result.reason, result.lines, result.remedy, result.lost_race)
        self._recorder.pushed(remote.name, result.refs)
        self._over(step)
        return None

    def _push_shown(self, step: Step, given: Given, remote: Remote, commit: str, tag: str) -> Waiting:
        before = self._work.branch_was[:12] or "nothing"
        facts: tuple[str, ...] = (
            f"to {remote.name}, {remote.shown}",
            f"{commit[:12]} as refs/heads/{self._work.branch}, expected there: {before}",
            f"{tag[:12]} as refs/tags/{self._work.tag}, expected there: nothing",
        )
        if given.push:
            facts = (f"'{clean(given.push, 60)}' is not {self._work.version}: nothing was pushed", *facts)
        remedy = (
            f"{self._continue} --push {self._work.version}    or, to leave that to somebody else, --without-push"
        )
        return Waiting(step, facts, remedy)
