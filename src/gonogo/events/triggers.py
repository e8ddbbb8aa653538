"""Rollback triggers: fired once for each incident, answered by a person. They ask, they never act."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, number, text


class TriggerState(Struct, frozen=True):
    """The last incident of one trigger."""

    trigger: str
    fired_at: datetime
    observation: str
    """What was seen, in words: the number and where it came from."""
    seq: int
    """Of the event that fired it; 0 never."""
    actor: Actor
    """Whose session saw it, or who said so."""
    answer: str = ""
    """roll_back | go_on; "" while it still asks."""
    answered_by: Actor | None = None
    answered_at: datetime | None = None
    reason: str = ""
    cleared_at: datetime | None = None
    """When the condition was seen to be over; only then may it fire again."""

    @property
    def asks(self) -> bool:
        """Whether nobody has answered yet."""
        return not self.answer


class TriggersFold:
    """The working copy of the triggers while a replay runs."""

    def __init__(self, triggers: Mapping[str, TriggerState]) -> None:
        self.triggers = dict(triggers)
        self.handlers: Handlers = {
            kinds.TRIGGER_FIRED: self._fire,
            kinds.TRIGGER_ANSWERED: self._answer,
            kinds.TRIGGER_CLEARED: self._clear,
        }

    def _fire(self, event: Event) -> None:
        """An incident that is not over fires no second time: what was answered to it stands."""
        name = name_of(event)
        burning = self.triggers.get(name)
        if burning is not None and burning.cleared_at is None:
            return
        self.triggers[name] = TriggerState(name, event.at, text(event.data, "observation"), event.seq, event.actor)

    def _answer(self, event: Event) -> None:
        fired = self.triggers.get(name_of(event))
        if fired is not None:
            self.triggers[name_of(event)] = replace(
                fired,
                answer=text(event.data, "answer"),
                answered_by=event.actor,
                answered_at=event.at,
                reason=text(event.data, "reason"),
            )

    def _clear(self, event: Event) -> None:
        fired = self.triggers.get(name_of(event))
        if fired is not None and number(event.data, "fired") in {0, fired.seq}:
            self.triggers[name_of(event)] = replace(fired, cleared_at=event.at)
