"""The ledger of forward-merges, read whole: repositories, and the words of this release and of those beside it."""

from collections import OrderedDict
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from threading import Lock

import msgspec
from msgspec.structs import replace

from gonogo.errors import GonogoError
from gonogo.events import people
from gonogo.events.merges import Key, MergeWord, newest
from gonogo.facts.ledger import Ledger, Survey, build
from gonogo.io.git.ledger import commit_in, references, survey
from gonogo.io.host.side_by_side import side_by_side
from gonogo.io.journal.elsewhere import Elsewhere, merge_words
from gonogo.io.repository_files.containment_reader import with_release_in_flight
from gonogo.plan import Plan, Product
from gonogo.plan.branches import branches_of
from gonogo.ports import Clock

_GIT_AT_ONCE = 4
"""Histories read at the same time; each is a process of its own."""
_SURVEYS = 512
"""Products whose surveys are kept; those read first go first."""


def read_ledger(
    plan: Plan,
    products: Sequence[Product],
    words: Iterable[MergeWord],
    clock: Clock,
    journal: str = "",
    state_dir: Path | None = None,
) -> Ledger:
    """Which fixes have reached which branches, as git proves it and people have said.

    `words` are those of this release; with the directory of its `journal`, those of other releases count as well.
    """
    begun = clock.now()
    elsewhere = merge_words(Path(journal), state_dir) if journal else Elsewhere()
    named = [product for product in products if product.repo]
    repos = list(dict.fromkeys(product.repo for product in named))
    stands = dict(zip(repos, side_by_side(_stand, repos, _GIT_AT_ONCE), strict=True))
    surveys = list(
        side_by_side(lambda product: _KEPT.survey(product, plan, stands[product.repo]), named, _GIT_AT_ONCE)
    )
    surveys = with_release_in_flight(plan, named, surveys, elsewhere, begun)
    asked = {(one.product, oid, branch) for one in surveys for oid, due in one.due.items() for branch in due}
    about = [word for word in elsewhere.words if (word.product, word.oid, word.branch) in asked]
    counting, others = _of_persons(plan, about)
    # the newest first: a word that does not hold any more does not bring back the one it took the place of
    standing, gone = _still_there(plan, newest((*words, *counting)).values(), asked)
    return build(surveys, standing, begun, (*elsewhere.notes, *others, *gone))


def _still_there(
    plan: Plan, words: Iterable[MergeWord], asked: Container[Key]
) -> tuple[list[MergeWord], list[str]]:
    """The words whose commit, where one was named, is in its branch now; for the others, that it is not."""
    standing, gone = [], []
    for word in words:
        product = plan.product(word.product)
        if not word.commit or product is None or (word.product, word.oid, word.branch) not in asked:
            standing.append(word)
            continue
        try:
            commit_in(product.repo, word.branch, word.commit)
            standing.append(word)
        except GonogoError:
            gone.append(
                f"{word.actor.user} said that {word.commit[:8]} does {word.oid[:8]} on {word.branch}: "
                "it is no part of that branch any more"
            )
    return standing, gone


class _Surveys:
    """What repositories said, kept while no reference moves: a long history takes seconds, and is asked often."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Survey] = OrderedDict()
        self._lock = Lock()

    def survey(self, product: Product, plan: Plan, stand: str) -> Survey:
        """As `git.ledger.survey`; kept when it is complete, and the repository still stands as it did before."""
        branches = branches_of(plan, product)
        key = msgspec.json.encode((replace(product, probes=()), branches, plan.changelog, stand))
        with self._lock:
            kept = self._known.get(key)
        if kept is not None and stand:
            return kept
        found = survey(product, branches, plan.changelog)
        if stand and not found.problems and _stand(product.repo) == stand:
            with self._lock:
                self._known[key] = found
                while len(self._known) > _SURVEYS:
                    self._known.popitem(last=False)
        return found


def _stand(repo: str) -> str:
    """Differs when any reference has moved; "" when the repository does not say."""
    try:
        return references(repo)
    except GonogoError:
        return ""


_KEPT = _Surveys()


def _of_persons(plan: Plan, words: Iterable[MergeWord]) -> tuple[list[MergeWord], list[str]]:
    """The words of those who could have said so here; for the others, why they do not count."""
    counting, others = [], []
    for word in words:
        if why := people.why_no_word(plan, word.actor):
            others.append(
                f"what {word.actor.user} said in release {word.release} about {word.oid[:8]} on {word.branch} "
                f"does not count here: {why}"
            )
        else:
            counting.append(word)
    return counting, others
