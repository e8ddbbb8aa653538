"""Carrying one fix, or a release commit, to one branch that lacks it: done by the executor of hotfixes.

Trunk picks the fix with `-x`; gitflow merges it. With trunk a release commit moves the branch forward where it had
nothing else since, so that its tag lies on the mainline. Either way only the branch moves, from exactly where it
was when this was planned, and only while nobody has it checked out.
"""

from datetime import datetime

from msgspec.structs import replace

from gonogo.errors import RefusedError
from gonogo.facts.ledger import Arrival, LedgerCell, push_command
from gonogo.hotfix.preview import Outcome, Pick, PickPreview, Preview
from gonogo.hotfix.steps import steps_of
from gonogo.hotfix.wish import Planned
from gonogo.hotfix.work import Kind, Operation, Work
from gonogo.hotfix_jobs.discovery import Found, discover
from gonogo.hotfix_jobs.planning import product_of
from gonogo.hotfix_jobs.showing import difference, identity, trial_space
from gonogo.hotfix_jobs.survey import Survey
from gonogo.hotfix_jobs.trial import try_forward, try_merge, try_picks
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import UnknownRevisionError, check_ref
from gonogo.plan import Branches, Plan, Product
from gonogo.plan.branches import branches_of
from gonogo.text import clean

_VERSION_FILE = "it states the version: the branch keeps its own"
_CHANGELOG = "it is the changelog: the branch keeps its own"
_ENTRY = "it is the changelog: keep what is still unreleased here, and the entry of {version} below it"


def plan_carry(plan: Plan, cell: LedgerCell, now: datetime) -> Planned:
    """Plan it at `now` (UTC), without touching anything.

    Raises UsageError, RefusedError, GitError, ConfigError when it cannot be planned at all.
    """
    product = product_of(plan, cell.product)
    if cell.arrival is Arrival.PRESENT:
        raise RefusedError(f"{cell.branch} has {cell.fix} already: {cell.detail}", remedy="gonogo merges")
    if cell.in_flight:
        raise RefusedError(
            f"{cell.branch} is the release in flight, and a tag takes no fix",
            remedy=f"plan a new tag that contains {cell.fix}",
        )
    if cell.arrival is Arrival.UNPUSHED:
        raise RefusedError(
            f"{cell.branch} of this clone has {cell.fix} already; {cell.remote} does not",
            remedy=push_command(cell),
        )
    found = discover(product.repo)
    survey = Survey(found, product, branches_of(plan, product))
    branch, tip, was = _branch(survey, cell.branch)
    pick, _ = survey.pick(cell.oid, tip)
    operation = _operation(survey, branches_of(plan, product), cell, tip)
    with trial_space(found, identity(found)) as space:
        tried, tree = _tried(space, plan, product, cell, tip, pick, operation)
        stat, diff = difference(space.door, tip, tree) if tree else ((), "")
    work = Work(
        kind=Kind.CARRY,
        release=plan.release,
        product=product.name,
        repo=found.path,
        scheme=product.scheme,
        version=f"{cell.oid[:8]}->{branch}",
        base_version=cell.version,
        base_name=branch,
        base_oid=tip,
        branch=branch,
        tag="",
        started_at=int(now.timestamp()),
        identity=identity(found),
        picks=(pick,),
        branch_was=was,
        trees=(tried.tree,),
        result_tree=tree,
        object_format=found.object_format,
        merges=operation is Operation.MERGE,
        forwards=operation is Operation.FORWARD,
    )
    preview = Preview(
        None, None, (tried,), diffstat=stat, diff=diff,
        warnings=(*_behind(survey, branch, was), *_warnings(tried, branch)),
        blockers=tuple(_blockers(found, tried, branch, cell, operation)),
    )  # fmt: skip
    return Planned(preview, None, work, steps_of(work))


def _branch(survey: Survey, name: str) -> tuple[str, str, str]:
    """Its name, its commit, and the commit of the local branch ("" when only a remote has it)."""
    check_ref(name)
    local = survey.look_up(f"refs/heads/{name}")
    if local:
        return name, local, local
    for remote in survey.found.remotes:
        if tip := survey.look_up(f"refs/remotes/{remote.name}/{name}"):
            return name, tip, ""
    raise UnknownRevisionError(
        f"there is no branch {clean(name, 120)}", where=survey.found.path, remedy="git fetch"
    )


def _tried(
    space: Workspace, plan: Plan, product: Product, cell: LedgerCell, tip: str, pick: Pick, operation: Operation
) -> tuple[PickPreview, str]:
    if operation is Operation.MERGE:
        return try_merge(space, tip, pick)
    if operation is Operation.FORWARD:
        return try_forward(space, tip, pick)
    known = {file.path: _VERSION_FILE for file in product.files}
    about = _ENTRY.format(version=cell.version) if cell.names else _CHANGELOG
    known[plan.changelog.file_of(product.name)] = about
    [tried], tree = try_picks(space, tip, (replace(pick, on_mainline=True),), known)
    return tried, tree


def _operation(survey: Survey, branches: Branches, cell: LedgerCell, tip: str) -> Operation:
    """What brings it there, by the plan's model and by where the branch is."""
    if branches.model == "gitflow":
        return Operation.MERGE
    return Operation.FORWARD if cell.names and survey.contains(cell.oid, tip) else Operation.PICK


def _by_hand(operation: Operation, oid: str) -> str:
    """The same in a checkout of one's own, without `git`."""
    match operation:
        case Operation.MERGE:
            return f"merge --no-ff {oid[:12]}"
        case Operation.FORWARD:
            return f"merge --ff-only {oid[:12]}"
        case Operation.PICK:
            return f"cherry-pick -x {oid[:12]}"


def _behind(survey: Survey, branch: str, was: str) -> tuple[str, ...]:
    """What remotes have of the branch and the local one has not: the remote would refuse what is made on top."""
    there = ((one.name, survey.look_up(f"refs/remotes/{one.name}/{branch}")) for one in survey.found.remotes)
    return tuple(
        f"{name} has commits of {branch} that yours has not, and will refuse a push: bring it up to date first"
        for name, tip in there
        if was and tip and not survey.contains(was, tip)
    )


def _warnings(tried: PickPreview, branch: str) -> tuple[str, ...]:
    if tried.outcome is not Outcome.CONFLICT:
        return ()
    named = ", ".join(one.path for one in tried.conflicts[:5])
    return (f"it conflicts with {branch} in {named}: it will stop there for you",)


def _blockers(found: Found, tried: PickPreview, branch: str, cell: LedgerCell, operation: Operation) -> list[str]:
    folder = found.checked_out.get(f"refs/heads/{branch}")
    blockers = []
    if folder:
        blockers.append(
            f"{branch} is checked out in {clean(folder, 200)} and is not moved behind anybody's back: "
            f"git -C {clean(folder, 200)} switch --detach, or do it there: "
            f"git -C {clean(folder, 200)} {_by_hand(operation, tried.pick.oid)}"
        )
    if tried.outcome is Outcome.EMPTY:
        blockers.append(
            f"{branch} has the change already, and git cannot prove it: "
            f"gonogo merges equal {cell.called} {branch} --reason '...'"
        )
    if tried.outcome is Outcome.UNKNOWN:
        blockers.append("git cannot tell what would come of it: objects are missing")
    return blockers
