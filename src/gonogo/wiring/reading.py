"""What git and the file system say: histories, version files, forward-merges, what would ship."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from gonogo.wiring.asking import ask_endpoints
from gonogo.wiring.ground import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import date

    from gonogo.changelog import Changes
    from gonogo.commits.shipping import WhatShips
    from gonogo.events.merges import MergeWord
    from gonogo.events.versions import MarkedElsewhere
    from gonogo.facts import Observation
    from gonogo.facts.artifacts import Artifact
    from gonogo.facts.containment import Containment, ContainmentQuestion
    from gonogo.facts.ledger import Ledger
    from gonogo.facts.pollers import Window
    from gonogo.facts.version_files import ProductFiles
    from gonogo.plan import Plan, Product, Target
    from gonogo.plan.branches import NoBranch

_GIT_AT_ONCE = 4
"""Histories read at the same time; each is a process of its own."""


def read_history(
    product: Product,
    plan: Plan,
    cancelled: Callable[[], bool],
    progress: Callable[[Changes], None],
    counted: Callable[[int], None] = lambda _more: None,
) -> Changes:
    """What git says about one product; may be called in a thread, and be told to stop.

    `counted` is told how many more commits were read, also where most of them ship nothing.
    """
    from msgspec.structs import replace

    from gonogo.changelog import ProductChanges
    from gonogo.io.git.history import changes

    day = release_day(plan)
    found = changes(product, plan.changelog, cancelled=cancelled, progress=progress, counted=counted, on=day)
    if not isinstance(found, ProductChanges):
        return found
    return replace(found, lacking=lacking_branches(replace(plan, products=(product,))))


def read_changes(plan: Plan, products: Sequence[Product]) -> tuple[Changes, ...]:
    """What git says about each of `products` that names a repository."""
    named = [product for product in products if product.repo]
    if len(named) == 1:
        from gonogo.cli.patience import counting
        from gonogo.io.git.history import changes

        # a pool of threads for one history would cost as much as reading a short one
        with counting() as counted:
            return (changes(named[0], plan.changelog, counted=counted, on=release_day(plan)),)
    with _readers(plan, named) as reading:
        return tuple(one.result() for one in reading)


def release_day(plan: Plan) -> date:
    """The day a calendar version is made for: the plan's `target_date`, else today; never a day that is past."""
    from datetime import date

    today = clock().now().date()
    return max(today, date.fromisoformat(plan.target_date)) if plan.target_date else today


def ask_everything(
    plan: Plan, looked: Mapping[Target, Window] | None = None
) -> tuple[tuple[Observation, ...], tuple[Changes, ...]]:
    """Endpoints and histories at the same time: git runs in threads while the event loop waits for answers."""
    with _readers(plan, plan.products) as reading:
        return ask_endpoints(plan, looked), tuple(one.result() for one in reading)


@contextmanager
def _readers(plan: Plan, products: Sequence[Product]) -> Iterator[list[Future[Changes]]]:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    from gonogo.cli.patience import counting
    from gonogo.io.git.history import changes

    unwanted, day = Event(), release_day(plan)
    with counting() as counted, ThreadPoolExecutor(_GIT_AT_ONCE, "git") as pool:
        try:
            yield [
                pool.submit(changes, product, plan.changelog, cancelled=unwanted.is_set, counted=counted, on=day)
                for product in products
                if product.repo
            ]
        finally:
            # reached early only by Ctrl-C or an error: git must not keep the process waiting
            unwanted.set()


def read_version_files(products: Sequence[Product]) -> tuple[ProductFiles, ...]:
    """What the version files of `products` state at their tags, read at the same time."""
    from gonogo.io.host.side_by_side import side_by_side
    from gonogo.io.repository_files.version_files import read_version_files as read

    return side_by_side(read, products, _GIT_AT_ONCE)


def read_ledger(plan: Plan, products: Sequence[Product], words: Iterable[MergeWord], journal: str = "") -> Ledger:
    """Which fixes have reached which branches; `journal` is the directory of this release's, beside others."""
    from gonogo.io.journal import state_home
    from gonogo.io.repository_files.merge_ledger import read_ledger as read

    return read(plan, products, words, clock(), journal, state_home())


def lacking_branches(plan: Plan) -> tuple[NoBranch, ...]:
    """Branches that the plan names and that its repositories do not have; one that cannot be read is left out."""
    from gonogo.errors import GonogoError
    from gonogo.io.git.ledger import lacking_of

    found: list[NoBranch] = []
    for product in plan.products:
        with suppress(GonogoError):  # whoever reads its history says what is wrong with it
            found += lacking_of(plan, product) if product.repo else ()
    return tuple(found)


def read_containment(
    plan: Plan, questions: Sequence[ContainmentQuestion], words: Iterable[MergeWord], journal: str = ""
) -> tuple[Containment, ...]:
    """Whether each version contains every change that runs and every hotfix; `journal` as in `read_ledger`."""
    from gonogo.io.journal import state_home
    from gonogo.io.repository_files.containment_reader import read_containment as read

    return read(plan, questions, words, clock(), journal, state_home())


def read_marks(journal: str) -> MarkedElsewhere:
    """The versions marked bad in the releases beside the one whose directory `journal` is."""
    from pathlib import Path

    from gonogo.io.journal import state_home
    from gonogo.io.journal.elsewhere import merge_words

    return merge_words(Path(journal), state_home()).bad


def look_for_artifacts(wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
    """Whether each version can still be had, by its tag; looked for at the same time."""
    from gonogo.io.git.artifacts import look_for_tag
    from gonogo.io.host.side_by_side import side_by_side

    return side_by_side(lambda one: look_for_tag(one[0], one[1], clock()), wanted, _GIT_AT_ONCE)


def what_ships(product: Product, version: str, revision: str) -> WhatShips:
    """The commits between what runs in a cell and what the plan ships."""
    from gonogo.io.git.range import what_ships as read

    return read(product, version, revision)


def fingerprint(product: Product) -> str:
    """Differs when a reference of the product's repository has moved."""
    from gonogo.io.git.history import fingerprint as read

    return read(product.repo)
