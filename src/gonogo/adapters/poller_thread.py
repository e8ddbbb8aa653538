"""The poller in a thread of its own, with an event loop of its own; begun anew for each plan."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from gonogo.domain.observation import Observation
from gonogo.domain.plan import LoadedPlan
from gonogo.domain.pollers import PolledBy
from gonogo.ports import Polling, SharedPolling

MakePolling = Callable[[LoadedPlan, Callable[[tuple[Observation, ...]], None]], Polling]


class PollerThread:
    """Asks what one plan asks, until it is told another plan or to stop.

    `seen` is called in the poller's thread with the number of the plan and what was observed; `stopped` with the
    error, when the thread has come to an unexpected end.
    """

    def __init__(
        self,
        make_polling: MakePolling,
        seen: Callable[[int, tuple[Observation, ...]], None],
        stopped: Callable[[Exception], object],
    ) -> None:
        self._make_polling = make_polling
        self._seen = seen
        self._stopped = stopped
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
        with self._guard:
            loop, task = self._loop, self._task
            self._loop = self._task = self._polling = None
            if loop is not None and task is not None:
                loop.call_soon_threadsafe(task.cancel)

    def _run(self, loaded: LoadedPlan, generation: int) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(Unjoined())
                runner.run(self._poll(loaded, generation))
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)

    async def _poll(self, loaded: LoadedPlan, generation: int) -> None:
        polling = self._make_polling(loaded, lambda seen: self._seen(generation, seen))
        with self._guard:
            if self._plan is None or self._plan[1] != generation:
                return
            self._loop, self._task, self._polling = asyncio.get_running_loop(), asyncio.current_task(), polling
        await polling.run()


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
