"""Hotfixes and prepared releases, as recorded: which steps were begun, which are over, who resolved what."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.approvals import Answered, Vote
from gonogo.events.reading import Handlers, moment, number, pairs, rows, text, texts


class HotfixStatus(StrEnum):
    """Where it stands."""

    RUNNING = "running"
    """Steps are being done, or wait for somebody."""
    STOPPED = "stopped"
    """A conflict waits to be resolved by hand."""
    FINISHED = "finished"
    ABORTED = "aborted"


class StepRecord(Struct, frozen=True):
    """One step, as far as it got."""

    number: int
    name: str
    done: bool = False
    commit: str = ""
    """The commit it led to; "" for steps that make none."""


class Resolution(Struct, frozen=True):
    """A file that somebody resolved by hand and named."""

    step: int
    pick: str
    """The commit whose pick had the conflict."""
    path: str
    hunks: int
    how: str
    """edited, or ours: the line's own content was kept."""
    actor: Actor
    at: datetime


class Tested(Struct, frozen=True):
    """What somebody says was tested."""

    commit: str
    evidence: str
    actor: Actor
    at: datetime


class Hotfix(Struct, frozen=True):
    """One hotfix (or prepared release) of one product."""

    id: str
    """`hotfix:web/1.2.4`, `prepare:web/1.3.0`."""
    kind: str
    product: str
    version: str
    base_version: str
    base: str
    """The tag or branch it starts from."""
    base_oid: str
    branch: str
    tag: str
    repo: str
    folder: str
    """Where its workspace lies, on `host`, for the account that started it."""
    host: str
    actor: Actor
    at: datetime
    seq: int
    work_sha256: str
    """Of the plan in that folder."""
    picks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    """First lines of the picks, in their order."""
    approvals: tuple[str, ...] = ()
    """Names of those it waits for."""
    steps_total: int = 0
    status: HotfixStatus = HotfixStatus.RUNNING
    steps: Mapping[int, StepRecord] = {}
    conflicts: tuple[str, ...] = ()
    """Paths that wait to be resolved."""
    resolutions: tuple[Resolution, ...] = ()
    tested: Tested | None = None
    votes: Mapping[str, tuple[Vote, ...]] = {}
    """By approval."""
    pushed_to: str = ""
    refusals: tuple[str, ...] = ()
    """What remotes said to pushes they refused."""
    commit: str = ""
    """The hotfix commit, once it exists."""
    tag_object: str = ""
    reason: str = ""
    """Why it was aborted."""
    remains: tuple[str, ...] = ()
    """What an abort could not take back."""
    before: "Hotfix | None" = None
    """The one that was made under this id before it was begun anew; None where none was."""

    @property
    def made(self) -> "Hotfix | None":
        """The one that exists as a version; begun anew, what was made before it stays until there is another."""
        return self if self.is_made else self.before

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self.status in {HotfixStatus.FINISHED, HotfixStatus.ABORTED}

    @property
    def is_made(self) -> bool:
        """Whether it exists as a version: tagged or finished, and not taken back."""
        done = bool(self.tag_object) or self.status is HotfixStatus.FINISHED
        return bool(self.commit) and done and self.status is not HotfixStatus.ABORTED

    @property
    def next_step(self) -> int:
        """Number of the first step that is not over."""
        return next((n for n in range(1, self.steps_total + 1) if not self.is_done(n)), self.steps_total + 1)

    def is_done(self, step: int) -> bool:
        """Whether that step is over."""
        record = self.steps.get(step)
        return record is not None and record.done

    def head(self, step: int) -> str:
        """The commit that the steps before `step` led to; "" when none did."""
        made = [self.steps[n].commit for n in sorted(self.steps) if n < step and self.steps[n].commit]
        return made[-1] if made else ""


def _alone(known: Hotfix | None) -> Hotfix | None:
    """What was made, without what was made before it."""
    made = known.made if known is not None else None
    return replace(made, before=None) if made is not None else None


class HotfixesFold:
    """The working copy while a replay runs."""

    def __init__(self, hotfixes: Mapping[str, Hotfix]) -> None:
        self.hotfixes = dict(hotfixes)
        self.handlers: Handlers = {
            kinds.HOTFIX_STARTED: self._start,
            kinds.HOTFIX_STEP_BEGUN: lambda event: self._step(event, done=False),
            kinds.HOTFIX_STEP_DONE: lambda event: self._step(event, done=True),
            kinds.HOTFIX_STOPPED: self._stop,
            kinds.HOTFIX_RESOLVED: self._resolve,
            kinds.HOTFIX_TESTED: self._test,
            kinds.HOTFIX_APPROVED: lambda event: self._vote(event, Answered.APPROVED),
            kinds.HOTFIX_REJECTED: lambda event: self._vote(event, Answered.REJECTED),
            kinds.HOTFIX_PUSHED: self._push,
            kinds.HOTFIX_PUSH_REFUSED: self._refuse_push,
            kinds.HOTFIX_ABORTED: self._abort,
            kinds.HOTFIX_FINISHED: self._finish,
        }

    def _start(self, event: Event) -> None:
        data = event.data
        known = self.hotfixes.get(event.subject)
        if known is not None and not known.is_over:
            return  # a second start of what is under way changes nothing, whoever wrote it
        picks = rows(data, "picks")
        self.hotfixes[event.subject] = Hotfix(
            id=event.subject,
            kind=event.subject.partition(":")[0],
            product=text(data, "product"),
            version=text(data, "version"),
            base_version=text(data, "base_version"),
            base=text(data, "base"),
            base_oid=text(data, "base_oid"),
            branch=text(data, "branch"),
            tag=text(data, "tag"),
            repo=text(data, "repo"),
            folder=text(data, "folder"),
            host=event.actor.host,
            actor=event.actor,
            at=event.at,
            seq=event.seq,
            work_sha256=text(data, "work_sha256"),
            picks=tuple(text(one, "commit") for one in picks),
            subjects=tuple(text(one, "subject") for one in picks),
            approvals=texts(data, "approvals"),
            steps_total=number(data, "steps"),
            before=_alone(known),
        )

    def _live(self, event: Event) -> Hotfix | None:
        known = self.hotfixes.get(event.subject)
        return known if known is not None and not known.is_over else None

    def _step(self, event: Event, *, done: bool) -> None:
        known = self._live(event)
        if known is None:
            return
        data = event.data
        record = StepRecord(number(data, "step"), text(data, "name"), done, text(data, "commit"))
        before = known.steps.get(record.number)
        if before is not None and before.done:
            return
        self.hotfixes[event.subject] = replace(
            known,
            steps={**known.steps, record.number: record},
            status=HotfixStatus.RUNNING,
            conflicts=(),
            commit=record.commit or known.commit,
            tag_object=text(data, "tag_object") or known.tag_object,
        )

    def _stop(self, event: Event) -> None:
        if known := self._live(event):
            paths = tuple(text(one, "path") for one in rows(event.data, "files"))
            self.hotfixes[event.subject] = replace(known, status=HotfixStatus.STOPPED, conflicts=paths)

    def _resolve(self, event: Event) -> None:
        if known := self._live(event):
            made = tuple(
                Resolution(
                    number(event.data, "step"), text(event.data, "pick"), text(one, "path"),
                    number(one, "hunks"), text(one, "how"), event.actor, event.at,
                )
                for one in rows(event.data, "files")
            )  # fmt: skip
            self.hotfixes[event.subject] = replace(known, resolutions=(*known.resolutions, *made))

    def _test(self, event: Event) -> None:
        if known := self._live(event):
            tested = Tested(text(event.data, "commit"), text(event.data, "evidence"), event.actor, event.at)
            self.hotfixes[event.subject] = replace(known, tested=tested)

    def _vote(self, event: Event, answer: Answered) -> None:
        known = self._live(event)
        if known is None:
            return
        data, slot = event.data, text(event.data, "approval")
        vote = Vote(
            slot, answer, event.actor, event.at, event.seq, text(data, "digest"), pairs(data, "content"),
            text(data, "reason"), moment(data, "expires"),
        )  # fmt: skip
        others = tuple(one for one in known.votes.get(slot, ()) if one.actor.uid != event.actor.uid)
        self.hotfixes[event.subject] = replace(known, votes={**known.votes, slot: (*others, vote)})

    def _push(self, event: Event) -> None:
        if known := self.hotfixes.get(event.subject):
            self.hotfixes[event.subject] = replace(known, pushed_to=text(event.data, "remote"))

    def _refuse_push(self, event: Event) -> None:
        if known := self._live(event):
            told = (*known.refusals, text(event.data, "reason"))
            self.hotfixes[event.subject] = replace(known, refusals=told)

    def _abort(self, event: Event) -> None:
        if known := self._live(event):
            self.hotfixes[event.subject] = replace(
                known,
                status=HotfixStatus.ABORTED,
                reason=text(event.data, "reason"),
                remains=texts(event.data, "remains"),
                conflicts=(),
            )

    def _finish(self, event: Event) -> None:
        if known := self._live(event):
            self.hotfixes[event.subject] = replace(known, status=HotfixStatus.FINISHED)
