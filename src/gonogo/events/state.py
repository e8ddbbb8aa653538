"""What the events add up to. One fold makes it; nothing else does.

The front door of `events`: each topic keeps its types and its part of the fold in a module of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import CHECK_FINISHED, LIFTING, NEEDS_ITS_AUTHOR, Event
from gonogo.events.approvals import Answered, ApprovalsFold, Vote
from gonogo.events.baton import Baton, BatonFold
from gonogo.events.cells import HISTORY_LIMIT, CellsFold, Deployed, Entries, Entry, deployed_in
from gonogo.events.checklist import (
    NOT_TOUCHED,
    ChecklistFold,
    Claim,
    ItemState,
    ItemStatus,
    Proof,
    Remark,
    Undoable,
    Vouch,
)
from gonogo.events.checks import CheckOutcome, CheckResult, ChecksFold
from gonogo.events.drafts import DraftsFold, NotesDraft
from gonogo.events.freezes import FreezeNow, FreezesFold
from gonogo.events.glass import Glass, GlassFold
from gonogo.events.go import GoDecision, GoFold, Named
from gonogo.events.hotfixes import Hotfix, HotfixesFold, HotfixStatus
from gonogo.events.lifecycle import (
    Amendment,
    Held,
    JudgedBy,
    Lifecycle,
    LifecycleFold,
    PlanRecord,
    ReleaseStatus,
)
from gonogo.events.merges import MergesFold, MergeWord
from gonogo.events.rights import BY_ITS_OWNER, BY_RIGHT
from gonogo.events.rollbacks import Rollback, RollbacksFold
from gonogo.events.triggers import TriggersFold, TriggerState
from gonogo.events.versions import BadVersion, VersionHold, VersionsFold
from gonogo.events.waivers import Waiver, WaiversFold
from gonogo.plan import Target

__all__ = [
    "HISTORY_LIMIT", "Amendment", "Answered", "BadVersion", "Baton", "CheckOutcome", "CheckResult", "Claim",
    "Deployed", "Entry", "FreezeNow", "Glass", "GoDecision", "Held", "Hotfix", "HotfixStatus",
    "ItemState", "ItemStatus",
    "Lifecycle", "Named", "PlanRecord",
    "Proof", "ReleaseState", "ReleaseStatus", "Remark", "TriggerState", "Undoable", "VersionHold", "Vote", "Vouch",
    "Waiver", "deployed_in", "replay",
]  # fmt: skip


class ReleaseState(Struct, frozen=True):
    """The release as far as the journal goes."""

    seq: int = 0
    head: str = ""
    """Hash of the last event."""
    items: Mapping[str, ItemState] = {}
    cells: Mapping[Target, tuple[Deployed, ...]] = {}
    """Transitions of each cell, oldest first."""
    entries: Mapping[Target, Entries] = {}
    """Of each cell: when each version came there last."""
    acts: Mapping[int, tuple[Undoable, ...]] = {}
    """By uid: acts that account could still take back, oldest first."""
    events: tuple[Event, ...] = ()
    """Everything, in order: the audit trail."""
    lifecycle: Lifecycle = Lifecycle()
    held: Held | None = None
    """Why nothing goes; None while the release is not on hold."""
    outlines: Mapping[str, tuple[str, ...]] = {}
    """By plan hash: packed plans whose start or amendment has not been read yet."""
    approvals: Mapping[str, tuple[Vote, ...]] = {}
    """By approval: each account's last word, oldest first. Whether it counts is `rules.votes`."""
    waivers: tuple[Waiver, ...] = ()
    """Every waiver ever given, oldest first. Whether one applies is `rules.waivers`."""
    glasses: tuple[Glass, ...] = ()
    """Every break-glass ever asked for, oldest first. Whether one applies is `rules.glass`."""
    decisions: tuple[GoDecision, ...] = ()
    """Every go, oldest first. Whether one still stands is `rules.goes`."""
    freezes_now: tuple[FreezeNow, ...] = ()
    """Freezes declared by hand that nobody has ended; some may have come to their own end: `stopped_at`."""
    baton: Baton | None = None
    """The release lead; None while there is none."""
    bad: Mapping[tuple[str, str], BadVersion] = {}
    """By (product, version)."""
    version_holds: Mapping[Target, VersionHold] = {}
    triggers: Mapping[str, TriggerState] = {}
    """By trigger: its last incident."""
    checks: Mapping[str, CheckResult] = {}
    """By item: the last result of its check."""
    rollbacks: tuple[Rollback, ...] = ()
    """Every rollback that was decided, oldest first."""
    drafts: Mapping[str, NotesDraft] = {}
    """By audience: the edited release notes."""
    merges: Mapping[tuple[str, str, str], MergeWord] = {}
    """By (product, fix, branch): what somebody said about a forward-merge git cannot prove."""
    skewed: tuple[Event, ...] = ()
    """Events whose time cannot be what their author's clock said; see `Event.skew`."""
    flawed: tuple[Event, ...] = ()
    """Events that decide nothing although they are on record; see `Event.flaw`."""
    judged_by: JudgedBy = JudgedBy()
    """The newest edition of the rules that anybody has decided by."""
    hotfixes: Mapping[str, Hotfix] = {}
    """By id, such as `hotfix:web/1.2.4`: every hotfix and prepared release, oldest first."""

    def item(self, item_id: str) -> ItemState:
        """The state of an item; open when no event speaks of it."""
        return self.items.get(item_id, NOT_TOUCHED)

    def deployed(self, target: Target) -> Deployed | None:
        """The last recorded transition of a cell."""
        history = self.cells.get(target, ())
        return history[-1] if history else None

    def votes(self, slot: str) -> tuple[Vote, ...]:
        """The votes on an approval, oldest first."""
        return self.approvals.get(slot, ())

    def stopped_at(self, moment: datetime) -> tuple[FreezeNow, ...]:
        """The freezes declared by hand that hold at `moment` (UTC)."""
        return tuple(one for one in self.freezes_now if one.holds(moment))

    def go(self, environment: str) -> GoDecision | None:
        """The last go for an environment that counts; where none does, the last one."""
        given = [one for one in reversed(self.decisions) if one.environment == environment]
        return next((one for one in given if not one.flaw), given[0] if given else None)


def replay(events: Iterable[Event], state: ReleaseState | None = None) -> ReleaseState:
    """Fold `events` into `state`, in the order of their sequence numbers.

    Kinds this version does not know change nothing but the trail, where they stay visible.
    """
    fold = _Fold(state or ReleaseState())
    for event in events:
        fold.apply(event)
    return fold.result()


_JUDGED_IN_THE_FOLD = BY_RIGHT | BY_ITS_OWNER | {kinds.RELEASE_STARTED}


def _is_idle(event: Event) -> bool:
    """Whether it changes nothing but the trail: what lets something go, and is flawed or doubted."""
    if not (event.flaw or event.doubt or event.denied):
        return False
    if event.denied and event.kind != kinds.GO_DECIDED:  # a go is kept, to be shown as one that does not count
        return True
    passed = event.kind == CHECK_FINISHED and event.data.get("outcome") == "passed"
    doubted = bool(event.doubt) and (passed or event.kind in NEEDS_ITS_AUTHOR)
    return doubted or (bool(event.flaw) and event.kind in LIFTING)


class _Fold:
    """The working copy of one replay: a mutable part for each topic while it runs, a frozen state at its end."""

    def __init__(self, state: ReleaseState) -> None:
        self._seq = state.seq
        self._head = state.head
        self._events = list(state.events)
        self._flawed = list(state.flawed)
        self._skewed = list(state.skewed)
        self._checklist = ChecklistFold(state.items, state.acts)
        self._cells = CellsFold(state.cells, state.entries)
        self._lifecycle = LifecycleFold(state.lifecycle, state.held, state.outlines)
        self._approvals = ApprovalsFold(state.approvals)
        self._waivers = WaiversFold(state.waivers)
        self._glass = GlassFold(state.glasses)
        self._go = GoFold(state.decisions)
        self._freezes = FreezesFold(state.freezes_now)
        self._baton = BatonFold(state.baton)
        self._versions = VersionsFold(state.bad, state.version_holds)
        self._triggers = TriggersFold(state.triggers)
        self._checks = ChecksFold(state.checks)
        self._merges = MergesFold(state.merges)
        self._drafts = DraftsFold(state.drafts)
        self._rollbacks = RollbacksFold(state.rollbacks)
        self._hotfixes = HotfixesFold(state.hotfixes)
        self._judged_by = state.judged_by
        self._handlers: dict[str, Callable[[Event], None]] = {
            **self._checklist.handlers,
            **self._cells.handlers,
            **self._lifecycle.handlers,
            **self._approvals.handlers,
            **self._waivers.handlers,
            **self._glass.handlers,
            **self._go.handlers,
            **self._freezes.handlers,
            **self._baton.handlers,
            **self._versions.handlers,
            **self._triggers.handlers,
            **self._checks.handlers,
            **self._hotfixes.handlers,
            **self._merges.handlers,
            **self._drafts.handlers,
            **self._rollbacks.handlers,
            kinds.RELEASE_STARTED: self._start,
        }

    def apply(self, event: Event) -> None:
        denied = self._denied(event) if event.kind in _JUDGED_IN_THE_FOLD else ""
        if denied:
            event = replace(event, flaw=event.flaw or denied, denied=denied)
        self._seq, self._head = event.seq, event.hash
        self._events.append(event)
        if "rules" in event.data:
            self._judged_by = self._judged_by.and_by(event)
        if event.flaw:
            self._flawed.append(event)
        if event.skew:
            self._skewed.append(event)
        handler = self._handlers.get(event.kind)
        if handler is not None and not _is_idle(event):
            handler(event)

    def _denied(self, event: Event) -> str:
        """Why its author had no right to it at that moment; "" for everybody who had."""
        if event.kind in BY_ITS_OWNER:
            return self._not_its_owner(event)
        if event.kind == kinds.RELEASE_STARTED:
            return self._no_start(event)
        if event.kind not in BY_RIGHT or not self._lifecycle.lifecycle.plan:
            return ""
        from gonogo.rules.entitled import why_not  # only where something was decided

        return why_not(event, self._moment(event))

    def _no_start(self, event: Event) -> str:
        """Why it starts nothing by the very plan that it records."""
        if self._lifecycle.lifecycle.status is not ReleaseStatus.DRAFT:
            return ""
        from gonogo.rules.entitled import why_no_start

        begun = replace(self._lifecycle.lifecycle, plan=self._lifecycle.plan_of(event))
        return why_no_start(event, ReleaseState(lifecycle=begun, judged_by=self._judged_by.and_by(event)))

    def _not_its_owner(self, event: Event) -> str:
        known = self._hotfixes.hotfixes.get(event.subject)
        if known is None or known.actor.uid == event.actor.uid:
            return ""
        if event.kind == kinds.HOTFIX_STARTED and not known.is_made:
            return ""
        return f"{known.id} is {known.actor.user}'s, and its workspace is theirs"

    def _moment(self, event: Event) -> ReleaseState:
        """What its author's right is judged by: the state before it, as far as a right rests on it."""
        # only a take-over asks who was at work, and only since the lead was taken before
        baton = self._baton.baton if event.kind == kinds.BATON_TAKEN else None
        since = self._seq - baton.seq if baton is not None else 0
        trail = tuple(self._events[-since:]) if since > 0 else ()
        return ReleaseState(
            items=self._checklist.standing,
            lifecycle=self._lifecycle.lifecycle,
            baton=self._baton.baton,
            judged_by=self._judged_by,
            glasses=tuple(self._glass.glasses),
            version_holds=self._versions.holds,
            triggers=self._triggers.triggers,
            checks=self._checks.checks,
            events=trail,
        )

    def _start(self, event: Event) -> None:
        before = self._lifecycle.lifecycle.seq
        self._lifecycle.handlers[event.kind](event)
        if self._lifecycle.lifecycle.seq == before:
            return
        from gonogo.rules.entitled import items_at_start, leads_by_start  # only where a release was started

        if leads_by_start(event, self._moment(event)):
            self._baton.start(event)
        if any(one.status is not ItemStatus.OPEN or one.first for one in self._checklist.standing.values()):
            self._checklist.standing |= items_at_start(self._moment(event))

    def result(self) -> ReleaseState:
        return ReleaseState(
            seq=self._seq,
            head=self._head,
            items=self._checklist.items(),
            cells=self._cells.cells(),
            entries=self._cells.entries(),
            acts=self._checklist.acts(),
            events=tuple(self._events),
            flawed=tuple(self._flawed),
            skewed=tuple(self._skewed),
            lifecycle=self._lifecycle.lifecycle,
            held=self._lifecycle.held,
            outlines=self._lifecycle.outlines,
            approvals=self._approvals.approvals,
            waivers=tuple(self._waivers.waivers),
            glasses=tuple(self._glass.glasses),
            decisions=tuple(self._go.decisions),
            freezes_now=tuple(self._freezes.freezes),
            baton=self._baton.baton,
            bad=self._versions.bad,
            version_holds=self._versions.holds,
            triggers=self._triggers.triggers,
            checks=self._checks.checks,
            hotfixes=self._hotfixes.hotfixes,
            merges=self._merges.merges,
            drafts=self._drafts.drafts,
            rollbacks=tuple(self._rollbacks.rollbacks),
            judged_by=self._judged_by,
        )
