"""The lead of the release: who has it, and how they got it."""

from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, text


class Baton(Struct, frozen=True):
    """Who drives, since when, and what they were told."""

    driver: str
    """Account that drives."""
    actor: Actor
    """Who recorded it: the driver, or who handed the baton over."""
    at: datetime
    seq: int
    note: str = ""
    before: str = ""
    """Account that drove until then; "" when nobody did."""
    by_start: bool = False
    """Whether they lead because they started the release, and have not taken the lead by name."""

    @property
    def taken_over(self) -> bool:
        """Whether it was taken from somebody, by the one who leads now."""
        return bool(self.before) and self.actor.user == self.driver != self.before


class BatonFold:
    """The working copy of the baton while a replay runs."""

    def __init__(self, baton: Baton | None) -> None:
        self.baton = baton
        self.handlers: Handlers = {kinds.BATON_TAKEN: self._take}

    def start(self, event: Event) -> None:
        """Whoever started the release leads it, where nobody does and the plan did not say otherwise then."""
        if self.baton is None and event.data.get("lead") is not False:
            self.baton = Baton(event.actor.user, event.actor, event.at, event.seq, by_start=True)

    def _take(self, event: Event) -> None:
        before = self.baton.driver if self.baton else ""
        driver = text(event.data, "driver") or event.actor.user
        self.baton = Baton(driver, event.actor, event.at, event.seq, text(event.data, "note"), before)
