"""Which votes count: four eyes, quorum, roles, expiry, and whether what was signed is still what ships.

Judged anew at every look and from the plan, not from what somebody wrote into the journal:

- the *requester* never counts: whoever started the release, and whoever accepted the last amendment that
  changed what approvals sign, or who gives them;
- root, shared accounts, CI jobs and whoever acts under another log-in do not count;
- one human counts once in a quorum, whatever the number of their accounts; and once among all approvals, for the
  first one they gave, unless the plan says `same_person: true`;
- an approval of other content is void, and one past its expiry is over;
- where the plan asks for signatures, an approval counts only with a good one;
- a rejection blocks until whoever rejected revokes it, also after the content has changed.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo.events import Actor, people
from gonogo.events.state import Answered, Lifecycle, ReleaseState, Vote
from gonogo.plan import ApprovalSlot, Plan
from gonogo.rules.digest import Content, Difference, differences


class Standing(StrEnum):
    """Where an approval stands."""

    GIVEN = "given"
    MISSING = "missing"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    """Enough votes, but what ships cannot be compared with what they signed."""


class Discounted(Struct, frozen=True):
    """A vote that does not count, and why."""

    vote: Vote
    rule: str
    """Stable id, such as `approval.void`."""
    why: str
    changed: tuple[Difference, ...] = ()


class SlotStanding(Struct, frozen=True):
    """One approval, judged."""

    slot: ApprovalSlot
    standing: Standing
    counted: tuple[Vote, ...] = ()
    discounted: tuple[Discounted, ...] = ()
    rejections: tuple[Vote, ...] = ()
    unknown: tuple[str, ...] = ()
    """Products whose history was not read, so that nothing can be compared."""

    @property
    def missing(self) -> int:
        """How many more humans are needed."""
        return max(0, self.slot.quorum - len(self.counted))

    @property
    def rejected_at(self) -> int:
        """Number of the last rejection that stands; 0 without one."""
        return max((one.seq for one in self.rejections), default=0)

    @property
    def rule(self) -> str:
        """Id of the rule that is not met; "" when the approval is given."""
        if self.standing is Standing.GIVEN:
            return ""
        if self.standing is Standing.MISSING and any(one.rule == "approval.void" for one in self.discounted):
            return "approval.void"
        return f"approval.{self.standing.value}"

    @property
    def fact(self) -> str:
        """In one sentence, with what speaks against the votes that do not count."""
        name = f"approval '{self.slot.name}'"
        if self.standing is Standing.GIVEN:
            return f"{name} is given by {', '.join(vote.actor.user for vote in self.counted)}"
        if self.standing is Standing.REJECTED:
            first = self.rejections[0]
            return f"{name} is rejected by {first.actor.user}: {first.reason}"
        if self.standing is Standing.UNKNOWN:
            return (
                f"{name} cannot be compared with what ships: the history of {', '.join(self.unknown)} is not known"
            )
        more = f"{self.missing} more of {self.slot.quorum}" if self.slot.quorum > 1 else "somebody"
        against = f" ({'; '.join(one.why for one in self.discounted)})" if self.discounted else ""
        return f"{name} waits for {more} with role {self.slot.role}{against}"

    @property
    def remedy(self) -> str:
        """The command to type next."""
        if self.standing is Standing.REJECTED:
            return f"gonogo revoke {self.slot.name}    by {self.rejections[0].actor.user}, once it is settled"
        if self.standing is Standing.UNKNOWN:
            return f"gonogo changelog {self.unknown[0]}"
        return f"gonogo approve {self.slot.name}"


def requesters(lifecycle: Lifecycle) -> tuple[Actor, ...]:
    """Who asked for what is to be approved: nobody in a draft."""
    asked = [lifecycle.started_by] if lifecycle.started_by else []
    signed = [one.actor for one in lifecycle.amendments if one.signed]
    return (*asked, *signed[-1:])


def expiry(slot: ApprovalSlot, vote: Vote) -> datetime | None:
    """UTC, until when a vote is good for: as it was given, and no longer than the plan says now; None for ever."""
    ends = [vote.expires] if vote.expires is not None else []
    return min([*ends, *([vote.at + slot.expires] if slot.expires is not None else [])], default=None)


def spoken_for(lifecycle: Lifecycle, among: Sequence[SlotStanding], one: SlotStanding) -> tuple[Actor, ...]:
    """Who cannot give `one`: the requesters, and who counts already, for it or for another one of `among`."""
    counted = (
        vote.actor
        for other in among
        if other.slot.name == one.slot.name or not (one.slot.same_person or other.slot.same_person)
        for vote in other.counted
    )
    return (*requesters(lifecycle), *counted)


def standings(
    plan: Plan, state: ReleaseState, content: Content, now: datetime, shared_accounts: Sequence[str] = ()
) -> tuple[SlotStanding, ...]:
    """Judge every approval of the plan at `now` (UTC), in its order."""
    court = _Court(plan, state, content, now, shared_accounts)
    return tuple(court.judge(slot) for slot in plan.approvals)


def standing(
    plan: Plan,
    state: ReleaseState,
    content: Content,
    now: datetime,
    slot: ApprovalSlot,
    shared_accounts: Sequence[str] = (),
) -> SlotStanding:
    """Judge one approval; the others matter for it, since one human counts once."""
    return _Court(plan, state, content, now, shared_accounts).judge(slot)


class _Court:
    """One judgement of all votes."""

    def __init__(
        self, plan: Plan, state: ReleaseState, content: Content, now: datetime, shared_accounts: Sequence[str]
    ) -> None:
        self._plan = plan
        self._state = state
        self._content = content
        self._now = now
        self._shared = shared_accounts
        self._requesters = requesters(state.lifecycle)
        self._spent = self._first_votes()

    def judge(self, slot: ApprovalSlot) -> SlotStanding:
        votes = self._state.votes(slot.name)
        rejections = tuple(vote for vote in votes if self._is_rejection(slot, vote))
        counted: list[Vote] = []
        seen: set[str] = set()
        discounted = []
        for vote in votes:
            if vote.answer is not Answered.APPROVED:
                continue
            against = self.against(slot, vote) or self._counted_elsewhere(slot, vote) or self._twice(vote, seen)
            if against is None:
                counted.append(vote)
                seen |= people.human(self._plan, vote.actor)
            else:
                discounted.append(against)
        return SlotStanding(
            slot,
            self._standing(slot, counted, rejections),
            tuple(counted),
            tuple(discounted),
            rejections,
            self._content.unknown,
        )

    def _standing(self, slot: ApprovalSlot, counted: Sequence[Vote], rejections: Sequence[Vote]) -> Standing:
        if rejections:
            return Standing.REJECTED
        if len(counted) < slot.quorum:
            return Standing.MISSING
        return Standing.UNKNOWN if self._content.unknown else Standing.GIVEN

    def _is_rejection(self, slot: ApprovalSlot, vote: Vote) -> bool:
        return vote.answer is Answered.REJECTED and slot.role in people.roles_of(self._plan, vote.actor)

    def against(self, slot: ApprovalSlot, vote: Vote) -> Discounted | None:
        """What speaks against one approval by itself, whoever else voted."""
        who = vote.actor.user
        if vote.flaw:
            return Discounted(vote, "approval.unsigned", f"{who}'s does not count: {vote.flaw}")
        if slot.role not in people.roles_of(self._plan, vote.actor):
            return Discounted(vote, "approval.role", f"{who} has no role {slot.role}")
        if nobody := people.why_nobody(self._plan, vote.actor, self._shared):
            return Discounted(vote, "approval.account", nobody)
        if any(people.same_human(self._plan, vote.actor, one) for one in self._requesters):
            return Discounted(vote, "approval.requester", f"{who} requested it")
        ends = expiry(slot, vote)
        if ends is not None and ends <= self._now:
            return Discounted(vote, "approval.expired", f"{who}'s expired {ends:%Y-%m-%d %H:%M} UTC")
        if changed := differences(vote.content, self._content):
            shown = ", ".join(map(str, changed[:3])) + (
                f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            )
            return Discounted(vote, "approval.void", f"{who}'s is void: {shown}", changed)
        return None

    def _first_votes(self) -> dict[str, Vote]:
        """By name of a human: the first valid approval they gave, which is the one that counts."""
        spent: dict[str, Vote] = {}
        slots = {slot.name: slot for slot in self._plan.approvals if not slot.same_person}
        votes = [vote for name in slots for vote in self._state.votes(name) if vote.answer is Answered.APPROVED]
        for vote in sorted(votes, key=lambda one: one.seq):
            names = people.human(self._plan, vote.actor)
            if self.against(slots[vote.slot], vote) is None and not names & spent.keys():
                spent |= dict.fromkeys(names, vote)
        return spent

    def _counted_elsewhere(self, slot: ApprovalSlot, vote: Vote) -> Discounted | None:
        if slot.same_person:
            return None
        for name in people.human(self._plan, vote.actor):
            first = self._spent.get(name)
            if first is not None and first.slot != slot.name:
                why = f"{vote.actor.user} counts for '{first.slot}' already"
                return Discounted(vote, "approval.one-person", why)
        return None

    def _twice(self, vote: Vote, seen: set[str]) -> Discounted | None:
        if not people.human(self._plan, vote.actor) & seen:
            return None
        return Discounted(vote, "approval.one-person", f"{vote.actor.user} is somebody who counts already")
