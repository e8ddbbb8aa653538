"""The simulated people of a scenario: they act through the same gate as everybody, and are marked as simulated.

A scratch journal lies in one account's own directory, so the kernel attests one account for all of it. What a
simulated person writes says so in the actor's host and name, and is told apart by `PlayedJournal`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zlib import crc32

from msgspec.structs import replace

from gonogo.acts import Command, Refusal, Scene, approvals
from gonogo.acts.approvals import Approve, Reject, Revoke
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Note, Skip, Tick, Untick
from gonogo.acts.claims import ClaimItem
from gonogo.acts.lifecycle import Start
from gonogo.acts.scene import Outcome
from gonogo.acts.waivers import Waive
from gonogo.engine.session import Session
from gonogo.events import SIMULATED, Actor, Draft, Event, EventId
from gonogo.facts.inputs import Inputs
from gonogo.plan import LoadedPlan, Plan
from gonogo.ports import Clock, Identity, Journal, Tail
from gonogo.simulator.reviewers import signatures
from gonogo.simulator.scenario import Act, Scenario, acts_between

HOST = "demo"
"""Host of every simulated actor; no real one is called so in a scratch journal."""
_WAIVED_FOR = timedelta(hours=2)
_UIDS_FROM = 2**31
"""Above the ids that accounts get."""


class Played:
    """The identity of a simulated person, written by the account that runs the rehearsal. See `ports.Identity`."""

    def __init__(self, person: str, real: Actor) -> None:
        self._person = person
        self._real = real

    def actor(self, via: str) -> Actor:
        """The real account's id, for the journal's own check, under a name that says it is simulated."""
        return Actor(uid=self._real.uid, user=f"{self._person}{SIMULATED}", via=via, host=HOST, pid=self._real.pid)


def told_apart(actor: Actor) -> Actor:
    """A simulated actor with an id of its own, so that nobody can undo or repeat an act as if it were theirs."""
    if actor.host != HOST or not actor.user.endswith(SIMULATED):
        return actor
    return replace(actor, uid=_UIDS_FROM + crc32(actor.user.encode()) % 2**24)


class PlayedJournal:
    """A scratch journal in which simulated people are people of their own. See `ports.Journal`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def edition(self) -> int:
        """See `ports.Journal.edition`."""
        return self._journal.edition

    def tail(self) -> Tail:
        """See `ports.Journal.tail`."""
        return _apart(self._journal.tail())

    def transact(self, decide: Callable[[Tail], Sequence[Draft]]) -> tuple[Event, ...]:
        """See `ports.Journal.transact`."""
        written = self._journal.transact(lambda tail: decide(_apart(tail)))
        return _apart(Tail(written)).events

    def close(self) -> None:
        """See `ports.Journal.close`."""
        self._journal.close()


def _apart(tail: Tail) -> Tail:
    events = tuple(replace(event, actor=told_apart(event.actor)) for event in tail.events)
    return Tail(events, tail.alarms)


class People:
    """Everybody who acts in a scenario. Not thread-safe: whoever drives it calls `step` from one thread."""

    def __init__(
        self,
        scenario: Scenario,
        loaded: LoadedPlan,
        open_journal: Callable[[Identity], Journal],
        clock: Clock,
        began: datetime,
        real: Actor,
    ) -> None:
        self._scenario = scenario
        self._loaded = loaded
        self._open_journal = open_journal
        self._clock = clock
        self._began = began
        self._real = real
        self._played_until = float("-inf")
        self._sessions: dict[str, Session] = {}

    def step(self, now: datetime | None = None, known: Inputs | None = None) -> tuple[Outcome, ...]:
        """Do what is due by `now` (UTC; this moment when not given) and was not done yet.

        `known` is what whoever runs the rehearsal has seen: simulated people look at the same screen. A refused
        act stays refused: somebody else was faster. Raises as `Session.submit` does.
        """
        elapsed = ((now or self._clock.now()) - self._began).total_seconds()
        due = acts_between(self._scenario, self._played_until, elapsed)
        self._played_until = max(elapsed, self._played_until)
        return (*(self._do(act, known) for act in due), *self._review())

    def _review(self) -> tuple[Outcome, ...]:
        """Sign the hotfixes that wait for it; whoever looks first sees them for all."""
        reader = next(iter(self._sessions.values()), None)
        if reader is None:
            return ()
        reader.refresh()
        due = tuple(signatures(reader.scene()))
        return tuple(self._session(person).submit(command) for person, command in due)

    def close(self) -> None:
        """Give back the journals."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _do(self, act: Act, known: Inputs | None) -> Outcome:
        session = self._session(act.person)
        if known is not None:
            names = ("evidence", "changes", "histories_at", "files", "files_at", "metrics", "ledger", "artifacts")
            seen = {name: getattr(known, name) for name in names}
            session.inputs = replace(session.inputs, loaded=known.loaded, **seen)
        session.refresh()
        return session.submit(command_of(act, session.scene()))

    def _session(self, person: str) -> Session:
        if person not in self._sessions:
            identity = Played(_account(self._loaded.plan, person), self._real)
            ids = _ids(person)
            journal = PlayedJournal(self._open_journal(identity))
            actor = told_apart(identity.actor("cli"))
            self._sessions[person] = Session(self._loaded, journal, self._clock, actor, ids)
        return self._sessions[person]


def command_of(act: Act, scene: Scene) -> Command:
    """What a person of the scenario asks for, on what they see."""
    match act.verb:
        case "start":
            return Start()
        case "drive":
            return Drive(act.text)
        case "claim":
            return ClaimItem(act.item)
        case "approve":
            slot = approvals.find_slot(scene, act.item)
            code = "" if isinstance(slot, Refusal) else approvals.preview(scene, slot).code
            return Approve(act.item, code, act.text)
        case "reject":
            return Reject(act.item, act.text)
        case "revoke":
            return Revoke(act.item, act.text)
        case "waive":
            rule, subject, environment = act.item.split(" ")
            return Waive(rule, subject, environment, act.text, scene.now + _WAIVED_FOR)
        case "tick":
            return Tick(act.item)
        case "untick":
            return Untick(act.item, act.text)
        case "skip":
            return Skip(act.item, act.text or "not needed this time")
        case _:
            return Note(act.item, act.text or "seen")


def _account(plan: Plan, person: str) -> str:
    found = plan.person(person)
    return found.account if found and found.account else person


def _ids(person: str) -> Callable[[], EventId]:
    count = 0

    def new_id() -> EventId:
        nonlocal count
        count += 1
        return EventId(f"played-{person}-{count}")

    return new_id
