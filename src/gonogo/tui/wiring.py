"""What the cockpit is given: everything it needs from the composition root, no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from gonogo.changelog import Changes
from gonogo.commits.shipping import ReadShipping
from gonogo.engine.deciding import AskAnew
from gonogo.engine.histories import Fingerprint, ReadHistory
from gonogo.engine.outside_thread import Doors
from gonogo.engine.session import Session
from gonogo.facts import Observation
from gonogo.plan import LoadedPlan
from gonogo.ports import Checking, Clock, Polling
from gonogo.tui.mending import Workshop


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


class Trust(Protocol):
    """What this account has allowed to be run. In a thread that may wait."""

    def trusts(self, plan_path: str, digest: str) -> bool:
        """Whether it trusted that command set of the plan there. Raises GonogoError."""
        ...

    def trust(self, plan_path: str, digest: str) -> None:
        """Remember that it does. Raises GonogoError."""
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
    read_changes: ReadHistory
    fingerprint: Fingerprint
    clock: Clock
    steady: Callable[[], float] | None = None
    """Seconds that nobody can put back, of the same kind as the session's; None where only `clock` is known."""
    what_ships: ReadShipping | None = None
    """What would ship into a cell, from git; called in a worker thread when somebody opens the cell's details."""
    outside: Doors | None = None
    """None: gates that need more than cells and histories stay unknown."""
    ask_anew: AskAnew | None = None
    """Asks cells now and in this process, for a decision; called in a thread of its own. Raises GonogoError."""
    checks: Callable[[LoadedPlan], Checking] | None = None
    """What carries out the checks of a plan; None where none are carried out."""
    trust: Trust | None = None
    """Which command sets this account has looked at; None where none are run."""
    workshop: Workshop | None = None
    """What carries hotfixes out; None where none are made."""
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
