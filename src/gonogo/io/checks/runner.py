"""The one way to carry out the check of an item, whatever its kind."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gonogo.errors import GonogoError, NotPermittedError, UsageError
from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding
from gonogo.io.checks.finding import Cancelled, OnProgress, Watched
from gonogo.io.checks.trust_store import TrustStore
from gonogo.plan import Item, LoadedPlan, Product
from gonogo.plan.conditions import FileCheck, GitCheck, HttpCheck, MetricCheck, RunCheck
from gonogo.ports import Clock
from gonogo.rules.checks import command_set_digest
from gonogo.text import clean

if TYPE_CHECKING:
    from gonogo.io.config import Config
    from gonogo.io.http.door import Door

RUN_TIMEOUT = timedelta(minutes=10)
"""For a command whose check does not say `timeout`."""

Question = Callable[[Product, Cancelled], str]


class Runner:
    """Carries out the checks of one plan. Synchronous, for a thread that may wait."""

    def __init__(
        self,
        loaded: LoadedPlan,
        clock: Clock,
        trust: TrustStore,
        door: "Callable[[], Door]",
        config: "Config",
    ) -> None:
        self._loaded = loaded
        self._clock = clock
        self._trust = trust
        self._door = door
        self._config = config

    def run(
        self, item: Item, *, cancelled: Cancelled = lambda: False, progress: OnProgress = lambda _: None
    ) -> Finding:
        """Find out what the check of `item` says; what cannot be found out is UNKNOWN in words.

        Raises UsageError for an item without a check, NotPermittedError for a command of a plan whose command set
        this account has not trusted.
        """
        check = item.check
        if check is None:
            raise UsageError(f"'{item.id}' has no check", remedy=f"gonogo tick {item.id}")
        match check:
            case RunCheck():
                return self._command(check, cancelled, progress)
            case HttpCheck():
                return self._http(check, cancelled, progress)
            case MetricCheck():
                return self._metric(check, cancelled, progress)
            case FileCheck():
                return self._product(check.product, _files_agree, cancelled, progress)
            case GitCheck():
                return self._product(check.product, partial(self._tag_is_right, check), cancelled, progress)

    def _command(self, check: RunCheck, cancelled: Cancelled, progress: OnProgress) -> Finding:
        from gonogo.io.checks.command_files import named_files
        from gonogo.io.checks.run import run_command

        plan = self._loaded.plan
        if not self._trust.trusts(self._loaded.path, command_set_digest(plan, named_files(self._loaded))):
            raise NotPermittedError(
                "you have not looked at the commands of this plan, or they or a file they name changed since",
                where=self._loaded.path,
                remedy="gonogo trust",
            )
        timeout = RUN_TIMEOUT if check.timeout is None else check.timeout
        ran = named_files(self._loaded, check.argv)
        found = run_command(
            check.argv,
            Path(self._loaded.path).absolute().parent,
            timeout.total_seconds(),
            self._clock,
            without=[auth.env for auth in self._config.auth.values() if auth.env],
            cancelled=cancelled,
            progress=progress,
        )
        now = named_files(self._loaded, check.argv)
        if changed := [word for word, digest in now.items() if ran.get(word, digest) != digest]:
            summary = clean(f"{changed[0]} changed while it ran; run the check again", 300)
            return replace(found, outcome=CheckOutcome.UNKNOWN, summary=summary, files=ran)
        return replace(found, files=ran)

    def _http(self, check: HttpCheck, cancelled: Cancelled, progress: OnProgress) -> Finding:
        from gonogo.io.checks.http import ask

        timeout = self._loaded.plan.timing.timeout if check.timeout is None else check.timeout
        return ask(
            self._door(),
            check.url,
            check.expect,
            check.contains or "",
            timeout.total_seconds(),
            self._clock,
            cancelled=cancelled,
            progress=progress,
        )

    def _metric(self, check: MetricCheck, cancelled: Cancelled, progress: OnProgress) -> Finding:
        from gonogo.io.checks.metric import ask

        return ask(
            self._door(),
            self._config,
            self._loaded.plan,
            check,
            self._clock,
            cancelled=cancelled,
            progress=progress,
        )

    def _product(self, name: str, question: Question, cancelled: Cancelled, progress: OnProgress) -> Finding:
        """Ask git about a product; `question` returns what is right, or raises what is wrong."""
        from gonogo.io.checks.git_tag import Wrong

        started_at = self._clock.now()
        product = self._loaded.plan.product(name)
        try:
            if product is None or not product.repo:
                raise GonogoError(f"the plan names no repository for '{name}'")
            outcome, summary = (
                CheckOutcome.PASSED,
                question(product, Watched(cancelled, progress, lambda: "git has not answered yet")),
            )
        except Wrong as wrong:
            outcome, summary = CheckOutcome.FAILED, str(wrong)
        except GonogoError as error:
            outcome = CheckOutcome.UNKNOWN
            summary = "stopped by hand before git answered" if cancelled() else error.message
        return Finding(outcome, clean(summary, 300), started_at, self._clock.now())

    def _tag_is_right(self, check: GitCheck, product: Product, cancelled: Cancelled) -> str:
        from gonogo.io.checks.git_tag import tag_is_right

        return tag_is_right(
            product,
            signed=bool(check.signed),
            merged_into=check.merged_into or "",
            allowed_signers=self._loaded.plan.allowed_signers,
            cancelled=cancelled,
        )


def _files_agree(product: Product, cancelled: Cancelled) -> str:
    from gonogo.io.checks.version_files import files_agree

    return files_agree(product, cancelled)
