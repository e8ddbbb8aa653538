"""Waivers: unmet rules that somebody let pass, with a reason and an end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, moment, name_of, number, pairs, text, texts

NAMED = 4
"""Things a line names; more are counted."""


class Waiver(Struct, frozen=True):
    """One rule, let pass in one environment until a moment. Whether it applies is `rules.waivers`."""

    rule: str
    subject: str
    """What it is about, such as `cell:web/staging`; "" for all that stands in `covers`."""
    environment: str
    actor: Actor
    at: datetime
    seq: int
    reason: str
    until: datetime
    """UTC; from that moment on it is over."""
    fact: str = ""
    """What was found when it was given."""
    ended: Event | None = None
    """The event that ended it early; None while it may still hold."""
    flaw: str = ""
    """As in `Event`."""
    covers: tuple[str, ...] = ()
    """Without a subject: what the rule spoke of when it was given. What comes later is not covered by it."""
    facts: Mapping[str, str] = {}
    """By subject: what was found about it when it was given. Empty in records of older programs, and where the
    rule speaks of no content."""
    digest: str = ""
    """Of an approval's: the content that was to be approved. "" for everything else."""

    by: str = ""
    """Of a break-glass: who waives, in words; "" for a waiver of one person."""

    @property
    def about(self) -> str:
        """The rule and what it lets pass, a few by name: `item.open item:tests, item:docs`."""
        return f"{self.rule} {self.subject or few(self.covers)}".rstrip()


def few(subjects: Sequence[str]) -> str:
    """The first of many, and how many more there are."""
    more = f" and {len(subjects) - NAMED} more" if len(subjects) > NAMED else ""
    return f"{', '.join(subjects[:NAMED])}{more}"


class WaiversFold:
    """The working copy of the waivers while a replay runs."""

    def __init__(self, waivers: tuple[Waiver, ...]) -> None:
        self.waivers = list(waivers)
        self.handlers: Handlers = {kinds.WAIVER_GIVEN: self._give, kinds.WAIVER_WITHDRAWN: self._withdraw}

    def _give(self, event: Event) -> None:
        until = moment(event.data, "until")
        if until is None:  # a waiver without an end is none
            return
        self.waivers.append(
            Waiver(
                text(event.data, "rule"),
                text(event.data, "subject"),
                name_of(event),
                event.actor,
                event.at,
                event.seq,
                text(event.data, "reason"),
                until,
                text(event.data, "fact"),
                flaw=event.flaw,
                covers=texts(event.data, "covers"),
                facts=pairs(event.data, "facts"),
                digest=text(event.data, "digest"),
            )
        )

    def _withdraw(self, event: Event) -> None:
        seq = number(event.data, "waiver")
        self.waivers = [
            replace(one, ended=event) if one.seq == seq and one.ended is None else one for one in self.waivers
        ]
