"""The thread that asks what gates and triggers name beyond cells and histories, without a screen.

Numbers at their own pace; version files, forward-merges and the tags of the ways back now and then. It only puts
frozen values down; whoever owns the session takes them up.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

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


class OutsideThread:
    """Asks what the newest inputs need, at its own pace, until it is stopped. A daemon: nobody waits for it.

    `put` gets what was told, `trouble` why something could not be asked, `stopped` an unexpected end.
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
        """Ask everything a decision on `inputs` needs, in the calling thread; whether it could be asked.

        Also what only completing needs: nobody reads long histories every half minute for that.
        """
        try:
            return self._doors is None or self._ask(self._doors, inputs, git=True, completing=True)
        except Exception as error:  # noqa: BLE001  outermost door of a thread: told by its owner, never swallowed
            self._stopped(error)
            return False

    def wake(self) -> None:
        """Ask now."""
        self._woken.set()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self._woken.set()

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

    def _ask(self, doors: Doors, inputs: Inputs, *, git: bool, completing: bool = False) -> bool:
        try:
            told = ask_once(doors, inputs, git=git, completing=completing)
        except GonogoError as error:
            self._trouble(error)  # the gates stay unknown: nothing was learned
            return False
        if told != Told(told.plan_sha256) and not self._over.is_set():
            self._put(told)
        return True


def ask_once(doors: Doors, inputs: Inputs, *, git: bool, completing: bool = False) -> Told:
    """Ask what the plan of `inputs` needs; with `git` also its repositories. Raises ConfigError.

    `completing`: also what nobody needs before the release is completed.
    """
    plan, state = inputs.loaded.plan, inputs.state
    told = Told(inputs.loaded.sha256)
    if git:
        products, versions = needs.version_files(plan), needs.artifacts(inputs)
        questions = needs.containment(inputs)
        merges = needs.ledger(plan, state) or (completing and needs.ledger_to_complete(plan, state))
        told = Told(
            inputs.loaded.sha256,
            (),
            doors.read_version_files(products) if products else (),
            doors.read_ledger(plan, plan.products, state.merges.values(), inputs.journal) if merges else None,
            doors.look_for_artifacts(versions) if versions else (),
            doors.read_containment(plan, questions, state.merges.values(), inputs.journal) if questions else (),
        )
    metrics = needs.metrics(plan)
    readings = doors.ask_metrics(plan, metrics) if metrics else ()
    check_files = read_anew(inputs.loaded, needs.check_files(plan, state))
    bad_elsewhere = doors.read_marks(inputs.journal) if git and inputs.journal else None
    return replace(told, readings=readings, check_files=check_files, bad_elsewhere=bad_elsewhere)


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
