"""The thread that asks what gates and triggers name beyond cells and histories, without a screen.

Numbers at their own pace; version files, forward-merges and the tags of the ways back now and then. It only puts
frozen values down; whoever owns the session takes them up.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from gonogo.engine.workers import Workers
from gonogo.errors import GonogoError
from gonogo.events.merges import MergeWord
from gonogo.events.versions import MarkedElsewhere
from gonogo.facts.artifacts import Artifact
from gonogo.facts.containment import Containment, ContainmentQuestion
from gonogo.facts.inputs import Inputs
from gonogo.facts.ledger import Ledger
from gonogo.facts.metric import Reading
from gonogo.facts.named_files import NamedFiles
from gonogo.facts.version_files import ProductFiles
from gonogo.io.checks.command_files import read_anew
from gonogo.plan import Metric, Plan, Product
from gonogo.rules import needs

GIT_EVERY = 30.0
"""Seconds between two looks at version files, branches and tags."""

SCRIPTS_EVERY = 5.0
"""Seconds between two looks at the files that commands of checks name, where some check passed by them."""


class Doors(Protocol):
    """What the thread may ask."""

    def ask_metrics(self, plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
        """The number of each of `metrics`, or why there is none. Raises ConfigError."""
        ...

    def read_version_files(self, products: Sequence[Product]) -> tuple[ProductFiles, ...]:
        """What the version files of `products` state at their tags."""
        ...

    def read_ledger(
        self, plan: Plan, products: Sequence[Product], words: Iterable[MergeWord], journal: str = ""
    ) -> Ledger:
        """Which fixes have reached which branches; `journal` is the directory of this release's, beside others."""
        ...

    def look_for_artifacts(self, wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
        """Whether each version can still be had."""
        ...

    def read_containment(
        self,
        plan: Plan,
        questions: Sequence[ContainmentQuestion],
        words: Iterable[MergeWord],
        journal: str = "",
    ) -> tuple[Containment, ...]:
        """Whether each version contains every change that runs and every hotfix; `journal` as in `read_ledger`."""
        ...

    def read_marks(self, journal: str) -> MarkedElsewhere:
        """The versions marked bad in the releases beside the one whose directory `journal` is."""
        ...


class Told(Struct, frozen=True):
    """What the outside told about the plan of that hash."""

    plan_sha256: str
    readings: tuple[Reading, ...] = ()
    files: tuple[ProductFiles, ...] = ()
    ledger: Ledger | None = None
    artifacts: tuple[Artifact, ...] = ()
    containment: tuple[Containment, ...] = ()
    check_files: tuple[NamedFiles, ...] = ()
    bad_elsewhere: MarkedElsewhere | None = None
    """None when nobody was asked."""


Question = Callable[[Doors], Told]
"""Asks one kind of thing. Raises ConfigError."""


class OutsideThread:
    """Asks what the newest inputs need, at its own pace, until it is stopped. A daemon: nobody waits for it.

    Each kind is asked by itself: a repository that hangs keeps no number waiting. `put` gets what was told,
    `trouble` why something could not be asked, `stopped` an unexpected end.
    """

    def __init__(
        self,
        doors: Doors | None,
        put: Callable[[Told], object],
        trouble: Callable[[GonogoError], object],
        stopped: Callable[[Exception], object],
    ) -> None:
        self._doors = doors
        self._put = put
        self._trouble = trouble
        self._stopped = stopped
        self._inputs: Inputs | None = None
        self._questions: tuple[ContainmentQuestion, ...] = ()
        self._workers = Workers(KINDS, "gonogo-outside-ask", stopped)
        self._guard = threading.Lock()
        self._busy: set[str] = set()
        self._missed: set[str] = set()
        """Kinds of git that were to be asked while somebody still asked them."""
        self._woken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gonogo-outside", daemon=True)

    def follow(self, inputs: Inputs) -> None:
        """Ask what these inputs need from now on; another plan is asked about at once."""
        before, self._inputs = self._inputs, inputs
        more = self._asks_more(before, inputs) or _passed_anew(before, inputs)
        if self._doors is None:
            return
        if before is None or before.loaded.sha256 != inputs.loaded.sha256 or more:
            self._woken.set()
        if self._thread.ident is None:
            self._thread.start()

    def _asks_more(self, before: Inputs | None, inputs: Inputs) -> bool:
        """Whether another build runs, or another commit ships: what contains it is not known yet."""
        if before and before.evidence is inputs.evidence and before.changes is inputs.changes:
            return False
        asked, self._questions = self._questions, needs.containment(inputs)
        return asked != self._questions

    def look_through(self, inputs: Inputs) -> bool:
        """Ask everything a decision on `inputs` needs and wait for it; whether it could be asked.

        Also what only completing needs: nobody reads long histories every half minute for that.
        """
        if self._doors is None:
            return True
        asked = questions(inputs, git=True, completing=True)
        answered: queue.SimpleQueue[bool] = queue.SimpleQueue()
        workers = Workers(len(asked), "gonogo-outside-anew", self._stopped)
        for ask in asked.values():
            workers.begin(partial(self._look, self._doors, ask, inputs.loaded.sha256, answered.put))
        found = [answered.get() for _ in asked]
        workers.stop()
        return all(found)

    def wake(self) -> None:
        """Ask now."""
        self._woken.set()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self._woken.set()
        self._workers.stop()

    def _run(self) -> None:
        git_due = 0.0
        try:
            while not self._over.is_set():
                git = self._woken.is_set() or time.monotonic() >= git_due
                self._woken.clear()
                if git:
                    git_due = time.monotonic() + GIT_EVERY
                if self._inputs is not None and self._doors is not None:
                    self._ask(self._doors, self._inputs, git=git)
                    self._woken.wait(_pause(self._inputs))
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)

    def _ask(self, doors: Doors, inputs: Inputs, *, git: bool) -> None:
        """Have everything asked that nobody asks now."""
        for kind, ask in questions(inputs, git=git).items():
            with self._guard:
                if kind in self._busy:
                    if kind != "metrics":  # a number has its own pace
                        self._missed.add(kind)
                    continue
                self._busy.add(kind)
            self._workers.begin(partial(self._look, doors, ask, inputs.loaded.sha256, partial(self._finish, kind)))

    def _look(self, doors: Doors, ask: Question, plan_sha256: str, then: Callable[[bool], object]) -> None:
        done = False
        try:
            told = ask(doors)
            if told != Told(plan_sha256) and not self._over.is_set():
                self._put(told)
            done = True
        except GonogoError as error:
            self._trouble(error)  # the gates stay unknown: nothing was learned
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._over.set()
            self._stopped(error)
        then(done)

    def _finish(self, kind: str, _done: bool) -> None:
        with self._guard:
            self._busy.discard(kind)
            missed = kind in self._missed
            self._missed.discard(kind)
        if missed:
            self._woken.set()


KINDS = 7
"""How many kinds of `questions` there are: each has a thread of its own."""


def questions(inputs: Inputs, *, git: bool, completing: bool = False) -> dict[str, Question]:
    """What the plan of `inputs` needs to know, by kind; with `git` also of its repositories.

    `completing`: also what nobody needs before the release is completed.
    """
    return {
        **early_questions(inputs, git=git, completing=completing),
        **(late_questions(inputs) if git else {}),
    }


def early_questions(inputs: Inputs, *, git: bool, completing: bool = False) -> dict[str, Question]:
    """Those that plan and journal alone give rise to."""
    plan, state, told = inputs.loaded.plan, inputs.state, Told(inputs.loaded.sha256)
    found: dict[str, Question] = {}
    if metrics := needs.metrics(plan):
        found["metrics"] = lambda doors: replace(told, readings=doors.ask_metrics(plan, metrics))
    if check_files := needs.check_files(plan, state):
        found["check files"] = lambda _: replace(told, check_files=read_anew(inputs.loaded, check_files))
    if not git:
        return found
    if inputs.journal:
        found["marks"] = lambda doors: replace(told, bad_elsewhere=doors.read_marks(inputs.journal))
    if products := needs.version_files(plan):
        found["version files"] = lambda doors: replace(told, files=doors.read_version_files(products))
    if needs.ledger(plan, state) or (completing and needs.ledger_to_complete(plan, state)):
        words = tuple(state.merges.values())
        found["ledger"] = lambda doors: replace(
            told, ledger=doors.read_ledger(plan, plan.products, words, inputs.journal)
        )
    return found


def late_questions(inputs: Inputs) -> dict[str, Question]:
    """Those that depend on what runs, and on what ships."""
    plan, state, told = inputs.loaded.plan, inputs.state, Told(inputs.loaded.sha256)
    found: dict[str, Question] = {}
    if versions := needs.artifacts(inputs):
        found["artifacts"] = lambda doors: replace(told, artifacts=doors.look_for_artifacts(versions))
    if asked := needs.containment(inputs):
        words = tuple(state.merges.values())
        found["containment"] = lambda doors: replace(
            told, containment=doors.read_containment(plan, asked, words, inputs.journal)
        )
    return found


def _passed_anew(before: Inputs | None, inputs: Inputs) -> bool:
    """Whether a check passed whose files were not read since."""
    if before is None or before.state is inputs.state:
        return False
    passed = needs.check_files(inputs.loaded.plan, inputs.state)
    return passed != needs.check_files(before.loaded.plan, before.state)


def _pause(inputs: Inputs) -> float:
    plan = inputs.loaded.plan
    scripts = [SCRIPTS_EVERY] if needs.check_files(plan, inputs.state) else []
    return min([GIT_EVERY, *scripts, *(one.every.total_seconds() for one in needs.metrics(plan))])
