"""Actors, drafts and events to test with."""

import os
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gonogo.events import ITEM_TICKED, Actor, Draft, Event, EventId
from gonogo.io.host.identity_unix import account_name
from gonogo.testing.clock import START


class FixedIdentity:
    """Always the same actor."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def actor(self, via: str) -> Actor:
        """The given actor, by way of `via`."""
        return replace(self._actor, via=via)


def make_actor(user: str = "ana", uid: int = 1001) -> Actor:
    """Somebody on a bastion."""
    return Actor(uid, user, login=user, via="cli", host="bastion", pid=4711, tty="/dev/pts/3")


def own_actor() -> Actor:
    """The account that runs the tests: in a journal on disk no other name counts for its files."""
    return make_actor(account_name(os.getuid()), os.getuid())


def make_draft(
    event_id: str, subject: str = "item:smoke", kind: str = ITEM_TICKED, data: Mapping[str, Any] | None = None
) -> Draft:
    """A tick, unless said otherwise."""
    return Draft(EventId(event_id), kind, subject, {"title": "Run the smoke test"} if data is None else data)


def make_event(seq: int = 1, subject: str = "item:smoke", kind: str = ITEM_TICKED, **data: Any) -> Event:
    """Event number `seq` by ana, at the fake clock's start."""
    return Event(seq, EventId(f"event-{seq}"), START, make_actor(), kind, subject, data)
