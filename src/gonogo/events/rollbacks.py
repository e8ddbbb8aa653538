"""Rollbacks that were decided: what went back where, to which version, and why."""

from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, text, texts
from gonogo.plan import Target


class Rollback(Struct, frozen=True):
    """One decision to go back; others carry it out."""

    target: Target
    rolled_back: str
    """What ran there when it was decided; "" when nobody knew."""
    to: str
    reason: str
    actor: Actor
    at: datetime
    seq: int
    concerns: tuple[str, ...] = ()
    """What stood against it at that moment, and was seen."""


class RollbacksFold:
    """The working copy while a replay runs."""

    def __init__(self, rollbacks: tuple[Rollback, ...]) -> None:
        self.rollbacks = list(rollbacks)
        self.handlers: Handlers = {kinds.ROLLBACK_STARTED: self._start}

    def _start(self, event: Event) -> None:
        product, _, environment = name_of(event).partition("/")
        self.rollbacks.append(
            Rollback(
                Target(product, environment),
                text(event.data, "from"),
                text(event.data, "to"),
                text(event.data, "reason"),
                event.actor,
                event.at,
                event.seq,
                texts(event.data, "concerns"),
            )
        )
