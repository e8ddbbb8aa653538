"""Taking everything back: references that still are what was put there, objects nobody uses, the workspace.

Each piece is looked at before it is taken, so that an abort that was killed can be repeated. What was published
stays: a pushed tag is never removed or moved.
"""

from collections.abc import Iterator

from gonogo.errors import RefusedError
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.outcome import Aborted
from gonogo.hotfix.steps import StepKind, steps_of
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs import delivery, pushing
from gonogo.hotfix_jobs.bench import Bench
from gonogo.hotfix_jobs.discovery import Found, discover
from gonogo.hotfix_jobs.recorder import Recorder
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import GitDoor, GitError, Manner
from gonogo.text import clean


def abort(
    bench: Bench, work: Work, recorder: Recorder, *, git: str = "git", inherits: tuple[int, ...] = ()
) -> Aborted:
    """Undo all of it, while the caller holds the lock of the bench. Raises RefusedError for what is published."""
    known = recorder.known()
    found = discover(work.repo)
    space = Workspace(bench.tree, work.identity, work.started_at, git=git, log=bench.log, inherits=inherits)
    _not_published(space, work, known, found)
    bench.begin_abort()
    door = GitDoor(work.repo, git=git, manner=Manner(inherits=inherits), log=bench.log)
    remains = tuple(_take_refs_back(door, space, work, known, found))
    # objects may go only when the references to them have gone
    if not remains:
        used = delivery.take_objects_back(bench, found)
        remains = tuple(f"objects in {name}, which something else may use by now" for name in used)
    space.remove()
    recorder.abort(remains)
    bench.clear()
    return Aborted(remains)


def _not_published(space: Workspace, work: Work, known: Hotfix, found: Found) -> None:
    """Raises RefusedError when the remote has the tag, or when nobody can tell whether it has."""
    way_out = f"gonogo mark-bad {work.product} {work.version} --reason '...', and ship a higher patch"
    if known.pushed_to:
        raise RefusedError(
            f"{work.tag} was pushed to {known.pushed_to}: a pushed tag is never removed", remedy=way_out
        )
    begun = any(step.kind is StepKind.PUSH and step.number in known.steps for step in steps_of(work))
    remote = found.remote(work.remote)
    if not begun or remote is None:
        return
    try:
        there = pushing.look(space, work, remote)
    except GitError as error:
        raise RefusedError(
            f"a push was begun, and {remote.name} does not tell whether it arrived: {error.message}",
            remedy="repeat it when the remote answers",
        ) from error
    if there.tag and there.tag == known.tag_object:
        raise RefusedError(f"{remote.name} has {work.tag}: a pushed tag is never removed", remedy=way_out)


def _take_refs_back(door: GitDoor, space: Workspace, work: Work, known: Hotfix, found: Found) -> Iterator[str]:
    begun = {step.kind for step in steps_of(work) if step.number in known.steps}
    lines: list[str] = []
    refs: list[str] = []
    if StepKind.TAG in begun:
        ref = f"refs/tags/{work.tag}"
        delivery.drop_traces(found, ref)
        there, mine = _at(door, ref), known.tag_object or _own(space, ref)
        if there and there == mine:
            lines.append(f"delete {ref} {there}")
            refs.append(ref)
        elif there:
            yield f"the tag {work.tag}, which is not the one that was made"
    if StepKind.DELIVER in begun:
        ref = f"refs/heads/{work.branch}"
        delivery.drop_traces(found, ref)
        there, mine = _at(door, ref), known.head(_number(work, StepKind.DELIVER))
        folder = found.checked_out.get(ref)
        if there == mine and there and folder:
            yield f"the branch {work.branch}: it is checked out in {clean(folder, 200)}"
        elif there == mine and there:
            undo = f"update {ref} {work.branch_was} {there}" if work.branch_was else f"delete {ref} {there}"
            lines.append(undo)
            refs.append(ref)
        elif there and there != work.branch_was:
            yield f"the branch {work.branch}: somebody has moved it to {there[:12]}"
    if lines:
        delivery.change_refs(door, found, lines, refs)


def _number(work: Work, kind: StepKind) -> int:
    return next(step.number for step in steps_of(work) if step.kind is kind)


def _at(door: GitDoor, ref: str) -> str:
    argv = ["rev-parse", "--verify", "--quiet", "--end-of-options", ref]
    return door.run(argv, accept=(0, 1)).decode().strip()


def _own(space: Workspace, ref: str) -> str:
    """The tag object as the workspace has it, when gonogo was killed before it was recorded."""
    return _at(space.door, ref) if space.exists else ""
