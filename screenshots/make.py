"""Make the pictures of the documentation from the packaged demo, at a fixed time: `python screenshots/make.py`.

Everything in them is real (fleet, repositories, journal, screen) but the clock and the name of who watches: the
same code makes the same pictures.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import hotfix_shots
from textual.pilot import Pilot

from gonogo.engine.session import Session
from gonogo.events import Actor, EventId
from gonogo.facts import Observation
from gonogo.hotfix_jobs.workshop import Workshop
from gonogo.io.config import Config
from gonogo.io.git.history import changes, fingerprint
from gonogo.io.git.range import what_ships
from gonogo.io.http.door import Door
from gonogo.io.plan_file import PlanFile
from gonogo.io.probes.registry import build_probings
from gonogo.plan import LoadedPlan
from gonogo.simulator.demo import demo
from gonogo.simulator.rehearsal import Rehearsal
from gonogo.testing.clock import FakeClock
from gonogo.tui.app import CockpitApp
from gonogo.tui.profile import Profile
from gonogo.tui.wiring import Wiring

HERE = Path(__file__).parent
PORT = 18765
"""Fixed, because addresses are on the pictures."""
STEP = timedelta(seconds=5)
MOMENT = timedelta(seconds=115)
"""Into the story: a canary runs in prod-eu, an endpoint flaps, QA has been ticked."""

Shot = tuple[str, tuple[int, int], tuple[str, ...]]
SHOTS: tuple[Shot, ...] = (
    ("cockpit-160x45", (160, 45), ()),
    ("checklist-80x24", (80, 24), ()),
    ("matrix-80x24", (80, 24), ("2",)),
    ("changes-80x24", (80, 24), ("3",)),
    ("trail-80x24", (80, 24), ("4",)),
    ("why-80x24", (80, 24), ("w",)),
    ("cell-80x24", (80, 24), ("2", "right", "right", "enter")),
    ("release-80x24", (80, 24), ("i",)),
    ("approve-80x24", (80, 24), ("a",)),
    ("cockpit-120x40", (120, 40), ()),
)
"""File name, size, keys pressed before the picture."""


class Watcher:
    """The release manager of the pictures."""

    def actor(self, via: str) -> Actor:
        """The real account number, which the journal insists on, under the demo's name."""
        return Actor(os.getuid(), "aruiz", via=via, host="bastion")


class Here:
    """Who is on the pictures."""

    def join(self) -> None:
        """Nobody comes."""

    def here(self) -> tuple[str, ...]:
        """Three people on the call."""
        return ("aruiz", "bokafor", "cmartin")

    def leave(self) -> None:
        """Nobody goes."""


class OneSweep:
    """Asks every endpoint once, then waits."""

    def __init__(
        self, stage: "Theatre", loaded: LoadedPlan, sink: Callable[[tuple[Observation, ...]], None]
    ) -> None:
        self._stage = stage
        self._loaded = loaded
        self._sink = sink

    async def run(self) -> None:
        """Once."""
        self._sink(await self._stage.sweep(self._loaded))
        await asyncio.Event().wait()

    def ask_now(self) -> None:
        """Not on a picture."""


class Theatre:
    """The demo at one moment of its story."""

    def __init__(self, rehearsal: Rehearsal, clock: FakeClock) -> None:
        self._rehearsal = rehearsal
        self._clock = clock
        self._ids = iter(range(1, 1_000_000))
        self.people = rehearsal.people(Watcher().actor("cli"))

    def session(self) -> Session:
        """A session of the watcher's on the scratch journal."""
        watcher = Watcher()
        journal = self._rehearsal.open_journal(watcher, "tui")
        return Session(
            self._rehearsal.loaded,
            journal,
            self._clock,
            watcher.actor("tui"),
            lambda: EventId(f"shot-{os.getpid()}-{next(self._ids)}"),
        )

    async def sweep(self, loaded: LoadedPlan) -> tuple[Observation, ...]:
        """What the fleet answers now."""
        async with Door() as door:
            probings = build_probings(loaded.plan, door, self._clock, Config())
            answers = await asyncio.gather(*(probing.ask() for probing in probings))
        return tuple(observation for answer in answers for observation in answer)

    def play(self, until: timedelta) -> None:
        """Let the evening happen: people act, somebody watches and records."""
        session = self.session()
        plan = self._rehearsal.loaded.plan
        for product in plan.products:
            session.learn(changes(product, plan.changelog))
        elapsed = timedelta(0)
        while True:
            self.people.step(known=session.inputs)
            session.refresh()
            session.record(session.observe(asyncio.run(self.sweep(self._rehearsal.loaded))))
            if elapsed >= until:
                break
            elapsed += STEP
            self._clock.advance(STEP)
        session.close()

    def wait(self) -> None:
        """A step goes by, in which the others do what they have to."""
        self._clock.advance(STEP)
        self.people.step()

    def wiring(self) -> Wiring:
        """A cockpit on this moment."""
        return Wiring(
            open_session=self.session,
            make_poller=lambda loaded, sink: OneSweep(self, loaded, sink),
            read_changes=lambda product, plan, cancelled, progress: changes(
                product, plan.changelog, cancelled=cancelled, progress=progress
            ),
            fingerprint=lambda product: fingerprint(product.repo),
            clock=self._clock,
            what_ships=what_ships,
            presence=Here(),
            workshop=Workshop(self.session, self._rehearsal.state_dir, self._clock),
            title_note="DEMO",
        )


@asynccontextmanager
async def opened(app: CockpitApp, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """The cockpit with everything on it that will come."""
    async with app.run_test(size=size) as pilot:
        async with asyncio.timeout(60):
            while not _complete(app):
                await pilot.pause(0.05)
        try:
            yield pilot
        finally:
            app.feed.stop()


def _complete(app: CockpitApp) -> bool:
    snapshot = app.snapshot
    if snapshot is None or not snapshot.here:
        return False
    read = [snapshot.changes.get(product.name) for product in snapshot.plan.products if product.repo]
    answered = all(cell.source for cell in snapshot.matrix.cells.values())
    return answered and all(found is not None and getattr(found, "complete", True) for found in read)


async def shoot(theatre: Theatre, shot: Shot) -> None:
    """Make one picture."""
    name, size, keys = shot
    app = CockpitApp(theatre.wiring(), Profile(theme="dark"))
    app.title = "gonogo"
    async with opened(app, size) as pilot:
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        svg = app.export_screenshot(title="gonogo")
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


async def shoot_hotfix(theatre: Theatre, wanted: set[str]) -> None:
    """Make a hotfix, with a picture of each of its steps."""
    app = CockpitApp(theatre.wiring(), Profile(theme="dark"))
    app.title = "gonogo"
    async with opened(app, (80, 24)) as pilot:
        await hotfix_shots.shoot(app, pilot, theatre.wait, wanted)


def main() -> int:
    """Make all of them, or those whose names are given."""
    clock = FakeClock()
    wanted = set(sys.argv[1:])
    place = Path(tempfile.gettempdir()) / "gonogo-demo"
    with demo(PlanFile, clock, "aruiz", directory=place, port=PORT) as rehearsal:
        theatre = Theatre(rehearsal, clock)
        theatre.play(MOMENT)
        for shot in SHOTS:
            if not wanted or shot[0] in wanted:
                asyncio.run(shoot(theatre, shot))
                sys.stdout.write(f"{shot[0]}.svg\n")
        if not wanted or wanted & hotfix_shots.NAMES:
            asyncio.run(shoot_hotfix(theatre, wanted))
        theatre.people.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
