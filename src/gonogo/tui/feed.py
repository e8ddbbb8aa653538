"""The threads behind the screen: journal, endpoints, git. They post values and wait for nobody.

The journal's thread owns the session, and is the only one that touches it: commands, observations and histories
reach it through one queue, what it learned leaves it as a frozen value. No lock is held across anything the
screen does, so a terminal that stalls holds nobody up. All threads are daemons and every call they make has a
time-out: quitting does not wait for them.
"""

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import assert_never

from msgspec import Struct
from textual.message import Message

from gonogo.acts import Command, RecordTransition, may
from gonogo.engine.outside_thread import OutsideThread, Told
from gonogo.engine.poller_thread import PollerThread
from gonogo.engine.recording import record
from gonogo.engine.session import Session
from gonogo.errors import ConflictError, GonogoError
from gonogo.facts import Observation
from gonogo.facts.pollers import PolledBy
from gonogo.plan import LoadedPlan, Target
from gonogo.rules.resting import cells_behind
from gonogo.tui.anew import PATIENCE, Decide, SeenAnew, ask_in_a_thread
from gonogo.tui.crash import describe
from gonogo.tui.histories import Histories, Read, Unmoved
from gonogo.tui.messages import Done, Failed, Learned, LookedAnew, NotOpened, Opened, Stopped, Trouble
from gonogo.tui.wiring import Wiring

TAIL = 0.25
"""Seconds between two looks at the journal."""
SLOW = 1.0
"""Seconds between two looks at the plan, at who is here, at git's references."""
BREATH = 0.05
"""Seconds the thread lets observations gather before it judges them together."""
FAREWELL = 0.5
"""Seconds that quitting gives the threads, together; they need milliseconds."""

Post = Callable[[Message], object]


class Ask(Struct, frozen=True):
    """Somebody at this terminal wants something recorded."""

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


Item = Ask | Seen | Read | Unmoved | Told | Look | Leave | Decide | SeenAnew


class Feed:
    """All threads of one cockpit."""

    def __init__(self, wiring: Wiring, post: Post) -> None:
        self._wiring = wiring
        self._post = post
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._over = threading.Event()
        self._tickets = 0
        self._endpoints = PollerThread(
            wiring.make_poller,
            lambda generation, seen: self._queue.put(Seen(generation, seen)),
            lambda error: post(Trouble("endpoints", f"no endpoint is asked: {error}", error.remedy)),
            lambda error: post(Stopped("endpoints", describe(error))),
        )
        self._git = Histories(wiring, self._queue.put, post)
        self._outside = OutsideThread(
            wiring.outside,
            self._queue.put,
            lambda error: post(Trouble("outside", error.message, error.remedy)),
            lambda error: post(Stopped("outside", describe(error))),
        )
        self._journal = threading.Thread(target=self._keep_journal, name="gonogo-journal", daemon=True)

    def start(self) -> None:
        """Begin. Everything that happens from now on is posted."""
        self._journal.start()

    def submit(self, command: Command) -> int:
        """Have `command` judged and recorded; its ticket comes back with the answer."""
        self._tickets += 1
        self._queue.put(Ask(self._tickets, command))
        return self._tickets

    def decide(self, environment: str, command: Command | None = None) -> int:
        """Ask anew what a decision on `environment` rests on, then have `command` judged, if there is one."""
        self._tickets += 1
        self._queue.put(Decide(self._tickets, environment, command))
        return self._tickets

    def look_now(self) -> None:
        """Read the journal and the plan, ask every endpoint and git now."""
        self._queue.put(Look())
        self._endpoints.ask_now()
        self._git.wake()
        self._outside.wake()

    def stop(self) -> None:
        """End. Gives the threads a moment and waits for none that needs longer."""
        self._over.set()
        self._queue.put(Leave())
        self._git.stop()
        self._outside.stop()
        self._endpoints.stop(FAREWELL / 2)
        if self._journal.is_alive():
            self._journal.join(FAREWELL / 2)

    def _keep_journal(self) -> None:
        """The journal's thread from its first to its last line."""
        try:
            session = self._wiring.open_session()
        except GonogoError as error:
            self._post(NotOpened(error))
            return
        try:
            self._post(Opened(session.actor))
            keeper = JournalKeeper(
                self._wiring,
                session,
                self._queue,
                self._post,
                self._plan_changed,
                self._endpoints.pollers,
                self._outside,
                self._git,
            )
            keeper.run()
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            self._post(Stopped("journal", describe(error)))
        finally:
            if self._wiring.presence is not None:
                self._wiring.presence.leave()
            session.close()

    def _plan_changed(self, loaded: LoadedPlan, generation: int) -> None:
        self._endpoints.follow(loaded, generation)
        self._git.follow(loaded, generation)


class JournalKeeper:
    """The loop of the thread that owns the session."""

    def __init__(
        self,
        wiring: Wiring,
        session: Session,
        items: "queue.SimpleQueue[Item]",
        post: Post,
        plan_changed: Callable[[LoadedPlan, int], None],
        pollers: Callable[[], tuple[PolledBy, ...]] = tuple,
        outside: OutsideThread | None = None,
        histories: Histories | None = None,
    ) -> None:
        self._wiring = wiring
        self._session = session
        self._items = items
        self._post = post
        self._plan_changed = plan_changed
        self._pollers = pollers
        self._outside = outside
        self._histories = histories
        self._generation = 0
        self._plan_sha256 = ""
        self._posted: object = None
        self._problem = ""
        self._next_tail = 0.0
        self._next_slow = 0.0

    def run(self) -> None:
        """Until told to leave."""
        if self._wiring.presence is not None:
            self._wiring.presence.join()
        self._session.refresh()
        self._follow_plan()
        while True:
            self._publish()
            batch = self._wait()
            if any(isinstance(item, Leave) for item in batch):
                return
            self._work(batch)

    def _wait(self) -> list[Item]:
        """What has come in: at once when somebody asks for something, after a breath when endpoints answer."""
        due = min(self._next_tail, self._next_slow) - time.monotonic()
        try:
            batch = [self._items.get(timeout=max(0.0, due))]
        except queue.Empty:
            return []
        if isinstance(batch[0], Seen | Read) and self._items.empty():
            time.sleep(BREATH)
        while not self._items.empty():
            batch.append(self._items.get())
        return batch

    def _work(self, batch: list[Item]) -> None:
        now = time.monotonic()
        hurry = any(isinstance(item, Look) for item in batch)
        if hurry or now >= self._next_tail:
            self._session.refresh()
            self._next_tail = now + TAIL
        answers = [self._submit(item) for item in batch if isinstance(item, Ask)]
        if answers:
            self._publish()  # first the new state, then the word that it is recorded
        for answer in answers:
            self._post(answer)
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
                case Ask() | Look() | Leave() | Decide() | SeenAnew():
                    pass
                case _ as unreachable:
                    assert_never(unreachable)
        if observations:
            self._observe(observations)

    def _take_in(self, told: Told) -> None:
        """Numbers, version files and merges; a trigger that is due asks everybody by way of the journal."""
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
            self._trouble(
                "journal", f"a rollback trigger could not be recorded: {one.error.message}", one.error.remedy
            )

    def _begin(self, asked: Decide) -> None:
        """Ask what a decision rests on; what is refused whatever that is, is refused at once."""
        if asked.command is not None and may(self._session.scene(), asked.command) is not None:
            self._conclude(asked)
        else:
            self._ask_anew(asked, cells_behind(self._session.loaded.plan, asked.environment))

    def _ask_anew(self, asked: Decide, targets: frozenset[Target], *, again: bool = False) -> None:
        """In a thread of its own: the journal is read and written meanwhile."""
        if self._wiring.ask_anew is None:
            self._conclude(asked)
            return
        question = SeenAnew(asked, self._generation, targets, (), again)
        loaded, also = self._session.loaded, () if again else self._beyond_cells()
        ask_in_a_thread(self._wiring.ask_anew, loaded, question, self._items.put, self._post, also)

    def _beyond_cells(self) -> tuple[Callable[[], bool], ...]:
        """What else a decision rests on, each to be looked at in a thread of its own."""
        inputs, looks = self._session.inputs, []
        if self._outside is not None:
            looks.append(partial(self._outside.look_through, inputs))
        if self._histories is not None:
            looks.append(partial(self._histories.look_through, PATIENCE))
        return tuple(looks)

    def _seen_anew(self, seen: SeenAnew) -> None:
        asked = seen.asked
        if isinstance(seen.found, GonogoError):
            self._post(Failed(asked.ticket, asked.command, seen.found))
            return
        if seen.generation != self._generation:
            edited = ConflictError("the plan was edited while everything was asked anew", remedy="look again")
            self._post(Failed(asked.ticket, asked.command, edited))
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
        if asked.command is None:
            self._publish()
            self._post(LookedAnew(asked.ticket))
            return
        answer = self._submit(Ask(asked.ticket, asked.command))
        self._publish()
        self._post(answer)

    def _observe(self, observations: list[Observation]) -> None:
        self._keep(self._session.observe(observations))

    def _keep(self, transitions: tuple[RecordTransition, ...]) -> None:
        """Write what changed into the history."""
        if not transitions or self._session.inputs.read_only:
            return
        failed = record(self._session, transitions)
        for one in failed:
            self._trouble(
                "journal",
                f"what the endpoints showed could not be recorded: {one.error.message}",
                one.error.remedy,
            )
        if not failed:
            self._problem = ""

    def _look_around(self) -> None:
        self._session.reload_plan()
        self._follow_plan()
        if self._wiring.presence is not None:
            self._session.presence(self._wiring.presence.here())
        self._session.polled_by(self._pollers())
        if self._outside is not None:
            self._outside.follow(self._session.inputs)
        if self._wiring.story is not None:
            self._wiring.story(self._session)

    def _follow_plan(self) -> None:
        loaded = self._session.loaded
        if loaded.sha256 != self._plan_sha256:
            self._plan_sha256 = loaded.sha256
            self._generation += 1
            self._plan_changed(loaded, self._generation)

    def _submit(self, ask: Ask) -> Message:
        try:
            return Done(ask.ticket, ask.command, self._session.submit(ask.command))
        except GonogoError as error:
            return Failed(ask.ticket, ask.command, error)

    def _publish(self) -> None:
        inputs = self._session.inputs
        if inputs is not self._posted:
            self._posted = inputs
            self._post(Learned(inputs))

    def _trouble(self, source: str, text: str, remedy: str) -> None:
        """Told once, not with every answer of every endpoint."""
        if text != self._problem:
            self._problem = text
            self._post(Trouble(source, text, remedy))
