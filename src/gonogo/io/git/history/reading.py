"""What one product ships, read while git prints it."""

from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from gonogo.changelog import Changes, ProductChanges, Reckoning, Unreadable, build
from gonogo.changelog.evidence import HEARSAY
from gonogo.changelog.written import Written, written
from gonogo.commits import Commit, Struck
from gonogo.errors import UsageError
from gonogo.io.git.door import AbandonedError, GitError
from gonogo.io.git.history.repeats import find_copies
from gonogo.io.git.history.repository import Repository
from gonogo.io.git.history.survey import Survey, survey
from gonogo.io.git.history.taken_back import TakenBack
from gonogo.plan import ChangelogRules, MergePolicy, Product
from gonogo.text import clean
from gonogo.versions import Version, parse

Progress = Callable[[ProductChanges], None]


def changes(
    product: Product,
    rules: ChangelogRules,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    counted: Callable[[int], None] = lambda _more: None,
    start: str = "",
    on: date | None = None,
) -> Changes:
    """Read what `product` ships. Never raises for what a repository holds or lacks.

    `start` is the base somebody named just now, before the plan's `from`; `on` the day of the release, for
    calendar versions. `progress` gets what is there so far, marked incomplete: after the first piece and then
    each time the number of commits has doubled, so that a long history costs no more than twice its arranging.
    `counted` is told of each piece how many commits it has.
    Once `cancelled` says yes, what was read so far comes back, marked incomplete.
    """
    try:
        repository = Repository(product.repo)
        found = survey(repository, product, start or product.start)
        return _collect(repository, product, found, rules, cancelled, progress, counted, on)
    except (GitError, UsageError) as error:
        return unreadable(product, error)


def unreadable(product: Product, error: GitError | UsageError) -> Unreadable:
    """What git or a name refused, as an answer."""
    where = f" ({clean(error.where, 200)})" if error.where else ""
    return Unreadable(product.name, f"{error.message}{where}", error.remedy)


def _collect(
    repository: Repository,
    product: Product,
    found: Survey,
    rules: ChangelogRules,
    cancelled: Callable[[], bool],
    progress: Progress | None,
    counted: Callable[[int], None],
    on: date | None,
) -> ProductChanges:
    commits: list[Commit] = []
    told = 0
    by = reckoning(product, rules, found, on)
    copies: dict[str, Struck] = {}
    text = _written(repository, product, found, rules)

    def arranged(whole: bool) -> ProductChanges:
        return build(
            product.name, commits, found.range, rules, product.version, product.scheme,
            complete=whole, copies=copies, by=by, written=text,
            evidence=TakenBack(repository, commits, product.paths) if whole else HEARSAY,
        )  # fmt: skip

    base, target = found.range.base.oid, found.range.target_oid
    try:
        for batch in repository.read_range(base, target, product.paths, cancelled, rules):
            commits += batch
            counted(len(batch))
            if progress is not None and batch and len(commits) >= 2 * told:
                told = len(commits)
                progress(arranged(False))
    except AbandonedError:
        return arranged(False)
    try:
        copies.update(find_copies(repository, found.range, found.found.outside, commits, rules))
    except GitError as error:
        # told twice is no lie, as long as it is said
        doubt = f"cherry-picks without an `-x` line were not looked for: {error.message}"
        found = replace(found, range=replace(found.range, problems=(*found.range.problems, doubt)))
    return arranged(True)


def _withdrawn(product: Product) -> tuple[Version, ...]:
    read = (parse(text, product.scheme, product.name) for text in product.withdrawn)
    return tuple(one for one in read if isinstance(one, Version))


def _written(repository: Repository, product: Product, found: Survey, rules: ChangelogRules) -> Written | None:
    """What people wrote for this version at the commit that ships; what cannot be read there, nobody wrote."""
    file = rules.file_of(product.name)
    text = repository.text_at(found.range.target_oid, file)
    return written(text, product.version, file) if text else None


def reckoning(product: Product, rules: ChangelogRules, found: Survey, on: date | None) -> Reckoning:
    """What the next version of `product` is reckoned with."""
    return Reckoning(
        product.scheme,
        product.name,
        rules.below_one,
        product.calver,
        on,
        rules.merges is MergePolicy.FIRST_PARENT,
        (*found.taken(product), *_withdrawn(product)),
        product.bump,
    )
