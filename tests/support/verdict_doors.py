"""A generated release behind the doors of the command line, and as a session."""

import itertools
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.cli.context import JournalPlace
from gonogo.engine.session import Session
from gonogo.events import EventId
from gonogo.events.versions import MarkedElsewhere
from gonogo.facts import Observation
from gonogo.facts.artifacts import Artifact
from gonogo.facts.containment import Containment
from gonogo.facts.ledger import Ledger
from gonogo.facts.metric import Reading
from gonogo.facts.pollers import Window
from gonogo.facts.version_files import ProductFiles
from gonogo.plan import Product, Target
from gonogo.ports import Alarm, OnDisk
from gonogo.testing.clock import FakeClock
from gonogo.testing.journal import MemoryLog
from support.deciding import ANA, World


def session_of(world: World) -> Session:
    """A session that knows what the generated release knows; its journal has nothing newer to tell."""
    clock = FakeClock(world.now)
    log = MemoryLog(clock)
    log.alarms = tuple(Alarm("journal", problem) for problem in world.inputs.journal_problems)
    ids = itertools.count(1)
    session = Session(world.inputs.loaded, log.open(ANA), clock, ANA, lambda: EventId(f"e{next(ids)}"))
    session.inputs = replace(world.inputs, journal_read_at=world.now)
    return session


def looked_through(world: World) -> World:
    """The same release as whoever looks once finds it: every repository was read, or is unreadable."""
    known = {
        product.name: world.inputs.changes.get(product.name)
        or Unreadable(product.name, "not a repository", "git clone")
        for product in world.plan.products
        if product.repo
    }
    at = {**world.inputs.histories_at, **dict.fromkeys(known, world.now)}
    world.inputs = replace(world.inputs, changes={**world.inputs.changes, **known}, histories_at=at)
    return world


class GeneratedDoors:
    """What `status` and `why` ask for; nobody answers anything new."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open_session(self, _options: object, _via: str) -> Session:
        """The session of the release."""
        return session_of(self._world)

    def read_history(self, product: Product, *_: object, **_more: object) -> Changes:
        """What was read."""
        return self._world.inputs.changes[product.name]

    def looked_at(self, _options: object, _plan: object) -> dict[Target, Window]:
        """Nobody else looks."""
        return {}

    def ask_endpoints(self, _plan: object, _looked: object = None) -> tuple[Observation, ...]:
        """Nothing either."""
        return ()

    def ask_metrics(self, _plan: object, _metrics: object) -> tuple[Reading, ...]:
        """No further number."""
        return ()

    def read_version_files(self, _products: object) -> tuple[ProductFiles, ...]:
        """Nothing beyond what was read."""
        return ()

    def read_ledger(self, _plan: object, _products: object, _words: object, _journal: str = "") -> Ledger:
        """What was read."""
        return self._world.inputs.ledger or Ledger(problem="nobody has looked yet")

    def read_containment(
        self, _plan: object, _questions: object, _words: object, _journal: str = ""
    ) -> tuple[Containment, ...]:
        """Nothing beyond what was found out."""
        return ()

    def read_marks(self, _journal: str) -> MarkedElsewhere:
        """No other release."""
        return MarkedElsewhere()

    def look_for_artifacts(self, _wanted: object) -> tuple[Artifact, ...]:
        """Nothing further."""
        return ()

    def who_polls(self, _options: object, _plan: object) -> tuple[()]:
        """Nobody."""
        return ()

    def account(self) -> str:
        """Ana's."""
        return ANA.user

    def journal_place(self, _options: object, release: str) -> JournalPlace:
        """Nowhere."""
        return JournalPlace(Path("/none"), release, "default", Path("/none") / release)

    def on_disk(self, place: JournalPlace) -> OnDisk:
        """There, if it were anywhere."""
        return OnDisk(place.directory)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a verdict needs no {name}")
