"""Somebody who watches a rehearsal without a screen: journal, git and endpoints through the real adapters."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from gonogo.adapters.config_toml import Config
from gonogo.adapters.git_history import changes
from gonogo.adapters.http import Door
from gonogo.adapters.probes.registry import build_probings
from gonogo.domain.events import EventId
from gonogo.domain.readiness import Verdict
from gonogo.session import Session
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
