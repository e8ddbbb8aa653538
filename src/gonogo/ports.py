"""What the use cases need from outside, as small protocols. Adapters and fakes share one contract suite each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct

# only names for the type checker: whoever opens a journal must not load what reads a history
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from gonogo.changelog import Changes, ProductChanges
    from gonogo.events import Actor, Draft, Event, EventId
    from gonogo.facts import Observation
    from gonogo.facts.finding import Finding, Progress
    from gonogo.facts.pollers import PolledBy
    from gonogo.plan import ChangelogRules, Item, LoadedPlan, Plan, Product, Target


class Clock(Protocol):
    """Where time comes from. The only door to it."""

    def now(self) -> datetime:
        """The time in UTC, zone-aware."""
        ...


class Identity(Protocol):
    """Who acts."""

    def actor(self, via: str) -> Actor:
        """The account the kernel names for this process; `via` is tui, cli or ci."""
        ...


class Alarm(Struct, frozen=True):
    """Something about the journal a person must know: a gap, a wrong owner, a broken chain, a shorter trail."""

    kind: str
    """gap | owner | chain | rollback | format | torn | stray | memory"""
    message: str
    seq: int = 0
    file: str = ""
    warning: bool = False
    """It adds nothing to the chain and takes nothing from it: it is told, and recording goes on."""


class Tail(Struct, frozen=True):
    """What a journal has that its reader has not seen yet."""

    events: tuple[Event, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """All alarms that stand now, not only new ones."""


@runtime_checkable
class Journal(Protocol):
    """Ordered, append-only, immutable events of one release. Not thread-safe: one thread owns one object."""

    @property
    def edition(self) -> int:
        """Edition of the rules it was made under: nothing recorded in it is judged by an older one."""
        ...

    def tail(self) -> Tail:
        """Return the events this object has not returned yet, in order, without waiting for any lock.

        Raises StorageError or NotPermittedError when the journal cannot be read.
        """
        ...

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> tuple[Event, ...]:
        """Under mutual exclusion, hand `decide` everything new and append durably what it returns.

        `decide` sees each event exactly once over the life of this object, whether by `tail` or here.
        Whatever it raises ends the transaction with nothing written. A draft whose id is already
        recorded is not written again; the recorded event is returned in its place.

        Returns what was written, in order; the same events are not returned by `tail` again.
        Raises BusyError (lock not had within its deadline), StorageError (disk full, read-only),
        NotPermittedError, IntegrityError.
        """
        ...

    def close(self) -> None:
        """Give back descriptors. The object is not used afterwards."""
        ...


class Probing(Protocol):
    """A question that can be asked again and again."""

    @property
    def name(self) -> str:
        """Unique within a plan; names the schedule's entry."""
        ...

    @property
    def host(self) -> str:
        """Host and port whose load it adds to; "" for none."""
        ...

    @property
    def targets(self) -> tuple[Target, ...]:
        """The cells an answer fills."""
        ...

    @property
    def every(self) -> timedelta:
        """Wanted time between two questions."""
        ...

    async def ask(self) -> tuple[Observation, ...]:
        """Ask once, within the plan's time-out, and never raise for what an endpoint does.

        Returns one observation for each of `targets`.
        """
        ...


@runtime_checkable
class Paced(Protocol):
    """A question that says how often it may be asked at most; others keep to the poller's own floor."""

    @property
    def floor(self) -> timedelta:
        """Least time between two questions, also when somebody wants an answer now."""
        ...


class Looks(Protocol):
    """Several looks at once behind one question, for an endpoint whose every answer is a sample."""

    @property
    def wanted(self) -> int:
        """How many more looks are worth taking now; 0 when enough is known."""
        ...

    async def look(self) -> None:
        """Take one, on a connection of its own, within the plan's time-out."""
        ...

    def observations(self) -> tuple[Observation, ...]:
        """What the looks came to."""
        ...


@runtime_checkable
class Sampled(Protocol):
    """A question whose answer may be a sample: one of several instances gave it."""

    def looks(self, answered: Sequence[Observation]) -> Looks | None:
        """The looks that are to follow this answer at once; None when it says enough."""
        ...


class Turns(Protocol):
    """Whose turn it is to ask: several sessions on one machine share the questions of a plan."""

    def wait(self, probing: Probing, *, wanted: bool) -> float:
        """0.0 when this session is to ask now; else seconds after which to look again.

        `wanted`: a person at this session wants an answer now.
        """
        ...

    def asked(self, probing: Probing, observations: Sequence[Observation], next_in: float) -> None:
        """This session has asked, got this, and means to ask again in so many seconds."""
        ...


class Signatures(Protocol):
    """Signs decisions as this account, and tells which signatures count. Blocks while it does."""

    def sign(self, payload: bytes) -> str:
        """A signature over `payload`, in letters, digits and +/=. Raises ConfigError."""
        ...

    def flaws(self, plan: Plan, events: Sequence[Event]) -> Mapping[EventId, str]:
        """Why a signature that `plan` asks for does not count, by event; those that do are left out."""
        ...

    def signers(self, plan: Plan) -> str:
        """Differs when the file of the keys that count has changed; cheap enough for every second."""
        ...


class Polling(Protocol):
    """The questions of one plan, asked again and again until cancelled."""

    async def run(self) -> None:
        """Ask until cancelled."""
        ...

    def ask_now(self) -> None:
        """Have everything asked without waiting for its turn. Called in the loop that runs `run`."""
        ...


@runtime_checkable
class SharedPolling(Protocol):
    """Polling that several sessions share."""

    @property
    def pollers(self) -> tuple[PolledBy, ...]:
        """Who asks; read from any thread."""
        ...


class PlanSource(Protocol):
    """A plan file that may change under us."""

    def load(self) -> LoadedPlan:
        """Read and validate. Raises PlanInvalid with every problem, or StorageError."""
        ...

    def changed(self) -> bool:
        """Whether the file differs from what `load` last read; cheap enough for every second."""
        ...


class Presence(Protocol):
    """Who has the release open. A courtesy: never recorded, never a reason to stop."""

    def join(self) -> None:
        """Be seen by others, where this account may."""
        ...

    def here(self) -> tuple[str, ...]:
        """Account names of everybody with an open cockpit, oneself included."""
        ...

    def leave(self) -> None:
        """Be gone."""
        ...


class Repository(Protocol):
    """What products' histories say. Synchronous, for a worker thread."""

    def changes(
        self,
        product: Product,
        rules: ChangelogRules,
        *,
        cancelled: Callable[[], bool] = ...,
        progress: Callable[[ProductChanges], None] | None = ...,
    ) -> Changes:
        """Read what `product` ships; never raises for what a repository holds or lacks.

        `progress` gets what was read so far, marked incomplete; so is the answer once `cancelled` says yes.
        """
        ...

    def fingerprint(self, repo: str) -> str:
        """Changes when a reference of `repo` moves; cheap enough for every second."""
        ...


class Checking(Protocol):
    """Carries out the checks of one plan; in a thread that may wait."""

    def run(self, item: Item, *, cancelled: Callable[[], bool], progress: Callable[[Progress], None]) -> Finding:
        """Find out what the check of `item` says. Raises GonogoError."""
        ...


class OnDisk(Struct, frozen=True):
    """Where the events of a release are on disk, as it is shown to people."""

    directory: Path
    """The directory they lie in, own or shared with other releases."""
    files: str = ""
    """Pattern of this release's files, where others lie beside them; "" in a directory of its own."""

    @property
    def text(self) -> str:
        """The directory, or the release's files in it."""
        return str(self.directory / self.files) if self.files else str(self.directory)
