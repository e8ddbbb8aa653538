"""Taking part: where the shared files lie, and with what this session joins."""

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gonogo.errors import ConfigError, GonogoError, UsageError
from gonogo.facts import Missing, Observation, Seen
from gonogo.facts.pollers import PolledBy, Window
from gonogo.io.config import Config
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal.layout import LOCK, SHARED, file_mode, read_store
from gonogo.io.sharing.keys import HELM, KUBECONFIG, keys_of
from gonogo.io.sharing.lease import Leases
from gonogo.io.sharing.others import Others
from gonogo.io.sharing.publication import Publication
from gonogo.io.sharing.record import FORMAT, Header
from gonogo.io.sharing.turns import Memory, SharedTurns
from gonogo.plan import Plan, Target
from gonogo.ports import Clock

LEASES = ".leases"
"""Lock file of somebody who works alone. In a shared journal it is the journal's own, which is root's: a member
could put another one in the place of a file of his own."""
_KEPT = 10.0
"""Seconds for which it is known whether a credential can be resolved."""


class Place(Struct, frozen=True):
    """Where sessions on one release meet."""

    directory: Path
    """Of the journal."""
    can_record: bool
    """Whether this session may write the history; one that may not asks for nobody else."""


def take_part(
    place: Place,
    plan: Plan,
    settings: Config,
    sink: Callable[[tuple[Observation, ...]], None],
    clock: Clock,
    steady: Callable[[], float],
    memory: Memory | None = None,
) -> SharedTurns:
    """Join the sessions that ask the same sources; with nothing but a look where this account may not write.

    `memory` is the session's own, over all editions of its plan.
    """
    me = UnixIdentity().actor("tui")
    leases, publication = None, None
    if place.can_record and (leases := _leases(place.directory)) is not None:
        header = Header(FORMAT, me.host, me.boot_id, me.pid)
        publication = Publication(place.directory, header, _mode(place.directory))
    everywhere = [Target(product.name, one.name) for product in plan.products for one in plan.environments]
    asked = keys_of(plan)
    own = {str(target): [target] for target in everywhere}
    targets: dict[str, Sequence[Target]] = {name: own.get(name, everywhere) for name in asked}
    return SharedTurns(
        asked,
        targets,
        Others(place.directory, me.host, me.boot_id),
        publication,
        leases,
        sink,
        clock,
        steady,
        Prover(settings),
        (me.user, me.pid),
        random.Random(),  # noqa: S311  # spreads attempts, guards nothing
        memory,
        frozenset(one.name for one in plan.environments if one.production),
    )


def who_polls(directory: Path, plan: Plan, clock: Clock, steady: Callable[[], float]) -> tuple[PolledBy, ...]:
    """Who asks the plan's sources on this machine now, for somebody who only looks."""
    looking = take_part(Place(directory, can_record=False), plan, Config(), lambda _: None, clock, steady)
    looking.look()
    return looking.pollers


def windows(directory: Path, plan: Plan, clock: Clock, steady: Callable[[], float]) -> Mapping[Target, Window]:
    """What other sessions of this account have looked at, so freshly that it need not be done again."""
    told: dict[Target, Seen] = {}

    def hear(observations: tuple[Observation, ...]) -> None:
        told.update({one.target: one for one in observations if isinstance(one, Seen) and not one.origin})
        for one in observations:
            if isinstance(one, Missing) and not one.origin:
                told.pop(one.target, None)

    me = UnixIdentity().actor("cli")
    looking = take_part(Place(directory, can_record=False), plan, Config(), hear, clock, steady)
    looking.look()
    open_now = {one.account for one in looking.pollers if not one.stopped}
    fresh = {
        Target(probe.product, probe.environment): probe.timing.stale_after.total_seconds()
        for product in plan.products
        for probe in product.probes
    }
    return {
        target: Window(seen)
        for target, seen in told.items()
        if seen.in_all
        and seen.by == me.user
        and me.user in open_now
        and seen.heard is not None
        and steady() - seen.heard < fresh.get(target, 0.0)
        and (clock.now() - seen.polled_at).total_seconds() < fresh[target]
    }


class Prover:
    """Whether this account has what a question needs; where a command gives it, that is only tried when asking."""

    def __init__(self, settings: Config, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._known: dict[str, tuple[bool, float]] = {}

    def __call__(self, name: str) -> bool:
        """Whether the credential, the cluster or the context of that name is there."""
        known = self._known.get(name)
        if known is None or self._monotonic() - known[1] > _KEPT:
            known = self._known[name] = (self._resolves(name), self._monotonic())
        return known[0]

    def _resolves(self, name: str) -> bool:
        try:
            if name.startswith((KUBECONFIG, HELM)):
                return _has_cluster(name)
            if not self._settings.where_to_find(name).command:
                self._settings.credential(name)
        except (ConfigError, UsageError):
            return False
        return True


def _has_cluster(name: str) -> bool:
    """Raises UsageError."""
    from gonogo.io.config.kubeconfig import find_cluster  # yaml, only for those who need it

    kind = HELM if name.startswith(HELM) else KUBECONFIG
    find_cluster(name.removeprefix(kind))
    if kind == KUBECONFIG:
        return True
    import shutil

    return shutil.which("helm") is not None


def _leases(directory: Path) -> Leases | None:
    """The lock file, if this account may use it and the file system has such locks."""
    shared = _mode(directory) != 0o600
    try:
        leases = Leases(directory / (LOCK if shared else LEASES), create=not shared)
    except OSError:
        return None
    if leases.works() and os.access(directory, os.W_OK | os.X_OK):
        return leases
    leases.close()
    return None


def _mode(directory: Path) -> int:
    """Mode of what is published: as of the journal's own files."""
    try:
        store = read_store(directory)
    except GonogoError:
        return 0o600
    return file_mode(directory, store) if store is not None and store.mode == SHARED else 0o600
