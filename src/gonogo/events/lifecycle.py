"""The life of the release: draft, in progress, completed or cancelled; held or not; which plan was agreed on."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.edition import FIRST
from gonogo.events.reading import Handlers, name_of, number, pairs, text, texts


class ReleaseStatus(StrEnum):
    """Where a release stands. Nothing leads out of the last two."""

    DRAFT = "draft"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PlanRecord(Struct, frozen=True):
    """The plan people agreed on, as far as the journal keeps it."""

    sha256: str
    versions: Mapping[str, str] = {}
    """By product."""
    pins: Mapping[str, str] = {}
    """By product: the commit it shipped from at that moment; products whose history was not read are missing."""
    outline: tuple[str, ...] = ()
    """The whole plan, packed (see `rules.outline.unpack`); empty when it was not recorded completely."""


class Amendment(Struct, frozen=True):
    """A later edit of the plan that somebody accepted."""

    actor: Actor
    at: datetime
    seq: int
    before: str
    """Hash of the plan that held until then; `after` of the one that holds since."""
    after: str
    changes: tuple[str, ...] = ()
    """What it changed, one line each."""
    signed: bool = False
    """Whether it changed what approvals sign, or who gives them: who accepted it asked for those approvals."""
    digest: str = ""
    """Of what ships since, as in a go; "" where it was not known."""


class Lifecycle(Struct, frozen=True):
    """Where the release stands, and who brought it there."""

    status: ReleaseStatus = ReleaseStatus.DRAFT
    actor: Actor | None = None
    """Who brought it into this status; None in a draft nobody has started."""
    at: datetime | None = None
    reason: str = ""
    seq: int = 0
    """Sequence number of the event that brought it here; 0 when there is none."""
    started_by: Actor | None = None
    started_at: datetime | None = None
    started_seq: int = 0
    """Sequence number of the start; 0 in a draft."""
    plan: PlanRecord | None = None
    """The plan as it was started with, or as the last accepted amendment made it; None in a draft."""
    amendments: tuple[Amendment, ...] = ()
    rules: int = FIRST
    """Edition of the rules it was started under."""

    @property
    def is_over(self) -> bool:
        """Whether it was completed or cancelled."""
        return self.status in {ReleaseStatus.COMPLETED, ReleaseStatus.CANCELLED}


class JudgedBy(Struct, frozen=True):
    """The newest edition of the rules that an act of this release was judged by, and whose act it was.

    Before the first act that names one: the edition that the journal was made under, and nobody's act.
    """

    edition: int = FIRST
    actor: Actor | None = None
    seq: int = 0

    def and_by(self, event: Event) -> "JudgedBy":
        """After one more act."""
        edition = number(event.data, "rules")
        is_first = edition == self.edition and self.actor is None
        return JudgedBy(edition, event.actor, event.seq) if edition > self.edition or is_first else self


class Held(Struct, frozen=True):
    """The release is on hold: nothing goes until it is resumed."""

    actor: Actor
    at: datetime
    seq: int
    reason: str


_NEXT = {
    kinds.RELEASE_STARTED: (ReleaseStatus.IN_PROGRESS, {ReleaseStatus.DRAFT}),
    kinds.RELEASE_COMPLETED: (ReleaseStatus.COMPLETED, {ReleaseStatus.IN_PROGRESS}),
    kinds.RELEASE_CANCELLED: (ReleaseStatus.CANCELLED, {ReleaseStatus.DRAFT, ReleaseStatus.IN_PROGRESS}),
}
"""By kind: where it leads, and from where. Any other step changes nothing, whoever wrote it."""


class LifecycleFold:
    """The working copy of the lifecycle while a replay runs."""

    def __init__(self, lifecycle: Lifecycle, held: Held | None, outlines: Mapping[str, tuple[str, ...]]) -> None:
        self.lifecycle = lifecycle
        self.held = held
        self.outlines = dict(outlines)
        self.handlers: Handlers = {
            kinds.PLAN_RECORDED: self._outline,
            kinds.RELEASE_STARTED: self._start,
            kinds.RELEASE_COMPLETED: self._end,
            kinds.RELEASE_CANCELLED: self._end,
            kinds.RELEASE_HELD: self._hold,
            kinds.RELEASE_RESUMED: self._resume,
            kinds.PLAN_AMENDED: self._amend,
        }

    def _outline(self, event: Event) -> None:
        """One part of a packed plan; `part` counts from 1 and begins anew with 1."""
        sha256, part = name_of(event), number(event.data, "part")
        before = self.outlines.get(sha256, ()) if part > 1 else ()
        if len(before) == part - 1:
            self.outlines[sha256] = (*before, text_of(event))

    def plan_of(self, event: Event) -> PlanRecord:
        """The plan that a start or an amendment records, as far as the journal keeps it until then."""
        sha256 = text(event.data, "plan")
        outline = self.outlines.get(sha256, ())
        complete = len(outline) == number(event.data, "parts")
        return PlanRecord(
            sha256, pairs(event.data, "versions"), pairs(event.data, "pins"), outline if complete else ()
        )

    def _record(self, event: Event) -> PlanRecord:
        record = self.plan_of(event)
        self.outlines.pop(record.sha256, None)
        return record

    def _step(self, event: Event) -> bool:
        status, allowed = _NEXT[event.kind]
        if self.lifecycle.status not in allowed:
            return False
        self.lifecycle = replace(
            self.lifecycle,
            status=status,
            actor=event.actor,
            at=event.at,
            reason=text(event.data, "reason"),
            seq=event.seq,
        )
        return True

    def _end(self, event: Event) -> None:
        self._step(event)

    def _start(self, event: Event) -> None:
        if self._step(event):
            record = self._record(event)
            self.lifecycle = replace(
                self.lifecycle,
                started_by=event.actor,
                started_at=event.at,
                started_seq=event.seq,
                plan=record,
                amendments=(),
                rules=number(event.data, "rules") or FIRST,
            )

    def _hold(self, event: Event) -> None:
        if self.held is None and not self.lifecycle.is_over:
            self.held = Held(event.actor, event.at, event.seq, text(event.data, "reason"))

    def _resume(self, _event: Event) -> None:
        self.held = None

    def _amend(self, event: Event) -> None:
        before = self.lifecycle.plan
        if before is None or self.lifecycle.status is not ReleaseStatus.IN_PROGRESS:
            return
        record = self._record(event)
        amendment = Amendment(
            event.actor,
            event.at,
            event.seq,
            before.sha256,
            record.sha256,
            texts(event.data, "changes"),
            bool(event.data.get("signed")),
            text(event.data, "digest"),
        )
        self.lifecycle = replace(self.lifecycle, plan=record, amendments=(*self.lifecycle.amendments, amendment))


def text_of(event: Event) -> str:
    """The packed part as it stands: it is longer than a line; unpacking takes letters, digits and =+/ only."""
    value = event.data.get("outline", "")
    return value if isinstance(value, str) else ""
