"""The thread that reads histories, one product after the other, whenever its references have moved."""

import threading
import time
from collections.abc import Callable

from msgspec import Struct
from textual.message import Message

from gonogo.changelog import Changes, Unreadable
from gonogo.plan import LoadedPlan, Product
from gonogo.tui.crash import describe
from gonogo.tui.messages import Stopped
from gonogo.tui.wiring import Wiring

EVERY = 1.0
"""Seconds between two looks at git's references."""
TELL = 20.0
"""Seconds after which it is said again that nothing has moved; far below what `facts.ageing` allows."""

AGAIN = 20.0
"""Seconds after which a history that could not be read is tried again, and whenever somebody asks: its references
need not show why (whom git trusts, a slow disk)."""

Post = Callable[[Message], object]


class Read(Struct, frozen=True):
    """Git told something about a product."""

    generation: int
    changes: Changes


class Unmoved(Struct, frozen=True):
    """Somebody looked: the histories of these products are what was read before."""

    generation: int
    products: tuple[str, ...]


class Histories:
    """Reads what is new, says what is still the same. `put` gets `Read` and `Unmoved`."""

    def __init__(self, wiring: Wiring, put: Callable[[Read | Unmoved], None], post: Post) -> None:
        self._wiring = wiring
        self._put = put
        self._post = post
        self._plan: tuple[LoadedPlan, int] | None = None
        self._woken = threading.Event()
        self._over = threading.Event()
        self._rounds = threading.Condition()
        self._begun = self._ended = self._awaited = 0
        self._thread = threading.Thread(target=self._run, name="gonogo-git", daemon=True)

    def follow(self, loaded: LoadedPlan, generation: int) -> None:
        """Read the histories of this plan's products."""
        self._plan = (loaded, generation)
        self._woken.set()
        if self._thread.ident is None:
            self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def look_through(self, patience: float) -> bool:
        """Wait for a look at every product that begins now. False when it took more than `patience` seconds."""
        with self._rounds:
            wanted = self._awaited = self._begun + 1
            self._woken.set()
            return self._rounds.wait_for(lambda: self._ended >= wanted, patience)

    def stop(self) -> None:
        """Read no more."""
        self._over.set()
        self._woken.set()

    def _run(self) -> None:
        round_, asked = _Round(0), False
        try:
            while not self._over.is_set():
                self._woken.clear()
                with self._rounds:
                    self._begun += 1
                plan = self._plan
                if plan is not None:
                    round_ = round_ if plan[1] == round_.generation else _Round(plan[1])
                    round_.begun = time.monotonic()
                    round_.try_again(asked=asked)
                    for product in plan[0].plan.products:
                        self._look_at(product, plan[0], round_)
                    self._tell(round_)
                with self._rounds:
                    self._ended = self._begun
                    self._rounds.notify_all()
                asked = self._woken.wait(EVERY)
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told on the screen, never swallowed
            self._post(Stopped("git", describe(error)))

    def _look_at(self, product: Product, loaded: LoadedPlan, round_: "_Round") -> None:
        generation = round_.generation
        if not product.repo or self._unwanted(generation):
            return
        print_now = self._wiring.fingerprint(product)
        if round_.known.get(product.name) == print_now:
            round_.unmoved.append(product.name)
            if time.monotonic() - round_.begun > TELL:
                self._tell_so_far(round_)
            return

        def progress(changes: Changes) -> None:
            self._put(Read(generation, changes))

        changes = self._wiring.read_changes(product, loaded.plan, lambda: self._unwanted(generation), progress)
        if not self._unwanted(generation):
            round_.known[product.name] = print_now
            if isinstance(changes, Unreadable):
                round_.failed[product.name] = time.monotonic()
            self._put(Read(generation, changes))
            self._look_again(loaded, round_)

    def _look_again(self, loaded: LoadedPlan, round_: "_Round") -> None:
        """Look at those that were read before: reading the others takes its time, and they grow old meanwhile."""
        if time.monotonic() - round_.begun <= TELL:
            return
        known = (
            (one.name, self._wiring.fingerprint(one)) for one in loaded.plan.products if one.name in round_.known
        )
        same = tuple(name for name, print_now in known if round_.known[name] == print_now)
        self._put(Unmoved(round_.generation, same))
        round_.begun = time.monotonic()

    def _tell(self, round_: "_Round") -> None:
        """Say what is the same at the end of a look: now and then, and at once when a decision waits for it."""
        if self._begun <= self._awaited or time.monotonic() - round_.told > TELL:
            self._put(Unmoved(round_.generation, tuple(round_.unmoved)))
            round_.told = time.monotonic()
        round_.unmoved.clear()

    def _tell_so_far(self, round_: "_Round") -> None:
        """Say what is the same in the middle of a long look. Its end still tells the others."""
        self._put(Unmoved(round_.generation, tuple(round_.unmoved)))
        round_.begun = time.monotonic()

    def _unwanted(self, generation: int) -> bool:
        return self._over.is_set() or self._plan is None or self._plan[1] != generation


class _Round:
    """What is known of the histories of one plan, from one look to the next."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.known: dict[str, str] = {}
        """By product: what its references were when they were read."""
        self.failed: dict[str, float] = {}
        """By product: when it was tried to read what could not be."""
        self.unmoved: list[str] = []
        """Products that this look found the same, as far as it has come."""
        self.told = time.monotonic()
        self.begun = self.told
        """Monotonic seconds at which this look began, or told what it had found so far."""

    def try_again(self, *, asked: bool) -> None:
        """Have what could not be read be read in this round, if somebody `asked` or it is long ago."""
        now = time.monotonic()
        for name in [name for name, at in self.failed.items() if asked or now - at > AGAIN]:
            del self.failed[name]
            self.known.pop(name, None)
