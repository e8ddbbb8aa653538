"""The loop of this cockpit in a thread of its own, and what it tells as messages for the screen.

All threads are daemons and every call they make has a time-out: quitting does not wait for them.
"""

import threading
from collections.abc import Callable

from textual.message import Message

from gonogo.acts import Command
from gonogo.acts.scene import Outcome
from gonogo.engine import loop
from gonogo.engine.deciding import Decide
from gonogo.engine.histories import Histories
from gonogo.engine.loop import Askers, Inbox, Leave, Look, Loop, Seen, Submit
from gonogo.engine.outside_thread import OutsideThread
from gonogo.engine.poller_thread import PollerThread
from gonogo.engine.session import Session
from gonogo.errors import GonogoError
from gonogo.facts.inputs import Inputs
from gonogo.tui.crash import describe
from gonogo.tui.messages import AskedAnew, Done, Failed, Learned, LookedAnew, NotOpened, Opened, Stopped, Trouble
from gonogo.tui.wiring import Wiring

FAREWELL = 0.5
"""Seconds that quitting gives the threads, together; they need milliseconds."""

Post = Callable[[Message], object]


class LoopThread:
    """All threads of one cockpit."""

    def __init__(self, wiring: Wiring, post: Post) -> None:
        self._wiring = wiring
        self._post = post
        self._inbox: Inbox = Inbox()
        self._tickets = 0
        self._askers = Askers(
            PollerThread(
                wiring.make_poller,
                lambda generation, seen: self._inbox.put(Seen(generation, seen)),
                lambda error: post(Trouble("endpoints", f"no endpoint is asked: {error}", error.remedy)),
                lambda error: post(Stopped("endpoints", describe(error))),
            ),
            Histories(
                wiring.fingerprint,
                wiring.read_changes,
                self._inbox.put,
                lambda error: post(Stopped("git", describe(error))),
            ),
            OutsideThread(
                wiring.outside,
                self._inbox.put,
                lambda error: post(Trouble("outside", error.message, error.remedy)),
                lambda error: post(Stopped("outside", describe(error))),
            ),
        )
        self._thread = threading.Thread(target=self._run, name="gonogo-journal", daemon=True)

    def start(self) -> None:
        """Begin. Everything that happens from now on is posted."""
        self._thread.start()

    def submit(self, command: Command) -> int:
        """Have `command` judged and recorded; its ticket comes back with the answer."""
        self._tickets += 1
        self._inbox.put(Submit(self._tickets, command))
        return self._tickets

    def decide(self, environment: str, command: Command | None = None) -> int:
        """Ask anew what a decision on `environment` rests on, then have `command` judged, if there is one."""
        self._tickets += 1
        self._inbox.put(Decide(self._tickets, environment, command))
        return self._tickets

    def look_now(self) -> None:
        """Read the journal and the plan, ask every endpoint and git now."""
        self._inbox.put(Look())
        self._askers.look_now()

    def stop(self) -> None:
        """End. Gives the threads a moment and waits for none that needs longer."""
        self._inbox.put(Leave())
        self._askers.stop(FAREWELL / 2)
        if self._thread.is_alive():
            self._thread.join(FAREWELL / 2)

    def _run(self) -> None:
        """The journal's thread from its first to its last line."""
        try:
            session = self._wiring.open_session()
        except GonogoError as error:
            self._post(NotOpened(error))
            return
        presence = self._wiring.presence
        try:
            self._post(Opened(session.actor))
            if presence is not None:
                presence.join()
            manner = _Screen(self._wiring, self._post)
            Loop(session, manner, self._inbox, self._askers, self._wiring.ask_anew).run()
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            self._post(Stopped("journal", describe(error)))
        finally:
            if presence is not None:
                presence.leave()
            session.close()


class _Screen:
    """Posts what the loop tells; see `engine.loop.Manner`."""

    pulse = float("inf")  # the screen has a clock of its own

    def __init__(self, wiring: Wiring, post: Post) -> None:
        self._wiring = wiring
        self._post = post
        self._told = ""

    def show(self, inputs: Inputs) -> None:
        """See `Manner.show`."""
        self._post(Learned(inputs))

    def trouble(self, trouble: loop.Trouble) -> None:
        """Told once, not with every answer of every endpoint."""
        what = "a rollback trigger" if trouble.topic == "trigger" else "what the endpoints showed"
        text = f"{what} could not be recorded: {trouble.error.message}"
        if text != self._told:
            self._told = text
            self._post(Trouble("journal", text, trouble.error.remedy))

    def recorded(self) -> None:
        """See `Manner.recorded`."""
        self._told = ""

    def answer(self, ticket: int, command: Command | None, outcome: Outcome | GonogoError | None) -> None:
        """See `Manner.answer`."""
        if isinstance(outcome, GonogoError):
            self._post(Failed(ticket, command, outcome))
        elif command is None or outcome is None:
            self._post(LookedAnew(ticket))
        else:
            self._post(Done(ticket, command, outcome))

    def asked_anew(self, ticket: int, answered: int, of: int) -> None:
        """See `Manner.asked_anew`."""
        self._post(AskedAnew(ticket, answered, of))

    def look_around(self, session: Session) -> None:
        """See `Manner.look_around`."""
        if self._wiring.presence is not None:
            session.presence(self._wiring.presence.here())
        if self._wiring.story is not None:
            self._wiring.story(session)
