"""The poller in a thread of its own, with an event loop of its own; begun anew for each plan."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from gonogo.errors import GonogoError
from gonogo.facts import Observation
from gonogo.facts.pollers import PolledBy
from gonogo.plan import LoadedPlan
from gonogo.ports import Polling, SharedPolling

AGAIN = 5.0
"""Seconds until it is tried again when nobody could be asked."""

MakePolling = Callable[[LoadedPlan, Callable[[tuple[Observation, ...]], None]], Polling]


class PollerThread:
    """Asks what one plan asks, until it is told another plan or to stop.

    `seen` is called in the poller's thread with the number of the plan and what was observed; `trouble` with why
    nobody can be asked at the moment, which is tried again; `stopped` with the error, when the thread has come to
    an unexpected end.
    """

    def __init__(
        self,
        make_polling: MakePolling,
        seen: Callable[[int, tuple[Observation, ...]], None],
        trouble: Callable[[GonogoError], object],
        stopped: Callable[[Exception], object],
    ) -> None:
        self._make_polling = make_polling
        self._seen = seen
        self._trouble = trouble
        self._stopped = stopped
        self._woken = threading.Event()
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._polling: Polling | None = None
        self._plan: tuple[LoadedPlan, int] | None = None
        self._thread: threading.Thread | None = None

    def follow(self, loaded: LoadedPlan, generation: int) -> None:
        """Ask what `loaded` asks, and nothing else any more."""
        self._plan = (loaded, generation)
        self._cancel()
        name = f"gonogo-endpoints-{generation}"
        self._thread = threading.Thread(target=self._run, args=(loaded, generation), name=name, daemon=True)
        self._thread.start()

    def ask_now(self) -> None:
        """Ask everything without waiting for its turn."""
        self._woken.set()
        with self._guard:
            if self._loop is not None and self._polling is not None:
                self._loop.call_soon_threadsafe(self._polling.ask_now)

    def pollers(self) -> tuple[PolledBy, ...]:
        """Who asks on this machine, as far as that is shared."""
        polling: object = self._polling
        return polling.pollers if isinstance(polling, SharedPolling) else ()

    def stop(self, farewell: float = 0.0) -> None:
        """Ask no more; wait at most `farewell` seconds for what was shared to be cleared away."""
        self._plan = None
        self._cancel()
        if self._thread is not None and farewell:
            self._thread.join(farewell)

    def _cancel(self) -> None:
        self._woken.set()
        with self._guard:
            loop, task = self._loop, self._task
            self._loop = self._task = self._polling = None
            if loop is not None and task is not None:
                loop.call_soon_threadsafe(task.cancel)

    def _run(self, loaded: LoadedPlan, generation: int) -> None:
        told = ""
        try:
            while self._is_wanted(generation):
                self._woken.clear()
                problem = self._run_once(loaded, generation)
                if problem is None:
                    return
                if str(problem) != told:
                    told = str(problem)
                    self._trouble(problem)
                self._woken.wait(AGAIN)
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)

    def _run_once(self, loaded: LoadedPlan, generation: int) -> GonogoError | None:
        """Why nobody can be asked; None when it was cancelled."""
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(Unjoined())
                runner.run(self._poll(loaded, generation))
        except asyncio.CancelledError:
            pass
        except GonogoError as error:
            return error
        return None

    async def _poll(self, loaded: LoadedPlan, generation: int) -> None:
        polling, task = (
            self._make_polling(loaded, lambda seen: self._seen(generation, seen)),
            asyncio.current_task(),
        )
        with self._guard:
            if not self._is_wanted(generation):
                return
            self._loop, self._task, self._polling = asyncio.get_running_loop(), task, polling
        try:
            await polling.run()
        finally:
            with self._guard:
                if self._task is task:  # nobody may call into a loop that has ended
                    self._loop = self._task = self._polling = None

    def _is_wanted(self, generation: int) -> bool:
        return self._plan is not None and self._plan[1] == generation


_P = ParamSpec("_P")
_T = TypeVar("_T")


class Unjoined(ThreadPoolExecutor):
    """Runs each call in a daemon thread of its own.

    The event loop resolves names in its executor, and the standard one is waited for when the interpreter ends: a
    name server that does not answer would keep a cockpit alive that somebody has left.
    """

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> "Future[_T]":
        """Begin `fn` at once."""
        future: Future[_T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001  the future hands it to whoever waits
                future.set_exception(error)

        threading.Thread(target=work, name="gonogo-resolver", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is waited for."""
