"""The one loop of a session that is kept up: journal, plan, endpoints, git, decisions, until it is told to end.

It runs in the thread that owns the session, and is the only one that touches it. Whoever asks something does so in
another thread and puts a frozen value into the inbox; what the session learned leaves as a frozen value, by the
`Manner` of the front end. No lock is held across anything a front end does.
"""

import queue
import time
from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol, assert_never

from msgspec import Struct

from gonogo.acts import Command, may
from gonogo.acts.cells import RecordTransition
from gonogo.acts.scene import Outcome
from gonogo.engine.deciding import PATIENCE, AskAnew, Decide, SeenAnew, ask_in_a_thread
from gonogo.engine.histories import Histories, Read, Unmoved
from gonogo.engine.outside_thread import OutsideThread, Told
from gonogo.engine.poller_thread import PollerThread
from gonogo.engine.recording import record
from gonogo.engine.session import Session
from gonogo.errors import ConflictError, GonogoError
from gonogo.facts import Observation
from gonogo.facts.inputs import Inputs
from gonogo.facts.pollers import PolledBy
from gonogo.plan import LoadedPlan, Target
from gonogo.rules.resting import cells_behind

TAIL = 0.25
"""Seconds between two looks at the journal."""
SLOW = 1.0
"""Seconds between two looks at the plan, and at who is here."""
BREATH = 0.05
"""Seconds in which answers gather, to be judged together."""


class Submit(Struct, frozen=True):
    """Somebody wants something recorded."""

    ticket: int
    command: Command


class Seen(Struct, frozen=True):
    """Endpoints answered, or did not; counts only while its plan is the one that is asked for."""

    generation: int
    observations: tuple[Observation, ...]


class Look(Struct, frozen=True):
    """Look at everything now."""


class Leave(Struct, frozen=True):
    """It is over."""


Topic = Literal["endpoints", "outside", "transition", "trigger"]


class Trouble(Struct, frozen=True):
    """Something could not be asked, or not be recorded."""

    topic: Topic
    error: GonogoError


class Ended(Struct, frozen=True):
    """A thread that asks has come to an unexpected end."""

    error: Exception


Item = Submit | Seen | Read | Unmoved | Told | Look | Leave | Decide | SeenAnew | Trouble | Ended
Inbox = queue.SimpleQueue[Item]


class Manner(Protocol):
    """How a front end takes what the loop has to tell, in the loop's thread."""

    @property
    def pulse(self) -> float:
        """Seconds after which it is shown what is known though nothing was heard: things grow old by the clock."""
        ...

    def show(self, inputs: Inputs) -> None:
        """Something is known that was not known before, or time went by."""
        ...

    def trouble(self, trouble: Trouble) -> None:
        """Something could not be asked, or not be recorded; the same is told again and again."""
        ...

    def recorded(self) -> None:
        """What was seen could be recorded: a trouble about that is over."""
        ...

    def answer(self, ticket: int, command: Command | None, outcome: Outcome | GonogoError | None) -> None:
        """What became of a wish; what shows it was shown before. None: everything was asked anew."""
        ...

    def asked_anew(self, ticket: int, answered: int, of: int) -> None:
        """How many questions asked for a decision are answered; called in another thread."""
        ...

    def look_around(self, session: Session) -> None:
        """About once a second: who is here, and what else the front end keeps up."""
        ...


class Quiet:
    """The part of a manner for whoever submits nothing and has nobody to keep up with."""

    pulse = float("inf")

    def answer(self, ticket: int, command: Command | None, outcome: Outcome | GonogoError | None) -> None:
        """See `Manner.answer`."""

    def asked_anew(self, ticket: int, answered: int, of: int) -> None:
        """See `Manner.asked_anew`."""

    def look_around(self, session: Session) -> None:
        """See `Manner.look_around`."""


class Askers(Struct, frozen=True):
    """What asks for one session, each in threads of its own."""

    endpoints: PollerThread
    histories: Histories | None = None
    outside: OutsideThread | None = None

    def follow_plan(self, loaded: LoadedPlan, generation: int) -> None:
        """Ask what this plan asks from now on."""
        self.endpoints.follow(loaded, generation)
        if self.histories is not None:
            self.histories.follow(loaded, generation)

    def follow(self, inputs: Inputs) -> None:
        """Ask what these inputs need."""
        if self.outside is not None:
            self.outside.follow(inputs)

    def pollers(self) -> tuple[PolledBy, ...]:
        """Who asks on this machine, as far as that is shared."""
        return self.endpoints.pollers()

    def look_now(self) -> None:
        """Ask everything without waiting for its turn."""
        self.endpoints.ask_now()
        if self.histories is not None:
            self.histories.wake()
        if self.outside is not None:
            self.outside.wake()

    def beyond_cells(self, inputs: Inputs) -> tuple[Callable[[], bool], ...]:
        """What a decision rests on besides cells, each to be looked at in a thread of its own."""
        looks: list[Callable[[], bool]] = []
        if self.outside is not None:
            looks.append(partial(self.outside.look_through, inputs))
        if self.histories is not None:
            looks.append(partial(self.histories.look_through, PATIENCE))
        return tuple(looks)

    def stop(self, farewell: float) -> None:
        """Ask no more; wait at most `farewell` seconds for what was shared to be cleared away."""
        if self.histories is not None:
            self.histories.stop()
        if self.outside is not None:
            self.outside.stop()
        self.endpoints.stop(farewell)


class Loop:
    """The loop, and what it remembers from one turn to the next."""

    def __init__(
        self, session: Session, manner: Manner, inbox: Inbox, askers: Askers, ask_anew: AskAnew | None = None
    ) -> None:
        self._session = session
        self._manner = manner
        self._inbox = inbox
        self._askers = askers
        self._ask_anew_of = ask_anew
        self._generation = 0
        self._plan_sha256 = ""
        self._shown: object = None
        self._next_shown = 0.0
        self._next_tail = 0.0
        self._next_slow = 0.0

    def run(self) -> None:
        """Until told to leave. Raises what a front end raises, and what ended an asker unexpectedly."""
        self._session.refresh()
        self._follow_plan()
        while True:
            self._show()
            batch = self._wait()
            if any(isinstance(item, Leave) for item in batch):
                return
            self._work(batch)

    def _wait(self) -> list[Item]:
        """What has come in: at once when somebody wants something, after a breath when answers come."""
        due = min(self._next_tail, self._next_slow, self._next_shown) - time.monotonic()
        try:
            batch = [self._inbox.get(timeout=max(0.0, due))]
        except queue.Empty:
            return []
        if isinstance(batch[0], Seen | Read | Told) and self._inbox.empty():
            time.sleep(BREATH)
        while not self._inbox.empty():
            batch.append(self._inbox.get())
        return batch

    def _work(self, batch: list[Item]) -> None:
        now = time.monotonic()
        hurry = any(isinstance(item, Look) for item in batch)
        if hurry or now >= self._next_tail:
            self._session.refresh()
            self._next_tail = now + TAIL
        answers = [(wish, self._submit(wish.command)) for wish in batch if isinstance(wish, Submit)]
        if answers:
            self._show()  # first the new state, then the word that it is recorded
        for wish, outcome in answers:
            self._manner.answer(wish.ticket, wish.command, outcome)
        self._learn(batch)
        for item in batch:
            if isinstance(item, Decide):
                self._begin(item)
            elif isinstance(item, SeenAnew):
                self._seen_anew(item)
        if hurry or now >= self._next_slow:
            self._next_slow = now + SLOW
            self._look_around()

    def _learn(self, batch: list[Item]) -> None:
        observations: list[Observation] = []
        for item in batch:
            match item:
                case Seen(generation, seen):
                    if generation == self._generation:
                        observations.extend(seen)
                case Read(generation, changes):
                    if generation == self._generation:
                        self._session.learn(changes)
                case Told():
                    if item.plan_sha256 == self._session.loaded.sha256:
                        self._take_in(item)
                case Unmoved(generation, ages):
                    if generation == self._generation:
                        self._session.unmoved((name for name, _ in ages), dict(ages))
                case Trouble():
                    self._manner.trouble(item)
                case Ended(error):
                    raise error
                case Submit() | Look() | Leave() | Decide() | SeenAnew():
                    pass
                case _ as unreachable:
                    assert_never(unreachable)
        if observations:
            self._keep(self._session.observe(observations))

    def _take_in(self, told: Told) -> None:
        """Numbers, version files and merges; a trigger that is due asks everybody by way of the journal.

        One that was not recorded is due with the next number again.
        """
        due = self._session.learn_outside(
            told.readings,
            told.files,
            told.ledger,
            told.artifacts,
            told.containment,
            told.check_files,
            told.bad_elsewhere,
        )
        for one in () if self._session.inputs.read_only else record(self._session, due):
            self._manner.trouble(Trouble("trigger", one.error))

    def _begin(self, asked: Decide) -> None:
        """Ask what a decision rests on; what is refused whatever that is, is refused at once."""
        if asked.command is not None and may(self._session.scene(), asked.command) is not None:
            self._conclude(asked)
        else:
            self._ask_anew(asked, cells_behind(self._session.loaded.plan, asked.environment))

    def _ask_anew(self, asked: Decide, targets: frozenset[Target], *, again: bool = False) -> None:
        """In a thread of its own: the journal is read and written meanwhile."""
        if self._ask_anew_of is None:
            self._conclude(asked)
            return
        question = SeenAnew(asked, self._generation, targets, (), again)
        also = () if again else self._askers.beyond_cells(self._session.inputs)
        progress = partial(self._manner.asked_anew, asked.ticket)
        ask_in_a_thread(self._ask_anew_of, self._session.loaded, question, self._inbox.put, progress, also)

    def _seen_anew(self, seen: SeenAnew) -> None:
        asked = seen.asked
        if isinstance(seen.found, GonogoError):
            self._manner.answer(asked.ticket, asked.command, seen.found)
            return
        if seen.generation != self._generation:
            edited = ConflictError("the plan was edited while everything was asked anew", remedy="look again")
            self._manner.answer(asked.ticket, asked.command, edited)
            return
        if seen.late:
            self._session.doubt_repositories()
        self._keep(self._session.observe(seen.found) if seen.again else self._session.observe_anew(seen.found))
        doubtful = seen.targets.intersection(self._session.unconfirmed)
        if doubtful and not seen.again:
            # one answer that contradicts the record is a sample: the second one settles it, or shows a split
            self._ask_anew(asked, doubtful, again=True)
        else:
            self._conclude(asked)

    def _conclude(self, asked: Decide) -> None:
        """Everything asked anew is known: show it, or judge on it."""
        outcome = None if asked.command is None else self._submit(asked.command)
        self._show()
        self._manner.answer(asked.ticket, asked.command, outcome)

    def _keep(self, transitions: tuple[RecordTransition, ...]) -> None:
        """Write what changed into the history; what is not recorded comes again with the next answer."""
        if not transitions or self._session.inputs.read_only:
            return
        failed = record(self._session, transitions)
        for one in failed:
            self._manner.trouble(Trouble("transition", one.error))
        if not failed:
            self._manner.recorded()

    def _look_around(self) -> None:
        self._session.reload_plan()
        self._follow_plan()
        self._session.polled_by(self._askers.pollers())
        self._askers.follow(self._session.inputs)
        self._manner.look_around(self._session)

    def _follow_plan(self) -> None:
        loaded = self._session.loaded
        if loaded.sha256 != self._plan_sha256:
            self._plan_sha256 = loaded.sha256
            self._generation += 1
            self._askers.follow_plan(loaded, self._generation)

    def _submit(self, command: Command) -> Outcome | GonogoError:
        try:
            return self._session.submit(command)
        except GonogoError as error:
            return error

    def _show(self) -> None:
        inputs, now = self._session.inputs, time.monotonic()
        if inputs is not self._shown or now >= self._next_shown:
            self._shown = inputs
            self._next_shown = now + self._manner.pulse
            self._manner.show(inputs)
