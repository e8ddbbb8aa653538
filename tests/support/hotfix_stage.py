"""The wizard on a repository, with a journal in memory: what a front end does, call by call."""

import os
from pathlib import Path

from msgspec.structs import replace

from gonogo.engine.session import Session
from gonogo.events import Actor, EventId
from gonogo.hotfix.outcome import Given, Outcome
from gonogo.hotfix.wish import Planned, Seen, Wish
from gonogo.hotfix_jobs.planning import plan_hotfix
from gonogo.hotfix_jobs.service import Hotfixes
from gonogo.plan import LoadedPlan, Plan
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import make_actor
from gonogo.testing.journal import MemoryLog
from support.hotfix_world import NOW, SEEN


class Wizard:
    """One person's wizard; `as_somebody` makes another one on the same journal."""

    def __init__(self, plan: Plan, state: Path, log: MemoryLog | None = None, actor: Actor | None = None) -> None:
        self.plan = plan
        self.state = state
        self.clock = FakeClock(NOW)
        self.log = log or MemoryLog(self.clock)
        self.actor = actor or replace(make_actor("me", os.getuid()), login="me")
        loaded = LoadedPlan(plan, "release.yaml", "0" * 64)
        journal = self.log.open(self.actor)
        self.session = Session(loaded, journal, self.clock, self.actor, lambda: EventId(os.urandom(8).hex()))
        self.hotfixes = Hotfixes(self.session, state, plan.release)

    def as_somebody(self, name: str, uid: int) -> "Wizard":
        """Somebody else at the same release."""
        return Wizard(self.plan, self.state, self.log, make_actor(name, uid))

    def planned(self, *picks: str, seen: Seen = SEEN, **more: object) -> Planned:
        """A plan; the remote is asked where there is one."""
        return plan_hotfix(self.plan, replace(Wish("web", picks=picks), **more), seen, NOW)

    def start(self, planned: Planned) -> Outcome:
        """Start it as it was shown."""
        assert planned.work is not None, planned.preview
        assert planned.preview.blockers == ()
        return self.hotfixes.start(planned.work, planned.work.code)

    def go_on(self, given: Given = Given()) -> Outcome:  # noqa: B008  # frozen
        """Let the one under way go on."""
        return self.hotfixes.go_on(self.hotfixes.live("hotfix"), given)

    def made(self, *picks: str) -> Outcome:
        """A hotfix, started and tested."""
        self.start(self.planned(*picks))
        return self.go_on(Given(tested="make test: 12 passed"))
