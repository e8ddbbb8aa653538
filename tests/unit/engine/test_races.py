"""Two deciders at the same moment: one wins, and the other is told by whom and what."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count

import pytest
from msgspec.structs import replace

from gonogo.acts import Command, amendments, go, lifecycle
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.baton import Drive
from gonogo.acts.cells import RecordTransition
from gonogo.acts.checklist import Skip, Tick
from gonogo.acts.claims import ClaimItem
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.scene import Accepted, Outcome, Refused
from gonogo.acts.triggers import AnswerTrigger, FireTrigger
from gonogo.acts.versions import HoldVersion, MarkBad
from gonogo.acts.waivers import Waive
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.events import Actor, EventId
from gonogo.facts import Running, Seen, Status
from gonogo.plan import Authority, LoadedPlan, Plan, Target
from gonogo.testing.clock import FakeClock
from gonogo.testing.journal import MemoryLog
from support.deciding import ANA, BEN, loaded, make_plan, make_product

ROUNDS = 50
BOTH = ("engineering",)
PLAN = make_plan(
    approvals=(),
    waiver_roles=BOTH,
    authority=Authority(go=BOTH, complete=BOTH, cancel=BOTH, resume=BOTH, unfreeze=BOTH),
    items=make_plan().items[:1],
)
EDITED = replace(PLAN, products=(make_product(version="1.2.4"),))
_IDS, _TURNS = count(), count()


class Rivals:
    """Two people with a session each on one journal."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        log = MemoryLog(self.clock, lock_timeout=30)
        self.sessions = tuple(self._session(log, actor) for actor in (ANA, BEN))

    def _session(self, log: MemoryLog, actor: Actor) -> Session:
        return Session(loaded(PLAN), log.open(actor), self.clock, actor, lambda: EventId(f"e-{next(_IDS)}"))

    def do(self, *commands: Command) -> None:
        """What happened before, by the first of the two; both know of it."""
        for command in commands:
            assert isinstance(self.sessions[0].submit(command), Accepted), command
        for session in self.sessions:
            session.refresh()

    def edit(self, plan: Plan) -> None:
        """Both read the edited plan."""
        for session in self.sessions:
            edited = LoadedPlan(plan, "release.yaml", "1" * 64)
            session.inputs = replace(session.inputs, loaded=edited)

    def see(self, staging: str, production: str) -> None:
        """Both have just seen this."""
        for session in self.sessions:
            for environment, version in (("staging", staging), ("production", production)):
                for _ in range(2):
                    target = Target("web", environment)
                    seen = Seen(target, (Running(version),), Status.SUCCEEDED, self.clock.now(), "test")
                    session.observe([seen])

    def race(self, commands: Sequence[Command]) -> tuple[Outcome, ...]:
        """Both act at once."""
        gate = threading.Barrier(2)
        outcomes: list[Outcome | None] = [None, None]

        def act(index: int) -> None:
            gate.wait(timeout=30)
            outcomes[index] = self.sessions[index].submit(commands[index])

        first = next(_TURNS) % 2
        threads = [threading.Thread(target=act, args=(index,)) for index in (first, 1 - first)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        found = tuple(one for one in outcomes if one is not None)
        assert len(found) == 2
        return found


Prepare = Callable[[Rivals], Sequence[Command]]


def _running(rivals: Rivals) -> None:
    rivals.do(Start())
    rivals.see("1.2.3", "1.2.2")


def _after_start(first: Command, second: Command | None = None, *before: Command) -> Prepare:
    def prepare(rivals: Rivals) -> Sequence[Command]:
        _running(rivals)
        rivals.do(*before)
        return (first, second or first)

    return prepare


def _go(rivals: Rivals) -> Sequence[Command]:
    _running(rivals)
    rivals.do(Tick("tests"))
    return [Go("production", go.preview(session.scene(), "production").code) for session in rivals.sessions]


_THERE = RecordTransition(Target("web", "production"), ("1.2.3",), "succeeded", "test")
"""It ran in production before the start, so that no go is asked for."""


def _ends(rivals: Rivals) -> Sequence[Command]:
    """One completes what the other cancels."""
    rivals.do(_THERE, Start(), Tick("tests"))
    rivals.see("1.2.3", "1.2.3")
    one, other = (session.scene() for session in rivals.sessions)
    return (
        Complete(lifecycle.preview_complete(one).code),
        Cancel("we are late", lifecycle.preview_cancel(other).code),
    )


def _completes(rivals: Rivals) -> Sequence[Command]:
    rivals.do(_THERE, Start(), Tick("tests"))
    rivals.see("1.2.3", "1.2.3")
    return [Complete(lifecycle.preview_complete(session.scene()).code) for session in rivals.sessions]


def _amendment(rivals: Rivals) -> Sequence[Command]:
    from gonogo.rules import amendment

    _running(rivals)
    rivals.edit(EDITED)
    found = []
    for session in rivals.sessions:
        pending = amendment.pending(session.loaded, session.inputs.state)
        assert pending is not None
        found.append(AcceptAmendment(amendments.preview(session.scene(), pending).code))
    return found


def _waiver(rivals: Rivals) -> Sequence[Command]:
    _running(rivals)
    until = rivals.clock.now() + timedelta(hours=1)
    return [Waive("item.open", "", "production", "the vendor is told", until)] * 2


def _hold_and_end(rivals: Rivals) -> Sequence[Command]:
    """A hold and an end both change what the other one saw."""
    ends = _completes(rivals)
    return (Hold("one more look"), ends[1])


RACES: dict[str, Prepare] = {
    "start": lambda _: (Start(), Start()),
    "tick": _after_start(Tick("tests")),
    "tick and skip": _after_start(Tick("tests", 0), Skip("tests", "no code changed", 0)),
    "claim": _after_start(ClaimItem("tests")),
    "claim and tick": _after_start(ClaimItem("tests"), Tick("tests")),
    "hold": _after_start(Hold("vendor")),
    "resume": _after_start(Resume("it is over"), None, Hold("vendor")),
    "complete": _completes,
    "complete and cancel": _ends,
    "go": _go,
    "waive": _waiver,
    "amend": _amendment,
    "freeze": _after_start(FreezeLine("payments fail")),
    "thaw": _after_start(Thaw(), None, FreezeLine("payments fail")),
    "drive": lambda rivals: (Drive("mine", expect=0),) * 2,
    "mark bad": _after_start(MarkBad("web", "1.2.3", "leaks memory")),
    "hold a version": _after_start(HoldVersion("web", "production", "1.2.2", "rolled back")),
    "answer a trigger": _after_start(
        AnswerTrigger("errors", "roll_back", "too many"),
        AnswerTrigger("errors", "go_on", "noise"),
        FireTrigger("errors", "3 %"),
    ),
    "start and cancel": lambda rivals: (
        Start(),
        Cancel("not today", lifecycle.preview_cancel(rivals.sessions[1].scene()).code),
    ),
    "hold and end": _hold_and_end,
}


def _names_the_winner(rivals: Rivals, outcomes: Sequence[Outcome]) -> bool:
    winner = next(index for index, one in enumerate(outcomes) if isinstance(one, Accepted))
    loser = outcomes[1 - winner]
    assert isinstance(loser, Refused)
    told = " ".join([loser.refusal.reason, *loser.refusal.facts])
    return rivals.sessions[winner].actor.user in told


@pytest.fixture(autouse=True)
def _restless() -> Iterator[None]:
    """Let threads take turns as often as they can, so that every order comes up."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("name", sorted(RACES))
def test_one_wins_and_the_other_is_told(name: str) -> None:
    """Fifty rounds of each race; twenty races make a thousand."""
    winners: Counter[int] = Counter()
    for _ in range(ROUNDS):
        rivals = Rivals()
        outcomes = rivals.race(RACES[name](rivals))
        accepted = [index for index, one in enumerate(outcomes) if isinstance(one, Accepted) and one.events]
        refused = [one for one in outcomes if isinstance(one, Refused)]
        assert (len(accepted), len(refused)) == (1, 1), outcomes
        assert refused[0].refusal.exit_code in {ExitCode.CONFLICT, ExitCode.NO_GO}
        assert _names_the_winner(rivals, outcomes), refused[0].refusal
        winners[accepted[0]] += 1
    # a race that always the same one wins is none
    assert len(winners) == 2


def test_there_are_a_thousand_races() -> None:
    """As many as were promised."""
    assert len(RACES) * ROUNDS >= 1_000
