"""The threads that look at repositories, each by itself, and read a history whenever its references have moved.

One that hangs keeps itself unknown and no other: looks and readings have threads of their own, so that forty
repositories, or one on a dead disk, let no other's answer grow old.
"""

import threading
import time
from collections.abc import Callable
from functools import partial

from msgspec import Struct

from gonogo.changelog import Changes, Unreadable
from gonogo.engine.workers import Workers
from gonogo.plan import LoadedPlan, Plan, Product

EVERY = 1.0
"""Seconds between two looks at git's references."""
TELL = 20.0
"""Seconds after which it is said again that nothing has moved; far below what `facts.ageing` allows."""

LOOKERS, READERS = 3, 2
"""Threads that ask git for references, and that read histories: git itself is busy with two on two cores."""
AGAIN = 20.0
"""Seconds after which a history that could not be read is tried again, and whenever somebody asks: its references
need not show why (whom git trusts, a slow disk)."""

Fingerprint = Callable[[Product], str]
"""Cheap: differs when the product's references have moved."""
ReadHistory = Callable[[Product, Plan, Callable[[], bool], Callable[[Changes], None]], Changes]
"""Reads one history; asks the third argument now and then whether to give up, tells the fourth what was read."""


class Read(Struct, frozen=True):
    """Git told something about a product."""

    generation: int
    changes: Changes


class Unmoved(Struct, frozen=True):
    """Somebody looked: the histories of these products are what was read before."""

    generation: int
    ages: tuple[tuple[str, float], ...]
    """By product: how many seconds ago it was looked at."""


class Histories:
    """Reads what is new, says what is still the same.

    `put` gets `Read` and `Unmoved`; `stopped` an unexpected end of one of the threads.
    """

    def __init__(
        self,
        fingerprint: Fingerprint,
        read: ReadHistory,
        put: Callable[[Read | Unmoved], object],
        stopped: Callable[[Exception], object],
    ) -> None:
        self._fingerprint = fingerprint
        self._read_history = read
        self._put = put
        self._stopped = stopped
        self._round: _Round | None = None
        self._woken = threading.Event()
        self._over = threading.Event()
        self._finished = threading.Condition()
        self._awaited = float("-inf")
        self._looks = Workers(LOOKERS, "gonogo-git-look", stopped)
        self._readings = Workers(READERS, "gonogo-git-read", stopped)
        self._thread = threading.Thread(target=self._run, name="gonogo-git", daemon=True)

    def follow(self, loaded: LoadedPlan, generation: int) -> None:
        """Read the histories of this plan's products."""
        self._round = _Round(loaded, generation)
        self._woken.set()
        if self._thread.ident is None:
            self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def look_through(self, patience: float) -> bool:
        """Wait for a look at every product that begins now. False when it took more than `patience` seconds."""
        now = time.monotonic()
        with self._finished:
            self._awaited = now
            self._woken.set()
            whole = self._finished.wait_for(lambda: self._all_looked_at(since=now), patience)
        if round_ := self._round:
            # before whoever waited goes on, so that it is taken in first
            self._tell(round_, at_once=True)
        return whole

    def stop(self) -> None:
        """Read no more."""
        self._over.set()
        self._woken.set()
        self._looks.stop()
        self._readings.stop()

    def _all_looked_at(self, *, since: float) -> bool:
        round_ = self._round
        return round_ is not None and all(
            round_.looked_at.get(product.name, float("-inf")) >= since for product in round_.products
        )

    def _run(self) -> None:
        asked = False
        try:
            while not self._over.is_set():
                self._woken.clear()
                if round_ := self._round:
                    round_.try_again(asked=asked)
                    self._begin(round_)
                    self._tell(round_)
                asked = self._woken.wait(EVERY)
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)

    def _begin(self, round_: "_Round") -> None:
        """Have every product looked at that nobody looks at now."""
        for product in round_.products:
            if product.name not in round_.busy:
                round_.busy.add(product.name)
                self._looks.begin(partial(self._look, _Look(product, time.monotonic()), round_))

    def _look(self, look: "_Look", round_: "_Round") -> None:
        """Whether its references have moved; then its history is read."""
        if self._unwanted(round_):
            return
        references = self._fingerprint(look.product)
        if round_.known.get(look.product.name) != references:
            look.references = references
            self._readings.begin(partial(self._read, look, round_))
            return
        self._finish(look, round_, unmoved=True)

    def _read(self, look: "_Look", round_: "_Round") -> None:
        if self._unwanted(round_):
            return

        def progress(changes: Changes) -> None:
            self._put(Read(round_.generation, changes))

        changes = self._read_history(look.product, round_.loaded.plan, lambda: self._unwanted(round_), progress)
        if self._unwanted(round_):
            return
        round_.known[look.product.name] = look.references
        if isinstance(changes, Unreadable):
            round_.failed[look.product.name] = time.monotonic()
        self._put(Read(round_.generation, changes))
        self._finish(look, round_)

    def _finish(self, look: "_Look", round_: "_Round", *, unmoved: bool = False) -> None:
        """A product was looked at; whoever waits for a later look gets one at once."""
        name = look.product.name
        with self._finished:
            round_.looked_at[name] = look.begun
            if unmoved:
                round_.unmoved.add(name)
            round_.busy.discard(name)
            if look.begun < self._awaited:
                self._woken.set()
            self._finished.notify_all()

    def _tell(self, round_: "_Round", *, at_once: bool = False) -> None:
        """Say what is the same: now and then, and at once when a decision waits for it."""
        with self._finished:
            now = time.monotonic()
            if not round_.unmoved or (now - round_.told <= TELL and not at_once):
                return
            ages = tuple((name, now - round_.looked_at[name]) for name in sorted(round_.unmoved))
            round_.unmoved.clear()
            round_.told = now
        self._put(Unmoved(round_.generation, ages))

    def _unwanted(self, round_: "_Round") -> bool:
        return self._over.is_set() or self._round is not round_


class _Round:
    """What is known of the histories of one plan, from one look to the next."""

    def __init__(self, loaded: LoadedPlan, generation: int) -> None:
        self.loaded = loaded
        self.generation = generation
        self.products = tuple(product for product in loaded.plan.products if product.repo)
        self.busy: set[str] = set()
        """Products that somebody looks at, or reads, or will."""
        self.known: dict[str, str] = {}
        """By product: what its references were when they were read."""
        self.failed: dict[str, float] = {}
        """By product: when it was tried to read what could not be."""
        self.looked_at: dict[str, float] = {}
        """By product: monotonic seconds at which the last look began that came to an end."""
        self.unmoved: set[str] = set()
        """Products that were found the same since it was told last."""
        self.told = time.monotonic()

    def try_again(self, *, asked: bool) -> None:
        """Have what could not be read be read in this round, if somebody `asked` or it is long ago."""
        now = time.monotonic()
        for name in [name for name, at in self.failed.items() if asked or now - at > AGAIN]:
            del self.failed[name]
            self.known.pop(name, None)


class _Look(Struct):
    """One look at one repository."""

    product: Product
    begun: float
    references: str = ""
    """What they were when the look found that they had moved."""
