"""Break-glass: a named set of blockers that two persons waive together, for a short time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, moment, name_of, number, rows, text


class Pane(Struct, frozen=True):
    """One blocker that was named."""

    rule: str
    subject: str
    fact: str
    named: bool = False
    """Whether its subject was named: only then it may be about something unknown."""
    stands: str = ""
    """As in `ReasonLine`: another one is another risk. "" in records of older programs."""


class Glass(Struct, frozen=True):
    """One break-glass, from the request on. Whether it applies is `rules.glass`."""

    environment: str
    asked_by: Actor
    asked_at: datetime
    seq: int
    """Number of the request: its name, #12."""
    reason: str
    panes: tuple[Pane, ...]
    digest: str = ""
    """Of the content that was to be approved, where an approval is among the blockers; "" otherwise."""
    broken_by: Actor | None = None
    """The second person; None while nobody has confirmed it."""
    broken_at: datetime | None = None
    until: datetime | None = None
    """UTC; from then on its blockers count again. None while it is a request."""
    ended: Event | None = None
    """The event that ended or withdrew it; None while nothing did."""
    flaw: str = ""
    """As in `Event`, of the request. A confirmation with one is none."""


class GlassFold:
    """The working copy while a replay runs."""

    def __init__(self, glasses: tuple[Glass, ...]) -> None:
        self.glasses = list(glasses)
        self.handlers: Handlers = {
            kinds.GLASS_REQUESTED: self._ask,
            kinds.GLASS_BROKEN: self._break,
            kinds.GLASS_ENDED: self._end,
        }

    def _ask(self, event: Event) -> None:
        """A new request for an environment takes the place of an open one; one that does not count takes none."""
        self.glasses = [
            replace(one, ended=event)
            if not event.flaw and one.environment == name_of(event) and one.broken_by is None and one.ended is None
            else one
            for one in self.glasses
        ]
        self.glasses.append(
            Glass(
                name_of(event),
                event.actor,
                event.at,
                event.seq,
                text(event.data, "reason"),
                tuple(_pane(one) for one in rows(event.data, "covers")),
                text(event.data, "digest"),
                flaw=event.flaw,
            )
        )

    def _break(self, event: Event) -> None:
        """The confirmation of an open request; one that does not count leaves it open for a second person."""
        until = moment(event.data, "until")
        if until is None or event.flaw:  # without an end it is none
            return
        self._replace(
            number(event.data, "request"),
            lambda one: one.broken_by is None and one.ended is None,
            broken_by=event.actor,
            broken_at=event.at,
            until=until,
        )

    def _end(self, event: Event) -> None:
        self._replace(number(event.data, "request"), lambda one: one.ended is None, ended=event)

    def _replace(self, seq: int, fits: Any, **changes: Any) -> None:
        self.glasses = [replace(one, **changes) if one.seq == seq and fits(one) else one for one in self.glasses]


def _pane(row: Mapping[str, Any]) -> Pane:
    return Pane(
        text(row, "rule"), text(row, "subject"), text(row, "fact"), row.get("named") is True, text(row, "stands")
    )
