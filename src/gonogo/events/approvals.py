"""Votes: who approved or rejected what, and what they saw. Whether a vote counts is `rules.votes`."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, moment, name_of, pairs, text


class Answered(StrEnum):
    """What somebody said to an approval."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Vote(Struct, frozen=True):
    """One account's word on one approval: its last one that it has not revoked."""

    slot: str
    answer: Answered
    actor: Actor
    at: datetime
    seq: int
    digest: str
    """Of the content that was on screen; see `rules.digest`."""
    content: Mapping[str, str] = {}
    """That content in short texts, so that a change can be named."""
    reason: str = ""
    expires: datetime | None = None
    """UTC; from that moment on it no longer counts. None: it does not expire."""
    flaw: str = ""
    """As in `Event`."""


class ApprovalsFold:
    """The working copy of the votes while a replay runs."""

    def __init__(self, approvals: Mapping[str, tuple[Vote, ...]]) -> None:
        self.approvals = dict(approvals)
        self.handlers: Handlers = {
            kinds.APPROVAL_GIVEN: lambda event: self._vote(event, Answered.APPROVED),
            kinds.APPROVAL_REJECTED: lambda event: self._vote(event, Answered.REJECTED),
            kinds.APPROVAL_REVOKED: self._revoke,
        }

    def _vote(self, event: Event, answer: Answered) -> None:
        slot = name_of(event)
        vote = Vote(
            slot,
            answer,
            event.actor,
            event.at,
            event.seq,
            text(event.data, "digest"),
            pairs(event.data, "content"),
            text(event.data, "reason"),
            moment(event.data, "expires"),
            event.flaw,
        )
        self.approvals[slot] = (*self._others(slot, event.actor), vote)

    def _revoke(self, event: Event) -> None:
        self.approvals[name_of(event)] = self._others(name_of(event), event.actor)

    def _others(self, slot: str, actor: Actor) -> tuple[Vote, ...]:
        return tuple(vote for vote in self.approvals.get(slot, ()) if vote.actor.uid != actor.uid)
