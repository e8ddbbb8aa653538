"""Versions with a story: marked bad, or kept in place after a rollback."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, text
from gonogo.plan import Target


class BadVersion(Struct, frozen=True):
    """A version nobody may ship any more."""

    product: str
    version: str
    actor: Actor
    at: datetime
    seq: int
    reason: str
    release: str = ""
    """The other release in whose journal it stands; "" for the one that is open."""


class MarkedElsewhere(Struct, frozen=True):
    """The versions that are marked bad in other releases beside this one."""

    marks: tuple[BadVersion, ...] = ()
    doubts: tuple[str, ...] = ()
    """Why marks of a release are not known though its journal has some: a sentence each."""


class VersionHold(Struct, frozen=True):
    """A version that stays where it is, as after a rollback, until somebody releases it."""

    target: Target
    version: str
    actor: Actor
    at: datetime
    seq: int
    reason: str


class VersionsFold:
    """The working copy while a replay runs."""

    def __init__(self, bad: Mapping[tuple[str, str], BadVersion], holds: Mapping[Target, VersionHold]) -> None:
        self.bad = dict(bad)
        self.holds = dict(holds)
        self.handlers: Handlers = {
            kinds.VERSION_MARKED_BAD: self._mark,
            kinds.VERSION_CLEARED: self._clear,
            kinds.VERSION_HELD: self._hold,
            kinds.VERSION_RELEASED: self._release,
        }

    def _mark(self, event: Event) -> None:
        product, _, version = name_of(event).partition("/")
        self.bad[product, version] = BadVersion(
            product, version, event.actor, event.at, event.seq, text(event.data, "reason")
        )

    def _clear(self, event: Event) -> None:
        product, _, version = name_of(event).partition("/")
        self.bad.pop((product, version), None)

    def _hold(self, event: Event) -> None:
        target = _target(event)
        self.holds[target] = VersionHold(
            target, text(event.data, "version"), event.actor, event.at, event.seq, text(event.data, "reason")
        )

    def _release(self, event: Event) -> None:
        self.holds.pop(_target(event), None)


def _target(event: Event) -> Target:
    product, _, environment = name_of(event).partition("/")
    return Target(product, environment)
