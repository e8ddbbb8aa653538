"""What the cockpit is given: everything it needs from the composition root, no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from gonogo.domain.changelog import Changes
from gonogo.domain.observation import Observation
from gonogo.domain.plan import LoadedPlan, Plan, Product
from gonogo.domain.shipping import ReadShipping
from gonogo.ports import Clock, Polling
from gonogo.session import Session


class Presence(Protocol):
    """Who has this release open."""

    def join(self) -> None:
        """Be seen."""
        ...

    def here(self) -> tuple[str, ...]:
        """Account names of everybody here, oneself included."""
        ...

    def leave(self) -> None:
        """Be gone."""
        ...


OnObservation = Callable[[tuple[Observation, ...]], None]
Progress = Callable[[Changes], None]
"""Called with what has been read of a history so far."""


class Wiring(Struct, frozen=True):
    """How the cockpit reaches the journal, the endpoints and git. Every function but `story` has time-outs."""

    open_session: Callable[[], Session]
    """Called in the journal's thread, which owns the session from then on. Raises GonogoError."""
    make_poller: Callable[[LoadedPlan, OnObservation], Polling]
    """Called in the poller's thread, anew for each plan; the callback may be called from that thread only."""
    read_changes: Callable[[Product, Plan, Callable[[], bool], Progress], Changes]
    """Reads one product's history; asks the third argument now and then whether it is still wanted."""
    fingerprint: Callable[[Product], str]
    """Cheap: differs when the product's references have moved."""
    clock: Clock
    steady: Callable[[], float] | None = None
    """Seconds that nobody can put back, of the same kind as the session's; None where only `clock` is known."""
    what_ships: ReadShipping | None = None
    """What would ship into a cell, from git; called in a worker thread when somebody opens the cell's details."""
    presence: Presence | None = None
    ascii: bool = False
    theme: str = ""
    """One of profile.THEMES; "" judges by the terminal."""
    story: Callable[[Session], None] | None = None
    """Called about once a second in the journal's thread: the demonstration's other people."""
    title_note: str = ""
    """A word in the bar, such as DEMO or REHEARSAL."""
    state_dir: Path | None = None
    """Where a crash report goes; None: gonogo's directory under XDG_STATE_HOME."""
