"""Planning a hotfix: everything is found out and pinned, and nothing is touched.

The commits are picked on trial in a temporary repository that borrows the person's objects: what is written
goes there and is gone afterwards, so that not even an unreachable object is left behind.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gonogo.commits import Commit
from gonogo.errors import RefusedError, UsageError
from gonogo.hotfix import lines
from gonogo.hotfix.lines import NoNextVersion, Observed, Origin, Taken
from gonogo.hotfix.notes import generated
from gonogo.hotfix.preview import InFlight, Outcome, Pick, PickPreview, Preview, TagCheck
from gonogo.hotfix.steps import steps_of
from gonogo.hotfix.wish import Planned, Seen, Wish
from gonogo.hotfix.work import Kind, Work
from gonogo.hotfix_jobs.discovery import Remote, discover
from gonogo.hotfix_jobs.showing import below, identity, previewed, trial_space
from gonogo.hotfix_jobs.survey import Survey, remote_refs
from gonogo.hotfix_jobs.tree_edits import read_file
from gonogo.hotfix_jobs.trial import try_picks
from gonogo.hotfix_jobs.workspace import LOOK_TIMEOUT, Workspace
from gonogo.io.git.door import GitDoor, GitError, check_ref
from gonogo.io.git.ledger.lost_fixes import Scope, compare
from gonogo.io.git.range import Ends
from gonogo.plan import Plan, Product
from gonogo.plan.branches import branches_of
from gonogo.text import clean
from gonogo.versions import compare_texts, same_version

_HEX = frozenset("0123456789abcdef")


class Ground(Struct, frozen=True):
    """What a hotfix is planned on, once the version and its tag are known."""

    survey: Survey
    product: Product
    version: str
    """The version it makes."""
    base_version: str
    base: TagCheck
    observed: Observed | None
    remote: Remote | None
    warnings: tuple[str, ...] = ()


def plan_hotfix(plan: Plan, wish: Wish, seen: Seen, now: datetime) -> Planned:
    """Plan what `wish` asks for at `now` (UTC). Writes nothing into any repository but a temporary one.

    Raises UsageError, RefusedError, GitError, ConfigError when it cannot be planned at all; what speaks against
    a plan that can be made stands in its preview.
    """
    product = product_of(plan, wish.product)
    found = discover(product.repo)
    survey = Survey(found, product, branches_of(plan, product))
    with trial_space(found, identity(found)) as space:
        ground = _ground(plan, wish, seen, survey, product, space)
        if not wish.picks and branches_of(plan, product).model != "gitflow":
            candidates = survey.candidates(ground.base.oid)
            return Planned(Preview(ground.observed, ground.base, warnings=ground.warnings), candidates)
        return _planned(plan, wish, ground, space, now)


def product_of(plan: Plan, name: str) -> Product:
    """The product of that name, which has a repository. Raises UsageError."""
    product = plan.product(name)
    if product is None:
        known = ", ".join(one.name for one in plan.products)
        raise UsageError(f"the plan has no product '{clean(name, 80)}'", remedy=f"there are {known}")
    if not product.repo:
        raise UsageError(f"the plan names no repository of {name}", remedy="add `repo:` to the product")
    return product


def chosen_version(wish: Wish, seen: Seen) -> tuple[str, Observed | None]:
    """The version that is to be fixed: what runs, or which of those that run. Raises UsageError, RefusedError."""
    if wish.version:
        named = next((one for one in seen.observed if one.version == wish.version), None)
        return wish.version, named
    now = [one for one in seen.observed if one.fresh]
    if not now:
        raise _nobody_knows(wish, seen)
    if len(now) > 1:
        told = ", ".join(f"{one.version} in {' and '.join(one.environments)}" for one in now)
        raise UsageError(
            f"production runs more than one version of {wish.product}: {told}",
            remedy=f"choose one: --from {now[0].version}",
        )
    return now[0].version, now[0]


def _nobody_knows(wish: Wish, seen: Seen) -> RefusedError:
    """No observation of now says that something runs well there: a person has to name it."""
    last = seen.observed[0] if seen.observed else None
    told = [f"{last.version} was seen {_ago(last)}"] if last else []
    told += seen.not_counted
    why = "; ".join(told) or "no endpoint answered"
    return RefusedError(
        f"nobody knows which version of {wish.product} runs in production: {clean(why, 400)}",
        remedy=f"gonogo matrix {wish.product}    or name it: --from {last.version if last else 'VERSION'}",
    )


def _ground(plan: Plan, wish: Wish, seen: Seen, survey: Survey, product: Product, space: Workspace) -> Ground:
    base_version, observed = chosen_version(wish, seen)
    warnings = [*survey.found.warnings, *_about(observed, base_version), *seen.not_counted]
    remote = None if wish.offline else survey.found.remote(wish.remote)
    if wish.remote and remote is None and not wish.offline:
        raise UsageError(f"the repository has no remote '{clean(wish.remote, 80)}'", where=product.repo)
    there, unasked = _remote(space, remote, offline=wish.offline)
    warnings += unasked
    warnings += _about_key(space, identity(survey.found).email) if wish.sign else []
    pins = [(pin, who) for version, pin, who in seen.pins if _same(version, base_version, product)]
    pins += _running_commits(observed)
    base = survey.check_tag(base_version, pins, there)
    taken = _taken(plan, seen, survey, product, there)
    version = _next(product, base_version, wish, taken)
    return Ground(survey, product, version, base_version, base, observed, remote, tuple(warnings))


def _about_key(space: Workspace, email: str) -> list[str]:
    """What would keep the tag from being signed, as far as the person's own configuration tells."""
    door = space.signing()

    def told(name: str) -> str:
        return door.run(["config", "--get", name], accept=(0, 1)).decode("utf-8", "replace").strip()

    if told("user.signingkey") or (told("gpg.format") == "ssh" and told("gpg.ssh.defaultKeyCommand")):
        return []
    way = "git config --global user.signingkey KEY"
    if told("gpg.format") == "ssh":
        return [f"there is no key to sign the tag with: {way}"]
    return [f"no key is named to sign the tag with, so that gpg must have one for {clean(email, 120)}: {way}"]


def _running_commits(observed: Observed | None) -> list[tuple[str, str]]:
    """The commits that sources name for what runs; other words for a revision say nothing about a tag."""
    if observed is None:
        return []
    where = f"what runs in {observed.environments[0]}"
    return [(one, where) for one in observed.revisions if 7 <= len(one) <= 64 and set(one.lower()) <= _HEX]


def _same(a: str, b: str, product: Product) -> bool:
    return same_version(a, b, product.scheme, product.name)


def _about(observed: Observed | None, version: str) -> list[str]:
    if observed is None:
        return [f"nobody sees {version} in production now: it was named by hand"]
    if not observed.fresh:
        return [f"{observed.version} is what was seen last, {_ago(observed)}; nobody knows what runs now"]
    return []


def _ago(observed: Observed) -> str:
    return "at an unknown time" if observed.age_s is None else f"{int(observed.age_s)} s ago"


def _remote(space: Workspace, remote: Remote | None, *, offline: bool) -> tuple[dict[str, str], list[str]]:
    if remote is None:
        told = "the remote was not asked: a version or a tag may exist there" if offline else ""
        return {}, [told] if told else []
    try:
        return remote_refs(space.reaching(LOOK_TIMEOUT), remote), []
    except GitError as error:
        return {}, [f"{remote.name} does not answer ({clean(error.message, 160)}): a version may exist there"]


def _taken(plan: Plan, seen: Seen, survey: Survey, product: Product, there: dict[str, str]) -> list[Taken]:
    tags = [ref.removeprefix("refs/tags/") for ref in there if ref.startswith("refs/tags/")]
    taken = list(survey.taken(tags))
    taken += [Taken(version, Origin.RUNNING, place) for version, place in seen.running]
    taken += [Taken(version, Origin.PLANNED, place) for version, place in seen.reserved]
    taken += [Taken(version, Origin.BAD, who) for version, who in seen.bad]
    return [*taken, Taken(product.version, Origin.PLANNED, plan.release)]


def _next(product: Product, base: str, wish: Wish, taken: list[Taken]) -> str:
    if wish.as_version:
        found = lines.may_be_called(product, base, wish.as_version, taken)
    else:
        found = lines.next_on_line(product, base, taken)
    if isinstance(found, NoNextVersion):
        raise RefusedError(found.reason, remedy=found.remedy)
    return found.version


def _planned(plan: Plan, wish: Wish, ground: Ground, space: Workspace, now: datetime) -> Planned:
    survey, product = ground.survey, ground.product
    mainline, tip = survey.mainline()
    named = [survey.pick(name, tip) for name in wish.picks]
    picks = tuple(pick for pick, _ in named)
    tried, tree = try_picks(space, ground.base.oid, picks, _known_files(plan, product))
    told = [one for pick, commit in named for one in survey.brought_by(pick, commit)]
    work = _work(plan, wish, ground, picks, told, space, now)
    work = replace(work, trees=tuple(one.tree for one in tried))
    preview, work = previewed(space, work, product, tree)
    gone = survey.taken_back(ground.base.oid) if picks else {}
    warnings = [
        *ground.warnings,
        *ground.base.warnings,
        *preview.warnings,
        *_gone_warnings(picks, gone, mainline),
        *_pick_warnings(ground, tried, mainline),
    ]
    ahead = in_flight(plan, product, ground.base_version, picks)
    warnings += _in_flight_warnings(ahead)
    preview = replace(
        preview,
        observed=ground.observed,
        base=ground.base,
        picks=tried,
        needs=survey.needs(ground.base_version, picks, gone),
        in_flight=ahead,
        warnings=tuple(dict.fromkeys(warnings)),
        blockers=(*blockers_of(survey, work, tried, ground.base), *preview.blockers),
    )
    return Planned(preview, None, work, steps_of(work))


def in_flight(plan: Plan, product: Product, base_version: str, picks: Sequence[Pick]) -> InFlight | None:
    """The release of the plan, and which picks it lacks; None where it is not newer, or not tagged yet."""
    if compare_texts(base_version, product.version, product.scheme, product.name) != -1:
        return None
    git = GitDoor(product.repo)
    try:
        name, oid = Ends(product, git).planned([])
    except (GitError, UsageError):
        return None
    if name == "HEAD":
        return None
    scope = Scope(product.paths, (plan.changelog.file_of(product.name), *(file.path for file in product.files)))
    before = [git.run(["rev-parse", "--verify", "--quiet", f"{pick.oid}^1"], accept=(0, 1)) for pick in picks]
    missing = [
        pick.oid[:10]
        for pick, parent in zip(picks, before, strict=True)
        if compare(product.repo, scope, pick.oid, oid, parent.decode("ascii").strip()).lost
    ]
    return InFlight(product.version, name, tuple(missing), unmade=not picks)


def _in_flight_warnings(ahead: InFlight | None) -> list[str]:
    if ahead is None or not (ahead.missing or ahead.unmade):
        return []
    what = "this fix" if ahead.unmade else ", ".join(ahead.missing)
    return [f"{ahead.version} in flight will lack {what}: {ahead.name} was cut before; plan a new tag that has it"]


def _known_files(plan: Plan, product: Product) -> dict[str, str]:
    known = {
        file.path: "it states the version: keep the line's own, the release commit writes the new one"
        for file in product.files
    }
    changelog = plan.changelog.file_of(product.name)
    known[changelog] = "it is the changelog: keep the line's own, the release commit makes the entry"
    return known


def _work(
    plan: Plan, wish: Wish, ground: Ground, picks: tuple[Pick, ...], commits: list[Commit],
    space: Workspace, now: datetime,
) -> Work:  # fmt: skip
    product, found = ground.product, ground.survey.found
    entry = generated(commits, plan.changelog)
    has_changelog = read_file(space.door, ground.base.oid, plan.changelog.file_of(product.name)) is not None
    tag = lines.tag_name(product, ground.version)
    branch = lines.branch_name(branches_of(plan, product).hotfix, product, ground.version)
    fixes = "; ".join(clean(pick.subject, 72) for pick in picks[:12])
    return Work(
        kind=Kind.HOTFIX,
        release=plan.release,
        product=product.name,
        repo=found.path,
        scheme=product.scheme,
        version=ground.version,
        base_version=ground.base_version,
        base_name=ground.base.name,
        base_oid=ground.base.oid,
        base_tag=ground.base.name,
        branch=check_ref(branch),
        tag=check_ref(tag),
        started_at=int(now.timestamp()),
        identity=identity(found),
        picks=picks,
        by_hand=not picks,
        files=product.files,
        changelog=plan.changelog.file_of(product.name) if has_changelog else "",
        entry=entry or "### Fixed\n\n- See the commits of this hotfix.",
        message=lines.release_message(product.name, ground.version),
        tag_message=f"{product.name} {ground.version}\n\nHotfix of {ground.base_version}: {fixes or 'by hand'}\n",
        signed=wish.sign,
        branch_was=ground.survey.look_up(f"refs/heads/{branch}"),
        approvals=tuple(slot.name for slot in plan.approvals),
        remote=ground.remote.name if ground.remote else "",
        object_format=found.object_format,
    )


def _gone_warnings(picks: tuple[Pick, ...], gone: dict[str, str], mainline: str) -> Iterator[str]:
    """What somebody had a reason to take back, which the hotfix would ship again."""
    for pick in picks:
        if by := gone.get(pick.oid):
            yield f"{pick.oid[:10]} was taken back on {mainline} by {by[:10]}: find out why before it ships again"


def _pick_warnings(ground: Ground, tried: tuple[PickPreview, ...], mainline: str) -> Iterator[str]:
    for one in tried:
        short = one.pick.oid[:10]
        if not one.pick.on_mainline:
            yield f"{short} is not on {mainline}: the next release would not have this fix"
        if one.outcome is Outcome.CONFLICT:
            named = ", ".join(conflict.path for conflict in one.conflicts[:5])
            yield f"{short} conflicts in {named}: it will stop there for you"
        stating = [file.path for file in ground.product.files if file.path in one.files]
        if stating:
            yield f"{short} changes {stating[0]}, which states the version: the release commit writes it anew"
        outside = [path for path in one.files if ground.product.paths and not below(path, ground.product.paths)]
        if outside:
            yield f"{short} changes {outside[0]}, which lies outside the paths of {ground.product.name}"
    for position, one in enumerate(tried):
        for before in tried[:position]:
            if ground.survey.contains(before.pick.oid, one.pick.oid):
                yield f"{before.pick.oid[:10]} is picked before {one.pick.oid[:10]}, on which it was made"
    if ground.base.later:
        named = ", ".join([*dict.fromkeys(one.version for one in ground.base.later)][:5])
        yield f"the line goes on above {ground.base_version}: {named}; what runs does not have those changes"
    if ground.base.unreleased:
        yield f"the release branch has {ground.base.unreleased} commits that no version has: they are left out"


def blockers_of(
    survey: Survey, work: Work, tried: tuple[PickPreview, ...], base: TagCheck | None
) -> tuple[str, ...]:
    """Why it must not be started, as far as references and picks tell."""
    found = list(base.problems) if base else []
    for one in tried:
        if one.outcome is Outcome.EMPTY:
            found.append(f"{one.pick.oid[:10]} is in {work.base_name} already: leave it out")
        if one.outcome is Outcome.UNKNOWN:
            found.append(f"{one.pick.oid[:10]} cannot be looked at: {one.conflicts[0].kind}")
    if work.branch_was and work.kind is Kind.HOTFIX:
        found.append(f"the branch {work.branch} exists already")
    folder = survey.found.checked_out.get(f"refs/heads/{work.branch}")
    if folder and work.branch_was:
        found.append(
            f"{work.branch} is checked out in {clean(folder, 200)}: it is not moved behind anybody's back"
        )
    if survey.look_up(f"refs/tags/{work.tag}"):
        found.append(f"the tag {work.tag} exists already: a tag is never moved")
    return tuple(found)
