"""Somebody who watches a rehearsal without a screen: journal, git and endpoints through the real parts."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from gonogo.engine.session import Session
from gonogo.events import EventId
from gonogo.io.config import Config
from gonogo.io.git.history import changes
from gonogo.io.http.door import Door
from gonogo.io.probes.registry import build_probings
from gonogo.rules.readiness import Verdict
from gonogo.simulator.rehearsal import Rehearsal
from support.stage import Me


@contextmanager
def watching(played: Rehearsal) -> Iterator[Session]:
    """The session of whoever runs the rehearsal, with git read."""
    ids = count(1)
    journal = played.open_journal(Me(), "tui")
    session = Session(played.loaded, journal, played.clock, Me().actor("tui"), lambda: EventId(f"me-{next(ids)}"))
    for product in played.loaded.plan.products:
        if product.repo:
            session.learn(changes(product, played.loaded.plan.changelog))
    yield session
    session.close()


def look(session: Session, played: Rehearsal) -> None:
    """Ask every endpoint once, over HTTP, and record what changed."""

    async def ask() -> None:
        async with Door() as door:
            probings = build_probings(played.loaded.plan, door, played.clock, Config())
            answers = await asyncio.gather(*(probing.ask() for probing in probings))
        session.record(session.observe(one for answer in answers for one in answer))

    session.refresh()
    asyncio.run(ask())


def verdict(session: Session, environment: str) -> Verdict:
    """The verdict of one environment, now."""
    found = session.snapshot().verdict(environment)
    assert found is not None
    return found
