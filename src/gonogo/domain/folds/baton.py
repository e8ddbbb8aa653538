"""The release manager's baton: who drives."""

from datetime import datetime

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.events import Actor, Event
from gonogo.domain.folds.reading import Handlers, text


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


class BatonFold:
    """The working copy of the baton while a replay runs."""

    def __init__(self, baton: Baton | None) -> None:
        self.baton = baton
        self.handlers: Handlers = {kinds.BATON_TAKEN: self._take}

    def _take(self, event: Event) -> None:
        before = self.baton.driver if self.baton else ""
        driver = text(event.data, "driver") or event.actor.user
        self.baton = Baton(driver, event.actor, event.at, event.seq, text(event.data, "note"), before)
