"""A session that is kept up without a screen: journal, plan, endpoints and git, until somebody ends it.

The endpoints are asked in a thread, by whichever session on this machine holds the lease; everything else happens
here, in the thread that owns the session.
"""

from __future__ import annotations

import queue
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from gonogo.changelog import Unreadable
from gonogo.cli.context import Context, Ended
from gonogo.engine.outside_thread import OutsideThread, Told
from gonogo.engine.recording import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gonogo.engine.poller_thread import PollerThread
    from gonogo.engine.session import Session
    from gonogo.errors import GonogoError
    from gonogo.facts import Observation
    from gonogo.matrix import Cell
    from gonogo.plan import Product

    Seen = tuple[int, tuple[Observation, ...]]

TAIL = 0.25
"""Seconds between two looks at the journal."""
SLOW = 1.0
"""Seconds between two looks at the plan and at who polls."""
HISTORIES = 5.0
"""Seconds between two looks at whether git's references have moved."""
AGAIN = 60.0
"""Seconds after which histories that could not be read are tried again: their references need not show why."""
JUDGE = 0.5
"""Seconds between two judgements while nothing is heard: cells grow old by the clock."""
BREATH = 0.05
"""Seconds in which answers gather, to be judged together."""
FAREWELL = 2.0


class Trouble(NamedTuple):
    """Why something outside could not be asked."""

    what: str
    error: GonogoError


def follow(context: Context, session: Session, look: Callable[[], None], *, git: bool) -> None:
    """Keep `session` up and call `look` after everything that may have changed it.

    Does not return: KeyboardInterrupt and Ended end it, and what was shared is cleared away then. Raises what
    `look` raises, and the poller's own error should it come to an unexpected end.
    """
    items: queue.SimpleQueue[Seen | Told | Trouble | Exception] = queue.SimpleQueue()
    endpoints = context.doors.endpoints(
        context.options,
        session,
        lambda number, seen: items.put((number, seen)),
        lambda error: items.put(Trouble("no endpoint is asked", error)),
        items.put,
    )
    outside = OutsideThread(
        context.doors,
        items.put,
        lambda error: items.put(Trouble("what gates and triggers watch is not asked", error)),
        items.put,
    )
    try:
        _Following(context, session, endpoints, outside, items, git=git).run(look)
    finally:
        outside.stop()
        endpoints.stop(FAREWELL)


class _Following:
    """The loop, and what it remembers from one turn to the next."""

    def __init__(
        self,
        context: Context,
        session: Session,
        endpoints: PollerThread,
        outside: OutsideThread,
        items: queue.SimpleQueue[Seen | Told | Trouble | Exception],
        *,
        git: bool,
    ) -> None:
        self._context = context
        self._session = session
        self._endpoints = endpoints
        self._outside = outside
        self._items = items
        self._git = git
        self._generation = 0
        self._plan_sha256 = ""
        self._prints: dict[str, str] = {}
        self._unread: set[str] = set()
        self._warned = ""
        self._due = dict.fromkeys((TAIL, SLOW, HISTORIES, AGAIN, JUDGE), 0.0)
        self._judged: object = None

    def run(self, look: Callable[[], None]) -> None:
        """Until somebody ends it."""
        while True:
            if self._is_due(TAIL):
                self._session.refresh()
            if self._is_due(SLOW):
                self._look_around()
            if self._git and self._is_due(HISTORIES):
                self._read_histories()
            if self._session.inputs is not self._judged or self._is_due(JUDGE):
                self._judged = self._session.inputs
                look()
            self._take_in(self._wait())

    def _is_due(self, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[every]:
            return False
        self._due[every] = now + every
        return True

    def _look_around(self) -> None:
        session = self._session
        if session.reload_plan() and session.inputs.plan_problem:
            self._warn(f"the plan is not the one shown: {session.inputs.plan_problem}")
        if session.loaded.sha256 != self._plan_sha256:
            self._plan_sha256 = session.loaded.sha256
            self._generation += 1
            self._prints = {}
            self._endpoints.follow(session.loaded, self._generation)
        session.polled_by(self._endpoints.pollers())
        if self._git:
            self._outside.follow(session.inputs)

    def _read_histories(self) -> None:
        plan = self._session.loaded.plan
        with_repository = [product for product in plan.products if product.repo]
        prints = {product.name: self._context.doors.fingerprint(product) for product in with_repository}
        again = self._unread if self._is_due(AGAIN) else ()
        moved = [
            one for one in with_repository if self._prints.get(one.name) != prints[one.name] or one.name in again
        ]
        self._prints = prints
        for changes in self._context.doors.read_changes(plan, moved):
            self._session.learn(changes)
            change = self._unread.add if isinstance(changes, Unreadable) else self._unread.discard
            change(changes.product)
        self._session.unmoved(self._still(with_repository, prints) if moved else prints)

    def _still(self, products: list[Product], prints: dict[str, str]) -> list[str]:
        """Those that are the same after the others were read, which may have taken minutes."""
        return [one.name for one in products if self._context.doors.fingerprint(one) == prints[one.name]]

    def _wait(self) -> list[Observation]:
        """What the endpoints answered meanwhile, to the plan that is asked now."""
        seen: list[Observation] = []
        try:
            item = self._items.get(timeout=TAIL)
            time.sleep(BREATH)
            while True:
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, Told | Trouble):
                    self._take_in_outside(item)
                    item = self._items.get_nowait()
                    continue
                number, observations = item
                seen.extend(observations if number == self._generation else ())
                item = self._items.get_nowait()
        except queue.Empty:
            return seen

    def _take_in(self, observations: list[Observation]) -> None:
        if not observations:
            return
        transitions = self._session.observe(observations)
        if not transitions or self._session.inputs.read_only:
            return
        failed = record(self._session, transitions)
        for one in failed:
            self._warn(f"what was seen is not recorded: {one.error}")
        if not failed:
            self._warned = ""

    def _take_in_outside(self, told: Told | Trouble) -> None:
        """A trigger that is due is recorded once, by whichever session sees it first; the next look tells it."""
        if isinstance(told, Trouble):
            self._warn(f"{told.what}: {told.error}")
            return
        if told.plan_sha256 != self._session.loaded.sha256:
            return
        due = self._session.learn_outside(
            told.readings,
            told.files,
            told.ledger,
            told.artifacts,
            told.containment,
            told.check_files,
            told.bad_elsewhere,
        )
        if self._session.inputs.read_only:
            return
        for one in record(self._session, due):
            self._warn(f"a rollback trigger is not recorded: {one.error}")

    def _warn(self, text: str) -> None:
        """Told once, not with every answer."""
        if text != self._warned:
            self._warned = text
            self._context.say.warning(text)


def has_news(cell: Cell) -> bool:
    """Whether everybody has answered, failed to, or nobody is to be asked."""
    return not cell.awaits and (cell.polled_at is not None or cell.reason is not None or bool(cell.detail))


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end by an exception, so that everything is unwound; also where HUP was ignored."""

    def end(number: int, _: object) -> None:
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
