"""Sessions that share the polling on one made-up machine: real files and kernel locks, a clock turned by hand."""

import itertools
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gonogo.facts import Missing, Observation, Reason, Running, Seen, Status
from gonogo.io.host.identity_unix import account_name
from gonogo.io.sharing.keys import Asked
from gonogo.io.sharing.lease import Leases
from gonogo.io.sharing.others import Others
from gonogo.io.sharing.publication import Publication
from gonogo.io.sharing.record import FORMAT, Header
from gonogo.io.sharing.turns import Memory, SharedTurns
from gonogo.plan import Target
from gonogo.ports import Probing

BEGAN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
STEP = 0.05
EVERY = 10.0


class Machine:
    """One host: a clock, a directory, and an endpoint that counts who asks it."""

    def __init__(self, directory: Path, seed: int = 0) -> None:
        self.directory = directory
        self.elapsed = 1_000_000.0
        self.began = self.elapsed
        self.rng = random.Random(seed)
        self.asked: list[tuple[float, str]] = []
        """When, in seconds since the beginning, and by whom."""
        self.versions: dict[str, str] = {}
        """By session: what it is told, or claims; others are told 1.2.3."""
        self.answers: dict[str, Reason] = {}
        """By session: why it gets no answer; others get one."""
        self.sessions: list[SimulatedSession] = []

    def now(self) -> datetime:
        """The time of day."""
        return BEGAN + timedelta(seconds=self.elapsed - self.began)

    def steady(self) -> float:
        """Seconds since the machine was started."""
        return self.elapsed

    def join(self, name: str, **more: bool) -> "SimulatedSession":
        """Another session."""
        session = SimulatedSession(self, name, **more)
        self.sessions.append(session)
        return session

    def run(self, seconds: float) -> None:
        """Let time go by."""
        for _ in range(round(seconds / STEP)):
            self.elapsed += STEP
            for session in self.sessions:
                session.step()

    def gaps(self) -> list[float]:
        """Seconds between two questions."""
        return [after - before for (before, _), (after, _) in itertools.pairwise(self.asked)]


class Question:
    """One source. See `ports.Probing`."""

    name = "web/prod"
    host = ""
    targets = (Target("web", "prod"),)
    every = timedelta(seconds=EVERY)
    floor = timedelta(seconds=2)

    async def ask(self) -> tuple[Observation, ...]:
        """The machine answers instead."""
        return ()


class SimulatedSession:
    """A session with one question, as the poller drives it."""

    def __init__(
        self,
        machine: Machine,
        name: str,
        *,
        proves: bool = True,
        auth: bool = False,
        can_write: bool = True,
        alone: bool = False,
    ) -> None:
        """`alone`: an account of its own, to which all others are other accounts."""
        self._account = name if alone else account_name(os.getuid())
        self._proves, self._auth, self._can_write = proves, auth, can_write
        self.memory = Memory()
        self.machine = machine
        self.name = name
        self.stopped = False
        self.wanted = False
        self.seen: list[Observation] = []
        """What the others observed."""
        self.question: Probing = Question()
        self.join()

    def join(self) -> None:
        """Begin to share; also once more, as after an edit of the plan."""
        machine, proves, can_write = self.machine, self._proves, self._can_write
        asked = Asked("0123456789abcdef" * 2, ("secret",) if self._auth else (), "", EVERY, 5.0)
        header = Header(FORMAT, "bastion", "boot", 4711)
        leases = Leases(machine.directory / ".leases", create=True) if can_write else None
        publication = Publication(machine.directory, header, 0o600) if can_write else None
        self.turns = SharedTurns(
            {self.question.name: asked},
            {self.question.name: self.question.targets},
            Others(machine.directory, "bastion", "boot"),
            publication,
            leases,
            self.seen.extend,
            machine,
            machine.steady,
            lambda _: proves,
            (self._account, 4711),
            random.Random(machine.rng.random()),
            self.memory,
        )
        self._publication = publication
        self._leases = leases
        self._due = machine.elapsed + machine.rng.random()

    def step(self) -> None:
        """What its event loop does at this moment."""
        if self.stopped or (self.machine.elapsed < self._due and not self.wanted):
            return
        wait = self.turns.wait(self.question, wanted=self.wanted)
        self.wanted = False
        if wait <= 0:
            wait = EVERY * (0.9 + 0.2 * self.machine.rng.random())
            self.turns.asked(self.question, self._ask(), wait)
        self._due = self.machine.elapsed + wait

    def _ask(self) -> Sequence[Observation]:
        machine = self.machine
        machine.asked.append((machine.elapsed - machine.began, self.name))
        target, now, reason = self.question.targets[0], machine.now(), machine.answers.get(self.name)
        if reason is not None:
            return (Missing(target, reason, now, "test"),)
        return (Seen(target, (Running(machine.versions.get(self.name, "1.2.3")),), Status.SUCCEEDED, now, "test"),)

    def kill(self) -> None:
        """End it as kill -9 does: the kernel frees its locks, its file stays."""
        self.machine.sessions.remove(self)
        if self._leases is not None:
            self._leases.close()
        if self._publication is not None and self._publication.path is not None:
            left = self._publication.path.read_bytes()
            path = self._publication.path
            self._publication.close()
            path.write_bytes(left)
            path.chmod(0o600)
