"""What every verb stands on: clock, account, plan, configuration, journal, session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gonogo.cli.context import JournalPlace, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from gonogo.engine.session import Session
    from gonogo.errors import PlanProblem
    from gonogo.events import Actor, Event, EventId
    from gonogo.io.config import Config
    from gonogo.io.journal import DirectoryJournal
    from gonogo.io.journal.unmade import UnmadeJournal
    from gonogo.plan import LoadedPlan, Plan
    from gonogo.ports import Clock, OnDisk, PlanSource, Signatures

PLAN_VARIABLE = "GONOGO_PLAN"

JOURNAL_VARIABLE = "GONOGO_JOURNAL"


def clock() -> Clock:
    """The clock of this host."""
    from gonogo.io.host.clock_system import SystemClock

    return SystemClock()


def steady() -> Callable[[], float]:
    """Seconds that nobody can put back: by them answers age while the clock is being set."""
    from gonogo.io.host.clock_system import SystemClock

    return SystemClock().steady


def account() -> str:
    """Name of the account the kernel names for this process."""
    from gonogo.io.host.identity_unix import account_name

    return account_name(os.getuid())


def actor(via: str) -> Actor:
    """Who acts, as the kernel names them; `via` is tui, cli or ci."""
    from gonogo.io.host.identity_unix import UnixIdentity

    return UnixIdentity().actor(via)


def plan_path(options: Options) -> Path:
    """Flag, then GONOGO_PLAN, then the nearest release.yaml. Raises UsageError when there is none."""
    from pathlib import Path

    named = options.plan or os.environ.get(PLAN_VARIABLE, "")
    if named:
        return Path(named)
    from gonogo.io.plan_file import find_plan

    return find_plan(Path.cwd())


def plan_source(options: Options) -> PlanSource:
    """The plan file, which may change under us."""
    from gonogo.io.plan_file import KeptPlans, PlanFile

    return PlanFile(plan_path(options), KeptPlans.of(os.environ, clock().now()))


def load_plan(options: Options) -> LoadedPlan:
    """Read the plan. Raises PlanInvalid, UsageError, StorageError."""
    return plan_source(options).load()


def plan_doubts(options: Options) -> tuple[PlanProblem, ...]:
    """What the plan's file may well not mean; see `io.plan_file.doubts`."""
    from gonogo.errors import ConfigError
    from gonogo.io.plan_file.doubts import doubts_of

    try:
        allowed = config().allow_addresses
    except ConfigError:  # told by whoever needs it
        allowed = ()
    try:
        return doubts_of(plan_path(options), allowed)
    except OSError:  # told by whoever reads the plan
        return ()


def journal_place(options: Options, release: str) -> JournalPlace:
    """Flag, then GONOGO_JOURNAL, then the configuration, then the user's own state directory."""
    from pathlib import Path

    from gonogo.io.journal.layout import default_root, release_directory

    named, origin = _named_root(options)
    root = Path(named).expanduser().absolute() if named else default_root()
    return JournalPlace(root, release, origin, release_directory(root, release))


def on_disk(place: JournalPlace) -> OnDisk:
    """In a directory of its own, or in files among those of all releases."""
    from gonogo.io.journal.layout import place_of

    return place_of(place.directory)


def _named_root(options: Options) -> tuple[str, str]:
    if options.journal:
        return options.journal, "--journal"
    if named := os.environ.get(JOURNAL_VARIABLE, ""):
        return named, JOURNAL_VARIABLE
    found = config()
    return (found.journal, found.path) if found.journal else ("", "default")


def config() -> Config:
    """The user's own configuration. Raises ConfigError when it is wrong."""
    from gonogo.io.config import load_config

    return load_config()


def open_journal(place: JournalPlace, via: str) -> DirectoryJournal | UnmadeJournal:
    """The journal there; a missing one is made only where one works alone.

    Where that cannot be, it is an empty one that records nothing: a home one cannot write to stops nobody from
    looking. Raises ConfigError, NotPermittedError, StorageError.
    """
    from gonogo.errors import NotPermittedError, StorageError
    from gonogo.io.host.identity_unix import UnixIdentity
    from gonogo.io.journal import DirectoryJournal, state_home

    shared = place.origin != "default"
    try:
        return DirectoryJournal.open(
            place.root,
            place.release,
            UnixIdentity(),
            clock(),
            via,
            shared=shared,
            state_dir=state_home(),
            judge_times=True,
        )
    except (NotPermittedError, StorageError) as problem:
        # one that is there and cannot be read, or that cannot even be looked for, is no empty journal
        if shared or not _is_missing(place.directory):
            raise
        from gonogo.io.journal.unmade import UnmadeJournal

        return UnmadeJournal(place.directory, UnixIdentity().actor(via), problem)


def _is_missing(directory: Path) -> bool:
    """Whether the kernel says that there is no such directory: no leave to look is no such answer."""
    try:
        os.lstat(directory)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def open_session(options: Options, via: str) -> Session:
    """Plan, journal, clock and actor put together."""
    source = plan_source(options)
    loaded = source.load()
    return session_on(source, loaded, open_journal(journal_place(options, loaded.plan.release), via))


def session_on(source: PlanSource, loaded: LoadedPlan, journal: DirectoryJournal | UnmadeJournal) -> Session:
    """A session on any plan source and journal: those of the user, or a rehearsal's."""
    from msgspec.structs import replace

    from gonogo.engine.session import Session
    from gonogo.io.host.clock_system import skew

    pen = signatures(loaded.plan.release)
    session = Session(loaded, journal, clock(), journal.actor, new_event_id, source, steady(), pen, skew)
    me = session.actor.user
    # only about oneself: a list that each account has for itself must not make verdicts differ
    shared = tuple(one for one in config().shared_accounts if one == me)
    session.inputs = replace(
        session.inputs,
        journal="" if journal.prefix else str(journal.directory),
        read_only=journal.why_read_only(),
        shared_accounts=shared,
    )
    return session


def signatures(release: str) -> Signatures:
    """What signs this account's decisions, and judges everybody's. Raises ConfigError."""
    return _Pen(release)


class _Pen:
    """See `ports.Signatures`. Brings ssh-keygen with the first plan that asks for signatures."""

    def __init__(self, release: str) -> None:
        self._release = release
        self._made: Signatures | None = None

    def sign(self, payload: bytes) -> str:
        """See `ports.Signatures.sign`."""
        return self._pen().sign(payload)

    def flaws(self, plan: Plan, events: Sequence[Event]) -> Mapping[EventId, str]:
        """See `ports.Signatures.flaws`."""
        return self._pen().flaws(plan, events)

    def signers(self, plan: Plan) -> str:
        """See `ports.Signatures.signers`."""
        return self._pen().signers(plan) if plan.sign else ""

    def _pen(self) -> Signatures:
        if self._made is None:
            from gonogo.io.journal import state_home
            from gonogo.io.journal.signatures_ssh import SshSignatures

            settings = config()
            self._made = SshSignatures(self._release, settings.signing_key, settings.path, state_home())
        return self._made


def new_event_id() -> EventId:
    """An id nobody else makes."""
    from gonogo.events import EventId

    return EventId(os.urandom(16).hex())
