"""Proof that a hotfix is what was planned: base, picks in their order, release commit, nothing else."""

from collections.abc import Sequence

from gonogo.errors import IntegrityError
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs.picking import trailer
from gonogo.hotfix_jobs.trial import changed_paths, predicted_tree
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.text import clean


def verify(space: Workspace, work: Work, commit: str, by_hand: Sequence[str]) -> None:
    """Raises IntegrityError for the first thing in which `commit` is not the plan.

    `by_hand` are the picks somebody resolved: their trees are theirs, everything else is compared.
    """
    start = work.branch_was or work.base_oid
    if work.merges:
        _verify_merge(space, work, start, commit, by_hand)
        return
    if work.forwards:
        _verify_forward(space, work, start, commit)
        return
    chain = _chain(space, start, commit)
    last = chain.pop() if work.edits and chain else ""
    if not work.by_hand and len(chain) != len(work.picks):
        raise _wrong(space, f"there are {len(chain)} commits on {work.base_name}, planned are {len(work.picks)}")
    if work.by_hand and not chain:
        raise _wrong(space, f"there is no commit on {work.base_name}")
    parent = start
    for made, pick in zip(chain, work.picks, strict=False):
        message = space.door.run(["log", "-1", "--format=%B", made]).decode("utf-8", "replace")
        if trailer(pick) not in message:
            raise _wrong(space, f"{made[:10]} does not say that it was picked from {pick.oid[:10]}")
        if pick.oid not in by_hand and space.tree(made) != predicted_tree(space, parent, pick):
            raise _wrong(space, f"{made[:10]} is not what picking {pick.oid[:10]} makes, and nobody resolved it")
        if space.tree(made) == space.tree(parent):
            raise _wrong(space, f"{made[:10]} changes nothing: nothing of {pick.oid[:10]} is in it")
        parent = made
    if last:
        _check_release_commit(space, work, chain[-1] if chain else start, last)
    if work.result_tree and not by_hand and space.tree(commit) != work.result_tree:
        raise _wrong(space, "its content is not what the preview showed")


def _verify_merge(space: Workspace, work: Work, start: str, commit: str, by_hand: Sequence[str]) -> None:
    parents = space.door.run(["rev-list", "--parents", "-1", commit]).decode().split()[1:]
    if parents != [start, work.picks[0].oid]:
        raise _wrong(space, f"{commit[:10]} is not the merge of {work.picks[0].oid[:10]} into {start[:10]}")
    if space.tree(commit) == space.tree(start):
        raise _wrong(space, f"{commit[:10]} changes nothing: nothing of {work.picks[0].oid[:10]} is in it")
    if work.result_tree and not by_hand and space.tree(commit) != work.result_tree:
        raise _wrong(space, "its content is not what the preview showed")


def _verify_forward(space: Workspace, work: Work, start: str, commit: str) -> None:
    if commit != work.picks[0].oid:
        raise _wrong(space, f"{commit[:10]} is not {work.picks[0].oid[:10]}, to which the branch was to be moved")
    if not space.door.succeeds(["merge-base", "--is-ancestor", start, commit]):
        raise _wrong(space, f"{commit[:10]} does not follow {start[:10]}")


def _chain(space: Workspace, start: str, commit: str) -> list[str]:
    rows = space.door.run(["rev-list", "--parents", "--reverse", f"{start}..{commit}"]).decode().splitlines()
    chain, before = [], start
    for row in rows:
        oid, *parents = row.split()
        if parents != [before]:
            raise _wrong(space, f"{oid[:10]} does not follow {before[:10]}")
        chain.append(oid)
        before = oid
    if before != commit:
        raise _wrong(space, f"{commit[:10]} does not lie on {start[:10]}")
    return chain


def _check_release_commit(space: Workspace, work: Work, before: str, commit: str) -> None:
    allowed = {*(file.path for file in work.files), work.changelog}
    strangers = [path for path in changed_paths(space.door, before, commit) if path not in allowed]
    if strangers:
        raise _wrong(space, f"the release commit changes {clean(strangers[0], 200)}, too")


def _wrong(space: Workspace, what: str) -> IntegrityError:
    return IntegrityError(
        f"the hotfix is not what was planned: {what}",
        where=str(space.path),
        remedy="gonogo hotfix abort, then plan it anew; nothing has left the workspace",
    )
