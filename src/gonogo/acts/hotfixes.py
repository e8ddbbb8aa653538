"""What happens to a hotfix becomes a fact: begun, stopped, resolved, tested, approved, pushed, aborted."""

from collections.abc import Mapping
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix import review
from gonogo.hotfix.steps import steps_of
from gonogo.hotfix.typed import typed
from gonogo.hotfix.work import Work
from gonogo.plan import ApprovalSlot
from gonogo.rules import votes as approvals
from gonogo.rules.rollback import bad_mark
from gonogo.text import clean


class StartHotfix(Command, frozen=True):
    """Begin what was planned."""

    work: Work
    folder: str
    work_sha256: str
    confirm: str
    """The code that was shown with the plan."""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """One at a time for each product, of the plan that was on screen."""
        return _start(scene, self)


class _OfOne(Command, frozen=True):
    """About a hotfix that was begun and is not over. Refusals that are kept are kept by who approves."""

    id: str

    kept = NOT_KEPT

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.say is _OfOne.say:
            raise TypeError(f"{cls.__name__} says nothing of its hotfix")

    def judge(self, scene: Scene) -> Answer:
        """What it says, of the hotfix as the journal knows it."""
        known = scene.state.hotfixes.get(self.id)
        if known is None:
            fact = f"there is no {clean(self.id, 120)}"
            return Refusal(ExitCode.USAGE, "hotfix.unknown", fact, "gonogo hotfix status")
        return _over(known) if known.is_over else self.say(scene, known)

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """The facts it makes of it, or why it makes none."""
        raise NotImplementedError


class BeginStep(_OfOne, frozen=True):
    """A step is about to be done."""

    step: int
    name: str

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """By its maker, once."""
        return _begin(scene, known, self)


class EndStep(_OfOne, frozen=True):
    """A step was done, or was found to have been done before an interruption."""

    step: int
    name: str
    commit: str = ""
    tag_object: str = ""
    found: bool = False

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """By its maker; one that is over already says nothing new."""
        return _end(scene, known, self)


class StopHotfix(_OfOne, frozen=True):
    """A pick met a conflict; somebody must resolve it."""

    step: int
    pick: str
    files: tuple[tuple[str, str, int], ...]
    """Path, kind of conflict, number of hunks."""

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """Where it stopped, file by file."""
        files = [{"path": path, "kind": kind, "hunks": hunks} for path, kind, hunks in self.files[:200]]
        return _fact(scene, known, kinds.HOTFIX_STOPPED, step=self.step, pick=self.pick, files=files)


class ResolveHotfix(_OfOne, frozen=True):
    """Somebody resolved these files by hand, and names each."""

    step: int
    pick: str
    files: tuple[tuple[str, str, int], ...]
    """Path, how (edited, ours), number of hunks."""

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """Who resolved which file, and how."""
        files = [{"path": path, "how": how, "hunks": hunks} for path, how, hunks in self.files[:200]]
        return _fact(scene, known, kinds.HOTFIX_RESOLVED, step=self.step, pick=self.pick, files=files)


class TestHotfix(_OfOne, frozen=True):
    """Somebody says what was tested, on that very commit."""

    __test__ = False
    commit: str
    evidence: str

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """With what was run, in words."""
        return _test(scene, known, self)


class ApproveHotfix(_OfOne, frozen=True):
    """Sign the hotfix that was on screen."""

    approval: str
    confirm: str
    reason: str = ""

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """As an approval of the release: role, other eyes, the content that was on screen."""
        return _approve(scene, known, self)


class RejectHotfix(_OfOne, frozen=True):
    """Block it."""

    approval: str
    reason: str

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """As a rejection of the release: role, and a reason."""
        return _reject(scene, known, self)


class PushedHotfix(_OfOne, frozen=True):
    """The remote has it."""

    remote: str
    refs: tuple[str, ...]

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """Which refs went where."""
        return _fact(scene, known, kinds.HOTFIX_PUSHED, remote=self.remote, refs=list(self.refs))


class PushRefused(_OfOne, frozen=True):
    """The remote said no."""

    remote: str
    reason: str
    lines: tuple[str, ...] = ()

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """What the remote answered."""
        lines = [clean(line, 300) for line in self.lines[:40]]
        reason = clean(self.reason, 500)
        return _fact(scene, known, kinds.HOTFIX_PUSH_REFUSED, remote=self.remote, reason=reason, lines=lines)


class AbortHotfix(_OfOne, frozen=True):
    """Everything was taken back, but for what `remains` names."""

    reason: str
    remains: tuple[str, ...] = ()

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """Why, and what could not be taken back."""
        reason, remains = clean(self.reason.strip(), 500), list(self.remains)
        return _fact(scene, known, kinds.HOTFIX_ABORTED, reason=reason, remains=remains)


class FinishHotfix(_OfOne, frozen=True):
    """Nothing more is to be done."""

    def say(self, scene: Scene, known: Hotfix) -> Answer:
        """What it made, and where it went."""
        made = {"commit": known.commit, "tag": known.tag, "pushed": known.pushed_to}
        return _fact(scene, known, kinds.HOTFIX_FINISHED, **made)


def _over(known: Hotfix) -> Refusal:
    return Refusal(
        ExitCode.CONFLICT, "hotfix.over", f"{known.id} is {known.status.value} already", "gonogo hotfix status"
    )


def _fact(scene: Scene, known: Hotfix, kind: str, **data: Any) -> Answer:
    return (scene.draft(kind, known.id, {name: value for name, value in data.items() if value not in ("", None)}),)


def _start(scene: Scene, command: StartHotfix) -> Answer:
    work = command.work
    for known in scene.state.hotfixes.values():
        same = known.id == work.id or (known.product == work.product and known.kind == work.kind.value)
        if same and not known.is_over:
            return Refusal(
                ExitCode.CONFLICT,
                "hotfix.busy",
                f"{known.actor.user} has {known.id} under way{slips.by(None, known.at, scene.now)}",
                _ways_on(known),
            )
    made = scene.state.hotfixes.get(work.id)
    if made is not None and made.is_made and made.actor.uid != scene.actor.uid:
        return _over(made)  # beginning it anew would take from the record what somebody else has made
    product = scene.plan.product(work.product)
    if product is not None and (mark := bad_mark(scene.state, product, work.version)):
        return Refusal(
            ExitCode.NO_GO,
            "version.bad",
            f"{work.product} {work.version} is marked bad by {mark.actor.user}: {mark.reason}",
            f"make another version: {typed(work.kind.value, 'plan', work.product)} --as VERSION",
        )
    if command.confirm != work.code:
        return Refusal(
            ExitCode.CONFLICT,
            "hotfix.moved",
            "this is not the plan you looked at: something has changed, or the code is mistyped",
            f"{typed(work.kind.value, 'plan', work.product)}    shows it with its code",
        )
    return (scene.draft(kinds.HOTFIX_STARTED, work.id, facts_of(work, command.folder, command.work_sha256)),)


def _ways_on(known: Hotfix) -> str:
    return "    or    ".join(typed(known.kind, act, known.product) for act in ("continue", "abort"))


def facts_of(work: Work, folder: str, work_sha256: str) -> Mapping[str, Any]:
    """What the journal keeps of a plan; the whole of it lies in the folder."""
    return {
        "product": work.product,
        "version": work.version,
        "base_version": work.base_version,
        "base": work.base_name,
        "base_oid": work.base_oid,
        "branch": work.branch,
        "tag": work.tag,
        "repo": clean(work.repo, 500),
        "folder": clean(folder, 500),
        "work_sha256": work_sha256,
        "picks": [{"commit": one.oid, "subject": one.subject} for one in work.picks[:200]],
        "approvals": list(work.approvals),
        "remote": work.remote,
        "steps": len(steps_of(work)),
        "confirmed": work.code,
    }


def _begin(scene: Scene, known: Hotfix, command: BeginStep) -> Answer:
    if known.is_done(command.step):
        return Refusal(ExitCode.CONFLICT, "hotfix.step", f"step {command.step} of {known.id} is over already")
    if known.actor.uid != scene.actor.uid:
        return _not_yours(known)
    return _fact(scene, known, kinds.HOTFIX_STEP_BEGUN, step=command.step, name=command.name)


def _not_yours(known: Hotfix) -> Refusal:
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "hotfix.owner",
        f"{known.id} is {known.actor.user}'s: its workspace lies in their state directory on {known.host}",
        f"ask {known.actor.user}",
    )


def _end(scene: Scene, known: Hotfix, command: EndStep) -> Answer:
    if known.is_done(command.step):
        return ()
    if known.actor.uid != scene.actor.uid:
        return _not_yours(known)
    return _fact(
        scene, known, kinds.HOTFIX_STEP_DONE, step=command.step, name=command.name, commit=command.commit,
        tag_object=command.tag_object, found=command.found or None,
    )  # fmt: skip


def _test(scene: Scene, known: Hotfix, command: TestHotfix) -> Answer:
    evidence = clean(command.evidence.strip(), 1_000)
    asked = f"{typed(known.kind, 'continue', known.product)} --tested '...'    what was run, and how it went"
    if refusal := slips.need_reason("hotfix.untested", "a test", evidence, asked):
        return refusal
    return _fact(scene, known, kinds.HOTFIX_TESTED, commit=command.commit, evidence=evidence)


def _slot(scene: Scene, known: Hotfix, name: str) -> ApprovalSlot | Refusal:
    wanted = [slot for slot in scene.plan.approvals if slot.name in known.approvals]
    found = next((slot for slot in wanted if slot.name == name), None)
    return found or slips.unknown_name("approval.unnamed", "approval", name, [slot.name for slot in wanted])


def _may_vote(scene: Scene, slot: ApprovalSlot) -> Refusal | None:
    if refusal := slips.no_person(scene, "an approval"):
        return refusal
    if slot.role in people.roles_of(scene.plan, scene.actor):
        return None
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "approval.role",
        f"'{slot.name}' is given by role {slot.role}, which the plan does not give to {scene.actor.user}",
        f"ask {people.with_role(scene.plan, [slot.role])}",
    )


def may_not_approve(scene: Scene, known: Hotfix, slot: ApprovalSlot) -> Refusal | None:
    """Why this account cannot give the approval, whatever is shown; None when it can."""
    if refusal := _may_vote(scene, slot):
        return refusal
    if not people.same_human(scene.plan, scene.actor, known.actor):
        return None
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "approval.requester",
        f"you made {known.id}: '{slot.name}' needs somebody else's eyes",
        f"ask {people.with_role(scene.plan, [slot.role], [scene.actor])}",
    )


def _approve(scene: Scene, known: Hotfix, command: ApproveHotfix) -> Answer:
    slot = _slot(scene, known, command.approval)
    if isinstance(slot, Refusal):
        return slot
    if refusal := may_not_approve(scene, known, slot):
        return slips.refused_on_record(scene, refusal, "approve", known.id)
    if not known.commit:
        return Refusal(ExitCode.NO_GO, "hotfix.nothing", f"{known.id} has nothing to approve yet", "")
    shown = review.preview(known, slot)
    if command.confirm != shown.code:
        return Refusal(
            ExitCode.CONFLICT,
            "hotfix.moved",
            "this is not the hotfix you looked at",
            f"{typed(known.kind, 'approve', known.product)} {slot.name}    shows it with its code",
        )
    content = review.content(known)
    data: dict[str, Any] = {
        "approval": slot.name, "role": slot.role, "digest": content.digest, "content": dict(content.texts),
        "confirmed": shown.code, "reason": clean(command.reason.strip(), 500),
    }  # fmt: skip
    if slot.expires is not None:
        data["expires"] = (scene.now + slot.expires).isoformat(timespec="seconds")
    return _fact(scene, known, kinds.HOTFIX_APPROVED, **data)


def _reject(scene: Scene, known: Hotfix, command: RejectHotfix) -> Answer:
    slot = _slot(scene, known, command.approval)
    if isinstance(slot, Refusal):
        return slot
    if refusal := _may_vote(scene, slot):
        return refusal
    asked = f"{typed(known.kind, 'reject', known.product)} {slot.name} --reason '...'"
    if refusal := slips.need_reason("reject.reason", "a rejection", command.reason, asked):
        return refusal
    digest = review.content(known).digest
    reason = clean(command.reason.strip(), 500)
    return _fact(
        scene, known, kinds.HOTFIX_REJECTED, approval=slot.name, role=slot.role, digest=digest, reason=reason
    )


def missing_approvals(scene: Scene, known: Hotfix) -> tuple[approvals.SlotStanding, ...]:
    """The approvals that `known` still waits for, judged now by the same engine as those of the release."""
    return review.missing(scene.plan, scene.state, known, scene.now, scene.inputs.shared_accounts)
