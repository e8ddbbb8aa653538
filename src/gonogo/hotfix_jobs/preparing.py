"""Planning an ordinary release: its branch, version files, changelog and tag, by the steps of a hotfix."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog import Range
from gonogo.changelog.written import written
from gonogo.hotfix import lines
from gonogo.hotfix.notes import generated
from gonogo.hotfix.steps import steps_of
from gonogo.hotfix.wish import Planned, Wish
from gonogo.hotfix.work import Kind, Work
from gonogo.hotfix_jobs.discovery import Found, Remote, discover
from gonogo.hotfix_jobs.planning import blockers_of, product_of
from gonogo.hotfix_jobs.showing import identity, previewed, trial_space
from gonogo.hotfix_jobs.survey import Survey, remote_refs
from gonogo.hotfix_jobs.tree_edits import read_file
from gonogo.hotfix_jobs.workspace import LOOK_TIMEOUT, Workspace
from gonogo.io.git.door import GitError, check_ref
from gonogo.io.git.history import survey as survey_range
from gonogo.plan import Plan, Product
from gonogo.plan.branches import branches_of
from gonogo.text import clean

_ENTRY_LIMIT = 40_000
"""Characters of a generated entry; what people wrote under Unreleased is moved whole."""


class Origin(Struct, frozen=True):
    """Where the release branch starts, or goes on."""

    name: str
    oid: str
    branch: str
    branch_was: str


def plan_prepare(plan: Plan, wish: Wish, now: datetime) -> Planned:
    """Plan the release of `wish.product` at `now` (UTC). Raises as `plan_hotfix` does."""
    product = product_of(plan, wish.product)
    if wish.as_version:
        product = replace(product, version=wish.as_version)
    found = discover(product.repo)
    survey = Survey(found, product, branches_of(plan, product))
    with trial_space(found, identity(found)) as space:
        remote = None if wish.offline else found.remote(wish.remote)
        warnings, tagged = _remote(space, remote, product, offline=wish.offline)
        origin = _origin(plan, product, survey)
        history = survey_range(survey.history, replace(product, target=origin.oid)).range
        work = _work(plan, wish, product, survey, origin, remote, space, now, history)
        preview, work = previewed(space, work, product, space.tree(work.base_oid))
        blockers = [*blockers_of(survey, work, (), None), *preview.blockers, *tagged]
        told = tuple(dict.fromkeys([*found.warnings, *warnings, *history.problems, *preview.warnings]))
        preview = replace(preview, warnings=told, blockers=tuple(blockers))
        return Planned(preview, None, work, steps_of(work))


def _remote(
    space: Workspace, remote: Remote | None, product: Product, *, offline: bool
) -> tuple[list[str], list[str]]:
    if remote is None:
        return (["the remote was not asked: the tag may exist there"] if offline else []), []
    try:
        there = remote_refs(space.reaching(LOOK_TIMEOUT), remote)
    except GitError as error:
        return [f"{remote.name} does not answer ({clean(error.message, 160)}): the tag may exist there"], []
    ref = f"refs/tags/{product.tag_name}"
    return [], [f"{remote.name} has the tag {product.tag_name} already"] if ref in there else []


def _origin(plan: Plan, product: Product, survey: Survey) -> Origin:
    branch = check_ref(lines.line_branch(branches_of(plan, product), product, product.version))
    local = survey.look_up(f"refs/heads/{branch}")
    theirs = survey.look_up(f"refs/remotes/origin/{branch}")
    if local:
        return Origin(branch, local, branch, local)
    if theirs:
        return Origin(f"origin/{branch}", theirs, branch, "")
    if product.target:
        return Origin(product.target, survey.commit(product.target), branch, "")
    name, tip = survey.mainline()
    return Origin(name, tip, branch, "")


def _work(
    plan: Plan, wish: Wish, product: Product, survey: Survey, origin: Origin, remote: Remote | None,
    space: Workspace, now: datetime, history: Range,
) -> Work:  # fmt: skip
    found: Found = survey.found
    commits = [
        one for batch in survey.history.read_range(history.base.oid, origin.oid, product.paths) for one in batch
    ]
    told = [one for one in commits if not one.is_merge and one.scope not in plan.changelog.internal_scopes]
    file = plan.changelog.file_of(product.name)
    found_file = read_file(space.door, origin.oid, file)
    has_changelog = found_file is not None
    text = written(found_file[1].decode("utf-8", "replace"), product.version, file) if found_file else None
    entry = text.text if text is not None else generated(told, plan.changelog)[:_ENTRY_LIMIT]
    return Work(
        kind=Kind.PREPARE,
        release=plan.release,
        product=product.name,
        repo=found.path,
        scheme=product.scheme,
        version=product.version,
        base_version=history.base.version or "the first commit",
        base_name=origin.name,
        base_oid=origin.oid,
        branch=origin.branch,
        tag=check_ref(product.tag_name),
        started_at=int(now.timestamp()),
        identity=identity(found),
        base_tag=history.base.tag,
        files=product.files,
        changelog=plan.changelog.file_of(product.name) if has_changelog else "",
        entry=entry,
        message=lines.release_message(product.name, product.version),
        tag_message=f"{product.name} {product.version}\n",
        signed=wish.sign,
        branch_was=origin.branch_was,
        remote=remote.name if remote else "",
        object_format=found.object_format,
    )
