"""A rehearsal: any plan, its fleet, its repositories and a journal, all of them scratch, all gone at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from gonogo.errors import StorageError
from gonogo.events import Actor
from gonogo.io.journal import DirectoryJournal
from gonogo.plan import LoadedPlan
from gonogo.ports import Clock, Identity, Journal, PlanSource
from gonogo.simulator.fleet import Fleet, own_address
from gonogo.simulator.people import People, PlayedJournal
from gonogo.simulator.scenario import Scenario
from gonogo.simulator.scenarios import scenario_for
from gonogo.simulator.staging import Stage, StagedPlan

LAST_COMMIT = timedelta(hours=2)
"""How long before the curtain the last commit of a made-up history was made."""


class Rehearsal(Struct, frozen=True):
    """Everything a cockpit needs to play; valid while its context is entered."""

    directory: Path
    """Scratch, this account's alone, gone at the end. Nothing is written outside it."""
    source: PlanSource
    """The double of the plan."""
    loaded: LoadedPlan
    """The double as it was when the curtain rose."""
    plan_path: str
    """The file behind it: the real plan, or the demo's own file, which other terminals can open."""
    fleet: Fleet
    scenario: Scenario
    clock: Clock
    began: datetime
    """UTC; scenario time counts from here."""
    notes: tuple[str, ...] = ()
    """What is made up or left out, one sentence each: to be shown before the cockpit opens."""

    @property
    def journal_root(self) -> Path:
        """Where the scratch journal lies, as for `--journal`."""
        return self.directory / "journal"

    @property
    def state_dir(self) -> Path:
        """Where this rehearsal remembers what it has seen, in place of the user's state directory."""
        return self.directory / "state"

    def open_journal(self, identity: Identity, via: str) -> Journal:
        """The scratch journal, in which simulated people are told apart. Raises as DirectoryJournal.open does."""
        return PlayedJournal(self._journal(identity, via))

    def people(self, real: Actor) -> People:
        """The simulated people; `step` of what is returned lets them act. `real` is who runs the rehearsal."""
        return People(
            self.scenario,
            self.loaded,
            lambda identity: self._journal(identity, "cli"),
            self.clock,
            self.began,
            real,
        )

    def _journal(self, identity: Identity, via: str) -> Journal:
        release = self.loaded.plan.release
        return DirectoryJournal.open(
            self.journal_root, release, identity, self.clock, via, state_dir=self.state_dir, name_of=None
        )


@contextmanager
def rehearsal(
    source: PlanSource,
    clock: Clock,
    scenario: str = "",
    *,
    directory: Path | None = None,
    own_addresses: bool = False,
    port: int = 0,
) -> Iterator[Rehearsal]:
    """Play `source` by the scenario of that name or file, from now on.

    `directory` is made for it and removed at the end; by default a new one below the system's temporary directory.
    With `own_addresses` the fleet also listens where the plan itself names this machine (`http://127.0.0.1:PORT/...`).

    Raises PlanInvalid, UsageError (no such scenario), StorageError, ConfigError (no git), BusyError (port taken).
    """
    loaded = source.load()
    story = scenario_for(loaded.plan, scenario)
    began = clock.now()
    ports = own_ports(loaded) if own_addresses else ()
    with scratch(directory) as place, Fleet(story, clock, began, port=port, own_ports=ports) as fleet:
        stage = Stage(
            place / "repositories",
            fleet,
            began - LAST_COMMIT,
            lambda plan: scenario_for(plan, scenario),
            began,
        )
        staged = StagedPlan(source, stage)
        double = staged.double(loaded)
        yield Rehearsal(place, staged, double, loaded.path, fleet, story, clock, began, stage.notes)


def own_ports(loaded: LoadedPlan) -> tuple[int, ...]:
    """The ports of this machine that the plan's own probes name."""
    places = [own_address(probe.url) for product in loaded.plan.products for probe in product.probes]
    return tuple(sorted({place[0] for place in places if place is not None}))


@contextmanager
def scratch(directory: Path | None = None) -> Iterator[Path]:
    """A directory of this account alone that is gone at the end. Raises StorageError when it cannot be made."""
    try:
        if directory is None:
            place = Path(tempfile.mkdtemp(prefix="gonogo-"))
        else:
            place = directory
            place.mkdir(mode=0o700)
    except OSError as error:
        where = str(directory or tempfile.gettempdir())
        raise StorageError(f"no scratch directory: {error.strerror}", where=where) from error
    try:
        for name in ("journal", "state", "repositories"):
            (place / name).mkdir(mode=0o700)
        yield place.resolve()
    finally:
        # a git that was interrupted may still be writing for a moment; what cannot go now is the system's to sweep
        shutil.rmtree(place, ignore_errors=True)
